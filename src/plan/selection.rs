//! From a selection to the catalog that the target will have: what a selected difference cannot
//! do without comes along and says for whom; what cannot be done is left open and says why.

mod drops;
mod neighbours;
mod parts;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::types::Columns;
pub(super) use self::types::{is_view, same_names};
use super::{HazardCode, Request, renames::renamed};
use crate::{
    dialect::{Step, Versions},
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
    let mut closure = Closure {
        request,
        parts: request.canonical.catalog.children(),
        chosen: BTreeSet::new(),
        needed: BTreeMap::new(),
        refused,
        shown: BTreeMap::new(),
    };
    // What came along for something that turns out to be left open has no business here: begin
    // again without that.
    loop {
        let refused = closure.refused.len();
        closure.chosen.clear();
        closure.needed.clear();
        closure.shown.clear();
        closure.settle();
        if closure.refused.len() == refused {
            return Goal { catalog: closure.catalog(), needed: closure.needed, refused: closure.refused };
        }
    }
}

struct Closure<'a> {
    request: &'a Request<'a>,
    parts: BTreeMap<&'a Key, Vec<&'a Key>>,
    chosen: BTreeSet<Key>,
    needed: BTreeMap<Key, Key>,
    refused: BTreeMap<Key, String>,
    /// The columns of views that stay as they are but for a type that they show.
    shown: BTreeMap<Key, Columns>,
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
        let Request { dialect, canonical, target, .. } = self.request;
        let wanted = canonical.catalog.get(key);
        if let Some(reason) = wanted.and_then(|wanted| dialect.why_too_new(wanted, target.server_version_num))
        {
            self.refused.insert(key.clone(), reason);
            return;
        }
        self.chosen.insert(key.clone());
        if let (Some(by), false) = (needed_by, self.request.selection.contains(key)) {
            self.needed.insert(key.clone(), by.clone());
        }
        if matches!(difference.status, Status::Missing | Status::Changed) {
            self.choose_requirements(key);
            self.choose_kept_parts(key);
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
        self.choose_source(key);
        self.choose_followers(key);
        self.choose_neighbours(key);
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

    /// Whoever names what an extension holds names it elsewhere once the extension has moved.
    fn choose_followers(&mut self, key: &Key) {
        if self.moves(key) {
            let target = &self.request.target.catalog;
            let changed = |user: &&Object| self.request.drift.status(&user.key) == Status::Changed;
            let followers: Vec<Key> =
                target.users(key).filter(changed).map(|user| user.key.clone()).collect();
            followers.iter().for_each(|follower| self.choose(follower, Some(key)));
        }
    }

    /// Whether the difference is the schema that an extension is in.
    fn moves(&self, key: &Key) -> bool {
        let difference = self.request.drift.differences.get(key);
        key.kind().name() == "extension"
            && difference.is_some_and(|difference| difference.facets.iter().any(|facet| facet == "schema"))
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
                        || self.is_retyped(&requirement.on) && self.follows_types(key)
                        || self.is_never_null_in(&requirement.on, object)
                        || object.facets.get("bound").is_some() && self.is_divided_anew(&requirement.on)
                        || self.moves(&requirement.on)
                        || object.parent.as_ref() == Some(&requirement.on)
                            && self.changes_ancestry(&requirement.on) =>
                {
                    self.choose(&requirement.on, Some(key));
                }
                _ => {}
            }
        }
    }

    /// Whether the difference is how a table is partitioned: its partitions have bounds of that form.
    fn is_divided_anew(&self, table: &Key) -> bool {
        let difference = self.request.drift.differences.get(table);
        difference.is_some_and(|difference| difference.facets.iter().any(|facet| facet == "partition by"))
    }

    /// Whether the difference is that a column is never NULL, which a primary key sees to.
    fn is_never_null_in(&self, column: &Key, key: &Object) -> bool {
        let difference = self.request.drift.differences.get(column);
        key.facets.text("type") == Some("PRIMARY KEY")
            && difference.is_some_and(|difference| difference.facets == ["not null"])
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

    /// Takes in what is selected, and leaves open what cannot be done beside what stays.
    fn settle(&mut self) {
        for key in self.request.selection {
            self.choose(key, None);
        }
        loop {
            self.settle_drops();
            let refused = self.refused.len();
            self.settle_names();
            self.settle_holders();
            if self.refused.len() == refused && !self.settle_types() {
                return;
            }
        }
    }

    /// Nothing new may have the name of something that stays.
    fn settle_names(&mut self) {
        let Request { dialect, canonical, target, drift, .. } = self.request;
        let mut held: BTreeMap<String, &Key> = BTreeMap::new();
        let names = |catalog: &Catalog, key: &Key| {
            catalog.get(key).map(|object| dialect.names_taken(catalog, object)).unwrap_or_default()
        };
        // What goes gives its names back, and so can what changes.
        for key in drift.differences.keys().filter(|key| !self.chosen.contains(*key) && !self.goes(key)) {
            let kept = names(&canonical.catalog, key);
            let given_back = names(&target.catalog, key).into_iter().filter(|name| !kept.contains(name));
            held.extend(given_back.map(|name| (name, key)));
        }
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
                    catalog.insert(self.merged(live, wanted, &difference.facets));
                }
                _ => catalog.insert(self.managed(wanted)),
            }
        }
        for (key, columns) in self.shown.iter().filter(|(key, _)| !self.chosen.contains(key)) {
            if let Some(live) = catalog.get(key) {
                let mut view = Object::clone(live);
                let columns = columns.iter().map(|(name, shown)| Value::from(vec![&**name, &**shown]));
                view.facets.set("columns", columns.collect::<Value>());
                catalog.insert(view);
            }
        }
        self.forget_parts(&mut catalog, &gone);
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
        for (facet, value) in wanted.facets.iter() {
            let carried = self.carried_across(facet, value, None);
            if carried != *value {
                object.facets.set(facet, carried);
            }
        }
        object
    }

    /// The live object with the canonical values of the facets that the comparison says differ: what
    /// the rules leave open stays as it is.
    fn merged(&self, live: &Object, wanted: &Object, facets: &[String]) -> Object {
        let mut object = live.clone();
        for facet in facets {
            let value = wanted.facets.get(facet).cloned().unwrap_or_default();
            object.facets.set(facet, self.carried_across(facet, &value, live.facets.get(facet)));
        }
        object.requires.clone_from(&wanted.requires);
        object
    }

    fn carried_across(&self, facet: &str, wanted: &Value, has: Option<&Value>) -> Value {
        let Request { dialect, canonical, target, .. } = self.request;
        dialect.carried_across(Versions::of(canonical, target), facet, wanted, has)
    }
}
