//! Pass or fail, component by component.

use std::fs;

use serde_json::Value;

use crate::{
    support::Cluster,
    user::{Ended, User},
};

const SCHEMA: &str = "
CREATE TABLE accounts (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id integer PRIMARY KEY,
    account integer NOT NULL REFERENCES accounts,
    total numeric(10, 2) NOT NULL CHECK (total >= 0)
);
CREATE INDEX orders_account ON orders (account);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (account = 1);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
";

const DRIFT: &str = "
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders ALTER COLUMN total TYPE numeric;
ALTER TABLE orders ADD COLUMN note text;
DROP INDEX orders_account;
CREATE TABLE orders_backup (id integer);
";

fn drifted() -> (User, Cluster, String) {
    let (user, cluster, live) = crate::drifted(SCHEMA, DRIFT);
    user.write("schemascope.toml", &format!("canonical = 'schema.sql'\n[targets.live]\nurl = '{live}'\n"));
    (user, cluster, live)
}

/// The text without what is never the same twice: times.
fn timeless(result: &Ended) -> String {
    let text = result.out.split('\n').map(|line| {
        if let Some((summary, _)) = line.split_once(", read in") {
            return summary.to_owned();
        }
        let words: Vec<&str> = line.split("  ").collect();
        match words.last() {
            Some(last) if last.trim().ends_with(" ms") => {
                words[..words.len() - 1].join("  ").trim_end().to_owned()
            }
            _ => line.to_owned(),
        }
    });
    text.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_component_passes_or_fails_with_its_reasons() {
    let (user, cluster, _) = drifted();
    let shown = user.run(&["verify"]).check(1, &[], &[]);
    insta::assert_snapshot!(timeless(&shown), @r"
    live: failed against schema.sql: 5 errors
      passed      extensions             0
      failed      tables                 3
          error table-extra: The table public.orders_backup with its 1 part is not in canonical.
      failed      columns                7
          error column-extra: The column public.orders.note is not in canonical. (schema.sql:3)
          error column-changed: The column public.orders.total differs: type. (schema.sql:6)
            type is numeric, canonical has numeric(10,2)
      passed      constraints            4
      failed      indexes                1
          error index-mismatch: The index public.orders.orders_account is missing. (schema.sql:8)
      passed      functions              1
      passed      triggers               1
      failed      row security           3
          error row-security-missing: Row security is off on the table public.orders, and canonical has it on. (schema.sql:3)
            row security is false, canonical has true
      passed      policies               1
      passed      other objects          1
      skipped     migration history  no folder of migrations was named; see --migrations
    ");
    cluster.execute("live", "DROP TABLE orders_backup");
    let same = cluster.database("same");
    cluster.execute("same", SCHEMA);
    let passed = user.run(&["verify", "schema.sql", &same]).check(0, &["passed against schema.sql"], &[]);
    assert!(!passed.out.contains("failed"), "{}", passed.out);
}

#[test]
fn a_policy_and_a_baseline_say_what_fails() {
    let (user, _cluster, live) = drifted();
    let write = |policy: &str| {
        let text = format!("canonical = 'schema.sql'\n[targets.live]\nurl = '{live}'\n{policy}");
        user.write("schemascope.toml", &text);
    };
    write(
        "[verify.codes]\ntable-extra = 'note'\n[verify.kinds]\nindex = 'off'\n[verify.patterns]\n'table:public.orders' = 'warning'\n'column:*' = 'warning'\n",
    );
    let shown = user.run(&["verify"]).check(0, &["3 warnings", "note table-extra"], &[]);
    assert!(!shown.out.contains("index-mismatch"), "{}", shown.out);
    user.run(&["verify", "--fail-on", "warning"]).check(1, &[], &[]);
    user.run(&["verify", "--fail-on", "never"]).check(0, &[], &[]);
    write(
        "[verify]\nfail-on = 'warning'\n[verify.hazards]\nnone = 'note'\nmay-fail = 'warning'\nloses-data = 'error'\n",
    );
    user.run(&["verify"]).check(1, &["error table-extra", "error column-extra"], &[]);
    write("");
    user.run(&["baseline", "add", "--all", "--reason", "as we found it", "--by", "ann"]).check(0, &[], &[]);
    user.run(&["verify"]).check(0, &["accepted", "table-extra: ", "as we found it (ann on"], &[]);
    user.run(&["verify", "--no-baseline"]).check(1, &[], &[]);
    write("[verify.kinds]\nindx = 'off'\n");
    user.run(&["verify"]).check(2, &[], &["no kind of object called \"indx\"", "Did you mean \"index\"?"]);
    write("[verify.codes]\ntabel-extra = 'off'\n");
    user.run(&["verify"]).check(2, &[], &["tabel-extra"]);
}

#[test]
fn one_reading_is_written_in_every_format() {
    let (user, _cluster, _) = drifted();
    let formats = ["json=a.json", "sarif=a.sarif", "junit=a.xml", "markdown=a.md", "github"];
    let arguments: Vec<&str> = formats.iter().flat_map(|format| ["--format", format]).collect();
    let shown = user.run(&[&["verify"], &arguments[..]].concat()).check(1, &[], &["a.sarif was written"]);
    assert!(
        shown.out.contains("::error file=schema.sql,line=3,title=row-security-missing at live::"),
        "{}",
        shown.out
    );
    let read = |file: &str| fs::read_to_string(user.folder().join(file)).unwrap();
    let json: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!((&json["verdict"], &json["targets"][0]["counts"]["error"]), (&"failed".into(), &5.into()));
    let sarif: Value = serde_json::from_str(&read("a.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let index = results.iter().find(|result| result["ruleId"] == "index-mismatch").unwrap();
    assert_eq!(index["locations"][0]["physicalLocation"]["region"]["startLine"], 8);
    assert!(read("a.xml").contains("<testcase name=\"indexes\" classname=\"live\""), "{}", read("a.xml"));
    assert!(read("a.md").contains("| indexes | **failed** |"), "{}", read("a.md"));
    user.run(&["verify", "--format", "json", "--format", "text"]).check(
        2,
        &[],
        &["printed into one another"],
    );
    user.run(&["verify", "--format", "yaml"]).check(2, &[], &["no format called yaml", "sarif"]);
    user.run(&["verify", "--format", "sarif=/dev/full"]).check(2, &[], &["/dev/full could not be written"]);
}

#[test]
fn a_target_that_is_gone_is_incomplete_and_the_others_are_verified() {
    let (user, _cluster, live) = drifted();
    let gone = format!("postgres://postgres@/nowhere?host={}", user.folder().display());
    let shown =
        user.run(&["verify", "schema.sql", &live, &gone, "--format", "json"]).check(2, &[], &["error: "]);
    let json: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!((&json["verdict"], &json["targets"][0]["verdict"]), (&"incomplete".into(), &"failed".into()));
    assert!(json["targets"][1]["error"].is_string());
}

#[test]
fn migrations_replayed_from_nothing_lead_to_the_canonical_schema_or_not() {
    let user = User::new();
    user.write("schema.sql", SCHEMA);
    fs::create_dir(user.folder().join("migrations")).unwrap();
    let (first, second) = SCHEMA.split_at(SCHEMA.find("CREATE INDEX").unwrap());
    user.write("migrations/0001_tables.sql", first);
    user.write("migrations/0002_rest.sql", second);
    user.run(&["verify", "--migrations", "migrations", "schema.sql"]).check(
        0,
        &["passed against schema.sql"],
        &[],
    );
    user.write("migrations/0003_more.sql", "CREATE TABLE forgotten (id integer);");
    user.run(&["verify", "--migrations", "migrations", "schema.sql"]).check(1, &["public.forgotten"], &[]);
    user.write("migrations/0003_more.sql", "CREATE TABLE forgotten (id nonsense);");
    let broken = user.run(&["verify", "--migrations", "migrations", "schema.sql"]);
    broken.check(2, &[], &["0003_more.sql", "nonsense"]);
}

#[test]
fn an_edited_migration_fails_the_history_of_its_target() {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("schema.sql", SCHEMA);
    fs::create_dir(user.folder().join("migrations")).unwrap();
    user.write("migrations/0001_all.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute(
        "live",
        "CREATE TABLE schema_version (version text PRIMARY KEY, applied_at timestamptz DEFAULT now(), \
         checksum text, migrations_applied integer);
         INSERT INTO schema_version VALUES ('0001', now(), repeat('ab', 32), 1)",
    );
    let text = format!(
        "canonical = 'schema.sql'\n[targets.live]\nurl = '{live}'\n[rules]\nignore = ['*:public.schema_version*']\n[verify]\nmigrations = 'migrations'\n"
    );
    user.write("schemascope.toml", &text);
    user.run(&["verify"]).check(
        1,
        &["failed      migration history", "error migration-checksum", "0001_all.sql:1"],
        &[],
    );
    let health = user.json(&["health"]);
    let migrations = &health["targets"][0]["components"]["migrations"];
    assert_eq!((&migrations["status"], &migrations["misfits"][0]), (&"fail".into(), &"0001: edited".into()));

    // Known and accepted, until a day.
    user.run(&["baseline", "add", "--only", "migration:0001", "--pattern", "--reason", "fixed a comment"])
        .check(0, &["migration:0001"], &[]);
    user.run(&["verify"]).check(0, &["accepted", "fixed a comment"], &[]);
    user.run(&["--no-baseline", "verify"]).check(1, &["migration-checksum"], &[]);
    user.run(&["baseline", "list", "--no-baseline"]).check(2, &[], &["cannot do without it"]);

    cluster.execute("live", "DELETE FROM schema_version");
    user.run(&["--no-baseline", "verify"]).check(0, &["warning migration-pending"], &[]);
    user.write("migrations/0001_again.sql", "SELECT 1;");
    user.run(&["verify"]).check(1, &["error migration-duplicate", "0001_again.sql"], &[]);
}
