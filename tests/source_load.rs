//! Scripts loaded from end to end: a scratch engine is started, the script is run, the catalog read.

mod support;

use std::{fs, path::Path};

use schemascope::{
    dialect::postgres::session::Session,
    model::Snapshot,
    scratch::{self, Choice},
    source::{LoadOptions, Source, SourceError, load},
};

async fn load_with(choice: Choice, source: &Source, cache: &Path) -> Result<Snapshot, SourceError> {
    let program = env!("CARGO_BIN_EXE_schemascope").into();
    let scratch = scratch::Options { choice, program, cache: Some(cache.into()) };
    let options = LoadOptions { scratch, dialect: None, major: None, roles: false, sizes: false };
    load(source, &options, &|_, _| {}).await
}

fn sample(name: &str) -> Source {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas").join(name);
    if path.is_dir() { Source::Folder(path) } else { Source::SqlFile(path) }
}

#[tokio::test]
async fn a_script_is_read_back_from_a_local_server_and_then_from_the_cache() {
    let cache = tempfile::tempdir().unwrap();
    let source = sample("commerce/schema.sql");
    let first = load_with(Choice::Local, &source, cache.path()).await.unwrap();
    assert!(!first.complete);
    assert_eq!(first.source, source.to_string());
    let tables: Vec<_> = first.catalog.keys().filter(|key| key.kind().name() == "table").collect();
    assert!(tables.len() > 10, "{tables:?}");
    let text = fs::read_to_string(&first.source).unwrap();
    for table in tables {
        let line = first.locations[table].line as usize;
        let statement = text.lines().nth(line - 1).unwrap();
        assert!(
            statement.starts_with("CREATE TABLE") && statement.contains(table.name()),
            "{table}: {statement}"
        );
    }
    let entry = fs::read_dir(cache.path().join("canonical")).unwrap().next().unwrap().unwrap().path();
    let marked = fs::read_to_string(&entry).unwrap().replacen("\"taken_at\": ", "\"taken_at\": 1", 1);
    fs::write(&entry, marked).unwrap();
    let second = load_with(Choice::Local, &source, cache.path()).await.unwrap();
    assert_ne!(second.taken_at, first.taken_at, "the second is the one from the cache");
    assert_eq!(second.catalog, first.catalog);
    scratch::shut_down().await;
}

#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn the_embedded_engine_runs_a_script_with_extensions_and_names_those_that_it_lacks() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch-cache");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.sql");
    fs::write(&path, "CREATE EXTENSION vector;\nCREATE TABLE a (b vector(3));\nALTER TABLE a OWNER TO app;")
        .unwrap();
    let snapshot = load_with(Choice::Embedded, &Source::SqlFile(path.clone()), &cache).await.unwrap();
    let table = snapshot.catalog.keys().find(|key| key.name() == "a").unwrap();
    assert_eq!(snapshot.locations[table].line, 2);
    let platform = load_with(Choice::Embedded, &sample("agents-platform/schema.sql"), &cache).await;
    assert!(platform.is_ok(), "{}", platform.unwrap_err());
    fs::write(&path, "CREATE EXTENSION postgis;\nCREATE TABLE a (b geometry);").unwrap();
    let error = load_with(Choice::Embedded, &Source::SqlFile(path), &cache).await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("schema.sql:1: the extension postgis is not available in embedded PostgreSQL 18"),
        "{told}"
    );
    let hint = error.hint().unwrap();
    assert!(hint.contains("--scratch URL") && hint.contains("vector"), "{hint}");
    scratch::shut_down().await;
}

#[tokio::test]
async fn a_database_that_is_being_migrated_costs_only_what_is_locked() {
    let cluster = support::Cluster::start();
    let Ok(url) = cluster.database("shop").parse() else { panic!("the cluster's URL is one") };
    cluster.execute("shop", "CREATE TABLE orders (id integer PRIMARY KEY, CHECK (id > 0))");
    let mut migration = Session::scratch(&url).await.unwrap();
    migration.execute("BEGIN").await.unwrap();
    migration.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let cache = tempfile::tempdir().unwrap();
    let seen = load_with(Choice::Local, &Source::Postgres(url.clone()), cache.path()).await.unwrap();
    // Only what cannot be printed while the table is locked is left open, and says why.
    let reasons: Vec<&String> = seen.unknown.values().collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains("lock")), "{reasons:?}");
    assert!(seen.catalog.keys().any(|key| key.to_string() == "table:public.orders"));
    migration.execute("ROLLBACK").await.unwrap();
    let read = load_with(Choice::Local, &Source::Postgres(url), cache.path()).await.unwrap();
    assert!(read.catalog.keys().any(|key| key.to_string() == "table:public.orders"));
}
