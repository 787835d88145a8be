//! SQLite scripts as people write them, run in memory.

use std::fs;

use schemascope::{
    model::Snapshot,
    scratch::{self, Choice},
    source::{LoadOptions, Source, SourceError, load},
};

/// Loads a text as the script `schema.sql`.
async fn load_text(text: &str) -> Result<Snapshot, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.sql");
    fs::write(&path, text).unwrap();
    let scratch = scratch::Options { choice: Choice::Auto, program: "/no/such/program".into(), cache: None };
    let options = LoadOptions { scratch, dialect: Some("sqlite"), major: None, roles: false, sizes: false };
    load(&Source::SqlFile(path), &options, &|_, _| {}).await
}

#[tokio::test]
async fn objects_are_found_where_they_were_made_whatever_their_order() {
    let text = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE INDEX early ON t (a);\n\
                CREATE TRIGGER log AFTER INSERT ON t BEGIN\n  SELECT 1;\nEND;\nCREATE TABLE t (\n  a INT\n);\n\
                INSERT INTO t VALUES (1);\nCREATE VIEW v AS SELECT a FROM t;\nCOMMIT;\n\
                ATTACH 'other.db' AS other;\nDROP TABLE gone;\n";
    let snapshot = load_text(text).await.unwrap();
    let lines: Vec<(String, u32)> =
        snapshot.locations.iter().map(|(key, at)| (key.to_string(), at.line)).collect();
    let expected = [
        ("index", "early", 3),
        ("table", "t", 7),
        ("column", "a", 8),
        ("trigger", "log", 4),
        ("view", "v", 11),
    ];
    for (kind, name, line) in expected {
        let found = lines.iter().any(|(key, at)| key.starts_with(kind) && key.ends_with(name) && *at == line);
        assert!(found, "{kind} {name} is not at line {line} in {lines:?}");
    }
    assert_eq!(lines.len(), expected.len());
    assert!(!snapshot.complete);
    assert_eq!(snapshot.dialect, "sqlite");
    assert!(snapshot.notes[0].contains("`ATTACH 'other.db' AS other` was left out"), "{:?}", snapshot.notes);
    assert!(snapshot.notes[1].contains("there is nothing to drop"), "{:?}", snapshot.notes);
}

#[tokio::test]
async fn a_script_that_was_evaluated_before_is_not_run_again_until_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("schema.sql"), folder.path().join("cache"));
    let scratch = scratch::Options {
        choice: Choice::Auto,
        program: "/no/such/program".into(),
        cache: Some(cache.clone()),
    };
    let options = LoadOptions { scratch, dialect: Some("sqlite"), major: None, roles: false, sizes: false };
    let source = Source::SqlFile(path.clone());
    fs::write(&path, "CREATE TABLE a (b INT);\nDROP TABLE gone;").unwrap();
    let first = load(&source, &options, &|_, _| {}).await.unwrap();
    let entry = fs::read_dir(cache.join("canonical")).unwrap().next().unwrap().unwrap().path();
    // What comes from here on comes from the cache: it bears its mark.
    let marked = fs::read_to_string(&entry).unwrap().replace("there is nothing to drop", "seen before");
    fs::write(&entry, marked).unwrap();
    let second = load(&source, &options, &|_, _| {}).await.unwrap();
    assert!(second.notes[0].ends_with("seen before"), "{:?}", second.notes);
    assert_eq!((first.catalog, first.locations), (second.catalog, second.locations));
    fs::write(&entry, "{\"format\":").unwrap();
    let third = load(&source, &options, &|_, _| {}).await.unwrap();
    assert_eq!(third.notes, first.notes);
    fs::write(&path, "CREATE TABLE changed (b INT);").unwrap();
    let fourth = load(&source, &options, &|_, _| {}).await.unwrap();
    assert!(fourth.catalog.keys().any(|key| key.name() == "changed"));
}

#[tokio::test]
async fn a_statement_that_fails_is_told_with_its_line() {
    let error = load_text("CREATE TABLE a (b INT);\nCREATE TABLE c (;\nCREATE INDEX i ON gone (a);")
        .await
        .unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with("2 of 3 statements failed on SQLite 3."), "{told}");
    assert!(told.contains("schema.sql:2: CREATE TABLE c (\n"), "{told}");
    assert!(told.contains("schema.sql:3: CREATE INDEX i ON gone (a)\n  no such table: main.gone"), "{told}");
}
