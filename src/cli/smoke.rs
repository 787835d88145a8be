//! `schemascope smoke`: tries out on live databases who can do what.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;

use super::{
    Error, Outcome, load,
    sides::{Named, Setup, with_hint},
};
use crate::{
    dialect::{
        self,
        postgres::{
            session::{Limits, ServerError},
            trial::Trial,
        },
    },
    model::Snapshot,
    smoke::report,
    smoke::{self, Report},
    source::Source,
};

/// Shown below the options.
pub const HELP: &str = "\
For each role, table, view and function the thing is tried for real, as that role (SET ROLE), and
what comes of it is compared with what comes of it on a scratch copy of the canonical schema. A
privilege that canonical leaves open is taken to be as the target has it. Beyond that, extensions
are asked for something, and rows of foreign keys for their parents.

The transaction is read-only on the server's side. With --writes, or `writes = true`, one row of
defaults is inserted into each table, to see what row security says to it, and rolled back;
triggers run, and numbers of sequences are used up.

What to expect beyond canonical stands in schemascope.toml:
  [smoke]
  roles = [\"anon\", \"authenticated\"]

  [smoke.claims.authenticated]       # what policies read from request.jwt.claims
  sub = \"00000000-0000-0000-0000-000000000001\"

  [[smoke.expect]]
  role = \"anon\"
  on = \"table:public.*\"
  may-not = [\"insert\", \"update\", \"delete\"]

  [[smoke.check]]
  name = \"a stranger sees no profile\"
  role = \"authenticated\"
  sql = \"SELECT FROM public.user_profiles\"
  expect = \"no-rows\"               # allowed, denied, rows, no-rows, fails

Examples:
  schemascope smoke prod-eu
  schemascope smoke prod-eu prod-us --role anon --role authenticated --json
  schemascope smoke postgres://app@db.example/app --canonical schema.sql

Exit status: 0 all passed, 1 something failed, 2 something could not be tried.";

/// What `smoke` takes.
#[derive(Debug, Args)]
pub struct Smoke {
    /// The databases to try: URLs or names in schemascope.toml; without any, all of its targets
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The schema that says who may do what; without it, that of schemascope.toml
    #[arg(long, value_name = "CANONICAL", conflicts_with = "no_canonical")]
    canonical: Option<String>,
    /// Expect nothing but what [smoke] says
    #[arg(long)]
    no_canonical: bool,
    /// Try as this role; without it, those of [smoke], else all that grants and policies name
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<String>,
    /// Try only objects like this, as in `table:public.*`
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Insert a row of defaults into each table, and roll it back
    #[arg(long)]
    writes: bool,
    /// Print what passed as well
    #[arg(long)]
    all: bool,
    /// Write to this file instead of standard output; it is written whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Tries out each target, one after the other.
///
/// # Errors
/// Where there is no target, or the canonical schema cannot be read.
pub async fn run(setup: &Setup<'_>, arguments: &Smoke, json: bool) -> Result<Outcome, Error> {
    let mut config = setup.config.smoke.clone();
    if !arguments.roles.is_empty() {
        config.roles.clone_from(&arguments.roles);
    }
    if !arguments.only.is_empty() {
        config.only.clone_from(&arguments.only);
    }
    config.writes |= arguments.writes;
    let canonical = setup.canonical_for(arguments.canonical.as_deref(), arguments.no_canonical).await?;
    let targets = setup.targets(&arguments.targets).await?;
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    for target in &targets {
        match one(setup, canonical.as_ref(), target, &config).await {
            Ok(report) => reports.push(report),
            Err(problem) => {
                setup.console.error(&format!("{}: {problem}", target.name));
                failures.push((target.name.clone(), problem));
            }
        }
    }
    setup.console.clear_progress();
    let text = match json {
        true => report::json(&reports, &failures),
        false => {
            reports.iter().map(|report| report::text(report, arguments.all, setup.console.paint())).collect()
        }
    };
    setup.deliver(&text, arguments.output.as_deref())?;
    let outcomes = reports.iter().map(|report| match report.outcome() {
        smoke::Outcome::Pass => Outcome::Same,
        smoke::Outcome::Fail => Outcome::Drift,
        smoke::Outcome::Unknown => Outcome::Incomplete,
    });
    let failed = failures.first().map(|_| Outcome::Incomplete);
    Ok(outcomes.chain(failed).max().unwrap_or(Outcome::Same))
}

/// What came of one target; or why nothing did, with what to do.
async fn one(
    setup: &Setup<'_>,
    canonical: Option<&Named>,
    target: &Named,
    config: &crate::config::smoke::Smoke,
) -> Result<Report, String> {
    let name = canonical.map_or("", |canonical| canonical.name.as_str());
    let (canonical, live) = load::beside(setup, canonical, target).await;
    let live = live?;
    let canonical = canonical.transpose()?;
    let Ok(Source::Postgres(url)) = &target.source else {
        return Err("Only PostgreSQL databases have roles to try.\nName a postgres:// URL.".to_owned());
    };
    let Some(dialect) = dialect::by_name(&live.dialect) else {
        return Err("The dialect is not known.".to_owned());
    };
    let schema: Snapshot = match &canonical {
        Some(canonical) if canonical.dialect == live.dialect => {
            smoke::expected_schema(canonical, &live, &setup.config.rules)
        }
        Some(canonical) => {
            return Err(format!(
                "A {} schema says nothing about a {} database.",
                canonical.dialect, live.dialect
            ));
        }
        None => live.clone(),
    };
    let probes = smoke::probes(&schema.catalog, config);
    let roles = smoke::roles(dialect, &schema.catalog, config);
    setup.console.progress(&target.name, "trying it out", probes.len() * roles.len());
    let limits = Limits { statement: Duration::from_secs(10), ..Limits::default() };
    let mut trial = Trial::on_target(url, &limits, config.writes)
        .await
        .map_err(|error| with_hint(&error.message, Some(&error.hint)))?;
    let begun = Instant::now();
    let lost = |error: ServerError| format!("The target went away in the middle of it: {error}.\nTry again.");
    let attributes = smoke::attributes(&mut trial).await.map_err(lost)?;
    let seen = smoke::observe(&mut trial, &probes, &roles, config).await.map_err(lost)?;
    trial.become_role(None, &[]).await.map_err(lost)?;
    let mut rest =
        smoke::extensions::check(&mut trial, &live.catalog, canonical.as_ref().map(|it| &it.catalog))
            .await
            .map_err(lost)?;
    rest.extend(smoke::foreign_keys::check(&mut trial, config).await.map_err(lost)?);
    rest.extend(smoke::own::check(&mut trial, config).await.map_err(lost)?);
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let server_version = trial.server_version().to_owned();
    trial.close().await;

    let expected = match &canonical {
        None => None,
        Some(_) => {
            setup.console.progress(&target.name, "trying out the canonical schema in a scratch engine", 0);
            let expected =
                smoke::expected(dialect, &schema, &attributes, &probes, &roles, config, &setup.scratch)
                    .await?;
            Some(expected)
        }
    };
    let mut checks = Vec::new();
    for ((role, at), observed) in &seen {
        let Some(probe) = probes.get(*at) else { continue };
        let wanted = expected.as_ref().and_then(|(verdicts, _)| verdicts.get(&(role.clone(), *at)));
        checks.push(smoke::judge(probe, role, observed, wanted.map(|it| &it.verdict), &config.expect));
    }
    checks.extend(rest);
    let expected_from = expected.map(|(_, engine)| format!("{name} on {engine}"));
    Ok(Report {
        target: target.name.clone(),
        server_version,
        expected_from,
        writes: config.writes,
        roles,
        checks,
        millis,
    })
}
