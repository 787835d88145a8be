//! Differences that are known and accepted.

use std::fs;

use crate::{DRIFT, SCHEMA, support::Cluster, user::User};

/// A user whose schemascope.toml names a schema and a database that drifted from it.
fn drifted() -> (User, Cluster) {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", DRIFT);
    user.write("schemascope.toml", &format!("canonical = 'schema.sql'\n[targets.live]\nurl = '{live}'\n"));
    (user, cluster)
}

#[test]
fn what_is_accepted_is_listed_and_no_drift_until_it_changes() {
    let (user, cluster) = drifted();
    let add = ["baseline", "add", "--only", "table:public.orders_backup", "--by", "ann"];
    let added = user.run(&[&add[..], &["--reason", "dropped with release 12"]].concat());
    insta::assert_snapshot!(added.out, @"table:public.orders_backup");
    let written = fs::read_to_string(user.folder().join("schemascope.baseline.toml")).unwrap();
    insta::with_settings!({filters => vec![(r#""[0-9a-f]{16}""#, "\"FINGERPRINT\""), (r"since = [0-9-]+", "since = TODAY")]}, {
        insta::assert_snapshot!(written, @r#"
        # Differences that are known and accepted, each with its reason.
        # One without `until` holds for good; one with a `fingerprint` comes back when the difference changes.

        [[accepted]]
        key = "table:public.orders_backup"
        target = "live"
        fingerprint = "FINGERPRINT"
        reason = "dropped with release 12"
        by = "ann"
        since = TODAY
        "#);
    });
    let shown = user.run(&["diff"]);
    let today = |text: &str| text.split("on 20").next().unwrap_or("").to_owned();
    insta::assert_snapshot!(today(&shown.out), @r"
    live: 3 differences: 1 missing, 2 changed; 1 accepted
      ~ view public.open_orders
          definition:
               SELECT orders.id
            -    FROM public.orders;
            +    FROM public.orders
            +   WHERE (orders.state = 'new'::public.state);
        table public.orders
        + index orders_note
        ~ column state
            not null: false, canonical true
      - table:public.orders_backup accepted: dropped with release 12 (ann
    ");
    user.run(&["plan", "schema.sql", "live", "--all", "--no-prove"]).check(1, &["SET NOT NULL"], &[]);

    user.run(&["baseline", "add", "--all", "--reason", "as we found it"]).check(
        0,
        &["index:public.orders.orders_note"],
        &[],
    );
    user.run(&["diff"]).check(0, &["live: no differences", "; 4 accepted"], &[]);
    user.run(&["diff", "--no-baseline"]).check(1, &["4 differences"], &[]);
    let json = user.json(&["diff", "--json"]);
    assert_eq!((&json["outcome"], &json["targets"][0]["counts"]["accepted"]), (&"same".into(), &5.into()));
    let plan = user.run(&["plan", "schema.sql", "live", "--all"]).check(0, &["Nothing to run"], &[]);
    assert!(!plan.out.contains("DROP"), "{}", plan.out);

    cluster.execute("live", "ALTER TABLE orders_backup ADD COLUMN note text");
    let back =
        user.run(&["diff"]).check(1, &["is no longer what was accepted: dropped with release 12"], &[]);
    assert!(back.out.contains("1 difference: 1 extra; 3 accepted"), "{}", back.out);
}

#[test]
fn an_acceptance_ends_and_what_is_over_is_pruned() {
    let (user, cluster) = drifted();
    user.write(
        "known.toml",
        "# kept by hand\n[[accepted]]\nkey = 'index:*'\nreason = 'slow'\nuntil = 2020-01-01\n\n\
         # stays\n[[accepted]]\nkey = 'table:public.orders_backup'\ntarget = 'live'\nreason = 'needed'\n",
    );
    let baseline = ["--baseline", "known.toml"];
    let run = |words: &[&str]| user.run(&[words, &baseline[..]].concat());
    insta::assert_snapshot!(run(&["baseline", "list"]).out, @r"
    over: index:* until 2020-01-01: slow
    table:public.orders_backup at live: needed
    2 entries, 1 of them over
    ");
    run(&["diff"]).check(1, &["was accepted until 2020-01-01: slow", "1 accepted"], &[]);
    let dry =
        run(&["baseline", "prune", "--dry-run"]).check(0, &["index:*"], &["1 entry would be taken out"]);
    assert!(!dry.out.contains("orders_backup"), "{}", dry.out);
    run(&["baseline", "prune"]).check(0, &["index:*"], &["taken out of known.toml"]);
    let left = fs::read_to_string(user.folder().join("known.toml")).unwrap();
    assert!(left.contains("# stays") && !left.contains("index:*"), "{left}");

    cluster.execute("live", "DROP TABLE orders_backup");
    run(&["baseline", "prune"]).check(0, &["table:public.orders_backup"], &[]);
    run(&["baseline", "prune"]).check(0, &[], &["Everything in the baseline is still needed"]);
    let json: serde_json::Value = serde_json::from_str(&run(&["baseline", "list", "--json"]).out).unwrap();
    assert_eq!(json["accepted"], serde_json::json!([]));
}

#[test]
fn a_baseline_that_cannot_be_used_is_told() {
    let user = User::new();
    user.write("broken.toml", "[[accepted]]\nkey = 'table:a'\n");
    user.run(&["baseline", "list", "--baseline", "broken.toml"]).check(
        2,
        &[],
        &["broken.toml:1:1", "issing field `reason`"],
    );
    user.run(&["baseline", "list", "--baseline", "nowhere.toml"]).check(
        0,
        &["0 entries"],
        &["There is no baseline nowhere.toml yet"],
    );
    user.run(&["baseline", "add", "a.sql", "b.sql", "--reason", "known"]).check(2, &[], &["--only PATTERN"]);
    user.run(&["baseline", "add", "--only", "table:x", "--pattern", "--reason", " "]).check(
        2,
        &[],
        &["reason is empty"],
    );
    user.run(&["baseline", "add", "--only", "table:x", "--pattern", "--reason", "y", "--until", "soon"])
        .check(2, &[], &["soon"]);
    user.run(&[
        "baseline",
        "add",
        "--only",
        "table:x*",
        "--pattern",
        "--reason",
        "y",
        "--baseline",
        "nowhere/b.toml",
    ])
    .check(2, &[], &["nowhere/b.toml: The baseline cannot be written"]);
}
