//! `schemascope open`: the terminal on a canonical schema and its targets.

use std::path::PathBuf;

use super::{
    Error, Outcome,
    arguments::Sides,
    diff, inventory, load,
    sides::{Named, Setup},
};
use crate::{
    config,
    source::{LoadOptions, Source},
    tui::{self, Left},
};

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
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    let others = setup.others(&names).into_iter().map(|other| {
        let password_command = other.target.as_ref().and_then(|target| target.password_command.clone());
        tui::Target { password_command, ..target(other) }
    });
    let others = others.collect();
    run_terminal(setup, canonical, targets, others, None).await?;
    Ok(Outcome::Same)
}

/// Opens the terminal where there is no configuration yet, on the question what the first is to say.
/// Says whether there is one now.
///
/// # Errors
/// Where the terminal cannot be opened.
pub async fn first_run(setup: &Setup<'_>) -> Result<bool, Error> {
    let folder = setup.current_folder();
    let draft = setup.first_draft();
    let nothing = Named { name: "no schema yet".to_owned(), source: Err(String::new()), target: None };
    let first = Some((folder.join(config::PROJECT_FILE), draft));
    let left = run_terminal(setup, nothing, Vec::new(), Vec::new(), first).await?;
    Ok(left == Left::Reopen)
}

async fn run_terminal(
    setup: &Setup<'_>,
    canonical: Named,
    targets: Vec<Named>,
    others: Vec<tui::Target>,
    first_run: Option<(PathBuf, config::Draft)>,
) -> Result<Left, Error> {
    let (themes, _) = config::themes(setup.config.folder.as_deref());
    let (appearance, faults) = tui::Appearance::new(&setup.config, &themes);
    if let Some(fault) = faults.first() {
        return Err(Error::new(
            fault.to_string(),
            "schemascope config check looks for mistakes in all of it.",
        ));
    }
    let options = tui::Options {
        canonical: canonical.source.clone(),
        canonical_label: canonical.name,
        targets: targets.into_iter().map(target).collect(),
        others,
        load: LoadOptions {
            scratch: setup.scratch.clone(),
            dialect: None,
            major: None,
            roles: setup.config.rules.roles,
            sizes: true,
        },
        rules: setup.config.rules.clone(),
        appearance,
        baseline: setup.baseline.clone(),
        baseline_file: setup.baseline_file.clone(),
        history: setup.history.clone(),
        migrations: migrations(setup, &canonical.source),
        first_run,
        environment: setup.environment().clone(),
        now: setup.now,
    };
    setup.console.hand_over();
    let left = tui::run(options).await.map_err(|error| {
        let text = error.to_string();
        let (message, hint) = text.split_once('\n').unwrap_or((&text, ""));
        Error::new(message, hint)
    })?;
    if let Left::Told(signal) = left {
        setup.console.be_told(signal);
        setup.console.be_interrupted();
    }
    Ok(left)
}

/// The folder of migrations that is nearest at hand: canonical itself, or one where people keep them.
fn migrations(setup: &Setup<'_>, canonical: &Result<Source, String>) -> PathBuf {
    if let Ok(Source::Folder(folder)) = canonical {
        return folder.clone();
    }
    let usual = config::MIGRATIONS.iter().map(PathBuf::from);
    let there = usual.clone().find(|folder| setup.current_folder().join(folder).is_dir());
    there.or_else(|| usual.clone().next()).unwrap_or_default()
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
        configured: side.target.is_some(),
        password_command: None,
    }
}
