//! A verification as workflow commands of GitHub, which become annotations of a pull request.

use super::{Files, counts};
use crate::{
    report::clean,
    verify::{Finding, Severity, Verdict, Verification, Verified},
};

/// A command for each finding, `::error file=…,line=…,title=…::…`, and one for each target that
/// could not be compared. What is accepted is a notice.
///
/// Source: docs.github.com, "Workflow commands for GitHub Actions".
pub fn github(verification: &Verification, files: Files<'_>) -> String {
    let mut text = String::new();
    for target in &verification.targets {
        if let Err(problem) = &target.result {
            text += &command("error", None, &format!("{} could not be compared", target.name), problem);
            continue;
        }
        for finding in target.findings() {
            let kind = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note | Severity::Off => "notice",
            };
            text += &command(kind, Some((finding, files)), &title(target, finding), &message(finding));
        }
        for finding in target.accepted() {
            let reason = finding.acceptance.as_ref().map(|it| it.accepted.to_string()).unwrap_or_default();
            let message = format!("{} Accepted{reason}", finding.sentence);
            text += &command("notice", Some((finding, files)), &title(target, finding), &message);
        }
        let verdict = target.verdict(verification.fail_on);
        let kind = if verdict == Verdict::Passed { "notice" } else { "error" };
        let summary = format!("{} against {}: {}", verdict.word(), verification.canonical, counts(target));
        text += &command(kind, None, &target.name, &summary);
    }
    text
}

fn title(target: &Verified, finding: &Finding) -> String {
    format!("{} at {}", finding.code, target.name)
}

fn message(finding: &Finding) -> String {
    let details = finding.details.iter().map(|detail| format!("\n{}", detail.short()));
    format!("{}{}", finding.sentence, details.collect::<String>())
}

fn command(kind: &str, place: Option<(&Finding, Files<'_>)>, title: &str, message: &str) -> String {
    let place = place.and_then(|(finding, files)| files.place(finding.location.as_ref()));
    let place = place.map_or(String::new(), |(file, line)| format!("file={},line={line},", property(&file)));
    let message: Vec<String> = message.lines().map(|line| clean(line).into_owned()).collect();
    format!("::{kind} {place}title={}::{}\n", property(&clean(title)), data(&message.join("\n")))
}

/// The text behind a command: what would end it is written in percent signs.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: besides, what would end the property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
