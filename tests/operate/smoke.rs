//! Who can do what is tried on the target, and compared with what canonical allows.

use serde_json::Value;

use super::{Cluster, shop};

fn checks(report: &Value) -> impl Iterator<Item = &Value> {
    report["targets"][0]["checks"].as_array().unwrap().iter()
}

/// The sentence of what a role tried with an object.
fn sentence<'a>(report: &'a Value, role: &str, verb: &str, subject: &str) -> &'a str {
    let mut found =
        checks(report).filter(|it| it["role"] == role && it["verb"] == verb && it["subject"] == subject);
    let check = found.next().unwrap_or_else(|| panic!("{role} {verb} {subject}: {report:#}"));
    check["sentence"].as_str().unwrap()
}

#[test]
fn a_target_like_canonical_passes_and_each_verdict_is_the_servers_own() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "[smoke]\nwrites = true\n[smoke.claims.customer]\nsub = \"7\"\n");
    let report = user.json(&["smoke", "--json"]);
    assert_eq!(report["targets"][0]["outcome"], "pass", "{report:#}");
    let said = |role, verb, subject| sentence(&report, role, verb, subject).to_owned();
    let users = "table:public.users";
    let orders = "table:public.orders";
    assert_eq!(
        said("customer", "SELECT", users),
        "customer SELECT table:public.users is allowed on id only."
    );
    assert_eq!(
        said("customer", "SELECT", orders),
        "customer SELECT table:public.orders is allowed on rows that row security lets through."
    );
    assert!(said("customer", "INSERT", orders).ends_with("is refused by row security."));
    assert!(said("customer", "DELETE", orders).ends_with("is denied: the privilege is missing."));
    assert!(said("support", "SELECT", users).ends_with("is allowed."));
    let total = "function:public.total(numeric, integer[])";
    assert!(said("support", "EXECUTE", total).ends_with("is allowed."));
    assert!(said("customer", "EXECUTE", total).ends_with("is denied: the privilege is missing."));
    assert_eq!(cluster.query("shop", "SELECT count(*) FROM orders"), "0");
}

#[test]
fn what_a_role_can_do_beyond_canonical_fails_and_nothing_is_left_behind() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "[smoke]\nwrites = true\n");
    cluster.execute(
        "shop",
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY; GRANT DELETE ON users TO customer; \
         ALTER TABLE users ALTER name SET DEFAULT 'nobody'; \
         CREATE SEQUENCE s; ALTER TABLE users ALTER id SET DEFAULT nextval('s'); GRANT INSERT ON users TO support; \
         GRANT USAGE ON SEQUENCE s TO support",
    );
    let shown = user.run(&["smoke", "prod"]).check(
        1,
        &[
            "FAIL  access to tables and views:",
            "! customer DELETE table:public.users is allowed; in canonical it is denied: the privilege is missing.",
            "! customer SELECT table:public.orders is allowed; in canonical it is allowed on rows that row security lets through.",
            "! customer INSERT table:public.orders is allowed; in canonical it is refused by row security.",
            "! support INSERT table:public.users is allowed; in canonical it is denied: the privilege is missing.",
            "pass  functions:",
        ],
        &[],
    );
    assert!(shown.out.starts_with("prod: PostgreSQL "), "{}", shown.out);
    assert_eq!(cluster.query("shop", "SELECT count(*) FROM users"), "0", "what was inserted is rolled back");
}

#[test]
fn rows_without_parents_and_expectations_of_the_configuration_are_checked() {
    let cluster = Cluster::start();
    let config = "
        [smoke]
        roles = [\"visitor\"]
        [[smoke.expect]]
        role = \"visitor\"
        on = \"table:public.users\"
        may = [\"select\"]
        may-not = [\"delete\"]
        [[smoke.check]]
        name = \"nobody is called root\"
        sql = \"SELECT count(*) FROM users WHERE name = 'root'\"
        expect = \"rows\"
        value = \"0\"
        [[smoke.check]]
        name = \"two at once\"
        sql = \"SELECT 1; DROP TABLE users\"
        expect = \"allowed\"
        [[smoke.check]]
        name = \"customers see no order of others\"
        role = \"customer\"
        claims = { sub = \"7\" }
        sql = \"SELECT FROM orders\"
        expect = \"no-rows\"
    ";
    let user = shop(&cluster, "shop", config);
    cluster.execute(
        "shop",
        "SET session_replication_role = replica; INSERT INTO orders VALUES (1, 99, ''), (2, 98, '')",
    );
    let said = user.run(&["smoke"]).check(
        1,
        &[
            "! visitor SELECT table:public.users is denied: the privilege is missing; the configuration says to allow it.",
            "! constraint:public.orders.orders_user_id_fkey: of 2 rows looked at, 2 have no parent.",
            "! two at once: the server said: cannot insert multiple commands into a prepared statement",
            "own checks: 2 passed, 1 failed",
        ],
        &[],
    );
    assert!(!said.out.contains("visitor DELETE"), "{}", said.out);
    assert_eq!(cluster.query("shop", "SELECT count(*) FROM orders"), "2");
}

#[test]
fn a_role_that_cannot_be_taken_on_is_said_and_counts_as_not_tried() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let shown = user.run(&["smoke", "--role", "nobody-here", "--no-canonical", "--only", "table:*"]);
    let shown = shown.check(
        2,
        &["could not be tried: the role cannot be taken on: role \"nobody-here\" does not exist"],
        &[],
    );
    assert_eq!(shown.out.matches("nobody-here\" does not exist").count(), 1, "{}", shown.out);
    assert!(
        shown.out.contains("7 more checks as nobody-here could not be tried for the same reason."),
        "{}",
        shown.out
    );
    user.run(&["smoke", "--only", "table:*", "sqlite:none.db"]).check(2, &[], &["none.db"]);
}
