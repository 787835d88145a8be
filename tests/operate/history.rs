//! What was kept of earlier inspections stands wherever a source can; so do git revisions.

use std::process::Command;

use super::{Cluster, User, shop};

#[test]
fn what_changed_since_an_inspection_is_told() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    user.run(&["diff"]).check(0, &[], &[]);
    cluster.execute("shop", "COMMENT ON TABLE users IS 'people'; CREATE TABLE extra (id int)");
    user.run(&["diff"]).check(1, &["extra"], &[]);
    let since = user.run(&["history", "diff", "prod@~1"]);
    since.check(
        1,
        &["2 changes: 1 added, 1 changed", "+ table:public.extra", "comment: (default) → people"],
        &[],
    );
    user.run(&["history", "diff", "prod@latest"]).check(0, &["nothing changed"], &[]);

    let listed =
        user.run(&["history", "list", "prod"]).check(0, &["the oldest that is kept", "changed"], &[]);
    assert_eq!(listed.out.lines().count(), 4, "{}", listed.out);
    user.run(&["history", "list"]).check(0, &["prod     4 kept"], &[]);
    // The first inspection is what canonical is, and the newest is not.
    user.run(&["diff", "schema.sql", "prod@~3"]).check(0, &[], &[]);
    user.run(&["diff", "schema.sql", "prod@latest"]).check(1, &["extra"], &[]);
    user.run(&["history", "show", "prod@~3"]).check(0, &["2 tables"], &[]);
    let listed = user.json(&["history", "list", "prod", "--json"]);
    assert_eq!(listed["inspections"].as_array().unwrap().len(), 4);
}

#[test]
fn what_was_not_kept_is_told_and_nothing_is_kept_that_was_not_asked_for() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "[history]\nkeep = 0\n");
    user.run(&["diff"]).check(0, &[], &[]);
    user.run(&["history", "list", "prod"]).check(2, &[], &["No inspection of prod was kept yet."]);
    user.run(&["diff", "schema.sql", "prod@yesterday"]).check(
        2,
        &[],
        &["No inspection of prod was kept yet."],
    );
    user.run(&["history", "show", "prod@soon"]).check(2, &[], &["`soon` names no moment. Write latest, "]);
    user.run(&["history", "show", "prod"]).check(2, &[], &["names no inspection that was kept"]);
    assert!(!user.folder().join("home/.local/state/schemascope/history").exists());
}

#[test]
fn databases_of_one_name_in_two_repositories_have_a_history_each() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    user.run(&["diff"]).check(0, &[], &[]);
    let url = cluster.database("elsewhere");
    user.write("elsewhere.toml", &format!("[targets.prod]\nurl = '{url}'\n"));
    let there = |words: &[&str]| user.run(&[words, &["--config", "elsewhere.toml"]].concat());
    there(&["history", "list", "prod"]).check(2, &[], &["No inspection of prod was kept yet."]);
    there(&["diff", "schema.sql", "prod"]).check(1, &["missing"], &[]);
    for list in [there(&["history", "list"]), user.run(&["history", "list"])] {
        list.check(0, &["prod     1 kept"], &[]);
    }
}

#[test]
fn a_history_that_cannot_be_written_is_said_and_no_reason_to_fail() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    std::fs::create_dir(user.folder().join("home")).unwrap();
    user.write("home/.local", "a file where a folder ought to be");
    user.run(&["diff"]).check(0, &[], &["The inspection of prod was not kept."]);
    user.run(&["diff", "--no-cache"]).check(0, &[], &[]);
}

fn git(user: &User, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]).args(words);
    let output = command.current_dir(user.folder()).output().expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_script_is_read_as_it_was_at_a_git_revision_with_what_it_includes() {
    let user = User::new();
    std::fs::create_dir(user.folder().join("db")).unwrap();
    user.write("db/schema.sql", "\\ir parts/a.sql\nCREATE TABLE b (id int);");
    std::fs::create_dir(user.folder().join("db/parts")).unwrap();
    user.write("db/parts/a.sql", "CREATE TABLE a (id int);");
    git(&user, &["init", "-q"]);
    git(&user, &["add", "db"]);
    git(&user, &["commit", "-qm", "first"]);
    user.write("db/parts/a.sql", "CREATE TABLE a (id bigint);\nCREATE TABLE broken (id nothing);");
    git(&user, &["commit", "-qam", "second"]);
    user.write("db/parts/a.sql", "CREATE TABLE a (id bigint, note text);");
    let first = "git:HEAD~1:db/schema.sql";
    user.run(&["diff", first, "db/schema.sql"]).check(1, &["- column note"], &[]);
    user.run(&["diff", first, "git:HEAD~1:./db/"]).check(0, &["no differences"], &[]);
    user.run(&["diff", first, "git:HEAD~1:db/parts"]).check(1, &["table public.b"], &[]);
    let broken = user.run(&["diff", first, "git:HEAD:db/schema.sql"]);
    broken.check(2, &[], &["db/parts/a.sql:2", "type \"nothing\" does not exist"]);
    user.run(&["inspect", "git:nowhere:db/schema.sql"]).check(2, &[], &["git says: fatal:", "nowhere"]);
    user.run(&["inspect", "git:HEAD:../x.sql"]).check(2, &[], &["leads out of the repository"]);
    for source in ["git:nowhere:db/schema.sql", "git:HEAD:../x.sql", "git:HEAD"] {
        let said = user.run(&["inspect", source]).err;
        assert_eq!(said.matches(source).count(), 1, "{said}");
    }
    // What is in the working tree and the index stays as it is.
    git(&user, &["diff", "--cached", "--exit-code"]);
}
