//! A small comparison that the tests of this room print.

use serde_json::{Value, json};

use super::{Compared, Comparison, Side, Target};
use crate::{
    diff::{Rules, compare},
    model::{Catalog, Key, Object, Snapshot},
};

/// A key from its text.
pub fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

fn object(name: &str, parent: Option<&str>, facets: Value) -> Object {
    let Value::Object(facets) = facets else { panic!("facets are a JSON object") };
    Object::new(key(name), parent.map(key), facets.into_iter().collect())
}

fn schema(version: &str, number: u32, objects: Vec<Object>) -> Snapshot {
    Snapshot {
        dialect: "postgres".to_owned(),
        source: "somewhere".to_owned(),
        server_version: version.to_owned(),
        server_version_num: number,
        catalog: objects.into_iter().collect::<Catalog>(),
        ..Snapshot::default()
    }
}

/// A canonical schema of one table and one function.
pub fn canonical() -> Snapshot {
    let orders = Some("table:public.orders");
    let body = "BEGIN\n  RETURN NEW;\n  -- the end\nEND";
    schema(
        "18.4",
        180_004,
        vec![
            object("table:public.orders", None, json!({})),
            object("column:public.orders.total", orders, json!({"type": "numeric", "not null": true})),
            object("column:public.orders.note", orders, json!({"type": "text"})),
            object("function:public.touch()", None, json!({"source": body})),
            object("policy:public.orders.tenant", orders, json!({"command": "select"})),
        ],
    )
}

/// A database in which that has drifted.
pub fn drifted() -> Snapshot {
    let (orders, tmp) = (Some("table:public.orders"), Some("table:public.tmp"));
    let body = "BEGIN\n  PERFORM 1;\n  RETURN NEW;\n  -- the end\nEND";
    let mut snapshot = schema(
        "15.18",
        150_018,
        vec![
            object("table:public.orders", None, json!({})),
            object("column:public.orders.total", orders, json!({"type": "text"})),
            object("column:public.orders.note", orders, json!({"type": "text"})),
            object("function:public.touch()", None, json!({"source": body})),
            object("table:public.tmp", None, json!({})),
            object("column:public.tmp.a", tmp, json!({"type": "text"})),
            object("column:public.tmp.b", tmp, json!({"type": "text"})),
            object("table:public.\"evil\u{1b}[2J\nname\"", None, json!({})),
        ],
    );
    snapshot.not_compared.insert("publications".to_owned(), 3);
    snapshot
}

/// Four targets: two that drifted alike, one that did not, and one that could not be reached.
pub fn comparison() -> Comparison {
    let target = |name: &str, snapshot: Snapshot| {
        let differs = |a: &Object, b: &Object| {
            let names = a.facets.names(&b.facets).filter(|name| a.facets.get(name) != b.facets.get(name));
            names.map(str::to_owned).collect()
        };
        let drift = compare(&canonical(), &snapshot, &Rules::default(), &differs);
        Target { name: name.to_owned(), result: Ok(Compared { snapshot, drift }) }
    };
    Comparison {
        canonical: Side { name: "schema.sql".to_owned(), snapshot: canonical() },
        targets: vec![
            target("prod-eu", drifted()),
            target("prod-us", drifted()),
            target("staging", canonical()),
            Target { name: "test".to_owned(), result: Err("The host test does not answer.".to_owned()) },
        ],
    }
}
