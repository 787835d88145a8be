//! `plan --check`: asks the side that a plan changes about its rows, and says what is in the way.

use std::time::Duration;

use super::{
    Error, load,
    sides::{Named, Setup, with_hint},
};
use crate::{
    plan::{Answer, Check, Plan},
    source::{Source, SourceError, ask::ask},
};

/// Puts every question of the plan to the database, and keeps the answers in the plan.
///
/// # Errors
/// Where the side is no live PostgreSQL database, or cannot be reached.
pub async fn run(setup: &Setup<'_>, plan: &mut Plan, side: &Named, time: Duration) -> Result<(), Error> {
    let failed = |error: &SourceError| {
        Error::new(format!("{}: {}", side.name, with_hint(&error.to_string(), error.hint())), "")
    };
    let source = side.source.as_ref().map_err(|problem| Error::new(problem.clone(), ""))?;
    if !matches!(source, Source::Postgres(_)) {
        return Err(Error::new(
            format!("{} has no rows to ask about: it is no live PostgreSQL database.", side.name),
            "Leave --check out, or name the database itself.",
        ));
    }
    let progress = |phase: &str, count: usize| setup.console.progress(&side.name, phase, count);
    match ask(source, checks(plan), time, &progress).await {
        Err(error) if error.wants_password() => {
            let Some(side) = load::ask_password(setup.console, side).await else {
                return Err(failed(&error));
            };
            let source = side.source.as_ref().map_err(|problem| Error::new(problem.clone(), ""))?;
            ask(source, checks(plan), time, &progress).await.map_err(|error| failed(&error))?;
        }
        result => result.map_err(|error| failed(&error))?,
    }
    setup.console.clear_progress();
    for check in checks(plan) {
        match &check.answer {
            Some(Answer::Count(0)) | None => {}
            Some(answer) => setup.console.note(&format!("{} {answer}", check.question)),
        }
    }
    Ok(())
}

fn checks(plan: &mut Plan) -> Vec<&mut Check> {
    plan.statements.iter_mut().filter_map(|statement| statement.check.as_mut()).collect()
}
