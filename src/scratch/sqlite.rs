//! SQLite in memory: runs a script's statements, and reads back what they made.

use std::collections::BTreeMap;

use crate::{
    dialect::{
        row::Row,
        sqlite::{
            self,
            inspect::{self, Progress},
            session::{Session, SqliteError},
        },
    },
    model::{Key, Snapshot},
};

/// An empty database in memory, which is gone when this value is dropped.
pub struct Database {
    session: Session,
}

impl Database {
    /// A new empty database.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn new() -> Result<Database, SqliteError> {
        Ok(Database { session: Session::scratch().await? })
    }

    /// What it is, for people: `SQLite 3.51.3 in memory`.
    pub fn engine(&self) -> String {
        format!("SQLite {} in memory", self.session.server_version())
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// What SQLite said; and for statements that would write a file, which a scratch engine must not.
    pub async fn execute(&mut self, statement: &str) -> Result<(), SqliteError> {
        if sqlite::reaches_for_files(statement) {
            let message = "ATTACH and VACUUM INTO reach for files, which a scratch database does not do; \
                           leave the statement out"
                .to_owned();
            return Err(SqliteError { message, code: -1 });
        }
        self.session.execute(statement).await
    }

    /// The objects that there are with their statements: to note, around a statement, what it made.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn objects(&mut self) -> Result<Objects, SqliteError> {
        let rows = self.session.rows("SELECT type, name, tbl_name, sql FROM main.sqlite_schema").await?;
        Ok(Objects(rows.iter().filter_map(entry).collect()))
    }

    /// Reads the schema as [`inspect::inspect`] reads that of a file.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn inspect(&mut self, progress: &Progress<'_>) -> Result<Snapshot, SqliteError> {
        inspect::inspect(&mut self.session, progress).await
    }
}

/// The objects of a database at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects(BTreeMap<(String, String), (String, Option<String>)>);

fn entry(row: &Row) -> Option<((String, String), (String, Option<String>))> {
    let text = |column| row.text(column).map(str::to_owned);
    Some(((text("type")?, text("name")?), (text("tbl_name")?, text("sql"))))
}

impl Objects {
    /// Whether a key of a snapshot is one of the objects that are here and were not before, or were
    /// different.
    pub fn made_since(&self, before: &Objects, key: &Key) -> bool {
        let kind = key.kind().name();
        let kind = if kind == "virtual table" { "table" } else { kind };
        let entry = (kind.to_owned(), key.name().to_owned());
        self.0.contains_key(&entry) && self.0.get(&entry) != before.0.get(&entry)
    }
}
