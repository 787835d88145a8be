//! A small canonical schema and two drifted databases, for tests.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::state::DialectRef;
use crate::{
    dialect,
    diff::{Baseline, Rules, Terms},
    model::{Catalog, Facets, Key, Location, Object, Snapshot},
};

/// PostgreSQL.
pub fn dialect() -> DialectRef {
    DialectRef(dialect::by_name("postgres").expect("PostgreSQL is a dialect"))
}

/// The usual terms of a comparison: nothing is left out, and nothing accepted.
pub fn terms() -> Terms<'static> {
    static USUAL: LazyLock<(Rules, Baseline)> = LazyLock::new(Default::default);
    Terms { rules: &USUAL.0, baseline: &USUAL.1, name: "live", today: Default::default() }
}

/// A key as it is written.
pub fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

fn object(name: &str, parent: Option<&str>, position: u32, facets: &[(&str, Value)]) -> Object {
    let facets: Facets = facets.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let mut object = Object::new(key(name), parent.map(key), facets);
    object.position = position;
    object
}

fn table(name: &str, columns: &[(&str, &str, bool)]) -> Vec<Object> {
    let parent = format!("table:public.{name}");
    let mut table = object(&parent, None, 0, &[]);
    table.require(key("schema:public"), None);
    let mut objects = vec![table];
    for (at, (column, r#type, not_null)) in columns.iter().enumerate() {
        let facets = [("type", json!(r#type)), ("not null", json!(not_null))];
        let position = u32::try_from(at + 1).expect("few columns");
        objects.push(object(&format!("column:public.{name}.{column}"), Some(&parent), position, &facets));
    }
    objects
}

fn index(table: &str, name: &str, column: &str) -> Object {
    let definition = format!("CREATE INDEX {name} ON public.{table} USING btree ({column})");
    let mut index = object(
        &format!("index:public.{table}.{name}"),
        Some(&format!("table:public.{table}")),
        0,
        &[("definition", json!(definition))],
    );
    index.require(key(&format!("column:public.{table}.{column}")), None);
    index
}

fn policy(table: &str, name: &str, using: &str) -> Object {
    object(
        &format!("policy:public.{table}.{name}"),
        Some(&format!("table:public.{table}")),
        0,
        &[("command", json!("SELECT")), ("using", json!(using))],
    )
}

fn snapshot(source: &str, objects: Vec<Object>) -> Snapshot {
    Snapshot {
        dialect: "postgres".to_owned(),
        source: source.to_owned(),
        server_version: "15.18".to_owned(),
        server_version_num: 150_018,
        role: Some("app_ro".to_owned()),
        complete: true,
        catalog: objects.into_iter().collect::<Catalog>(),
        ..Snapshot::default()
    }
}

/// The schema that is meant.
pub fn canonical() -> Snapshot {
    let mut objects = vec![object("schema:public", None, 0, &[])];
    objects.extend(table(
        "orders",
        &[
            ("id", "bigint", true),
            ("customer_id", "bigint", true),
            ("total", "numeric(12,2)", true),
            ("note", "text", false),
        ],
    ));
    objects.extend(table(
        "invoices",
        &[("id", "bigint", true), ("order_id", "bigint", true), ("due", "date", false)],
    ));
    objects.extend(table("users", &[("id", "bigint", true), ("email", "text", true)]));
    objects.push(index("orders", "orders_customer_idx", "customer_id"));
    objects.push(policy("orders", "tenant_isolation", "(tenant_id = current_tenant())"));
    let mut snapshot = snapshot("schema.sql", objects);
    let place = |line| Location { file: "schema.sql".into(), line };
    snapshot.locations =
        [(key("table:public.orders"), place(12)), (key("table:public.invoices"), place(31))].into();
    snapshot
}

/// A database that drifted: a column is narrower and nullable, an index and a table are missing,
/// and there are an index and a table that nobody knows.
pub fn live() -> Snapshot {
    let mut objects = vec![object("schema:public", None, 0, &[])];
    objects.extend(table(
        "orders",
        &[
            ("id", "bigint", true),
            ("customer_id", "bigint", true),
            ("total", "numeric(10,2)", false),
            ("note", "text", false),
        ],
    ));
    objects.extend(table("users", &[("id", "bigint", true), ("email", "text", true)]));
    objects.extend(table(
        "debug_dump",
        &[("at", "timestamp with time zone", false), ("payload", "text", false)],
    ));
    objects.push(index("orders", "orders_hotfix_idx", "note"));
    objects.push(policy("orders", "tenant_isolation", "true"));
    let mut snapshot = snapshot("postgres://app_ro@db1/shop", objects);
    snapshot.not_compared = [("publications".to_owned(), 3)].into();
    snapshot
}

/// A database with a single difference: an index is missing.
pub fn almost() -> Snapshot {
    let mut snapshot = canonical();
    snapshot.source = "postgres://app_ro@db2/shop".to_owned();
    snapshot.catalog.remove(&key("index:public.orders.orders_customer_idx"));
    snapshot.locations.clear();
    snapshot
}

/// Names that try to take over the terminal, or that are wider than they are long.
pub fn hostile() -> Snapshot {
    let mut snapshot = live();
    for name in [
        "evil\x1b[2J\x1b]0;title\x07",
        "表表表表表表表表表表表表表表表表",
        "e\u{301}👩‍👩‍👧‍👦\u{202e}x",
        "two\nlines",
        "",
    ] {
        let key = Key::new(crate::model::Kind::of("table"), ["public", name]);
        let facets = [("comment".to_owned(), json!("\x1b[31mred\nalert"))].into_iter().collect();
        snapshot.catalog.insert(Arc::new(Object::new(key, None, facets)));
    }
    snapshot
}
