//! What happens to one object in two goes, with something else in between.

use std::collections::BTreeSet;

use super::{Event, Graph, late_facets, without};
use crate::{
    dialect::{Action, Change, Expansion, Step},
    model::Key,
    plan::transition::{Fate, Impossible},
};

/// The facets by which a partition has rows.
const BOUNDS: [&str; 2] = ["inherits", "bound"];

impl<'a> Graph<'a, '_> {
    /// Adds a change in two goes, where the style of the plan asks for that.
    pub(super) fn add_expansion(&mut self, key: &'a Key, steps: &[Step]) -> bool {
        let expansion = self.transition.expanded(key, steps);
        let Expansion { expand, contract } = match expansion {
            Ok(None) => return false,
            Ok(Some(expansion)) => expansion,
            Err(impossible) => {
                self.impossible.push(impossible);
                return true;
            }
        };
        let ready = self.event(key, Action::Alter, Vec::new());
        let place = self.event(key, Action::Alter, Vec::new());
        self.events[ready].steps = expand;
        self.events[place].steps = contract;
        self.events[place].after.insert(ready);
        self.built.insert(key, place);
        self.torn.insert(key, place);
        self.expanded.insert(key, ready);
        true
    }

    /// Takes a partition off before others claim its rows, and gives it back with its new bounds after
    /// they gave up those.
    pub(super) fn add_return(&mut self, key: &'a Key) -> Result<(), Impossible> {
        let Some((old, new)) = self.transition.states(key) else { return Ok(()) };
        let free = without(old, &BOUNDS);
        let (off, back) = (self.altered(old, &free)?, self.altered(&free, new)?);
        let off = self.event(key, Action::Alter, off);
        let back = self.event(key, Action::Alter, back);
        self.events[back].after.insert(off);
        self.torn.insert(key, off);
        self.built.insert(key, back);
        self.returned.insert(key, back);
        Ok(())
    }

    /// Puts off what takes long of bringing an object back: it is there again at once, and is validated
    /// when all else is done.
    pub(super) fn put_off(&mut self, event: usize) {
        let Event { key, steps, .. } = &mut self.events[event];
        let (key, long) = (*key, steps.iter().position(|step| !step.transaction.is_shared()));
        let returns = matches!(self.transition.fates.get(key), Some(Fate::Recreate));
        if let Some(long) = long.filter(|long| returns && *long > 0) {
            let steps = steps.split_off(long);
            let after = BTreeSet::from([event]);
            self.events.push(Event { key, action: Action::Create, steps, facets: BTreeSet::new(), after });
        }
    }

    /// Changes an object in two goes: the facets that need something else of the plan come last.
    pub(super) fn add_split_alter(&mut self, key: &'a Key) -> Result<(), Impossible> {
        let Some((old, new)) = self.transition.states(key) else { return Ok(()) };
        let late_of = self.transition.to.get(key).map(|object| late_facets(object)).unwrap_or_default();
        let changed = Change::between(old, new).facets;
        let late: Vec<&'a str> = late_of.into_iter().filter(|facet| changed.contains(facet)).collect();
        let mut between = new.clone();
        for facet in &late {
            between.facets.set(facet, old.facets.get(facet).cloned().unwrap_or_default());
        }
        let steps = self.altered(old, &between)?;
        let first = self.event(key, Action::Alter, steps);
        let steps = self.altered(&between, new)?;
        let second = self.event(key, Action::Alter, steps);
        self.events[second].after.insert(first);
        self.built.insert(key, first);
        self.torn.insert(key, second);
        self.built_late.extend(late.into_iter().map(|facet| ((key, facet), second)));
        Ok(())
    }

    /// Takes facets off before what they need goes, and puts them on after it is back.
    pub(super) fn add_lift(&mut self, key: &'a Key, facets: &BTreeSet<&'a str>) -> Result<(), Impossible> {
        let Some((old, new)) = self.transition.states(key) else { return Ok(()) };
        let names: Vec<&'a str> = facets.iter().copied().collect();
        let bare = without(old, &names);
        let lifted = self.altered(old, &bare)?;
        let lifted = self.event(key, Action::Alter, lifted);
        let between = match self.built.get(key).copied() {
            // Its own change leaves the facets to the end: what they need may wait for that change.
            Some(main) => {
                let between = without(new, &names);
                let steps = self.altered(&bare, &between)?;
                self.events[main].steps = self.restyled(key, Action::Alter, steps);
                self.events[main].after.insert(lifted);
                between
            }
            None => bare,
        };
        let steps = self.altered(&between, new)?;
        let restored = self.event(key, Action::Alter, steps);
        self.events[restored].after.insert(lifted);
        for name in names {
            self.torn_late.insert((key, name), lifted);
            self.built_late.insert((key, name), restored);
        }
        Ok(())
    }
}
