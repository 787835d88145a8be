//! `schemascope diff`: prints where targets have drifted.

use super::{Error, Outcome, arguments::Sides, load, sides::Setup};
use crate::report::{Comparison, comparison_json, comparison_text};

/// Compares and prints.
///
/// # Errors
/// Where the canonical schema cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, sides: &Sides, json: bool) -> Result<Outcome, Error> {
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    let comparison = load::compare(setup, &canonical, &targets).await?;
    print(setup, &comparison, json)
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
