//! Dependents of what goes or changes: they come along, or it is left open.

use serde::Deserialize;

use super::Closure;
use crate::{
    diff::Status,
    model::{Key, Kind, Object},
};

impl Closure<'_> {
    /// Nothing that stays may depend on what goes. What stays but changes so that it no longer
    /// depends comes along, and so does what goes too and holds no data.
    pub(super) fn settle_drops(&mut self) {
        loop {
            let chosen: Vec<Key> = self.chosen.iter().cloned().collect();
            let refused_before = self.refused.len();
            for key in &chosen {
                if self.is_drop(key) {
                    self.settle_drop(key);
                } else {
                    self.settle_change(key);
                }
            }
            for key in self.refused.keys() {
                self.chosen.remove(key);
                self.needed.remove(key);
            }
            if self.chosen.len() == chosen.len() && self.refused.len() == refused_before {
                return;
            }
        }
    }

    fn settle_drop(&mut self, key: &Key) {
        let request = self.request;
        let parts = self.with_parts(key);
        let users = parts.iter().flat_map(|part| request.target.catalog.users(part)).map(|user| &user.key);
        let users: Vec<&Key> = users.filter(|user| !self.goes(user)).collect();
        for user in users {
            match request.drift.status(user) {
                Status::Changed => {
                    self.choose(user, Some(key));
                    // It would come free of it, but that was found to be impossible.
                    if self.refused.contains_key(user) {
                        let reason = format!("{user} depends on it and stays as it is");
                        self.refused.insert(key.clone(), reason);
                    }
                }
                Status::Extra if self.holds_nothing(user) && !self.refused.contains_key(user) => {
                    self.choose(user, Some(key));
                }
                Status::Extra => {
                    let reason = format!("{user} depends on it; select that one too");
                    self.refused.insert(key.clone(), reason);
                }
                // In canonical something else is in its place.
                Status::Same => {
                    self.choose_requirements(user);
                    if self.left_open_below(user).is_some() {
                        let reason = format!("{user} depends on it and stays as it is");
                        self.refused.insert(key.clone(), reason);
                    }
                }
                _ => {}
            }
        }
    }

    /// An object of the target with its parts, and theirs.
    fn with_parts(&self, whole: &Key) -> Vec<Key> {
        let mut all = vec![whole.clone()];
        let mut at = 0;
        while let Some(key) = all.get(at).cloned() {
            let users = self.request.target.catalog.users(&key);
            let parts = users.filter(|user| user.parent.as_ref() == Some(&key)).map(|user| user.key.clone());
            all.extend(parts.collect::<Vec<_>>());
            at += 1;
        }
        all
    }

    /// What depends on something that changes and could not be as it is beside it comes along, where
    /// it changes too or holds no data.
    fn settle_change(&mut self, key: &Key) {
        self.settle_typed(key);
        let users = self.request.target.catalog.users(key);
        let outgrown = users.filter(|user| !self.chosen.contains(&user.key) && self.outgrows(key, user));
        for user in outgrown.map(|user| user.key.clone()).collect::<Vec<_>>() {
            match self.request.drift.status(&user) {
                Status::Changed => self.choose(&user, Some(key)),
                Status::Extra if self.holds_nothing(&user) => self.choose(&user, Some(key)),
                Status::Extra => {
                    let reason = format!("{user} depends on what changes about it; select that one too");
                    self.refused.insert(key.clone(), reason);
                }
                _ => {}
            }
        }
    }

    /// A table that comes to be of a type, or a partition, has its columns from there, and can have no others.
    fn settle_typed(&mut self, table: &Key) {
        let Some(wanted) = self.request.canonical.catalog.get(table) else { return };
        let source = if wanted.facets.get("of type").is_some() {
            "type"
        } else if wanted.facets.get("bound").is_some() {
            "table"
        } else {
            return;
        };
        if !self.changes_ancestry(table) {
            return;
        }
        let own = self.with_parts(table).into_iter().filter(|part| part.kind().name() == "column");
        for column in own.filter(|part| self.is_drop(part) && !self.goes(part)).collect::<Vec<_>>() {
            if self.has_from_elsewhere(table, column.name()) {
                self.choose(&column, Some(table));
            } else {
                let reason = format!("its {source} does not have {column}; select that one too");
                self.refused.insert(table.clone(), reason);
            }
        }
    }

    /// Whether a table of canonical has a column from its type, or from a table above it.
    fn has_from_elsewhere(&self, table: &Key, column: &str) -> bool {
        let catalog = &self.request.canonical.catalog;
        let Some(wanted) = catalog.get(table) else { return false };
        wanted.requires.iter().map(|need| &need.on).any(|on| {
            let attributes = catalog.get(on).and_then(|r#type| r#type.facets.get("attributes")?.as_array());
            let mut attributes = attributes.into_iter().flatten().filter_map(|one| one.get("name")?.as_str());
            let is_above = on.kind() == table.kind() && on != table;
            attributes.any(|attribute| attribute == column)
                || is_above
                    && (catalog.contains(&on.child(Kind::of("column"), column))
                        || self.has_from_elsewhere(on, column))
        })
    }

    /// A column that a table is to have from elsewhere goes by that, and not by itself.
    pub(super) fn choose_source(&mut self, column: &Key) {
        let parent = self.request.target.catalog.get(column).and_then(|object| object.parent.clone());
        let Some(table) = parent.filter(|_| column.kind().name() == "column" && self.is_drop(column)) else {
            return;
        };
        if self.changes_ancestry(&table) && self.has_from_elsewhere(&table, column.name()) {
            self.choose(&table, Some(column));
        }
    }

    /// Whether what changes about an object is what its user stands on: the columns of a key, a label
    /// of an enum, what a function returns.
    fn outgrows(&self, key: &Key, user: &Object) -> bool {
        let Some(difference) = self.request.drift.differences.get(key) else { return false };
        let changes = |facet: &str| difference.facets.iter().any(|changed| changed == facet);
        match key.kind().name() {
            "constraint" => changes("definition") && user.parent.as_ref() != Some(key),
            "function" => changes("returns"),
            "table" => changes("partition by") && user.facets.get("bound").is_some(),
            "materialized view" => self.indexes_what_goes(key, user),
            "enum" => self.labels_that_go(key).iter().any(|label| mentions(user, label)),
            _ => false,
        }
    }

    fn labels_that_go(&self, r#enum: &Key) -> Vec<String> {
        let [live, meant] = [&self.request.target.catalog, &self.request.canonical.catalog].map(|catalog| {
            let labels = catalog.get(r#enum).and_then(|object| object.facets.get("values"));
            labels.and_then(|labels| Vec::<String>::deserialize(labels).ok()).unwrap_or_default()
        });
        live.into_iter().filter(|label| !meant.contains(label)).collect()
    }
}

/// Whether a text of an object holds a literal.
fn mentions(object: &Object, literal: &str) -> bool {
    let literal = crate::dialect::quote::literal(literal);
    object.facets.iter().any(|(_, value)| value.as_str().is_some_and(|text| text.contains(&literal)))
}
