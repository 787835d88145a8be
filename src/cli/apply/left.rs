//! What is left to do after a run: the target is read again and held against what it was to match.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Setup, prepare::Facts};
use crate::{cli::load, diff::Status, model::Key};

/// What is left to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Left {
    /// Objects of the plan that still differ.
    pub of_the_plan: Vec<Key>,
    /// How many others differ: those that were not selected.
    pub others: usize,
    /// The name of what the target was held against.
    pub canonical: String,
}

/// Reads the target again: its fingerprint, and what is left. Each with the reason where it cannot
/// be told.
pub async fn read(setup: &Setup<'_>, facts: &Facts) -> (Result<String, String>, Result<Left, String>) {
    let after = match load::one(setup, &facts.target).await {
        Ok(side) => side,
        Err(error) => return (Err(error.message.clone()), Err(error.message)),
    };
    let fingerprint = after.snapshot.catalog.fingerprint().to_string();
    let left = compare(setup, facts).await;
    (Ok(fingerprint), left)
}

/// Compares the target with the canonical schema that the plan names, if that can still be read.
async fn compare(setup: &Setup<'_>, facts: &Facts) -> Result<Left, String> {
    let note = &facts.file.canonical;
    let known = setup.config.targets.contains_key(&note.name);
    let word = if known { &note.name } else { &note.source };
    if facts.file.plan.undoes {
        return Err("the plan leads back, and what the target was before is not kept".to_owned());
    }
    let canonical = setup.single(word).await.map_err(|error| error.message)?;
    let targets = [facts.target.clone()];
    let comparison = load::compare(setup, &canonical, &targets).await.map_err(|error| error.message)?;
    let target = comparison.targets.into_iter().next().ok_or("it was not read")?;
    let compared = target.result?;
    let planned: BTreeSet<&Key> = facts.file.plan.statements.iter().map(|statement| &statement.key).collect();
    let whole = compared.whole(&comparison.canonical.snapshot);
    let open = whole.filter(|(_, difference)| difference.status != Status::Unknown);
    let (own, others): (Vec<&Key>, Vec<&Key>) =
        open.map(|(key, _)| key).partition(|key| planned.contains(key));
    let canonical = note.name.clone();
    Ok(Left { of_the_plan: own.into_iter().cloned().collect(), others: others.len(), canonical })
}
