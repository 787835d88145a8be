//! What a statement was seen to do while it ran on a scratch copy: locks, storage, rows read.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::HazardCode;

/// What one statement was seen to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The relations that were there before the plan and that the statement locked, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<Touched>,
    /// Why it could not be seen, where it could not: a full sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
}

/// What happened to one relation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// Its name as SQL writes it, for example `public.orders`.
    pub relation: String,
    /// The strongest lock on it.
    pub lock: Lock,
    /// Whether its storage was written anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rewritten: bool,
    /// Whether its rows were read, to check them or to build an index.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scanned: bool,
    /// Whether it, or a column of it, is gone with what it held.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

/// The lock modes of relations, weakest first (PostgreSQL manual, "Table-Level Locks").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&str", try_from = "String")]
pub enum Lock {
    /// As SELECT takes it.
    AccessShare,
    /// As SELECT FOR UPDATE takes it.
    RowShare,
    /// As UPDATE, DELETE and INSERT take it.
    RowExclusive,
    /// As VACUUM, CREATE INDEX CONCURRENTLY and VALIDATE CONSTRAINT take it: rows can be written.
    ShareUpdateExclusive,
    /// As CREATE INDEX takes it: rows cannot be written.
    Share,
    /// As adding a foreign key takes it: rows cannot be written.
    ShareRowExclusive,
    /// As REFRESH MATERIALIZED VIEW CONCURRENTLY takes it: rows can only be read.
    Exclusive,
    /// As most of ALTER TABLE and DROP take it: rows cannot even be read.
    AccessExclusive,
}

impl Lock {
    const ALL: [(Lock, &'static str, &'static str); 8] = [
        (Lock::AccessShare, "ACCESS SHARE", "AccessShareLock"),
        (Lock::RowShare, "ROW SHARE", "RowShareLock"),
        (Lock::RowExclusive, "ROW EXCLUSIVE", "RowExclusiveLock"),
        (Lock::ShareUpdateExclusive, "SHARE UPDATE EXCLUSIVE", "ShareUpdateExclusiveLock"),
        (Lock::Share, "SHARE", "ShareLock"),
        (Lock::ShareRowExclusive, "SHARE ROW EXCLUSIVE", "ShareRowExclusiveLock"),
        (Lock::Exclusive, "EXCLUSIVE", "ExclusiveLock"),
        (Lock::AccessExclusive, "ACCESS EXCLUSIVE", "AccessExclusiveLock"),
    ];

    /// The mode as the manual writes it: `ACCESS EXCLUSIVE`.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Whether nobody else can write rows while it is held.
    pub fn blocks_writes(self) -> bool {
        self >= Lock::Share
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Lock> for &str {
    fn from(lock: Lock) -> Self {
        lock.name()
    }
}

impl TryFrom<String> for Lock {
    type Error = ParseLockError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl FromStr for Lock {
    type Err = ParseLockError;

    /// Reads `ACCESS EXCLUSIVE`, and `AccessExclusiveLock` as `pg_locks` has it.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|(_, manual, view)| [manual, view].contains(&&name));
        known.map(|(lock, ..)| lock).ok_or_else(|| ParseLockError(name.to_owned()))
    }
}

/// A name that no lock mode has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("There is no lock mode {0}.")]
pub struct ParseLockError(String);

impl Observed {
    /// A statement that could not be watched, and why.
    pub fn unseen(reason: impl Into<String>) -> Self {
        Observed { relations: Vec::new(), unseen: Some(reason.into()) }
    }

    /// The hazards that what was seen amounts to. A lock that is held for a moment only is none:
    /// it counts where rows were read or written under it.
    pub fn hazards(&self) -> BTreeSet<HazardCode> {
        self.relations.iter().flat_map(Touched::hazards).collect()
    }

    /// The relations that are to blame for a hazard.
    pub fn causes(&self, code: HazardCode) -> impl Iterator<Item = &str> {
        let guilty = self.relations.iter().filter(move |touched| touched.hazards().any(|own| own == code));
        guilty.map(|touched| touched.relation.as_str())
    }

    /// What was seen, on one line: `ACCESS EXCLUSIVE on public.orders, rewritten`. Locks that let
    /// everybody work are left out. Nothing if there is nothing to tell.
    pub fn sentence(&self) -> Option<String> {
        let told: Vec<String> = self.relations.iter().filter_map(Touched::words).collect();
        match (&self.unseen, told.is_empty()) {
            (Some(reason), _) => Some(reason.clone()),
            (None, true) => None,
            (None, false) => Some(told.join("; ")),
        }
    }
}

impl Touched {
    fn hazards(&self) -> impl Iterator<Item = HazardCode> {
        let works = self.rewritten || self.scanned;
        let reads = works && self.lock == Lock::AccessExclusive;
        let found = [
            (self.lost, HazardCode::LosesData),
            (self.rewritten, HazardCode::RewritesTable),
            (reads, HazardCode::BlocksReads),
            (works && !reads && self.lock.blocks_writes(), HazardCode::BlocksWrites),
        ];
        found.into_iter().filter(|(seen, _)| *seen).map(|(_, code)| code)
    }

    fn words(&self) -> Option<String> {
        let done = [(self.rewritten, "rewritten"), (self.scanned, "scanned"), (self.lost, "data lost")];
        let done: String = done.iter().filter(|(is, _)| *is).map(|(_, word)| format!(", {word}")).collect();
        let harmless = self.lock < Lock::ShareUpdateExclusive && done.is_empty();
        (!harmless).then(|| format!("{} on {}{done}", self.lock, self.relation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(lock: Lock, rewritten: bool, scanned: bool) -> Observed {
        let relation =
            Touched { relation: "public.orders".to_owned(), lock, rewritten, scanned, lost: false };
        Observed { relations: vec![relation], unseen: None }
    }

    #[test]
    fn a_lock_is_a_hazard_where_rows_are_read_under_it() {
        let hazards = |observed: Observed| observed.hazards().into_iter().collect::<Vec<_>>();
        assert_eq!(hazards(touched(Lock::AccessExclusive, false, false)), []);
        assert_eq!(hazards(touched(Lock::ShareUpdateExclusive, false, true)), []);
        assert_eq!(hazards(touched(Lock::ShareRowExclusive, false, true)), [HazardCode::BlocksWrites]);
        assert_eq!(
            hazards(touched(Lock::AccessExclusive, true, true)),
            [HazardCode::RewritesTable, HazardCode::BlocksReads]
        );
    }

    #[test]
    fn what_was_seen_fits_on_one_line() {
        let seen = touched(Lock::AccessExclusive, true, false);
        assert_eq!(seen.sentence().as_deref(), Some("ACCESS EXCLUSIVE on public.orders, rewritten"));
        assert_eq!(touched(Lock::AccessShare, false, false).sentence(), None);
    }

    #[test]
    fn lock_modes_are_written_as_in_the_manual_and_read_as_in_the_view_too() {
        for (lock, manual, view) in Lock::ALL {
            assert_eq!(serde_json::to_value(lock).unwrap(), manual);
            assert_eq!(serde_json::from_value::<Lock>(manual.into()).unwrap(), lock);
            assert_eq!(view.parse(), Ok(lock));
        }
        assert!("".parse::<Lock>().is_err());
    }
}
