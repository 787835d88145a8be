//! Parts that hand something over to each other: a partition gives rows up before another claims them.

use std::collections::BTreeMap;

use super::Graph;
use crate::{
    model::{Key, Object},
    plan::transition::Transition,
};

impl<'a> Graph<'a, '_> {
    /// What another claims is given up first.
    pub(super) fn make_room(&self, edges: &mut Vec<(usize, usize)>) {
        let transition = self.transition;
        let mut leaving: BTreeMap<&'a Key, Vec<(&'a Object, usize)>> = BTreeMap::new();
        for (key, then) in &self.built {
            let Some(wanted) = transition.to.get(key).filter(|wanted| wanted.facets.get("bound").is_some())
            else {
                continue;
            };
            let wholes = wanted.requires.iter().map(|need| &need.on).filter(|on| on.kind() == key.kind());
            for whole in wholes {
                let leaving = leaving.entry(whole).or_insert_with(|| self.leaving(whole));
                let first = leaving.iter().filter(|(neighbour, _)| neighbour.key != **key);
                let first = first.filter(|(live, _)| transition.dialect.overlap(live, wanted) == Some(true));
                edges.extend(first.map(|(_, first)| (*first, *then)));
            }
        }
    }

    /// A partition that left for a while is back before what it has from its table changes.
    pub(super) fn rejoin(&self, edges: &mut Vec<(usize, usize)>) {
        let Transition { from, to, .. } = self.transition;
        for (key, back) in &self.returned {
            let needs = to.get(key).into_iter().flat_map(|object| &object.requires);
            for whole in needs.map(|need| &need.on).filter(|on| on.kind() == key.kind()) {
                let is_of_it = |part: &Key| {
                    let part = from.get(part).or_else(|| to.get(part));
                    part.is_some_and(|part| part.key == *whole || part.parent.as_ref() == Some(whole))
                };
                let changed = self.built.iter().chain(&self.dropped).filter(|(part, _)| is_of_it(part));
                edges.extend(changed.map(|(_, changed)| (*back, *changed)));
            }
        }
    }

    /// Those that go from a whole or change what they have of it, each with the event after which they
    /// have given that up.
    fn leaving(&self, whole: &'a Key) -> Vec<(&'a Object, usize)> {
        let users = self.transition.from.users(whole).filter(|user| user.key.kind() == whole.kind());
        users.filter_map(|user| Some((user, *self.torn.get(&user.key)?))).collect()
    }
}
