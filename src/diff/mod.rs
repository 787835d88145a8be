//! Two catalogs under rules → what drifted. Pure.

pub mod baseline;
mod history;
mod renames;
mod rules;
mod scope;
mod words;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use baseline::{Acceptance, Accepted, Baseline, Standing, day};
pub use history::HISTORY_TABLES;
pub use renames::{ENUM_VALUE, Rename, renames};
pub use rules::{Managed, Rules, matches};
pub use scope::{covers, narrowed};
pub use words::{Word, spans, words};

use crate::model::{Key, Object, Snapshot};

/// How an object of the canonical schema stands at one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is there and equal.
    Same,
    /// It is there, and differs in some facets.
    Changed,
    /// Canonical has it, the target does not.
    Missing,
    /// The target has it, canonical does not.
    Extra,
    /// It is there, or may be, but could not be read.
    Unknown,
}

impl Status {
    /// The glyph that stands for the status wherever there is no room for its word.
    pub fn glyph(self) -> char {
        match self {
            Status::Same => '=',
            Status::Changed => '~',
            Status::Missing => '+',
            Status::Extra => '-',
            Status::Unknown => '?',
        }
    }

    /// The status in one word.
    pub fn word(self) -> &'static str {
        match self {
            Status::Same => "same",
            Status::Changed => "changed",
            Status::Missing => "missing",
            Status::Extra => "extra",
            Status::Unknown => "unknown",
        }
    }
}

/// One object that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// In what way; never [`Status::Same`].
    pub status: Status,
    /// The facets that differ in meaning, where the object stands on both sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<String>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the baseline says about it, see [`Baseline::apply`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
}

impl Difference {
    /// A difference of which nothing more is known than its status.
    pub fn new(status: Status) -> Self {
        Difference { status, facets: Vec::new(), reason: None, acceptance: None }
    }

    /// Whether the team has accepted it, and that still holds.
    pub fn is_accepted(&self) -> bool {
        self.acceptance.as_ref().is_some_and(|acceptance| acceptance.standing == Standing::Holds)
    }
}

/// What drifted at one target: every object that is not the same there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The differences, by the order of the keys.
    pub differences: BTreeMap<Key, Difference>,
    /// How many differences the rules hide.
    pub hidden: usize,
    /// The rules under which the two sides were compared.
    #[serde(default)]
    pub rules: Rules,
}

impl Drift {
    /// The status of an object that stands on either side.
    pub fn status(&self, key: &Key) -> Status {
        self.differences.get(key).map_or(Status::Same, |difference| difference.status)
    }

    /// The differences that nobody has accepted.
    pub fn open(&self) -> impl Iterator<Item = (&Key, &Difference)> {
        self.differences.iter().filter(|(_, difference)| !difference.is_accepted())
    }

    /// The differences that the baseline accepts.
    pub fn accepted(&self) -> impl Iterator<Item = (&Key, &Difference)> {
        self.differences.iter().filter(|(_, difference)| difference.is_accepted())
    }

    /// Whether nothing differs but what was accepted.
    pub fn is_empty(&self) -> bool {
        self.open().next().is_none()
    }

    /// The same drift seen from the other side: what is missing there is extra here.
    pub fn turned(&self) -> Drift {
        let mut turned = self.clone();
        for difference in turned.differences.values_mut() {
            difference.status = match difference.status {
                Status::Missing => Status::Extra,
                Status::Extra => Status::Missing,
                status => status,
            };
        }
        turned
    }

    /// How many differences there are of a status that nobody has accepted.
    pub fn count(&self, status: Status) -> usize {
        self.open().filter(|(_, difference)| difference.status == status).count()
    }
}

/// Tells whether two states of one object differ in meaning: the names of the facets that do.
pub type ChangedFacets<'a> = dyn Fn(&Object, &Object) -> Vec<String> + Sync + 'a;

/// Compares a target with the canonical schema.
///
/// `changed` is the dialect's judgement of two states of one object; it is asked only where the
/// facets are not equal to the letter.
pub fn compare(canonical: &Snapshot, target: &Snapshot, rules: &Rules, changed: &ChangedFacets<'_>) -> Drift {
    let mut drift = Drift { rules: rules.clone(), ..Drift::default() };
    let mut note = |key: &Key, status: Status, facets: Vec<String>, reason: Option<String>| {
        if !covers(&canonical.scope, key) || !covers(&target.scope, key) {
            return;
        }
        let unsaid = status == Status::Extra && canonical.silent_on.contains(&key.kind());
        let by_the_way = !rules.migration_tables && history::is_history(key, canonical);
        if rules.hides(key) || unsaid || by_the_way {
            drift.hidden += 1;
        } else {
            drift.differences.insert(key.clone(), Difference { facets, reason, ..Difference::new(status) });
        }
    };
    for object in canonical.catalog.iter() {
        let key = &object.key;
        if let Some(reason) = canonical.unknown.get(key).or_else(|| target.unknown.get(key)) {
            note(key, Status::Unknown, Vec::new(), Some(reason.clone()));
            continue;
        }
        match target.catalog.get(key) {
            None => note(key, Status::Missing, Vec::new(), None),
            Some(live) if live.facets == object.facets => {}
            Some(live) => {
                let mut facets = changed(live, object);
                facets.retain(|facet| rules.compares(facet, canonical, object));
                if !facets.is_empty() {
                    note(key, Status::Changed, facets, None);
                }
            }
        }
    }
    for object in target.catalog.iter().filter(|object| !canonical.catalog.contains(&object.key)) {
        let reason = canonical.unknown.get(&object.key);
        match reason {
            Some(reason) => note(&object.key, Status::Unknown, Vec::new(), Some(reason.clone())),
            None => note(&object.key, Status::Extra, Vec::new(), None),
        }
    }
    drift
}

/// The terms on which a target is compared: what is left out, and what is accepted there.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What the comparison leaves out.
    pub rules: &'a Rules,
    /// What was accepted.
    pub baseline: &'a Baseline,
    /// What the target is called.
    pub name: &'a str,
    /// The day in UTC.
    pub today: Date,
}

/// As [`compare`], with every difference judged by the baseline.
pub fn judge(
    canonical: &Snapshot,
    target: &Snapshot,
    terms: Terms<'_>,
    changed: &ChangedFacets<'_>,
) -> Drift {
    let mut drift = compare(canonical, target, terms.rules, changed);
    terms.baseline.apply(&mut drift, canonical, target, terms.name, terms.today);
    drift
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Kind};

    fn snapshot(objects: &[&str]) -> Snapshot {
        let object = |key: &&str| Object::new(key.parse().unwrap(), None, Facets::default());
        Snapshot { catalog: objects.iter().map(object).collect(), ..Snapshot::default() }
    }

    fn every_facet(_: &Object, _: &Object) -> Vec<String> {
        Vec::new()
    }

    #[test]
    fn what_a_source_says_nothing_about_is_not_extra() {
        let target = snapshot(&["subscription:feed", "table:public.orders"]);
        let mut canonical = snapshot(&[]);
        canonical.silent_on = vec![Kind::of("subscription")];
        let drift = compare(&canonical, &target, &Rules::default(), &every_facet);
        let keys: Vec<String> = drift.differences.keys().map(ToString::to_string).collect();
        assert_eq!((keys, drift.hidden), (vec!["table:public.orders".to_owned()], 1));
    }
}
