//! Default privileges: what new objects of a role grant to whom.

use super::{
    acl,
    common::texts,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Key, Kind, Object},
};

/// The kind of default privileges. The path is role, where, and what the new objects are, as in
/// `app`, `in schema sales`, `tables`.
pub const KIND: Kind = Kind::of("default privileges");

/// How default privileges are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "default privileges",
    class: "pg_default_acl",
    sql: include_str!("default_privileges.sql"),
    grantable: None,
};

/// What is known about default privileges.
pub struct DefaultPrivileges;

impl ObjectKind for DefaultPrivileges {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        steps(object, &[], &grants(object))
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        steps(object, &grants(object), &[])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        steps(change.to, &grants(change.from), &grants(change.to)).map(Alteration::InPlace)
    }
}

/// The role whose new objects it is about.
pub fn role(key: &Key) -> &str {
    key.root()
}

/// The grants that an object has when a role has just made it. Entries that are changed count as
/// they were: they are changed after everything else.
pub fn born_with(before: &Catalog, after: &Catalog, maker: &str, object: &Object) -> Vec<String> {
    let class = match object.key.kind().name() {
        "table" | "foreign table" | "view" | "materialized view" => "tables",
        "sequence" => "sequences",
        "function" | "procedure" | "aggregate" => "functions",
        "base type" | "enum" | "domain" | "composite type" | "range type" => "types",
        "schema" => "schemas",
        _ => return Vec::new(),
    };
    let in_force = before.iter().filter(|entry| {
        entry.key.kind() == KIND
            && entry.key.name() == class
            && role(&entry.key) == maker
            && entry.facets.text("schema").is_none_or(|schema| schema == object.key.root())
            && after.contains(&entry.key)
    });
    in_force.flat_map(|entry| texts(entry, "grants")).collect()
}

/// The grants, with the role itself in the place of the owner of the new objects.
fn grants(object: &Object) -> Vec<String> {
    let owner = format!(" to {}", acl::OWNER);
    let named = |grant: String| match grant.strip_suffix(&owner) {
        Some(privilege) => format!("{privilege} to {}", role(&object.key)),
        None => grant,
    };
    texts(object, "grants").into_iter().map(named).collect()
}

fn steps(object: &Object, from: &[String], to: &[String]) -> Result<Vec<Step>, Unwritable> {
    let class = match object.key.name() {
        "tables" => "TABLES",
        "sequences" => "SEQUENCES",
        "functions" => "FUNCTIONS",
        "types" => "TYPES",
        "schemas" => "SCHEMAS",
        "large objects" => "LARGE OBJECTS",
        other => return Err(Unwritable::new(object, format!("there are no default privileges on {other}"))),
    };
    let place = object.facets.text("schema").map(|schema| format!(" IN SCHEMA {}", quote::name(schema)));
    let head = format!(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {}{}",
        quote::name(role(&object.key)),
        place.unwrap_or_default()
    );
    let prefixed = |step: Step| Step { sql: format!("{head} {}", step.sql), ..step };
    Ok(acl::change(from, to, acl::On::own(class), None).into_iter().map(prefixed).collect())
}
