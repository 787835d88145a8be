//! No statement that changes nothing: the plans of `tests/cases`, statement by statement.

use schemascope::{model::Snapshot, plan::Plan};

use crate::{
    cases::{each, start},
    world::{Pair, World, sql},
};

#[test]
fn every_statement_of_a_plan_changes_something() {
    let (cases, world) = start();
    each(&cases, |runtime, (path, _), name| {
        let ways = [("from.sql", "to.sql", ""), ("to.sql", "from.sql", ", back")];
        let tried = ways.map(|(from, to, words)| {
            let (from, to) = ((format!("{name} {from}"), path.join(from)), path.join(to));
            world.load(&from.0, &[&from.1]);
            world.load(&format!("{} meant", from.0), &[&to]);
            (words, runtime.block_on(minimal(&world, &from.0)))
        });
        tried.into()
    });
}

async fn minimal(world: &World, name: &str) -> Result<(), String> {
    let mut before = world.read(name).await;
    let pair = Pair::new(world.read(&format!("{name} meant")).await, before.clone());
    let plan = pair.plan_all();
    for statement in &plan.statements {
        let alone = Plan { statements: vec![statement.clone()], ..plan.clone() };
        world.try_apply(name, &alone)?;
        let after = world.read(name).await;
        if same(&before, &after) && !is_unread(&statement.sql) {
            return Err(format!("nothing changes with: {}\n{}", statement.sql, sql(&plan)));
        }
        before = after;
    }
    Ok(())
}

fn same(one: &Snapshot, other: &Snapshot) -> bool {
    one.catalog.fingerprint() == other.catalog.fingerprint()
}

/// Where a sequence stands is no part of a schema, and the constructors of a range are parts of that
/// which its rename leaves alone.
fn is_unread(sql: &str) -> bool {
    let constructor = sql.starts_with("ALTER FUNCTION ") && sql.ends_with("__replaced");
    constructor || sql.contains("pg_catalog.setval(")
}
