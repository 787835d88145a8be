//! `schemascope open`: the terminal on a canonical schema and its targets.

use super::{
    Error, Outcome,
    arguments::Sides,
    diff, load,
    sides::{Named, Setup},
};

/// Opens the terminal; where there is none, or JSON is wanted, prints what `diff` prints.
///
/// # Errors
/// Where the canonical schema cannot be read.
pub async fn run(setup: &Setup<'_>, sides: &Sides, json: bool) -> Result<Outcome, Error> {
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    show(setup, canonical, targets, json).await
}

/// Opens the terminal on these sides, or prints their comparison.
///
/// # Errors
/// Where the canonical schema cannot be read.
pub async fn show(
    setup: &Setup<'_>,
    canonical: Named,
    targets: Vec<Named>,
    json: bool,
) -> Result<Outcome, Error> {
    if json || !setup.console.is_interactive() {
        setup.console.note("There is no terminal to open, so this is what schemascope diff prints.");
        let comparison = load::compare(setup, &canonical, &targets).await?;
        return diff::print(setup, &comparison, json);
    }
    terminal(setup, canonical, targets).await
}

async fn terminal(setup: &Setup<'_>, canonical: Named, targets: Vec<Named>) -> Result<Outcome, Error> {
    let comparison = load::compare(setup, &canonical, &targets).await?;
    diff::print(setup, &comparison, false)
}
