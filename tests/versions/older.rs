//! The script with everything in it, as older versions understand it.

/// The script, which is for 15 and later.
pub fn rich() -> String {
    include_str!("../acceptance/rich.sql").to_owned()
}

/// What 15 brought, each with what is said instead.
const SINCE_15: &[(&str, &str)] = &[
    (" NULLS NOT DISTINCT (code)", " (code)"),
    (" (number) NULLS NOT DISTINCT;", " (number);"),
    ("CREATE UNLOGGED SEQUENCE app.forgettable;\n", ""),
    (" ON DELETE SET NULL (room)", " ON DELETE SET NULL"),
    (" WITH (security_invoker = on)", ""),
    (", TABLES IN SCHEMA \"Odd Schema\"", ""),
    (" (id, egg) WHERE (egg > 0) WITH (publish", " WITH (publish"),
];

/// What 14 brought.
const SINCE_14: &[(&str, &str)] = &[
    (", multirange_type_name = app.many_floats", ""),
    ("    spans         app.many_floats,\n", ""),
    ("ALTER TABLE app.people ALTER COLUMN big SET COMPRESSION pglz;\n", ""),
    ("app.people_expr ON (lower(name)), born", "app.people_expr ON name, born"),
    (
        "BEGIN ATOMIC SELECT a + b; SELECT app.double(a) + b; END",
        "AS 'SELECT a + b; SELECT app.double(a) + b'",
    ),
    ("RETURN p.name || '!'", "AS 'SELECT p.name || ''!'''"),
    (
        "CREATE PROCEDURE app.sql_work(OUT n integer) LANGUAGE sql BEGIN ATOMIC SELECT count(*)::integer FROM app.people; END;\n",
        "",
    ),
    ("LANGUAGE sql IMMUTABLE RETURN 1;", "LANGUAGE sql IMMUTABLE AS 'SELECT 1';"),
];

/// The script without what 15 brought.
pub fn for_14(script: &str) -> String {
    without(script, SINCE_15)
}

/// The script without what 14 and 15 brought.
pub fn for_13(script: &str) -> String {
    without(&for_14(script), SINCE_14)
}

fn without(script: &str, news: &[(&str, &str)]) -> String {
    news.iter().fold(script.to_owned(), |script, (new, old)| {
        assert_eq!(script.matches(new).count(), 1, "what is to be replaced stands there once: {new}");
        script.replace(new, old)
    })
}
