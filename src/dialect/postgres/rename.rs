//! Renaming objects in place.

use super::common::{own_name, qualified, routine};
use crate::{
    dialect::{Step, quote},
    model::{Key, Object},
};

/// The statement that gives an object, or one value of an enum, the last name of another key; `None`
/// for kinds that are not renamed.
pub fn rename(object: &Object, value: Option<&str>, to: &Key) -> Option<Step> {
    let (path, name) = (qualified(&object.key), own_name(&object.key));
    let new = quote::name(to.name());
    if let Some(value) = value {
        let (old, new) = (quote::literal(value), quote::literal(to.name()));
        return Some(Step::new(format!("ALTER TYPE {path} RENAME VALUE {old} TO {new}")));
    }
    let kind = object.key.kind().name();
    let sql = match kind {
        "table" | "view" | "materialized view" | "foreign table" | "sequence" | "domain" => {
            format!("ALTER {} {path} RENAME TO {new}", kind.to_uppercase())
        }
        "base type" | "enum" | "composite type" | "range type" => {
            format!("ALTER TYPE {path} RENAME TO {new}")
        }
        "index" => {
            let path = quote::qualified(&[object.key.root(), object.key.name()]);
            format!("ALTER INDEX {path} RENAME TO {new}")
        }
        "column" => {
            let foreign =
                object.parent.as_ref().is_some_and(|parent| parent.kind() == super::foreign_table::KIND);
            let table = if foreign { "FOREIGN TABLE" } else { "TABLE" };
            format!("ALTER {table} {path} RENAME COLUMN {name} TO {new}")
        }
        "constraint" => {
            let on_domain = object.parent.as_ref().is_some_and(|parent| parent.kind() == super::domain::KIND);
            let owner = if on_domain { "DOMAIN" } else { "TABLE" };
            format!("ALTER {owner} {path} RENAME CONSTRAINT {name} TO {new}")
        }
        "function" | "procedure" => {
            let new = quote::name(&super::common::routine_name(to));
            format!("ALTER {} {} RENAME TO {new}", kind.to_uppercase(), routine(&object.key))
        }
        _ => return None,
    };
    Some(Step::new(sql))
}
