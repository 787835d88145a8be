//! One connection to a PostgreSQL server, for reading catalogs or for running DDL in a scratch engine.

use super::connect::ConnectionUrl;
use crate::dialect::row::Row;

/// One connection.
pub struct Session {}

/// What the server said when it refused a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (SQLSTATE {sqlstate})")]
pub struct ServerError {
    /// The server's message.
    pub message: String,
    /// The five characters of its class, or `-----` where the connection itself failed.
    pub sqlstate: String,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint.
    pub hint: Option<String>,
    /// Where in the statement, in characters, the first being 1.
    pub position: Option<usize>,
}

/// A connection that could not be made, with what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n{hint}")]
pub struct ConnectError {
    /// What was tried, and what happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Session {
    /// Opens a session on a live target: read-only on the server's side, in one REPEATABLE READ
    /// snapshot, with timeouts, `jit` off, an application name, and `search_path` pinned.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn reader(_url: &ConnectionUrl) -> Result<Session, ConnectError> {
        todo!()
    }

    /// Opens a session that may write: for scratch engines only.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn scratch(_url: &ConnectionUrl) -> Result<Session, ConnectError> {
        todo!()
    }

    /// The rows of one query, by the simple protocol, each value of the type of its column.
    ///
    /// # Errors
    /// What the server said.
    pub async fn rows(&mut self, _sql: &str) -> Result<Vec<Row>, ServerError> {
        todo!()
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What the server said.
    pub async fn execute(&mut self, _sql: &str) -> Result<(), ServerError> {
        todo!()
    }

    /// The server's version as it prints it, for example `15.18`.
    pub fn server_version(&self) -> &str {
        todo!()
    }

    /// The server's version as a number, for example `150018`.
    pub fn server_version_num(&self) -> u32 {
        todo!()
    }

    /// The role that is connected.
    pub fn role(&self) -> &str {
        todo!()
    }
}
