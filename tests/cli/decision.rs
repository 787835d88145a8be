//! The record of a decision: what it says, and where it goes.

use crate::{DRIFT, SCHEMA, drifted, support::Cluster, user::User};

/// A user with a plan for a database that has drifted, and one difference that is accepted.
fn decided() -> (User, Cluster) {
    let (user, cluster, live) = drifted(SCHEMA, DRIFT);
    user.write("schemascope.toml", &format!("canonical = 'schema.sql'\n[targets.prod]\nurl = '{live}'\n"));
    let accept =
        ["baseline", "add", "prod", "--only", "table:*", "--reason", "kept *for* the audit", "--by", "ann"];
    user.run(&accept).check(0, &[], &[]);
    let plan = user.run(&["plan", "prod", "--only", "index:*", "--json"]).check(1, &[], &[]);
    user.write("fix.json", &plan.out);
    (user, cluster)
}

/// A record without what is another one at each run.
fn steady(text: &str) -> String {
    let changing = [
        (r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", "DAY"),
        (r"\b[0-9a-f]{12,64}\b", "HASH"),
        (r"(local|embedded) PostgreSQL \d+\.\d+", "an engine"),
        (r"nobody-in-particular as role \w+", "somebody"),
    ];
    changing.iter().fold(text.to_owned(), |text, (pattern, word)| {
        regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *word).into_owned()
    })
}

#[test]
fn a_decision_is_written_down_with_what_became_of_each_difference() {
    let (user, _cluster) = decided();
    user.run(&["approve", "fix.json", "--by", "bob", "--reason", "read it"]).check(0, &[], &[]);
    let record = ["decision", "fix.json", "--by", "ann", "--reason", "slow since May"];
    let printed = user.run(&record).check(0, &[], &[]);
    insta::assert_snapshot!(steady(&printed.out), @r"
    ### `prod` follows `schema.sql` (DAY)

    - Decided by ann: slow since May
    - Approved by bob, DAY: read it
    - Plan `HASH`, made DAY: 1 statement for the schema `HASH`, which leads to `HASH`.
    - Proven on an engine: run on a copy of the schema, it closed what was selected and moved nothing else.
    - Not run by schemascope so far.

    Closed (1):

    - `index:public.orders.orders_note`: missing, is made

    Hazards (1):

    - blocks-writes: Nobody can write to public.orders while the index is built.

    Accepted as they are (1):

    - `table:public.orders_backup` by ann: kept \*for\* the audit

    Left open (2):

    - `view:public.open_orders`, changed
    - `column:public.orders.state`, changed
    ");

    user.write("CHANGELOG.md", "# Changes\n\n## Unreleased\n\n- something\n");
    let into = [&record[..], &["--title", "Incident 7", "--into", "CHANGELOG.md"]].concat();
    let written = user.run(&into).check(0, &[], &["CHANGELOG.md has the record of the decision."]);
    assert_eq!(written.out, "");
    let first = user.read("CHANGELOG.md");
    assert!(first.starts_with("# Changes\n\n## Unreleased\n\n<!-- decision "), "{first}");
    assert!(first.contains("### Incident 7 (") && first.ends_with("-->\n\n- something\n"), "{first}");
    assert!(first.contains("Not run by schemascope so far."), "{first}");

    user.run(&["apply", "fix.json", "prod", "--yes"]).check(0, &["What was planned is done."], &[]);
    user.run(&into).check(0, &[], &[]);
    let second = user.read("CHANGELOG.md");
    assert_eq!(second.matches("### Incident 7").count(), 1, "{second}");
    assert!(second.contains("- Run on `prod` by nobody-in-particular as role "), "{second}");
    assert!(second.contains("as it should be."), "{second}");

    let json = user.json(&["decision", "fix.json", "--reason", "slow", "--json"]);
    assert_eq!(json["decisions"]["closed"]["index:public.orders.orders_note"], "missing");
    assert_eq!(json["decisions"]["open"].as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn what_is_no_decision_is_refused_and_nothing_is_lost() {
    let (user, _cluster) = decided();
    user.run(&["decision", "fix.json"]).check(2, &[], &["--reason"]);
    user.run(&["decision", "fix.json", "--reason", " "]).check(2, &[], &["A decision says why."]);
    user.run(&["decision", "no.json", "--reason", "x"]).check(2, &[], &["There is no plan file no.json."]);
    user.write("edited.json", &user.read("fix.json").replace("orders_note", "orders_nota"));
    user.run(&["decision", "edited.json", "--reason", "x"]).check(2, &[], &["it was edited"]);
    user.write("empty.json", "");
    user.run(&["decision", "empty.json", "--reason", "x"]).check(2, &[], &["it is empty"]);
    std::fs::write(user.folder().join("latin.md"), b"# Stra\xdfe\n").expect("a file");
    user.run(&["decision", "fix.json", "--reason", "x", "--into", "latin.md"]).check(2, &[], &["UTF-8"]);
    assert_eq!(std::fs::read(user.folder().join("latin.md")).expect("the file"), b"# Stra\xdfe\n");
    let nowhere = ["decision", "fix.json", "--reason", "x", "--into", "nowhere/x.md"];
    user.run(&nowhere).check(2, &[], &["nowhere/x.md could not be written"]);
}
