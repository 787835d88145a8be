use super::*;

fn read(sql: &str) -> Definition {
    create_table(sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn column(sql: &str) -> Column {
    read(&format!("CREATE TABLE t ({sql})")).columns.remove(0).1
}

fn rule(sql: &str) -> Rule {
    read(&format!("CREATE TABLE t (a INTEGER, b TEXT, {sql})")).constraints.remove(0).1.rule
}

#[test]
fn a_column_may_be_nothing_but_a_name() {
    assert_eq!(column("a"), Column { position: 1, ..Column::default() });
    assert_eq!(column("a REFERENCES b").type_name, "");
}

#[test]
fn a_type_is_any_row_of_words_with_a_size() {
    assert_eq!(column("a UNSIGNED BIG INT").type_name, "UNSIGNED BIG INT");
    assert_eq!(column("a decimal ( 10,-2 ) NOT NULL").type_name, "decimal(10, -2)");
    assert_eq!(column("a \"my type\"").type_name, "\"my type\"");
    let generated = column("a INT GENERATED ALWAYS AS ((b)+1) STORED");
    assert_eq!((generated.type_name.as_str(), generated.generated.as_deref()), ("INT", Some("(b)+1")));
    assert!(generated.stored);
}

#[test]
fn a_default_is_held_without_parentheses_and_null_is_none() {
    for (sql, default) in [
        ("a DEFAULT (1)", Some("1")),
        ("a DEFAULT -1", Some("-1")),
        ("a DEFAULT 'it''s'", Some("'it''s'")),
        ("a DEFAULT \"text\"", Some("'text'")),
        ("a DEFAULT word NOT NULL", Some("'word'")),
        ("a DEFAULT true", Some("true")),
        ("a DEFAULT CURRENT_TIMESTAMP", Some("CURRENT_TIMESTAMP")),
        ("a DEFAULT (datetime('now')) CHECK (a)", Some("datetime('now')")),
        ("a DEFAULT NULL", None),
    ] {
        assert_eq!(column(sql).default.as_deref(), default, "{sql}");
    }
}

#[test]
fn constraints_of_a_column_are_constraints_of_the_table() {
    let table = read(
        "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT NOT NULL ON \
         CONFLICT IGNORE, email TEXT COLLATE nocase UNIQUE CHECK (email <> \"\") REFERENCES \
         people(mail) ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL NOT DEFERRABLE)",
    );
    let names: Vec<String> = table
        .constraints
        .iter()
        .map(|(name, constraint)| name.clone().unwrap_or_else(|| constraint.content_name()))
        .collect();
    assert_eq!(names, ["pk", "unique (email)", "check (email <> '')", "foreign key (email)"]);
    assert_eq!(table.columns[0].1.not_null_conflict.as_deref(), Some("IGNORE"));
    assert_eq!(table.columns[1].1.collation.as_deref(), Some("nocase"));
    let Rule::ForeignKey { on_delete, on_update, matching, deferred, .. } = &table.constraints[3].1.rule
    else {
        panic!("the last is a foreign key")
    };
    assert_eq!((on_delete.as_deref(), on_update.as_deref()), (Some("SET NULL"), Some("CASCADE")));
    assert_eq!((matching.as_deref(), *deferred), (Some("FULL"), false));
}

#[test]
fn constraints_of_a_table_need_no_commas_between_them() {
    let sql = "CREATE TABLE t (a, b, CONSTRAINT k PRIMARY KEY (a COLLATE NOCASE DESC, b ASC) UNIQUE (\"b\") CHECK (a))";
    let table = read(sql);
    assert_eq!(table.constraints.len(), 3);
    let Rule::PrimaryKey { columns, .. } = &table.constraints[0].1.rule else { panic!("the key is first") };
    assert_eq!(columns, &["a COLLATE NOCASE DESC", "b"]);
}

#[test]
fn a_deferred_foreign_key_is_the_only_one_that_differs() {
    let deferred = |clause: &str| match rule(&format!("FOREIGN KEY (b) REFERENCES c {clause}")) {
        Rule::ForeignKey { deferred, .. } => deferred,
        other => panic!("{other:?}"),
    };
    assert!(deferred("DEFERRABLE INITIALLY DEFERRED"));
    for clause in ["", "DEFERRABLE", "DEFERRABLE INITIALLY IMMEDIATE", "NOT DEFERRABLE INITIALLY DEFERRED"] {
        assert!(!deferred(clause), "{clause}");
    }
}

#[test]
fn a_descending_integer_key_of_a_column_is_no_rowid() {
    let key = |sql: &str| read(sql).constraints.remove(0).1.rule;
    assert!(matches!(
        key("CREATE TABLE t (a INTEGER PRIMARY KEY DESC)"),
        Rule::PrimaryKey { not_the_rowid: true, .. }
    ));
    assert!(matches!(
        key("CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))"),
        Rule::PrimaryKey { not_the_rowid: false, .. }
    ));
    assert!(matches!(rule("PRIMARY KEY (a AUTOINCREMENT)"), Rule::PrimaryKey { autoincrement: true, .. }));
}

#[test]
fn options_of_the_table_are_read_in_any_order() {
    let table = read("CREATE TABLE \"t\"(a TEXT PRIMARY KEY) WITHOUT ROWID , strict").table;
    assert!(table.strict && table.without_rowid);
}

#[test]
fn what_is_not_known_is_an_error_and_no_panic() {
    for sql in [
        "CREATE TABLE t",
        "CREATE TABLE t (",
        "CREATE TABLE t (a",
        "CREATE TABLE t (a CHECK (b)",
        "CREATE TABLE t (a) WITH OIDS",
        "CREATE TABLE t (a, EXCLUDE (a))",
        "CREATE TABLE t (a PRIMARY)",
        "CREATE TABLE t (a DEFAULT",
        "CREATE VIEW t AS SELECT 1",
        "CREATE TABLE t (a 'open",
        "",
    ] {
        assert!(create_table(sql).is_err(), "{sql}");
    }
}
