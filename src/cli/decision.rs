//! `schemascope decision`: the record of what was decided about drift, for a changelog.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;

use super::{
    Error, Outcome,
    apply::{journal_file, read_plan},
    console::write_file,
    sides::Setup,
};
use crate::{
    apply::{
        approval::{Approval, Approvals},
        journal,
    },
    plan::Decisions,
    report::{Agreed, Decision, Done, decision, enter},
};

/// What stands below the help of `decision`.
pub const HELP: &str = "\
The record is Markdown: who decided and why, which differences the plan closes, which are accepted and
which stay open, the hazards, the proof, the approvals beside the plan, and how it was run, as the journal
of apply has it. With --into it goes into a file, below the heading \"Unreleased\" where there is one, and
takes the place of an earlier record of the same plan: write it when you decide, and again when it is done.

Example:
  schemascope decision fix.json --title 'Incident 97' --reason 'the hotfix of May is not kept' --into CHANGELOG.md";

/// What `decision` takes.
#[derive(Debug, Args)]
#[command(name = "decision")]
pub struct Arguments {
    /// The plan, as `plan --json` wrote it
    plan: PathBuf,
    /// Why it was decided so
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who decided
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// What the record is called: an incident, a ticket
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Put the record into this Markdown file in place of printing it; it is made if it is not there
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// The journal of apply, instead of the one in the state folder
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// Prints the record, or puts it into a file.
///
/// # Errors
/// Where the plan is none, was edited, or a file cannot be read or written.
pub fn run(setup: &Setup<'_>, arguments: &Arguments, json: bool) -> Result<Outcome, Error> {
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(reason) = text(&arguments.reason) else {
        return Err(Error::new("A decision says why.", "schemascope decision PLAN --reason 'why'"));
    };
    let file = read_plan(&arguments.plan)?;
    let approvals = Approvals::read(&arguments.plan)
        .map_err(|error| Error::new(error.to_string(), "Repair or remove it."))?;
    let agreed: fn(&Approval) -> Agreed<'_> = |it| Agreed { by: &it.by, reason: &it.reason, at: &it.at };
    let (title, by) = (arguments.title.as_deref().and_then(text), arguments.by.as_deref().and_then(text));
    let at = crate::apply::written((setup.now)());
    let record = Decision {
        file: &file,
        title: title.as_deref(),
        by: by.as_deref(),
        reason: &reason,
        at: &at,
        agreed: approvals.of(&file.hash).map(agreed).collect(),
        done: runs(journal_file(setup, arguments.journal.as_deref()).as_deref(), &file.hash),
    };
    let markdown = decision(&record);
    if let Some(into) = &arguments.into {
        write_file(into, &enter(&existing(into)?, &file.hash, &markdown))?;
        setup.console.note(&format!("{} has the record of the decision.", into.display()));
    }
    if json {
        setup.console.result(&super::json(&Document {
            format: 1,
            command: "decision",
            plan: &file.hash,
            decided_at: &at,
            by: by.as_deref(),
            reason: &reason,
            decisions: &file.decisions,
            markdown: &markdown,
        }))?;
    } else if arguments.into.is_none() {
        setup.console.result(&markdown)?;
    }
    Ok(Outcome::Same)
}

/// The last run of a plan on each database.
fn runs(journal: Option<&Path>, plan: &str) -> Vec<Done> {
    let entries = journal.map(|path| journal::entries(path, plan)).unwrap_or_default();
    let last: BTreeMap<String, Done> = entries
        .into_iter()
        .map(|entry| {
            let journal::Entry { target, event, at, who, done, after, as_planned, error, .. } = entry;
            let done = done.unwrap_or_default();
            (target.clone(), Done { target, event, at, who, done, after, as_planned, error })
        })
        .collect();
    last.into_values().collect()
}

/// The text of the file that the record goes into; a new one begins with a heading.
fn existing(path: &Path) -> Result<String, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok("# Decisions about the schema\n".to_owned())
        }
        Err(error) => {
            let hint = "The record goes into a Markdown file in UTF-8; without --into it is printed.";
            Err(Error::new(format!("{} could not be read: {error}.", path.display()), hint))
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    plan: &'a str,
    decided_at: &'a str,
    by: Option<&'a str>,
    reason: &'a str,
    decisions: &'a Decisions,
    markdown: &'a str,
}
