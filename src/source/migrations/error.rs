//! Why migrations could not be looked at.

use std::path::PathBuf;

use super::TOOLS;
use crate::source::SourceError;

/// Why migrations could not be looked at, or not be written. [`MigrationsError::hint`] says what to
/// do next.
#[derive(Debug, thiserror::Error)]
pub enum MigrationsError {
    /// The folder, a file or the database could not be read.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// No tool has this name.
    #[error("There is no migration tool called {name}; known are {}.", names())]
    UnknownTool {
        /// What was written.
        name: String,
    },
    /// The folder holds nothing that looks like a migration.
    #[error("The folder {} holds no migrations{}.", path.display(), of(tool))]
    NoMigrations {
        /// The folder.
        path: PathBuf,
        /// The tool whose migrations were looked for; empty for any.
        tool: &'static str,
    },
    /// Two files with one version.
    #[error("Two migrations in {} have the version {version}: {} and {}.", folder.display(), first.display(), second.display())]
    DuplicateVersion {
        /// The folder.
        folder: PathBuf,
        /// The version.
        version: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A file that is not as the tool has it.
    #[error("{}:{line}: {problem}.", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, the first being 1.
        line: u32,
        /// What is wrong, without a full stop.
        problem: String,
    },
    /// A source that has no table of history.
    #[error("{0} is not a database, and only databases have a migration history.")]
    NoDatabase(String),
    /// The table of history is there, but not in the shape that the tool gives it.
    #[error("The table {table} is not the history of {tool}: {problem}.")]
    UnexpectedShape {
        /// The table.
        table: String,
        /// The tool.
        tool: &'static str,
        /// What is wrong, without a full stop.
        problem: String,
    },
    /// More than one table may be the history.
    #[error("More than one table may hold the migration history: {}.", tables.join(", "))]
    Ambiguous {
        /// The tables.
        tables: Vec<String>,
    },
    /// The file that would be written is there.
    #[error("{} exists already, and is left as it is.", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("{} could not be written: {problem}.", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        problem: String,
    },
    /// Migrations that cannot be run here.
    #[error("The migrations in {} are {what}, which schemascope does not run.", path.display())]
    Programs {
        /// The folder.
        path: PathBuf,
        /// What they are.
        what: &'static str,
        /// What to do next.
        hint: &'static str,
    },
}

impl MigrationsError {
    /// What to do next, as full sentences.
    pub fn hint(&self) -> Option<&str> {
        match self {
            MigrationsError::Source(error) => error.hint(),
            MigrationsError::UnknownTool { .. } => Some("Leave --tool out to have it recognised."),
            MigrationsError::NoMigrations { .. } => {
                Some("Name the folder that the tool reads, or the tool with --tool.")
            }
            MigrationsError::DuplicateVersion { .. } => {
                Some("Give one of them another version; the tool would run only one of them, or refuse.")
            }
            MigrationsError::Malformed { .. } => Some("Correct the file, or name the tool with --tool."),
            MigrationsError::NoDatabase(_) => Some("Name a database as the target."),
            MigrationsError::UnexpectedShape { .. } => {
                Some("Name the table with --table and the tool with --tool, if it is another one.")
            }
            MigrationsError::Ambiguous { .. } => {
                Some("Choose with --table, as in --table public.schema_version.")
            }
            MigrationsError::Exists { .. } => {
                Some("Give the migration another name, or wait for the next second.")
            }
            MigrationsError::Unwritable { .. } => Some("Check the folder and its permissions."),
            MigrationsError::Programs { hint, .. } => Some(hint),
        }
    }
}

fn names() -> String {
    let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name()).collect();
    names.join(", ")
}

fn of(tool: &str) -> String {
    if tool.is_empty() { String::new() } else { format!(" of {tool}") }
}
