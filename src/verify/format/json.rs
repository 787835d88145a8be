//! A verification as JSON for programs.

use serde_json::{Value, json};

use super::Files;
use crate::verify::{Finding, Report, Severity, Verification, Verified};

/// The format of the document. It grows when a field changes its meaning or goes away.
const FORMAT: u32 = 1;

/// The verification as JSON.
///
/// ```json
/// { "format": 1, "command": "verify", "verdict": "passed" | "failed" | "incomplete",
///   "canonical": "schema.sql", "fail_on": "error", "made_at": 1772323200,
///   "targets": [
///     { "name": "prod-eu", "verdict": "failed", "milliseconds": 120,
///       "counts": { "error": 1, "warning": 0, "note": 0, "accepted": 0 },
///       "components": [
///         { "component": "tables", "verdict": "failed", "objects": 12, "milliseconds": 3,
///           "findings": [ FINDING ], "accepted": [ FINDING ] },
///         { "component": "migration history", "verdict": "skipped", "reason": "…", … } ] },
///     { "name": "prod-us", "verdict": "incomplete", "error": "…" } ] }
/// ```
///
/// A FINDING is `{ "code", "severity", "key", "message", "details": [ { "facet", "canonical",
/// "target" } ], "location": { "file", "line" }, "acceptance", "fingerprint" }`, where acceptance is
/// as in the output of `diff`.
pub fn json(verification: &Verification, files: Files<'_>) -> String {
    let verdicts = verification.targets.iter().map(|target| target.verdict(verification.fail_on));
    let document = json!({
        "format": FORMAT,
        "command": "verify",
        "verdict": verdicts.max().map_or("passed", |verdict| verdict.word()),
        "canonical": verification.canonical,
        "fail_on": verification.fail_on.name(),
        "made_at": verification.made_at,
        "targets": verification.targets.iter().map(|it| target(verification, it, files)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn target(verification: &Verification, target: &Verified, files: Files<'_>) -> Value {
    let verdict = target.verdict(verification.fail_on).word();
    let reports = match &target.result {
        Err(error) => return json!({ "name": target.name, "verdict": verdict, "error": error }),
        Ok(reports) => reports,
    };
    let reports: Vec<Value> = reports.iter().map(|it| report(verification, it, files)).collect();
    json!({
        "name": target.name,
        "verdict": verdict,
        "milliseconds": target.took.map(|took| took.as_millis() as u64),
        "counts": {
            "error": target.count(Severity::Error),
            "warning": target.count(Severity::Warning),
            "note": target.count(Severity::Note),
            "accepted": target.accepted().count(),
        },
        "components": reports,
    })
}

fn report(verification: &Verification, report: &Report, files: Files<'_>) -> Value {
    let all = |findings: &[Finding]| findings.iter().map(|it| finding(it, files)).collect::<Vec<_>>();
    let mut value = json!({
        "component": report.component,
        "verdict": report.verdict(verification.fail_on).word(),
        "objects": report.objects,
        "milliseconds": report.took.map(|took| took.as_millis() as u64),
        "findings": all(&report.findings),
        "accepted": all(&report.accepted),
    });
    if let Some(reason) = &report.skipped {
        value["reason"] = reason.as_str().into();
    }
    value
}

fn finding(finding: &Finding, files: Files<'_>) -> Value {
    let place = finding.location.as_ref().and_then(|location| files.place(Some(location)));
    json!({
        "code": finding.code,
        "severity": finding.severity,
        "key": finding.key,
        "message": finding.sentence,
        "details": finding.details,
        "location": place.map(|(file, line)| json!({ "file": file, "line": line })),
        "acceptance": finding.acceptance,
        "fingerprint": finding.fingerprint,
    })
}
