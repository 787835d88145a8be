//! What was seen against what has to be. Pure.

use super::{Area, Check, Observed, Outcome, Probe, Verdict, act};
use crate::{
    config::smoke::{Expect, Verb},
    diff::matches,
};

/// Judges what came of a probe: by the configuration where that speaks of it, and else by what came
/// of it on a copy of the canonical schema. Without either, all is well that does not fail.
pub fn judge(
    probe: &Probe,
    role: &str,
    seen: &Observed,
    canonical: Option<&Verdict>,
    expectations: &[Expect],
) -> Check {
    let subject = probe.key.to_string();
    let verdict = &seen.verdict;
    let ruled =
        expectations.iter().filter(|it| it.role == role && matches(&it.on, &probe.key)).find_map(|it| {
            if it.may.contains(&probe.verb) {
                Some(true)
            } else {
                it.may_not.contains(&probe.verb).then_some(false)
            }
        });
    let act = act(Some(role), probe.verb, &subject);
    let (outcome, wanted) = match (verdict, ruled, canonical) {
        (Verdict::Untried { .. }, ..) | (_, None, Some(Verdict::Untried { .. })) => {
            (Outcome::Unknown, String::new())
        }
        (_, Some(may), _) => {
            let word = if may { "allow it" } else { "deny it" };
            (outcome(verdict.permits() == may), format!("the configuration says to {word}"))
        }
        (_, None, Some(canonical)) => {
            (outcome(verdict.agrees(canonical)), format!("in canonical it {canonical}"))
        }
        (Verdict::Fails { .. }, None, None) => (Outcome::Fail, String::new()),
        (_, None, None) => (Outcome::Pass, String::new()),
    };
    let sentence = match (outcome, wanted.is_empty()) {
        (Outcome::Fail, false) => format!("{act} {verdict}; {wanted}."),
        _ => format!("{act} {verdict}."),
    };
    Check {
        area: if probe.verb == Verb::Execute { Area::Functions } else { Area::Access },
        role: Some(role.to_owned()),
        verb: Some(probe.verb.word()),
        subject,
        outcome,
        sentence,
        micros: seen.micros,
    }
}

fn outcome(passes: bool) -> Outcome {
    if passes { Outcome::Pass } else { Outcome::Fail }
}
