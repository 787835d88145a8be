//! `schemascope open`: the terminal on a canonical schema and its targets.

use super::{
    Error, Outcome,
    arguments::Sides,
    diff, load,
    sides::{Named, Setup},
};
use crate::{source::LoadOptions, tui};

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
    let target = |named: Named| tui::Target {
        protected: named.target.as_ref().is_some_and(|target| target.protected),
        color: named.target.and_then(|target| target.color),
        label: named.name,
        source: named.source,
    };
    let options = tui::Options {
        canonical: canonical.source,
        canonical_label: canonical.name,
        targets: targets.into_iter().map(target).collect(),
        load: LoadOptions { scratch: setup.scratch.clone(), dialect: None, major: None },
        rules: setup.config.rules.clone(),
        theme: setup.config.theme.clone(),
        mouse: true,
        keys: setup.config.keys.clone().into_iter().collect(),
        environment: setup.environment().clone(),
        now: setup.now,
    };
    tui::run(options).await.map_err(|error| {
        let text = error.to_string();
        let (message, hint) = text.split_once('\n').unwrap_or((&text, ""));
        Error::new(message, hint)
    })?;
    Ok(Outcome::Same)
}
