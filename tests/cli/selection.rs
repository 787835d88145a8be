//! Which differences get into a plan: by pattern, status and hazard, or as a file says.

use crate::{DRIFT, SCHEMA, drifted, support::Cluster, user::User};

#[test]
fn differences_are_selected_by_status_and_by_hazard() {
    let (user, _cluster, live) = drifted(SCHEMA, DRIFT);
    let plan = |options: &[&str]| {
        let shown = user.run(&[&["plan", "schema.sql", &live, "--no-prove"], options].concat());
        let line = |line: &&str| !(line.is_empty() || line.starts_with("--") || line.starts_with("SET "));
        let lines: Vec<String> = shown.out.lines().filter(line).map(str::to_owned).collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(plan(&["--status", "missing"]), @r"
    BEGIN;
    CREATE INDEX orders_note ON public.orders USING btree (note);
    COMMIT;
    ");
    insta::assert_snapshot!(plan(&["--status", "extra"]), @r"
    BEGIN;
    DROP TABLE public.orders_backup;
    COMMIT;
    ");
    assert!(!plan(&["--safe"]).contains("CREATE INDEX"));
    let writes = plan(&["--hazard", "blocks-writes"]);
    assert!(writes.contains("CREATE INDEX") && !writes.contains("DROP TABLE"), "{writes}");
    let narrowed = plan(&["--hazard", "blocks-writes", "--only", "index:*"]);
    assert!(narrowed.contains("CREATE INDEX") && !narrowed.contains("VIEW"), "{narrowed}");
    // A status is that of the target, also where canonical is what changes.
    let adopted = plan(&["--status", "extra", "--direction", "canonical-follows"]);
    assert!(adopted.contains("CREATE TABLE public.orders_backup ("), "{adopted}");
    user.run(&["plan", "schema.sql", &live, "--hazard", "nope"]).check(2, &[], &["loses-data"]);
    user.run(&["plan", "schema.sql", &live, "--status", "unknown"]).check(
        2,
        &[],
        &["missing, extra, changed"],
    );
}

#[test]
fn a_comparison_shows_what_is_asked_for_and_counts_nothing_else() {
    let (user, _cluster, live) = drifted(SCHEMA, DRIFT);
    let diff = |options: &[&str]| user.run(&[&["diff", "schema.sql", &live], options].concat());
    let index = diff(&["--only", "index:*"]).check(
        1,
        &["1 difference: 1 missing"],
        &["3 other differences not shown"],
    );
    assert!(!index.out.contains("orders_backup"), "{}", index.out);
    // A table that is gone or new is one difference with its columns.
    let fewer = diff(&["--except", "public.orders_backup", "--status", "extra"]);
    fewer.check(0, &["no differences"], &["4 other differences not shown"]);
    diff(&["--only", "column:public.orders_backup.*"]).check(1, &["1 difference: 1 extra"], &["4 other"]);
    diff(&["--only", "policy:*"]).check(0, &["no differences"], &["the pattern policy:* fits no difference"]);
    diff(&["--status", "unknown"]).check(2, &[], &["missing, extra, changed"]);
}

#[test]
fn a_selection_from_a_file_holds_what_is_still_the_same_difference() {
    let (user, cluster, live) = drifted(SCHEMA, DRIFT);
    let choice = |selected: &str| {
        let text = format!(
            "{{ \"format\": 1, \"kind\": \"selection\", \"canonical\": \"schema.sql\",
                \"target\": \"live\", \"made_for\": \"0\", \"selected\": {{ {selected} }} }}"
        );
        user.write("picked.json", &text)
    };
    let picked = choice(
        "\"index:public.orders.orders_note\": \"missing\", \"table:public.orders_backup\": \"missing\"",
    );
    let shown = user.run(&["plan", "schema.sql", &live, "--selection", &picked, "--no-prove"]);
    let shown = shown.check(
        1,
        &["CREATE INDEX"],
        &[
            "live has changed since the selection was written",
            "table:public.orders_backup was missing when it was selected, and is extra now",
        ],
    );
    assert!(!shown.out.contains("orders_backup;"), "{}", shown.out);

    cluster.execute("live", "CREATE INDEX orders_note ON orders (note)");
    user.run(&["plan", "schema.sql", &live, "--selection", &picked]).check(
        0,
        &["Nothing to run"],
        &["index:public.orders.orders_note does not differ any more"],
    );

    user.run(&["plan", "schema.sql", &live, "--selection", "gone.json"]).check(
        2,
        &[],
        &["gone.json could not be read"],
    );
    let other = user.write("other.json", "{}");
    user.run(&["plan", "schema.sql", &live, "--selection", &other]).check(
        2,
        &[],
        &["not a selection that schemascope wrote", "in the terminal"],
    );
}

#[test]
fn a_plan_says_where_it_leads_and_that_is_where_it_leads() {
    let (user, cluster, live) = drifted(SCHEMA, DRIFT);
    // What is new belongs to whoever runs the plan.
    cluster.execute("live", "DROP VIEW open_orders");
    let plan = user.json(&["plan", "schema.sql", &live, "--all", "--json"]);
    assert_eq!(plan["plan"]["leads_to"]["role"], "postgres");
    let leads_to = plan["plan"]["leads_to"]["fingerprint"].as_str().unwrap().to_owned();
    let shown = user.run(&["plan", "schema.sql", &live, "--all"]);
    let shown = shown.check(1, &[&format!("with the fingerprint {leads_to}")], &[]);
    cluster.execute("live", &shown.out);
    let inventory = user.json(&["inventory", &live]);
    assert_eq!(inventory["fingerprint"].as_str(), Some(leads_to.as_str()));
}

#[test]
fn a_selection_from_a_file_holds_parts_of_differences_and_renames() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write(
        "schema.sql",
        "CREATE TABLE kept (id int NOT NULL DEFAULT 1); CREATE TABLE customer (id int, name text);",
    );
    let live = cluster.database("live");
    cluster.execute("live", "CREATE TABLE kept (id int); CREATE TABLE client (id int, name text)");
    let picked = user.write(
        "picked.json",
        r#"{ "format": 2, "kind": "selection", "canonical": "schema.sql", "target": "live", "made_for": "0",
             "selected": { "column:public.kept.id": "changed" },
             "parts": { "column:public.kept.id": [ { "facet": "default" } ] },
             "renames": [ { "from": "table:public.client", "to": "table:public.customer" },
                          { "from": "table:public.gone", "to": "table:public.new" } ] }"#,
    );
    let shown = user.run(&["plan", "schema.sql", &live, "--selection", &picked]);
    let shown = shown.check(
        1,
        &["ALTER TABLE public.client RENAME TO customer", "ALTER COLUMN id SET DEFAULT 1", "Proven"],
        &[],
    );
    assert!(!shown.out.contains("NOT NULL") && !shown.out.contains("DROP"), "{}", shown.out);
    let plan = user.run(&["plan", "schema.sql", &live, "--selection", &picked, "--json"]);
    user.write("plan.json", &plan.out);
    user.run(&["decision", "plan.json", "--reason", "one default"]).check(
        0,
        &["- `column:public.kept.id`: changed, is made alike, in part\n"],
        &[],
    );
    // Only whole differences are accepted as known.
    user.run(&["baseline", "add", "schema.sql", &live, "--selection", &picked, "--reason", "known"]).check(
        0,
        &[],
        &["only whole differences can be accepted"],
    );
}
