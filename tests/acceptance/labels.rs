//! Security labels. No server of the tests has a provider of them, so they are put into the catalog by
//! hand, and the statements are read and not run.

use schemascope::plan::{Proof, proof::prove};

use crate::world::{Pair, World, sql};

const TABLES: &str = "CREATE TABLE t (id integer, mail text); CREATE VIEW v AS SELECT mail FROM t;
    CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';";

/// Puts a label on something, as a provider would.
fn label(world: &World, database: &str, class: &str, oid: &str, column: u32, text: &str) {
    let sql = format!(
        "SET allow_system_table_mods = on; INSERT INTO pg_seclabel (classoid, objoid, objsubid, provider, label) \
         VALUES ('{class}'::regclass, {oid}::oid, {column}, 'demo', '{text}')"
    );
    world.cluster.execute(database, &sql);
}

#[tokio::test]
async fn security_labels_are_compared_and_written_and_the_rest_is_proven() {
    let world = World::start();
    for name in ["found", "meant"] {
        world.cluster.database(name);
        world.cluster.execute(name, TABLES);
        label(&world, name, "pg_proc", "'f'::regproc", 0, "same");
    }
    label(&world, "meant", "pg_class", "'t'::regclass", 0, "it''s secret");
    label(&world, "meant", "pg_class", "'v'::regclass", 1, "masked");
    label(&world, "found", "pg_class", "'t'::regclass", 2, "open");
    world.cluster.execute("meant", "CREATE INDEX t_id ON t (id)");
    let pair = Pair::new(world.read("meant").await, world.read("found").await);
    assert_eq!(
        pair.differences(),
        [
            "+ index:public.t.t_id",
            "~ column:public.t.mail (security labels)",
            "~ table:public.t (security labels)",
            "~ view:public.v (security labels)",
        ]
    );
    let plan = pair.plan_all();
    let sql = sql(&plan);
    for statement in [
        "SECURITY LABEL FOR demo ON TABLE public.t IS 'it''s secret';",
        "SECURITY LABEL FOR demo ON COLUMN public.t.mail IS NULL;",
        "SECURITY LABEL FOR demo ON COLUMN public.v.mail IS 'masked';",
    ] {
        assert!(sql.contains(statement), "{statement}\n{sql}");
    }
    let every = pair.drift.differences.keys().cloned().collect();
    let proof = prove(&pair.request(&every), &plan, &world.scratch()).await;
    let Proof::Proven { observed, .. } = proof else { panic!("{proof:?}") };
    let untried =
        observed.iter().filter(|one| one.unseen.as_deref().is_some_and(|why| why.contains("not tried")));
    assert_eq!((untried.count(), observed.len()), (3, 4));
}
