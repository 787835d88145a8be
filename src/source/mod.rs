//! Gets a snapshot from somewhere: a script, a folder of scripts, an inventory, a database.

pub mod ask;
mod cache;
mod error;
mod evaluate;
mod file;
mod git;
pub mod history;
pub mod inventory;
pub mod lexer;
pub mod locate;
mod mark;
pub mod migrations;
mod recognise;
pub mod script;
pub mod split;
mod task;

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

pub use error::SourceError;
pub use git::{GitError, GitPath};
pub use mark::{Mark, changed_since, mark, ping};
pub use recognise::{SourceKind, UnknownKind};

use history::{History, Inspection};
use script::Script;
use task::aside;
use tokio::{
    sync::{Mutex, mpsc},
    time::timeout,
};

use crate::{
    dialect::{
        postgres::{
            connect::ConnectionUrl,
            inspect::{Reading, inspect},
            role,
            session::Session,
            size::sizes,
        },
        sqlite,
    },
    model::{Key, Snapshot},
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
    /// A script, a folder or an inventory at a revision of a git repository.
    Git(GitPath),
    /// An inspection of a target that was kept.
    Kept(Kept),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::SqlFile(path) | Source::Folder(path) | Source::Inventory(path) | Source::Sqlite(path) => {
                f.pad(&path.to_string_lossy())
            }
            Source::Postgres(url) => f.pad(&url.redacted()),
            Source::Git(git) => f.pad(&git.to_string()),
            Source::Kept(kept) => f.pad(&kept.name),
        }
    }
}

/// An inspection of a target, where it is kept, and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The history that it is in.
    pub history: History,
    /// The target.
    pub target: String,
    /// Which inspection.
    pub inspection: Inspection,
    /// What the user called it: `prod@yesterday`.
    pub name: String,
}

impl Source {
    /// Whether it is a script or a folder of them, which have to be run to be read.
    pub fn is_script(&self) -> bool {
        matches!(self, Source::SqlFile(_) | Source::Folder(_) | Source::Git(_))
    }

    /// A short name for people: the file's name, or the database with its host.
    pub fn label(&self) -> String {
        match self {
            Source::Postgres(url) => format!("{} at {}", url.database(), url.host_label()),
            Source::SqlFile(path) | Source::Folder(path) | Source::Inventory(path) | Source::Sqlite(path) => {
                path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
            }
            Source::Git(git) => git.to_string(),
            Source::Kept(kept) => kept.name.clone(),
        }
    }

    /// Whether it is a database, which may look different a moment later.
    pub fn is_live(&self) -> bool {
        matches!(self, Source::Postgres(_) | Source::Sqlite(_))
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
    /// Whether the roles of servers are read too, where there are roles.
    pub roles: bool,
    /// Whether the sizes of tables are read too, where a server knows them.
    pub sizes: bool,
}

/// What is read of a server besides the objects of the database.
#[derive(Clone, Copy, Debug, Default)]
struct Besides {
    roles: bool,
    sizes: bool,
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
        Source::SqlFile(path) => {
            evaluate::evaluate(|syntax| Script::from_file(path, syntax), options, progress).await?
        }
        Source::Folder(path) => {
            evaluate::evaluate(|syntax| Script::from_folder(path, syntax), options, progress).await?
        }
        Source::Inventory(path) => inventory::read(path)?,
        Source::Postgres(url) => {
            let besides = Besides { roles: options.roles, sizes: options.sizes };
            read_live(url, besides, progress).await?.snapshot
        }
        Source::Sqlite(path) => read_sqlite(path, progress).await?,
        Source::Git(git) => read_git(git, options, progress).await?,
        Source::Kept(kept) => {
            kept.history.read(&kept.target, &kept.inspection).map_err(SourceError::History)?
        }
    };
    snapshot.source = source.to_string();
    settle_roles(&mut snapshot, options.roles);
    Ok(snapshot)
}

/// Leaves the roles of an inventory out where nobody asked for them; and where somebody did, no role is
/// extra because a source has none: it was not asked for them, or is a script.
fn settle_roles(snapshot: &mut Snapshot, wanted: bool) {
    let roles: Vec<Key> = snapshot.catalog.keys().filter(|key| key.kind() == role::KIND).cloned().collect();
    if !wanted {
        roles.iter().for_each(|key| drop(snapshot.catalog.remove(key)));
    } else if roles.is_empty() {
        snapshot.silent_on.push(role::KIND);
    }
}

/// Reads a live database over a session that cannot write.
async fn read_live(
    url: &ConnectionUrl,
    besides: Besides,
    progress: &Progress<'_>,
) -> Result<Reading, SourceError> {
    progress("connecting", 0);
    let mut session = Session::reader(url).await.map_err(SourceError::Connect)?;
    let (tell, mut told) = mpsc::unbounded_channel();
    let read = async move {
        let tell = |phase: &str, count| drop(tell.send((phase.to_owned(), count)));
        (inspect(&mut session, &tell).await, session)
    };
    let tell = async {
        while let Some((phase, count)) = told.recv().await {
            progress(&phase, count);
        }
    };
    let ((reading, mut session), ()) = tokio::join!(aside(read), tell);
    let failed =
        |error| SourceError::Server { doing: format!("Reading {}", url.redacted()), error: Box::new(error) };
    let mut reading = reading.map_err(failed)?;
    if besides.roles {
        role::read(&mut session, &mut reading.snapshot).await.map_err(failed)?;
    }
    if besides.sizes {
        // Without statistics there is no size to tell, and nothing else is missing.
        reading.snapshot.sizes = sizes(&mut session).await.unwrap_or_default();
    }
    Ok(reading)
}

/// Reads a file or folder of a revision, under the names that it has in the repository.
async fn read_git(
    git: &GitPath,
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    progress("asking git", 0);
    let there = git.check_out().await.map_err(SourceError::Git)?;
    match recognise::kind_of_path(&there.path)? {
        SourceKind::Inventory => inventory::read(&there.path),
        kind => {
            let script = |syntax| {
                let script = match kind {
                    SourceKind::Folder => Script::from_folder(&there.path, syntax),
                    _ => Script::from_file(&there.path, syntax),
                };
                script.map(|script| script.relative_to(&there.top))
            };
            evaluate::evaluate(script, options, progress).await
        }
    }
}

/// Held by whoever has SQLite read a file.
static SQLITE: Mutex<()> = Mutex::const_new(());

/// How long it is waited for: a file that is locked, or on a drive that does not answer, holds nobody up.
const TURN: Duration = Duration::from_secs(3);

async fn read_sqlite(path: &Path, progress: &Progress<'_>) -> Result<Snapshot, SourceError> {
    // SQLite makes a schema of its own from a file's, and the system does not get all of that memory back:
    // the next file is read in the same memory. One is taken apart while the next is read.
    let turn = timeout(TURN, SQLITE.lock()).await;
    let mut session = sqlite::session::Session::reader(path).await.map_err(SourceError::SqliteConnect)?;
    progress("tables", 0);
    let stored = sqlite::inspect::Stored::read(&mut session).await;
    // SQLite has read the schema too, and gives that memory back.
    let _ = session.close().await;
    drop(turn);
    let stored = stored
        .map_err(|error| SourceError::Sqlite { doing: format!("Reading {}", path.display()), error })?;
    Ok(stored.take_apart(progress))
}
