//! `schemascope history`: what targets looked like before, as earlier inspections saw them.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Error, Outcome, load,
    sides::{Setup, with_hint},
};
use crate::{
    report::{Changes, snapshot_text, utc},
    source::{
        history::{HistoryError, Inspection},
        inventory::{Layout, to_json},
    },
};

/// Shown below the options.
pub const HELP: &str = "\
Each time a command or the terminal reads a target of schemascope.toml, what it read is kept: the
newest 100 inspections of each target, or as many as the configuration says. What was read twice is
stored once. Each schemascope.toml has a history of its own: two may both call a database `prod`.

  [history]
  keep = 500        # 0 keeps nothing

A kept inspection can stand wherever a source can, as TARGET@MOMENT:
  prod@yesterday    the newest that is at least 24 hours old
  prod@6h           the same with 6 hours; also 90m, 2d, 1w
  prod@2026-11-20   the last of that day; prod@2026-11-20T03:00Z at that time (UTC)
  prod@~1           the one before the newest
  prod@1f0c62       the state whose hash begins so

Examples:
  schemascope history list prod
  schemascope history diff prod@yesterday
  schemascope diff schema.sql prod@2026-11-20";

/// What `history` takes.
#[derive(Debug, Args)]
pub struct History {
    /// What to do with what was kept.
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print which inspections were kept, newest first
    List {
        /// The target; without it, all of them with how much was kept
        target: Option<String>,
    },
    /// Print what a target was
    Show {
        /// Which inspection, for example prod@yesterday
        #[arg(value_name = "TARGET@MOMENT")]
        inspection: String,
    },
    /// Print what changed since an inspection
    Diff {
        /// Since which inspection, for example prod@yesterday
        #[arg(value_name = "TARGET@MOMENT")]
        since: String,
        /// Until when: another inspection or any source; without it, the target as it is now
        until: Option<String>,
    },
}

/// Prints what was kept, or what changed since.
///
/// # Errors
/// Where nothing of the kind was kept, or a target cannot be read.
pub async fn run(setup: &Setup<'_>, arguments: &History, json: bool) -> Result<Outcome, Error> {
    match &arguments.action {
        Action::List { target: None } => targets(setup, json),
        Action::List { target: Some(target) } => list(setup, target, json),
        Action::Show { inspection } => show(setup, inspection, json).await,
        Action::Diff { since, until } => diff(setup, since, until.as_deref(), json).await,
    }
}

fn targets(setup: &Setup<'_>, json: bool) -> Result<Outcome, Error> {
    let mut kept = Vec::new();
    for target in setup.history.targets() {
        let inspections = setup.history.list(&target).map_err(failed)?;
        kept.push((target, inspections));
    }
    let text = match (json, kept.is_empty()) {
        (true, _) => {
            let all = kept.iter().map(|(target, kept)| json!({ "target": target, "inspections": kept }));
            printed(&json!({ "targets": all.collect::<Vec<_>>() }))
        }
        (false, true) => {
            setup.console.note("Nothing was kept yet: inspections of the targets of schemascope.toml are.");
            String::new()
        }
        (false, false) => {
            let width = kept.iter().map(|(target, _)| target.chars().count()).max().unwrap_or_default();
            let line = |(target, kept): &(String, Vec<Inspection>)| {
                let newest = kept.iter().map(|it| it.taken_at).max().unwrap_or_default();
                format!("{target:width$}  {:>4} kept, the newest of {}\n", kept.len(), utc(newest))
            };
            kept.iter().map(line).collect()
        }
    };
    setup.console.result(&text)?;
    Ok(Outcome::Same)
}

fn list(setup: &Setup<'_>, target: &str, json: bool) -> Result<Outcome, Error> {
    let inspections = setup.history.list(target).map_err(failed)?;
    let text = if json {
        printed(&json!({ "target": target, "inspections": inspections }))
    } else {
        let mut lines = String::new();
        for (at, it) in inspections.iter().enumerate().rev() {
            let before = at.checked_sub(1).and_then(|before| inspections.get(before));
            let news = match before {
                None => "the oldest that is kept",
                Some(before) if before.content == it.content => "as before",
                Some(_) => "changed",
            };
            let hash = it.content.get(..12).unwrap_or(&it.content);
            lines.push_str(&format!("{}  {hash}  {:>6} objects  {news}\n", utc(it.taken_at), it.objects));
        }
        lines
    };
    setup.console.result(&text)?;
    Ok(Outcome::Same)
}

async fn show(setup: &Setup<'_>, inspection: &str, json: bool) -> Result<Outcome, Error> {
    let side = setup.kept_side(inspection).ok_or_else(|| unknown(inspection))?;
    let read = load::one(setup, &side).await?;
    let text = match json {
        true => to_json(&read.snapshot, Layout::Pretty),
        false => snapshot_text(&read.name, &read.snapshot, setup.console.paint()),
    };
    setup.console.result(&text)?;
    Ok(Outcome::Same)
}

async fn diff(setup: &Setup<'_>, since: &str, until: Option<&str>, json: bool) -> Result<Outcome, Error> {
    let side = setup.kept_side(since).ok_or_else(|| unknown(since))?;
    let target = since.rsplit_once('@').map_or(since, |(target, _)| target);
    // Read first: what is read now becomes the newest that is kept.
    let older = load::one(setup, &side).await?;
    let newer = load::one(setup, &setup.single(until.unwrap_or(target)).await?).await?;
    let drift = load::changes(&older.snapshot, &newer.snapshot, &setup.config.rules)
        .map_err(|problem| Error::new(problem, ""))?;
    let changes = Changes::between(&older.snapshot, &newer.snapshot, &drift);
    let text = match json {
        true => printed(&json!({ "since": older.name, "until": newer.name, "result": changes })),
        false => changes.page(&older.name, &newer.name, setup.console.paint()),
    };
    setup.console.result(&text)?;
    Ok(if changes.is_empty() { Outcome::Same } else { Outcome::Drift })
}

fn unknown(words: &str) -> Error {
    Error::new(
        format!("{words} names no inspection that was kept."),
        "Write it as TARGET@MOMENT, for example prod@yesterday; what there is: schemascope history list",
    )
}

fn failed(error: HistoryError) -> Error {
    let text = with_hint(&error.to_string(), Some(error.hint()));
    Error::new(text, "")
}

fn printed(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
