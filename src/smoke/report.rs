//! What came of a smoke test, for people and for programs.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::json;

use super::{Area, Check, Outcome, Report};
use crate::report::{Paint, clean, counted};

/// One target: a line about it, a line for each area, and below it what did not pass.
pub fn text(report: &Report, all: bool, paint: Paint) -> String {
    let mut text = String::new();
    let from = report.expected_from.as_ref().map_or(String::new(), |from| format!(", against {from}"));
    let heading = format!(
        "PostgreSQL {}, {}{from}: {} in {:.1} s",
        report.server_version,
        counted(report.roles.len(), "role"),
        counted(report.checks.len(), "check"),
        report.millis as f64 / 1000.0,
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", paint.bold(&clean(&report.target)), clean(&heading));
    for area in Area::ALL {
        let checks: Vec<&Check> = report.checks.iter().filter(|check| check.area == area).collect();
        if checks.is_empty() {
            continue;
        }
        let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
        let (failed, unknown) = (count(Outcome::Fail), count(Outcome::Unknown));
        let micros: u64 = checks.iter().map(|check| check.micros).sum();
        let state = match (failed, unknown) {
            (0, 0) => "pass".to_owned(),
            (0, _) => paint.bold("????"),
            _ => paint.alarm("FAIL"),
        };
        let mut counts = format!("{} passed", count(Outcome::Pass));
        if failed > 0 {
            let _ = write!(counts, ", {failed} failed");
        }
        if unknown > 0 {
            let _ = write!(counts, ", {unknown} could not be tried");
        }
        let _ = writeln!(text, "  {state}  {}: {counts} ({} ms)", area.title(), micros / 1000);
        let shown = checks.iter().filter(|check| all || check.outcome != Outcome::Pass);
        // A role that cannot be taken on is one thing that is wrong, not one for each object.
        let mut untried: BTreeMap<(&Option<String>, &str), usize> = BTreeMap::new();
        for check in shown {
            if let (Some(reason), false) = (untried_because(check), all) {
                let times = untried.entry((&check.role, reason)).or_default();
                *times += 1;
                if *times > 1 {
                    continue;
                }
            }
            let mark = match check.outcome {
                Outcome::Pass => "=",
                Outcome::Fail => "!",
                Outcome::Unknown => "?",
            };
            let _ = writeln!(text, "        {mark} {}", clean(&check.sentence));
        }
        for ((role, _), times) in untried.into_iter().filter(|(_, times)| *times > 1) {
            let who = role.as_deref().unwrap_or("whoever connects");
            let more = counted(times - 1, "more check");
            let _ =
                writeln!(text, "        ? {more} as {} could not be tried for the same reason.", clean(who));
        }
    }
    text
}

/// Why a check could not be tried, of those that objects have.
fn untried_because(check: &Check) -> Option<&str> {
    let (_, reason) = check.sentence.split_once(" could not be tried: ")?;
    (check.outcome == Outcome::Unknown).then_some(reason)
}

/// Every target with all its checks, as JSON; and those that could not be tested, with the reason.
pub fn json(reports: &[Report], failures: &[(String, String)]) -> String {
    let targets = reports.iter().map(|report| {
        let mut value = serde_json::to_value(report).unwrap_or_default();
        value["outcome"] = json!(report.outcome());
        value
    });
    let failures = failures.iter().map(|(target, error)| json!({ "target": target, "error": error }));
    format!("{:#}\n", json!({ "targets": targets.chain(failures).collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(area: Area, outcome: Outcome, sentence: &str) -> Check {
        Check {
            area,
            role: Some("anon".to_owned()),
            verb: Some("SELECT"),
            subject: "table:public.a".to_owned(),
            outcome,
            sentence: sentence.to_owned(),
            micros: 1500,
        }
    }

    fn report() -> Report {
        Report {
            target: "prod".to_owned(),
            server_version: "15.18".to_owned(),
            expected_from: Some("schema.sql".to_owned()),
            writes: false,
            roles: vec!["anon".to_owned()],
            checks: vec![
                check(Area::Access, Outcome::Pass, "anon SELECT table:public.b is denied."),
                check(Area::Access, Outcome::Fail, "anon SELECT table:public.a\x1b[2J is allowed."),
                check(Area::Extensions, Outcome::Pass, "The extension vector works."),
                check(Area::Own, Outcome::Unknown, "the role cannot be taken on."),
            ],
            millis: 250,
        }
    }

    #[test]
    fn what_did_not_pass_is_spelled_out_and_the_rest_is_counted() {
        let expected = "\
prod: PostgreSQL 15.18, 1 role, against schema.sql: 4 checks in 0.2 s
  FAIL  access to tables and views: 1 passed, 1 failed (3 ms)
        ! anon SELECT table:public.a\\u{1b}[2J is allowed.
  pass  extensions: 1 passed (1 ms)
  ????  own checks: 0 passed, 1 could not be tried (1 ms)
        ? the role cannot be taken on.
";
        assert_eq!(text(&report(), false, Paint { coloured: false }), expected);
        assert_eq!(text(&report(), true, Paint { coloured: false }).lines().count(), 8);
    }

    #[test]
    fn programs_get_every_check_and_every_failure() {
        let json = json(&[report()], &[("eu".to_owned(), "no answer".to_owned())]);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["targets"][0]["outcome"], "fail");
        assert_eq!(value["targets"][0]["checks"][1]["outcome"], "fail");
        assert_eq!(value["targets"][1]["error"], "no answer");
    }
}
