//! Which event comes before which: what is needed before what needs it, what uses an object before that
//! object goes, names and room before they are taken.

use std::collections::{BTreeMap, BTreeSet};

use super::Graph;
use crate::{
    model::{Catalog, Key},
    plan::transition::{Fate, Transition},
};

impl<'a> Graph<'a, '_> {
    /// Every event learns which come before it.
    pub(super) fn connect(&mut self) {
        let mut edges: Vec<(usize, usize)> = Vec::new();
        for (key, event) in &self.built {
            for requirement in self.transition.to.get(key).iter().flat_map(|object| &object.requires) {
                let facet = requirement.facet.as_deref();
                let later = facet.and_then(|facet| self.built_late.get(&(*key, facet)));
                let Some(first) = self.built.get(&requirement.on) else { continue };
                if self.concerns(key, facet) {
                    let usable = self.usable(&requirement.on, key);
                    edges.extend(
                        usable.into_iter().chain([*first]).map(|first| (first, *later.unwrap_or(event))),
                    );
                }
            }
        }
        for ((key, _), event) in &self.built_late {
            edges.extend(self.built.get(key).map(|made| (*made, *event)));
            for requirement in self.transition.to.get(key).iter().flat_map(|object| &object.requires) {
                if requirement
                    .facet
                    .as_deref()
                    .is_some_and(|f| self.built_late.get(&(*key, f)) == Some(event))
                {
                    edges.extend(self.built.get(&requirement.on).map(|first| (*first, *event)));
                }
            }
        }
        self.make_ready(&mut edges);
        self.tear_down(&mut edges);
        for key in self.dropped.keys() {
            edges.extend(self.built.get(key).map(|made| (self.dropped[key], *made)));
        }
        self.free_names(&mut edges);
        self.make_room(&mut edges);
        self.rejoin(&mut edges);
        for (first, then) in edges {
            if first != then {
                self.events[then].after.insert(first);
            }
        }
    }

    /// After which event an object can be used that is made in two goes and is good for nothing before the
    /// second, by everybody but those whom that one needs.
    fn usable(&self, on: &Key, user: &Key) -> Option<usize> {
        let (object, kind) = self.transition.to.get(on).zip(self.transition.dialect.kind(on.kind()))?;
        let mut needs = object.requires.iter().filter(|need| need.on == *user);
        let is_needed = needs.any(|need| need.facet.is_some());
        let late = self.built_late.range((on, "")..).take_while(|((key, _), _)| *key == on);
        let mut late = late.filter(|((_, facet), _)| kind.is_unusable_without(facet));
        late.next().map(|(_, event)| *event).filter(|_| !is_needed)
    }

    /// Everything that is changed in two goes is ready before the first of it is put in its place, and
    /// before what uses it steps aside for that, so that nothing is away for long.
    fn make_ready(&self, edges: &mut Vec<(usize, usize)>) {
        let (mut queue, mut seen) = (Vec::new(), BTreeSet::new());
        let mut later = Vec::new();
        for (key, ready) in &self.expanded {
            let needs = self.transition.to.get(key).into_iter().flat_map(|object| &object.requires);
            edges.extend(needs.filter_map(|need| Some((*self.built.get(&need.on)?, *ready))));
            later.extend(self.built.get(key));
            queue.push(*key);
        }
        while let Some(used) = queue.pop() {
            let users = self.transition.from.users(used).map(|user| &user.key);
            for (user, gone) in users.filter_map(|user| self.dropped.get_key_value(user)) {
                later.push(*gone);
                queue.extend(Some(*user).filter(|user| seen.insert(*user)));
            }
        }
        edges.extend(self.expanded.values().flat_map(|ready| later.iter().map(|then| (*ready, *then))));
    }

    /// What uses an object is out of its way before that goes, or changes under it.
    fn tear_down(&self, edges: &mut Vec<(usize, usize)>) {
        let lifted = self.torn_late.keys().map(|(key, _)| *key);
        let users: BTreeSet<&'a Key> = self.torn.keys().copied().chain(lifted).collect();
        for key in users {
            let Some(object) = self.transition.from.get(key) else { continue };
            for requirement in &object.requires {
                let late = requirement.facet.as_deref().and_then(|facet| self.torn_late.get(&(key, facet)));
                let Some(gone) = late.or_else(|| self.torn.get(key)) else { continue };
                if late.is_none() && !self.concerns(key, requirement.facet.as_deref()) {
                    continue;
                }
                edges.extend(self.dropped.get(&requirement.on).map(|drop| (*gone, *drop)));
                // What is lifted for a change is lifted before it.
                if late.is_some() && !self.dropped.contains_key(&requirement.on) {
                    edges.extend(self.torn.get(&requirement.on).map(|changed| (*gone, *changed)));
                }
                // What goes, goes before what it uses is changed; no change of a schema touches what is in it.
                if requirement.facet.is_none()
                    && requirement.on.kind().name() != "schema"
                    && self.dropped.contains_key(key)
                    && !self.dropped.contains_key(&requirement.on)
                {
                    edges.extend(self.torn.get(&requirement.on).map(|changed| (*gone, *changed)));
                    if matches!(self.transition.fates.get(&requirement.on), Some(Fate::Supersede { .. })) {
                        edges.extend(self.built.get(&requirement.on).map(|replaced| (*gone, *replaced)));
                    }
                }
            }
        }
        self.part_ways(edges);
        for (key, gone) in &self.superseded {
            for user in self.transition.from.users(key) {
                edges.extend(self.torn.get(&user.key).map(|torn| (*torn, *gone)));
            }
        }
    }

    /// What comes free of another by its own change does so before the parts of that other go, which
    /// would take its own along; and what it keeps of them goes after.
    fn part_ways(&self, edges: &mut Vec<(usize, usize)>) {
        let Transition { from, to, fates, .. } = self.transition;
        let altered = |key: &Key| matches!(fates.get(key), Some(Fate::Alter(_)));
        for (part, gone) in &self.dropped {
            let Some(object) = from.get(part) else { continue };
            let Some(whole) = &object.parent else { continue };
            for user in from.users(whole).map(|user| &user.key) {
                let keeps =
                    |key: &Key| to.get(key).is_some_and(|user| user.requires.iter().any(|r| r.on == *whole));
                if user.kind() == whole.kind() && altered(user) && !keeps(user) {
                    edges.extend(self.torn.get(user).map(|free| (*free, *gone)));
                }
            }
            let changes = |facet: &str| {
                let states = from.get(whole).zip(to.get(whole));
                states.is_some_and(|(old, new)| old.facets.get(facet) != new.facets.get(facet))
            };
            let mut facets =
                object.requires.iter().filter(|r| r.on == *whole).filter_map(|r| r.facet.as_deref());
            let late = facets.any(changes);
            if late && altered(whole) {
                edges.extend(self.torn.get(whole).map(|changed| (*changed, *gone)));
            }
        }
    }

    /// A name has to be free before somebody else takes it. What is changed in place may free or take
    /// one too: an identity column has a sequence.
    fn free_names(&self, edges: &mut Vec<(usize, usize)>) {
        let names = |catalog: &Catalog, key: &Key| {
            let object = catalog.get(key);
            object.map(|object| self.transition.dialect.names_taken(catalog, object)).unwrap_or_default()
        };
        let altered = |key: &Key| matches!(self.transition.fates.get(key), Some(Fate::Alter(_)));
        let mut freed: BTreeMap<String, usize> = BTreeMap::new();
        let leaving = self.dropped.iter().chain(self.built.iter().filter(|(key, _)| altered(key)));
        for (key, event) in leaving {
            let kept = if altered(key) { names(self.transition.to, key) } else { Vec::new() };
            let gone = names(self.transition.from, key).into_iter().filter(|name| !kept.contains(name));
            freed.extend(gone.map(|name| (name, *event)));
        }
        let comes = |key: &Key| matches!(self.transition.fates.get(key), Some(Fate::Create | Fate::Recreate));
        for (key, event) in self.built.iter().filter(|(key, _)| comes(key) || altered(key)) {
            let had = if altered(key) { names(self.transition.from, key) } else { Vec::new() };
            let new = names(self.transition.to, key).into_iter().filter(|name| !had.contains(name));
            edges.extend(new.filter_map(|name| Some((*freed.get(&name)?, *event))));
        }
    }
}
