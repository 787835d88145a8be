//! Gets a snapshot from somewhere: a script, a folder of scripts, an inventory, a database.

pub mod ask;
mod cache;
mod error;
mod evaluate;
mod file;
pub mod inventory;
pub mod lexer;
pub mod locate;
mod mark;
pub mod migrations;
mod recognise;
pub mod script;
pub mod split;

use std::{
    fmt,
    path::{Path, PathBuf},
};

pub use error::SourceError;
pub use mark::{Mark, changed_since, mark};
pub use recognise::{SourceKind, UnknownKind};

use crate::{
    dialect::{
        postgres::{
            connect::ConnectionUrl,
            inspect::{Reading, inspect},
            session::Session,
            size::sizes,
        },
        sqlite,
    },
    model::Snapshot,
    scratch,
};

/// Something that a schema can be read from. Prints without any password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One `.sql` script, run in a scratch engine.
    SqlFile(PathBuf),
    /// A folder of `.sql` scripts, run in the order of their names.
    Folder(PathBuf),
    /// An inventory that schemascope wrote.
    Inventory(PathBuf),
    /// A PostgreSQL database.
    Postgres(ConnectionUrl),
    /// An SQLite database file.
    Sqlite(PathBuf),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::SqlFile(path) | Source::Folder(path) | Source::Inventory(path) | Source::Sqlite(path) => {
                f.pad(&path.to_string_lossy())
            }
            Source::Postgres(url) => f.pad(&url.redacted()),
        }
    }
}

/// What loading needs besides the source.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Where scripts are run.
    pub scratch: scratch::Options,
    /// The dialect in which a script is written: that of the other side. PostgreSQL if unknown.
    pub dialect: Option<&'static str>,
    /// The major version of the other side, for choosing a scratch engine.
    pub major: Option<u32>,
}

/// Tells how far a reading has come: the phase, and how many objects there are so far.
pub type Progress<'a> = dyn Fn(&str, usize) + Send + Sync + 'a;

/// Reads a source.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn load(
    source: &Source,
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    let mut snapshot = match source {
        Source::SqlFile(path) => evaluate::evaluate(path, false, options, progress).await?,
        Source::Folder(path) => evaluate::evaluate(path, true, options, progress).await?,
        Source::Inventory(path) => inventory::read(path)?,
        Source::Postgres(url) => read_live(url, progress).await?.snapshot,
        Source::Sqlite(path) => read_sqlite(path, progress).await?,
    };
    snapshot.source = source.to_string();
    Ok(snapshot)
}

/// Reads a live database over a session that cannot write.
async fn read_live(url: &ConnectionUrl, progress: &Progress<'_>) -> Result<Reading, SourceError> {
    progress("connecting", 0);
    let mut session = Session::reader(url).await.map_err(SourceError::Connect)?;
    let reading = inspect(&mut session, progress).await;
    let mut reading = reading.map_err(|error| SourceError::Server {
        doing: format!("Reading {}", url.redacted()),
        error: error.into(),
    })?;
    // Without statistics there is no size to tell, and nothing else is missing.
    reading.snapshot.sizes = sizes(&mut session).await.unwrap_or_default();
    Ok(reading)
}

async fn read_sqlite(path: &Path, progress: &Progress<'_>) -> Result<Snapshot, SourceError> {
    let mut session = sqlite::session::Session::reader(path).await.map_err(SourceError::SqliteConnect)?;
    let snapshot = sqlite::inspect::inspect(&mut session, progress).await;
    snapshot.map_err(|error| SourceError::Sqlite { doing: format!("Reading {}", path.display()), error })
}
