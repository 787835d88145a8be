//! A verification as Markdown: a comment on a pull request, or the record of a decision.

use super::{Files, counts, time};
use crate::{
    report::{code, prose, utc},
    verify::{Finding, Piece, Report, Sentence, Severity, Verdict, Verification, Verified},
};

/// A heading that says how it went, a table of the components for each target, and the findings.
///
/// Names from a database stand in code spans, in which nothing is markup and nobody is mentioned.
pub fn markdown(verification: &Verification, files: Files<'_>) -> String {
    let worst = verification.targets.iter().map(|target| target.verdict(verification.fail_on)).max();
    let mut text = format!(
        "## Schema verification {}\n\nAgainst {}, on {}.\n",
        worst.unwrap_or(Verdict::Passed).word(),
        code(&verification.canonical),
        utc(verification.made_at),
    );
    for target in &verification.targets {
        text += &section(verification, target, files);
    }
    text
}

fn section(verification: &Verification, target: &Verified, files: Files<'_>) -> String {
    let verdict = target.verdict(verification.fail_on);
    let reports = match &target.result {
        Err(problem) => {
            let problem: Vec<String> = problem.lines().map(code).collect();
            return format!("\n### {} {}\n\n{}\n", code(&target.name), verdict.word(), problem.join("  \n"));
        }
        Ok(reports) => reports,
    };
    let took = target.took.map_or(String::new(), |took| format!(", read in {}", time(took)));
    let mut text =
        format!("\n### {} {}\n\n{}{took}.\n\n", code(&target.name), verdict.word(), counts(target));
    text += "| component | verdict | objects | findings | time |\n|---|---|---:|---:|---:|\n";
    for report in reports {
        text += &row(verification, report);
    }
    for (severity, heading) in
        [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Note, "Notes")]
    {
        let found: Vec<&Finding> = target.findings().filter(|it| it.severity == severity).collect();
        if !found.is_empty() {
            text += &format!("\n#### {heading}\n\n");
            text.extend(found.iter().map(|finding| item(finding, files)));
        }
    }
    let accepted: Vec<&Finding> = target.accepted().collect();
    if !accepted.is_empty() {
        text += "\n#### Accepted\n\n";
        for finding in accepted {
            let entry = finding.acceptance.as_ref().map(|acceptance| &acceptance.accepted);
            let until = entry.and_then(|it| it.until).map_or(String::new(), |day| format!(" until {day}"));
            let by =
                entry.and_then(|it| it.by.as_ref()).map_or(String::new(), |by| format!(" by {}", code(by)));
            let reason = entry.map_or(String::new(), |it| code(&it.reason));
            text += &format!("- {} Accepted{by}{until}: {reason}\n", sentence(&finding.sentence));
        }
    }
    text
}

fn row(verification: &Verification, report: &Report) -> String {
    let took = report.took.map_or(String::new(), time);
    let verdict = report.verdict(verification.fail_on);
    let word = match (&report.skipped, verdict) {
        (Some(reason), _) => format!("skipped: {}", prose(reason)),
        (None, Verdict::Passed) => "passed".to_owned(),
        (None, verdict) => format!("**{}**", verdict.word()),
    };
    let found = report.findings.len();
    format!("| {} | {word} | {} | {found} | {took} |\n", report.component, report.objects)
}

fn item(finding: &Finding, files: Files<'_>) -> String {
    let place = finding.location.as_ref().and_then(|location| files.place(Some(location)));
    let place = place.map_or(String::new(), |(file, line)| format!(" ({})", code(&format!("{file}:{line}"))));
    let mut text = format!("- `{}` {}{place}\n", finding.code, sentence(&finding.sentence));
    for detail in &finding.details {
        text += &format!("  - {}\n", code(&detail.short()));
    }
    text
}

fn sentence(sentence: &Sentence) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(words) => prose(words),
        Piece::Name(name) => code(name),
    };
    sentence.0.iter().map(piece).collect()
}
