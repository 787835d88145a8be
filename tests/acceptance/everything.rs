//! The two properties that hold for any pair of schemas, tried on every pair of `tests/cases`: a
//! schema is built from nothing, and what was selected alone is closed alone.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use schemascope::model::Key;

use crate::{
    cases, observer,
    world::{Pair, World, sql},
};

#[test]
fn every_schema_of_the_cases_is_built_from_nothing() {
    let (cases, world) = cases::start();
    cases::each(&cases, |runtime, (path, _), name| {
        let build = |side: &str| runtime.block_on(built(&world, &path.join(side), &format!("{name} {side}")));
        vec![(", from", build("from.sql")), (", to", build("to.sql"))]
    });
}

/// Makes a database with a script, and another with the SQL that leads from an empty one to it.
async fn built(world: &World, script: &Path, name: &str) -> Result<(), String> {
    let (meant, empty) = (format!("{name} meant"), format!("{name} built"));
    world.load(&meant, &[script]);
    world.cluster.database(&empty);
    let pair = Pair::new(world.read(&meant).await, world.read(&empty).await);
    let plan = pair.plan_all();
    world.try_apply(&empty, &plan)?;
    let after = Pair::new(pair.canonical, world.read(&empty).await).differences();
    let seen = observer::difference(&secretless(world.observe(&empty)), &secretless(world.observe(&meant)));
    world.remove(&meant);
    world.remove(&empty);
    match after.is_empty() && seen.is_empty() {
        true => Ok(()),
        false => Err(format!("built from nothing it is different: {after:#?}\n{seen}\n{}", sql(&plan))),
    }
}

/// What is read of a database holds no passwords, so neither does what is built from it.
fn secretless(entries: Vec<String>) -> Vec<String> {
    let masked = |line: &str| {
        if line.starts_with("    password '") { "    password".to_owned() } else { line.to_owned() }
    };
    entries.iter().map(|entry| entry.lines().map(masked).collect::<Vec<_>>().join("\n")).collect()
}

#[test]
fn of_a_hundred_selections_at_least_ninety_five_are_closed() {
    let (cases, world) = cases::start();
    let (tried, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    cases::each(&cases, |runtime, (path, _), name| {
        let (count, found) = runtime.block_on(picked(&world, path, name));
        tried.fetch_add(count, Ordering::Relaxed);
        faults.lock().expect("no other test panicked").extend(found);
        Vec::new()
    });
    let (tried, faults) = (tried.into_inner(), faults.into_inner().expect("no test panicked"));
    assert!(tried >= 100, "{tried} selections");
    assert!(faults.len() * 20 <= tried, "{} of {tried}:\n\n{}", faults.len(), faults.join("\n\n"));
}

/// Each difference alone, but no more than a handful, and every second one together: how many
/// selections that were, and what was wrong with them.
async fn picked(world: &World, path: &Path, name: &str) -> (usize, Vec<String>) {
    let (from, to) = (format!("{name} from"), format!("{name} to"));
    world.load(&from, &[&path.join("from.sql")]);
    world.load(&to, &[&path.join("to.sql")]);
    let pair = Pair::new(world.read(&to).await, world.read(&from).await);
    let keys: Vec<&Key> = pair.drift.differences.keys().collect();
    let step = keys.len().div_ceil(4);
    let mut selections: Vec<BTreeSet<Key>> =
        keys.iter().step_by(step).map(|key| BTreeSet::from([(*key).clone()])).collect();
    selections.push(keys.iter().step_by(2).map(|key| (*key).clone()).collect());
    let (tried, mut faults) = (selections.len(), Vec::new());
    for selection in selections {
        let copy = format!("{name} copy");
        world.copy(&from, &copy);
        faults.extend(closed(world, &pair, &selection, &copy).await.err());
        world.remove(&copy);
    }
    (tried, faults)
}

/// After the SQL for a selection each of its differences is gone, or was left open with a reason.
async fn closed(world: &World, pair: &Pair, selection: &BTreeSet<Key>, copy: &str) -> Result<(), String> {
    let plan = pair.plan(selection);
    let chosen: Vec<String> = selection.iter().map(ToString::to_string).collect();
    world.try_apply(copy, &plan).map_err(|fault| format!("{chosen:?} alone: {fault}"))?;
    let after = Pair::new(pair.canonical.clone(), world.read(copy).await).drift;
    let open = |key: &&Key| after.differences.contains_key(key) && !plan.refused.contains_key(key);
    let left: Vec<&Key> = selection.iter().filter(open).collect();
    let new: Vec<&Key> =
        after.differences.keys().filter(|key| !pair.drift.differences.contains_key(key)).collect();
    match left.is_empty() && new.is_empty() {
        true => Ok(()),
        false => Err(format!("{chosen:?} alone: left {left:?}, new {new:?}\n{}", sql(&plan))),
    }
}
