//! `schemascope migrations verify`: what has to hold between a folder and a history, check by check.

use std::fmt::Write;

use clap::Args;

use super::{Error, Format, Look, Outcome, Setup, document, look_at, text, worst};
use crate::{
    diff::Status,
    report::Paint,
    source::migrations::{Entry, Report, State},
};

/// What `migrations verify` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    look: Look,
    /// Let it fail as well where migrations wait to be applied
    #[arg(long)]
    no_pending: bool,
}

/// Checks and prints.
///
/// # Errors
/// Where the folder cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments, json: bool) -> Result<Outcome, Error> {
    let looked = look_at(setup, &arguments.look).await?;
    let passes = |report: &Report| passes(report, arguments.no_pending);
    if json || arguments.look.format == Format::Json {
        setup.console.result(&document("migrations verify", &looked, passes))?;
    } else {
        for one in &looked {
            match &one.result {
                Ok(report) => {
                    let text = checks(&one.name, report, arguments.no_pending, setup.console.paint());
                    setup.console.result(&text)?;
                }
                Err(problem) => setup.console.error(&format!("{}: {problem}", one.name)),
            }
        }
    }
    Ok(worst(looked.iter().map(|one| match &one.result {
        Ok(report) if passes(report) => Outcome::Same,
        Ok(_) => Outcome::Drift,
        Err(_) => Outcome::Incomplete,
    })))
}

fn passes(report: &Report, no_pending: bool) -> bool {
    report.wrong().next().is_none() && (report.waiting() == 0 || !no_pending)
}

/// What has to hold, with the state of those migrations that do not let it.
const CHECKS: [(State, &str); 4] = [
    (State::Edited, "no applied file was edited"),
    (State::Missing, "no applied file is missing"),
    (State::OutOfOrder, "none was passed over"),
    (State::Failed, "none failed half-way"),
];

fn checks(target: &str, report: &Report, no_pending: bool, paint: Paint) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", paint.bold(&crate::report::clean(&text::headline(target, report))));
    let mut check = |state: State, what: &str| {
        let offenders: Vec<&Entry> = report.migrations.iter().filter(|entry| entry.state == state).collect();
        if offenders.is_empty() {
            let _ = writeln!(text, "  {}  {what}", paint.status(Status::Same, "pass"));
            return;
        }
        let _ = writeln!(text, "  {}  {what}: {}", paint.status(Status::Extra, "FAIL"), offenders.len());
        for entry in offenders {
            let line = format!("{} {}", entry.version, entry.name);
            let _ = writeln!(text, "        {}", crate::report::clean(line.trim_end()));
            text.push_str(&text::reasons(entry, "          ", paint));
        }
    };
    for (state, what) in CHECKS {
        check(state, what);
    }
    if no_pending {
        check(State::Pending, "none waits to be applied");
    }
    let _ = writeln!(text, "{}", text::sum(report));
    text
}
