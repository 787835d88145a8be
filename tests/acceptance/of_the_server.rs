//! What a database has of its server: subscriptions, which are planned and proven without their publisher,
//! and tablespaces.

use schemascope::{
    plan::{Proof, every_difference, proof::prove},
    scratch::Choice,
    source::Source,
};

use crate::{
    hazards, observer,
    support::Cluster,
    world::{self, Pair, World, sql},
};

const SUBSCRIPTIONS: &str = "
    CREATE SUBSCRIPTION gets_a_slot CONNECTION 'dbname=x' PUBLICATION a WITH (connect = false, slot_name = NONE);
    CREATE SUBSCRIPTION goes CONNECTION 'dbname=x' PUBLICATION a WITH (connect = false, slot_name = NONE);
    CREATE SUBSCRIPTION \"it's\" CONNECTION 'dbname=x' PUBLICATION a, \"b c\" WITH (connect = false, slot_name = NONE);
    CREATE SUBSCRIPTION moved CONNECTION 'host=one dbname=x' PUBLICATION a
        WITH (connect = false, slot_name = NONE, streaming = true, binary = true);
    CREATE SUBSCRIPTION phases CONNECTION 'dbname=x' PUBLICATION a WITH (connect = false, slot_name = NONE);";

const OTHERS: &str = "
    CREATE SUBSCRIPTION comes CONNECTION 'dbname=it''s' PUBLICATION a, \"b c\"
        WITH (connect = false, slot_name = NONE, synchronous_commit = local);
    COMMENT ON SUBSCRIPTION comes IS 'It''s new';
    CREATE SUBSCRIPTION gets_a_slot CONNECTION 'dbname=x' PUBLICATION a WITH (connect = false, slot_name = a_slot);
    CREATE SUBSCRIPTION \"it's\" CONNECTION 'dbname=x' PUBLICATION \"b c\", d
        WITH (connect = false, slot_name = NONE, disable_on_error = true, synchronous_commit = remote_apply);
    CREATE SUBSCRIPTION moved CONNECTION 'host=two dbname=x' PUBLICATION a WITH (connect = false, slot_name = NONE);
    CREATE SUBSCRIPTION phases CONNECTION 'dbname=x' PUBLICATION a
        WITH (connect = false, slot_name = NONE, two_phase = true);";

const TABLES: &str = "
    CREATE TABLE t (id integer PRIMARY KEY, note text UNIQUE);
    CREATE INDEX t_note ON t (note);
    CREATE TABLE back (id integer PRIMARY KEY USING INDEX TABLESPACE fast) TABLESPACE fast;
    CREATE MATERIALIZED VIEW m AS SELECT 1 AS one;
    CREATE TABLE p (id integer) PARTITION BY LIST (id);";

const ELSEWHERE: &str = "
    CREATE TABLE t (id integer PRIMARY KEY USING INDEX TABLESPACE fast,
        note text UNIQUE WITH (fillfactor = 70) USING INDEX TABLESPACE fast) TABLESPACE fast;
    CREATE INDEX t_note ON t (note) TABLESPACE fast;
    CREATE TABLE back (id integer PRIMARY KEY);
    CREATE TABLE new (id integer, note text, UNIQUE (id) INCLUDE (note) WITH (fillfactor = 70) USING INDEX TABLESPACE fast
        DEFERRABLE) TABLESPACE fast;
    CREATE MATERIALIZED VIEW m TABLESPACE fast AS SELECT 1 AS one;
    CREATE TABLE p (id integer) PARTITION BY LIST (id) TABLESPACE fast;";

/// Loads both scripts and closes every difference, by a plan that was proven; gives its SQL.
async fn repaired(world: &World, way: &str, [from, to]: [&str; 2]) -> String {
    let (found, meant) = (format!("{way}-found"), format!("{way}-meant"));
    for (name, script) in [(&found, from), (&meant, to)] {
        world.cluster.database(name);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("schema.sql");
        std::fs::write(&file, script).expect("a file");
        world.cluster.run_file(name, &file);
    }
    let pair = Pair::new(world.read(&meant).await, world.read(&found).await);
    let plan = pair.plan_all();
    let every = pair.drift.differences.keys().cloned().collect();
    let proof = prove(&pair.request(&every), &plan, &world.scratch()).await;
    let mut wrong = hazards::disagreements(&plan, &proof);
    // The locks of an index are not looked at.
    wrong.retain(|wrong| !wrong.contains("ALTER INDEX"));
    assert_eq!(wrong, [""; 0], "{}", sql(&plan));
    world.apply(&found, &plan);
    let after = Pair::new(pair.canonical, world.read(&found).await);
    assert_eq!(after.differences(), [""; 0], "{}", sql(&plan));
    observer::assert_equal(&world.observe(&found), &world.observe(&meant));
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'schemascope_scratch%'";
    assert_eq!(world.cluster.query("postgres", left), "0", "scratch databases are left behind");
    sql(&plan)
}

#[tokio::test]
async fn subscriptions_end_equal_in_both_directions_and_leave_nothing_behind() {
    let world = World::start();
    let there = repaired(&world, "there", [SUBSCRIPTIONS, OTHERS]).await;
    assert!(!there.contains("ALTER SUBSCRIPTION goes "), "it has no slot to be freed of\n{there}");
    let back = repaired(&world, "back", [OTHERS, SUBSCRIPTIONS]).await;
    assert!(back.contains("SET (slot_name = NONE)"), "{back}");
}

#[tokio::test]
async fn the_secret_of_a_subscription_is_asked_for_and_not_told() {
    let world = World::start();
    let secret = "CREATE SUBSCRIPTION s CONNECTION 'dbname=x password=hunter2' PUBLICATION a
        WITH (connect = false, slot_name = NONE)";
    world.cluster.database("found");
    world.cluster.database("meant");
    world.cluster.execute("meant", secret);
    let pair = Pair::new(world.read("meant").await, world.read("found").await);
    let sql = sql(&pair.plan_all());
    assert!(sql.contains("'dbname=x password=***' /* put the secret here"), "{sql}");
    assert!(!sql.contains("hunter2"), "{sql}");
}

#[tokio::test]
async fn what_stands_in_a_tablespace_is_moved_there_and_back() {
    let world = World::start();
    make_fast(&world);
    repaired(&world, "there", [TABLES, ELSEWHERE]).await;
    repaired(&world, "back", [ELSEWHERE, TABLES]).await;
}

#[tokio::test]
async fn tablespaces_that_a_scratch_engine_lacks_are_made_there() {
    let world = World::start();
    make_fast(&world);
    let folder = tempfile::tempdir().expect("a folder");
    let [found, meant] = [("found.sql", TABLES), ("meant.sql", ELSEWHERE)].map(|(name, script)| {
        let file = folder.path().join(name);
        std::fs::write(&file, script).expect("a file");
        file
    });
    for choice in [Choice::Local, Choice::Embedded] {
        let name = format!("{choice:?}");
        world.load(&name, &[&found]);
        let engine = world::scratch(choice);
        let canonical = world::read(&Source::SqlFile(meant.clone()), &engine).await;
        let pair = Pair::new(canonical, world.read(&name).await);
        let plan = pair.plan_all();
        let every = pair.drift.differences.keys().cloned().collect();
        let proof = prove(&pair.request(&every), &plan, &engine).await;
        assert!(matches!(proof, Proof::Proven { .. }), "{name}: {proof:?}");
        world.apply(&name, &plan);
        let after = Pair::new(pair.canonical, world.read(&name).await);
        assert_eq!(after.differences(), [""; 0], "{name}: {}", sql(&plan));
    }
}

#[tokio::test]
async fn a_privilege_that_only_a_newer_server_knows_is_neither_given_nor_taken() {
    let world = World { cluster: Cluster::start_major(15) };
    world.cluster.execute("postgres", "CREATE ROLE app");
    world.cluster.database("older");
    world.cluster.execute("older", "CREATE TABLE t (id integer)");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schema.sql");
    let script = "CREATE TABLE t (id integer); CREATE TABLE u (id integer);
        GRANT ALL ON t, u TO app; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app";
    std::fs::write(&file, script).expect("a file");
    let canonical = world::read(&Source::SqlFile(file), &world::scratch(Choice::Embedded)).await;
    let pair = Pair::new(canonical, world.read("older").await);
    assert!(!sql(&pair.plan_all()).contains("MAINTAIN"), "{}", sql(&pair.plan_all()));
    world.apply("older", &pair.plan_all());
    let after = Pair::new(pair.canonical, world.read("older").await);
    assert_eq!(after.differences(), [""; 0]);
}

#[tokio::test]
async fn what_the_target_is_too_old_for_is_left_open_with_the_reason() {
    let world = World { cluster: Cluster::start_major(13) };
    world.cluster.database("older");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schema.sql");
    let script =
        "CREATE TABLE t (a integer CONSTRAINT one UNIQUE NULLS NOT DISTINCT, b text COMPRESSION pglz,
            c integer GENERATED ALWAYS AS (a + 1) VIRTUAL, CONSTRAINT small CHECK (a < 9) NOT ENFORCED);
        CREATE TABLE u (x integer, y integer, PRIMARY KEY (x, y));
        CREATE TABLE s (x integer, y integer,
            CONSTRAINT to_u FOREIGN KEY (x, y) REFERENCES u ON DELETE SET NULL (y));
        CREATE FUNCTION f() RETURNS integer LANGUAGE sql RETURN 1;
        CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t;
        CREATE VIEW on_v AS SELECT a FROM v;
        CREATE UNLOGGED SEQUENCE q;
        CREATE PUBLICATION p FOR TABLE t WHERE (a > 1);
        CREATE PUBLICATION all_of FOR TABLES IN SCHEMA public;";
    std::fs::write(&file, script).expect("a file");
    let canonical = world::read(&Source::SqlFile(file), &world::scratch(Choice::Embedded)).await;
    let pair = Pair::new(canonical, world.read("older").await);
    let plan = pair.plan(&every_difference(&pair.drift));
    let mut left: Vec<String> = plan.refused.iter().map(|(key, why)| format!("{key}: {why}")).collect();
    let too_old = |what: &str, since| format!("PostgreSQL 13 does not know {what}, which came with {since}");
    let mut expected = [
        format!("function:public.f(): {}", too_old("a body of SQL", 14)),
        format!("publication:all_of: {}", too_old("publications of schemas", 15)),
        format!("publication:p: {}", too_old("row filters and lists of columns", 15)),
        format!("sequence:public.q: {}", too_old("unlogged sequences", 15)),
        format!("constraint:public.s.to_u: {}", too_old("SET NULL of some columns", 15)),
        format!("column:public.t.c: {}", too_old("virtual columns", 18)),
        format!("constraint:public.t.one: {}", too_old("NULLS NOT DISTINCT", 15)),
        format!("constraint:public.t.small: {}", too_old("NOT ENFORCED", 18)),
        "view:public.on_v: it builds on view:public.v, which is left open".to_owned(),
        format!("view:public.v: {}", too_old("security_invoker", 15)),
    ];
    left.sort();
    expected.sort();
    assert_eq!(left, expected);
    world.apply("older", &plan);
}

fn make_fast(world: &World) {
    let make = ["-c", "SET allow_in_place_tablespaces = on", "-c", "CREATE TABLESPACE fast LOCATION ''"];
    assert!(world.cluster.psql_output("postgres", &make).status.success());
}
