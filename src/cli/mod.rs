//! One file a command, and what they share: the way from arguments to an exit status.
//!
//! Results go to standard output and everything else to standard error, so that a result can be
//! piped. Nothing here ends the process: `main` does.

mod apply;
mod approve;
pub mod arguments;
mod baseline;
mod check;
mod completions;
pub mod config;
mod console;
mod decision;
mod demo;
mod diff;
mod duration;
mod ending;
pub mod explain;
mod health;
mod history;
mod inventory;
mod load;
mod log;
mod look;
mod man;
mod migrations;
mod open;
mod plan;
mod renames;
mod selection;
mod serve;
mod sides;
mod smoke;
mod stopwatch;
mod verify;
mod watch;

use std::path::PathBuf;

use arguments::{Arguments, Command, Sides};
use console::Console;
use ending::Reason;
use sides::Setup;

pub use console::Streams;

use crate::{
    config::{Config, project_file},
    dialect::postgres::connect::Environment,
    report::Outcome,
    signal::Signal,
};

/// What the binary found around it. Nothing else looks at the process.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The environment.
    pub environment: Environment,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The folder that the command was started in.
    pub current_folder: PathBuf,
    /// The path of this program, which serves scratch engines as a child process.
    pub program: PathBuf,
    /// The three streams.
    pub streams: Streams,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
}

/// Why a command gave up: what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What was tried, and what happened, as full sentences.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: String,
}

impl Error {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Error { message: message.into(), hint: hint.into() }
    }

    /// What someone sees who starts the program for the first time, or in the wrong folder.
    fn first_run(config: &Config) -> Self {
        let message = match config.files.last() {
            None => "There is no schemascope.toml in this folder or in one above it.".to_owned(),
            Some(file) => format!("{} names no canonical schema.", file.display()),
        };
        Error::new(
            message,
            "
To look around, with nothing installed:
  schemascope demo

To compare a schema with a database:
  schemascope open schema.sql postgres://user@host/database

To have that under the one word schemascope, write a schemascope.toml:
  canonical = \"schema.sql\"

  [targets.production]
  url = \"postgres://user@host/database\"

All commands: schemascope --help",
        )
    }
}

/// Runs a command and gives its exit status: 0 no drift, 1 drift, 2 could not compare.
///
/// A signal ends it early, with 128 and the number of the signal; what it started is taken down either
/// way.
pub async fn run(arguments: Arguments, surroundings: &Surroundings) -> u8 {
    let console = Console::new(surroundings.streams, &arguments.global);
    if let Some(file) = &arguments.global.log
        && let Err(Error { message, hint }) = log::start(file)
    {
        console.error(&sides::with_hint(&message, Some(&hint)));
        return Outcome::Incomplete.exit_status();
    }
    let serves = matches!(arguments.command, Some(Command::Serve(_)));
    // Before the command does anything, or the system would end it in between.
    let ends = console.ends();
    let status = tokio::select! {
        result = dispatch(arguments, surroundings, &console) => match result {
            Ok(outcome) => outcome.exit_status(),
            Err(Error { message, hint }) => {
                console.error(&sides::with_hint(&message, Some(&hint)));
                Outcome::Incomplete.exit_status()
            }
        },
        reason = ended(&console, ends) => {
            console.give_up_asking();
            match (reason, console.limit().span) {
                (Reason::Late, Some(span)) => {
                    console.error(&sides::with_hint(
                        &format!("The command was not done after {span:?}, and was given up."),
                        Some("Give it more time with --timeout, or see with --verbose what takes so long."),
                    ));
                    Outcome::Incomplete.exit_status()
                }
                // A service that is stopped as services are has done its job.
                (Reason::Told(Signal::Terminate), _) if serves => {
                    console.note("Stopped, as asked.");
                    Outcome::Same.exit_status()
                }
                (Reason::Told(signal), _) => {
                    console.note("Interrupted.");
                    signal.exit_status()
                }
                (Reason::Late, None) => Outcome::Incomplete.exit_status(),
            }
        }
    };
    crate::scratch::shut_down().await;
    let status = console.was_interrupted().map_or(status, Signal::exit_status);
    tracing::info!(target: "schemascope::ended", status, millis = console.limit().millis());
    status
}

async fn dispatch(
    arguments: Arguments,
    surroundings: &Surroundings,
    console: &Console,
) -> Result<Outcome, Error> {
    let Arguments { global, command } = arguments;
    match &command {
        Some(Command::Config(arguments)) => return config::run(arguments, &global, surroundings, console),
        Some(Command::Completions(arguments)) => return completions::run(arguments, console),
        Some(Command::Man) => return man::run(console),
        Some(Command::Explain(arguments)) => return explain::run(console, arguments, global.json),
        _ => {}
    }
    if global.no_baseline && matches!(command, Some(Command::Baseline(_))) {
        let hint = "Leave --no-baseline out; --baseline FILE names another file.";
        return Err(Error::new(
            "The command baseline is about the baseline, and cannot do without it.",
            hint,
        ));
    }
    let setup = Setup::new(&global, surroundings, console)?;
    match command {
        Some(Command::Open(sides)) => open::run(&setup, &sides, global.json).await,
        Some(Command::Demo) => demo::run(&setup, global.json).await,
        Some(Command::Inspect(arguments)) => inventory::inspect(&setup, &arguments, global.json).await,
        Some(Command::Inventory(arguments)) => {
            inventory::run(&setup, &arguments, inventory::Form::Json).await
        }
        Some(Command::Verify(arguments)) => verify::run(&setup, &arguments, global.json).await,
        Some(Command::Diff(arguments)) => diff::run(&setup, &arguments, global.json).await,
        Some(Command::Baseline(arguments)) => baseline::run(&setup, &arguments, global.json).await,
        Some(Command::Plan(plan)) => plan::run(&setup, &plan, global.json).await,
        Some(Command::Apply(it)) => apply::run(&setup, &it, global.json).await,
        Some(Command::Approve(it)) => approve::run(&setup, &it, global.json),
        Some(Command::Decision(it)) => decision::run(&setup, &it, global.json),
        Some(Command::Migrations(it)) => migrations::run(&setup, &it, global.json).await,
        Some(Command::History(history)) => history::run(&setup, &history, global.json).await,
        Some(Command::Smoke(smoke)) => smoke::run(&setup, &smoke, global.json).await,
        Some(Command::Health(health)) => health::run(&setup, &health).await,
        Some(Command::Serve(serve)) => serve::run(&setup, &serve).await,
        Some(Command::Watch(watch)) => watch::run(&setup, &watch, global.json).await,
        Some(
            Command::Config(_)
            | Command::Completions(_)
            | Command::Man
            | Command::Explain(_)
            | Command::Engine,
        ) => Err(Error::new("The engine is started by schemascope itself.", "")),
        None => {
            let without_words = Sides { canonical: None, targets: Vec::new() };
            let is_first = setup.config.canonical.is_none()
                && global.config.is_none()
                && project_file(&surroundings.current_folder).is_none();
            if is_first && !global.json && console.is_interactive() {
                if !open::first_run(&setup).await? {
                    return Ok(Outcome::Same);
                }
                let setup = Setup::new(&global, surroundings, console)?;
                return open::run(&setup, &without_words, false).await;
            }
            open::run(&setup, &without_words, global.json).await
        }
    }
}

/// A document of a command as JSON. Strings and maps with text keys always have a JSON form; should
/// one not, the text says so.
fn json(document: &impl serde::Serialize) -> String {
    match serde_json::to_string_pretty(document) {
        Ok(json) => json + "\n",
        Err(error) => format!("{{\"error\": {:?}}}\n", error.to_string()),
    }
}

/// Returns when the command has to end before it is done, unless it hears that itself: the terminal
/// gives the screen back first, and `apply` leaves a known state behind.
async fn ended(console: &Console, ends: impl Future<Output = Reason>) -> Reason {
    let reason = ends.await;
    if console.is_handed_over() {
        std::future::pending::<()>().await;
    }
    reason
}
