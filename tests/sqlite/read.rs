//! What inspecting a database gives.

use serde_json::json;

use crate::support::{File, differences, object, schema_of};

const RICH: &str = include_str!("rich.sql");

#[tokio::test]
async fn every_kind_is_read_and_what_sqlite_keeps_for_itself_is_left_out() {
    let snapshot = File::new(RICH).await.inspect().await;
    let names: Vec<String> = snapshot
        .catalog
        .keys()
        .filter(|key| !matches!(key.kind().name(), "column" | "constraint"))
        .map(|key| key.to_string().escape_debug().to_string())
        .collect();
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!((snapshot.unknown.len(), snapshot.not_compared.len()), (0, 0), "{:?}", snapshot.unknown);
    assert_eq!((snapshot.dialect.as_str(), snapshot.format, snapshot.complete), ("sqlite", 1, true));
    assert!(snapshot.server_version_num >= 3_051_000, "{}", snapshot.server_version);
}

#[tokio::test]
async fn the_facets_say_what_the_statements_say() {
    let snapshot = File::new(RICH).await.inspect().await;
    let facets: Vec<String> = snapshot
        .catalog
        .iter()
        .map(|object| {
            let facets = serde_json::to_string(&object.facets).unwrap();
            format!("{}\n    {facets}", object.key.to_string().escape_debug())
        })
        .collect();
    insta::assert_snapshot!(facets.join("\n"));
}

#[tokio::test]
async fn objects_require_what_their_sql_mentions() {
    let snapshot = File::new(RICH).await.inspect().await;
    let requires = |key: &str| -> Vec<String> {
        object(&snapshot, key).requires.iter().map(|requirement| requirement.on.to_string()).collect()
    };
    assert_eq!(
        requires("constraint:main.orders.foreign key (customer_id)"),
        [
            "table:main.orders",
            "column:main.orders.customer_id",
            "table:main.customers",
            "column:main.customers.id"
        ]
        .map(String::from)
        .iter()
        .cloned()
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    assert!(requires("view:main.paid").contains(&"table:main.orders".to_owned()));
    assert!(requires("view:main.paid").contains(&"column:main.customers.name".to_owned()));
    assert!(requires("view:main.paid_twice").contains(&"view:main.paid".to_owned()));
    assert!(requires("trigger:main.customers.customers_touch").contains(&"table:main.copied".to_owned()));
    assert_eq!(requires("trigger:main.paid.paid_insert")[0], "view:main.paid");
    assert!(requires("column:main.customers.short").contains(&"column:main.customers.name".to_owned()));
    assert_eq!(
        requires("index:main.orders.orders_state"),
        ["table:main.orders", "column:main.orders.customer_id", "column:main.orders.state"]
    );
}

#[tokio::test]
async fn spelling_is_no_difference() {
    let a = schema_of(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(10) DEFAULT ('x') CHECK (a <> \"\"), b INT REFERENCES t);
         CREATE INDEX i ON t (a ASC, b) WHERE b > 1;
         CREATE VIEW v AS SELECT a FROM t -- all
         ;
         CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;",
    )
    .await;
    let b = schema_of(
        "create table [t] (`id` integer, \"a\" varchar( 10 ) default 'x' /* why */, b int,
           primary key (id), foreign key (\"b\") references T, check (( A != '' )));
         create index if not exists i on T (\"a\", [b]) where (b>1);
         create view v as
           select \"a\" from main.t;
         create trigger if not exists g after insert on T for each row begin
           select 1;
         end;",
    )
    .await;
    let b_without_schema = differences(&a.catalog, &b.catalog);
    assert_eq!(b_without_schema, ["~ view:main.v {\"definition\"}"], "only main.t is more than spelling");
}

#[tokio::test]
async fn the_order_of_columns_is_kept_and_no_difference() {
    let a = schema_of("CREATE TABLE t (b, a)").await;
    let b = schema_of("CREATE TABLE t (a, b)").await;
    assert_eq!(object(&a, "column:main.t.b").facets.get("position"), Some(&json!(1)));
    assert!(differences(&a.catalog, &b.catalog).is_empty());
}

#[tokio::test]
async fn real_differences_are_found() {
    let base = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b INT CHECK (b > 0));";
    for (other, expected) in [
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'X', b INT CHECK (b > 0));",
            "~ column:main.t.a",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b BIGINT CHECK (b > 0));",
            "~ column:main.t.b",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b INT CHECK (b > 0)) STRICT;",
            "~ table:main.t",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'x', b INT CHECK (b > 0));",
            "~ constraint:main.t.primary key",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE DEFAULT 'x', b INT CHECK (b > 0));",
            "~ column:main.t.a",
        ),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b INT CHECK (b >= 0));",
            "+ constraint:main.t.\"check (b >= 0)\"",
        ),
    ] {
        let (from, to) = (schema_of(base).await, schema_of(other).await);
        let found = differences(&from.catalog, &to.catalog);
        assert!(found.iter().any(|line| line.starts_with(expected)), "{other}: {found:?}");
    }
}

#[tokio::test]
async fn a_statement_that_cannot_be_taken_apart_is_unknown_with_the_reason() {
    let file = File::new("CREATE TABLE fine (a); CREATE TABLE odd (a, b);").await;
    // What a newer SQLite might store.
    file.run(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE TABLE odd (a, b) /* x */ ' WHERE name = 'odd';
         UPDATE sqlite_schema SET sql = 'CREATE VIRTUAL TABLE odd USING nothing_that_is_known(a)', rootpage = 0
         WHERE name = 'odd';",
    )
    .await;
    let snapshot = file.inspect().await;
    assert_eq!(
        object(&snapshot, "virtual table:main.odd").facets.text("using"),
        Some("nothing_that_is_known(a)"),
        "a virtual table is read without its module"
    );
    assert!(snapshot.catalog.contains(&"column:main.fine.a".parse().unwrap()));
}
