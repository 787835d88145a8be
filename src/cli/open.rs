//! `schemascope open`: the terminal on a canonical schema and its targets.

use super::{
    Error, Outcome,
    arguments::Sides,
    diff, inventory, load,
    sides::{Named, Setup},
};
use crate::{config, source::LoadOptions, tui};

/// Opens the terminal; where there is none, or JSON is wanted, prints what `diff` prints.
///
/// # Errors
/// Where the canonical schema cannot be read, or the terminal not be opened.
pub async fn run(setup: &Setup<'_>, sides: &Sides, json: bool) -> Result<Outcome, Error> {
    if let (Some(only), true) = (&sides.canonical, sides.targets.is_empty()) {
        return browse(setup, only, json).await;
    }
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    show(setup, canonical, targets, json).await
}

/// Opens the terminal on one schema, to be looked around in; where there is no terminal, prints what
/// `inspect` prints.
async fn browse(setup: &Setup<'_>, only: &str, json: bool) -> Result<Outcome, Error> {
    if json || !setup.console.is_interactive() {
        return inventory::inspect(setup, &inventory::Inventory::of(only), json).await;
    }
    terminal(setup, setup.single(only).await?, Vec::new()).await
}

/// Opens the terminal on these sides, or prints their comparison.
///
/// # Errors
/// Where the canonical schema cannot be read, or the terminal not be opened.
pub async fn show(
    setup: &Setup<'_>,
    canonical: Named,
    targets: Vec<Named>,
    json: bool,
) -> Result<Outcome, Error> {
    if json || !setup.console.is_interactive() {
        if !json {
            setup.console.note("There is no terminal to open, so this is what schemascope diff prints.");
        }
        let comparison = load::compare(setup, &canonical, &targets).await?;
        return diff::print(setup, &comparison, json);
    }
    terminal(setup, canonical, targets).await
}

async fn terminal(setup: &Setup<'_>, canonical: Named, targets: Vec<Named>) -> Result<Outcome, Error> {
    let (themes, _) = config::themes(setup.config.folder.as_deref());
    let (appearance, faults) = tui::Appearance::new(&setup.config, &themes);
    if let Some(fault) = faults.first() {
        return Err(Error::new(
            fault.to_string(),
            "schemascope config check looks for mistakes in all of it.",
        ));
    }
    let options = tui::Options {
        canonical: canonical.source,
        canonical_label: canonical.name,
        targets: targets.into_iter().map(target).collect(),
        load: LoadOptions { scratch: setup.scratch.clone(), dialect: None, major: None },
        rules: setup.config.rules.clone(),
        appearance,
        baseline: setup.baseline.clone(),
        baseline_file: setup.baseline_file.clone(),
        environment: setup.environment().clone(),
        now: setup.now,
    };
    setup.console.hand_over();
    tui::run(options).await.map_err(|error| {
        let text = error.to_string();
        let (message, hint) = text.split_once('\n').unwrap_or((&text, ""));
        Error::new(message, hint)
    })?;
    Ok(Outcome::Same)
}

/// A target with what the configuration says of how it is shown.
fn target(side: Named) -> tui::Target {
    let configured = side.target.as_ref();
    tui::Target {
        protected: configured.is_some_and(|target| target.protected),
        color: configured.and_then(|target| target.color.clone()),
        label: configured.and_then(|target| target.label.clone()).unwrap_or_else(|| side.name.clone()),
        name: side.name,
        source: side.source,
    }
}
