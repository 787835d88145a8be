//! Roles and memberships of two servers, compared on request.

use schemascope::plan::{Proof, proof::prove};

use crate::world::{Pair, World};

const MEANT: &str = "
    CREATE ROLE app LOGIN PASSWORD 'hunter2' CONNECTION LIMIT 7 VALID UNTIL '2030-01-01 00:00:00+00';
    CREATE ROLE readers NOLOGIN; CREATE ROLE writers CREATEROLE; CREATE ROLE \"it's \"\"new\"\"\" LOGIN;
    GRANT readers TO app; GRANT writers TO \"it's \"\"new\"\"\" WITH ADMIN OPTION;
    ALTER ROLE app SET work_mem = '64MB'; ALTER ROLE app IN DATABASE d SET search_path = 'a b', public;
    COMMENT ON ROLE app IS 'it''s $$ app';
    CREATE TABLE t (id integer); GRANT SELECT ON t TO \"it's \"\"new\"\"\";";

const FOUND: &str = "
    CREATE ROLE app SUPERUSER; CREATE ROLE readers; CREATE ROLE old LOGIN; CREATE ROLE writers CREATEROLE;
    GRANT app TO readers WITH ADMIN OPTION; GRANT writers TO app;
    ALTER ROLE app SET statement_timeout = '1s'; ALTER ROLE readers IN DATABASE d SET work_mem = '1MB';
    CREATE TABLE t (id integer);";

#[tokio::test]
async fn roles_are_compared_and_brought_into_line_on_request() {
    let (canonical, target) = (World::start(), World::start());
    for (world, script) in [(&canonical, MEANT), (&target, FOUND)] {
        world.cluster.database("d");
        world.cluster.execute("d", script);
    }
    let silent = Pair::new(canonical.read("d").await, target.read("d").await);
    assert_eq!(silent.differences(), ["~ table:public.t (grants)"]);
    let meant = canonical.read_with_roles("d").await;
    let pair = Pair::new(meant, target.read_with_roles("d").await);
    let app = "~ role:app (comment, connection limit, logs in, member of, settings, settings here, superuser, valid until)";
    assert_eq!(
        pair.differences(),
        [
            "+ role:\"it's \"\"new\"\"\"",
            "- role:old",
            app,
            "~ role:readers (member of, settings here)",
            "~ table:public.t (grants)",
        ]
    );
    let plan = pair.plan_all();
    let every = pair.drift.differences.keys().cloned().collect();
    let proof = prove(&pair.request(&every), &plan, &target.scratch()).await;
    let Proof::Proven { observed, .. } = proof else { panic!("{proof:?}") };
    assert_eq!(observed.len(), plan.statements.len());
    target.apply("d", &plan);
    let after = Pair::new(pair.canonical, target.read_with_roles("d").await);
    assert_eq!(after.differences(), [""; 0]);
    let everything = format!("{:?} {:?}", after.canonical, plan.statements);
    assert!(!everything.contains("hunter2") && !everything.contains("SCRAM"), "a password was read");
}
