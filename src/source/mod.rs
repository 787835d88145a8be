//! Gets a snapshot from somewhere: a script, a folder of scripts, an inventory, a database.

pub mod lexer;
pub mod split;

use std::path::PathBuf;

use crate::{dialect::postgres::connect::ConnectionUrl, model::Snapshot, scratch};

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

/// Why a source could not be read. Each text says what to do next, and none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {}

/// Reads a source.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn load(
    _source: &Source,
    _options: &LoadOptions,
    _progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    todo!()
}
