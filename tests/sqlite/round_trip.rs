//! The SQL for a schema makes that schema, and the SQL for a change makes that change.

use rstest::rstest;
use schemascope::dialect::HazardCode;

use crate::support::{
    File, alteration, creation, dialect, differences, migration, object, parts, schema_of, script,
};

#[tokio::test]
async fn the_sql_for_every_object_makes_an_equal_schema() {
    let snapshot = schema_of(include_str!("rich.sql")).await;
    let made = File::new(&script(&creation(&snapshot.catalog))).await.inspect().await;
    assert_eq!(made.catalog, snapshot.catalog);
}

#[tokio::test]
async fn every_keyword_is_a_name_in_the_sql_that_is_written() {
    let keywords = "abort action add after all alter always analyze and as asc attach autoincrement before begin \
        between by cascade case cast check collate column commit conflict constraint create cross current \
        current_date current_time current_timestamp database default deferrable deferred delete desc detach \
        distinct do drop each else end escape except exclude exclusive exists explain fail filter first \
        following for foreign from full generated glob group groups having if ignore immediate in index indexed \
        initially inner insert instead intersect into is isnull join key last left like limit match materialized \
        natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma \
        preceding primary query raise range recursive references regexp reindex release rename replace restrict \
        returning right rollback row rows savepoint select set strict table temp temporary then ties to \
        transaction trigger unbounded union unique update using vacuum values view virtual when where window \
        with within without rowid oid true false stored";
    let mut sql = String::new();
    for word in keywords.split_whitespace() {
        sql.push_str(&format!("CREATE TABLE \"{word}\" (\"{word}\" TEXT UNIQUE CHECK (\"{word}\" > ''));\n"));
        sql.push_str(&format!("CREATE INDEX \"index {word}\" ON \"{word}\" (\"{word}\" DESC);\n"));
    }
    let snapshot = schema_of(&sql).await;
    let made = schema_of(&script(&creation(&snapshot.catalog))).await;
    assert_eq!(made.catalog, snapshot.catalog);
}

#[rstest]
#[case::a_column("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT, b TEXT NOT NULL DEFAULT 'x');", false)]
#[case::a_reference(
    "CREATE TABLE t (a INT);",
    "CREATE TABLE t (a INT, b INT REFERENCES t (a) CHECK (b > 0));",
    false
)]
#[case::a_moment(
    "CREATE TABLE t (a INT);",
    "CREATE TABLE t (a INT, b TEXT DEFAULT CURRENT_TIMESTAMP);",
    true
)]
#[case::a_computed("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT, b INT AS (a + 1) STORED);", true)]
#[case::a_virtual("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT, b INT AS (a + 1));", false)]
#[case::a_type("CREATE TABLE t (a INT);", "CREATE TABLE t (a TEXT);", true)]
#[case::strictness("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT) STRICT;", true)]
#[case::a_key("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT PRIMARY KEY) WITHOUT ROWID;", true)]
#[case::a_unique("CREATE TABLE t (a INT);", "CREATE TABLE t (a INT, b INT UNIQUE);", true)]
#[case::no_check("CREATE TABLE t (a INT CHECK (a > 0));", "CREATE TABLE t (a INT);", true)]
#[case::no_column("CREATE TABLE t (a INT, b INT);", "CREATE TABLE t (a INT);", true)]
#[tokio::test]
async fn a_changed_table_gets_its_shape_and_keeps_its_rows(
    #[case] from: &str,
    #[case] to: &str,
    #[case] rebuilt: bool,
) {
    let file = File::new(from).await;
    file.run("INSERT INTO t (a) VALUES (1), (2), (3)").await;
    let (from, to) = (file.inspect().await, schema_of(to).await);
    let steps = migration(&from.catalog, &to.catalog);
    assert_eq!(steps.iter().any(|step| step.sql.starts_with("DROP TABLE")), rebuilt, "{steps:#?}");
    file.run(&script(&steps)).await;
    assert_eq!(differences(&file.inspect().await.catalog, &to.catalog), [""; 0]);
    assert_eq!(file.values("SELECT CAST(a AS TEXT) FROM t ORDER BY a").await, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_rebuild_disturbs_nothing_around_it() {
    let schema = |price: &str| {
        format!(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INT REFERENCES customers, price {price});
             CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INT REFERENCES customers ON DELETE CASCADE);
             CREATE INDEX customers_price ON customers (price);
             CREATE VIEW dear AS SELECT id FROM customers WHERE price > 10;
             CREATE VIEW dearest AS SELECT max(id) FROM dear;
             CREATE TRIGGER gone AFTER DELETE ON customers BEGIN DELETE FROM orders WHERE customer = old.id; END;
             CREATE TRIGGER bought AFTER INSERT ON orders BEGIN UPDATE customers SET price = 0 WHERE id = new.id; END;"
        )
    };
    let file = File::new(&schema("INT")).await;
    file.run(
        "INSERT INTO customers (id, price) VALUES (1, 5), (7, 50), (9, 1);
         INSERT INTO orders VALUES (10, 1), (11, 7);
         DELETE FROM customers WHERE id = 9;",
    )
    .await;
    let to = schema_of(&schema("REAL NOT NULL")).await;
    let steps = migration(&file.inspect().await.catalog, &to.catalog);
    file.run(&script(&steps)).await;
    assert_eq!(differences(&file.inspect().await.catalog, &to.catalog), [""; 0]);
    let orders = "SELECT group_concat(id || '-' || customer) FROM orders";
    assert_eq!(file.values(orders).await, ["10-1,11-7"], "no cascade has deleted anything");
    assert_eq!(file.values("SELECT group_concat(id) FROM dear").await, ["7"]);
    file.run("INSERT INTO customers (price) VALUES (2)").await;
    let last = "SELECT CAST(max(id) AS TEXT) FROM customers";
    assert_eq!(file.values(last).await, ["10"], "AUTOINCREMENT goes on after numbers that are gone");
    assert_eq!(file.values("SELECT printf('%d', count(*)) FROM pragma_foreign_key_check").await, ["0"]);
}

#[tokio::test]
async fn the_steps_of_a_rebuild_say_what_they_can_hurt() {
    let from = schema_of("CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT REFERENCES t)").await;
    let to = schema_of("CREATE TABLE t (id INTEGER PRIMARY KEY, b INT NOT NULL UNIQUE REFERENCES t)").await;
    let steps = migration(&from.catalog, &to.catalog);
    let lines: Vec<String> = steps
        .iter()
        .map(|step| {
            let hazards =
                step.hazards.iter().map(|hazard| format!("  {}: {}\n", hazard.code, hazard.message));
            format!("{}\n{}", step.sql, hazards.collect::<String>())
        })
        .collect();
    insta::assert_snapshot!(lines.concat());
}

#[tokio::test]
async fn a_rebuild_that_does_not_fit_the_rows_changes_nothing() {
    let file = File::new("CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (NULL), (1);").await;
    for to in [
        "CREATE TABLE t (a INT NOT NULL)",
        "CREATE TABLE t (a INT UNIQUE ON CONFLICT IGNORE)",
        "CREATE TABLE t (a INT CHECK (a > 5))",
    ] {
        let from = file.inspect().await;
        let steps = migration(&from.catalog, &schema_of(to).await.catalog);
        assert!(steps.iter().flat_map(|step| &step.hazards).any(|hazard| hazard.code == HazardCode::MayFail));
        let mut writer = file.writer().await;
        let result = sqlx::raw_sql(sqlx::AssertSqlSafe(script(&steps))).execute(&mut writer).await;
        assert!(result.is_err(), "{to}");
        drop(writer);
        assert_eq!(file.inspect().await.catalog, from.catalog, "{to}");
        assert_eq!(file.values("SELECT printf('%d', count(*)) FROM t").await, ["3"]);
    }
}

#[tokio::test]
async fn a_column_goes_in_place_and_a_constraint_only_with_a_rebuild() {
    let snapshot = schema_of("CREATE TABLE t (a, b CHECK (b > 0), c DEFAULT (random()))").await;
    let kind = |name| dialect().kind(schemascope::model::Kind::named(name)).unwrap();
    let column = object(&snapshot, "column:main.t.a");
    assert_eq!(kind("column").drop(column).unwrap()[0].sql, "ALTER TABLE t DROP COLUMN a");
    assert!(!kind("column").drop_needs_rebuild(column) && !kind("column").create_needs_rebuild(column));
    assert!(kind("column").create_needs_rebuild(object(&snapshot, "column:main.t.c")));
    let check = object(&snapshot, "constraint:main.t.\"check (b > 0)\"");
    assert!(kind("constraint").drop_needs_rebuild(check) && kind("constraint").create_needs_rebuild(check));
    assert!(kind("constraint").create(check, &[]).is_err());
    assert_eq!(alteration(column, column), "rebuild");
    assert_eq!(parts(&snapshot.catalog, object(&snapshot, "table:main.t")).len(), 4);
}
