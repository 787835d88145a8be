//! What is tried: made from a schema, without looking at any database.

use std::collections::BTreeSet;

use crate::{
    config::smoke::{Smoke, Verb},
    dialect::{Dialect, quote},
    diff::matches,
    model::{Catalog, Key, Object},
};

/// Something to try as each role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The object that it is tried with.
    pub key: Key,
    /// What is tried.
    pub verb: Verb,
    /// A statement that needs exactly the privileges of the thing, but runs nothing.
    pub explain: String,
    /// The statement itself, where it may be run.
    pub run: Option<String>,
    /// A query that tells whether row security applies to the current role.
    pub guarded: Option<String>,
    /// A query for the columns on which it is allowed where it is not on the whole.
    pub columns: Option<String>,
}

/// What there is to try with the objects of a schema: `SELECT`, `INSERT`, `UPDATE` and `DELETE` on
/// tables, `SELECT` on views, `EXECUTE` of functions. Parts of partitioned tables are left to
/// their parents, and functions that only triggers call to their triggers.
pub fn probes(catalog: &Catalog, smoke: &Smoke) -> Vec<Probe> {
    let wanted = |key: &Key| smoke.only.is_empty() || smoke.only.iter().any(|pattern| matches(pattern, key));
    let children = catalog.children();
    let mut probes = Vec::new();
    for object in catalog.iter().filter(|object| wanted(&object.key)) {
        match object.key.kind().name() {
            "table" if object.facets.text("bound").is_none() => {
                let parts = children.get(&object.key).into_iter().flatten();
                let columns = parts.filter(|key| key.kind().name() == "column");
                // Generated columns take no value, not even their default.
                let first = columns.copied().find(|key| {
                    catalog.get(key).is_some_and(|column| column.facets.get("generated").is_none())
                });
                of_table(&object.key, first, smoke.writes, &mut probes);
            }
            "view" | "materialized view" => probes.push(select(&object.key, true)),
            // The real thing would ask another server.
            "foreign table" => probes.push(select(&object.key, false)),
            "function" => probes.extend(call(object)),
            _ => {}
        }
    }
    probes
}

/// The roles that are tried: those of the configuration, else those that grants and policies name.
pub fn roles(dialect: &dyn Dialect, catalog: &Catalog, smoke: &Smoke) -> Vec<String> {
    if !smoke.roles.is_empty() {
        return smoke.roles.clone();
    }
    let mut named = BTreeSet::new();
    for object in catalog.iter() {
        let owner = object.facets.text("owner");
        named.extend(dialect.roles(object).into_iter().filter(|role| Some(role.as_str()) != owner));
    }
    named.extend(smoke.expect.iter().map(|expect| expect.role.clone()));
    named.into_iter().collect()
}

fn select(key: &Key, really: bool) -> Probe {
    let name = quote::qualified(key.path());
    Probe {
        key: key.clone(),
        verb: Verb::Select,
        explain: format!("EXPLAIN (COSTS OFF) SELECT * FROM {name}"),
        // Policies that fail do so on the first row.
        run: really.then(|| format!("SELECT 1 FROM {name} LIMIT 1")),
        guarded: (key.kind().name() == "table").then(|| guarded(&name)),
        columns: Some(columns(&name, "SELECT")),
    }
}

fn of_table(key: &Key, column: Option<&Key>, writes: bool, probes: &mut Vec<Probe>) {
    let name = quote::qualified(key.path());
    probes.push(select(key, true));
    let insert = format!("INSERT INTO {name} DEFAULT VALUES");
    probes.push(Probe {
        key: key.clone(),
        verb: Verb::Insert,
        explain: format!("EXPLAIN (COSTS OFF) {insert}"),
        run: writes.then_some(insert),
        guarded: None,
        columns: None,
    });
    if let Some(column) = column {
        let column = quote::name(column.name());
        probes.push(Probe {
            key: key.clone(),
            verb: Verb::Update,
            explain: format!("EXPLAIN (COSTS OFF) UPDATE {name} SET {column} = DEFAULT"),
            run: None,
            guarded: Some(guarded(&name)),
            columns: Some(columns(&name, "UPDATE")),
        });
    }
    probes.push(Probe {
        key: key.clone(),
        verb: Verb::Delete,
        explain: format!("EXPLAIN (COSTS OFF) DELETE FROM {name}"),
        run: None,
        guarded: Some(guarded(&name)),
        columns: None,
    });
}

/// Whether row security applies to the current role (section 9.26.5 of the PostgreSQL manual).
fn guarded(name: &str) -> String {
    format!("SELECT pg_catalog.row_security_active({}::pg_catalog.regclass) AS active", quote::literal(name))
}

/// The columns of a relation on which the current role has a privilege.
fn columns(name: &str, privilege: &str) -> String {
    format!(
        "SELECT attname::text AS name FROM pg_catalog.pg_attribute \
         WHERE attrelid = {}::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped \
         AND pg_catalog.has_column_privilege(attrelid, attnum, '{privilege}') ORDER BY attname",
        quote::literal(name)
    )
}

/// A call with a row of NULLs that the planner cannot fold away, so that the privilege is looked
/// at when the plan is made ready, and the function is not run.
fn call(function: &Object) -> Option<Probe> {
    let returns = function.facets.text("returns").unwrap_or_default();
    if returns.ends_with("trigger") {
        return None;
    }
    let (schema, name) = (function.key.root(), function.facets.text("name")?);
    let types = argument_types(function.key.name().strip_prefix(name)?)?;
    let qualified = quote::qualified(&[schema, name]);
    let polymorphic =
        types.iter().any(|name| name.starts_with("any") || name == "internal" || name == "cstring");
    let explain = if polymorphic || function.facets.flag("window") {
        let signature = format!("{qualified}({})", types.join(", "));
        // Fails as the call would where the privilege is missing.
        format!(
            "SELECT 1 / pg_catalog.has_function_privilege({}, 'EXECUTE')::int",
            quote::literal(&signature)
        )
    } else {
        let variadic = function.facets.text("arguments").is_some_and(|text| text.contains("VARIADIC "));
        let last = types.len().wrapping_sub(1);
        let argument = |at: usize| {
            if variadic && at == last { format!("VARIADIC a{at}") } else { format!("a{at}") }
        };
        let arguments: Vec<String> = (0..types.len()).map(argument).collect();
        let nulls = types.iter().enumerate().map(|(at, name)| format!("NULL::{name} AS a{at}"));
        let nulls = nulls.chain(["NULL AS z".to_owned()]).collect::<Vec<_>>().join(", ");
        format!(
            "EXPLAIN (COSTS OFF) SELECT {qualified}({}) FROM (SELECT {nulls} OFFSET 0) AS nothing",
            arguments.join(", ")
        )
    };
    Some(Probe {
        key: function.key.clone(),
        verb: Verb::Execute,
        explain,
        run: None,
        guarded: None,
        columns: None,
    })
}

/// `(integer, "a, b"[])` → its types.
fn argument_types(list: &str) -> Option<Vec<String>> {
    let inner = list.strip_prefix('(')?.strip_suffix(')')?;
    let (mut types, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for c in inner.chars() {
        match c {
            ',' if !quoted => types.push(std::mem::take(&mut one).trim().to_owned()),
            _ => {
                quoted ^= c == '"';
                one.push(c);
            }
        }
    }
    if !one.trim().is_empty() {
        types.push(one.trim().to_owned());
    }
    Some(types)
}
