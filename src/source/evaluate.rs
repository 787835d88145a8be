//! Finds out what a script means: runs it in a scratch engine and reads the result back.

use super::{
    Besides, LoadOptions, Progress, SourceError,
    cache::Entry,
    locate::locate,
    read_live,
    script::{self, Engine, Script},
    split::Syntax,
};
use crate::{
    dialect::{
        postgres::{inspect::Reading, leave_open, session as postgres},
        sqlite::{inspect::inspect, session as sqlite},
    },
    model::{Key, Snapshot},
    scratch::{self, Choice},
};

/// The snapshot of a script, from the cache if it was evaluated before. What reads the script is
/// told how the other side is written.
///
/// # Errors
/// As [`SourceError`] says.
pub async fn evaluate(
    read: impl FnOnce(Syntax) -> Result<Script, SourceError>,
    options: &LoadOptions,
    progress: &Progress<'_>,
) -> Result<Snapshot, SourceError> {
    let dialect = options.dialect.unwrap_or("postgres");
    let syntax = if dialect == "sqlite" { Syntax::Sqlite } else { Syntax::Postgres };
    let script = read(syntax)?;
    let entry = Entry::of(&script, dialect, options);
    if let Some(kept) = entry.as_ref().and_then(Entry::get) {
        return Ok(kept);
    }
    let mut snapshot = match syntax {
        Syntax::Postgres => in_postgres(&script, options, progress).await?,
        Syntax::Sqlite => in_sqlite(&script, progress).await?,
    };
    script::place_parts(&script, &mut snapshot);
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
    let mut session = postgres::Session::scratch(database.url()).await.map_err(SourceError::Connect)?;
    let private = !matches!(options.scratch.choice, Choice::Url(_));
    let engine = Engine { name: database.engine(), private };
    let result = script::run(script, &mut session, engine, progress).await;
    // A new session reads without the settings that the script made, and an embedded engine has
    // room for one at a time.
    session.close().await;
    let outcome = result?;
    let reading = read_live(database.url(), Besides::default(), progress).await;
    if !private && let Ok(mut session) = postgres::Session::scratch(database.url()).await {
        outcome.actors.leave(&mut session).await;
        session.close().await;
    }
    let Reading { mut snapshot, oids } = reading?;
    snapshot.locations = locate(&outcome.marks, &oids);
    leave_open(&mut snapshot.catalog);
    snapshot.silent_on = script::NEVER_MADE.to_vec();
    snapshot.notes = outcome.notes;
    Ok(snapshot)
}

async fn in_sqlite(script: &Script, progress: &Progress<'_>) -> Result<Snapshot, SourceError> {
    let failed = |error| SourceError::Sqlite { doing: "Running the script in memory".to_owned(), error };
    let mut session = sqlite::Session::scratch().await.map_err(failed)?;
    let (made, notes) = script::run_sqlite(script, &mut session, progress).await?;
    let mut snapshot = inspect(&mut session, progress).await.map_err(failed)?;
    let place = |key: &Key| Some((key.clone(), made.place(key)?.clone()));
    snapshot.locations = snapshot.catalog.keys().filter_map(place).collect();
    snapshot.notes = notes;
    Ok(snapshot)
}
