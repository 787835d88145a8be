//! Throwaway engines that run DDL: embedded, local server binaries, or a URL that the user gives.
//!
//! Every engine lives in a child process: this same program, started as `schemascope engine`. Its
//! memory goes away with it, a crash in it cannot take the terminal down, and it tidies up when its
//! parent is gone, however that ended. `child` is the parent's end of the pipe, `host` the
//! child's; `embedded`, `local` and `server` are what the child can host.

mod binaries;
mod child;
mod cluster;
#[cfg(feature = "embedded-postgres")]
mod embedded;
mod folder;
mod gate;
mod host;
mod local;
mod protocol;
#[cfg(feature = "embedded-postgres")]
mod relay;
mod server;
mod tablespace;
mod watch;

pub mod copy;
pub mod sqlite;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use host::serve;
pub use tablespace::make_tablespace;

use crate::dialect::postgres::connect::ConnectionUrl;

/// Which engine to take, and what it needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// The engine the user asked for.
    pub choice: Choice,
    /// The program that can serve the engines as a child process: schemascope itself.
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
    /// A server on which a throwaway database is created and dropped again. Roles belong to the
    /// server: those that a script creates stay there.
    Url(ConnectionUrl),
}

/// An empty database that is gone when this value is dropped.
///
/// An embedded one takes one connection at a time, and the next waits until that is closed.
pub struct Database {
    url: ConnectionUrl,
    engine: String,
    lease: child::Lease,
}

/// Why there is no scratch engine, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}\n{hint}")]
pub struct ScratchError {
    /// What was tried, and what happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl ScratchError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ScratchError { message: message.into(), hint: hint.into() }
    }
}

impl Database {
    /// How to connect to it.
    pub fn url(&self) -> &ConnectionUrl {
        &self.url
    }

    /// What it is, for people: `embedded PostgreSQL 18.4`, `local PostgreSQL 15.18`,
    /// `PostgreSQL 16.2 at db.example.com`.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// Whether others can connect to it at the same time.
    pub fn takes_others(&self) -> bool {
        !self.engine.starts_with("embedded")
    }

    /// Removes the database and returns when it is gone. Dropping the value removes it as well,
    /// without waiting for it.
    pub async fn close(self) {
        self.lease.close().await;
    }
}

/// Where a program for clients, such as `pg_dump`, is: one of this major version of PostgreSQL or of
/// the next newer one that is installed, and else whatever the system finds under its name.
pub fn client_program(
    environment: &crate::dialect::postgres::connect::Environment,
    name: &str,
    major: u32,
) -> PathBuf {
    let found = binaries::find(environment).into_iter().filter(|it| it.major >= major);
    let found = found.filter(|it| it.program(name).is_file()).min_by_key(|it| it.major);
    found.map_or_else(|| PathBuf::from(name), |it| it.program(name))
}

/// An empty scratch database, of this major version of PostgreSQL if that can be had.
///
/// # Errors
/// As [`ScratchError`] says, with a hint.
pub async fn database(options: &Options, major: Option<u32>) -> Result<Database, ScratchError> {
    let (ready, lease) = child::open(options, major).await?;
    let url = ready.url.parse().map_err(|error| {
        ScratchError::new(format!("The scratch engine gave an unusable address: {error}"), child::REPORT)
    })?;
    Ok(Database { url, engine: ready.engine, lease })
}

/// Ends every engine that this process has started, and returns when they are gone.
///
/// Without it they end by themselves: shortly after their last database was dropped, or when this
/// process ends.
pub async fn shut_down() {
    child::shut_down().await;
}
