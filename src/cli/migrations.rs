//! `schemascope migrations`: a folder of migrations beside the history in a target.

mod create;
mod text;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{
    Error, Outcome, load,
    sides::{Named, Setup, with_hint},
};
use crate::{
    codes::FindingCode,
    dialect::postgres::session::Fault,
    source::{
        SourceError,
        migrations::{self, Database, Listing, MigrationsError, Report, State, Wanted},
    },
};

/// What stands below the help of `migrations`.
pub const HELP: &str = "\
The tool is recognised by the folder and by the table of history in the target: sqlx, golang-migrate,
goose, dbmate, Flyway, Liquibase, Prisma, Diesel, Supabase, Rails, Alembic, or a hand-made table such
as schema_version(version, applied_at, checksum, migrations_applied).

Examples:
  schemascope migrations status db/migrations prod-eu
  schemascope migrations verify db/migrations prod-eu prod-us --no-pending
  schemascope migrations create db/migrations schema.sql --all --name add_totals
  schemascope migrations create db/migrations schema.sql prod-eu --safe --name close_drift

Exit status: 0 all is applied, or a migration was written; 1 something waits or does not fit; 2 failed.";

/// What `migrations` takes.
#[derive(Debug, Args)]
pub struct Migrations {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print which migrations are applied, wait, or do not fit the history
    Status(Look),
    /// Check that folder and history agree: nothing edited, missing, failed or out of order
    Verify(verify::Arguments),
    /// Write the SQL of a plan, and its way back, as the next migration
    Create(create::Arguments),
}

/// Where migrations and their history are.
#[derive(Debug, Args)]
struct Look {
    /// The folder of migrations
    folder: PathBuf,
    /// The databases with the history; without them, the targets of schemascope.toml
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    #[command(flatten)]
    which: Which,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Which tool's migrations they are.
#[derive(Debug, Default, Args)]
struct Which {
    /// The tool, instead of recognising it: sqlx, golang-migrate, goose, dbmate, flyway, liquibase,
    /// prisma, diesel, supabase, rails, alembic or generic
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// The table of history, where it is not the tool's usual one
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// A target and what became of looking at it.
struct Looked {
    name: String,
    result: Result<Report, String>,
}

/// Runs what was asked for.
///
/// # Errors
/// Where the folder cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Migrations, json: bool) -> Result<Outcome, Error> {
    match &arguments.action {
        Action::Status(look) => status(setup, look, json).await,
        Action::Verify(arguments) => verify::run(setup, arguments, json).await,
        Action::Create(arguments) => create::run(setup, arguments, json).await,
    }
}

async fn status(setup: &Setup<'_>, look: &Look, json: bool) -> Result<Outcome, Error> {
    let looked = look_at(setup, look).await?;
    if json || look.format == Format::Json {
        setup
            .console
            .result(&document("migrations status", &looked, |report| outcome(report) == Outcome::Same))?;
    } else {
        for one in &looked {
            match &one.result {
                Ok(report) => {
                    setup.console.result(&text::status(&one.name, report, setup.console.paint()))?
                }
                Err(problem) => setup.console.error(&format!("{}: {problem}", one.name)),
            }
        }
    }
    Ok(worst(looked.iter().map(|one| one.result.as_ref().map_or(Outcome::Incomplete, outcome))))
}

/// What one report comes to: anything that waits or does not fit counts.
fn outcome(report: &Report) -> Outcome {
    let all_applied = report.migrations.iter().all(|entry| entry.state == State::Applied);
    if all_applied { Outcome::Same } else { Outcome::Drift }
}

fn worst(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    outcomes.max_by_key(|outcome| outcome.exit_status()).unwrap_or(Outcome::Same)
}

/// Looks at every target, one after the other.
async fn look_at(setup: &Setup<'_>, look: &Look) -> Result<Vec<Looked>, Error> {
    let listing = Listing::read(&look.folder).map_err(|error| failure(&error))?;
    let targets = setup.targets(&look.targets).await?;
    let mut looked = Vec::new();
    for target in targets {
        let result = report_of(setup, &listing, &look.which, &target).await.map_err(|trouble| trouble.text);
        looked.push(Looked { name: target.name, result });
    }
    setup.console.clear_progress();
    if let [Looked { result: Err(problem), .. }] = &looked[..] {
        return Err(Error::new(problem.clone(), ""));
    }
    Ok(looked)
}

/// Why a history could not be held against a folder.
pub(super) struct Trouble {
    /// What happened, and what to do.
    pub text: String,
    /// What kind of finding it is.
    pub code: FindingCode,
    /// The file that is to blame, if one is.
    pub file: Option<PathBuf>,
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Trouble { text, code: FindingCode::MigrationHistory, file: None }
    }
}

impl From<MigrationsError> for Trouble {
    fn from(error: MigrationsError) -> Self {
        let trouble = Trouble::from(with_hint(&error.to_string(), error.hint()));
        match error {
            MigrationsError::DuplicateVersion { second, .. } => {
                Trouble { code: FindingCode::MigrationDuplicate, file: Some(second), ..trouble }
            }
            MigrationsError::Malformed { file, .. } => Trouble { file: Some(file), ..trouble },
            _ => trouble,
        }
    }
}

/// How the migrations of a folder stand at a target.
///
/// # Errors
/// Where the folder or the history cannot be read, with what to do.
pub(super) async fn report_at(setup: &Setup<'_>, folder: &Path, target: &Named) -> Result<Report, Trouble> {
    let listing = Listing::read(folder)?;
    report_of(setup, &listing, &Which::default(), target).await
}

async fn report_of(
    setup: &Setup<'_>,
    listing: &Listing,
    which: &Which,
    target: &Named,
) -> Result<Report, Trouble> {
    setup.console.progress(&target.name, "reading the migration history", 0);
    let mut database = open(setup, target).await?;
    let wanted = Wanted { tool: which.tool.as_deref(), table: which.table.as_deref() };
    let found = migrations::history(listing, &mut database, &wanted).await;
    database.close().await;
    let (folder, history) = found?;
    let mut report = migrations::report(&folder, &history);
    migrations::explain(&folder, &history, &mut report);
    Ok(report)
}

/// A reading session on a target, whose password is asked for where there is somebody to ask.
async fn open(setup: &Setup<'_>, target: &Named) -> Result<Database, String> {
    let source = target.source.as_ref().map_err(Clone::clone)?;
    let text = |error: &MigrationsError| with_hint(&error.to_string(), error.hint());
    match Database::open(source).await {
        Err(error) if wants_password(&error) => match load::ask_password(setup.console, target).await {
            Some(Named { source: Ok(source), .. }) => {
                Database::open(&source).await.map_err(|error| text(&error))
            }
            _ => Err(text(&error)),
        },
        opened => opened.map_err(|error| text(&error)),
    }
}

fn wants_password(error: &MigrationsError) -> bool {
    matches!(error, MigrationsError::Source(SourceError::Connect(error)) if error.fault == Fault::PasswordWanted)
}

fn failure(error: &MigrationsError) -> Error {
    Error::new(error.to_string(), error.hint().unwrap_or_default())
}

/// A path for people: as short as it can be said from the folder that the command was started in.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    outcome: &'static str,
    targets: Vec<TargetDocument<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum TargetDocument<'a> {
    Read {
        name: &'a str,
        passes: bool,
        #[serde(flatten)]
        report: &'a Report,
    },
    Failed {
        name: &'a str,
        error: &'a str,
    },
}

/// The reports as JSON.
fn document(command: &'static str, looked: &[Looked], passes: impl Fn(&Report) -> bool) -> String {
    let targets = looked.iter().map(|one| match &one.result {
        Ok(report) => TargetDocument::Read { name: &one.name, passes: passes(report), report },
        Err(error) => TargetDocument::Failed { name: &one.name, error },
    });
    let targets: Vec<TargetDocument<'_>> = targets.collect();
    let failed = targets.iter().any(|target| matches!(target, TargetDocument::Failed { .. }));
    let pass = targets.iter().all(|target| matches!(target, TargetDocument::Read { passes: true, .. }));
    let outcome = match (failed, pass) {
        (true, _) => "incomplete",
        (_, true) => "pass",
        _ => "fail",
    };
    super::json(&Document { format: 1, command, outcome, targets })
}
