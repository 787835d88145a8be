//! What goes with another thing that it is no part of.

use std::collections::BTreeMap;

use super::{Fate, Transition};
use crate::model::Key;

impl<'a> Transition<'a> {
    /// What goes in the same statement as something else, each with that one: the functions of a base
    /// type.
    pub fn taken_along(&self) -> BTreeMap<&'a Key, &'a Key> {
        let goes = |key: &Key| matches!(self.fates.get(key), Some(Fate::Drop | Fate::Recreate));
        let mut taken = BTreeMap::new();
        for by in self.fates.keys().filter(|key| goes(key)) {
            let object = self.from.get(by).zip(self.dialect.kind(by.kind()));
            let along = object.map(|(object, kind)| kind.takes_along(object)).unwrap_or_default();
            let along = along.iter().filter_map(|key| self.from.get(key)).map(|object| &object.key);
            taken.extend(along.filter(|key| goes(key)).map(|key| (key, *by)));
        }
        taken
    }
}
