//! `schemascope health`: one answer about targets, component by component.

use std::path::PathBuf;

use clap::Args;
use futures_util::future::join_all;

use super::{Error, Outcome, look::Look, sides::Setup};
use crate::report::health::{Health, State, answer};

/// Shown below the options.
pub const HELP: &str = "\
The answer is JSON: for each target its connectivity with the response time, the tables and
functions that have to be there, row security and policies, the count of differences, how the
migrations of the folder stand that [verify] of schemascope.toml names, and the age of what was read.

What has to be there is what canonical has, or what schemascope.toml says:
  [health]
  require = [\"table:public.users\", \"function:public.is_member*\"]
  drift = \"fail\"          # ignore, warn (the default) or fail

Examples:
  schemascope health
  schemascope health prod-eu prod-us --canonical schema.sql
  schemascope health postgres://app@db.example/app --no-canonical

Exit status: 0 pass or warn, 1 fail, 2 a target did not answer.";

/// What `health` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The databases: URLs or names in schemascope.toml; without any, all of its targets
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The schema that the targets ought to have; without it, that of schemascope.toml
    #[arg(long, value_name = "CANONICAL", conflicts_with = "no_canonical")]
    canonical: Option<String>,
    /// Compare with nothing
    #[arg(long)]
    no_canonical: bool,
    /// Write to this file instead of standard output; it is written whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Looks at all targets at the same time, and answers.
///
/// # Errors
/// Where there is no target, or the answer cannot be written.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments) -> Result<Outcome, Error> {
    let canonical = setup.canonical_for(arguments.canonical.as_deref(), arguments.no_canonical).await?;
    let targets = setup.targets(&arguments.targets).await?;
    let looks = join_all(targets.iter().map(|target| Look::at(setup, canonical.as_ref(), target))).await;
    setup.console.clear_progress();
    let healths: Vec<Health> = looks.iter().map(|look| look.health(setup)).collect();
    setup.deliver(&format!("{:#}\n", answer(&healths)), arguments.output.as_deref())?;
    if looks.iter().any(|look| look.read.is_err()) {
        return Ok(Outcome::Incomplete);
    }
    let fails = healths.iter().any(|health| health.status == State::Fail);
    Ok(if fails { Outcome::Drift } else { Outcome::Same })
}
