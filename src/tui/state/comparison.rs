//! What one target was found to be, compared with canonical.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{DialectRef, board::Counts};
use crate::{
    dialect,
    diff::{self, Difference, Drift, ENUM_VALUE, Rename, Status, Terms},
    model::{Fingerprint, Key, Snapshot},
    plan::{self, Direction, Hazard, HazardCode, Sides},
};

/// What one target was found to be, compared with canonical.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// The target, as it was read.
    pub snapshot: Arc<Snapshot>,
    /// Which side is to follow the other: that one is what closing a difference can hurt.
    pub direction: Direction,
    /// What differs there.
    pub drift: Arc<Drift>,
    /// The open differences that stand for themselves: not the parts of what is missing or extra as a
    /// whole, which come and go with it.
    pub whole: BTreeSet<Key>,
    /// How many those are.
    pub counts: Counts,
    /// Equal for targets that drifted in the very same way.
    pub mark: Fingerprint,
    /// What closing a difference can hurt, for those that can hurt anything.
    pub hazards: BTreeMap<Key, Vec<Hazard>>,
    /// What looks like one object under two names.
    pub renames: Vec<Rename>,
    /// How many differences that stand for themselves were accepted.
    pub accepted: usize,
}

impl Comparison {
    /// What differs at a target, and what closing each difference can hurt. Pure.
    ///
    /// # Errors
    /// Where both are schemas of different databases.
    pub fn make(
        dialect: DialectRef,
        canonical: &Snapshot,
        snapshot: Arc<Snapshot>,
        terms: Terms<'_>,
        direction: Direction,
    ) -> Result<Self, String> {
        if canonical.dialect != snapshot.dialect {
            return Err(dialect::mismatch(&canonical.dialect, &snapshot.dialect));
        }
        let dialect = dialect.0;
        let changed = dialect::judgement(dialect, canonical, &snapshot);
        let drift = diff::judge(canonical, &snapshot, terms, &changed);
        let selection = plan::every_difference(&drift);
        let request = plan::Request::new(dialect, canonical, &snapshot, &drift, &selection);
        let turned = (direction == Direction::CanonicalFollows).then(|| Sides::turned(&request));
        let request = turned.as_ref().map_or(request, |sides| sides.request(&request));
        let hazards = plan::hazards(&request);
        let stands = |key: &&Key| !comes_with_parent(canonical, &snapshot, &drift, key);
        let whole: BTreeSet<Key> = drift.open().map(|(key, _)| key).filter(stands).cloned().collect();
        let mut counts = Counts::default();
        whole.iter().for_each(|key| counts.count(drift.status(key)));
        Ok(Comparison {
            whole,
            counts,
            mark: mark(&drift, &snapshot),
            accepted: drift.accepted().map(|(key, _)| key).filter(stands).count(),
            renames: diff::renames(canonical, &snapshot, &drift),
            snapshot,
            direction,
            drift: Arc::new(drift),
            hazards,
        })
    }

    /// Whether closing a difference loses data, or takes away something that the side to be followed
    /// does not have: such differences are selected by a key of their own only.
    pub fn is_dangerous(&self, key: &Key) -> bool {
        let dropped = match self.direction {
            Direction::TargetFollows => Status::Extra,
            Direction::CanonicalFollows => Status::Missing,
        };
        self.drift.status(key) == dropped
            || self.hazards_of(key).any(|hazard| hazard.code == HazardCode::LosesData)
    }

    /// The objects that stand otherwise here than they stood in an earlier comparison.
    pub fn news_since(&self, before: &Comparison) -> Vec<Key> {
        if Arc::ptr_eq(&self.snapshot, &before.snapshot) || self.direction != before.direction {
            return Vec::new();
        }
        let state = |comparison: &Comparison, key: &Key| {
            let object = comparison.snapshot.catalog.get(key);
            (comparison.drift.status(key), object.map(|object| object.facets.clone()))
        };
        let keys: BTreeSet<&Key> =
            before.drift.differences.keys().chain(self.drift.differences.keys()).collect();
        // A part of what comes or goes as a whole is no news of its own.
        let whole = |key: &&Key| self.whole.contains(*key) || before.whole.contains(*key);
        let changed = keys.into_iter().filter(|key| state(self, key) != state(before, key));
        changed.filter(whole).cloned().collect()
    }

    /// What looks like a rename of an object, whichever of its names is meant, or of a value of it; and
    /// with it the renames of its parts that leave no doubt.
    pub fn renames_of(&self, key: &Key) -> Vec<&Rename> {
        let is_value = |rename: &Rename| rename.from.kind() == ENUM_VALUE;
        let own = |rename: &Rename| {
            [&rename.from, &rename.to].contains(&key)
                || is_value(rename) && rename.from.parent(key.kind()) == *key
        };
        let Some(first) = self.renames.iter().find(|rename| own(rename)) else { return Vec::new() };
        let inside = |rename: &Rename| {
            !rename.ambiguous && rename.to.path().starts_with(first.to.path()) && !is_value(rename)
        };
        self.renames.iter().filter(|rename| own(rename) || inside(rename)).collect()
    }

    /// What closing a difference can hurt.
    pub fn hazards_of(&self, key: &Key) -> impl Iterator<Item = &Hazard> {
        self.hazards.get(key).into_iter().flatten()
    }

    /// Whether there is a difference that was accepted.
    pub fn is_accepted(&self, key: &Key) -> bool {
        self.drift.differences.get(key).is_some_and(Difference::is_accepted)
    }

    /// Whether there is a difference that a plan can close, and that nobody has accepted.
    pub fn is_selectable(&self, key: &Key) -> bool {
        let difference = self.drift.differences.get(key);
        difference.is_some_and(|difference| difference.status != Status::Unknown && !difference.is_accepted())
    }
}

/// A hash of every difference and of what the target has there.
fn mark(drift: &Drift, target: &Snapshot) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    for (key, difference) in &drift.differences {
        hasher.update(key.to_string().as_bytes()).update(&[0]);
        hasher.update(format!("{difference:?}").as_bytes());
        if let Some(object) = target.catalog.get(key) {
            hasher.update(&object.fingerprint().0);
        }
    }
    Fingerprint(hasher.finalize().into())
}

/// Whether a difference is that of a part whose parent is missing or extra just as well.
fn comes_with_parent(canonical: &Snapshot, target: &Snapshot, drift: &Drift, key: &Key) -> bool {
    let status = drift.status(key);
    let object = canonical.catalog.get(key).or_else(|| target.catalog.get(key));
    let parent = object.and_then(|object| object.parent.as_ref());
    matches!(status, Status::Missing | Status::Extra)
        && parent.is_some_and(|parent| drift.status(parent) == status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn a_difference_knows_what_closing_it_can_hurt() {
        let (canonical, live) = (sample::canonical(), sample::live());
        let comparison = Comparison::make(
            sample::dialect(),
            &canonical,
            Arc::new(live),
            sample::terms(),
            Direction::default(),
        )
        .unwrap();
        let table = sample::key("table:public.debug_dump");
        assert_eq!(comparison.drift.status(&table), Status::Extra);
        assert!(
            comparison.is_dangerous(&table)
                && comparison.hazards_of(&table).any(|hazard| hazard.code == HazardCode::LosesData)
        );
        assert!(!comparison.is_dangerous(&sample::key("table:public.invoices")));
    }

    #[test]
    fn schemas_of_two_databases_are_not_compared() {
        let other = Snapshot { dialect: "sqlite".to_owned(), ..sample::live() };
        let error = Comparison::make(
            sample::dialect(),
            &sample::canonical(),
            Arc::new(other),
            sample::terms(),
            Direction::default(),
        )
        .unwrap_err();
        assert!(
            error.starts_with("A schema of PostgreSQL cannot be compared with one of SQLite."),
            "{error}"
        );
    }
}
