//! Why a source could not be read.

use std::{fmt, path::PathBuf};

use super::{GitError, SourceKind, history::HistoryError, migrations::MigrationsError, script::Failures};
use crate::{
    dialect::{
        postgres::{
            connect::UrlError,
            session::{ConnectError, Fault, ServerError},
        },
        sqlite,
    },
    model::{FORMAT, Location},
    scratch::ScratchError,
};

/// Why a source could not be read. The text says what was tried and what happened, on as many
/// lines as it takes; [`SourceError::hint`] says what to do next. Neither holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A URL of a database that schemascope does not read.
    #[error("schemascope does not read {scheme}:// databases{}.", if *.planned { " yet" } else { "" })]
    UnknownScheme {
        /// What stands before the `://`.
        scheme: String,
        /// Whether it is a database that a later version is meant to read.
        planned: bool,
    },
    /// A URL that is none.
    #[error("{0}")]
    Url(UrlError),
    /// The source is not of the kind that was asked for.
    #[error("{what} cannot be read as {wanted}.")]
    WrongKind {
        /// What the user gave: never the text itself, which may hold a password.
        what: &'static str,
        /// The kind that was asked for.
        wanted: SourceKind,
    },
    /// There is no such file or folder.
    #[error("There is no file or folder {}.", path.display())]
    NotFound {
        /// What was looked for.
        path: PathBuf,
    },
    /// A file was expected.
    #[error("{} is a folder, not a file.", path.display())]
    IsFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{} could not be read: {problem}.", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        problem: String,
    },
    /// A file could not be written.
    #[error("{} could not be written: {problem}.", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        problem: String,
    },
    /// There is nothing in it.
    #[error("{} holds no SQL statement.", path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
    },
    /// The file is no text at all.
    #[error("{} is {what}, not {}text.", path.display(), if what.starts_with("text") { "UTF-8 " } else { "" })]
    NotText {
        /// The file.
        path: PathBuf,
        /// What it is instead.
        what: &'static str,
        /// What to do next.
        hint: &'static str,
    },
    /// The file is text in another encoding.
    #[error("{} is not UTF-8: line {line} holds other bytes.", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The first line that is not UTF-8.
        line: usize,
    },
    /// A folder without scripts.
    #[error("The folder {} has no .sql files to run.", path.display())]
    NoScripts {
        /// The folder.
        path: PathBuf,
    },
    /// A command of the shell that changes what the script means.
    #[error("{}:{}: the command {command} is not supported.", at.file.display(), at.line)]
    Command {
        /// Where it stands.
        at: Location,
        /// The command, with its mark.
        command: String,
    },
    /// A script that includes itself.
    #[error("{}:{}: {} is included by itself.", at.file.display(), at.line, included.display())]
    IncludeCycle {
        /// Where the circle closes.
        at: Location,
        /// The file that is in it twice.
        included: PathBuf,
    },
    /// A transaction that a script begins and never ends.
    #[error("{}:{}: the transaction that begins here is never committed.", at.file.display(), at.line)]
    OpenTransaction {
        /// Where it begins.
        at: Location,
    },
    /// A `.json` file that schemascope did not write, or that was cut off or edited.
    #[error("{} is not an inventory that schemascope wrote: {problem} (line {line}, column {column}).", path.display())]
    NotAnInventory {
        /// The file.
        path: PathBuf,
        /// What is wrong there.
        problem: String,
        /// The line, the first being 1.
        line: usize,
        /// The column, the first being 1.
        column: usize,
    },
    /// An inventory of a later version of this program.
    #[error(
        "{} is an inventory of format {format}, and this schemascope reads formats up to {FORMAT}.", path.display()
    )]
    NewerInventory {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u64,
    },
    /// An inventory whose objects are not those that it was written with.
    #[error(
        "{} was edited or damaged: it says that the fingerprint of its objects is {written:.12}, and it is {found:.12}.",
        path.display()
    )]
    DamagedInventory {
        /// The file.
        path: PathBuf,
        /// The fingerprint that it says.
        written: String,
        /// That of the objects in it.
        found: String,
    },
    /// An inventory of a database that this program does not know.
    #[error("{} is an inventory of a {dialect:?} database, which this schemascope does not know.", path.display())]
    UnknownDialect {
        /// The file.
        path: PathBuf,
        /// The dialect that it names.
        dialect: String,
    },
    /// A folder of migrations that cannot be read as its tool reads it.
    #[error("{0}")]
    Migrations(Box<MigrationsError>),
    /// Statements of a script that the scratch engine refused.
    #[error("{0}")]
    Statements(Box<Failures>),
    /// Extensions that the scratch engine lacks.
    #[error("{}", MissingExtensions(missing, engine))]
    MissingExtensions {
        /// Where each is wanted, and its name.
        missing: Vec<(Location, String)>,
        /// What the engine is.
        engine: String,
        /// What to do next.
        hint: String,
    },
    /// No connection.
    #[error("{}", .0.message)]
    Connect(ConnectError),
    /// No SQLite database.
    #[error("{}", .0.message)]
    SqliteConnect(sqlite::connect::ConnectError),
    /// SQLite refused something that schemascope asked of it.
    #[error("{doing} failed: {error}.")]
    Sqlite {
        /// What was being done.
        doing: String,
        /// What SQLite said.
        error: sqlite::session::SqliteError,
    },
    /// Nothing of the kind is in git.
    #[error("{0}")]
    Git(GitError),
    /// Nothing of the kind was kept.
    #[error("{0}")]
    History(HistoryError),
    /// No scratch engine.
    #[error("{}", .0.message)]
    Scratch(ScratchError),
    /// The server refused something that schemascope asked of it.
    #[error("{doing} failed: {error}.")]
    Server {
        /// What was being done.
        doing: String,
        /// What the server said.
        error: Box<ServerError>,
    },
}

impl SourceError {
    /// What to do next, as full sentences.
    pub fn hint(&self) -> Option<&str> {
        match self {
            SourceError::UnknownScheme { .. } => Some(
                "Give a postgres:// or sqlite:// URL, a .sql file, a folder of them, or an inventory (.json).",
            ),
            SourceError::Url(_) => Some("Write it as postgres://user@host:5432/database."),
            SourceError::WrongKind { .. } => Some("Leave --canonical-kind out to have the kind recognised."),
            SourceError::NotFound { .. } => {
                Some("Check the spelling; a relative path starts at the current folder.")
            }
            SourceError::IsFolder { .. } => Some("Name a file in it."),
            SourceError::Unreadable { .. } => Some("Check its permissions."),
            SourceError::Unwritable { .. } => Some("Check that the folder exists and may be written."),
            SourceError::Migrations(error) => error.hint(),
            SourceError::Empty { .. } => Some("Give a script that creates the objects of the schema."),
            SourceError::NotText { hint, .. } => Some(hint),
            SourceError::NotUtf8 { .. } => {
                Some("Save it as UTF-8, for example with: iconv -f LATIN1 -t UTF-8 OLD > NEW")
            }
            SourceError::NoScripts { .. } => Some(
                "Only files that end in .sql directly in the folder are run; hidden files and *.down.sql are not.",
            ),
            SourceError::Command { .. } => {
                Some("Write the script without it: conditions and generated statements cannot be followed.")
            }
            SourceError::IncludeCycle { .. } => Some("Remove one of the includes."),
            SourceError::OpenTransaction { .. } => {
                Some("Add the missing COMMIT: without it psql would keep nothing of this file either.")
            }
            SourceError::NotAnInventory { .. } => {
                Some("Write it anew with: schemascope inventory TARGET --output FILE")
            }
            SourceError::DamagedInventory { .. } => {
                Some("Write it anew, or take its line \"fingerprint\" out if the edit is meant.")
            }
            SourceError::NewerInventory { .. } | SourceError::UnknownDialect { .. } => {
                Some("Update schemascope, or write the inventory anew with this version.")
            }
            SourceError::Statements(failures) => failures.hint(),
            SourceError::Git(error) => Some(error.hint()),
            SourceError::History(error) => Some(error.hint()),
            SourceError::MissingExtensions { hint, .. } => Some(hint),
            SourceError::Connect(error) => Some(&error.hint),
            SourceError::SqliteConnect(error) => Some(&error.hint),
            SourceError::Sqlite { .. } => Some("Check that the sqlite3 program can do the same."),
            SourceError::Scratch(error) => Some(&error.hint),
            SourceError::Server { error, .. } => error.hint.as_deref().or(match error.sqlstate.as_str() {
                // lock_not_available, query_canceled, insufficient_privilege.
                "55P03" => Some("Another session is changing a table at this moment, perhaps a migration: try again when it is done."),
                "57014" => Some("The server is slow or busy: try again when it has less to do."),
                "42501" => Some("Connect as a role that may read the catalog and the schemas of this database."),
                _ => None,
            }),
        }
    }
}

impl SourceError {
    /// Whether the server wants a password that was not given: ask for it and load again.
    pub fn wants_password(&self) -> bool {
        matches!(self, SourceError::Connect(error) if error.fault == Fault::PasswordWanted)
    }
}

struct MissingExtensions<'a>(&'a [(Location, String)], &'a str);

impl fmt::Display for MissingExtensions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (place, name)) in self.0.iter().enumerate() {
            let newline = if at == 0 { "" } else { "\n" };
            let (file, line) = (place.file.display(), place.line);
            write!(f, "{newline}{file}:{line}: the extension {name} is not available in {}.", self.1)?;
        }
        Ok(())
    }
}
