//! Columns that come from a parent table: only what differs from the parent is their own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::inspect::objects::Objects;
use crate::model::{Catalog, Facets, Key, Kind, Object};

/// What a child table takes over from the column of its parent.
pub const TAKEN_OVER: [&str; 8] =
    ["collation", "not null", "default", "generated", "virtual", "storage", "compression", "type"];

/// Takes from each inherited column what it has from its parents, and takes columns away that
/// have nothing of their own.
pub fn settle(objects: &mut Objects) {
    let inherited: Vec<Key> = objects
        .iter()
        .filter(|object| object.facets.flag("inherited"))
        .map(|object| object.key.clone())
        .collect();
    let settled: Vec<(Key, Facets, Option<Key>)> = inherited
        .into_iter()
        .filter_map(|key| {
            let of_parent = of_parent(objects, &key);
            let own = own_facets(objects.get(&key)?, of_parent);
            let of_parent = of_parent.map(|column| column.key.clone());
            Some((key, own, of_parent))
        })
        .collect();
    let mut gone: BTreeMap<Key, Option<Key>> = BTreeMap::new();
    let mut kept = Vec::new();
    for (key, own, of_parent) in settled {
        let nothing = own.iter().all(|(name, _)| name == "inherited");
        match nothing {
            true => drop(gone.insert(key, of_parent)),
            false => kept.push((key, own, of_parent)),
        }
    }
    for (key, own, mut of_parent) in kept {
        // The nearest above that is listed.
        while let Some(above) = of_parent.as_ref().and_then(|column| gone.get(column)) {
            of_parent.clone_from(above);
        }
        if let Some(object) = objects.get_mut(&key) {
            object.facets = own;
            of_parent.into_iter().for_each(|column| object.require(column, None));
        }
    }
    let gone: Vec<Key> = gone.into_keys().collect();
    objects.remove(&gone);
}

/// The tables that a table inherits from in one catalog and not in another.
pub fn ancestors_only_in(there: &Catalog, here: &Catalog, table: &Key) -> Vec<Key> {
    let known = ancestors(table, here);
    ancestors(table, there).into_iter().filter(|ancestor| !known.contains(ancestor)).collect()
}

/// The tables that a table inherits from, parents first and theirs after.
fn ancestors(table: &Key, catalog: &Catalog) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    let mut next = vec![table.clone()];
    while let Some(key) = next.pop() {
        let facet = catalog.get(&key).and_then(|object| object.facets.get("inherits"));
        for path in facet.and_then(Value::as_array).into_iter().flatten() {
            let names: Vec<&str> = path.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let parent = Key::new(table.kind(), names);
            if !found.contains(&parent) {
                found.push(parent.clone());
                next.push(parent);
            }
        }
    }
    found
}

/// The column of a parent table that a column comes from; none for a typed table's.
fn of_parent<'a>(objects: &'a Objects, key: &Key) -> Option<&'a Object> {
    let table = objects.get(objects.get(key)?.parent.as_ref()?)?;
    let parents = table.facets.get("inherits").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    parents.iter().find_map(|path| {
        let path: Vec<&str> = path.as_array()?.iter().filter_map(Value::as_str).collect();
        objects.get(&Key::new(Kind::of("table"), path).child(key.kind(), key.name()))
    })
}

/// The facets of a column as its children see them: a not-null constraint may be for one table alone.
pub fn handed_down(column: &Facets) -> Facets {
    let mut facets = column.clone();
    if facets.flag("not null no inherit") {
        facets.set("not null", false);
    }
    facets
}

/// Whether a default is NULL, which is to have none. That is how `pg_dump` takes away what a parent has,
/// and a server keeps it where the type has a length; a domain's own default would come back without it.
fn is_null(default: &Value) -> bool {
    let r#type = default.as_str().and_then(|text| text.strip_prefix("NULL::"));
    r#type.is_some_and(|r#type| !r#type.contains('.'))
}

fn own_facets(column: &Object, of_parent: Option<&Object>) -> Facets {
    let Some(of_parent) = of_parent else {
        // A typed table's column: what its type does not say is its own.
        return column.facets.clone();
    };
    let mut own = Facets::default();
    own.set("inherited", true);
    let of_parent = handed_down(&of_parent.facets);
    // A child's constraint is one with that of its parent, whatever its name.
    let merged = of_parent.flag("not null");
    let settled = |name: &str| name == "inherited" || merged && name.starts_with("not null ");
    for name in column.facets.names(&of_parent).filter(|name| !settled(name)) {
        let here = column.facets.get(name).filter(|value| name != "default" || !is_null(value));
        let there = of_parent.get(name);
        match here {
            Some(value) if !TAKEN_OVER.contains(&name) || here != there => own.set(name, value.clone()),
            None if name == "default" => own.set("no default", true),
            _ => {}
        }
    }
    own
}
