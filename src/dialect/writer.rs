//! The one session that writes to a target, whatever database that is.
//!
//! Every other session on a target is read-only on the server's side. Only `apply` opens this one.

use std::{path::Path, time::Duration};

use super::{
    postgres::{
        self,
        connect::ConnectionUrl,
        session::{Canceller, ConnectError, ServerError},
        writer::Fate,
    },
    row::Row,
    sqlite::{self, session::SqliteError},
};

/// A session that may write to a target.
pub enum Writer {
    /// PostgreSQL.
    Postgres(Box<postgres::writer::Writer>),
    /// SQLite.
    Sqlite(Box<sqlite::writer::Writer>),
}

/// A statement that was not run to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WriteError {
    /// What the database said, with its code.
    pub message: String,
    /// What it said besides.
    pub detail: Option<String>,
    /// What kind of failure it is.
    pub fault: WriteFault,
}

/// Why a statement was not run to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// The database refused it.
    Refused,
    /// A lock could not be had in time.
    Lock,
    /// It was cancelled, by us or by somebody else, or it took too long.
    Cancelled,
    /// The connection is gone.
    Lost,
}

impl Writer {
    /// Opens a session on a PostgreSQL database.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn postgres(url: &ConnectionUrl) -> Result<Self, ConnectError> {
        Ok(Writer::Postgres(Box::new(postgres::writer::Writer::open(url).await?)))
    }

    /// Opens a session on an SQLite file. Whoever holds it is waited for at most so long.
    ///
    /// # Errors
    /// As [`sqlite::connect::ConnectError`] says, with a hint.
    pub async fn sqlite(path: &Path, patience: Duration) -> Result<Self, sqlite::connect::ConnectError> {
        Ok(Writer::Sqlite(Box::new(sqlite::writer::Writer::open(path, patience).await?)))
    }

    /// Takes the lock that only one `apply` can have on the database. Where another one has it,
    /// tells who.
    ///
    /// # Errors
    /// What the database said.
    pub async fn lock(&mut self) -> Result<Result<(), String>, WriteError> {
        match self {
            Writer::Postgres(writer) => Ok(writer.lock().await?),
            Writer::Sqlite(writer) => Ok(writer.lock()?),
        }
    }

    /// Why nothing can be written there, if that is so.
    ///
    /// # Errors
    /// What the database said.
    pub async fn read_only(&mut self) -> Result<Option<String>, WriteError> {
        match self {
            Writer::Postgres(writer) => Ok(writer.read_only().await?),
            Writer::Sqlite(_) => Ok(None),
        }
    }

    /// The statement that begins a transaction.
    pub fn begin(&self) -> &'static str {
        match self {
            Writer::Postgres(_) => "BEGIN",
            // A transaction that begins as a reader may not become a writer when it has to.
            Writer::Sqlite(_) => "BEGIN IMMEDIATE",
        }
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What the database said.
    pub async fn execute(&mut self, sql: &str) -> Result<(), WriteError> {
        match self {
            Writer::Postgres(writer) => Ok(writer.execute(sql).await?),
            Writer::Sqlite(writer) => Ok(writer.execute(sql).await?),
        }
    }

    /// The rows of one query.
    ///
    /// # Errors
    /// What the database said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, WriteError> {
        match self {
            Writer::Postgres(writer) => Ok(writer.rows(sql).await?),
            Writer::Sqlite(writer) => Ok(writer.rows(sql).await?),
        }
    }

    /// How many rows point at rows that are not there, where foreign keys are not watched while
    /// statements run: in SQLite.
    ///
    /// # Errors
    /// What the database said.
    pub async fn orphans(&mut self) -> Result<usize, WriteError> {
        match self {
            Writer::Postgres(_) => Ok(0),
            Writer::Sqlite(writer) => Ok(writer.rows("PRAGMA foreign_key_check").await?.len()),
        }
    }

    /// The id of the running transaction, where one can ask later what became of it.
    ///
    /// # Errors
    /// What the database said.
    pub async fn transaction(&mut self) -> Result<Option<String>, WriteError> {
        match self {
            Writer::Postgres(writer) => Ok(writer.transaction().await?),
            Writer::Sqlite(_) => Ok(None),
        }
    }

    /// What became of a transaction whose commit was not answered.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn fate(&self, transaction: &str) -> Result<Fate, ConnectError> {
        match self {
            Writer::Postgres(writer) => writer.fate(transaction).await,
            Writer::Sqlite(_) => Ok(Fate::Unknown),
        }
    }

    /// Something that ends what this session is running, from another task; SQLite has none, and a
    /// statement there runs to its end.
    pub fn canceller(&self) -> Option<Canceller> {
        match self {
            Writer::Postgres(writer) => Some(writer.canceller()),
            Writer::Sqlite(_) => None,
        }
    }

    /// The major version of the server, where there is one.
    pub fn major(&self) -> u32 {
        match self {
            Writer::Postgres(writer) => writer.major(),
            Writer::Sqlite(_) => 0,
        }
    }

    /// The role that is connected, where there are roles.
    pub fn role(&self) -> Option<&str> {
        match self {
            Writer::Postgres(writer) => Some(writer.role()),
            Writer::Sqlite(_) => None,
        }
    }

    /// Ends the session, and with it its lock.
    pub async fn close(self) {
        match self {
            Writer::Postgres(writer) => writer.close().await,
            Writer::Sqlite(writer) => writer.close().await,
        }
    }
}

impl From<ServerError> for WriteError {
    fn from(error: ServerError) -> Self {
        let fault = match error.sqlstate.as_str() {
            _ if error.is_disconnect() => WriteFault::Lost,
            // lock_not_available, and the victim of a deadlock.
            "55P03" | "40P01" => WriteFault::Lock,
            "57014" => WriteFault::Cancelled,
            _ => WriteFault::Refused,
        };
        WriteError { message: error.to_string(), detail: error.detail.or(error.hint), fault }
    }
}

impl From<SqliteError> for WriteError {
    fn from(error: SqliteError) -> Self {
        // SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html).
        let fault = match error.primary_code() {
            5 | 6 => WriteFault::Lock,
            _ => WriteFault::Refused,
        };
        WriteError { message: error.to_string(), detail: None, fault }
    }
}
