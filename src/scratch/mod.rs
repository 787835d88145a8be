//! Throwaway engines that run DDL: embedded, local server binaries, or a URL that the user gives.

pub mod sqlite;

use std::path::PathBuf;

use crate::dialect::postgres::connect::ConnectionUrl;

/// Which engine to take, and what it needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The engine the user asked for.
    pub choice: Choice,
    /// The program that can serve the embedded engine as a child process: schemascope itself.
    pub program: PathBuf,
    /// Where things that are dear to make may be kept; nothing is kept without it.
    pub cache: Option<PathBuf>,
}

/// The engine the user asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// Local server binaries of the wanted major version if there are any, else embedded.
    #[default]
    Auto,
    /// PostgreSQL in WebAssembly, in a child process of this program.
    Embedded,
    /// Local server binaries.
    Local,
    /// A server on which a throwaway database is created and dropped again.
    Url(ConnectionUrl),
}

/// An empty database that is gone when this value is dropped.
pub struct Database {}

/// Why there is no scratch engine, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n{hint}")]
pub struct ScratchError {
    /// What was tried, and what happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Database {
    /// How to connect to it.
    pub fn url(&self) -> &ConnectionUrl {
        todo!()
    }

    /// What it is, for people: `embedded PostgreSQL 18.4`, `local PostgreSQL 15.18`.
    pub fn engine(&self) -> &str {
        todo!()
    }
}

/// An empty scratch database, of this major version of PostgreSQL if that can be had.
///
/// # Errors
/// As [`ScratchError`] says, with a hint.
pub async fn database(_options: &Options, _major: Option<u32>) -> Result<Database, ScratchError> {
    todo!()
}
