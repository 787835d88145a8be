//! `schemascope diff`: prints where targets have drifted.

use clap::Args;

use super::{Error, Outcome, arguments::Sides, load, selection::Filter, sides::Setup};
use crate::report::{Comparison, comparison_json, comparison_text, counted};

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    sides: Sides,
    /// Which differences are printed; the others do not count for the exit status either.
    #[command(flatten)]
    filter: Filter,
}

/// Compares and prints.
///
/// # Errors
/// Where the canonical schema cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments, json: bool) -> Result<Outcome, Error> {
    let Arguments { sides, filter } = arguments;
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    let mut comparison = load::compare(setup, &canonical, &targets).await?;
    if !filter.is_empty() {
        narrow(setup, &mut comparison, filter);
    }
    let outcome = print(setup, &comparison, json);
    // The command ends here: the system takes the memory back faster than we could.
    std::mem::forget(comparison);
    outcome
}

/// Leaves only those of the differences that the filter lets through, and says that it did.
fn narrow(setup: &Setup<'_>, comparison: &mut Comparison, filter: &Filter) {
    let canonical = &comparison.canonical.snapshot;
    for target in &mut comparison.targets {
        let Ok(compared) = &mut target.result else { continue };
        let sides = [&canonical.catalog, &compared.snapshot.catalog];
        let left_out =
            compared.whole(canonical).filter(|(key, _)| !filter.fits(sides, &compared.drift, key)).count();
        let all = compared.drift.clone();
        compared.drift.differences.retain(|key, _| filter.fits(sides, &all, key));
        if left_out > 0 {
            let left_out = counted(left_out, "other difference");
            setup.console.note(&format!("{}: {left_out} not shown.", target.name));
        }
        for pattern in filter.idle(all.differences.keys()) {
            setup.console.note(&format!("{}: the pattern {pattern} fits no difference.", target.name));
        }
    }
}

/// Prints a comparison, and the errors of targets that could not be compared.
///
/// # Errors
/// Where the result cannot be written.
pub fn print(setup: &Setup<'_>, comparison: &Comparison, json: bool) -> Result<Outcome, Error> {
    let console = setup.console;
    for target in &comparison.targets {
        if let Err(problem) = &target.result {
            console.error(&format!("{}: {problem}", target.name));
        }
    }
    let text = if json { comparison_json(comparison) } else { comparison_text(comparison, console.paint()) };
    console.result(&text)?;
    Ok(comparison.outcome())
}
