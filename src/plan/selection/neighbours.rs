//! Neighbours that have to change first: partitions that still hold the rows another is to have, indexes
//! on columns that go.

use super::Closure;
use crate::{
    diff::Status,
    model::{Key, Object},
};

impl Closure<'_> {
    /// Takes in the neighbours that are in the way of what is chosen and change themselves, or leaves it
    /// open where they would have to go.
    pub(super) fn choose_neighbours(&mut self, key: &Key) {
        let request = self.request;
        let Some(wanted) = request.canonical.catalog.get(key) else { return };
        let live = request.target.catalog.get(key);
        let bound = |object: &Object| object.facets.get("bound").cloned();
        if bound(wanted).is_none() || live.is_some_and(|live| bound(live) == bound(wanted)) {
            return;
        }
        let wholes = wanted.requires.iter().map(|need| &need.on).filter(|on| on.kind() == key.kind());
        let neighbours = wholes.flat_map(|whole| request.target.catalog.users(whole));
        let neighbours = neighbours.filter(|one| one.key != *key && bound(one).is_some());
        for neighbour in neighbours.collect::<Vec<_>>() {
            let overlaps = request.dialect.overlap(neighbour, wanted);
            match request.drift.status(&neighbour.key) {
                Status::Changed if overlaps != Some(false) && self.changes_ancestry(&neighbour.key) => {
                    self.choose(&neighbour.key, Some(key));
                    if self.refused.contains_key(&neighbour.key) {
                        let reason = format!("{} holds rows of it and stays as it is", neighbour.key);
                        self.refused.insert(key.clone(), reason);
                    }
                }
                Status::Extra
                    if overlaps == Some(true) && !self.request.selection.contains(&neighbour.key) =>
                {
                    let reason = format!("{} holds rows of it; select that one too", neighbour.key);
                    self.refused.insert(key.clone(), reason);
                }
                _ => {}
            }
        }
        if self.refused.contains_key(key) {
            self.chosen.remove(key);
            self.needed.remove(key);
        }
    }

    /// Whether an index is on a column that a materialized view loses.
    pub(super) fn indexes_what_goes(&self, view: &Key, user: &Object) -> bool {
        let Some(definition) = user.facets.text("definition").filter(|_| user.key.kind().name() == "index")
        else {
            return false;
        };
        let names = |catalog: &crate::model::Catalog| -> Vec<String> {
            let columns = super::types::shown(catalog, view);
            columns.into_iter().map(|(name, _)| crate::dialect::quote::name(&name)).collect()
        };
        let left = names(&self.request.canonical.catalog);
        let gone = names(&self.request.target.catalog).into_iter().filter(|name| !left.contains(name));
        let is_in_a_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '"';
        gone.into_iter().any(|name| {
            definition.match_indices(&name).any(|(at, _)| {
                let (before, after) = (&definition[..at], &definition[at + name.len()..]);
                !before.ends_with(is_in_a_name) && !after.starts_with(is_in_a_name)
            })
        })
    }
}
