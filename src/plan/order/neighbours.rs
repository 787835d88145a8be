//! Parts that hand something over to each other: a partition gives rows up before another claims them.

use std::collections::BTreeMap;

use super::Graph;
use crate::model::{Key, Object};

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

    /// Those that go from a whole or change what they have of it, each with the event after which they
    /// have given that up.
    fn leaving(&self, whole: &'a Key) -> Vec<(&'a Object, usize)> {
        let users = self.transition.from.users(whole).filter(|user| user.key.kind() == whole.kind());
        users.filter_map(|user| Some((user, *self.torn.get(&user.key)?))).collect()
    }
}
