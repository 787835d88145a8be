//! Whole schemas as files.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{DRIFT, SCHEMA, support::Cluster, user::User};

fn published_schema() -> jsonschema::Validator {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/inventory.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[track_caller]
fn assert_valid(text: &str) -> Value {
    let inventory: Value = serde_json::from_str(text).unwrap();
    let validator = published_schema();
    let errors: Vec<String> =
        validator.iter_errors(&inventory).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    inventory
}

#[test]
fn every_inventory_is_as_the_published_schema_says() {
    let (user, cluster) = (User::new(), Cluster::start());
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas");
    let mut read = 0;
    for sample in fs::read_dir(&samples).unwrap().flatten() {
        let script = sample.path().join("schema.sql");
        if !script.is_file() || sample.file_name().to_string_lossy().contains("sqlite") {
            continue;
        }
        let printed = user.run(&["inventory", script.to_str().unwrap()]).check(0, &[], &[]);
        let inventory = assert_valid(&printed.out);
        assert!(inventory["catalog"].as_array().unwrap().len() > 20 && inventory["locations"].is_object());
        read += 1;
    }
    assert!(read > 0, "no sample was found in {}", samples.display());
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    cluster.execute("live", "CREATE TABLE \"odd \"\"name\"\" \u{1f980}.x\" (\"a:b\" integer)");
    let inventory = assert_valid(&user.run(&["inventory", &live]).out);
    assert_eq!(inventory["complete"], true);
    assert_valid(&user.run(&["inventory", &live, "--lines", "--kind", "tables", "--schema", "pub*"]).out);
    user.write("t.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;");
    user.run(&["inventory", "t.sql", "--canonical-kind", "nonsense"]).check(2, &[], &["nonsense"]);
    let broken = serde_json::json!({ "format": 1, "catalog": [ { "kind": "table" } ] });
    assert!(!published_schema().is_valid(&broken));
}

#[test]
fn an_inventory_is_the_same_in_both_layouts_and_from_both_commands() {
    let (user, cluster) = (User::new(), Cluster::start());
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    let timeless = |text: &str| {
        let mut inventory: Value = serde_json::from_str(text).unwrap();
        inventory["taken_at"] = 0.into();
        inventory
    };
    let pretty = user.run(&["inventory", &live]).out;
    let lines = user.run(&["inventory", &live, "--lines"]).out;
    assert_eq!(timeless(&pretty), timeless(&lines));
    assert_eq!(timeless(&pretty), timeless(&user.run(&["inspect", &live, "--json"]).out));
    let objects = timeless(&lines)["catalog"].as_array().unwrap().len();
    assert_eq!(lines.lines().filter(|line| line.starts_with("{\"key\"")).count(), objects);
    user.write("lines.json", &lines);
    user.run(&["diff", "lines.json", &live]).check(0, &["no differences"], &[]);
}

#[test]
fn a_narrowed_inventory_is_compared_with_its_part_alone() {
    let (user, cluster) = (User::new(), Cluster::start());
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    user.run(&["inventory", &live, "--table", "orders", "--kind", "index", "--output", "indexes.json"])
        .check(0, &[], &["indexes.json was written"]);
    let narrowed: Value =
        serde_json::from_str(&fs::read_to_string(user.folder().join("indexes.json")).unwrap()).unwrap();
    assert_eq!(narrowed["scope"], serde_json::json!({ "kinds": ["index"], "tables": ["orders"] }));
    assert_eq!(narrowed["catalog"].as_array().unwrap().len(), 1);
    cluster.execute("live", DRIFT);
    user.run(&["diff", "indexes.json", &live]).check(
        1,
        &["1 difference: 1 missing", "+ index orders_note"],
        &[],
    );
    user.run(&["inventory", &live, "--kind", "tabels"]).check(
        2,
        &[],
        &["no kind of object", "Did you mean \"table\"?"],
    );
    user.run(&["inventory", &live, "--table", "nope"]).check(
        0,
        &["\"catalog\": []"],
        &["nothing is in what was asked for"],
    );
}

#[test]
fn an_inventory_that_cannot_be_used_is_told() {
    let (user, cluster) = (User::new(), Cluster::start());
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    let inventory = user.run(&["inventory", &live]).out;
    user.write("newer.json", &inventory.replacen("\"format\": 1", "\"format\": 7", 1));
    user.write("cut.json", &inventory[..inventory.len() / 2]);
    user.write("edited.json", &inventory.replacen("\"integer\"", "\"bigint\"", 1));
    let said = |file: &str| user.run(&["diff", file, &live]).check(2, &[], &[]).err;
    let newer = said("newer.json");
    assert!(
        newer.contains("is an inventory of format 7, and this schemascope reads formats up to 1"),
        "{newer}"
    );
    assert!(
        said("cut.json").contains("cut.json is not an inventory that schemascope wrote"),
        "{}",
        said("cut.json")
    );
    let edited = said("edited.json");
    assert!(
        edited.contains("edited.json was edited or damaged") && edited.contains("take its line"),
        "{edited}"
    );
    user.run(&["inventory", &live, "--output", "/dev/full"]).check(
        2,
        &[],
        &["/dev/full could not be written"],
    );
}
