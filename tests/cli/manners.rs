//! What every command does alike: where it writes, how long it takes, what it tells on request.

use std::{fs, time::Instant};

use serde_json::Value;

use crate::{
    DRIFT, SCHEMA,
    support::Cluster,
    user::{Ended, User},
};

#[test]
fn results_alone_are_on_standard_output_and_nothing_moves_without_a_terminal() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", DRIFT);
    let shown = user.run(&["plan", "schema.sql", &live, "--safe"]).check(1, &[], &["differences selected"]);
    assert!(!shown.err.contains('\u{1b}') && !shown.err.contains('\r'), "{:?}", shown.err);
    assert!(shown.out.starts_with("-- This SQL changes"), "{}", shown.out);
    let quiet = user.run(&["plan", "schema.sql", &live, "--safe", "--quiet"]).check(1, &[], &[]);
    assert_eq!(quiet.err, "");
    let coloured = user.run(&["diff", "schema.sql", &live, "--color", "always"]).check(1, &["\u{1b}["], &[]);
    assert_ne!(coloured.out, user.run(&["diff", "schema.sql", &live]).out);
    user.run(&["diff", "--quiet", "--verbose", "a", "b"]).check(2, &[], &["cannot be used with"]);
}

#[test]
fn what_is_read_is_told_on_request_and_logged_as_json_lines() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    let shown = user.run(&["diff", "schema.sql", &live, "--no-cache", "--verbose", "--log", "log.jsonl"]);
    // Which parts took the longest differs from time to time.
    shown.check(0, &[], &["schema.sql: ", "objects read from schema.sql in "]);
    let log = fs::read_to_string(user.folder().join("log.jsonl")).unwrap();
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |target: &str| events.iter().filter(|event| event["target"] == target).collect::<Vec<_>>();
    let statements = of("schemascope::sql");
    assert!(statements.iter().any(|event| event["sql"].as_str().unwrap().contains("pg_class")), "{log}");
    assert!(statements.iter().all(|event| event["micros"].is_u64() && event["server"].is_string()));
    assert_eq!(of("schemascope::ended")[0]["status"], 0);
    // A second run is written behind the first.
    user.run(&["diff", "schema.sql", "nope.sql", "--log", "log.jsonl"]).check(2, &[], &["nope.sql"]);
    let longer = fs::read_to_string(user.folder().join("log.jsonl")).unwrap();
    assert!(longer.starts_with(&log) && longer.contains("\"status\":2"), "{longer}");
    user.run(&["diff", "a", "b", "--log", "no/such/folder"]).check(
        2,
        &[],
        &["The log no/such/folder could not"],
    );
}

#[test]
fn a_command_ends_when_its_time_is_over() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", "SELECT pg_sleep(60);");
    let live = cluster.database("live");
    let started = Instant::now();
    let shown = user.run(&["diff", "schema.sql", &live, "--timeout", "3s"]);
    shown.check(2, &[], &["not done after 3s", "--timeout"]);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
    user.run(&["diff", "a", "b", "--timeout", "3"]).check(2, &[], &["30s, 5m or 1h"]);
}

#[test]
fn every_command_works_without_a_home_and_without_a_terminal() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    user.write("schemascope.toml", &format!("canonical = 'schema.sql'\n[targets.live]\nurl = '{live}'\n"));
    let homeless = |arguments: &[&str]| {
        let mut command = user.command();
        // A home that is not there and that nobody can make, as daemons have it.
        command.env("HOME", "/proc/nowhere").env_remove("USER");
        // Without a cache every engine is made anew, which takes long: once is enough.
        if arguments == ["diff"] {
            command.env_remove("XDG_CACHE_HOME");
        }
        Ended::of(command.args(arguments).output().unwrap())
    };
    for arguments in [
        &["diff"][..],
        &["verify"],
        &["plan", "schema.sql", "live", "--all"],
        &["inventory", "live"],
        &["health", "live"],
        &["smoke", "live"],
        &["watch", "--looks", "1"],
        &["history", "list"],
        &["baseline", "list"],
        &["config", "check"],
        &["explain"],
        &["man"],
    ] {
        let ended = homeless(arguments);
        assert_eq!(ended.status, 0, "{arguments:?}: {}{}", ended.out, ended.err);
        assert!(!ended.err.contains("panicked"), "{arguments:?}: {}", ended.err);
    }
    homeless(&[]).check(0, &["no differences"], &["no terminal to open"]);
}

#[test]
fn what_does_not_fit_on_the_disk_is_not_written_at_all() {
    let user = User::new();
    let columns: String = (0..40).map(|n| format!(", column_{n} TEXT NOT NULL DEFAULT 'x'")).collect();
    user.write("schema.sql", &format!("CREATE TABLE wide (id INTEGER PRIMARY KEY{columns});"));
    user.write("big.json", "what was there before");
    user.write("big.md", "# Changes\n");
    let plan = user.run(&["plan", "schema.sql", "schema.sql", "--all", "--json"]).check(0, &[], &[]);
    user.write("plan.json", &plan.out);
    // No file may get longer than 1 KiB, as where the disk is full.
    let limited = |words: &str| {
        let mut bash = std::process::Command::new("bash");
        let process = user.process();
        for (name, value) in process.get_envs() {
            bash.env(name, value.unwrap_or_default());
        }
        let program = process.get_program().to_string_lossy().into_owned();
        let script = format!("trap '' XFSZ; ulimit -f 1; exec '{program}' {words}");
        Ended::of(bash.args(["-c", &script]).current_dir(user.folder()).output().unwrap())
    };
    let told = ["big.json could not be written: File too large"];
    limited("inventory schema.sql --output big.json").check(2, &[], &told);
    assert_eq!(user.read("big.json"), "what was there before");
    let reason = format!("decision plan.json --into big.md --reason {}", "x".repeat(2000));
    limited(&reason).check(2, &[], &["big.md could not be written: File too large"]);
    assert_eq!(user.read("big.md"), "# Changes\n");
    let left = fs::read_dir(user.folder()).unwrap().flatten().map(|entry| entry.file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}
