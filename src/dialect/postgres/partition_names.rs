//! What the indexes of partitions are called that are parts of one of a partitioned table: the server
//! names them after table and columns, and anybody may rename them.

use serde::Deserialize;

use super::{common::typed, table};
use crate::{
    dialect::{Change, Step, quote},
    model::{Key, Object},
};

/// The facet of the index or key of a partitioned table that holds the names.
pub const FACET: &str = "names in partitions";

#[derive(Clone, PartialEq, Deserialize)]
struct Name {
    schema: String,
    table: String,
    name: String,
    /// The name that the server gives.
    usual: String,
}

#[derive(Deserialize)]
struct Facets {
    #[serde(default, rename = "names in partitions")]
    names: Vec<Name>,
}

fn names(object: &Object) -> Vec<Name> {
    typed::<Facets>(object).map(|facets| facets.names).unwrap_or_default()
}

/// The partitions that the facet names.
pub fn partitions(object: &Object) -> Vec<Key> {
    names(object).into_iter().map(|name| Key::new(table::KIND, [name.schema, name.table])).collect()
}

/// The steps that name the parts of a new index.
pub fn named(object: &Object) -> Vec<Step> {
    names(object).iter().map(|name| renamed(object, name, Some(&name.name))).collect()
}

/// The steps that bring the names from one state to another.
pub fn changed(change: &Change<'_>) -> Vec<Step> {
    let (old, new) = (names(change.from), names(change.to));
    let same = |one: &Name, other: &Name| (&one.schema, &one.table) == (&other.schema, &other.table);
    let back = old.iter().filter(|name| !new.iter().any(|other| same(name, other)));
    let back = back.map(|name| renamed(change.to, name, None));
    let set = new.iter().filter(|name| !old.contains(name));
    back.chain(set.map(|name| renamed(change.to, name, Some(&name.name)))).collect()
}

/// Renames the part of an index in a partition, whatever it is called: where names are taken, the
/// server chooses others. Without a name it gets the usual one, with a number where that is taken.
fn renamed(object: &Object, part: &Name, to: Option<&str>) -> Step {
    let index = quote::literal(&quote::qualified(&[object.key.root(), object.key.name()]));
    let table = quote::literal(&quote::qualified(&[&part.schema, &part.table]));
    let name = quote::literal(to.unwrap_or(&part.usual));
    let schema = quote::literal(&part.schema);
    let numbered = format!(
        "WHILE pg_catalog.to_regclass(pg_catalog.format('%I.%I', {schema}, name)) IS NOT NULL LOOP\n    \
         number := number + 1; name := {name} || number;\nEND LOOP;\n"
    );
    let numbered = if to.is_none() { numbered } else { String::new() };
    let body = format!(
        "DECLARE part regclass; name text := {name}; number integer := 0; BEGIN\n\
         SELECT t.relid INTO part FROM pg_catalog.pg_partition_tree({index}::regclass) t\n\
         JOIN pg_catalog.pg_index i ON i.indexrelid = t.relid JOIN pg_catalog.pg_class c ON c.oid = t.relid\n\
         WHERE i.indrelid = pg_catalog.to_regclass({table}) AND c.relname <> name;\n\
         {numbered}IF part IS NOT NULL THEN\n    \
         EXECUTE pg_catalog.format('ALTER INDEX %s RENAME TO %I', part, name);\nEND IF; END"
    );
    Step::new(format!("DO {}", quote::dollar(&body)))
}
