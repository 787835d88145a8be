//! From a selection to the catalog that the target will have: what a selected difference cannot
//! do without comes along and says for whom; what cannot be done is left open and says why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{HazardCode, Request, renames::renamed};
use crate::{
    dialect::Step,
    diff::Status,
    model::{Catalog, Key, Object},
};

/// What a selection comes to.
pub struct Goal {
    /// The target's catalog after the plan has run.
    pub catalog: Catalog,
    /// Differences that came along, each with the selected one that needs it.
    pub needed: BTreeMap<Key, Key>,
    /// Selected differences that stay open, each with the reason.
    pub refused: BTreeMap<Key, String>,
}

/// Kinds whose changed state may be just what a dependent needs: an enum's new value, a view's
/// new column.
const PULLED_WHEN_CHANGED: [&str; 7] =
    ["enum", "composite type", "domain", "view", "materialized view", "function", "constraint"];

/// Works out the goal of a request, leaving out what `refused` holds already.
pub fn goal(request: &Request<'_>, refused: BTreeMap<Key, String>) -> Goal {
    match renamed(request) {
        Some(renamed) => goal_under_these_names(&renamed.sides.request(request), refused),
        None => goal_under_these_names(request, refused),
    }
}

/// The same where every object has its new name already.
pub fn goal_under_these_names(request: &Request<'_>, refused: BTreeMap<Key, String>) -> Goal {
    let parts = request.canonical.catalog.children();
    let mut closure = Closure { request, parts, chosen: BTreeSet::new(), needed: BTreeMap::new(), refused };
    for key in request.selection {
        closure.choose(key, None);
    }
    closure.settle();
    Goal { catalog: closure.catalog(), needed: closure.needed, refused: closure.refused }
}

struct Closure<'a> {
    request: &'a Request<'a>,
    parts: BTreeMap<&'a Key, Vec<&'a Key>>,
    chosen: BTreeSet<Key>,
    needed: BTreeMap<Key, Key>,
    refused: BTreeMap<Key, String>,
}

impl Closure<'_> {
    /// Takes a difference in, and what it needs with it.
    fn choose(&mut self, key: &Key, needed_by: Option<&Key>) {
        let Some(difference) = self.request.drift.differences.get(key) else { return };
        if self.refused.contains_key(key) || self.chosen.contains(key) {
            return;
        }
        if difference.status == Status::Unknown {
            let reason = difference.reason.clone().unwrap_or_else(|| "it could not be read".to_owned());
            self.refused.insert(key.clone(), reason);
            return;
        }
        self.chosen.insert(key.clone());
        if let (Some(by), false) = (needed_by, self.request.selection.contains(key)) {
            self.needed.insert(key.clone(), by.clone());
        }
        if matches!(difference.status, Status::Missing | Status::Changed) {
            self.choose_requirements(key);
            if let Some(open) = self.left_open_below(key) {
                self.chosen.remove(key);
                self.needed.remove(key);
                self.refused.insert(key.clone(), format!("it builds on {open}, which is left open"));
                return;
            }
        }
        if difference.status == Status::Missing || self.changes_ancestry(key) {
            self.choose_inline_parts(key);
        }
        for holder in self.holders(key) {
            self.choose(&holder, Some(key));
        }
    }

    /// Who uses an object of the target and does not let it change as it has to.
    fn holders(&self, key: &Key) -> Vec<Key> {
        let Request { dialect, canonical, target, .. } = self.request;
        let Some((from, to)) = target.catalog.get(key).zip(canonical.catalog.get(key)) else {
            return Vec::new();
        };
        let users = target.catalog.users(key).filter(|user| dialect.is_held_by(from, to, user));
        users.map(|user| user.key.clone()).collect()
    }

    /// What is held by something that stays, stays too.
    fn settle_holders(&mut self) {
        let held = |key: &&Key| self.holders(key).into_iter().find(|holder| !self.chosen.contains(holder));
        let held: Vec<(Key, Key)> =
            self.chosen.iter().filter_map(|key| Some((key.clone(), held(&key)?))).collect();
        for (key, holder) in held {
            self.refuse(&key, &format!("{holder} holds it as it is; select that one too"));
        }
    }

    fn choose_requirements(&mut self, key: &Key) {
        let canonical = &self.request.canonical.catalog;
        let Some(object) = canonical.get(key) else { return };
        for requirement in &object.requires {
            match self.request.drift.status(&requirement.on) {
                Status::Missing => self.choose(&requirement.on, Some(key)),
                Status::Changed
                    if PULLED_WHEN_CHANGED.contains(&requirement.on.kind().name())
                        || self.gives_its_type(&requirement.on, key)
                        || object.parent.as_ref() == Some(&requirement.on)
                            && self.changes_ancestry(&requirement.on) =>
                {
                    self.choose(&requirement.on, Some(key));
                }
                _ => {}
            }
        }
    }

    /// What an object builds on in canonical and is left open, if there is anything. A part of a table
    /// does not depend on how the table is otherwise.
    fn left_open_below(&self, key: &Key) -> Option<Key> {
        let object = self.request.canonical.catalog.get(key)?;
        let only_a_part = |on: &Key| {
            object.parent.as_ref() == Some(on)
                && on.kind().name() == "table"
                && self.request.drift.status(on) == Status::Changed
        };
        let mut needs = object.requires.iter().map(|requirement| &requirement.on);
        needs.find(|on| self.refused.contains_key(on) && !only_a_part(on)).cloned()
    }

    /// Whether a table comes to have its columns from elsewhere, or no longer does: its columns
    /// change hands with it.
    fn changes_ancestry(&self, table: &Key) -> bool {
        let difference = self.request.drift.differences.get(table);
        let ancestry = ["inherits", "bound", "of type"];
        difference.is_some_and(|difference| {
            difference.facets.iter().any(|facet| ancestry.contains(&facet.as_str()))
        })
    }

    /// Whether a view shows a column that gets another type: it cannot look as it has to before that
    /// has happened. Columns are told by their types, because a view may give them other names.
    fn gives_its_type(&self, column: &Key, view: &Key) -> bool {
        let Request { canonical, target, .. } = self.request;
        let type_in = |catalog: &Catalog| Some(catalog.get(column)?.facets.text("type")?.to_owned());
        let (Some(old), Some(new)) = (type_in(&target.catalog), type_in(&canonical.catalog)) else {
            return false;
        };
        let shown = |catalog: &Catalog| -> Vec<(String, String)> {
            let columns = catalog.get(view).and_then(|object| object.facets.get("columns"));
            columns.and_then(|columns| Vec::deserialize(columns).ok()).unwrap_or_default()
        };
        let before: BTreeMap<String, String> = shown(&target.catalog).into_iter().collect();
        let follows = |name: &String| before.get(name).is_none_or(|shown| *shown == old);
        old != new && shown(&canonical.catalog).iter().any(|(name, shown)| *shown == new && follows(name))
    }

    /// A table is nothing without its columns.
    fn choose_inline_parts(&mut self, key: &Key) {
        let request = self.request;
        let parts = self.parts.get(key).cloned().unwrap_or_default();
        for part in parts {
            let object = request.canonical.catalog.get(part);
            let kind = request.dialect.kind(part.kind());
            if object.zip(kind).is_some_and(|(object, kind)| kind.inline(object)) {
                self.choose(part, Some(key));
            }
        }
    }

    /// Leaves open what cannot be done beside what stays.
    fn settle(&mut self) {
        loop {
            self.settle_drops();
            let refused = self.refused.len();
            self.settle_names();
            self.settle_holders();
            if self.refused.len() == refused {
                return;
            }
        }
    }

    /// Nothing new may have the name of something that stays.
    fn settle_names(&mut self) {
        let Request { dialect, canonical, target, drift, .. } = self.request;
        let mut held: BTreeMap<String, &Key> = BTreeMap::new();
        for key in drift.differences.keys().filter(|key| !canonical.catalog.contains(key) && !self.goes(key))
        {
            let names = target.catalog.get(key).map(|object| dialect.names_taken(object)).unwrap_or_default();
            held.extend(names.into_iter().map(|name| (name, key)));
        }
        let names = |catalog: &Catalog, key: &Key| {
            catalog.get(key).map(|object| dialect.names_taken(object)).unwrap_or_default()
        };
        let holder = |key: &Key| {
            let had = names(&target.catalog, key);
            let new = names(&canonical.catalog, key).into_iter().filter(|name| !had.contains(name));
            new.into_iter().find_map(|name| held.get(&name).copied())
        };
        let new = self.chosen.iter().filter(|key| canonical.catalog.contains(key));
        let taken: Vec<(Key, &Key)> = new.filter_map(|key| Some((key.clone(), holder(key)?))).collect();
        for (key, holder) in taken {
            let reason = format!("{holder} has its name; select that one too");
            self.refuse(&key, &reason);
        }
    }

    /// Leaves a difference open, and those that cannot do without it.
    fn refuse(&mut self, key: &Key, reason: &str) {
        self.chosen.remove(key);
        self.needed.remove(key);
        self.refused.insert(key.clone(), reason.to_owned());
        let canonical = &self.request.canonical.catalog;
        let needs =
            |user: &&Key| canonical.get(user).is_some_and(|user| user.requires.iter().any(|r| r.on == *key));
        let users: Vec<Key> = self.chosen.iter().filter(needs).cloned().collect();
        for user in
            users.iter().filter(|user| self.request.drift.status(key) == Status::Missing && *user != key)
        {
            self.refuse(user, &format!("{key} is needed and left open: {reason}"));
        }
    }

    /// Nothing that stays may depend on what goes. What stays but changes so that it no longer
    /// depends comes along, and so does what goes too and holds no data.
    fn settle_drops(&mut self) {
        let request = self.request;
        loop {
            let dropped: Vec<Key> = self.chosen.iter().filter(|key| self.is_drop(key)).cloned().collect();
            let (before, refused_before) = (self.chosen.len(), self.refused.len());
            for key in &dropped {
                let users = request.target.catalog.users(key).map(|user| &user.key);
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
                        Status::Same => self.choose_requirements(user),
                        _ => {}
                    }
                }
            }
            for key in self.refused.keys() {
                self.chosen.remove(key);
                self.needed.remove(key);
            }
            if self.chosen.len() == before && self.refused.len() == refused_before {
                return;
            }
        }
    }

    /// Whether nothing that an object of the target holds is lost when it goes: a view, not a table.
    fn holds_nothing(&self, key: &Key) -> bool {
        let Request { dialect, target, .. } = self.request;
        let object = target.catalog.get(key).zip(dialect.kind(key.kind()));
        let loses = |step: &Step| step.hazards.iter().any(|hazard| hazard.code == HazardCode::LosesData);
        object.is_some_and(|(object, kind)| kind.drop(object).is_ok_and(|steps| !steps.iter().any(loses)))
    }

    fn is_drop(&self, key: &Key) -> bool {
        self.request.drift.status(key) == Status::Extra
    }

    /// Whether an object goes: by itself, or with what it is a part of.
    fn goes(&self, key: &Key) -> bool {
        if self.chosen.contains(key) && self.is_drop(key) {
            return true;
        }
        if self.request.canonical.catalog.contains(key) {
            return false;
        }
        let parent = self.request.target.catalog.get(key).and_then(|object| object.parent.as_ref());
        parent.is_some_and(|parent| self.goes(parent))
    }

    fn catalog(&self) -> Catalog {
        let Request { canonical, target, drift, .. } = self.request;
        let mut catalog = target.catalog.clone();
        let gone: Vec<Key> = target.catalog.keys().filter(|key| self.goes(key)).cloned().collect();
        for key in &gone {
            catalog.remove(key);
        }
        for key in &self.chosen {
            let Some(wanted) = canonical.catalog.get(key) else { continue };
            match (target.catalog.get(key), drift.differences.get(key)) {
                (Some(live), Some(difference)) => {
                    catalog.insert(merged(live, wanted, &difference.facets));
                }
                _ => catalog.insert(self.managed(wanted)),
            }
        }
        // What stays as it is may come to stand on something else: on a view in a table's place.
        for key in gone.iter().flat_map(|key| target.catalog.users(key)).map(|user| &user.key) {
            if let (Some(live), Some(wanted)) = (catalog.get(key), canonical.catalog.get(key)) {
                catalog.insert(Object { requires: wanted.requires.clone(), ..Object::clone(live) });
            }
        }
        catalog
    }
}

impl Closure<'_> {
    /// A canonical object without what the rules leave to the target.
    fn managed(&self, wanted: &Object) -> Object {
        let mut object = wanted.clone();
        for facet in ["owner", "version"] {
            if !self.request.drift.rules.compares(facet, self.request.canonical, wanted) {
                object.facets.set(facet, Value::Null);
            }
        }
        object
    }
}

/// The live object with the canonical values of the facets that the comparison says differ: what
/// the rules leave open stays as it is.
fn merged(live: &Object, wanted: &Object, facets: &[String]) -> Object {
    let mut object = live.clone();
    for facet in facets {
        let value = wanted.facets.get(facet).cloned().unwrap_or_default();
        object.facets.set(facet, value);
    }
    object.requires.clone_from(&wanted.requires);
    object
}
