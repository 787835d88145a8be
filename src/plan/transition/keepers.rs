//! What an object keeps of its parts, such as the grants on columns: it comes and goes with the part.

use std::collections::BTreeMap;

use super::{Fate, Impossible, Transition};
use crate::model::{Key, Object};

impl<'a> Transition<'a> {
    /// What an object keeps of a part that comes, goes or comes back is no matter of its own change.
    pub(super) fn leave_to_parts(&mut self) -> Result<(), Impossible> {
        let mut states: BTreeMap<&'a Key, (Object, Object)> = BTreeMap::new();
        for (part, fate) in &self.fates {
            let (goes, comes) = match fate {
                Fate::Drop | Fate::GoesAlong => (true, false),
                Fate::Create => (false, true),
                Fate::Recreate => (true, true),
                _ => continue,
            };
            for whole in self.keepers(part) {
                if !matches!(self.fates.get(whole), Some(Fate::Alter(_))) {
                    continue;
                }
                let (Some(old), Some(new)) = (self.from.get(whole), self.to.get(whole)) else { continue };
                let (old, new) =
                    states.entry(whole).or_insert_with(|| (Object::clone(old), Object::clone(new)));
                for (state, moves) in [(old, goes), (new, comes)] {
                    if let Some(without) = self.dialect.without_part(state, part).filter(|_| moves) {
                        *state = without;
                    }
                }
            }
        }
        for (whole, (old, new)) in &states {
            if old.facets == new.facets {
                self.fates.remove(whole);
                continue;
            }
            let fate = self.alteration(old, new)?;
            self.fates.insert(whole, fate);
        }
        self.without_parts = states;
        Ok(())
    }

    /// What can keep something of a part: what it is a part of, and those that have it from there.
    pub fn keepers(&self, part: &Key) -> Vec<&'a Key> {
        let object = self.to.get(part).or_else(|| self.from.get(part));
        let Some(whole) = object.and_then(|object| object.parent.as_ref()) else { return Vec::new() };
        let mut found = self.from.with_heirs(whole);
        found.extend(self.to.with_heirs(whole));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Both states of an object that changes, without what its parts bring along.
    pub fn states(&self, key: &Key) -> Option<(&Object, &Object)> {
        let own = self.without_parts.get(key).map(|(old, new)| (old, new));
        own.or_else(|| Some((&**self.from.get(key)?, &**self.to.get(key)?)))
    }
}
