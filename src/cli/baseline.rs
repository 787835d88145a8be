//! `schemascope baseline`: accepts differences, lists what is accepted, and takes out what no longer is.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{
    Error, Outcome,
    arguments::Sides,
    load,
    selection::{self, Selection},
    sides::Setup,
};
use crate::{
    config::{accept, take_back},
    dialect,
    diff::{Accepted, Standing, day},
    model::Key,
    plan::Request,
    report::{Comparison, baseline_json, baseline_text},
};

pub(super) const HELP: &str = "\
A baseline is a file of differences that are known and accepted, each with its reason. Commands
count and list them as accepted, and do not fail because of them. An accepted difference comes back
when its last day is over, and when it is no longer the difference that was accepted.

Examples:
  schemascope baseline add schema.sql prod-eu --only 'table:public.orders_backup' \\
      --reason 'dropped with release 12' --until 2026-12-31
  schemascope baseline add --all --reason 'as we found it'     all targets of schemascope.toml
  schemascope baseline list
  schemascope baseline prune";

/// What `baseline` takes.
#[derive(Debug, Args)]
pub struct Baseline {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Accept differences of targets, as they are now
    Add(Add),
    /// Print what is accepted
    List,
    /// Take out what is over, and what fits no difference any more
    Prune(Prune),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    sides: Sides,
    #[command(flatten)]
    selection: Selection,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The last day on which they are accepted, as in 2026-12-31; by default for good
    #[arg(long, value_name = "DAY")]
    until: Option<Date>,
    /// Who accepts them; by default the name of the user
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Accept the patterns of --only themselves, at every target: also what will fit them later
    #[arg(long, requires = "only", conflicts_with_all = ["all", "safe", "except"])]
    pattern: bool,
}

#[derive(Debug, Args)]
struct Prune {
    #[command(flatten)]
    sides: Sides,
    /// Say what would be taken out, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Does what was asked for with the baseline.
///
/// # Errors
/// Where a side cannot be read, nothing was selected, or the file not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Baseline, json: bool) -> Result<Outcome, Error> {
    match &arguments.action {
        Action::Add(add) => self::add(setup, add).await,
        Action::List => list(setup, json),
        Action::Prune(prune) => self::prune(setup, prune).await,
    }
}

async fn add(setup: &Setup<'_>, arguments: &Add) -> Result<Outcome, Error> {
    if arguments.reason.trim().is_empty() {
        return Err(Error::new(
            "The reason is empty.",
            "Say with --reason why the differences are accepted.",
        ));
    }
    let user = || setup.environment().variable("USER").map(str::to_owned);
    let signed = |entry: Accepted| Accepted {
        by: arguments.by.clone().or_else(user),
        since: Some(day((setup.now)())),
        until: arguments.until,
        ..entry
    };
    let entries: Vec<Accepted> = if arguments.pattern {
        let patterns = arguments.selection.filter.only.iter();
        patterns.map(|pattern| signed(Accepted::like(pattern, &arguments.reason))).collect()
    } else {
        selection::require(&arguments.selection)?;
        let sides = &arguments.sides;
        let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
        let comparison = load::compare(setup, &canonical, &targets).await?;
        exactly(setup, &comparison, arguments)?.into_iter().map(signed).collect()
    };
    if entries.is_empty() {
        setup.console.note("No open difference was selected: nothing was added.");
        return Ok(Outcome::Same);
    }
    accept(&setup.baseline_file, &entries).map_err(|error| Error::new(error.to_string(), ""))?;
    for entry in &entries {
        setup.console.result(&format!("{}\n", crate::report::clean(&entry.key)))?;
    }
    let file = setup.baseline_file.display();
    setup.console.note(&format!("{} written to {file}.", differences(entries.len())));
    Ok(Outcome::Same)
}

/// An entry for each selected difference of each target, as it is now. One that is alike at several
/// targets is one entry for all of them only if it is alike at all of them.
fn exactly(setup: &Setup<'_>, comparison: &Comparison, arguments: &Add) -> Result<Vec<Accepted>, Error> {
    let canonical = &comparison.canonical.snapshot;
    let dialect = dialect::by_name(&canonical.dialect)
        .ok_or_else(|| Error::new("The dialect of the schema is not known.", ""))?;
    let file = selection::read(&arguments.selection)?;
    let mut entries: Vec<Accepted> = Vec::new();
    for target in &comparison.targets {
        let compared = target
            .result
            .as_ref()
            .map_err(|problem| Error::new(format!("{}: {problem}", target.name), "Nothing was accepted."))?;
        let nothing = BTreeSet::new();
        let request = Request::new(dialect, canonical, &compared.snapshot, &compared.drift, &nothing);
        let selected =
            selection::select(setup, &arguments.selection, file.as_ref(), &request, &compared.drift);
        for pattern in &selected.idle_patterns {
            setup.console.note(&format!("{}: the pattern {pattern} fits no difference.", target.name));
        }
        let whole: BTreeSet<&Key> = compared.whole(canonical).map(|(key, _)| key).collect();
        for key in selected.keys.iter().filter(|key| whole.contains(key)) {
            if selected.parts.contains_key(key) {
                setup.console.note(&format!("left out: {key}: only whole differences can be accepted."));
                continue;
            }
            let entry =
                Accepted::exactly(key, &compared.drift, canonical, &compared.snapshot, &arguments.reason);
            entries.push(Accepted { target: Some(target.name.clone()), ..entry });
        }
    }
    Ok(entries)
}

fn list(setup: &Setup<'_>, json: bool) -> Result<Outcome, Error> {
    let today = day((setup.now)());
    let text = match json {
        true => baseline_json(&setup.baseline, today),
        false => baseline_text(&setup.baseline, today, setup.console.paint()),
    };
    setup.console.result(&text)?;
    Ok(Outcome::Same)
}

async fn prune(setup: &Setup<'_>, arguments: &Prune) -> Result<Outcome, Error> {
    let sides = &arguments.sides;
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    let comparison = load::compare(setup, &canonical, &targets).await?;
    let mut drifts = Vec::new();
    for target in &comparison.targets {
        match &target.result {
            Ok(compared) => drifts.push(&compared.drift),
            Err(problem) => {
                let message = format!("{}: {problem}", target.name);
                return Err(Error::new(
                    message,
                    "Without it nobody knows what is still needed: nothing was taken out.",
                ));
            }
        }
    }
    let read: Vec<&str> = comparison.targets.iter().map(|target| target.name.as_str()).collect();
    let mut over = setup.baseline.idle(drifts.iter().copied());
    // Whether a migration still has to be accepted is said by a history, which is not read here.
    over.retain(|at| !setup.baseline.accepted[*at].key.starts_with("migration:"));
    // What is meant for targets that were not read may still be needed there.
    over.retain(|at| read.iter().any(|name| setup.baseline.accepted[*at].is_for(name)));
    let today = day((setup.now)());
    let expired = setup.baseline.accepted.iter().enumerate().filter(|(_, entry)| entry.is_expired(today));
    let changed = drifts.iter().flat_map(|drift| drift.differences.values());
    let changed = changed.filter_map(|difference| difference.acceptance.as_ref());
    let changed = changed.filter(|acceptance| acceptance.standing == Standing::Changed);
    let over: BTreeSet<usize> = over
        .into_iter()
        .chain(expired.map(|(at, _)| at))
        .chain(changed.map(|acceptance| acceptance.entry))
        .collect();
    let over: Vec<usize> = over.into_iter().collect();
    for at in &over {
        setup.console.result(&format!("{}\n", crate::report::clean(&setup.baseline.accepted[*at].key)))?;
    }
    match (over.is_empty(), arguments.dry_run) {
        (true, _) => setup.console.note("Everything in the baseline is still needed."),
        (false, true) => setup.console.note(&format!("{} would be taken out.", differences(over.len()))),
        (false, false) => {
            let over: Vec<Accepted> = over.iter().map(|at| setup.baseline.accepted[*at].clone()).collect();
            take_back(&setup.baseline_file, &over).map_err(|error| Error::new(error.to_string(), ""))?;
            let file = setup.baseline_file.display();
            setup.console.note(&format!("{} taken out of {file}.", differences(over.len())));
        }
    }
    Ok(Outcome::Same)
}

fn differences(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
