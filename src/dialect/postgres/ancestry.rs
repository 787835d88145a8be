//! What tables have from others without listing it: columns and checks that come from a parent
//! table or a type. Where that changes, the way from one catalog to the other has to know them.

use std::collections::BTreeSet;

use super::{
    column, composite, constraint,
    inherited::{TAKEN_OVER, handed_down},
    table,
};
use crate::{
    dialect::Unwritable,
    model::{Catalog, Facets, Key, Object, Requirement},
};

/// The facets of a table by which it has something from others.
const ANCESTRY: [&str; 3] = ["inherits", "bound", "of type"];

/// Both catalogs with what only one of them lists and the other has through a parent or a type;
/// nothing if there is no such thing.
///
/// # Errors
/// For a column that cannot come to be had from a parent alone.
pub fn completed(from: &Catalog, to: &Catalog) -> Result<Option<(Catalog, Catalog)>, Unwritable> {
    let both = |table: &Key| from.contains(table) && to.contains(table);
    let inherited = |object: &&Object| object.key.kind() == column::KIND && object.facets.flag("inherited");
    let listed = [from, to].into_iter().flat_map(Catalog::iter).map(|object| &**object).filter(inherited);
    let listed = listed.filter_map(|column| Some((column.parent.as_ref()?, column.key.name())));
    let mut columns: BTreeSet<(&Key, &str)> = listed.filter(|(table, _)| both(table)).collect();
    let moved: BTreeSet<&Key> = from.iter().filter(|old| is_moved(old, to)).map(|old| &old.key).collect();
    let visible: Vec<(&Key, BTreeSet<String>)> =
        moved.iter().map(|table| (*table, &columns_of(from, table) | &columns_of(to, table))).collect();
    columns
        .extend(visible.iter().flat_map(|(table, names)| names.iter().map(|name| (*table, name.as_str()))));
    for (one, other) in [(from, to), (to, from)] {
        for (table, name) in one.iter().filter_map(|column| merged(column, one, other)) {
            columns.insert((table, name));
        }
    }
    if columns.is_empty() && moved.is_empty() {
        return Ok(None);
    }
    let mut ends = Ends { from: from.clone(), to: to.clone() };
    for (table, name) in columns {
        ends.complete_column(from, to, table, name, moved.contains(table))?;
    }
    for table in moved {
        ends.complete_checks(from, to, table);
    }
    Ok(Some((ends.from, ends.to)))
}

/// The table and the name of a column that is the table's own in one catalog, and in the other comes from a
/// parent alone.
fn merged<'a>(column: &'a Object, one: &Catalog, other: &Catalog) -> Option<(&'a Key, &'a str)> {
    let own = column.key.kind() == column::KIND && column::is_own(column) && !other.contains(&column.key);
    let table = column.parent.as_ref().filter(|table| own && inherits(other, table))?;
    let heir = [one, other].into_iter().all(|catalog| joins_by_inherit(catalog, table));
    (heir && columns_of(other, table).contains(column.key.name())).then(|| (table, column.key.name()))
}

fn inherits(catalog: &Catalog, table: &Key) -> bool {
    catalog.get(table).is_some_and(|table| table.facets.get("inherits").is_some())
}

fn is_moved(old: &Object, to: &Catalog) -> bool {
    let new = (old.key.kind() == table::KIND).then(|| to.get(&old.key)).flatten();
    let Some(new) = new else { return false };
    let differs = |facet: &&str| old.facets.get(facet) != new.facets.get(facet);
    // A partition that gets other bounds is away for a moment, and keeps what it has from its parent.
    let is_partition = [old, new].into_iter().all(|table| table.facets.get("bound").is_some());
    ANCESTRY.iter().filter(|facet| !is_partition || **facet != "bound").any(differs)
}

/// Whether a table has its columns by `INHERIT`, not as a partition or by its type.
fn joins_by_inherit(catalog: &Catalog, table: &Key) -> bool {
    let otherwise = ["bound", "of type"];
    catalog.get(table).is_some_and(|table| otherwise.iter().all(|facet| table.facets.get(facet).is_none()))
}

/// Both catalogs, in the making.
struct Ends {
    from: Catalog,
    to: Catalog,
}

impl Ends {
    fn complete_column(
        &mut self,
        from: &Catalog,
        to: &Catalog,
        table: &Key,
        name: &str,
        moved: bool,
    ) -> Result<(), Unwritable> {
        let key = table.child(column::KIND, name);
        let (old, new) = (from.get(&key), to.get(&key));
        if !moved
            && old
                .zip(new)
                .is_some_and(|(old, new)| TAKEN_OVER.iter().all(|f| old.facets.get(f) == new.facets.get(f)))
        {
            return Ok(());
        }
        // A constraint above can be renamed as long as no table has it under another name.
        let above =
            parents(to, table).into_iter().filter(|_| moved).map(|table| table.child(column::KIND, name));
        let renamed = |above: &Key| from.get(above).zip(to.get(above)).is_some_and(|(a, b)| is_renamed(a, b));
        above.filter(renamed).for_each(|above| self.before_joining(table, &above));
        // A table that keeps its parents follows what changes there.
        let old = effective(from, if moved { from } else { to }, table, name);
        let new = effective(to, to, table, name);
        let is_inherited = |object: &Object| object.facets.flag("inherited");
        match (old, new) {
            (Some(mut old), Some(new)) if is_inherited(&old) || is_inherited(&new) => {
                if joins_by_inherit(to, table) && !is_inherited(&old) && is_inherited(&new) {
                    let reason =
                        "PostgreSQL keeps a column as the table's own when the table comes to inherit it";
                    return Err(Unwritable::new(&old, reason));
                }
                if !moved && !is_inherited(&new) && !from.contains(&new.key) {
                    let reason = "PostgreSQL makes a column that comes from a parent the table's own only when the table leaves \
                         that";
                    return Err(Unwritable::new(&new, reason));
                }
                let strict = ["type", "collation", "not null"];
                // What leaves is changed when it is free.
                let joins = moved && is_inherited(&new);
                if joins && strict.iter().any(|facet| old.facets.get(facet) != new.facets.get(facet)) {
                    self.before_joining(table, &key);
                }
                if let (true, Some(column)) = (moved && is_inherited(&old), source(&new)) {
                    self.before_joining(table, column);
                }
                old.requires.retain(|requirement| requirement.on.kind() != column::KIND);
                self.from.insert(old);
                self.to.insert(new);
            }
            // A constraint that a table above has too cannot be renamed any more.
            (Some(old), Some(new))
                if moved
                    && is_renamed(&old, &new)
                    && is_forbidden_above(to, &new)
                    && !is_forbidden_above(from, &old) =>
            {
                self.before_joining(table, &key);
            }
            (Some(old), None) if moved && is_inherited(&old) => self.from.insert(left(old, table)),
            (None, Some(new)) if moved && is_inherited(&new) && joins_by_inherit(to, table) => {
                // What the parent gets later, the table gets from it.
                let comes = source(&new).filter(|column| !from.contains(column));
                let parent = comes.and_then(|column| to.get(column)?.parent.clone());
                match (comes, parent.filter(|parent| from.contains(parent))) {
                    (Some(column), Some(_)) => self.require(column, table, None),
                    _ => return Err(Unwritable { object: table.to_string(), reason: not_without(name) }),
                }
            }
            (None, Some(new)) if moved && is_inherited(&new) => {
                self.before_joining(table, &key);
                self.to.insert(own(new));
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks and foreign keys that come from parents: a table has to have the checks of a new one, and keeps
    /// both of an old one.
    fn complete_checks(&mut self, from: &Catalog, to: &Catalog, table: &Key) {
        let (old, new) = (checks_of(from, table), checks_of(to, table));
        let lacks = |checks: &[Object], check: &Object| {
            checks.iter().all(|other| other.key.name() != check.key.name())
        };
        for check in old.iter().filter(|check| check.parent.as_ref() != Some(table) && lacks(&new, check)) {
            self.from.insert(left(moved_to(check, table), table));
        }
        let new = new.iter().filter(|check| check.facets.text("type") == Some("CHECK"));
        for check in new.filter(|check| check.parent.as_ref() != Some(table) && lacks(&old, check)) {
            let check = moved_to(check, table);
            self.before_joining(table, &check.key);
            self.to.insert(check);
        }
    }

    /// Says that a table needs a part before it joins a parent.
    fn before_joining(&mut self, table: &Key, part: &Key) {
        ANCESTRY.iter().for_each(|facet| self.require(table, part, Some((*facet).to_owned())));
    }

    fn require(&mut self, key: &Key, on: &Key, facet: Option<String>) {
        let Some(object) = self.to.get(key) else { return };
        let mut object = Object::clone(object);
        object.require(on.clone(), facet);
        self.to.insert(object);
    }
}

fn not_without(column: &str) -> String {
    format!(
        "PostgreSQL lets a table inherit a parent only if it has the column {column} already, and then keeps that as \
         the table's own"
    )
}

/// The column of a parent that an inherited column comes from.
fn source(column: &Object) -> Option<&Key> {
    column.requires.iter().map(|requirement| &requirement.on).find(|on| on.kind() == column::KIND)
}

/// An inherited part as it is after its table left the parent: the table's own.
fn left(part: Object, table: &Key) -> Object {
    let needs = ANCESTRY.map(|facet| Requirement { on: table.clone(), facet: Some(facet.to_owned()) });
    Object { requires: needs.into(), ..own(part) }
}

fn own(mut part: Object) -> Object {
    part.facets.set("inherited", false);
    part
}

fn moved_to(check: &Object, table: &Key) -> Object {
    let key = table.child(check.key.kind(), check.key.name());
    Object::new(key, Some(table.clone()), check.facets.clone())
}

fn parents(catalog: &Catalog, table: &Key) -> Vec<Key> {
    let paths = catalog.get(table).map(|object| object.facets.typed::<Parents>());
    let paths = paths.and_then(Result::ok).map(|parents| parents.inherits).unwrap_or_default();
    paths.into_iter().map(|path| Key::new(table.kind(), path)).collect()
}

#[derive(serde::Deserialize)]
struct Parents {
    #[serde(default)]
    inherits: Vec<Vec<String>>,
}

/// The columns that a typed table has from its type.
fn attributes(catalog: &Catalog, table: &Key) -> Vec<Facets> {
    let of = catalog.get(table).map(|object| super::common::texts(object, "of type")).unwrap_or_default();
    let r#type = (!of.is_empty()).then(|| catalog.get(&Key::new(composite::KIND, of))).flatten();
    r#type
        .and_then(|object| object.facets.typed::<Attributes>().ok())
        .map(|r#type| r#type.attributes)
        .unwrap_or_default()
}

#[derive(serde::Deserialize)]
struct Attributes {
    #[serde(default)]
    attributes: Vec<Facets>,
}

fn columns_of(catalog: &Catalog, table: &Key) -> BTreeSet<String> {
    let own = parts(catalog, table)
        .filter(|part| part.key.kind() == column::KIND)
        .map(|part| part.key.name().to_owned());
    let typed = attributes(catalog, table);
    let typed = typed.iter().filter_map(|attribute| Some(attribute.text("name")?.to_owned()));
    let inherited = parents(catalog, table).into_iter().flat_map(|parent| columns_of(catalog, &parent));
    own.chain(typed).chain(inherited).collect()
}

fn parts<'a>(catalog: &'a Catalog, table: &'a Key) -> impl Iterator<Item = &'a Object> {
    catalog.below(table).filter(move |part| part.parent.as_ref() == Some(table))
}

/// A column with all that it has by itself, as one catalog lists it, and through others, as
/// `sources` has them.
fn effective(catalog: &Catalog, sources: &Catalog, table: &Key, name: &str) -> Option<Object> {
    let key = table.child(column::KIND, name);
    let listed = catalog.get(&key).map(|object| Object::clone(object));
    if listed.as_ref().is_some_and(|listed| !listed.facets.flag("inherited")) {
        return listed;
    }
    let of_parent =
        parents(sources, table).into_iter().find_map(|parent| effective(sources, sources, &parent, name));
    let of_type = || {
        let attribute =
            attributes(sources, table).into_iter().find(|attribute| attribute.text("name") == Some(name))?;
        Some(Object::new(key.clone(), None, attribute))
    };
    let Some(source) = of_parent.or_else(of_type) else { return listed };
    let mut column = Object::new(key, Some(table.clone()), Facets::default());
    column.position = source.position;
    column.facets.set("inherited", true);
    let handed_down = handed_down(&source.facets);
    for facet in TAKEN_OVER {
        column.facets.set(facet, handed_down.get(facet).cloned().unwrap_or_default());
    }
    if source.parent.is_some() {
        column.require(source.key.clone(), None);
    }
    let of_default =
        source.requires.iter().filter(|requirement| requirement.facet.as_deref() == Some("default"));
    column.requires.extend(of_default.cloned());
    for listed in listed.iter() {
        listed.facets.iter().for_each(|(facet, value)| column.facets.set(facet, value.clone()));
        listed.requires.iter().for_each(|need| column.require(need.on.clone(), need.facet.clone()));
    }
    if column.facets.flag("no default") {
        ["default", "no default"].iter().for_each(|facet| column.facets.set(facet, serde_json::Value::Null));
    }
    Some(column)
}

/// Whether a table above the one of a column forbids NULL in it: the column's constraint is then one with
/// that one's, and goes by its name.
pub fn forbids_null_above(catalog: &Catalog, column: &Object) -> bool {
    column.facets.flag("inherited") && is_forbidden_above(catalog, column)
}

/// The same, also where the column is the table's own as well.
fn is_forbidden_above(catalog: &Catalog, column: &Object) -> bool {
    let above = column.parent.iter().flat_map(|table| parents(catalog, table));
    let mut above = above.filter_map(|table| effective(catalog, catalog, &table, column.key.name()));
    above.any(|column| handed_down(&column.facets).flag("not null"))
}

/// Whether the constraint that forbids NULL in a column gets another name.
fn is_renamed(old: &Object, new: &Object) -> bool {
    old.facets.get("not null name") != new.facets.get("not null name")
}

/// The checks and foreign keys of a table, its own and those that come from its parents.
fn checks_of(catalog: &Catalog, table: &Key) -> Vec<Object> {
    let is = |part: &Object, r#type: &str| part.facets.text("type") == Some(r#type);
    let is_such = |part: &&Object| {
        part.key.kind() == constraint::KIND && (is(part, "CHECK") || is(part, "FOREIGN KEY"))
    };
    // The foreign keys of a plain parent stay with it.
    let is_partition = catalog.get(table).is_some_and(|table| table.facets.get("bound").is_some());
    let goes_down = |part: &Object| {
        let stays = part.facets.text("definition").is_some_and(|text| text.ends_with(" NO INHERIT"));
        !stays && (is(part, "CHECK") || is_partition)
    };
    let mut checks: Vec<Object> = parts(catalog, table).filter(is_such).cloned().collect();
    let inherited = parents(catalog, table).into_iter().flat_map(|parent| checks_of(catalog, &parent));
    for check in inherited.filter(goes_down) {
        if checks.iter().all(|known| known.key.name() != check.key.name()) {
            checks.push(check);
        }
    }
    checks
}
