//! How each database spells a schema: one folder a database, one file a kind of object.
//!
//! A dialect turns rows of catalog queries into objects, and differences of objects into SQL.
//! sqlx lives only here and in `scratch`.

pub mod journal;
mod observed;
pub mod postgres;
pub mod quote;
pub mod row;
mod scene;
pub mod sqlite;
mod step;
mod style;
mod versions;
pub mod writer;

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;

pub use observed::{Lock, Observed, ParseLockError, Touched};
pub use scene::Scene;
pub use step::{
    Action, Alteration, Answer, Change, Check, Expansion, Hazard, HazardCode, Patience, Step, Transaction,
};
pub use style::{ParseStyleError, Style};
pub use versions::Versions;

use crate::model::{Catalog, Key, Kind, Object, Snapshot};

/// One database's way to spell objects.
pub trait Dialect: Sync + Send {
    /// The name that inventories carry, for example `postgres`.
    fn name(&self) -> &'static str;

    /// What the database is called, for people.
    fn title(&self) -> &'static str;

    /// Every kind that is read, in the order in which a reader expects them to be created.
    fn kinds(&self) -> &'static [&'static dyn ObjectKind];

    /// What is known about one kind.
    fn kind(&self, kind: Kind) -> Option<&'static dyn ObjectKind> {
        self.kinds().iter().copied().find(|known| known.kind() == kind)
    }

    /// Where a kind stands in the order of [`Dialect::kinds`]; unknown kinds come last.
    fn rank(&self, kind: Kind) -> usize {
        let kinds = self.kinds();
        kinds.iter().position(|known| known.kind() == kind).unwrap_or(kinds.len())
    }

    /// Whether two values of a facet mean the same though they are not spelled the same: casts
    /// that a server adds, another server version's printing.
    fn same_meaning(&self, _kind: Kind, _facet: &str, _a: &Value, _b: &Value) -> bool {
        false
    }

    /// Whether two texts of a facet are one expression over columns of one type, and of another: they
    /// differ in casts alone.
    fn same_but_for_casts(&self, _kind: Kind, _facet: &str, _a: &str, _b: &str) -> bool {
        false
    }

    /// Why a server cannot have an object as it is meant: it is too old for it. `server` is the number of
    /// the version.
    fn why_too_new(&self, _object: &Object, _server: u32) -> Option<String> {
        None
    }

    /// What a target can have of a facet that canonical, on a server of another version, has as `wanted`.
    /// `has` is what the target has now.
    fn carried_across(
        &self,
        _versions: Versions,
        _facet: &str,
        wanted: &Value,
        _has: Option<&Value>,
    ) -> Value {
        wanted.clone()
    }

    /// Whether two values of a facet, one of which may be absent, differ only because servers of
    /// different versions know different things.
    fn same_across(
        &self,
        _versions: Versions,
        _kind: Kind,
        _facet: &str,
        _a: Option<&Value>,
        _b: Option<&Value>,
    ) -> bool {
        false
    }

    /// The names that an object takes in the name spaces that it shares with other kinds, so that
    /// a view can take the place of a table of its name only after the table is gone. `catalog` is the
    /// one that it is in.
    fn names_taken(&self, catalog: &Catalog, object: &Object) -> Vec<String>;

    /// Two catalogs with what one of them lists and the other has through something else, where the
    /// way from one to the other has to know it: columns that come from a parent table, sequences
    /// that change with theirs. Nothing where there is no such thing. `server` is the number of the
    /// version.
    ///
    /// # Errors
    /// Where that cannot be reached.
    fn completed(
        &self,
        _from: &Catalog,
        _to: &Catalog,
        _server: u32,
    ) -> Result<Option<(Catalog, Catalog)>, Unwritable> {
        Ok(None)
    }

    /// The grants that a new object has from the moment at which a role makes it, because the
    /// database says so of all new objects: default privileges that stand before and after.
    fn born_with(&self, _before: &Catalog, _after: &Catalog, _role: &str, _object: &Object) -> Vec<String> {
        Vec::new()
    }

    /// What it means to others that an object goes for good, is changed, or comes back as another one,
    /// beside what its statements can hurt. `to` is what becomes of it.
    fn effect(&self, _from: &Object, _to: Option<&Object>, _action: Action) -> Option<Hazard> {
        None
    }

    /// Whether an object cannot change like this as long as one that uses it stays as it is: a column
    /// that comes to allow NULL, and a primary key.
    fn is_held_by(&self, _from: &Object, _to: &Object, _user: &Object) -> bool {
        false
    }

    /// Whether two parts of one whole, such as partitions, claim the same rows; nothing where only the
    /// server can tell.
    fn overlap(&self, _one: &Object, _other: &Object) -> Option<bool> {
        None
    }

    /// An object without what it keeps of a part, its own or an inherited one: a table without the
    /// grants on a column. Nothing where it keeps nothing.
    fn without_part(&self, _whole: &Object, _part: &Key) -> Option<Object> {
        None
    }

    /// The roles that an object's facets name.
    fn roles(&self, _object: &Object) -> Vec<String> {
        Vec::new()
    }

    /// The tablespace that an object names.
    fn tablespace<'a>(&self, _object: &'a Object) -> Option<&'a str> {
        None
    }

    /// An object as a scratch database can have it; `None` where it can have no such thing.
    fn rehearsed(&self, object: &Object) -> Option<Object> {
        Some(object.clone())
    }

    /// Why a statement on an object cannot be tried in a scratch database, where that is so.
    fn untried(&self, _key: &Key, _sql: &str) -> Option<&'static str> {
        None
    }

    /// Statements that go before a plan's statements, such as settings of the session.
    fn preamble(&self) -> &'static [&'static str] {
        &[]
    }

    /// The same for a plan of another style than plain.
    fn style_preamble(&self, _style: Style) -> &'static [&'static str] {
        &[]
    }

    /// Writes the plain statements of one thing that happens in another style.
    ///
    /// # Errors
    /// Where the style has no way to do it.
    fn restyle(&self, _style: Style, _scene: &Scene<'_>, steps: Vec<Step>) -> Result<Vec<Step>, Unwritable> {
        Ok(steps)
    }

    /// A change of an object in two goes, where a style does not allow the plain statements of it and has
    /// such a way.
    ///
    /// # Errors
    /// Where there is no such way for this object, with the reason.
    fn expanded(
        &self,
        _style: Style,
        _scene: &Scene<'_>,
        _steps: &[Step],
    ) -> Result<Option<Expansion>, Unwritable> {
        Ok(None)
    }

    /// The statement that renames an object in place, or one value of an enum, to the last name of
    /// another key. `None` where the database has no such statement.
    fn rename(&self, _object: &Object, _value: Option<&str>, _to: &Key) -> Option<Step> {
        None
    }

    /// What an object keeps, as it is after it or what it is a part of got a new name, of what the
    /// server had named after the old one: facets that are not at their default any more. `server` is the
    /// number of its version.
    fn named_after(&self, _old: &Object, _new: &Key, _server: u32) -> Option<(&'static str, String)> {
        None
    }

    /// The statements that change how long a session waits for a lock, and how long a statement
    /// may take, from one pair of times to another. `None` is as long as the database says itself.
    fn timeouts(&self, _from: Timeouts, _to: Timeouts) -> Vec<String> {
        Vec::new()
    }
}

/// How long to wait for a lock, and how long a statement may take.
pub type Timeouts = (Option<Duration>, Option<Duration>);

/// What a dialect knows about one kind of object. All of it is pure: catalogs in, SQL out.
pub trait ObjectKind: Sync + Send {
    /// The kind.
    fn kind(&self) -> Kind;

    /// The kind's name in the plural.
    fn plural(&self) -> &'static str;

    /// Whether the object is written inside the `CREATE` of its parent when both are new.
    fn inline(&self, _object: &Object) -> bool {
        false
    }

    /// The statements that make the object with those of its parts that are written inside it.
    ///
    /// # Errors
    /// Where the facets are not of the kind's shape (an edited inventory).
    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable>;

    /// Whether an object that one catalog lists is in another through something else, and so needs
    /// no statement on the way from one to the other: the column of a table that comes to inherit
    /// it, or no longer does.
    fn implied(&self, _object: &Object, _listed: &Catalog, _other: &Catalog) -> bool {
        false
    }

    /// Whether the object cannot be made beside its parent that exists, but only by rebuilding the
    /// parent (see [`ObjectKind::rebuild`]).
    fn create_needs_rebuild(&self, _object: &Object) -> bool {
        false
    }

    /// The statements that take the object away, without its dependents.
    ///
    /// # Errors
    /// As [`ObjectKind::create`].
    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable>;

    /// What the statement that takes the object away takes along, because each needs the other: the
    /// functions that read and write a base type.
    fn takes_along(&self, _object: &Object) -> Vec<Key> {
        Vec::new()
    }

    /// Whether nobody but what the facet needs can use an object that is made without a facet: a type that
    /// nothing can read yet.
    fn is_unusable_without(&self, _facet: &str) -> bool {
        false
    }

    /// Whether the object cannot be taken away from its parent, but only by rebuilding the parent
    /// (see [`ObjectKind::rebuild`]).
    fn drop_needs_rebuild(&self, _object: &Object) -> bool {
        false
    }

    /// How to get from one state of an object to another.
    ///
    /// # Errors
    /// As [`ObjectKind::create`].
    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable>;

    /// The steps that give an object that was taken away and brought back what making it does not
    /// give: its owner.
    fn restore(&self, _object: &Object) -> Vec<Step> {
        Vec::new()
    }

    /// The steps that carry an object over to a new version of a type that it uses, for objects
    /// that hold data of that type and so cannot step aside: columns.
    ///
    /// They bring it to its new state in all else too. `made_of` are the types that its values are
    /// made of, each before and after, the nearest first. `None` where the object does step aside, or
    /// where its values cannot be carried over.
    fn retype(&self, _from: &Object, _to: &Object, _made_of: &[(&Object, &Object)]) -> Option<Vec<Step>> {
        None
    }

    /// The statements that put a new version of an object, with its parts, in its place under what
    /// uses it, for types: their users hold data, and follow one by one (see
    /// [`ObjectKind::retype`]).
    ///
    /// # Errors
    /// As [`ObjectKind::create`]; and by default, because most objects can step aside.
    fn supersede(&self, from: &Family<'_>, _to: &Family<'_>) -> Result<Superseding, Unwritable> {
        Err(Unwritable::new(from.object, "no new version of this kind can take the place of another"))
    }

    /// Whether a part cannot be added to the object because of who uses it: a new version of the
    /// object brings the part then.
    fn parts_need_supersede(&self, _object: &Object, _users: &[&Object]) -> bool {
        false
    }

    /// Whether the rows that a change of the object concerns are those of its users: a domain.
    fn is_held_by_users(&self) -> bool {
        false
    }

    /// What to ask the target before a statement on the object that rows can make fail, where the
    /// object alone does not tell: what is there before, and what after.
    fn ask(&self, _object: &Object, _before: &Catalog, _after: &Catalog) -> Option<Check> {
        None
    }

    /// What it can hurt beside the object that it is made: a partition, and the one that has had the rows
    /// that belong into it.
    fn beside(&self, _object: &Object, _before: &Catalog, _after: &Catalog) -> Vec<Hazard> {
        Vec::new()
    }

    /// Whether a dependent has to be taken away before this change and brought back after it,
    /// although the change itself is an `ALTER`.
    fn disturbs(&self, _change: &Change<'_>, _dependent: &Object) -> bool {
        false
    }

    /// The statements that rebuild the object in place with other parts, for databases whose
    /// `ALTER TABLE` cannot change a part (see [`Alteration::RebuildParent`]).
    ///
    /// # Errors
    /// As [`ObjectKind::create`]; and by default, because most databases never need it.
    fn rebuild(&self, from: &Family<'_>, _to: &Family<'_>) -> Result<Vec<Step>, Unwritable> {
        Err(Unwritable::new(from.object, "this kind cannot be rebuilt in place"))
    }

    /// Whether a rebuild leaves the object's dependents where they are: its indexes, triggers and
    /// views need not step aside.
    fn rebuild_keeps_dependents(&self, _from: &Family<'_>, _to: &Family<'_>) -> bool {
        false
    }
}

/// How a new version of an object takes the place of the old one.
pub struct Superseding {
    /// The statements that set the old one aside and make the new one.
    pub before: Vec<Step>,
    /// The statements that take the old one away, after its users have followed.
    pub after: Vec<Step>,
}

/// An object with those of its parts that are written inside it.
pub struct Family<'a> {
    /// The object.
    pub object: &'a Object,
    /// Its columns, keys and so on.
    pub parts: Vec<&'a Object>,
}

/// An object whose SQL cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no SQL can be written for {object}: {reason}")]
pub struct Unwritable {
    /// The object's key, printed.
    pub object: String,
    /// Why.
    pub reason: String,
}

impl Unwritable {
    /// An object and why no SQL can be written for it.
    pub fn new(object: &Object, reason: impl ToString) -> Self {
        Unwritable { object: object.key.to_string(), reason: reason.to_string() }
    }
}

/// The dialect of a name that an inventory carries.
pub fn by_name(name: &str) -> Option<&'static dyn Dialect> {
    let all: [&'static dyn Dialect; 2] = [&postgres::Postgres, &sqlite::Sqlite];
    all.into_iter().find(|dialect| dialect.name() == name)
}

/// Why schemas of these two dialects are not compared, and what to do, on two lines.
pub fn mismatch(canonical: &str, target: &str) -> String {
    let [canonical, target] =
        [canonical, target].map(|name| by_name(name).map_or(name, |dialect| dialect.title()));
    format!(
        "A schema of {canonical} cannot be compared with one of {target}.\n\
         Name a canonical schema for the same database."
    )
}

/// The names of all facets in which two states of an object on one server differ in meaning, in order.
pub fn changed_facets<'a>(dialect: &dyn Dialect, from: &'a Object, to: &'a Object) -> BTreeSet<&'a str> {
    changed_across(dialect, Versions::new(0, 0), from, to)
}

fn changed_across<'a>(
    dialect: &dyn Dialect,
    versions: Versions,
    from: &'a Object,
    to: &'a Object,
) -> BTreeSet<&'a str> {
    let kind = from.key.kind();
    let differs = |name: &str| {
        let (a, b) = (from.facets.get(name), to.facets.get(name));
        let same = a == b
            || a.zip(b).is_some_and(|(a, b)| dialect.same_meaning(kind, name, a, b))
            || versions.differ() && dialect.same_across(versions, kind, name, a, b);
        !same
    };
    from.facets.names(&to.facets).filter(|name| differs(name)).collect()
}

/// The judgement of two states of one object, for a comparison of two sides: the names of the facets
/// in which they differ in meaning.
pub fn judgement<'a>(
    dialect: &'a dyn Dialect,
    one: &Snapshot,
    other: &Snapshot,
) -> impl Fn(&Object, &Object) -> Vec<String> + Sync + use<'a> {
    let versions = Versions::of(one, other);
    move |a, b| changed_across(dialect, versions, a, b).into_iter().map(str::to_owned).collect()
}
