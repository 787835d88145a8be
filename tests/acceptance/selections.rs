//! One difference selected: that one is closed, with what it needs, and nothing else moves.

use std::{collections::BTreeSet, path::Path};

use schemascope::{
    model::Key,
    plan::{Proof, proof::prove},
};

use crate::{
    cases, observer,
    styles::{self, WAYS},
    world::{Pair, World, sample},
};

/// Each difference of a drifted database, selected alone, on a copy of its own.
async fn each_alone(world: &World, schema: &Path, drift: &Path) {
    world.load("drifted", &[schema, drift]);
    world.load("meant", &[schema]);
    let pair = Pair::new(world.read("meant").await, world.read("drifted").await);
    assert!(pair.drift.differences.len() >= 12, "{:#?}", pair.differences());
    let mut faults = Vec::new();
    for key in pair.drift.differences.keys() {
        if let Err(fault) = alone(world, &pair, key, "drifted").await {
            faults.push(format!("{key}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n\n"));
    world.apply("drifted", &pair.plan_all());
    observer::assert_equal(&world.observe("drifted"), &world.observe("meant"));
}

/// Each difference of each case, there and back.
#[test]
fn each_difference_of_every_case_is_closed_alone() {
    let (cases, world) = cases::start();
    cases::each(&cases, |runtime, (path, case), name| {
        let mut results = Vec::new();
        for (way, expected) in WAYS.iter().zip([&case.left_open, &case.left_open_back]) {
            let (drifted, _, pair) = runtime.block_on(styles::pair(&world, path, name, *way));
            let mut left_open = BTreeSet::new();
            for key in pair.drift.differences.keys().filter(|key| !is_operator(key)) {
                match runtime.block_on(alone(&world, &pair, key, &drifted)) {
                    Ok(Became::Closed) => {}
                    Ok(Became::LeftOpen) => drop(left_open.insert(key.to_string())),
                    Err(fault) => results.push((way.2, Err(format!("{key}: {fault}")))),
                }
            }
            if left_open != *expected {
                results.push((way.2, Err(format!("{left_open:#?} were left open"))));
            }
        }
        results
    });
}

/// What became of a difference that was selected alone.
#[derive(Debug, PartialEq, Eq)]
enum Became {
    Closed,
    LeftOpen,
}

/// Closes one difference on a copy of a database, and looks at what became of the others.
async fn alone(world: &World, pair: &Pair, key: &Key, drifted: &str) -> Result<Became, String> {
    let copy = format!("{drifted}-copy");
    world.copy(drifted, &copy);
    let plan = pair.plan(&BTreeSet::from([key.clone()]));
    let applied = world.try_apply(&copy, &plan);
    let after = Pair::new(pair.canonical.clone(), world.read(&copy).await);
    world.remove(&copy);
    applied?;
    // A difference that cannot be closed alone says so, and then nothing happens.
    let refused = plan.refused.contains_key(key);
    if refused != plan.is_empty() {
        return Err(format!("refused {:?}, but {} statements", plan.refused, plan.statements.len()));
    }
    let gone = |other: &Key| {
        !refused && (other == key || plan.needed.contains_key(other) || goes_along(pair, other, key))
    };
    for (other, before) in &pair.drift.differences {
        match (gone(other), after.drift.differences.get(other)) {
            (true, Some(left)) => return Err(format!("{other} is still {}", left.status.word())),
            // A view shows the types of its columns, whoever changes them.
            (false, _) if is_operator(other) || before.facets.iter().any(|facet| facet == "columns") => {}
            (false, None) => return Err(format!("{other} was closed too")),
            (false, Some(left)) if left != before => {
                return Err(format!("{other} moved from {before:?} to {left:?}"));
            }
            _ => {}
        }
    }
    match after.drift.differences.keys().find(|other| !pair.drift.differences.contains_key(other)) {
        Some(new) => Err(format!("{new} is a new difference")),
        None if refused => Ok(Became::LeftOpen),
        None => Ok(Became::Closed),
    }
}

/// To make one operator of a pair makes a shell of the other.
fn is_operator(key: &Key) -> bool {
    key.kind().name() == "operator"
}

/// Whether a difference is a part of what was selected to go: a dropped table's column.
fn goes_along(pair: &Pair, part: &Key, whole: &Key) -> bool {
    let mut at = pair.target.catalog.get(part);
    while let Some(parent) = at.and_then(|object| object.parent.as_ref()) {
        if parent == whole && !pair.canonical.catalog.contains(whole) {
            return true;
        }
        at = pair.target.catalog.get(parent);
    }
    false
}

#[tokio::test]
async fn each_difference_of_commerce_on_prod_is_closed_alone() {
    each_alone(&World::start(), &sample("commerce/schema.sql"), &sample("commerce/drift/prod.sql")).await;
}

#[tokio::test]
async fn each_difference_of_commerce_on_staging_is_closed_alone() {
    each_alone(&World::start(), &sample("commerce/schema.sql"), &sample("commerce/drift/staging.sql")).await;
}

#[tokio::test]
async fn each_difference_of_warehouse_on_prod_is_closed_alone() {
    each_alone(&World::start(), &sample("warehouse/schema.sql"), &sample("warehouse/drift/prod.sql")).await;
}

#[tokio::test]
async fn each_difference_of_the_agents_platform_in_europe_is_closed_alone() {
    each_of_the_platform("prod-eu").await;
}

#[tokio::test]
async fn each_difference_of_the_agents_platform_in_america_is_closed_alone() {
    each_of_the_platform("prod-us").await;
}

#[tokio::test]
async fn each_difference_of_the_agents_platform_on_staging_is_closed_alone() {
    each_of_the_platform("staging").await;
}

async fn each_of_the_platform(name: &str) {
    let world = World::start();
    let folder = tempfile::tempdir().expect("a folder");
    let schema = world.platform(folder.path(), "schema.sql");
    each_alone(&world, &schema, &world.platform(folder.path(), &format!("drift/{name}.sql"))).await;
}

/// The pair of two scripts.
async fn scripts(world: &World, from: &str, to: &str) -> Pair {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, sql) in [("from", from), ("to", to)] {
        let file = folder.path().join(name);
        std::fs::write(&file, sql).expect("a file");
        world.load(name, &[&file]);
    }
    Pair::new(world.read("to").await, world.read("from").await)
}

#[tokio::test]
async fn what_depends_on_a_drop_goes_too_where_it_holds_no_data() {
    let world = World::start();
    let from =
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 1; CREATE VIEW a AS SELECT f();
        CREATE VIEW b AS SELECT * FROM a; CREATE TYPE mood AS ENUM ('sad'); CREATE TABLE kept (m mood);";
    let pair = scripts(&world, from, "CREATE TABLE kept ()").await;
    let plan = |words: &str| pair.plan(&BTreeSet::from([words.parse().expect("a key")]));
    let going = plan("function:public.f()");
    let along: Vec<String> =
        going.needed.iter().map(|(key, by)| format!("{key} {}", going.came_along(key, by))).collect();
    assert_eq!(
        along,
        [
            "view:public.a dropped, because it depends on function:public.f()",
            "view:public.b dropped, because it depends on view:public.a"
        ]
    );
    let kept = plan("enum:public.mood");
    assert!(kept.is_empty() && kept.needed.is_empty(), "{kept:?}");
    let reasons: Vec<&String> = kept.refused.values().collect();
    assert_eq!(reasons, ["column:public.kept.m depends on it; select that one too"]);
    world.apply("from", &going);
    let after = Pair::new(pair.canonical.clone(), world.read("from").await);
    assert_eq!(after.differences(), ["- column:public.kept.m", "- enum:public.mood"]);
}

#[tokio::test]
async fn a_column_that_comes_to_allow_null_takes_its_primary_key_along() {
    let world = World::start();
    let from = "CREATE TABLE t (a integer PRIMARY KEY, b integer); CREATE TABLE u (a integer REFERENCES t);";
    let pair = scripts(&world, from, "CREATE TABLE t (a integer, b text); CREATE TABLE u (a integer)").await;
    let plan = pair.plan(&BTreeSet::from(["column:public.t.a".parse().expect("a key")]));
    let needed: Vec<String> = plan.needed.keys().map(ToString::to_string).collect();
    assert_eq!(needed, ["constraint:public.t.t_pkey", "constraint:public.u.u_a_fkey"]);
    world.apply("from", &plan);
    let after = Pair::new(pair.canonical.clone(), world.read("from").await);
    assert_eq!(after.differences(), ["~ column:public.t.b (type)"]);
}

#[tokio::test]
async fn a_type_alone_is_proven_to_change_under_what_differs_otherwise_too() {
    let world = World::start();
    let script = |r#type: &str, least: u32, one: u32| {
        format!(
            "CREATE TABLE t (a {type} CHECK (a > {least}));
            CREATE VIEW v AS SELECT a, {one} AS one FROM t; CREATE VIEW w AS SELECT a FROM v;"
        )
    };
    let pair = scripts(&world, &script("integer", 0, 1), &script("numeric", 5, 2)).await;
    let selection = BTreeSet::from(["column:public.t.a".parse().expect("a key")]);
    let plan = pair.plan(&selection);
    let needed: Vec<String> = plan.needed.keys().map(ToString::to_string).collect();
    assert_eq!(needed, ["view:public.w"]);
    let proof = prove(&pair.request(&selection), &plan, &world.scratch()).await;
    assert!(matches!(proof, Proof::Proven { .. }), "{proof:?}");
    world.apply("from", &plan);
    let after = Pair::new(pair.canonical.clone(), world.read("from").await);
    assert_eq!(
        after.differences(),
        ["~ constraint:public.t.t_a_check (definition)", "~ view:public.v (definition)"]
    );
}

#[tokio::test]
async fn a_view_alone_takes_along_the_types_of_what_it_is_made_of() {
    let world = World::start();
    let script = |r#type: &str| {
        format!(
            "CREATE TABLE t (a {type}, b {type}, c {type});
            CREATE VIEW sums AS SELECT sum(a) AS a FROM t;
            CREATE VIEW shown AS SELECT b FROM t WHERE c IS NOT NULL;"
        )
    };
    let pair = scripts(&world, &script("integer"), &script("bigint")).await;
    let needed = |view: &str| {
        let plan = pair.plan(&BTreeSet::from([view.parse().expect("a key")]));
        plan.needed.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(needed("view:public.sums"), ["column:public.t.a"]);
    assert_eq!(needed("view:public.shown"), ["column:public.t.b"]);
}

#[tokio::test]
async fn a_type_alone_is_proven_to_change_under_a_sum_of_it() {
    let world = World::start();
    let script = |a: &str, b: &str| {
        format!("CREATE TABLE t (a {a}, b {b}); CREATE VIEW v AS SELECT sum(a) AS a, sum(b) AS b FROM t;")
    };
    let pair = scripts(&world, &script("integer", "integer"), &script("bigint", "numeric")).await;
    let selection = BTreeSet::from(["column:public.t.a".parse().expect("a key")]);
    let plan = pair.plan(&selection);
    assert!(plan.needed.is_empty(), "{:?}", plan.needed);
    let proof = prove(&pair.request(&selection), &plan, &world.scratch()).await;
    assert!(matches!(proof, Proof::Proven { .. }), "{proof:?}");
}

#[tokio::test]
async fn what_postgresql_cannot_reach_is_left_open_with_the_reason() {
    let world = World::start();
    let parent = "CREATE TABLE parent (id integer); CREATE VIEW v AS SELECT 1 AS a;";
    let from = format!("{parent} CREATE TABLE child (id integer); CREATE TABLE other ();");
    let to =
        format!("{parent} CREATE TABLE child () INHERITS (parent); CREATE TABLE other () INHERITS (parent);")
            .replace("1 AS a", "2 AS a");
    let pair = scripts(&world, &from, &to).await;
    let plan = pair.plan(&pair.drift.differences.keys().cloned().collect());
    let refused: Vec<String> = plan.refused.keys().map(ToString::to_string).collect();
    assert_eq!(refused, ["column:public.child.id", "table:public.other"]);
    assert!(plan.refused.values().all(|reason| reason.contains("the table's own")), "{:?}", plan.refused);
    world.apply("from", &plan);
    let after = Pair::new(pair.canonical.clone(), world.read("from").await);
    assert_eq!(after.differences(), ["- column:public.child.id", "~ table:public.other (inherits)"]);
}
