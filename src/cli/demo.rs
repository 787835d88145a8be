//! `schemascope demo`: a sample schema and two drifted databases, all inside this program.

use std::fs;

use super::{
    Error, Outcome, open,
    sides::{Named, Setup, with_hint},
};
use crate::{
    dialect::postgres::session::Session,
    scratch::{self, Choice},
    source::Source,
};

const CANONICAL: &str = include_str!("../../sample-schemas/agents-platform/schema.sql");

/// The roles that the schema grants to. They belong to a server, so the schema does not make them.
const ROLES: &str = "
    DO $$ BEGIN CREATE ROLE anon; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE authenticated; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    DO $$ BEGIN CREATE ROLE service_role BYPASSRLS; EXCEPTION WHEN duplicate_object THEN NULL; END $$;";

/// The live databases: a name, and what was done by hand to a database that had the schema.
const TARGETS: [(&str, &str); 2] = [
    ("prod-eu", include_str!("../../sample-schemas/agents-platform/drift/prod-eu.sql")),
    ("prod-us", include_str!("../../sample-schemas/agents-platform/drift/prod-us.sql")),
];

/// Starts the databases, drifts them, and opens the terminal on them.
///
/// # Errors
/// Where the built-in engine does not start.
pub async fn run(setup: &Setup<'_>, json: bool) -> Result<Outcome, Error> {
    let fail = |error: std::io::Error| {
        Error::new(format!("The demo needs a folder for temporary files: {error}."), "Set TMPDIR to one.")
    };
    let folder = tempfile::Builder::new().prefix("schemascope-demo-").tempdir().map_err(fail)?;
    let file = folder.path().join("schema.sql");
    fs::write(&file, CANONICAL).map_err(fail)?;
    setup.console.note("Starting two databases inside this program…");
    let options = scratch::Options { choice: Choice::Embedded, ..setup.scratch.clone() };
    let (eu, us) = futures_util::try_join!(
        database(setup, &options, TARGETS[0]),
        database(setup, &options, TARGETS[1]),
    )?;
    setup.console.clear_progress();
    let canonical = Named { name: "schema.sql".to_owned(), source: Ok(Source::SqlFile(file)), target: None };
    let target = |database: &scratch::Database, (name, _): (&str, &str)| Named {
        name: name.to_owned(),
        source: Ok(Source::Postgres(database.url().clone())),
        target: None,
    };
    let targets = vec![target(&eu, TARGETS[0]), target(&us, TARGETS[1])];
    let outcome = open::show(setup, canonical, targets, json).await;
    eu.close().await;
    us.close().await;
    outcome
}

/// One live database: the schema, and then what happened to it.
async fn database(
    setup: &Setup<'_>,
    options: &scratch::Options,
    (name, drift): (&str, &str),
) -> Result<scratch::Database, Error> {
    setup.console.progress(name, "starting", 0);
    let database =
        scratch::database(options, None).await.map_err(|error| Error::new(error.message, error.hint))?;
    let mut session =
        Session::scratch(database.url()).await.map_err(|error| Error::new(error.message, error.hint))?;
    for sql in [ROLES, CANONICAL, drift] {
        setup.console.progress(name, "running the sample schema", 0);
        session.execute(sql).await.map_err(|error| {
            let message = format!("The sample schema could not be run in the built-in engine: {error}.");
            Error::new(with_hint(&message, error.hint.as_deref()), "")
        })?;
    }
    // An embedded database takes one connection at a time.
    session.close().await;
    Ok(database)
}
