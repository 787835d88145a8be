//! What a report on drift is made from: one canonical schema and what came of each target.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diff::{Difference, Drift, Status},
    model::{Key, Object, Snapshot},
    plan::{Decisions, Hunk, Plan},
};

/// A canonical schema beside its targets.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The schema that is meant.
    pub canonical: Side,
    /// The targets, in the order in which they were named.
    pub targets: Vec<Target>,
}

/// A schema with the name that it goes by.
#[derive(Clone, Debug)]
pub struct Side {
    /// The name for people: of the configuration, or a short form of its URL or path.
    pub name: String,
    /// What was read.
    pub snapshot: Snapshot,
}

/// What came of one target.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name for people.
    pub name: String,
    /// What differs there; or why it could not be compared, with what to do, as full sentences.
    pub result: Result<Compared, String>,
}

/// A target that was compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What was read.
    pub snapshot: Snapshot,
    /// What differs.
    pub drift: Drift,
}

/// What a comparison comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Every target has the canonical schema.
    Same,
    /// At least one target differs.
    Drift,
    /// At least one target, or one object, could not be compared.
    Incomplete,
}

impl Outcome {
    /// The exit status of a command that ends so.
    pub fn exit_status(self) -> u8 {
        match self {
            Outcome::Same => 0,
            Outcome::Drift => 1,
            Outcome::Incomplete => 2,
        }
    }
}

impl Comparison {
    /// What it comes down to.
    pub fn outcome(&self) -> Outcome {
        let outcome = |target: &Target| match &target.result {
            Err(_) => Outcome::Incomplete,
            Ok(compared) if compared.drift.count(Status::Unknown) > 0 => Outcome::Incomplete,
            Ok(compared) if compared.drift.is_empty() => Outcome::Same,
            Ok(_) => Outcome::Drift,
        };
        self.targets.iter().map(outcome).max().unwrap_or(Outcome::Same)
    }

    /// For each target its drift group: targets with the same drift have the same number, the
    /// first group being 1. Targets that could not be compared, or that do not differ, have none.
    pub fn groups(&self) -> Vec<Option<usize>> {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let group = |target: &Target| {
            let compared = target.result.as_ref().ok()?;
            if compared.drift.is_empty() {
                return None;
            }
            let next = known.len() + 1;
            Some(*known.entry(compared.drift_fingerprint()).or_insert(next))
        };
        self.targets.iter().map(group).collect()
    }
}

impl Compared {
    /// The object of a key on either side, canonical first.
    pub(super) fn object<'a>(&'a self, canonical: &'a Snapshot, key: &Key) -> Option<&'a Object> {
        let object = canonical.catalog.get(key).or_else(|| self.snapshot.catalog.get(key));
        object.map(|object| &**object)
    }

    /// The open differences that stand for themselves: not the parts of what is missing or extra as a
    /// whole, which come and go with it.
    pub fn whole<'a>(&'a self, canonical: &'a Snapshot) -> impl Iterator<Item = (&'a Key, &'a Difference)> {
        self.drift.open().filter(|(key, difference)| !self.is_part(canonical, key, difference.status))
    }

    /// The differences that were accepted, without the parts of what was accepted as a whole.
    pub fn accepted<'a>(
        &'a self,
        canonical: &'a Snapshot,
    ) -> impl Iterator<Item = (&'a Key, &'a Difference)> {
        let with_whole = |key: &Key, difference: &Difference| {
            let parent = self.object(canonical, key).and_then(|object| object.parent.as_ref());
            let parent = parent.and_then(|parent| self.drift.differences.get(parent));
            let comes_and_goes = matches!(difference.status, Status::Missing | Status::Extra);
            comes_and_goes
                && parent.is_some_and(|parent| parent.is_accepted() && parent.status == difference.status)
        };
        self.drift.accepted().filter(move |(key, difference)| !with_whole(key, difference))
    }

    /// What becomes of each difference when these are selected, some of them in part, and a plan was made
    /// for them.
    pub fn decisions(
        &self,
        canonical: &Snapshot,
        plan: &Plan,
        selected: &BTreeSet<Key>,
        parts: &BTreeMap<Key, BTreeSet<Hunk>>,
    ) -> Decisions {
        let accepted = self.accepted(canonical).filter_map(|(key, difference)| {
            let acceptance = difference.acceptance.as_ref()?;
            Some((key.clone(), acceptance.accepted.clone()))
        });
        let (closed, open): (BTreeMap<Key, Status>, _) = self
            .whole(canonical)
            .map(|(key, difference)| (key.clone(), difference.status))
            .partition(|(key, _)| {
                let is_taken = selected.contains(key) || plan.needed.contains_key(key);
                is_taken && !plan.refused.contains_key(key)
            });
        let in_part = parts.keys().filter(|key| closed.contains_key(key)).cloned().collect();
        Decisions { closed, in_part, accepted: accepted.collect(), open }
    }

    fn is_part(&self, canonical: &Snapshot, key: &Key, status: Status) -> bool {
        let parent = self.object(canonical, key).and_then(|object| object.parent.as_ref());
        matches!(status, Status::Missing | Status::Extra)
            && parent.is_some_and(|parent| self.drift.status(parent) == status)
    }

    /// Equal for two targets that differ from the same canonical schema in the same way.
    fn drift_fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (key, difference) in &self.drift.differences {
            hasher.update(key.to_string().as_bytes()).update(&[0]);
            hasher.update(difference.status.word().as_bytes());
            hasher.update(&[u8::from(difference.is_accepted())]);
            if let Some(object) = self.snapshot.catalog.get(key) {
                for (facet, value) in object.facets.iter() {
                    // Facets that do not differ in meaning may still be spelled in another way.
                    if difference.status == Status::Extra || difference.facets.iter().any(|f| f == facet) {
                        hasher.update(facet.as_bytes()).update(&[0]).update(value.to_string().as_bytes());
                    }
                }
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}
