//! A verification as SARIF 2.1.0, the format of code scanning.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::Files;
use crate::verify::{Code, Finding, Severity, Verification, default_severity};

/// What a path of a URI may not hold as it is.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// The verification as a log of one run. What is accepted is a result with a suppression.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
pub fn sarif(verification: &Verification, files: Files<'_>) -> String {
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for target in &verification.targets {
        if let Err(problem) = &target.result {
            notifications.push(json!({
                "level": "error",
                "descriptor": { "id": Code::NotCompared.code() },
                "message": { "text": format!("{} could not be compared: {problem}", target.name) },
            }));
        }
        results.extend(target.findings().map(|finding| result(&target.name, finding, files)));
        for finding in target.accepted() {
            let mut accepted = result(&target.name, finding, files);
            let reason = finding.acceptance.as_ref().map(|it| it.accepted.reason.as_str());
            accepted["suppressions"] =
                json!([{ "kind": "external", "justification": reason.unwrap_or_default() }]);
            results.push(accepted);
        }
    }
    let complete = notifications.is_empty();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "schemascope",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": complete,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.code(),
        "name": code.about().title,
        "shortDescription": { "text": code.about().title },
        "fullDescription": { "text": code.about().meaning },
        "help": { "text": code.about().advice },
        "defaultConfiguration": { "level": level(default_severity(code)) },
    })
}

fn result(target: &str, finding: &Finding, files: Files<'_>) -> Value {
    let details = finding.details.iter().map(|detail| format!("\n{}", detail.short()));
    let text = format!("{target}: {}{}", finding.sentence, details.collect::<String>());
    let mut location = json!({});
    if let Some((file, line)) = files.place(finding.location.as_ref()) {
        location["physicalLocation"] = json!({
            "artifactLocation": { "uri": utf8_percent_encode(&file, PATH).to_string() },
            "region": { "startLine": line },
        });
    }
    if let Some(key) = &finding.key {
        location["logicalLocations"] =
            json!([{ "fullyQualifiedName": key.dotted(), "kind": key.kind().name() }]);
    }
    let index = Code::ALL.iter().position(|code| *code == finding.code);
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": text },
        "partialFingerprints": { "schemascope/v1": finding.fingerprint },
        "properties": { "target": target, "component": finding.component },
    });
    if location.as_object().is_some_and(|location| !location.is_empty()) {
        result["locations"] = json!([location]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "none",
        severity => severity.name(),
    }
}
