//! Results as JSON for other programs.
//!
//! Every document names the `command` that made it and the `format` of its shape. The number grows
//! when a field changes its meaning or goes away; fields may be added without that.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::{Comparison, Outcome, Side, Target, comparison::Compared};
use crate::{
    diff::{Acceptance, Difference, Rename, Status, renames},
    model::{Key, Snapshot},
    plan::{Decisions, Plan, Proof, file},
};

/// The format of the documents that this program prints.
pub(super) const FORMAT: u32 = 1;

/// Drift as JSON.
///
/// ```json
/// { "format": 1, "command": "diff", "outcome": "same" | "drift" | "incomplete",
///   "canonical": SIDE,
///   "targets": [
///     { "name": "…", "state": "compared", "side": SIDE, "drift_group": 1,
///       "counts": { "missing": 0, "extra": 0, "changed": 0, "unknown": 0, "hidden": 0, "accepted": 0 },
///       "differences": [
///         { "key": "column:public.orders.total", "kind": "column", "status": "changed",
///           "facets": [ { "facet": "type", "canonical": "numeric", "target": "text" } ],
///           "location": { "file": "schema.sql", "line": 12 }, "reason": "…",
///           "acceptance": { "standing": "holds" | "changed" | "expired", "entry": 0, "key": "…",
///             "target": "…", "reason": "…", "by": "…", "since": "2026-03-01", "until": "…" } } ],
///       "renames": [ { "from": "table:public.client", "to": "table:public.customer", "ambiguous": true } ] },
///     { "name": "…", "state": "failed", "error": "…" } ] }
/// ```
///
/// A SIDE is `{ "name", "source", "dialect", "server_version", "objects", "fingerprint",
/// "not_compared" }`. A facet at its default is null. Differences whose acceptance holds are counted
/// as accepted and in no other way.
pub fn comparison(comparison: &Comparison) -> String {
    let groups = comparison.groups();
    pretty(&ComparisonDocument {
        format: FORMAT,
        command: "diff",
        outcome: match comparison.outcome() {
            Outcome::Same => "same",
            Outcome::Drift => "drift",
            Outcome::Incomplete => "incomplete",
        },
        canonical: SideDocument::of(&comparison.canonical.name, &comparison.canonical.snapshot),
        targets: comparison
            .targets
            .iter()
            .zip(groups)
            .map(|(target, group)| TargetDocument::of(&comparison.canonical, target, group))
            .collect(),
    })
}

/// A plan as JSON: `{ "format", "command": "plan", "made_at", "canonical": SIDE, "target": SIDE, "plan",
/// "proof", "decisions" }`, where SIDE is as in [`comparison`], and plan, proof and decisions are as
/// [`Plan`], [`Proof`] and [`Decisions`] have them. `made_at` is as
/// `2026-03-09T17:05:00Z`.
///
/// It carries the hash of what it says, so that `apply` notices when it was edited.
pub fn plan(
    canonical: &Side,
    target: &Side,
    plan: &Plan,
    proof: &Proof,
    decisions: &Decisions,
    made_at: &str,
) -> String {
    sealed(&PlanDocument {
        format: FORMAT,
        command: "plan",
        made_at,
        canonical: SideDocument::of(&canonical.name, &canonical.snapshot),
        target: SideDocument::of(&target.name, &target.snapshot),
        plan,
        proof,
        decisions,
    })
}

/// A document with its hash in it.
fn sealed(document: &impl Serialize) -> String {
    match serde_json::to_value(document) {
        Ok(Value::Object(mut document)) => {
            file::seal(&mut document);
            pretty(&document)
        }
        _ => pretty(document),
    }
}

/// Strings and maps with text keys always have a JSON form; should one not, the text says so.
pub(super) fn pretty(value: &impl Serialize) -> String {
    match serde_json::to_string_pretty(value) {
        Ok(json) => json + "\n",
        Err(error) => format!("{{\"error\": {:?}}}\n", error.to_string()),
    }
}

#[derive(Serialize)]
struct ComparisonDocument<'a> {
    format: u32,
    command: &'static str,
    outcome: &'static str,
    canonical: SideDocument<'a>,
    targets: Vec<TargetDocument<'a>>,
}

#[derive(Serialize)]
struct PlanDocument<'a> {
    format: u32,
    command: &'static str,
    made_at: &'a str,
    canonical: SideDocument<'a>,
    target: SideDocument<'a>,
    plan: &'a Plan,
    proof: &'a Proof,
    decisions: &'a Decisions,
}

#[derive(Serialize)]
struct SideDocument<'a> {
    name: &'a str,
    source: &'a str,
    dialect: &'a str,
    server_version: &'a str,
    objects: usize,
    fingerprint: String,
    not_compared: &'a BTreeMap<String, u64>,
}

impl<'a> SideDocument<'a> {
    fn of(name: &'a str, snapshot: &'a Snapshot) -> Self {
        SideDocument {
            name,
            source: &snapshot.source,
            dialect: &snapshot.dialect,
            server_version: &snapshot.server_version,
            objects: snapshot.catalog.len(),
            fingerprint: snapshot.catalog.fingerprint().to_string(),
            not_compared: &snapshot.not_compared,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum TargetDocument<'a> {
    Compared {
        name: &'a str,
        side: SideDocument<'a>,
        drift_group: Option<usize>,
        counts: Counts,
        differences: Vec<DifferenceDocument<'a>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        renames: Vec<Rename>,
    },
    Failed {
        name: &'a str,
        error: &'a str,
    },
}

impl<'a> TargetDocument<'a> {
    fn of(canonical: &'a Side, target: &'a Target, drift_group: Option<usize>) -> Self {
        let compared = match &target.result {
            Err(error) => return TargetDocument::Failed { name: &target.name, error },
            Ok(compared) => compared,
        };
        let drift = &compared.drift;
        TargetDocument::Compared {
            name: &target.name,
            side: SideDocument::of(&target.name, &compared.snapshot),
            drift_group,
            counts: Counts {
                missing: drift.count(Status::Missing),
                extra: drift.count(Status::Extra),
                changed: drift.count(Status::Changed),
                unknown: drift.count(Status::Unknown),
                hidden: drift.hidden,
                accepted: drift.accepted().count(),
            },
            differences: drift
                .differences
                .iter()
                .map(|(key, difference)| {
                    DifferenceDocument::of(&canonical.snapshot, compared, key, difference)
                })
                .collect(),
            renames: renames(&canonical.snapshot, &compared.snapshot, drift),
        }
    }
}

#[derive(Serialize)]
struct Counts {
    missing: usize,
    extra: usize,
    changed: usize,
    unknown: usize,
    hidden: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct DifferenceDocument<'a> {
    key: &'a Key,
    kind: &'static str,
    status: Status,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facets: Vec<FacetDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<LocationDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance: Option<&'a Acceptance>,
}

#[derive(Serialize)]
struct FacetDocument<'a> {
    facet: &'a str,
    canonical: Option<&'a Value>,
    target: Option<&'a Value>,
}

#[derive(Serialize)]
struct LocationDocument<'a> {
    file: &'a PathBuf,
    line: u32,
}

impl<'a> DifferenceDocument<'a> {
    fn of(canonical: &'a Snapshot, compared: &'a Compared, key: &'a Key, difference: &'a Difference) -> Self {
        let there = canonical.catalog.get(key);
        let live = compared.snapshot.catalog.get(key);
        DifferenceDocument {
            key,
            kind: key.kind().name(),
            status: difference.status,
            facets: difference
                .facets
                .iter()
                .map(|facet| FacetDocument {
                    facet,
                    canonical: there.and_then(|object| object.facets.get(facet)),
                    target: live.and_then(|object| object.facets.get(facet)),
                })
                .collect(),
            location: canonical.location(key).map(|at| LocationDocument { file: &at.file, line: at.line }),
            reason: difference.reason.as_deref(),
            acceptance: difference.acceptance.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn drift_as_json_holds_both_values_of_a_facet_and_the_error_of_a_target() {
        let document: Value = serde_json::from_str(&comparison(&fixture::comparison())).unwrap();
        assert_eq!(document["outcome"], "incomplete");
        assert_eq!(document["targets"][0]["counts"]["changed"], 2);
        assert_eq!(document["targets"][1]["drift_group"], 1);
        assert_eq!(document["targets"][2]["drift_group"], Value::Null);
        assert_eq!(document["targets"][3]["error"], "The host test does not answer.");
        let differences = document["targets"][0]["differences"].as_array().unwrap();
        let total = differences.iter().find(|one| one["key"] == "column:public.orders.total").unwrap();
        insta::assert_snapshot!(format!("{total:#}"), @r#"
        {
          "key": "column:public.orders.total",
          "kind": "column",
          "status": "changed",
          "facets": [
            {
              "facet": "type",
              "canonical": "numeric",
              "target": "text"
            },
            {
              "facet": "not null",
              "canonical": true,
              "target": null
            }
          ]
        }
        "#);
    }
}
