//! Differences that a team has accepted, each with a reason and, where it is meant to end, a day.
//!
//! An acceptance does not hide a difference: it is counted and listed as accepted. It stops to hold
//! when its day is over, and when the difference is no longer the one that was accepted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Difference, Drift, Status, matches, rules::wildcard};
use crate::model::{Key, Object, Snapshot};

/// Everything that was accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The entries, in the order of their file. Of two that fit, the first that holds counts.
    pub accepted: Vec<Accepted>,
}

/// One entry: which differences are accepted, where, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// A key, or a pattern of keys as [`super::matches()`] has them. What comes or goes as a whole is
    /// accepted with its parts.
    pub key: String,
    /// A pattern of the names of targets; none fits every target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// What the difference was when it was accepted, see [`fingerprint`]. Without one, whatever
    /// differs at the key is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// The last day on which the acceptance holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// What a baseline says about one difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Whether it holds.
    pub standing: Standing,
    /// Where its entry stands in the baseline, the first being 0.
    pub entry: usize,
    /// The entry.
    #[serde(flatten)]
    pub accepted: Accepted,
}

/// Whether an acceptance holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The difference is accepted.
    Holds,
    /// The difference is no longer the one that was accepted.
    Changed,
    /// Its last day is over.
    Expired,
}

/// The day of a moment, in UTC. `seconds` are since 1970-01-01 UTC; what is beyond the year 9999 is
/// taken as the last day that there is.
pub fn day(seconds: u64) -> Date {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC).date()
}

impl Acceptance {
    /// Why it does not hold any more: `was accepted until 2026-02-28: slow (ann)`.
    pub fn lapse(&self) -> Option<String> {
        let why = match self.standing {
            Standing::Holds => return None,
            Standing::Expired => "was accepted",
            Standing::Changed => "is no longer what was accepted",
        };
        Some(format!("{why}{}", self.accepted))
    }
}

impl fmt::Display for Accepted {
    /// What stands behind the word "accepted": ` until 2026-12-31: the reason (ann on 2026-03-01)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(day) = self.until {
            write!(f, " until {day}")?;
        }
        write!(f, ": {}", self.reason)?;
        match (&self.by, self.since) {
            (Some(by), Some(day)) => write!(f, " ({by} on {day})"),
            (Some(by), None) => write!(f, " ({by})"),
            (None, Some(day)) => write!(f, " ({day})"),
            (None, None) => Ok(()),
        }
    }
}

impl Baseline {
    /// Notes on every difference of a target what the baseline says about it.
    ///
    /// `name` is what the target is called, `today` the day in UTC.
    pub fn apply(&self, drift: &mut Drift, canonical: &Snapshot, target: &Snapshot, name: &str, today: Date) {
        let entries: Vec<(usize, &Accepted)> =
            self.accepted.iter().enumerate().filter(|(_, entry)| entry.is_for(name)).collect();
        if entries.is_empty() {
            return;
        }
        let sides = Sides { drift, canonical, target };
        // All parts of a table ask for the fingerprint of the table.
        let mut fingerprints: BTreeMap<Key, String> = BTreeMap::new();
        let mut judge = |key: &Key| {
            let whole = sides.whole(key);
            let acceptances = entries.iter().filter_map(|(at, entry)| {
                let fitting = whole.iter().find(|key| entry.fits(key))?;
                let is_still = |then: &str| {
                    let now = fingerprints.entry(fitting.clone());
                    then == now.or_insert_with(|| sides.fingerprint(fitting))
                };
                let standing = entry.standing(today, is_still);
                Some(Acceptance { standing, entry: *at, accepted: (*entry).clone() })
            });
            acceptances.min_by_key(|acceptance| acceptance.standing)
        };
        let judged: Vec<(Key, Option<Acceptance>)> =
            drift.differences.keys().map(|key| (key.clone(), judge(key))).collect();
        for (key, acceptance) in judged {
            if let Some(difference) = drift.differences.get_mut(&key)
                && difference.status != Status::Unknown
            {
                difference.acceptance = acceptance;
            }
        }
    }

    /// What it says about something that is no difference of objects, such as a migration: only an
    /// entry that names it by a pattern can.
    pub fn acceptance(&self, key: &Key, name: &str, today: Date) -> Option<Acceptance> {
        let entries = self.accepted.iter().enumerate();
        let fitting = entries.filter(|(_, it)| it.is_for(name) && it.fits(key) && it.fingerprint.is_none());
        let judged = fitting.map(|(entry, it)| Acceptance {
            standing: it.standing(today, |_| true),
            entry,
            accepted: it.clone(),
        });
        judged.min_by_key(|acceptance| acceptance.standing)
    }

    /// The entries that say nothing about any of these drifts, by their places: what they accepted
    /// is gone.
    pub fn idle<'a>(&self, drifts: impl IntoIterator<Item = &'a Drift>) -> Vec<usize> {
        let differences = drifts.into_iter().flat_map(|drift| drift.differences.values());
        let used: BTreeSet<usize> =
            differences.filter_map(|difference| Some(difference.acceptance.as_ref()?.entry)).collect();
        (0..self.accepted.len()).filter(|at| !used.contains(at)).collect()
    }
}

impl Accepted {
    /// The acceptance of one difference exactly as it is now. It comes back when it changes.
    pub fn exactly(
        key: &Key,
        drift: &Drift,
        canonical: &Snapshot,
        target: &Snapshot,
        reason: impl Into<String>,
    ) -> Self {
        let fingerprint = Some(fingerprint(key, drift, canonical, target));
        Accepted { fingerprint, ..Accepted::like(key.to_string(), reason) }
    }

    /// The acceptance of whatever differs at what fits a pattern.
    pub fn like(pattern: impl Into<String>, reason: impl Into<String>) -> Self {
        let (key, reason) = (pattern.into(), reason.into());
        Accepted { key, target: None, fingerprint: None, reason, by: None, since: None, until: None }
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it says something about a target of this name.
    pub fn is_for(&self, name: &str) -> bool {
        self.target.as_ref().is_none_or(|pattern| pattern == name || wildcard(pattern, name))
    }

    fn fits(&self, key: &Key) -> bool {
        self.key == key.to_string() || matches(&self.key, key)
    }

    fn standing(&self, today: Date, is_still: impl FnOnce(&str) -> bool) -> Standing {
        if self.is_expired(today) {
            return Standing::Expired;
        }
        match &self.fingerprint {
            Some(then) if !is_still(then) => Standing::Changed,
            _ => Standing::Holds,
        }
    }
}

/// What a difference is, as 16 hexadecimal digits: its status and both sides of what differs; for
/// what is missing or extra as a whole, that of all its parts.
pub fn fingerprint(key: &Key, drift: &Drift, canonical: &Snapshot, target: &Snapshot) -> String {
    Sides { drift, canonical, target }.fingerprint(key)
}

#[derive(Clone, Copy)]
struct Sides<'a> {
    drift: &'a Drift,
    canonical: &'a Snapshot,
    target: &'a Snapshot,
}

impl Sides<'_> {
    /// The key, and what it comes and goes with: the table of a column where the table is extra.
    fn whole(&self, key: &Key) -> Vec<Key> {
        let status = self.drift.status(key);
        let comes_and_goes = matches!(status, Status::Missing | Status::Extra);
        let parent = |key: &Key| {
            let object = self.canonical.catalog.get(key).or_else(|| self.target.catalog.get(key))?;
            let parent = object.parent.clone();
            parent.filter(|parent| comes_and_goes && self.drift.status(parent) == status)
        };
        std::iter::successors(Some(key.clone()), parent).collect()
    }

    fn fingerprint(&self, key: &Key) -> String {
        let mut hasher = blake3::Hasher::new();
        let Some(difference) = self.drift.differences.get(key) else { return String::new() };
        self.add(&mut hasher, key, difference);
        if matches!(difference.status, Status::Missing | Status::Extra) {
            let side = if difference.status == Status::Missing { self.canonical } else { self.target };
            for part in side.catalog.below(key).filter(|part| part.key != *key) {
                let same = self.drift.differences.get(&part.key);
                if let Some(same) = same.filter(|_| self.whole(&part.key).contains(key)) {
                    self.add(&mut hasher, &part.key, same);
                }
            }
        }
        let hex = hasher.finalize().to_hex();
        hex[..16].to_owned()
    }

    fn add(&self, hasher: &mut blake3::Hasher, key: &Key, difference: &Difference) {
        let mut word = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
        };
        word(&key.to_string());
        word(difference.status.word());
        let sides = [self.canonical.catalog.get(key), self.target.catalog.get(key)];
        for object in sides.into_iter().flatten() {
            let mut facets: Vec<_> = compared(object, difference).collect();
            facets.sort_by_key(|(name, _)| *name);
            word(&facets.len().to_string());
            for (name, value) in facets {
                word(name);
                word(&value.to_string());
            }
        }
    }
}

/// The facets of an object that are part of its difference.
fn compared<'a>(
    object: &'a Object,
    difference: &'a Difference,
) -> impl Iterator<Item = (&'a str, &'a serde_json::Value)> {
    let all = difference.status != Status::Changed;
    object.facets.iter().filter(move |(name, _)| all || difference.facets.iter().any(|facet| facet == name))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::*;
    use crate::{
        diff::{Rules, compare},
        model::Catalog,
    };

    fn object(key: &str, parent: Option<&str>, kind: &str) -> Object {
        let facets = [("type".to_owned(), json!(kind))].into_iter().collect();
        Object::new(key.parse().unwrap(), parent.map(|parent| parent.parse().unwrap()), facets)
    }

    fn snapshot(objects: Vec<Object>) -> Snapshot {
        Snapshot { catalog: objects.into_iter().collect::<Catalog>(), ..Snapshot::default() }
    }

    fn sides(backup: &[&str]) -> (Snapshot, Snapshot) {
        let canonical = snapshot(vec![object("column:public.orders.total", None, "numeric")]);
        let mut live = vec![
            object("column:public.orders.total", None, "text"),
            object("table:public.backup", None, "table"),
        ];
        live.extend(backup.iter().map(|name| {
            object(&format!("column:public.backup.{name}"), Some("table:public.backup"), "text")
        }));
        (canonical, snapshot(live))
    }

    fn drift(canonical: &Snapshot, target: &Snapshot) -> Drift {
        compare(canonical, target, &Rules::default(), &|_, _| vec!["type".to_owned()])
    }

    fn entry(key: &str) -> Accepted {
        Accepted::like(key, "known")
    }

    /// `key standing` for every difference that the baseline says something about.
    fn judged(accepted: Vec<Accepted>, name: &str, backup: &[&str]) -> Vec<String> {
        let (canonical, target) = sides(backup);
        let mut drift = drift(&canonical, &target);
        Baseline { accepted }.apply(&mut drift, &canonical, &target, name, date(2026, 3, 1));
        let said = drift.differences.iter().filter_map(|(key, difference)| {
            Some(format!("{key} {:?}", difference.acceptance.as_ref()?.standing))
        });
        said.collect()
    }

    #[test]
    fn what_is_extra_as_a_whole_is_accepted_with_its_parts() {
        let all = judged(vec![entry("table:public.backup")], "prod", &["a"]);
        assert_eq!(all, ["table:public.backup Holds", "column:public.backup.a Holds"]);
    }

    #[test]
    fn an_acceptance_ends_after_its_last_day() {
        let until = |day| Accepted { until: Some(day), ..entry("table:*") };
        assert_eq!(judged(vec![until(date(2026, 3, 1))], "prod", &[]), ["table:public.backup Holds"]);
        assert_eq!(judged(vec![until(date(2026, 2, 28))], "prod", &[]), ["table:public.backup Expired"]);
        let both = vec![until(date(2026, 2, 28)), entry("table:public.backup")];
        assert_eq!(judged(both, "prod", &[]), ["table:public.backup Holds"]);
    }

    #[test]
    fn an_acceptance_is_for_the_targets_that_it_names() {
        let accepted = Accepted { target: Some("prod-*".to_owned()), ..entry("table:*") };
        assert!(judged(vec![accepted.clone()], "staging", &[]).is_empty());
        assert_eq!(judged(vec![accepted], "prod-eu", &[]), ["table:public.backup Holds"]);
    }

    #[test]
    fn a_difference_that_changed_comes_back() {
        let (canonical, target) = sides(&["a"]);
        let drift = drift(&canonical, &target);
        let exactly =
            |key: &str| Accepted::exactly(&key.parse().unwrap(), &drift, &canonical, &target, "known");
        let table = exactly("table:public.backup");
        let column = exactly("column:public.orders.total");
        assert_eq!(
            judged(vec![table.clone(), column], "prod", &["a"]),
            ["table:public.backup Holds", "column:public.backup.a Holds", "column:public.orders.total Holds"],
        );
        let grown = judged(vec![table], "prod", &["a", "b"]);
        assert!(grown.iter().all(|said| said.ends_with("Changed")) && grown.len() == 3, "{grown:?}");
    }

    #[test]
    fn entries_without_a_difference_are_idle() {
        let (canonical, target) = sides(&[]);
        let mut drift = drift(&canonical, &target);
        let baseline = Baseline { accepted: vec![entry("table:public.gone"), entry("table:public.backup")] };
        baseline.apply(&mut drift, &canonical, &target, "prod", date(2026, 3, 1));
        assert_eq!(baseline.idle([&drift]), [0]);
        assert_eq!((drift.count(Status::Extra), drift.accepted().count()), (0, 1));
    }
}
