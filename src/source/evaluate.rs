//! Finds out what a script means: runs it in a scratch engine and reads the result back.

use super::{
    LoadOptions, Progress, Source, SourceError,
    cache::Entry,
    locate::locate,
    read_live,
    script::{self, Script},
    split::Syntax,
};
use crate::{
    dialect::{postgres::session::Session, quote},
    model::Snapshot,
    scratch::{self, Choice, Database},
};

/// The snapshot of a script or of a folder of scripts, from the cache if it was evaluated before.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn evaluate(
    source: &Source,
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    let dialect = options.dialect.unwrap_or("postgres");
    let syntax = if dialect == "sqlite" { Syntax::Sqlite } else { Syntax::Postgres };
    let script = match source {
        Source::Folder(folder) => Script::from_folder(folder, syntax)?,
        Source::SqlFile(path) | Source::Inventory(path) | Source::Sqlite(path) => {
            Script::from_file(path, syntax)?
        }
        Source::Postgres(url) => return Ok(read_live(url, progress).await?.snapshot),
    };
    let entry = Entry::of(&script, dialect, options);
    if let Some(kept) = entry.as_ref().and_then(Entry::get) {
        return Ok(kept);
    }
    let mut snapshot = match syntax {
        Syntax::Postgres => in_postgres(&script, options, progress).await?,
        Syntax::Sqlite => in_sqlite(&script)?,
    };
    snapshot.complete = false;
    if let Some(entry) = entry {
        entry.put(&snapshot);
    }
    Ok(snapshot)
}

async fn in_postgres(
    script: &Script,
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    progress("starting a scratch engine", 0);
    let database = scratch::database(&options.scratch, options.major).await.map_err(SourceError::Scratch)?;
    let mut session = Session::scratch(database.url()).await.map_err(SourceError::Connect)?;
    let result = script::run(script, &mut session, database.engine(), progress).await;
    // A new session reads without the settings that the script made, and an embedded engine has
    // room for one at a time.
    session.close().await;
    let outcome = result?;
    let reading = read_live(database.url(), progress).await;
    if matches!(options.scratch.choice, Choice::Url(_)) {
        forget_roles(&database, &outcome.roles).await;
    }
    let mut snapshot = reading?;
    snapshot.snapshot.locations = locate(&outcome.marks, &snapshot.oids);
    snapshot.snapshot.notes = outcome.notes;
    Ok(snapshot.snapshot)
}

/// Roles belong to the whole server: on one that is not ours, those that were made for the script
/// are taken away again, as far as nothing else has come to need them.
async fn forget_roles(database: &Database, roles: &[String]) {
    let Ok(mut session) = Session::scratch(database.url()).await else { return };
    for role in roles {
        let role = quote::always(role);
        let _ = session.execute(&format!("DROP OWNED BY {role} CASCADE")).await;
        let _ = session.execute(&format!("DROP ROLE {role}")).await;
    }
}

pub fn read_sqlite(_path: &std::path::Path) -> Result<Snapshot, SourceError> {
    todo!()
}
fn in_sqlite(_script: &Script) -> Result<Snapshot, SourceError> {
    todo!()
}
