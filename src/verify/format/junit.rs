//! A verification as the XML that test runners write: a suite for each target, a case for each
//! component.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::Files;
use crate::{
    report::clean,
    verify::{self, Finding, Verdict, Verification, Verified},
};

/// The verification as JUnit XML. Pipelines show a component that fails as a test that fails.
///
/// # Errors
/// Where the XML cannot be written.
pub fn junit(verification: &Verification, files: Files<'_>) -> Result<String, String> {
    let mut report = Report::new(format!("schemascope verify {}", clean(&verification.canonical)));
    for target in &verification.targets {
        report.add_test_suite(suite(verification, target, files));
    }
    let xml =
        report.to_string().map_err(|error| format!("The report could not be written as XML: {error}."))?;
    Ok(xml)
}

fn suite(verification: &Verification, target: &Verified, files: Files<'_>) -> TestSuite {
    let mut suite = TestSuite::new(clean(&target.name).into_owned());
    suite.set_time(target.took.unwrap_or_default());
    match &target.result {
        Err(problem) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("not-compared").set_message(first_line(problem));
            status.set_description(clean_lines(problem));
            suite.add_test_case(TestCase::new("comparison", status));
        }
        Ok(reports) => {
            for report in reports {
                suite.add_test_case(case(verification, &target.name, report, files));
            }
        }
    }
    suite
}

fn case(verification: &Verification, target: &str, report: &verify::Report, files: Files<'_>) -> TestCase {
    let status = match report.verdict(verification.fail_on) {
        Verdict::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(clean(report.skipped.as_deref().unwrap_or_default()).into_owned());
            status
        }
        Verdict::Passed => TestCaseStatus::success(),
        verdict @ (Verdict::Failed | Verdict::Unknown) => {
            let kind = match verdict {
                Verdict::Unknown => NonSuccessKind::Error,
                _ => NonSuccessKind::Failure,
            };
            let mut status = TestCaseStatus::non_success(kind);
            let count = report.findings.len();
            let first = report.findings.first();
            let message = first.map_or(String::new(), |first| first.sentence.to_string());
            let others = if count > 1 { format!(" And {} more.", count - 1) } else { String::new() };
            status.set_type(first.map_or("", |first| first.code.code())).set_message(message + &others);
            status.set_description(lines(&report.findings, files));
            status
        }
    };
    let passed = matches!(status, TestCaseStatus::Success { .. });
    let mut case = TestCase::new(report.component.name(), status);
    case.set_classname(clean(target).into_owned()).set_time(report.took.unwrap_or(Duration::ZERO));
    case.set_assertions(report.objects);
    // What was found and does not fail is said all the same.
    let said = lines(if passed { &report.findings } else { &[] }, files) + &accepted(&report.accepted);
    if !said.is_empty() {
        case.set_system_out(said);
    }
    case
}

fn lines(findings: &[Finding], files: Files<'_>) -> String {
    let mut text = String::new();
    for finding in findings {
        let place = finding.location.as_ref().and_then(|location| files.place(Some(location)));
        let place = place.map_or(String::new(), |(file, line)| format!("{}:{line}: ", clean(&file)));
        text += &format!("{place}{} {}: {}\n", finding.severity, finding.code, finding.sentence);
        for detail in &finding.details {
            text += &format!("  {}\n", detail.short());
        }
    }
    text
}

fn accepted(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let reason = finding.acceptance.as_ref().map(|it| it.accepted.to_string()).unwrap_or_default();
        format!("accepted {}: {} Accepted{}\n", finding.code, finding.sentence, clean(&reason))
    };
    findings.iter().map(line).collect()
}

fn first_line(text: &str) -> String {
    clean(text.lines().next().unwrap_or_default()).into_owned()
}

fn clean_lines(text: &str) -> String {
    text.lines().map(|line| clean(line).into_owned() + "\n").collect()
}
