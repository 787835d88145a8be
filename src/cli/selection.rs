//! Differences selected by words on the command line.

use std::collections::BTreeSet;

use super::{Error, arguments::Selection};
use crate::{
    diff::{Status, matches},
    model::Key,
    plan::{Plan, Request, every_difference, plan},
};

const CHOICES: &str = "\
Say which differences to close:
  --all             every difference, also those that drop what only the target has
  --safe            every difference whose SQL has no hazard
  --only PATTERN    differences of objects like this: table:public.orders, policy:*, public.orders*
  --except PATTERN  all but differences of objects like this";

/// A selection, and the patterns in it that fit no difference.
pub struct Selected {
    /// The differences to close.
    pub keys: BTreeSet<Key>,
    /// Patterns that are probably misspelled.
    pub idle_patterns: Vec<String>,
}

/// Refuses a command line that selects nothing: a plan never holds what nobody asked for.
///
/// # Errors
/// Without any option of selection.
pub fn require(selection: &Selection) -> Result<(), Error> {
    let Selection { all, safe, only, except } = selection;
    if *all || *safe || !only.is_empty() || !except.is_empty() {
        return Ok(());
    }
    Err(Error::new("No difference was selected.", CHOICES))
}

/// The differences that the options select. The request's own selection is not looked at.
pub fn select(selection: &Selection, request: &Request<'_>) -> Selected {
    let every = every_difference(request.drift);
    let fits = |patterns: &[String], key: &Key| {
        patterns.iter().any(|pattern| whole(request, key).any(|key| matches(pattern, key)))
    };
    let mut keys: BTreeSet<Key> = every
        .iter()
        .filter(|key| selection.only.is_empty() || fits(&selection.only, key))
        .filter(|key| !fits(&selection.except, key))
        .cloned()
        .collect();
    if selection.safe {
        keys = safe(keys, request);
    }
    let patterns = selection.only.iter().chain(&selection.except);
    let idle = patterns.filter(|pattern| !every.iter().any(|key| matches(pattern, key)));
    Selected { keys, idle_patterns: idle.cloned().collect() }
}

/// The difference, and what it is a part of where that is missing or extra as a whole: to leave a
/// table alone is to leave its columns alone, and to select it is to select them.
fn whole<'a>(request: &Request<'a>, key: &'a Key) -> impl Iterator<Item = &'a Key> {
    let Request { canonical, target, drift, .. } = *request;
    let status = drift.status(key);
    let comes_and_goes = matches!(status, Status::Missing | Status::Extra);
    std::iter::successors(Some(key), move |key| {
        let object = canonical.catalog.get(key).or_else(|| target.catalog.get(key))?;
        object.parent.as_ref().filter(|parent| comes_and_goes && drift.status(parent) == status)
    })
}

/// Those of the differences that can be closed together without any hazard.
///
/// Whether a statement is dangerous can depend on its neighbours: an index on a table that the same
/// plan creates blocks nobody. So all are planned together, what is to blame for a hazard is taken
/// out, and the rest is planned again.
fn safe(mut keys: BTreeSet<Key>, request: &Request<'_>) -> BTreeSet<Key> {
    loop {
        let plan = plan(&Request { selection: &keys, ..*request });
        let guilty = guilty(&plan, &keys);
        if guilty.is_empty() {
            break;
        }
        keys.retain(|key| !guilty.contains(key));
    }
    let planned = plan(&Request { selection: &keys, ..*request });
    if planned.hazard_codes().is_empty() && planned.refused.is_empty() {
        return keys;
    }
    // A hazard that no selected difference owns: let each difference answer for itself.
    let alone = |key: &Key| {
        let planned = plan(&Request { selection: &BTreeSet::from([key.clone()]), ..*request });
        planned.hazard_codes().is_empty() && planned.refused.is_empty()
    };
    keys.into_iter().filter(alone).collect()
}

/// The selected differences that brought a hazard into a plan, or that it cannot close.
fn guilty(plan: &Plan, keys: &BTreeSet<Key>) -> BTreeSet<Key> {
    let dangerous = plan.statements.iter().filter(|statement| !statement.hazards.is_empty());
    let owners = dangerous.flat_map(|statement| [Some(&statement.key), statement.because_of.as_ref()]);
    let mut guilty: BTreeSet<Key> = owners.flatten().cloned().collect();
    guilty.extend(plan.refused.keys().cloned());
    // What needs something dangerous is dangerous.
    for (needed, by) in &plan.needed {
        if guilty.contains(needed) {
            guilty.insert(by.clone());
        }
    }
    guilty.retain(|key| keys.contains(key));
    guilty
}
