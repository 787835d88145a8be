//! Indexes that were not built whole: found at a target and repaired, and no aim where canonical has
//! one.

use schemascope::plan::{Proof, proof::prove};

use crate::world::{Pair, World};

/// What both sides have.
const TABLES: &str = "CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (1);
    CREATE TABLE p (id integer, at date) PARTITION BY LIST (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
    CREATE INDEX p1_at_idx ON p1 (at);";

#[tokio::test]
async fn an_index_that_was_not_built_whole_is_found_and_repaired_and_is_no_aim() {
    let world = World::start();
    for name in ["target", "meant"] {
        world.cluster.database(name);
        world.cluster.execute(name, TABLES);
    }
    // One value twice: the index stays behind, invalid.
    world.cluster.psql_output("target", &["-c", "CREATE UNIQUE INDEX CONCURRENTLY t_id ON t (id)"]);
    world.cluster.execute("target", "DELETE FROM t; CREATE INDEX p_at ON ONLY p (at)");
    world.cluster.execute("target", "ALTER INDEX p_at ATTACH PARTITION p1_at_idx");
    world.cluster.execute("meant", "DELETE FROM t; CREATE UNIQUE INDEX t_id ON t (id)");
    world.cluster.execute("meant", "CREATE INDEX p_at ON p (at)");
    let pair = Pair::new(world.read("meant").await, world.read("target").await);
    assert_eq!(pair.differences(), ["~ index:public.p.p_at (invalid)", "~ index:public.t.t_id (invalid)"]);
    let aimless = Pair::new(pair.target.clone(), pair.canonical.clone());
    assert_eq!(aimless.differences(), [""; 0]);
    let plan = pair.plan_all();
    let every = pair.drift.differences.keys().cloned().collect();
    let proof = prove(&pair.request(&every), &plan, &world.scratch()).await;
    assert!(matches!(proof, Proof::Proven { .. }), "{proof:?}");
    world.apply("target", &plan);
    assert_eq!(Pair::new(pair.canonical, world.read("target").await).differences(), [""; 0]);
    let invalid = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(world.cluster.query("target", invalid), "0");
}
