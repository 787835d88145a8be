//! `schemascope open`: the terminal on a canonical schema and its targets.

use std::time::Duration;

use futures_util::future::join_all;

use super::{
    Error, Outcome,
    arguments::Sides,
    diff, load,
    sides::{Named, Setup},
};
use crate::{
    config,
    dialect::postgres::session::{Fault, Session},
    source::{LoadOptions, Source},
    tui,
};

/// How long the terminal may be kept back by finding out whether a server wants a password.
const PATIENCE: Duration = Duration::from_secs(1);

/// Opens the terminal; where there is none, or JSON is wanted, prints what `diff` prints.
///
/// # Errors
/// Where the canonical schema cannot be read, or the terminal not be opened.
pub async fn run(setup: &Setup<'_>, sides: &Sides, json: bool) -> Result<Outcome, Error> {
    let (canonical, targets) = setup.sides(sides.canonical.as_deref(), &sides.targets).await?;
    show(setup, canonical, targets, json).await
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
    let mut sides = ask_passwords(setup, canonical, targets).await;
    let canonical = sides.remove(0);
    let options = tui::Options {
        canonical: canonical.source,
        canonical_label: canonical.name,
        targets: sides.into_iter().map(target).collect(),
        load: LoadOptions { scratch: setup.scratch.clone(), dialect: None, major: None },
        rules: setup.config.rules.clone(),
        appearance,
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
        label: configured.and_then(|target| target.label.clone()).unwrap_or(side.name),
        source: side.source,
    }
}

/// Asks for the passwords that servers want, before the terminal takes the screen. Gives all sides,
/// the canonical one first.
async fn ask_passwords(setup: &Setup<'_>, canonical: Named, targets: Vec<Named>) -> Vec<Named> {
    let wanted = join_all(std::iter::once(&canonical).chain(&targets).map(wants_password)).await;
    let mut sides = Vec::new();
    for (side, wanted) in std::iter::once(canonical).chain(targets).zip(wanted) {
        let asked = if wanted { load::ask_password(setup.console, &side).await } else { None };
        sides.push(asked.unwrap_or(side));
    }
    setup.console.clear_progress();
    sides
}

/// Whether a server wants a password that nothing gives. One that does not answer at once is left
/// to the terminal, which shows how it goes.
async fn wants_password(side: &Named) -> bool {
    let Ok(Source::Postgres(url)) = &side.source else { return false };
    if url.has_password() {
        return false;
    }
    match tokio::time::timeout(PATIENCE, Session::reader(url)).await {
        Ok(Err(error)) => error.fault == Fault::PasswordWanted,
        Ok(Ok(session)) => {
            session.close().await;
            false
        }
        Err(_) => false,
    }
}
