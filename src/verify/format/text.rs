//! A verification as text for people.

use std::fmt::Write;

use super::{Files, counts, time};
use crate::{
    report::{Paint, clean},
    verify::{Finding, Report, Severity, Verdict, Verification, Verified},
};

/// A block for each target: a line for each component, and below it what was found.
pub fn text(verification: &Verification, files: Files<'_>, paint: Paint) -> String {
    let mut page = Page { text: String::new(), verification, files, paint };
    for target in &verification.targets {
        page.target(target);
    }
    page.text
}

struct Page<'a> {
    text: String,
    verification: &'a Verification,
    files: Files<'a>,
    paint: Paint,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{}", text.trim_end());
    }

    fn target(&mut self, target: &Verified) {
        let name = self.paint.bold(&clean(&target.name));
        let verdict = target.verdict(self.verification.fail_on);
        if let Err(problem) = &target.result {
            let word = self.paint.alarm(verdict.word());
            self.line(&format!("{name}: {word}: {}", clean(problem)));
            return;
        }
        let took = target.took.map_or(String::new(), |took| format!(", read in {}", time(took)));
        let against = clean(&self.verification.canonical);
        let word = self.verdict(verdict, verdict.word());
        self.line(&format!("{name}: {word} against {against}: {}{took}", counts(target)));
        for report in target.reports() {
            self.report(report);
        }
        if target.accepted().next().is_some() {
            self.line("  accepted");
            for finding in target.accepted() {
                let accepted = finding.acceptance.as_ref().map(|it| it.accepted.to_string());
                let text = format!("    {}: {}", finding.code, finding.sentence);
                let text = format!("{text} Accepted{}", accepted.unwrap_or_default());
                self.line(&self.paint.dim(&clean(&text)));
            }
        }
    }

    fn report(&mut self, report: &Report) {
        let verdict = report.verdict(self.verification.fail_on);
        let name = format!("{:<17}", report.component.name());
        if let Some(why) = &report.skipped {
            self.line(&self.paint.dim(&format!("  {:<10}  {name}  {}", verdict.word(), clean(why))));
            return;
        }
        let word = self.verdict(verdict, &format!("{:<10}", verdict.word()));
        let took = report.took.map_or(String::new(), |took| format!("  {:>7}", time(took)));
        self.line(&format!("  {word}  {name}{:>7}{took}", report.objects));
        for finding in &report.findings {
            self.finding(finding);
        }
    }

    fn finding(&mut self, finding: &Finding) {
        let severity = match finding.severity {
            Severity::Error => self.paint.alarm("error"),
            severity => severity.name().to_owned(),
        };
        let place = self.files.place(finding.location.as_ref()).filter(|_| finding.location.is_some());
        let place = place.map_or(String::new(), |(file, line)| format!(" ({}:{line})", clean(&file)));
        self.line(&format!("      {severity} {}: {}{place}", finding.code, finding.sentence));
        for detail in &finding.details {
            self.line(&format!("        {}", detail.short()));
        }
        if let Some(lapse) = finding.acceptance.as_ref().and_then(|acceptance| acceptance.lapse()) {
            self.line(&format!("        {}", self.paint.dim(&clean(&format!("It {lapse}")))));
        }
    }

    fn verdict(&self, verdict: Verdict, text: &str) -> String {
        match verdict {
            Verdict::Failed | Verdict::Unknown => self.paint.alarm(text),
            Verdict::Passed => self.paint.status(crate::diff::Status::Missing, text),
            Verdict::Skipped => self.paint.dim(text),
        }
    }
}
