//! The two properties that hold for any pair of schemas, tried on every pair of `tests/cases`: a
//! schema is built from nothing, and what was selected alone is closed alone.

use std::{collections::BTreeSet, path::Path};

use schemascope::model::Key;

use crate::{
    cases::{self, Case},
    observer,
    world::{Pair, World, sql},
};

#[test]
fn every_schema_of_the_cases_is_built_from_nothing() {
    let world = World::start();
    cases::each(&world, |runtime, path, _, name| {
        let build = |side: &str| runtime.block_on(built(&world, &path.join(side), &format!("{name} {side}")));
        [build("from.sql"), build("to.sql")].into_iter().filter_map(Result::err).collect()
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
    let seen = observer::difference(&world.observe(&empty), &world.observe(&meant));
    world.remove(&meant);
    world.remove(&empty);
    match after.is_empty() && seen.is_empty() {
        true => Ok(()),
        false => Err(format!("built from nothing it is different: {after:#?}\n{seen}\n{}", sql(&plan))),
    }
}

#[test]
fn what_is_selected_of_a_case_is_closed() {
    let world = World::start();
    cases::each(&world, |runtime, path, case, name| runtime.block_on(picked(&world, path, case, name)));
}

/// Each difference alone, but no more than a handful, and every second one together.
async fn picked(world: &World, path: &Path, _: &Case, name: &str) -> Vec<String> {
    let (from, to) = (format!("{name} from"), format!("{name} to"));
    world.load(&from, &[&path.join("from.sql")]);
    world.load(&to, &[&path.join("to.sql")]);
    let pair = Pair::new(world.read(&to).await, world.read(&from).await);
    let keys: Vec<&Key> = pair.drift.differences.keys().collect();
    let step = keys.len().div_ceil(4);
    let mut selections: Vec<BTreeSet<Key>> =
        keys.iter().step_by(step).map(|key| BTreeSet::from([(*key).clone()])).collect();
    selections.push(keys.iter().step_by(2).map(|key| (*key).clone()).collect());
    let mut faults = Vec::new();
    for selection in selections {
        let copy = format!("{name} copy");
        world.copy(&from, &copy);
        faults.extend(closed(world, &pair, &selection, &copy).await.err());
        world.remove(&copy);
    }
    faults
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
