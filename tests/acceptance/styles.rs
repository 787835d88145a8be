//! Plans in every style on the cases of `tests/cases`: idempotent ones are run twice, and whole after
//! each beginning of them; online ones hold nobody up; and each plan has a way back.

use std::{collections::BTreeSet, path::Path};

use schemascope::{
    model::Snapshot,
    plan::{HazardCode, Plan, Request, Style, Transaction, every_difference, plan, reverse},
};

use crate::{
    cases::{each, start},
    observer,
    world::{Pair, World, sql},
};

/// The two directions of a case: the script to start with, the one to reach, and the words for it.
pub const WAYS: [(&str, &str, &str); 2] = [("from.sql", "to.sql", ""), ("to.sql", "from.sql", ", back")];

/// Loads both sides of a case: gives their databases' names, and what they hold.
pub async fn pair(
    world: &World,
    path: &Path,
    name: &str,
    (from, to, _): (&str, &str, &str),
) -> (String, String, Pair) {
    let (start, meant) = (format!("{name}-{from}"), format!("{name}-{from}-meant"));
    world.load(&start, &[&path.join(from)]);
    world.load(&meant, &[&path.join(to)]);
    let setup = path.join("setup.sql");
    if from == "from.sql" && setup.exists() {
        world.cluster.run_file(&start, &setup);
    }
    let pair = Pair::new(world.read(&meant).await, world.read(&start).await);
    (start, meant, pair)
}

fn planned(pair: &Pair, style: Style) -> Plan {
    let every = every_difference(&pair.drift);
    plan(&Request { style, ..pair.request(&every) })
}

/// Whether a database is as another, by our reading and by pg_dump.
async fn equal(
    world: &World,
    found: &str,
    meant: &str,
    expected: &Snapshot,
    plan: &Plan,
) -> Result<(), String> {
    let after = Pair::new(expected.clone(), world.read(found).await).differences();
    if !after.is_empty() {
        return Err(format!("still different: {after:#?}\n{}", sql(plan)));
    }
    match observer::difference(&world.observe(found), &world.observe(meant)) {
        seen if seen.is_empty() => Ok(()),
        seen => Err(format!("pg_dump sees a difference:\n{seen}\n{}", sql(plan))),
    }
}

#[test]
fn an_idempotent_plan_can_be_run_twice_and_after_each_beginning_of_it() {
    let (cases, world) = start();
    each(&cases, |runtime, (path, _), name| {
        WAYS.map(|way| (way.2, runtime.block_on(idempotent(&world, path, name, way)))).into()
    });
}

async fn idempotent(world: &World, path: &Path, name: &str, way: (&str, &str, &str)) -> Result<(), String> {
    let (start, meant, pair) = pair(world, path, name, way).await;
    let plan = planned(&pair, Style::Idempotent);
    if !plan.refused.is_empty() {
        return Err(format!("left open: {:?}", plan.refused));
    }
    let expected = world.observe(&meant);
    let work = format!("{start}-work");
    let whole = plan.statements.len();
    // One direction shows the statements of a case, about a dozen beginnings of the longest; of the
    // other one is enough.
    let beginnings: BTreeSet<usize> = match way.2 {
        "" => (0..=whole).step_by(whole.div_ceil(12).max(1)).chain([whole]).collect(),
        _ => [0, whole / 2].into(),
    };
    for count in beginnings {
        world.copy(&start, &work);
        world.apply_some(&work, &plan, count).map_err(|error| format!("the first {count}: {error}"))?;
        world.try_apply(&work, &plan).map_err(|error| format!("after the first {count}: {error}"))?;
        let seen = observer::difference(&world.observe(&work), &expected);
        if !seen.is_empty() {
            return Err(format!(
                "after the first {count}, pg_dump sees a difference:\n{seen}\n{}",
                sql(&plan)
            ));
        }
        if count == 0 {
            world.try_apply(&work, &plan).map_err(|error| format!("the second time: {error}"))?;
            equal(world, &work, &meant, &pair.canonical, &plan).await?;
        }
        world.remove(&work);
    }
    Ok(())
}

#[test]
fn an_online_plan_ends_equal_but_for_what_it_says_it_leaves_open() {
    let (cases, world) = start();
    each(&cases, |runtime, (path, _), name| {
        WAYS.map(|way| (way.2, runtime.block_on(online(&world, path, name, way)))).into()
    });
}

async fn online(world: &World, path: &Path, name: &str, way: (&str, &str, &str)) -> Result<(), String> {
    let (start, meant, pair) = pair(world, path, name, way).await;
    let plan = planned(&pair, Style::Online);
    let hasty = |plan: &Plan| {
        plan.statements.iter().all(|s| s.lock_timeout.is_some() && s.statement_timeout.is_some())
    };
    if !hasty(&plan) || plan.hazard_codes().contains(&HazardCode::RewritesTable) {
        return Err(format!("it may hold others up\n{}", sql(&plan)));
    }
    let blocks = |statement: &&schemascope::plan::Statement| {
        statement.transaction != Transaction::Inside
            && statement.hazards.iter().any(|h| h.code == HazardCode::BlocksReads)
    };
    if let Some(statement) = plan.statements.iter().find(blocks) {
        return Err(format!("blocks: {}", statement.sql));
    }
    world.try_apply(&start, &plan)?;
    if plan.refused.is_empty() {
        return equal(world, &start, &meant, &pair.canonical, &plan).await;
    }
    if let Some(reason) = plan.refused.values().find(|reason| reason.is_empty()) {
        return Err(format!("left open without a reason: {reason}"));
    }
    let after = Pair::new(pair.canonical.clone(), world.read(&start).await);
    let open = |key: &&schemascope::model::Key| !plan.refused.contains_key(key);
    match after.drift.differences.keys().find(open) {
        Some(key) => Err(format!("{key} is still different, and not left open\n{}", sql(&plan))),
        None => Ok(()),
    }
}

#[test]
fn the_way_back_leads_to_where_the_plan_began() {
    let (cases, world) = start();
    each(&cases, |runtime, (path, _), name| {
        WAYS.map(|way| (way.2, runtime.block_on(there_and_back(&world, path, name, way)))).into()
    });
}

async fn there_and_back(
    world: &World,
    path: &Path,
    name: &str,
    way: (&str, &str, &str),
) -> Result<(), String> {
    let (start, _, pair) = pair(world, path, name, way).await;
    let work = format!("{start}-work");
    world.copy(&start, &work);
    let every = every_difference(&pair.drift);
    let request = pair.request(&every);
    let (there, back) = (plan(&request), reverse(&request));
    if !back.refused.is_empty() {
        return Err(format!("there is no way back for {:?}", back.refused));
    }
    let loses = |plan: &Plan| plan.hazard_codes().contains(&HazardCode::LosesData);
    if loses(&there) && back.lost.is_empty() {
        return Err(format!("it does not say what is lost\n{}", sql(&back)));
    }
    world.try_apply(&work, &there)?;
    world.try_apply(&work, &back).map_err(|error| format!("back: {error}"))?;
    equal(world, &work, &start, &pair.target, &back).await
}
