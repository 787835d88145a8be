//! What was read of each side: what is read next has in memory only what it does not share with that.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{model::Snapshot, tui::state::side::SideId};

/// The last reading of each side, as long as somebody needs it.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<Mutex<BTreeMap<SideId, Weak<Snapshot>>>>);

impl Known {
    /// Takes in what was read of a side. It shares its objects with canonical or, before that has been
    /// read, with a target.
    pub fn keep(&self, side: SideId, mut snapshot: Snapshot) -> Arc<Snapshot> {
        // In the order of the sides, canonical is the first.
        let first = self.sides().values().find_map(Weak::upgrade);
        if let Some(first) = first {
            snapshot.catalog.share(&first.catalog);
        }
        let snapshot = Arc::new(snapshot);
        self.sides().insert(side, Arc::downgrade(&snapshot));
        snapshot
    }

    fn sides(&self) -> std::sync::MutexGuard<'_, BTreeMap<SideId, Weak<Snapshot>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn sides_share_what_is_the_same() {
        let known = Known::default();
        let target = known.keep(SideId::Target(0), sample::live());
        let canonical = known.keep(SideId::Canonical, sample::canonical());
        let again = known.keep(SideId::Target(0), sample::live());
        assert_eq!(*again, sample::live());
        let shared = |one: &Snapshot, other: &Snapshot| {
            let same = one.catalog.iter().filter(|object| {
                other.catalog.get(&object.key).is_some_and(|theirs| Arc::ptr_eq(theirs, object))
            });
            same.count()
        };
        assert!(shared(&target, &canonical) > 0);
        assert_eq!(shared(&again, &canonical), shared(&target, &canonical));
    }

    #[test]
    fn what_nobody_needs_any_more_is_not_kept() {
        let known = Known::default();
        drop(known.keep(SideId::Canonical, sample::canonical()));
        assert!(known.sides().values().all(|side| side.upgrade().is_none()));
    }
}
