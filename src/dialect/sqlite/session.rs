//! One connection to an SQLite database, for reading its catalog or for running DDL in memory.

use std::{path::Path, sync::Arc};

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Column as _, ConnectOptions, Connection, Row as _, SqliteConnection, TypeInfo, ValueRef,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::connect::{self, ConnectError};
use crate::dialect::{journal::Sending, row::Row};

/// One connection.
pub struct Session {
    connection: SqliteConnection,
    source: String,
    version: String,
    /// Whether it runs scripts, which must not reach for files.
    is_scratch: bool,
}

/// What SQLite said when it refused a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", if *code < 0 { String::new() } else { format!(" (SQLite result code {code})") })]
pub struct SqliteError {
    /// SQLite's message.
    pub message: String,
    /// Its extended result code (sqlite.org/rescode.html), or -1 where the driver itself failed.
    pub code: i32,
}

impl SqliteError {
    /// The primary result code: the last byte of the extended one.
    pub fn primary_code(&self) -> i32 {
        if self.code < 0 { self.code } else { self.code & 0xff }
    }
}

impl From<sqlx::Error> for SqliteError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => SqliteError {
                message: error.message().to_owned(),
                code: error.code().and_then(|code| code.parse().ok()).unwrap_or(-1),
            },
            other => SqliteError { message: other.to_string(), code: -1 },
        }
    }
}

impl Session {
    /// Opens a database file so that nothing can be written through the connection, and begins the
    /// one read transaction in which all is read.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn reader(path: &Path) -> Result<Session, ConnectError> {
        connect::open(path).await
    }

    /// An empty database in memory, which is gone with the session: for scratch engines only.
    /// Foreign keys are not enforced, as in the sqlite3 shell. Statements that reach for files
    /// (`ATTACH`, `VACUUM INTO`) are refused.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn scratch() -> Result<Session, SqliteError> {
        let options = SqliteConnectOptions::new().filename(":memory:").foreign_keys(false);
        let session = Session::begin(&options, "an SQLite database in memory".to_owned()).await?;
        Ok(Session { is_scratch: true, ..session })
    }

    /// Connects, and asks for SQLite's version.
    pub(super) async fn begin(
        options: &SqliteConnectOptions,
        source: String,
    ) -> Result<Session, SqliteError> {
        let connection = options.clone().disable_statement_logging().connect().await?;
        let mut session = Session { connection, source, version: String::new(), is_scratch: false };
        let version = session.rows("SELECT sqlite_version() AS version").await?;
        session.version = version.first().and_then(|row| row.text("version")).unwrap_or_default().to_owned();
        Ok(session)
    }

    /// The rows of one query, each value as it is stored. A text that is not UTF-8 comes with
    /// U+FFFD in place of what cannot be read, a blob as such a text.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, SqliteError> {
        self.guard(sql)?;
        let sending = Sending::start();
        let rows = self.fetch(sql).await;
        sending.done(&self.source, sql, rows.as_ref().err());
        rows
    }

    async fn fetch(&mut self, sql: &str) -> Result<Vec<Row>, SqliteError> {
        let mut stream = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
        let mut rows = Vec::new();
        let mut columns: Option<Arc<[String]>> = None;
        while let Some(row) = stream.try_next().await? {
            let names = || row.columns().iter().map(|column| column.name().to_owned()).collect();
            let columns = columns.get_or_insert_with(names);
            let values = (0..columns.len()).map(|at| value(&row, at)).collect::<Result<_, _>>()?;
            rows.push(Row { columns: Arc::clone(columns), values });
        }
        Ok(rows)
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What SQLite said about the first that it refused.
    pub async fn execute(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.guard(sql)?;
        let sending = Sending::start();
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await;
        let done = done.map(drop).map_err(SqliteError::from);
        sending.done(&self.source, sql, done.as_ref().err());
        done
    }

    fn guard(&self, sql: &str) -> Result<(), SqliteError> {
        if self.is_scratch && super::reaches_for_files(sql) {
            let message = "ATTACH and VACUUM INTO reach for files, which a scratch database does not do: \
                           leave the statement out";
            return Err(SqliteError { message: message.to_owned(), code: -1 });
        }
        Ok(())
    }

    /// Closes the connection, so that a file is free when this returns.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn close(self) -> Result<(), SqliteError> {
        Ok(self.connection.close().await?)
    }

    /// What is read, for people: the file's path.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SQLite's version as it prints it, for example `3.51.3`.
    pub fn server_version(&self) -> &str {
        &self.version
    }

    /// SQLite's version as a number, for example `3051003`.
    pub fn server_version_num(&self) -> u32 {
        let mut parts = self.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        next() * 1_000_000 + next() * 1000 + next()
    }
}

fn value(row: &SqliteRow, at: usize) -> Result<Value, SqliteError> {
    let raw = row.try_get_raw(at)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    Ok(match raw.type_info().name() {
        "INTEGER" => row.try_get_unchecked::<i64, _>(at)?.into(),
        "REAL" => row.try_get_unchecked::<f64, _>(at)?.into(),
        _ => String::from_utf8_lossy(&row.try_get_unchecked::<Vec<u8>, _>(at)?).into_owned().into(),
    })
}
