//! Migrations: a folder of them as its tool has it, and the history that the tool keeps in a database.
//!
//! One file a tool: the names of its files, their order, its table of history, its checksum, and
//! the names that the next migration gets.

mod alembic;
mod change;
mod checksum;
mod create;
mod database;
mod dbmate;
mod diesel;
mod error;
mod flyway;
mod folder;
mod generic;
mod golang_migrate;
mod goose;
mod history;
mod liquibase;
mod marks;
mod past;
mod prisma;
mod rails;
mod replay;
mod sqlx;
mod status;
mod supabase;
mod version;

use std::{cmp::Ordering, fmt, path::PathBuf};

pub use change::{Change, explain};
pub use create::{Draft, NewFile, Part, next, write};
pub use database::{Database, Table};
pub use error::MigrationsError;
pub use folder::{Folder, Listing};
pub use history::{History, Wanted, history};
pub use replay::scripts;
pub use status::{Entry, Report, State, report};

use crate::dialect::row::Row;

/// Every tool; of those that a folder looks like as much as another, the likelier first.
pub const TOOLS: [&dyn Tool; 12] = [
    &prisma::Prisma,
    &diesel::Diesel,
    &alembic::Alembic,
    &rails::Rails,
    &liquibase::Liquibase,
    &flyway::Flyway,
    &goose::Goose,
    &dbmate::Dbmate,
    &golang_migrate::GolangMigrate,
    &generic::Generic,
    &self::sqlx::Sqlx,
    &supabase::Supabase,
];

/// How much a folder looks like a tool's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It cannot be the tool's.
    None,
    /// It can be the tool's, and another's as well.
    Possible,
    /// It is more likely the tool's than another's.
    Likely,
    /// It can hardly be another's.
    Sure,
}

/// What is known about one migration tool.
pub trait Tool: Sync + Send {
    /// The name that `--tool` takes, for example `golang-migrate`.
    fn name(&self) -> &'static str;

    /// The name as its makers write it.
    fn title(&self) -> &'static str;

    /// How much a folder looks like this tool's.
    fn likeness(&self, listing: &Listing) -> Likeness;

    /// The migrations of a folder, in any order.
    ///
    /// # Errors
    /// Where a file is not as the tool has it.
    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError>;

    /// The order in which the tool runs two migrations of different versions.
    fn order(&self, a: &Migration, b: &Migration) -> Ordering {
        (a.repeatable, natural(a, b)).cmp(&(b.repeatable, Ordering::Equal))
    }

    /// The names that its table of history has; the first is the usual one.
    fn tables(&self) -> &'static [&'static str];

    /// The columns that tell its table from others of the name.
    fn columns(&self) -> &'static [&'static str];

    /// Whether a table is its history.
    fn owns(&self, table: &Table) -> bool {
        self.tables().contains(&table.name.as_str()) && table.has_all(self.columns())
    }

    /// The query that reads its history.
    fn query(&self, table: &Table) -> String;

    /// What the rows of that query say, of the migrations of the folder and of others, in the order
    /// in which they were applied.
    ///
    /// # Errors
    /// A sentence where the rows are in a shape that the tool does not write.
    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String>;

    /// What the tool would record for a migration's text; `None` where it records no checksum.
    fn checksum(&self, _migration: &Migration, _recorded: &str) -> Option<String> {
        None
    }

    /// Whether a recorded checksum is that of a text.
    fn checks(&self, migration: &Migration, recorded: &str) -> Option<bool> {
        self.checksum(migration, recorded).map(|now| now.eq_ignore_ascii_case(recorded))
    }

    /// What the tool does with a migration that is older than the newest applied one.
    ///
    /// `None` where the order of versions is not that of time.
    fn on_late(&self) -> Option<&'static str> {
        None
    }

    /// The files of the next migration: one, or one for each way, or a folder with both.
    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile>;

    /// How the version of the next migration is made.
    fn numbering(&self, folder: &Folder) -> Numbering {
        Numbering::like(folder, "%Y%m%d%H%M%S")
    }
}

/// How a tool makes versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// The moment, by a pattern of strftime.
    Moment(&'static str),
    /// The next number, with at least so many digits.
    Next {
        /// The number.
        number: u64,
        /// Its digits.
        digits: usize,
    },
}

/// The name of the next migration, in the forms that tools want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its version.
    pub version: String,
    /// Its name in words joined by `_`: lower case letters and digits.
    pub slug: String,
    /// The moment, in seconds since 1970-01-01 UTC.
    pub now: u64,
}

/// One migration of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migration {
    /// Its version, in the one spelling in which the tool compares it.
    pub version: String,
    /// What it is called, for people.
    pub name: String,
    /// The file that leads up.
    pub file: PathBuf,
    /// The line of the file on which it starts.
    pub line: u32,
    /// The text that its checksum is made of.
    pub text: String,
    /// What its checksum is made of besides.
    pub settings: String,
    /// Whether the tool can take it back.
    pub reversible: bool,
    /// Whether it is run again whenever its text changes, after all others.
    pub repeatable: bool,
    /// The versions that it comes after, where they form a graph.
    pub after: Vec<String>,
    /// Whether it is SQL, and not a program or a description of changes.
    pub is_sql: bool,
}

/// One migration that a history tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Its version, in the one spelling in which the tool compares it.
    pub version: String,
    /// What the history calls it.
    pub name: Option<String>,
    /// When, as the database prints it.
    pub at: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// The checksum of its text as it was run.
    pub checksum: Option<String>,
    /// Why it counts as not applied to its end.
    pub failed: Option<String>,
    /// Its statements as they were run, where the tool keeps them.
    pub statements: Option<Vec<String>>,
    /// Why the text of now cannot be the one that was run, where the history tells more than a
    /// checksum of its own.
    pub mismatch: Option<String>,
    /// Whether its text was held against a checksum already, alone or with others.
    pub held: bool,
    /// What else there is to know.
    pub note: Option<String>,
}

impl Applied {
    /// A version that was applied.
    fn version(version: impl Into<String>) -> Self {
        Applied { version: version.into(), ..Applied::default() }
    }
}

impl fmt::Debug for dyn Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for dyn Tool {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

/// The tool of a name.
///
/// # Errors
/// Where there is none, with the names that there are.
pub fn tool(name: &str) -> Result<&'static dyn Tool, MigrationsError> {
    TOOLS
        .into_iter()
        .find(|tool| tool.name() == name)
        .ok_or_else(|| MigrationsError::UnknownTool { name: name.to_owned() })
}

fn natural(a: &Migration, b: &Migration) -> Ordering {
    version::natural(&a.version, &b.version)
}
