//! Reads all sides at the same time, asks for passwords, and compares.

use std::time::Duration;

use futures_util::future::join_all;

use super::{
    Error,
    console::Console,
    sides::{Named, Setup, with_hint},
};
use crate::{
    dialect::{self, Dialect, postgres::session::Fault},
    diff::{self, Baseline, Drift, Rules, Terms},
    model::{Shelf, Snapshot},
    report::{Compared, Comparison, Side, Target, counted},
    source::{self, LoadOptions, Source, SourceError},
};

/// Reads everything and compares each target with the canonical schema.
///
/// A target that cannot be read is part of the result; without a canonical schema there is none.
///
/// # Errors
/// Where the canonical schema cannot be read.
pub async fn compare(setup: &Setup<'_>, canonical: &Named, targets: &[Named]) -> Result<Comparison, Error> {
    let (canonical, targets) = load(setup, canonical, targets).await;
    let canonical = match canonical {
        (name, Ok(snapshot)) => Side { name, snapshot },
        (name, Err(problem)) => {
            for (name, target) in targets {
                if let Err(problem) = target {
                    setup.console.error(&format!("{name}: {problem}"));
                }
            }
            return Err(Error::new(format!("{name}: {problem}"), ""));
        }
    };
    let targets = targets.into_iter().map(|(name, snapshot)| {
        let result = snapshot.and_then(|snapshot| {
            let drift = drift(&canonical.snapshot, &snapshot, setup.terms(&name))?;
            Ok(Compared { snapshot, drift })
        });
        Target { name, result }
    });
    let targets = targets.collect();
    Ok(Comparison { canonical, targets })
}

/// Reads one source.
///
/// # Errors
/// Where it cannot be read.
pub async fn one(setup: &Setup<'_>, side: &Named) -> Result<Side, Error> {
    let ((name, result), _) = load(setup, side, &[]).await;
    match result {
        Ok(snapshot) => Ok(Side { name, snapshot }),
        Err(problem) => Err(Error::new(format!("{name}: {problem}"), "")),
    }
}

/// Reads a target and, if there is one, the canonical schema beside it; each with why it could not
/// be read, and what to do.
pub async fn beside(
    setup: &Setup<'_>,
    canonical: Option<&Named>,
    target: &Named,
) -> (Option<Result<Snapshot, String>>, Result<Snapshot, String>) {
    match canonical {
        None => {
            let ((_, target), _) = load(setup, target, &[]).await;
            (None, target)
        }
        Some(canonical) => {
            let ((_, canonical), targets) = load(setup, canonical, std::slice::from_ref(target)).await;
            let unread = || Err("It was not read.".to_owned());
            (Some(canonical), targets.into_iter().next().map_or_else(unread, |(_, target)| target))
        }
    }
}

/// What a side's name stands for: what was read, or why not, with what to do.
type Loaded = (String, Result<Snapshot, String>);

/// Databases and inventories are read first, and at the same time: what they are tells in which
/// engine, of which version, the scripts have to be run.
async fn load(setup: &Setup<'_>, canonical: &Named, targets: &[Named]) -> (Loaded, Vec<Loaded>) {
    // Also what is read after the rest shares what it can.
    let _shelf = Shelf::current();
    let sides: Vec<&Named> = std::iter::once(canonical).chain(targets).collect();
    let options = LoadOptions {
        scratch: setup.scratch.clone(),
        dialect: None,
        major: None,
        roles: setup.config.rules.roles,
        sizes: false,
    };
    let mut loaded: Vec<Option<Result<Snapshot, String>>> =
        read_all(setup, &sides, &options, |side| !is_script(side)).await;
    let example = loaded.iter().flatten().find_map(|side| side.as_ref().ok());
    // A database that could not be reached still says what its scripts are written in.
    let planned = sides.iter().find_map(|side| dialect_of(side));
    let options = LoadOptions {
        dialect: example
            .and_then(|snapshot| dialect::by_name(&snapshot.dialect))
            .map(Dialect::name)
            .or(planned),
        major: example
            .filter(|snapshot| snapshot.dialect == "postgres")
            .map(|it| it.server_version_num / 10_000),
        ..options
    };
    let scripts = read_all(setup, &sides, &options, is_script).await;
    for (side, script) in loaded.iter_mut().zip(scripts) {
        *side = side.take().or(script);
    }
    setup.console.clear_progress();
    let unread = || Err("It was not read.".to_owned());
    let named = sides.iter().zip(loaded);
    let mut named = named.map(|(side, result)| (side.name.clone(), result.unwrap_or_else(unread)));
    let canonical = named.next().unwrap_or_else(|| (canonical.name.clone(), unread()));
    (canonical, named.collect())
}

/// Reads those of the sides that are wanted, at the same time; the others stay none.
async fn read_all(
    setup: &Setup<'_>,
    sides: &[&Named],
    options: &LoadOptions,
    wanted: impl Fn(&Named) -> bool,
) -> Vec<Option<Result<Snapshot, String>>> {
    let reads = sides.iter().map(|side| {
        let wanted = wanted(side);
        async move { if wanted { Some(read(setup, side, options).await) } else { None } }
    });
    let mut results = join_all(reads).await;
    // Passwords are asked for one after the other, when nothing else is on the screen.
    for (side, result) in sides.iter().zip(&mut results) {
        if let Some(Err(Failure::PasswordWanted { .. })) = result
            && let Some(side) = ask_password(setup.console, side).await
        {
            *result = Some(read(setup, &side, options).await);
        }
    }
    let text = |failure: Failure| match failure {
        Failure::PasswordWanted { text } | Failure::Other { text } => text,
    };
    results.into_iter().map(|result| result.map(|result| result.map_err(text))).collect()
}

enum Failure {
    PasswordWanted { text: String },
    Other { text: String },
}

async fn read(setup: &Setup<'_>, side: &Named, options: &LoadOptions) -> Result<Snapshot, Failure> {
    let source = side.source.as_ref().map_err(|problem| Failure::Other { text: problem.clone() })?;
    let progress = |phase: &str, count: usize| {
        setup.stopwatch.mark(&side.name, phase);
        setup.console.progress(&side.name, phase, count);
    };
    setup.stopwatch.mark(&side.name, if source.is_live() { "connecting" } else { "opening" });
    let read = source::load(source, options, &progress).await;
    setup.stopwatch.mark(&side.name, "read");
    setup.console.detail(&account(setup, &side.name, read.as_ref().ok()));
    let read = read.map_err(|error| {
        let text = with_hint(&error.to_string(), error.hint());
        match error {
            SourceError::Connect(error) if error.fault == Fault::PasswordWanted => {
                Failure::PasswordWanted { text }
            }
            _ => Failure::Other { text },
        }
    })?;
    if side.target.is_some() && source.is_live() {
        keep(setup, &side.name, &read);
    }
    Ok(read)
}

/// How long a reading took, and its longest parts, the longest first.
fn account(setup: &Setup<'_>, name: &str, read: Option<&Snapshot>) -> String {
    let took = setup.stopwatch.took(name).unwrap_or_default();
    let mut phases: Vec<(String, Duration)> = setup.stopwatch.phases(name).into_iter().collect();
    phases.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    let longest = phases.iter().take(6);
    let phases: Vec<String> = longest.map(|(phase, took)| format!("{phase} {took:.1?}")).collect();
    let what = match read {
        Some(snapshot) => {
            let count = counted(snapshot.catalog.len(), "object");
            format!("{count} read from {} in {took:.1?}", snapshot.source)
        }
        None => format!("could not be read, after {took:.1?}"),
    };
    format!("{name}: {what} ({})", phases.join(", "))
}

/// Keeps what was read of a target of the configuration. That it cannot be kept is no reason to
/// fail.
fn keep(setup: &Setup<'_>, target: &str, snapshot: &Snapshot) {
    if let Err(error) = setup.history.keep(target, snapshot) {
        setup.console.note(&format!("The inspection of {target} was not kept. {error}"));
    }
}

/// The side with a password that the user typed, or none if there is nobody to ask.
pub async fn ask_password(console: &Console, side: &Named) -> Option<Named> {
    let Ok(Source::Postgres(url)) = &side.source else { return None };
    let question = format!("Password of {} for {} at {}: ", url.user(), url.database(), url.host_label());
    let password = console.ask_secret(&question).await?;
    let source = Ok(Source::Postgres(url.clone().with_password(password)));
    Some(Named { source, ..side.clone() })
}

/// What differs between two schemas of one dialect.
///
/// # Errors
/// Where they are schemas of different databases.
pub fn drift(canonical: &Snapshot, target: &Snapshot, terms: Terms<'_>) -> Result<Drift, String> {
    let dialect = dialect::by_name(&target.dialect).filter(|_| canonical.dialect == target.dialect);
    let Some(dialect) = dialect else {
        return Err(dialect::mismatch(&canonical.dialect, &target.dialect));
    };
    let changed = dialect::judgement(dialect, canonical, target);
    Ok(diff::judge(canonical, target, terms, &changed))
}

/// What changed from one look at a database to another: nobody has accepted anything of it yet.
///
/// # Errors
/// As [`drift`].
pub fn changes(older: &Snapshot, newer: &Snapshot, rules: &Rules) -> Result<Drift, String> {
    let terms = Terms { rules, baseline: &Baseline::default(), name: "", today: diff::day(newer.taken_at) };
    drift(older, newer, terms)
}

fn is_script(side: &Named) -> bool {
    side.source.as_ref().is_ok_and(Source::is_script)
}

fn dialect_of(side: &Named) -> Option<&'static str> {
    match side.source {
        Ok(Source::Postgres(_)) => Some("postgres"),
        Ok(Source::Sqlite(_)) => Some("sqlite"),
        _ => None,
    }
}
