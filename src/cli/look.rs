//! One look at one target: how fast it answers, what it is, how it differs.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use super::{
    load,
    migrations::report_at,
    sides::{Named, Setup},
};
use crate::{
    config::operation::Gravity,
    diff::Drift,
    model::Snapshot,
    report::{
        Compared,
        health::{self, Health, Migrations, State},
    },
    source::{self, Source, migrations::State as Applied},
};

/// What one look gave.
pub struct Look {
    /// The target.
    pub name: String,
    /// How long the server took to let us in, in milliseconds; or why it did not.
    pub answered: Result<u64, String>,
    /// What was read, and how it differs from canonical; or why nothing was.
    pub read: Result<Compared, String>,
    /// The canonical schema, if there is one and it could be read.
    pub canonical: Option<Snapshot>,
    /// How the migrations stand there, or why nobody knows; nothing where no folder was named.
    pub migrations: Option<Result<Migrations, String>>,
    /// How long the look took.
    pub took: Duration,
}

impl Look {
    /// Looks at a target, and at the canonical schema beside it.
    pub async fn at(setup: &Setup<'_>, canonical: Option<&Named>, target: &Named) -> Look {
        let begun = Instant::now();
        let answered = answered(target).await;
        let (canonical, read) = match &answered {
            Err(problem) => (None, Err(problem.clone())),
            Ok(_) => {
                let (canonical, read) = load::beside(setup, canonical, target).await;
                match canonical.transpose() {
                    Err(problem) => (None, Err(format!("The canonical schema could not be read. {problem}"))),
                    Ok(canonical) => {
                        let compared = read
                            .and_then(|snapshot| compared(setup, &target.name, canonical.as_ref(), snapshot));
                        (canonical, compared)
                    }
                }
            }
        };
        let migrations = match (&read, &setup.config.verify.migrations) {
            (Ok(_), Some(folder)) => migrations(setup, folder, target).await,
            _ => None,
        };
        Look { name: target.name.clone(), answered, read, canonical, migrations, took: begun.elapsed() }
    }

    /// How the target is.
    pub fn health(&self, setup: &Setup<'_>) -> Health {
        Health::of(&health::Look {
            target: &self.name,
            answered: self.answered.as_ref().copied().map_err(String::as_str),
            read: self.read.as_ref().map_err(String::as_str),
            canonical: self.canonical.as_ref(),
            required: &setup.config.health.require,
            drift: match setup.config.health.drift {
                Gravity::Ignore => State::Pass,
                Gravity::Warn => State::Warn,
                Gravity::Fail => State::Fail,
            },
            migrations: self.migrations.as_ref().map(|it| it.as_ref().map_err(String::as_str)),
            now: (setup.now)(),
        })
    }
}

/// How the migrations of a folder stand at a target, where that is a database.
async fn migrations(setup: &Setup<'_>, folder: &Path, target: &Named) -> Option<Result<Migrations, String>> {
    if !target.source.as_ref().is_ok_and(Source::is_live) {
        return None;
    }
    let report = match report_at(setup, folder, target).await {
        Ok(report) => report,
        Err(trouble) => return Some(Err(trouble.text)),
    };
    let mut found = Migrations::default();
    for entry in report.migrations {
        match entry.state {
            Applied::Applied => found.applied += 1,
            Applied::Pending => found.pending.push(entry.version),
            Applied::OutOfOrder => found.out_of_order.push(entry.version),
            Applied::Missing | Applied::Edited | Applied::Failed => {
                found.misfits.push(format!("{}: {}", entry.version, entry.state.words()));
            }
        }
    }
    Some(Ok(found))
}

fn compared(
    setup: &Setup<'_>,
    name: &str,
    canonical: Option<&Snapshot>,
    snapshot: Snapshot,
) -> Result<Compared, String> {
    let drift = match canonical {
        Some(canonical) => load::drift(canonical, &snapshot, setup.terms(name))?,
        None => Drift::default(),
    };
    Ok(Compared { snapshot, drift })
}

/// How long a server takes to let us in, in milliseconds. What is no server answers at once.
async fn answered(target: &Named) -> Result<u64, String> {
    let source = target.source.as_ref().map_err(Clone::clone)?;
    let Source::Postgres(_) = source else { return Ok(0) };
    let begun = Instant::now();
    let answer = source::ping(source).await;
    let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    answer.map(|()| millis).map_err(|error| super::sides::with_hint(&error.to_string(), error.hint()))
}
