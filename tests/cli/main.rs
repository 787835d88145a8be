//! The commands as a user types them: the real binary on real databases.

mod baseline;
mod decision;
mod inventory;
mod manners;
mod selection;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/user.rs"]
mod user;
mod verify;

use std::{fs, path::Path};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use support::Cluster;
use user::{Ended, User};

const SCHEMA: &str = "
    CREATE TYPE state AS ENUM ('new', 'paid');
    CREATE TABLE orders (id integer PRIMARY KEY, state state NOT NULL DEFAULT 'new', note text);
    CREATE INDEX orders_note ON orders (note);
    CREATE VIEW open_orders AS SELECT id FROM orders WHERE state = 'new';
";

const DRIFT: &str = "
    ALTER TABLE orders ALTER COLUMN state DROP NOT NULL;
    DROP INDEX orders_note;
    CREATE TABLE orders_backup (id integer);
    CREATE OR REPLACE VIEW open_orders AS SELECT id FROM orders;
";

/// A user with a schema, and a database that had it before it drifted; the database's URL.
fn drifted(schema: &str, drift: &str) -> (User, Cluster, String) {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", schema);
    let live = cluster.database("live");
    cluster.execute("live", schema);
    cluster.execute("live", drift);
    (user, cluster, live)
}

#[test]
fn help_names_every_command_and_what_a_source_can_be() {
    let shown = User::new().run(&["--help"]);
    shown.check(
        0,
        &["open", "demo", "inspect", "diff", "plan", "schema.sql", "sqlite://", "Exit status"],
        &[],
    );
}

#[test]
fn a_wrong_command_line_ends_with_2_and_says_what_is_wrong() {
    let user = User::new();
    user.run(&["diff", "--bogus"]).check(2, &[], &["--bogus"]);
    user.run(&["frobnicate"]).check(2, &[], &["frobnicate"]);
    user.run(&["diff", "schema.sql"]).check(2, &[], &["nothing to compare schema.sql with"]);
    user.run(&["diff", "a", "b", "--scratch", "cloud"]).check(2, &[], &["no scratch engine called cloud"]);
    user.run(&["plan", "a", "b", "--all", "--safe"]).check(2, &[], &["cannot be used with"]);
}

#[test]
fn the_first_start_says_what_to_do() {
    User::new().run(&[]).check(2, &[], &["no schemascope.toml", "schemascope demo", "[targets.production]"]);
}

#[test]
fn a_plan_without_a_selection_explains_the_choices() {
    let refused = User::new().run(&["plan", "a.sql", "b.sql"]);
    let refused = refused.check(2, &[], &["--all", "--safe", "--only PATTERN", "--except PATTERN"]);
    assert_eq!(refused.out, "");
}

#[test]
fn a_source_that_is_none_is_named_without_its_password() {
    let user = User::new();
    user.run(&["diff", "nope.sql", "nope-too.sql"]).check(2, &[], &["nope.sql", "nope-too.sql"]);
    let refused =
        user.run(&["diff", "nope.sql", "oracle://scott:tiger@host/db"]).check(2, &[], &["oracle://"]);
    assert!(!refused.err.contains("tiger") && !refused.out.contains("tiger"), "{}", refused.err);
}

#[test]
fn a_configuration_with_a_mistake_is_shown_with_its_line() {
    let user = User::new();
    user.write("schemascope.toml", "canonical = 'a.sql'\ntarget = 'b'\n");
    user.run(&[]).check(2, &[], &["schemascope.toml:2:1", "Did you mean `targets`?"]);
}

#[test]
fn drift_is_found_closed_by_the_plan_and_then_gone() {
    let (user, cluster) = (User::new(), Cluster::start());
    let schema = user.write("schema.sql", SCHEMA);
    let (meant, live) = (cluster.database("meant"), cluster.database("live"));
    cluster.execute("meant", SCHEMA);
    cluster.execute("live", SCHEMA);
    user.run(&["diff", &schema, &live]).check(0, &["no differences"], &[]);

    cluster.execute("live", DRIFT);
    let shown = user.run(&["diff", &schema, &live]);
    shown.check(
        1,
        &["+ index orders_note", "- table public.orders_backup", "not null: false, canonical true"],
        &[],
    );
    let json = user.json(&["diff", &schema, &live, "--json"]);
    assert_eq!(json["outcome"], "drift");
    assert_eq!(json["targets"][0]["counts"]["changed"], 2);

    let plan = user.run(&["plan", &schema, &live, "--all"]);
    let plan =
        plan.check(1, &["so that it matches schema.sql", "hazard loses-data", "BEGIN;", "COMMIT;"], &[]);
    let file = user.write("fix.sql", &plan.out);
    cluster.psql("live", &["-v", "ON_ERROR_STOP=1", "-f", &file]);
    user.run(&["diff", &schema, &live]).check(0, &[], &[]);
    user.run(&["diff", &meant, &live]).check(0, &[], &[]);
    // The second observer shares nothing with the reader of both sides.
    assert_eq!(dump(&cluster, "meant"), dump(&cluster, "live"));

    let nothing = user.run(&["plan", &schema, &live, "--all"]).check(0, &[], &[]);
    assert!(nothing.out.lines().all(|line| line.starts_with("--")), "{}", nothing.out);
}

#[test]
fn a_plan_leads_back_again_and_canonical_can_adopt_the_drift() {
    let (user, cluster) = (User::new(), Cluster::start());
    let schema = user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", DRIFT);
    let start = dump(&cluster, "live");

    let back = user.run(&["plan", &schema, &live, "--all", "--reverse"]);
    let lost = "What this cannot bring back: All rows of public.orders_backup are gone.";
    let back = back.check(1, &["back to what it was", lost, "Proven", "DROP INDEX"], &[]);
    let there = user.run(&["plan", &schema, &live, "--all"]).check(1, &["Proven"], &[]);
    for (name, script) in [("fix.sql", there.out), ("back.sql", back.out)] {
        let file = user.write(name, &script);
        cluster.psql("live", &["-v", "ON_ERROR_STOP=1", "-f", &file]);
    }
    assert_eq!(dump(&cluster, "live"), start);

    let adopted = user.run(&["plan", &schema, &live, "--all", "--direction", "canonical-follows"]);
    let adopted = adopted.check(1, &["changes schema.sql so that it matches", "Proven"], &[]);
    assert!(!adopted.out.contains("OWNER"), "{}", adopted.out);
    let migrated = user.write("migrated.sql", &format!("{SCHEMA}\n{}", adopted.out));
    user.run(&["diff", &migrated, &live]).check(0, &["no differences"], &[]);
}

fn dump(cluster: &Cluster, database: &str) -> String {
    let dump = cluster.dump(database, &[]);
    // Each dump carries a random word between these two.
    let lines = dump.lines().filter(|line| !line.contains("restrict "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_holds_what_was_selected_and_nothing_else() {
    let (user, cluster) = (User::new(), Cluster::start());
    let schema = user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", DRIFT);

    let only = user.run(&["plan", &schema, &live, "--only", "index:*"]);
    let only = only.check(1, &["CREATE INDEX orders_note"], &["1 of 4 differences selected"]);
    assert!(!only.out.contains("DROP") && !only.out.contains("ALTER"), "{}", only.out);

    let except = user.run(&["plan", &schema, &live, "--except", "table:*"]);
    let except = except.check(1, &["SET NOT NULL", "open_orders"], &[]);
    assert!(!except.out.contains("orders_backup"), "{}", except.out);

    let safe = user.run(&["plan", &schema, &live, "--safe"]).check(1, &["Hazards: none", "open_orders"], &[]);
    assert!(!safe.out.contains("orders_backup") && !safe.out.contains("SET NOT NULL"), "{}", safe.out);

    user.run(&["plan", &schema, &live, "--only", "table:nope"]).check(
        0,
        &["-- "],
        &["nope fits no difference"],
    );

    let file = user.folder().join("fix.sql");
    let written =
        user.run(&["plan", &schema, &live, "--all", "--output", file.to_str().unwrap()]).check(1, &[], &[]);
    assert_eq!(written.out, "");
    assert!(fs::read_to_string(&file).unwrap().contains("DROP TABLE"));
}

#[test]
fn one_target_that_fails_does_not_stop_the_others() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", DRIFT);
    let gone = format!("postgres://postgres@/nowhere?host={}", user.folder().display());
    let text =
        format!("canonical = 'schema.sql'\n[targets.eu]\nurl = '{live}'\n[targets.us]\nurl = '{gone}'\n");
    user.write("schemascope.toml", &text);
    let shown = user.run(&["diff"]);
    shown.check(2, &["eu: 4 differences", "us: could not be compared"], &["error: us: "]);
    user.run(&["diff", "schema.sql", "eu"]).check(1, &["eu: 4 differences"], &[]);
    let one_word = user.run(&["diff", "eu"]).check(1, &["eu: 4 differences"], &[]);
    assert!(!one_word.out.contains("us:"), "{}", one_word.out);
    // Without a terminal the comparison is printed in its place.
    user.run(&[]).check(2, &["eu: 4 differences"], &[]);
    let json = user.json(&["--json"]);
    assert_eq!(json["targets"][1]["state"], "failed");
}

#[test]
fn a_password_is_asked_for_or_missed_and_never_shown() {
    let (user, cluster) = (User::new(), Cluster::start());
    let schema = user.write("schema.sql", SCHEMA);
    cluster.database("live");
    let missing = user.run(&["diff", &schema, &cluster.tcp_url("postgres", "live")]);
    missing.check(2, &[], &["password"]);
    let wrong = user.run(&["diff", &schema, &cluster.tcp_url("postgres:hunter2", "live")]).check(
        2,
        &[],
        &["password"],
    );
    assert!(!wrong.err.contains("hunter2") && !wrong.out.contains("hunter2"), "{}", wrong.err);

    let text = format!(
        "[targets.live]\nurl = '{}'\npassword-command = 'echo {}'\n",
        cluster.tcp_url("postgres", "live"),
        support::PASSWORD
    );
    user.write("schemascope.toml", &text);
    user.run(&["diff", &schema, "live"]).check(1, &["live: "], &["password-command"]);
}

#[test]
fn an_inventory_stands_for_the_database_it_was_made_from() {
    let (user, cluster) = (User::new(), Cluster::start());
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    user.run(&["inspect", &live]).check(0, &["1 table", "1 view", "1 index"], &[]);
    let file = user.folder().join("live.json");
    let file = file.to_str().unwrap();
    user.run(&["inspect", &live, "--json", "--output", file]).check(0, &[], &["live.json was written"]);
    user.run(&["diff", file, &live]).check(0, &["no differences"], &[]);
    cluster.execute("live", DRIFT);
    user.run(&["diff", file, &live]).check(1, &[], &[]);
}

#[test]
fn names_from_a_database_cannot_take_over_the_terminal_or_the_script() {
    let (user, cluster) = (User::new(), Cluster::start());
    let (schema, live) = (user.write("schema.sql", SCHEMA), cluster.database("live"));
    cluster.execute("live", SCHEMA);
    cluster.execute("live", "CREATE TABLE \"a\u{1b}[31m\n; DROP TABLE orders; --\u{202e}\" (id integer)");
    let shown = user.run(&["diff", &schema, &live]).check(1, &["\\u{1b}[31m\\n; DROP"], &[]);
    assert!(!shown.out.contains(['\u{1b}', '\u{202e}']), "{:?}", shown.out);

    let plan = user.run(&["plan", &schema, &live, "--all"]).check(1, &[], &[]);
    let file = user.write("fix.sql", &plan.out);
    cluster.psql("live", &["-v", "ON_ERROR_STOP=1", "-f", &file]);
    user.run(&["diff", &schema, &live]).check(0, &[], &[]);
}

#[tokio::test]
async fn sqlite_is_compared_and_brought_back() {
    let user = User::new();
    let schema =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT; CREATE INDEX i ON t (name);";
    let schema = user.write("schema.sql", schema);
    let file = user.folder().join("live.db");
    let url = format!("sqlite://{}", file.display());
    user.run(&["diff", &schema, &url]).check(2, &[], &["live.db"]);

    let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT) STRICT; CREATE TABLE u (a);";
    run_sqlite(&file, create).await;
    user.run(&["diff", &schema, &url]).check(1, &["~ column name", "+ index", "- table"], &[]);
    let plan = user.run(&["plan", &schema, &url, "--all"]).check(1, &[], &[]);
    run_sqlite(&file, &plan.out).await;
    user.run(&["diff", &schema, &url]).check(0, &[], &[]);

    let postgres = "postgres://nobody@/nowhere?host=/nonexistent";
    user.run(&["diff", &url, postgres]).check(2, &[], &[]);
}

async fn run_sqlite(file: &Path, script: &str) {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn the_demo_without_a_terminal_prints_what_drifted_and_leaves_nothing() {
    let user = User::new();
    let temporary = user.folder().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let output = user.command().args(["demo", "--json"]).env("TMPDIR", &temporary).output().unwrap();
    let result = Ended::of(output).check(1, &[], &[]);
    let json: Value = serde_json::from_str(&result.out).unwrap();
    let names: Vec<&str> =
        json["targets"].as_array().unwrap().iter().filter_map(|t| t["name"].as_str()).collect();
    assert_eq!(names, ["prod-eu", "prod-us"]);
    for target in json["targets"].as_array().unwrap() {
        assert!(target["differences"].as_array().is_some_and(|all| all.len() > 10), "{target}");
    }
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}
