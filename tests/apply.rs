//! Plans run on real databases: refused, approved, stopped half-way, cancelled, cut off.

#[path = "support/relay.rs"]
mod relay;
mod support;
#[path = "support/user.rs"]
mod user;

use std::{
    fs,
    process::{Child, Stdio},
};

use relay::{Cut, Relay};
use serde_json::Value;
use support::Cluster;
use user::{Ended, User};

const CANONICAL: &str = "CREATE TABLE orders (id integer PRIMARY KEY, note text NOT NULL, total numeric);
CREATE INDEX orders_note ON orders (note);
CREATE VIEW notes AS SELECT note FROM orders;
";

const LIVE: &str = "CREATE TABLE orders (id integer PRIMARY KEY, note text);
CREATE TABLE left_behind (id integer);";

/// A database that has drifted, a target that names it, and a plan that closes all of it.
fn drifted(cluster: &Cluster, settings: &str) -> User {
    let user = User::new();
    let url = cluster.database("live");
    cluster.execute("live", LIVE);
    user.write("schema.sql", CANONICAL);
    user.targets(&[("prod", &url, settings)]);
    plan(&user);
    user
}

/// Makes the plan anew.
fn plan(user: &User) {
    let planned = user.run(&["plan", "schema.sql", "prod", "--all", "--json"]).check(1, &["\"hash\""], &[]);
    user.write("plan.json", &planned.out);
}

/// What is printed, without what differs from run to run.
fn settled(user: &User, text: &str) -> String {
    let text = text.replace(user.folder().to_str().unwrap(), "DIR");
    let hash = |word: &str| word.len() >= 12 && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = text.split_inclusive([' ', '\n', ',', '.']);
    let plain = words.map(|word| {
        let bare = word.trim_end_matches([' ', '\n', ',', '.']);
        if hash(bare) { word.replace(bare, "HASH") } else { word.to_owned() }
    });
    plain.collect()
}

#[test]
fn a_plan_is_shown_run_and_recorded_and_then_nothing_is_left() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let shown = user.run(&["apply", "plan.json", "prod", "--dry-run"]);
    let shown = shown.check(0, &[], &["Nothing was run"]);
    insta::assert_snapshot!(settled(&user, &shown.out), @r#"
    This changes prod so that it matches schema.sql.
    Plan HASH, made for the schema HASH, which prod still has.
    Proven for the schema alone, not for its rows, on local PostgreSQL 15.18.

    In one transaction:
        1 of 5  DROP TABLE public.left_behind
                loses-data: All rows of public.left_behind are gone.
                breaks-clients: Whoever still names public.left_behind gets an error.
        2 of 5  ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL
                blocks-reads: Nobody can use public.orders while its rows are checked.
                may-fail: Fails if public.orders.note holds a NULL.
        3 of 5  ALTER TABLE public.orders ADD COLUMN total numeric
        4 of 5  CREATE INDEX orders_note ON public.orders USING btree (note)
                blocks-writes: Nobody can write to public.orders while the index is built.
        5 of 5  CREATE VIEW public.notes AS …
    "#);
    assert_eq!(cluster.query("live", "SELECT count(*) FROM left_behind"), "0");

    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--record", "--release=1.2.0"]);
    let ran = ran.check(0, &["prod now matches schema.sql.", "committed"], &["committed"]);
    assert!(ran.out.contains("Journal: "), "{}", ran.out);
    user.run(&["diff", "schema.sql", "prod"]).check(0, &[], &[]);
    let row =
        cluster.query("live", "SELECT version, length(checksum), migrations_applied FROM schema_version");
    assert_eq!(row, "1.2.0|64|{plan.json}");

    let journal = user.read("home/.local/state/schemascope/journal.jsonl");
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["event"], &lines[1]["event"]), (&"begins".into(), &"done".into()));
    assert_eq!(lines[0]["run"], lines[1]["run"]);
    assert_eq!(lines[1]["who"], "nobody-in-particular as role postgres");
    assert_ne!(lines[1]["before"], lines[1]["after"]);

    // What was made for the schema of before is not run again.
    let again = |more: &[&str]| user.run(&[&["apply", "plan.json", "prod", "--yes"], more].concat());
    again(&[]).check(2, &[], &["This plan was run on prod already, on 2"]);
    let elsewhere = again(&["--journal", "other.jsonl"]);
    elsewhere.check(
        2,
        &[],
        &["The schema of prod has changed since the plan was made", "Make the plan anew"],
    );
}

#[test]
fn what_is_no_plan_that_was_written_so_is_refused() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let edited =
        user.read("plan.json").replacen("DROP TABLE public.left_behind", "DROP TABLE public.orders", 1);
    user.write("edited.json", &edited);
    user.write("fix.sql", "BEGIN;\nDROP TABLE left_behind;\nCOMMIT;\n");
    user.write("newer.json", "{\"format\": 99, \"command\": \"plan\"}");
    for (file, words) in [
        ("edited.json", "it was edited after it was written"),
        ("fix.sql", "it is an SQL script"),
        ("newer.json", "it is of format 99"),
        ("schema.sql", "it is not a plan"),
        ("none.json", "There is no plan file none.json."),
    ] {
        user.run(&["apply", file, "prod", "--yes"]).check(2, &[], &[words]);
    }
    user.run(&["apply", "plan.json", "schema.sql", "--yes"]).check(2, &[], &["schema.sql is not a database"]);
    assert_eq!(cluster.query("live", "SELECT count(*) FROM left_behind"), "0");
}

#[test]
fn nobody_to_ask_is_no_agreement_and_a_protected_target_wants_its_name() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "protected = true\napprovals = 2");
    let apply = |more: &[&str]| user.run(&[&["apply", "plan.json", "prod"], more].concat());
    apply(&["--confirm", "prod"]).check(2, &[], &["prod needs 2 approvals of the plan, and there is none."]);
    let approve = |by: &str| user.run(&["approve", "plan.json", "--by", by, "--reason", "incident 97"]);
    approve("ann").check(0, &["ann approved the plan", "for prod. 1 person has"], &[]);
    approve("Ann").check(0, &["1 person has"], &[]);
    apply(&["--confirm", "prod"]).check(2, &[], &["and there is 1."]);
    approve("bob").check(0, &["2 people have"], &[]);
    user.run(&["approve", "plan.json", "--by", " ", "--reason", "x"]).check(
        2,
        &[],
        &["says who agrees and why"],
    );

    apply(&["--yes"]).check(2, &[], &["--yes is not enough: give --confirm prod"]);
    apply(&["--yes", "--confirm", "staging"]).check(
        2,
        &[],
        &["--confirm says staging, and the target is prod"],
    );
    // By its address it is the same target.
    let url = cluster.url("live");
    user.run(&["apply", "plan.json", &url, "--yes"]).check(2, &[], &["give --confirm prod"]);
    apply(&["--confirm", "prod"]).check(0, &["Approved by ann, Ann, bob.", "prod now matches"], &[]);
}

#[test]
fn approvals_of_another_plan_do_not_count() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "approvals = 1");
    user.run(&["approve", "plan.json", "--by", "ann", "--reason", "read it"]).check(0, &[], &[]);
    cluster.execute("live", "DROP TABLE left_behind");
    plan(&user);
    let refused = user.run(&["apply", "plan.json", "prod", "--yes"]);
    refused.check(2, &[], &["needs 1 approval", "Those beside it are of another plan"]);
}

#[test]
fn the_first_failure_stops_it_and_what_is_done_is_said() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    cluster.execute("live", "INSERT INTO orders VALUES (1, NULL)");
    let failed = user.run(&["apply", "plan.json", "prod", "--yes"]);
    let failed = failed.check(2, &[], &["contains null values (SQLSTATE 23502)"]);
    let said = failed.err.split("error: ").nth(1).unwrap_or_default();
    insta::assert_snapshot!(settled(&user, said.split("Journal").next().unwrap()), @r#"
    prod: statement 2 of 5 (ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL) failed.
      column "note" of relation "orders" contains null values (SQLSTATE 23502)
    Done: nothing. Not done: all 5 statements.
    What had begun was rolled back: nothing of it is left.
    prod still has 5 differences from schema.sql that the plan is for:
      table:public.left_behind
      view:public.notes
      column:public.orders.note
      index:public.orders.orders_note
      column:public.orders.total
    "#);
    assert_eq!(cluster.query("live", "SELECT count(*) FROM left_behind"), "0", "rolled back");
}

#[test]
fn a_lock_that_cannot_be_had_is_tried_for_again() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let holder = holder(&cluster, "BEGIN; LOCK TABLE orders;");
    let arguments = ["apply", "plan.json", "prod", "--yes", "--lock-timeout", "100ms", "--retries", "1"];
    let failed = user.run(&arguments);
    let expected = ["A lock could not be had", "trying again in 1.0 s", "(SQLSTATE 55P03)", "tried 2 times"];
    failed.check(2, &[], &expected);
    release(&cluster, holder);
    user.run(&["apply", "plan.json", "prod", "--yes"]).check(0, &["prod now matches"], &[]);
}

#[test]
fn a_second_apply_at_the_same_time_refuses() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let holder = holder(&cluster, "BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE;");
    let mut first = begin(&user, &["--lock-timeout", "0"]);
    wait_for(&cluster, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1");
    let second = user.run(&["apply", "plan.json", "prod", "--yes"]);
    second.check(2, &[], &["Another apply is at work on prod: process ", "of role postgres"]);
    release(&cluster, holder);
    assert!(first.wait().unwrap().success());
}

#[test]
fn an_interrupt_cancels_the_statement_and_leaves_nothing_half_done() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let holder = holder(&cluster, "BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE;");
    let first = begin(&user, &["--lock-timeout", "0"]);
    wait_for(&cluster, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1");
    let process = first.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    let ended = Ended::of(first.wait_with_output().unwrap());
    let told = ended.check(130, &[], &["cancelling the statement on the server", "Interrupted on prod."]);
    assert!(told.err.contains("What had begun was rolled back"), "{}", told.err);
    // Whoever held the table had it all the time, and now nobody waits for it.
    wait_for(&cluster, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "0");
    assert_eq!(cluster.query("live", "SELECT count(*) FROM left_behind"), "0");
    release(&cluster, holder);
    let journal = user.read("home/.local/state/schemascope/journal.jsonl");
    assert!(journal.lines().last().unwrap().contains("\"event\":\"interrupted\""), "{journal}");
}

#[test]
fn a_target_that_goes_away_is_told_about_as_far_as_it_is_known() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let holder = holder(&cluster, "BEGIN; LOCK TABLE orders IN ACCESS SHARE MODE;");
    let first = begin(&user, &["--lock-timeout", "0"]);
    let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    wait_for(&cluster, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1");
    cluster.query("live", &format!("SELECT pg_terminate_backend(({waiting}))"));
    let ended = Ended::of(first.wait_with_output().unwrap());
    let expected = ["57P01", "Done: nothing.", "What had begun was rolled back: nothing of it is left."];
    ended.check(2, &[], &expected);
    release(&cluster, holder);
}

/// Runs the plan over a connection that is lost at the moment of the commit.
fn apply_and_lose(cut: Cut) -> (User, Cluster, Ended) {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let relay = Relay::to(cluster.port(), "CREATE VIEW public.notes", "COMMIT", cut);
    let url = format!("postgres://postgres@127.0.0.1:{}/live", relay.port);
    user.targets(&[("prod", &url, "")]);
    let mut command = user.command();
    command.args(["apply", "plan.json", "prod", "--yes"]).env("PGPASSWORD", support::PASSWORD);
    let ended = Ended::of(command.output().unwrap());
    (user, cluster, ended)
}

#[test]
fn a_commit_whose_answer_was_lost_is_asked_for() {
    let view = "SELECT to_regclass('notes') IS NOT NULL";
    let (user, cluster, ended) = apply_and_lose(Cut::After);
    ended.check(0, &["All 5 statements were run on prod and are committed."], &[]);
    assert_eq!(cluster.query("live", view), "t");
    assert!(user.read("home/.local/state/schemascope/journal.jsonl").contains("\"event\":\"done\""));

    let (_user, cluster, ended) = apply_and_lose(Cut::Before);
    let expected = ["the commit failed", "Done: nothing. Not done: all 5 statements.", "was rolled back"];
    ended.check(2, &[], &expected);
    assert_eq!(cluster.query("live", view), "f");
}

#[test]
fn a_commit_whose_fate_cannot_be_asked_for_is_said_to_be_unknown() {
    let (user, _cluster, ended) = apply_and_lose(Cut::Forever);
    ended.check(
        2,
        &[],
        &["could not be asked what became of it: it is either done as a whole or not at all"],
    );
    assert!(user.read("home/.local/state/schemascope/journal.jsonl").contains("\"event\":\"unknown\""));
}

#[test]
fn what_the_schema_has_become_is_held_against_what_the_plan_leads_to() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    // The server makes something of its own of the plan's statements.
    cluster.execute(
        "live",
        "CREATE SCHEMA audit; CREATE FUNCTION audit.note() RETURNS event_trigger LANGUAGE plpgsql AS
         $$ BEGIN CREATE TABLE IF NOT EXISTS audit.seen (id integer); END $$;
         CREATE EVENT TRIGGER note ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION audit.note()",
    );
    let patterns = ["--except", "*:audit*", "--except", "event trigger:*", "--no-prove"];
    let planned = user.run(&[&["plan", "schema.sql", "prod", "--json"], &patterns[..]].concat());
    user.write("plan.json", &planned.check(1, &[], &[]).out);
    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--unproven", "--record", "--json"]);
    let ran = ran.check(0, &["\"as_planned\": false"], &[]);
    assert!(ran.out.contains("\"outcome\": \"done\""), "{}", ran.out);

    // The table of records is not in the way of being as planned.
    let user = {
        cluster.execute("postgres", "DROP DATABASE live");
        drifted(&cluster, "")
    };
    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--record", "--json"]);
    ran.check(0, &["\"as_planned\": true"], &[]);
}

#[test]
fn a_full_backup_can_be_restored() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    cluster.execute("live", "INSERT INTO left_behind VALUES (7)");
    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--backup", "full", "--backup-folder", "."]);
    let ran = ran.check(0, &[], &["Backup: ./prod-"]);
    let line = ran.err.lines().find_map(|line| line.strip_prefix("Backup: ")).unwrap();
    assert_eq!(cluster.query("live", "SELECT to_regclass('left_behind') IS NULL"), "t");
    let restored = cluster.database("restored");
    let mut restore = std::process::Command::new("pg_restore");
    let restore = restore.args(["--no-owner", "-d", &restored, line]).current_dir(user.folder());
    assert!(restore.status().expect("pg_restore").success());
    assert_eq!(cluster.query("restored", "SELECT id FROM left_behind"), "7");

    plan_anew(&user, &cluster);
    let nowhere = ["apply", "plan.json", "prod", "--yes", "--backup", "full", "--backup-folder", "nowhere"];
    user.run(&nowhere).check(2, &[], &["The backup of prod could not be made", "Nothing was run."]);
    assert_eq!(cluster.query("live", "SELECT to_regclass('left_behind') IS NULL"), "f");
}

/// Drifts again, and makes the plan for it.
fn plan_anew(user: &User, cluster: &Cluster) {
    cluster.execute("live", "CREATE TABLE left_behind (id integer)");
    plan(user);
}

#[test]
fn a_backup_of_the_schema_is_made_first() {
    let cluster = Cluster::start();
    let user = drifted(&cluster, "");
    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--backup", "schema"]);
    ran.check(0, &[], &["Backup: ./prod-"]);
    let names = fs::read_dir(user.folder()).unwrap().map(|entry| entry.unwrap().path());
    let backup: Vec<_> = names.filter(|path| path.extension().is_some_and(|it| it == "sql")).collect();
    let backup = backup.iter().find(|path| path.to_string_lossy().contains("prod-")).unwrap();
    assert!(fs::read_to_string(backup).unwrap().contains("CREATE TABLE public.left_behind"));
}

#[test]
fn an_sqlite_file_is_changed_in_the_same_way() {
    let user = User::new();
    let file = user.write("live.db", "");
    let sqlite = |sql: &str| {
        let output = std::process::Command::new("sqlite3").args([&file, sql]).output();
        let output = output.expect("run `apt install sqlite3`: databases are made with it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    sqlite("CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO orders VALUES (1, 'a');");
    user.write("schema.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT NOT NULL);");
    user.targets(&[("prod", "sqlite:live.db", "")]);
    plan(&user);
    let ran = user.run(&["apply", "plan.json", "prod", "--yes", "--backup", "full", "--record"]);
    ran.check(0, &["prod now matches schema.sql."], &["committed", "Backup: "]);
    assert_eq!(sqlite("SELECT note FROM orders"), "a");
    assert_eq!(sqlite("SELECT migrations_applied FROM schema_version"), "plan.json");
    assert!(!fs::exists(format!("{file}-schemascope-lock")).unwrap(), "the lock is left behind");
}

/// A psql that has run these statements and holds what they took.
fn holder(cluster: &Cluster, sql: &str) -> Child {
    let mut psql = std::process::Command::new("psql");
    psql.args(["-X", "-q", "-At", "-d", &cluster.url("live"), "-c"]);
    psql.arg(format!("{sql} SELECT pg_sleep(120)"));
    let child = psql.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("psql");
    wait_for(cluster, "SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass", "1");
    child
}

/// Lets go of what a psql holds: a server does not notice at once that its client is gone.
fn release(cluster: &Cluster, mut holder: Child) {
    let holding = "query LIKE '%pg_sleep(120)%' AND pid <> pg_backend_pid()";
    cluster.query("live", &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {holding}"));
    holder.wait().unwrap();
}

/// An apply that has begun.
fn begin(user: &User, more: &[&str]) -> Child {
    let mut command = user.process();
    command.args(["apply", "plan.json", "prod", "--yes"]).args(more);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program")
}

/// Asks until the answer is the expected one.
fn wait_for(cluster: &Cluster, query: &str, expected: &str) {
    let started = std::time::Instant::now();
    while cluster.query("live", query) != expected {
        assert!(started.elapsed().as_secs() < 60, "{query} does not become {expected}");
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
}
