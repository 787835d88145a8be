//! What is left to do after a run: the target is read again and held against what it was to match.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Setup, prepare::Facts};
use crate::{
    cli::load,
    diff::Status,
    model::{Catalog, Key, Snapshot},
    plan::Destination,
};

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

/// What the target's schema has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Whether that is the schema that the plan leads to, where the plan says which that is. The table
    /// in which the run was recorded does not count.
    pub as_planned: Option<bool>,
}

impl After {
    fn of(snapshot: &Snapshot, meant: Option<&Destination>, recorded_in: Option<&str>) -> Self {
        let fingerprint = snapshot.catalog.fingerprint().to_string();
        let as_planned = meant.and_then(|meant| {
            let without_record = recorded_in.map(|table| without(&snapshot.catalog, table));
            let reached = without_record.filter(|without| *without == meant.fingerprint);
            meant.is_reached(reached.as_ref().unwrap_or(&fingerprint), snapshot)
        });
        After { fingerprint, as_planned }
    }
}

/// The fingerprint of a catalog without a table.
fn without(catalog: &Catalog, table: &str) -> String {
    let is_it = |key: &Key| {
        let name = key.dotted();
        key.kind().name() == "table" && (name == table || name == format!("public.{table}"))
    };
    let mut rest = catalog.clone();
    for table in catalog.keys().filter(|key| is_it(key)) {
        catalog.below(table).for_each(|part| drop(rest.remove(&part.key)));
    }
    rest.fingerprint().to_string()
}

/// Reads the target again: what has become of its schema, and what is left to do. Each with the reason
/// where it cannot be told. `recorded_in` is the table in which the run was recorded.
pub async fn read(
    setup: &Setup<'_>,
    facts: &Facts,
    recorded_in: Option<&str>,
) -> (Result<After, String>, Result<Left, String>) {
    let after = match load::one(setup, &facts.target).await {
        Ok(side) => side,
        Err(error) => return (Err(error.message.clone()), Err(error.message)),
    };
    let after = After::of(&after.snapshot, facts.file.plan.leads_to.as_ref(), recorded_in);
    (Ok(after), compare(setup, facts).await)
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
