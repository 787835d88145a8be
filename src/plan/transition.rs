//! What has to happen to each object so that one catalog becomes another: who is made, changed,
//! taken away, or has to step aside for a change below it and is brought back.

mod along;
mod keepers;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    dialect::{
        Action, Alteration, Change, Dialect, Expansion, Family, HazardCode, Scene, Step, Style, Superseding,
        Unwritable,
    },
    model::{Catalog, Key, Object},
};

/// What happens to one object.
pub enum Fate {
    /// It goes.
    Drop,
    /// It goes along with what it is a part of: no statement of its own.
    GoesAlong,
    /// It is new.
    Create,
    /// It goes and comes back, in its new state if it has one.
    Recreate,
    /// It is changed by these statements.
    Alter(Vec<Step>),
    /// A new version takes its place under its users, who follow.
    Supersede {
        /// The statements before the users follow.
        before: Vec<Step>,
        /// The statements after.
        after: Vec<Step>,
    },
    /// It follows a type that is superseded.
    Retype(Vec<Step>),
    /// It is rebuilt with its parts by these statements.
    Rebuild(Vec<Step>),
    /// It is made, changed or taken away by the rebuilding of what it is a part of.
    InRebuild,
}

/// Two catalogs, and the fate of every object that something happens to.
pub struct Transition<'a> {
    /// How they are spelled.
    pub dialect: &'static dyn Dialect,
    /// The state before.
    pub from: &'a Catalog,
    /// The state after.
    pub to: &'a Catalog,
    /// The fates; an object without one stays as it is.
    pub fates: BTreeMap<&'a Key, Fate>,
    /// Facets that are taken off an object while what they need is away, and put back after.
    pub lifted: BTreeMap<&'a Key, BTreeSet<&'a str>>,
    /// Objects that change without what they keep of parts that come, go or come back: both states. The
    /// part brings that along.
    pub without_parts: BTreeMap<&'a Key, (Object, Object)>,
    /// For those that step aside or follow: for whom.
    pub because_of: BTreeMap<&'a Key, &'a Key>,
    /// Who makes it happen, if that is known.
    pub role: Option<&'a str>,
    /// New objects that keep the grants with which they are born: canonical says nothing of them.
    pub keep_grants: BTreeSet<&'a Key>,
    /// How the statements are written.
    pub style: Style,
    /// The version of the server, as it numbers it.
    pub server: u32,
}

/// An object whose change cannot be made, and why.
pub struct Impossible {
    /// The object.
    pub key: Key,
    /// Why.
    pub reason: String,
    /// Others whose change cannot be made either.
    pub others: Vec<Impossible>,
}

impl Impossible {
    /// An object and why its change cannot be made.
    pub fn new(key: &Key, reason: impl Into<String>) -> Self {
        Impossible { key: key.clone(), reason: reason.into(), others: Vec::new() }
    }

    /// Puts several together, if there are any.
    pub fn all(impossible: Vec<Impossible>) -> Result<(), Impossible> {
        let mut impossible = impossible.into_iter();
        match impossible.next() {
            None => Ok(()),
            Some(first) => {
                Err(Impossible { others: first.others.into_iter().chain(impossible).collect(), ..first })
            }
        }
    }
}

impl From<Unwritable> for Impossible {
    fn from(error: Unwritable) -> Self {
        let key = error
            .object
            .parse()
            .unwrap_or_else(|_| Key::new(crate::model::Kind::of("object"), [error.object.as_str()]));
        Impossible::new(&key, error.reason)
    }
}

impl<'a> Transition<'a> {
    /// Finds the fate of everything, on a server of a version.
    ///
    /// # Errors
    /// For the first change that cannot be made.
    pub fn between(
        dialect: &'static dyn Dialect,
        from: &'a Catalog,
        to: &'a Catalog,
        server: u32,
    ) -> Result<Self, Impossible> {
        let mut transition = Transition {
            dialect,
            from,
            to,
            fates: BTreeMap::new(),
            lifted: BTreeMap::new(),
            without_parts: BTreeMap::new(),
            because_of: BTreeMap::new(),
            role: None,
            keep_grants: BTreeSet::new(),
            style: Style::Plain,
            server,
        };
        transition.own_fates()?;
        transition.rebuilds()?;
        transition.supersedings()?;
        transition.spread()?;
        transition.leave_to_parts()?;
        Ok(transition)
    }

    /// The grants with which an object is born and that are not left to it.
    pub fn born_with(&self, object: &Object) -> Vec<String> {
        let role = self.role.filter(|_| !self.keep_grants.contains(&object.key));
        role.map_or_else(Vec::new, |role| self.dialect.born_with(self.from, self.to, role, object))
    }

    /// Writes what happens to an object in the style of the plan.
    ///
    /// # Errors
    /// Where the style has no way to do it; the one to blame is the one whose change asks for it.
    pub fn restyled(&self, key: &'a Key, action: Action, steps: Vec<Step>) -> Result<Vec<Step>, Impossible> {
        if self.style == Style::Plain {
            return Ok(steps);
        }
        let scene = self.scene(key, action);
        let restyled = self.dialect.restyle(self.style, &scene, steps);
        restyled.map_err(|error| Impossible::new(scene.cause.unwrap_or(key), error.reason))
    }

    /// The change of an object in two goes, where the style of the plan asks for that.
    ///
    /// # Errors
    /// Where it asks for it, and it cannot be done.
    pub fn expanded(&self, key: &'a Key, steps: &[Step]) -> Result<Option<Expansion>, Impossible> {
        let scene = self.scene(key, Action::Alter);
        // What is lifted for the change is part of it, and belongs to neither half.
        if self.lifted.contains_key(key) || scene.fresh {
            return Ok(None);
        }
        Ok(self.dialect.expanded(self.style, &scene, steps)?)
    }

    fn scene(&self, key: &'a Key, action: Action) -> Scene<'a> {
        Scene {
            key,
            action,
            from: self.from,
            to: self.to,
            fresh: self.is_part_of_new(key),
            returns: matches!(self.fates.get(key), Some(Fate::Recreate)),
            cause: self.cause(key),
        }
    }

    /// For whom an object steps aside or follows that does not change itself.
    fn cause(&self, key: &Key) -> Option<&'a Key> {
        let mut cause = *self.because_of.get(key)?;
        // Causes are noted as they spread, each once: they end.
        while let Some(next) = self.because_of.get(cause) {
            cause = next;
        }
        Some(cause)
    }

    /// Whether something that an object is a part of is made, or made anew.
    fn is_part_of_new(&self, key: &Key) -> bool {
        let parent = |key: &Key| self.to.get(key).or_else(|| self.from.get(key))?.parent.as_ref();
        std::iter::successors(parent(key), |key| parent(key))
            .any(|key| matches!(self.fates.get(key), Some(Fate::Create | Fate::Recreate)))
    }

    /// What each object's own change asks for.
    fn own_fates(&mut self) -> Result<(), Impossible> {
        let mut impossible = Vec::new();
        for old in self.from.iter() {
            match self.to.get(&old.key) {
                None if self.implied(old, self.from, self.to) => {}
                None => {
                    self.fates.insert(&old.key, Fate::Drop);
                }
                Some(new) if new.facets != old.facets => match self.alteration(old, new) {
                    Ok(fate) => drop(self.fates.insert(&old.key, fate)),
                    Err(reason) => impossible.push(reason),
                },
                Some(_) => {}
            }
        }
        for new in self.to.iter().filter(|new| !self.from.contains(&new.key)) {
            if !self.implied(new, self.to, self.from) {
                self.fates.insert(&new.key, Fate::Create);
            }
        }
        Impossible::all(impossible)
    }

    /// Whether a part is in the other catalog through what its parent inherits there.
    fn implied(&self, object: &Object, listed: &Catalog, other: &Catalog) -> bool {
        let parent_stays =
            object.parent.as_ref().is_some_and(|p| self.from.contains(p) && self.to.contains(p));
        parent_stays
            && self.dialect.kind(object.key.kind()).is_some_and(|kind| kind.implied(object, listed, other))
    }

    fn alteration(&self, old: &Object, new: &Object) -> Result<Fate, Impossible> {
        let Some(kind) = self.dialect.kind(old.key.kind()) else {
            return Err(Impossible::new(&old.key, "this kind cannot be changed yet"));
        };
        let catalogs = Some([self.from, self.to]);
        let (users, server) = (self.users_of(&old.key), self.server);
        let change = Change { users, server, catalogs, ..Change::between(old, new) };
        Ok(match kind.alter(&change)? {
            Alteration::InPlace(steps) => Fate::Alter(steps),
            Alteration::Replace => Fate::Recreate,
            Alteration::Supersede => self.superseding(old, new)?,
            Alteration::RebuildParent => Fate::InRebuild,
        })
    }

    /// Who uses an object, directly or inside of a type.
    fn users_of(&self, key: &Key) -> Vec<&'a Object> {
        self.from.users(key).collect()
    }

    /// A new version takes the place of the old one, with its parts.
    fn superseding(&self, old: &'a Object, new: &'a Object) -> Result<Fate, Unwritable> {
        let Some(kind) = self.dialect.kind(old.key.kind()) else {
            return Err(Unwritable::new(old, "this kind cannot be changed yet"));
        };
        let from = Family { object: old, parts: inline_parts(self.dialect, self.from, &old.key) };
        let to = Family { object: new, parts: inline_parts(self.dialect, self.to, &new.key) };
        let Superseding { before, after } = kind.supersede(&from, &to)?;
        Ok(Fate::Supersede { before, after })
    }

    /// Parts that cannot come to their whole come with a new version of it; and what is superseded
    /// takes its parts along.
    fn supersedings(&mut self) -> Result<(), Impossible> {
        let (dialect, from, to) = (self.dialect, self.from, self.to);
        let comes = |fate: &Fate| matches!(fate, Fate::Create | Fate::Recreate);
        let coming = self
            .fates
            .iter()
            .filter(|(_, fate)| comes(fate))
            .filter_map(|(key, _)| to.get(key)?.parent.as_ref());
        let wholes: BTreeSet<&'a Key> =
            coming.filter(|whole| from.contains(whole) && to.contains(whole)).collect();
        for whole in wholes {
            let (Some(old), Some(new), Some(kind)) =
                (from.get(whole), to.get(whole), dialect.kind(whole.kind()))
            else {
                continue;
            };
            if kind.parts_need_supersede(old, &self.users_of(whole)) {
                let fate = self.superseding(old, new)?;
                self.fates.insert(whole, fate);
            }
        }
        let superseded: Vec<&'a Key> = self
            .fates
            .iter()
            .filter(|(_, fate)| matches!(fate, Fate::Supersede { .. }))
            .map(|(key, _)| *key)
            .collect();
        for whole in superseded {
            self.cover_parts(whole);
        }
        Ok(())
    }

    fn cover_parts(&mut self, whole: &'a Key) {
        for catalog in [self.from, self.to] {
            for part in inline_parts(self.dialect, catalog, whole) {
                self.fates.insert(&part.key, Fate::InRebuild);
            }
        }
    }

    /// Parents whose parts cannot be changed one by one are rebuilt with all of them.
    fn rebuilds(&mut self) -> Result<(), Impossible> {
        let needs_rebuild = |key: &Key, fate: &Fate| -> bool {
            let kind = self.dialect.kind(key.kind());
            let ask = |catalog: &Catalog, create: bool| {
                kind.zip(catalog.get(key)).is_some_and(|(kind, object)| {
                    if create { kind.create_needs_rebuild(object) } else { kind.drop_needs_rebuild(object) }
                })
            };
            match fate {
                Fate::InRebuild => true,
                Fate::Create => ask(self.to, true),
                Fate::Drop => ask(self.from, false),
                Fate::Recreate => ask(self.to, true) || ask(self.from, false),
                _ => false,
            }
        };
        let parent_of = |key: &Key| -> Option<&'a Key> {
            let object = self.to.get(key).or_else(|| self.from.get(key))?;
            // What is part of nothing is rebuilt itself.
            let parent = object.parent.as_ref().unwrap_or(&object.key);
            let stays = self.from.contains(parent) && self.to.contains(parent);
            stays.then_some(parent)
        };
        let parents: BTreeSet<&'a Key> = self
            .fates
            .iter()
            .filter(|(key, fate)| needs_rebuild(key, fate))
            .filter_map(|(key, _)| parent_of(key))
            .collect();
        for parent in parents {
            self.rebuild(parent)?;
        }
        Ok(())
    }

    fn rebuild(&mut self, parent: &'a Key) -> Result<(), Impossible> {
        let (Some(old), Some(new), Some(kind)) =
            (self.from.get(parent), self.to.get(parent), self.dialect.kind(parent.kind()))
        else {
            return Ok(());
        };
        let (before, after) = (
            Family { object: old, parts: inline_parts(self.dialect, self.from, parent) },
            Family { object: new, parts: inline_parts(self.dialect, self.to, parent) },
        );
        let steps = kind.rebuild(&before, &after)?;
        let keeps = kind.rebuild_keeps_dependents(&before, &after);
        for part in before.parts.iter().chain(&after.parts) {
            self.fates.insert(&part.key, Fate::InRebuild);
        }
        self.fates.insert(parent, Fate::Rebuild(steps));
        if !keeps {
            let parts: Vec<&'a Key> = before.parts.iter().map(|part| &part.key).collect();
            let dialect = self.dialect;
            // A part of another object that only a rebuild of that one could take away stays: the
            // foreign keys that refer to a rebuilt table of SQLite.
            let can_step_aside = |user: &Object| {
                !dialect.kind(user.key.kind()).is_some_and(|kind| kind.drop_needs_rebuild(user))
            };
            for key in [parent].into_iter().chain(parts) {
                self.step_aside_for(key, can_step_aside)?;
            }
        }
        Ok(())
    }

    /// Lets the users of what goes, comes back or changes below them step aside, and theirs.
    fn spread(&mut self) -> Result<(), Impossible> {
        let mut queue: VecDeque<&'a Key> = self.fates.keys().copied().collect();
        let mut seen: BTreeSet<&'a Key> = BTreeSet::new();
        while let Some(key) = queue.pop_front() {
            if !seen.insert(key) {
                continue;
            }
            let moved = match self.fates.get(key) {
                Some(Fate::Drop | Fate::Recreate | Fate::GoesAlong) => self.step_aside_for(key, |_| true)?,
                Some(Fate::Alter(_) | Fate::Retype(_)) => self.disturbed_by(key)?,
                Some(Fate::Supersede { .. }) => self.follow(key)?,
                _ => Vec::new(),
            };
            for user in moved {
                seen.remove(user);
                queue.push_back(user);
            }
        }
        Ok(())
    }

    fn disturbed_by(&mut self, key: &'a Key) -> Result<Vec<&'a Key>, Impossible> {
        let (Some(old), Some(new), Some(kind)) =
            (self.from.get(key), self.to.get(key), self.dialect.kind(key.kind()))
        else {
            return Ok(Vec::new());
        };
        let mut change = Change::between(old, new);
        if matches!(self.fates.get(key), Some(Fate::Retype(_))) {
            change.facets.insert("type");
        }
        self.step_aside_for(key, |user| kind.disturbs(&change, user))
    }

    /// The users of a superseded type follow it if they hold data, else they step aside.
    fn follow(&mut self, key: &'a Key) -> Result<Vec<&'a Key>, Impossible> {
        let mut moved = Vec::new();
        for user in self.users_of(key).into_iter().map(|user| &user.key) {
            let (Some(old), Some(new), Some(kind)) =
                (self.from.get(user), self.to.get(user), self.dialect.kind(user.kind()))
            else {
                continue;
            };
            let own = self.fates.remove(user);
            if let None | Some(Fate::Alter(_)) = own
                && let Ok(fate) = self.superseding(old, new)
            {
                self.fates.insert(user, fate);
                self.cover_parts(user);
                self.because_of.entry(user).or_insert(key);
                moved.push(user);
                continue;
            }
            match (own, kind.retype(old, new, &self.made_of(old))) {
                (None, Some(steps)) => {
                    self.fates.insert(user, Fate::Retype(steps));
                    self.because_of.insert(user, key);
                    moved.push(user);
                }
                (Some(Fate::Alter(_)), Some(steps)) if !self.changes_type(user) => {
                    self.fates.insert(user, Fate::Retype(steps));
                    moved.push(user);
                }
                // Whatever else happens to it brings it to the new type.
                (Some(fate), Some(_)) => {
                    self.fates.insert(user, fate);
                }
                (fate, None) => {
                    let steps = kind.drop(old)?;
                    let loses =
                        |step: &Step| step.hazards.iter().any(|hazard| hazard.code == HazardCode::LosesData);
                    if !matches!(fate, Some(Fate::Drop)) && steps.iter().any(loses) {
                        let reason = format!("{user} uses it and holds data that cannot follow");
                        return Err(Impossible::new(key, reason));
                    }
                    self.fates.extend(fate.map(|fate| (user, fate)));
                    moved.extend(self.aside(user, key));
                }
            }
        }
        Ok(moved)
    }

    /// The types that an object's values are made of, before and after, the nearest first.
    fn made_of(&self, object: &'a Object) -> Vec<(&'a Object, &'a Object)> {
        let mut found: Vec<(&'a Object, &'a Object)> = Vec::new();
        let mut queue = VecDeque::from([object]);
        while let Some(object) = queue.pop_front() {
            let needs = object.requires.iter().filter(|need| need.facet.is_none());
            let states = needs.filter_map(|need| self.from.get(&need.on).zip(self.to.get(&need.on)));
            for (old, new) in states.filter(|(old, _)| old.parent.is_none()) {
                if found.iter().all(|(known, _)| known.key != old.key) {
                    found.push((&**old, &**new));
                    queue.push_back(&**old);
                }
            }
        }
        found
    }

    fn changes_type(&self, key: &Key) -> bool {
        let states = self.from.get(key).zip(self.to.get(key));
        states.is_some_and(|(old, new)| old.facets.get("type") != new.facets.get("type"))
    }

    fn step_aside_for(
        &mut self,
        key: &'a Key,
        who: impl Fn(&Object) -> bool,
    ) -> Result<Vec<&'a Key>, Impossible> {
        let mut moved = Vec::new();
        for object in self.users_of(key).into_iter().filter(|user| who(user)) {
            let user = &object.key;
            let facets: Vec<Option<&'a str>> =
                object.requires.iter().filter(|r| r.on == *key).map(|r| r.facet.as_deref()).collect();
            if facets.iter().all(Option::is_some) {
                self.lift(user, facets.into_iter().flatten());
                continue;
            }
            // A table that leaves its parent is not to go with it, nor an extension with its schema.
            let is_left = user.kind() == key.kind() || key.kind().name() == "schema";
            if is_left && self.comes_free(key, object) {
                continue;
            }
            if self.holds_data_and_stays(key, object) {
                if self.comes_free(key, object) {
                    continue;
                }
                let reason = format!("{user} uses it and holds data; change that one first");
                return Err(Impossible::new(key, reason));
            }
            moved.extend(self.aside(user, key));
        }
        Ok(moved)
    }

    /// Taking a column or a table away and bringing it back loses its rows: only what it is a
    /// part of may ask that, or an expression that computes its values.
    fn holds_data_and_stays(&self, key: &Key, user: &Object) -> bool {
        let of_parent = user.parent.as_ref() == Some(key);
        let computed = user.facets.text("generated").is_some();
        let stays = self.to.contains(&user.key)
            && !matches!(self.fates.get(&user.key), Some(Fate::Recreate | Fate::Drop));
        let holds =
            self.dialect.kind(user.key.kind()).is_some_and(|kind| kind.retype(user, user, &[]).is_some());
        holds && stays && !of_parent && !computed
    }

    /// Whether the own change of an object frees what goes from it: a column that gets another
    /// type or collation.
    fn comes_free(&self, key: &Key, user: &Object) -> bool {
        let goes = matches!(self.fates.get(key), Some(Fate::Drop | Fate::GoesAlong));
        let changes = matches!(self.fates.get(&user.key), Some(Fate::Alter(_)));
        let after = self.to.get(&user.key);
        goes && changes && after.is_some_and(|after| after.requires.iter().all(|need| need.on != *key))
    }

    /// Takes an object away for a while, and whoever uses it. Tells whether that is news.
    fn aside(&mut self, user: &'a Key, cause: &'a Key) -> Option<&'a Key> {
        let part_of_gone = self.from.get(user).and_then(|object| object.parent.as_ref()) == Some(cause)
            && matches!(self.fates.get(cause), Some(Fate::Drop | Fate::GoesAlong));
        let fate = match self.fates.get(user) {
            Some(Fate::Drop) if part_of_gone => Fate::GoesAlong,
            Some(Fate::Drop | Fate::Recreate | Fate::GoesAlong | Fate::InRebuild | Fate::Create) => {
                return None;
            }
            _ if self.to.contains(user) => Fate::Recreate,
            _ => Fate::Drop,
        };
        if matches!(fate, Fate::Recreate) && !self.fates.contains_key(user) {
            self.because_of.insert(user, cause);
        }
        self.fates.insert(user, fate);
        Some(user)
    }

    /// Takes facets off an object that stays, until what they need is back.
    fn lift(&mut self, user: &'a Key, facets: impl Iterator<Item = &'a str>) {
        let goes = matches!(
            self.fates.get(user),
            Some(Fate::Drop | Fate::GoesAlong | Fate::Recreate | Fate::InRebuild | Fate::Rebuild(_))
        );
        if !goes && self.to.contains(user) {
            self.lifted.entry(user).or_default().extend(facets);
        }
    }
}

/// The parts of an object that are written inside it, in their order.
pub fn inline_parts<'a>(dialect: &dyn Dialect, catalog: &'a Catalog, parent: &Key) -> Vec<&'a Object> {
    let depth = parent.path().len();
    let below = catalog.below(parent);
    let mut parts: Vec<&Object> = below
        .filter(|object| object.key.path().len() == depth + 1 && object.parent.as_ref() == Some(parent))
        .filter(|object| dialect.kind(object.key.kind()).is_some_and(|kind| kind.inline(object)))
        .collect();
    parts.sort_by_key(|object| (dialect.rank(object.key.kind()), object.position));
    parts
}
