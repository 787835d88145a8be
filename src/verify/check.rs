//! Turns the drift of one target into findings, component by component.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::Value;

use super::{
    Report, Severity,
    code::{self, Code},
    component::{Component, ROW_SECURITY},
    finding::{Detail, Finding, Sentence},
    policy::Policy,
};
use crate::{
    diff::{Difference, Status},
    model::{Key, Location, Object, Snapshot},
    plan::HazardCode,
    report::Compared,
};

/// What a target is verified against.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// The schema that is meant.
    pub canonical: &'a Snapshot,
    /// The target's name.
    pub name: &'a str,
    /// What was read there, and what differs.
    pub compared: &'a Compared,
    /// What fails.
    pub policy: &'a Policy,
    /// What closing a difference can hurt, for those that can hurt anything; needed only where
    /// [`Policy::asks_for_hazards`].
    pub hazards: &'a BTreeMap<Key, BTreeSet<HazardCode>>,
}

/// How long each component took to be read.
pub type Looked = BTreeMap<Component, Duration>;

/// What came of every component of a target, but the history of migrations.
pub fn verify(checked: Checked<'_>, looked: &Looked) -> Vec<Report> {
    let mut reports: BTreeMap<Component, Report> = Component::ALL
        .into_iter()
        .filter(|component| *component != Component::Migrations)
        .map(|component| (component, Report::empty(component, looked.get(&component).copied())))
        .collect();
    for (component, objects) in checked.counts() {
        if let Some(report) = reports.get_mut(&component) {
            report.objects = objects;
        }
    }
    let canonical = checked.canonical;
    let whole = checked.compared.whole(canonical).map(|found| (found, false));
    let accepted = checked.compared.accepted(canonical).map(|found| (found, true));
    for ((key, difference), accepted) in whole.chain(accepted) {
        for finding in checked.findings(key, difference) {
            let Some(report) = reports.get_mut(&finding.component) else { continue };
            match (accepted, finding.severity) {
                (_, Severity::Off) => {}
                (true, _) => report.accepted.push(finding),
                (false, _) => report.findings.push(finding),
            }
        }
    }
    let mut reports: Vec<Report> = reports.into_values().collect();
    for report in &mut reports {
        report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    }
    reports
}

impl Report {
    /// A component of which nothing has been found yet.
    pub fn empty(component: Component, took: Option<Duration>) -> Self {
        Report { component, objects: 0, took, findings: Vec::new(), accepted: Vec::new(), skipped: None }
    }
}

impl Checked<'_> {
    /// How many objects each component has, on both sides together.
    fn counts(&self) -> BTreeMap<Component, usize> {
        let mut counts = BTreeMap::new();
        let (canonical, target) = (&self.canonical.catalog, &self.compared.snapshot.catalog);
        let extra = target.keys().filter(|key| !canonical.contains(key));
        for key in canonical.keys().chain(extra) {
            let component = Component::of(key.kind());
            *counts.entry(component).or_default() += 1;
            if key.kind().name() == "table" {
                *counts.entry(Component::RowSecurity).or_default() += 1;
            }
        }
        counts
    }

    /// What one difference comes to. The row security of a table is a finding of its own.
    fn findings(&self, key: &Key, difference: &Difference) -> Vec<Finding> {
        let component = Component::of(key.kind());
        let (security, other): (Vec<&String>, Vec<&String>) =
            difference.facets.iter().partition(|facet| ROW_SECURITY.contains(&facet.as_str()));
        let mut findings = Vec::new();
        if difference.status != Status::Changed || !other.is_empty() {
            let sentence = self.sentence(key, difference, &other);
            let code = code::of(component, difference.status);
            findings.push(self.finding(code, component, key, difference, &other, sentence));
        }
        if !security.is_empty() {
            let wanted =
                |facet: &&&String| self.canonical.catalog.get(key).is_some_and(|it| it.facets.flag(facet));
            let code = match security.iter().any(|facet| wanted(&facet)) {
                true => Code::RowSecurityMissing,
                false => Code::RowSecurityExtra,
            };
            let sentence = self.security_sentence(key, code, &security);
            findings.push(self.finding(code, Component::RowSecurity, key, difference, &security, sentence));
        }
        findings
    }

    fn finding(
        &self,
        code: Code,
        component: Component,
        key: &Key,
        difference: &Difference,
        facets: &[&String],
        sentence: Sentence,
    ) -> Finding {
        let hazards = self.hazards.get(key).cloned().unwrap_or_default();
        Finding {
            code,
            severity: self.policy.severity(code, Some(key), Some(&hazards)),
            component,
            key: Some(key.clone()),
            sentence,
            details: facets.iter().map(|facet| self.detail(key, facet)).collect(),
            location: self.location(key).cloned(),
            acceptance: difference.acceptance.clone(),
            fingerprint: super::finding::fingerprint(self.name, code, &key.to_string()),
        }
    }

    fn sides(&self, key: &Key) -> (Option<&Object>, Option<&Object>) {
        (
            self.canonical.catalog.get(key).map(|object| &**object),
            self.compared.snapshot.catalog.get(key).map(|object| &**object),
        )
    }

    fn detail(&self, key: &Key, facet: &str) -> Detail {
        let (canonical, target) = self.sides(key);
        let value = |object: Option<&Object>| object.and_then(|object| object.facets.get(facet)).cloned();
        let (canonical, target) = (value(canonical), value(target));
        Detail {
            facet: facet.to_owned(),
            canonical: shown_beside(canonical.as_ref(), target.as_ref()),
            target: shown_beside(target.as_ref(), canonical.as_ref()),
        }
    }

    /// Where canonical has the object, or what the target's object is a part of.
    fn location(&self, key: &Key) -> Option<&Location> {
        self.canonical.location(key).or_else(|| {
            let parent = self.compared.snapshot.catalog.get(key)?.parent.as_ref()?;
            self.location(parent)
        })
    }

    fn sentence(&self, key: &Key, difference: &Difference, facets: &[&String]) -> Sentence {
        let (kind, path) = (format!("{} ", key.kind()), key.dotted());
        let sentence = Sentence::default();
        match difference.status {
            Status::Missing => {
                let parts = self.parts(key, Status::Missing);
                sentence.words("The ").words(kind).name(path).words(" is missing").words(parts).words(".")
            }
            Status::Extra => {
                let parts = self.parts(key, Status::Extra);
                let behind = format!("{parts} is not in canonical.");
                sentence.words("The ").words(kind).name(path).words(behind)
            }
            Status::Unknown => {
                let reason = difference.reason.clone().unwrap_or_else(|| "it could not be read".to_owned());
                let sentence =
                    sentence.words("The ").words(kind).name(path).words(" could not be compared: ");
                sentence.name(reason.trim_end_matches('.')).words(".")
            }
            Status::Changed | Status::Same => {
                let facets: Vec<&str> = facets.iter().map(|facet| facet.as_str()).collect();
                let facets = format!(" differs: {}.", facets.join(", "));
                sentence.words("The ").words(kind).name(path).words(facets)
            }
        }
    }

    fn security_sentence(&self, key: &Key, code: Code, facets: &[&String]) -> Sentence {
        // Whether it is on weighs more than whether it binds the owner too.
        let itself = facets.iter().any(|facet| facet.as_str() == ROW_SECURITY[0]);
        let (lead, behind) = match (code, itself) {
            (Code::RowSecurityMissing, true) => ("Row security is off on the table ", "it on"),
            (Code::RowSecurityMissing, false) => {
                ("Row security does not bind the owner of the table ", "it do so")
            }
            (_, true) => ("Row security is on for the table ", "it off"),
            (_, false) => ("Row security binds the owner of the table ", "it not do so"),
        };
        Sentence::default().words(lead).name(key.dotted()).words(format!(", and canonical has {behind}."))
    }

    /// ` with its 5 parts`: what comes and goes with it.
    fn parts(&self, key: &Key, status: Status) -> String {
        let side = if status == Status::Missing { self.canonical } else { &self.compared.snapshot };
        let parts = side.catalog.below(key).filter(|part| part.key != *key);
        let count = parts.filter(|part| self.compared.drift.status(&part.key) == status).count();
        match count {
            0 => String::new(),
            1 => " with its 1 part".to_owned(),
            count => format!(" with its {count} parts"),
        }
    }
}

/// A value as people read it; what is absent beside a yes is a no.
fn shown_beside(value: Option<&Value>, other: Option<&Value>) -> Option<String> {
    match (value, other) {
        (None, Some(Value::Bool(other))) => Some((!other).to_string()),
        (value, _) => value.map(shown),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}
