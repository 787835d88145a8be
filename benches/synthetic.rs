//! Made-up schemas of any size: tables with columns, keys, indexes and policies, some with names that
//! are wide, long or combined. The same number always gives the same schema.

use std::sync::Arc;

use schemascope::model::{Facets, Key, Kind, Object, Snapshot};
use serde_json::{Value, json};

/// How many objects belong to one table, itself among them.
const PARTS: usize = 12;
/// How many tables there are in a schema.
const TABLES: usize = 250;

/// A schema of about so many objects.
pub fn schema(objects: usize) -> Snapshot {
    let mut snapshot = Snapshot {
        dialect: "postgres".to_owned(),
        source: "synthetic".to_owned(),
        server_version: "17.6".to_owned(),
        server_version_num: 170_006,
        complete: true,
        ..Snapshot::default()
    };
    for table in 0..objects.div_ceil(PARTS) {
        if table % TABLES == 0 {
            let key = Key::new(Kind::of("schema"), [namespace(table)]);
            snapshot.catalog.insert(Object::new(key, None, Facets::default()));
        }
        for object in table_with_parts(table) {
            snapshot.catalog.insert(object);
        }
    }
    snapshot
}

/// The schema with a drift: of every so many objects one is gone or changed, and a table is new.
pub fn drifted(schema: &Snapshot, every: usize) -> Snapshot {
    let mut drifted = schema.clone();
    for (at, object) in schema.catalog.iter().enumerate().filter(|(at, _)| at % every == 0) {
        match (at / every % 3, object.key.kind().name()) {
            (_, "schema" | "table") => {}
            (0, _) => drop(drifted.catalog.remove(&object.key)),
            (_, "column") => {
                let mut changed = Object::clone(object);
                changed.facets = facets(&[("type", json!("numeric(10,2)"))]);
                drifted.catalog.insert(changed);
            }
            _ => {}
        }
    }
    let key = Key::new(Kind::of("table"), [namespace(0), "left_over_from_a_hotfix".into()]);
    drifted.catalog.insert(Arc::new(Object::new(key, None, Facets::default())));
    drifted
}

fn namespace(table: usize) -> Box<str> {
    format!("tenant_{:04}", table / TABLES).into()
}

/// Most names are as names are; some are hard to draw.
fn name(table: usize) -> String {
    match table % 16 {
        3 => format!("注文明細履歴{table}"),
        7 => format!("commande_re\u{301}gle\u{301}e_{table}"),
        11 => format!("a_name_that_is_as_long_as_postgresql_lets_names_be_and_then_{table}"),
        _ => format!("orders_{table}"),
    }
}

fn facets(values: &[(&str, Value)]) -> Facets {
    values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn table_with_parts(table: usize) -> Vec<Object> {
    let (namespace, name) = (namespace(table), name(table));
    let own = Key::new(Kind::of("table"), [namespace.clone(), name.as_str().into()]);
    let part = |kind: &'static str, part: String, values: &[(&str, Value)]| {
        let key = Key::new(Kind::of(kind), [namespace.clone(), name.as_str().into(), part.into()]);
        Object::new(key, Some(own.clone()), facets(values))
    };
    let mut table_object = Object::new(own.clone(), None, Facets::default());
    table_object.require(Key::new(Kind::of("schema"), [namespace.clone()]), None);
    let mut objects = vec![table_object];
    for (at, (column, r#type)) in [
        ("id", "bigint"),
        ("customer_id", "bigint"),
        ("created_at", "timestamp with time zone"),
        ("total", "numeric(12,2)"),
        ("state", "text"),
        ("note", "text"),
        ("meta", "jsonb"),
        ("数量", "integer"),
    ]
    .into_iter()
    .enumerate()
    {
        let values = [("type", json!(r#type)), ("not null", json!(at < 3))];
        let mut column = part("column", column.to_owned(), &values);
        column.position = u32::try_from(at + 1).unwrap_or_default();
        objects.push(column);
    }
    let index = format!("CREATE INDEX i ON {namespace}.t USING btree (customer_id)");
    objects.push(part("index", format!("{name}_customer"), &[("definition", json!(index))]));
    let policy = [("command", json!("SELECT")), ("using", json!("(tenant_id = current_tenant())"))];
    objects.push(part("policy", "tenant_isolation".to_owned(), &policy));
    let check = [("definition", json!("CHECK ((total >= (0)::numeric))"))];
    objects.push(part("constraint", "total_is_positive".to_owned(), &check));
    objects
}
