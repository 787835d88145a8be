//! Opening a database: read-only always, and a clear message where it cannot be opened.

use std::{fs, path::Path};

use schemascope::dialect::sqlite::session::Session;
use sqlx::{Connection, Executor};

use crate::support::File;

async fn refused(path: &Path) -> String {
    match Session::reader(path).await {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn nothing_can_be_written_through_a_reader() {
    let file = File::new("CREATE TABLE t (a); INSERT INTO t VALUES (1);").await;
    let before = fs::read(&file.path).unwrap();
    let mut session = Session::reader(&file.path).await.unwrap();
    for sql in [
        "CREATE TABLE u (a)",
        "DELETE FROM t",
        "DROP TABLE t",
        "PRAGMA user_version = 7",
        "CREATE TEMP TABLE u (a)",
    ] {
        let refused = session.execute(sql).await;
        assert!(refused.is_err() || sql.starts_with("PRAGMA"), "{sql}");
    }
    session.execute("PRAGMA query_only = OFF").await.unwrap();
    assert!(session.execute("DELETE FROM t").await.is_err(), "the file itself is open for reading only");
    session.close().await.unwrap();
    assert_eq!(fs::read(&file.path).unwrap(), before);
    assert_eq!(fs::read_dir(file.folder.path()).unwrap().count(), 1, "no other file was made");
}

#[tokio::test]
async fn all_is_read_at_one_moment() {
    let file = File::new("PRAGMA journal_mode = WAL; CREATE TABLE t (a);").await;
    let mut session = Session::reader(&file.path).await.unwrap();
    file.run("CREATE TABLE later (a)").await;
    let snapshot = schemascope::dialect::sqlite::inspect::inspect(&mut session, &|_, _| {}).await.unwrap();
    let tables = snapshot.catalog.keys().filter(|key| key.kind().name() == "table").count();
    assert_eq!(tables, 1, "what was committed after the beginning is not seen");
}

#[tokio::test]
async fn a_database_in_wal_mode_is_read_where_no_files_can_be_made() {
    let file = File::new("PRAGMA journal_mode = WAL; CREATE TABLE t (a);").await;
    // A folder in the place of the shared memory file stands for read-only media, also for root.
    fs::create_dir(file.folder.path().join("app.db-shm")).unwrap();
    let snapshot = file.inspect().await;
    assert!(snapshot.catalog.contains(&"table:main.t".parse().unwrap()));
}

#[tokio::test]
async fn a_missing_file_is_named_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.db");
    let message = refused(&path).await;
    assert!(message.contains("none.db: there is no such file."), "{message}");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_folder_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(folder.path()).await.contains("it is a folder"));
}

#[tokio::test]
async fn a_file_of_something_else_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.sql");
    fs::write(&path, "CREATE TABLE t (a);\n".repeat(100)).unwrap();
    let message = refused(&path).await;
    assert!(message.contains("not an SQLite database, or it is encrypted"), "{message}");
}

#[tokio::test]
async fn an_empty_file_is_an_empty_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    fs::write(&path, "").unwrap();
    let mut session = Session::reader(&path).await.unwrap();
    let snapshot = schemascope::dialect::sqlite::inspect::inspect(&mut session, &|_, _| {}).await.unwrap();
    assert!(snapshot.catalog.is_empty());
}

#[tokio::test]
async fn a_damaged_database_says_so() {
    let file = File::new("CREATE TABLE t (a); CREATE TABLE u (b);").await;
    let mut bytes = fs::read(&file.path).unwrap();
    bytes[100..4096].fill(0x5a);
    fs::write(&file.path, bytes).unwrap();
    let message = refused(&file.path).await;
    assert!(message.contains(".recover"), "{message}");
}

#[tokio::test]
async fn a_locked_database_is_waited_for_and_then_named() {
    let file = File::new("CREATE TABLE t (a);").await;
    let mut writer = file.writer().await;
    writer.execute("BEGIN EXCLUSIVE").await.unwrap();
    let message = refused(&file.path).await;
    assert!(message.contains("kept it locked for 5 seconds"), "{message}");
    writer.execute("ROLLBACK").await.unwrap();
    writer.close().await.unwrap();
    Session::reader(&file.path).await.unwrap();
}

#[tokio::test]
async fn a_name_that_sqlite_would_read_as_something_else_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:x?mode=memory", "100%25 🦀?.db"] {
        let path = folder.path().join(name);
        let error = refused(&path).await;
        assert!(error.contains("there is no such file"), "{error}");
        fs::write(&path, "").unwrap();
        Session::reader(&path).await.unwrap();
    }
}
