//! `schemascope apply`: runs a plan file on the target that it was made for.

mod left;
mod prepare;
mod text;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum};

use super::{Error, Outcome, sides::Setup};
use crate::{
    apply::{
        self, Ending, Event, Interrupt, Limits, Outcome as Ran, backup,
        journal::{self, Journal},
        record,
    },
    dialect::writer::Writer,
};
pub use prepare::read_plan;
use prepare::{Facts, Ready, prepare};

/// What stands below the help of `apply`.
pub const HELP: &str = "\
Only a plan file is run, as `plan --json` writes it, and only on a target whose schema still is the
one that the plan was made for. What will happen is shown first, and asked about.

Examples:
  schemascope plan schema.sql staging --safe --json > fix.json
  schemascope apply fix.json staging
  schemascope approve fix.json --by ann --reason 'incident 97'
  schemascope apply fix.json prod-eu --confirm prod-eu --backup schema --record

Exit status: 0 all was run and nothing of it is left to do, 1 all was run and the target still differs
in what the plan was for, 2 refused or failed, 130 interrupted by Ctrl-C, 143 by SIGTERM.";

/// What `apply` takes.
#[derive(Debug, Args)]
pub struct Apply {
    /// The plan, as `plan --json` wrote it
    plan: PathBuf,
    /// The database to change, or its name in schemascope.toml
    target: String,
    /// Do not ask, but for the name of a protected target
    #[arg(long, short)]
    yes: bool,
    /// The name of a protected target, in place of being asked for it
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Show what would happen, and end
    #[arg(long)]
    dry_run: bool,
    /// Run a plan that was not proven on a scratch copy
    #[arg(long)]
    unproven: bool,
    /// Make a backup first: of the schema alone, or of all
    #[arg(long, value_name = "EXTENT")]
    backup: Option<Extent>,
    /// Where the backup goes
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    backup_folder: PathBuf,
    /// How long a statement waits for a lock, as in 500ms or 5s; 0 is for ever
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration)]
    lock_timeout: Duration,
    /// How long a statement may take, as in 90s or 15m; 0 is for ever
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    statement_timeout: Duration,
    /// How often a transaction is tried again after a lock could not be had
    #[arg(long, value_name = "TIMES", default_value_t = 4)]
    retries: u32,
    /// Add a row about it to this table of the target; without a name, to schema_version
    #[arg(long, value_name = "TABLE", num_args = 0..=1, require_equals = true, default_missing_value = "schema_version")]
    record: Option<String>,
    /// The version that the row gets, instead of the moment
    #[arg(long, value_name = "VERSION", requires = "record")]
    release: Option<String>,
    /// The journal, instead of the one in the state folder
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// How much a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Extent {
    /// What `pg_dump --schema-only` prints
    Schema,
    /// What `pg_dump --format=custom` writes; for SQLite the whole file
    Full,
}

impl From<Extent> for backup::Extent {
    fn from(extent: Extent) -> Self {
        match extent {
            Extent::Schema => backup::Extent::Schema,
            Extent::Full => backup::Extent::Full,
        }
    }
}

/// A time as people write it: `500ms`, `5s`, `1m30s`.
fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let parsed =
        text.parse::<jiff::SignedDuration>().map_err(|_| "write it as 500ms, 5s or 15m".to_owned())?;
    Duration::try_from(parsed).map_err(|_| "a time cannot be negative".to_owned())
}

/// Checks, shows, asks, runs, and says what came of it.
///
/// # Errors
/// Where the plan is refused, or the result cannot be written.
pub async fn run(setup: &Setup<'_>, arguments: &Apply, json: bool) -> Result<Outcome, Error> {
    // From here on an interrupt is a wish that is granted where the state of the target is known.
    setup.console.hand_over();
    let ends = setup.console.ends();
    let interrupt = Interrupt::on(async move {
        ends.await;
    });
    let ready = tokio::select! {
        ready = prepare(setup, arguments, json) => ready?,
        () = interrupt.comes() => {
            setup.console.give_up_asking();
            setup.console.be_interrupted();
            return Err(Error::new("Interrupted. Nothing was run.", ""));
        }
    };
    match ready {
        Some(ready) => execute(setup, arguments, ready, &interrupt, json).await,
        None => Ok(Outcome::Same),
    }
}

/// Everything that a run leaves behind.
struct Finished {
    ran: Ran,
    /// What the target's schema has become, or why it is not known.
    after: Result<left::After, String>,
    /// What is left to do, or why it is not known.
    left: Result<left::Left, String>,
    /// What became of the row in the target, where one was asked for.
    recorded: Option<Result<(), String>>,
    /// What went wrong beside the plan.
    notes: Vec<String>,
    /// Where the journal is.
    journal: Option<PathBuf>,
}

async fn execute(
    setup: &Setup<'_>,
    arguments: &Apply,
    ready: Ready,
    interrupt: &Interrupt,
    json: bool,
) -> Result<Outcome, Error> {
    let Ready { facts, mut writer } = ready;
    let begun = (setup.now)();
    let id = format!("{begun}-{}", facts.file.hash.chars().take(12).collect::<String>());
    let mut notes = Vec::new();
    let mut journal = open_journal(setup, arguments, &mut notes);
    note_down(&mut journal, &line(&facts, arguments, &id, "begins", begun), &mut notes);
    let ran = run_plan(setup, arguments, &facts, &mut writer, interrupt).await;
    let recorded = match &arguments.record {
        Some(table) if ran.is_complete() => {
            Some(write_record(&mut writer, table, arguments, &facts, begun).await)
        }
        _ => None,
    };
    writer.close().await;
    let recorded_in = arguments.record.as_deref().filter(|_| matches!(recorded, Some(Ok(()))));
    let (after, left) = left::read(setup, &facts, recorded_in).await;
    let error = text::problem(&ran, &facts.file.plan);
    let ended = journal::Line {
        done: Some(ran.done),
        after: after.as_ref().ok().map(|after| after.fingerprint.as_str()),
        as_planned: after.as_ref().ok().and_then(|after| after.as_planned),
        error: error.as_deref(),
        ..line(&facts, arguments, &id, ran.word(), (setup.now)())
    };
    note_down(&mut journal, &ended, &mut notes);
    let journal = journal.map(|journal| journal.path().to_owned());
    let finished = Finished { ran, after, left, recorded, notes, journal };
    text::print(setup, &facts, &finished, json)?;
    if matches!(finished.ran.ending, Ending::Interrupted(_)) {
        setup.console.be_interrupted();
    }
    Ok(text::outcome(&finished))
}

/// Runs the statements, and says on standard error how far they are.
async fn run_plan(
    setup: &Setup<'_>,
    arguments: &Apply,
    facts: &Facts,
    writer: &mut Writer,
    interrupt: &Interrupt,
) -> Ran {
    let some = |time: Duration| (time > Duration::ZERO).then_some(time);
    let limits = Limits {
        lock: some(arguments.lock_timeout),
        statement: some(arguments.statement_timeout),
        retries: arguments.retries,
        pause: Duration::from_secs(1),
    };
    let plan = &facts.file.plan;
    let count = plan.statements.len();
    let words = |place: usize| text::first_line(&plan.statements[place].sql);
    let console = setup.console;
    let mut tell = |event: Event| match event {
        Event::Begins(place) => {
            console.progress(&facts.target.name, &format!("{} of {count}: {}", place + 1, words(place)), 0);
        }
        Event::Ended(place, took) => {
            let took = text::time(took);
            console.note(&format!("{:>4} of {count}  {took:>8}  {}", place + 1, words(place)));
        }
        Event::Committed(_) => console.note("              committed"),
        Event::Again(error, pause) => {
            let pause = text::time(pause);
            console
                .note(&format!("A lock could not be had ({error}). Rolled back; trying again in {pause}."));
        }
        Event::Cancelling => console.note("Interrupted: cancelling the statement on the server."),
    };
    let ran = apply::run(writer, plan, &limits, interrupt, &mut tell).await;
    console.clear_progress();
    ran
}

/// Adds the row about the run to a table of the target.
async fn write_record(
    writer: &mut Writer,
    table: &str,
    arguments: &Apply,
    facts: &Facts,
    begun: u64,
) -> Result<(), String> {
    let moment = crate::report::utc(begun);
    let name = arguments.plan.file_name().unwrap_or_default().to_string_lossy();
    let record = record::Record {
        table,
        version: arguments.release.as_deref().unwrap_or(&moment),
        checksum: &facts.file.hash,
        applied: &name,
    };
    record::record(writer, &record).await.map_err(|error| match error.detail {
        Some(detail) => format!("{}. {detail}", error.message),
        None => format!("{}.", error.message),
    })
}

fn open_journal(setup: &Setup<'_>, arguments: &Apply, notes: &mut Vec<String>) -> Option<Journal> {
    let Some(path) = journal_file(setup, arguments.journal.as_deref()) else {
        notes.push("There is no home folder, so no journal was kept. Name a file with --journal.".to_owned());
        return None;
    };
    match Journal::open(&path) {
        Ok(journal) => Some(journal),
        Err(error) => {
            notes.push(format!("The journal {} could not be opened: {error}.", path.display()));
            None
        }
    }
}

/// Where the journal is; nothing without a home folder.
pub fn journal_file(setup: &Setup<'_>, named: Option<&Path>) -> Option<PathBuf> {
    let usual = || setup.state_folder().map(|folder| folder.join("journal.jsonl"));
    named.map(Path::to_owned).or_else(usual)
}

/// Writes a line; a journal that cannot be written is told about, and stops nothing.
fn note_down(journal: &mut Option<Journal>, line: &journal::Line<'_>, notes: &mut Vec<String>) {
    if let Some(open) = journal
        && let Err(error) = open.add(line)
    {
        notes.push(format!("The journal {} could not be written: {error}.", open.path().display()));
        *journal = None;
    }
}

fn line<'a>(
    facts: &'a Facts,
    arguments: &'a Apply,
    run: &'a str,
    event: &'a str,
    at: u64,
) -> journal::Line<'a> {
    journal::Line {
        format: 1,
        run,
        event,
        at: apply::written(at),
        who: &facts.who,
        target: &facts.target.name,
        source: &facts.source,
        file: &arguments.plan,
        plan: &facts.file.hash,
        approved_by: facts.approved_by.iter().map(String::as_str).collect(),
        statements: facts.file.plan.statements.len(),
        done: None,
        before: &facts.before,
        after: None,
        as_planned: None,
        error: None,
        backup: facts.backup.as_deref(),
    }
}
