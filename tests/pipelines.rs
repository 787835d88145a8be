//! The examples for other people's pipelines, run as a plain shell can: the steps of the GitHub Action,
//! the job for GitLab and the hooks for pre-commit are read from their files and executed.

#[path = "support/mod.rs"]
mod support;
#[path = "support/user.rs"]
mod user;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;
use support::Cluster;
use user::{Ended, User};
use yaml_rust2::{Yaml, YamlLoader};

const SCHEMA: &str = "
    CREATE TABLE orders (id integer PRIMARY KEY, note text);
    CREATE INDEX orders_note ON orders (note);
";

/// A user with a repository, and a database `prod` that is as it should be.
fn repository() -> (User, Cluster) {
    let (user, cluster) = (User::new(), Cluster::start());
    user.write("db/schema.sql", SCHEMA);
    user.write("db/migrations/001_orders.sql", SCHEMA);
    let live = cluster.database("live");
    cluster.execute("live", SCHEMA);
    user.write("schemascope.toml", &format!("canonical = 'db/schema.sql'\n[targets.prod]\nurl = '{live}'\n"));
    (user, cluster)
}

fn example(path: &str) -> Yaml {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(path);
    let text = fs::read_to_string(path).expect("the example");
    YamlLoader::load_from_str(&text).expect("YAML").remove(0)
}

fn words(yaml: &Yaml) -> &str {
    yaml.as_str().unwrap_or_else(|| panic!("{yaml:?} is no text"))
}

fn pairs(yaml: &Yaml) -> Vec<(&str, &str)> {
    yaml.as_hash().into_iter().flatten().map(|(name, value)| (words(name), words(value))).collect()
}

/// Runs a script as the runners of both services do, with `schemascope` in the path.
fn bash(user: &User, folder: &Path, script: &str, environment: &[(String, String)]) -> Ended {
    let bin = Path::new(env!("CARGO_BIN_EXE_schemascope")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = user.write("step.sh", script);
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", &file]).current_dir(folder);
    let kept = ["TMPDIR", "SCHEMASCOPE_PG_BIN"].map(|name| (name, std::env::var_os(name)));
    bash.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
    bash.env("PATH", format!("{}:{}", bin.display(), path.to_string_lossy()));
    bash.env("HOME", user.folder().join("home"));
    bash.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    bash.envs(environment.iter().cloned());
    Ended::of(bash.output().expect("bash can be run"))
}

/// What came of the composite action.
struct Action {
    ended: Ended,
    outputs: String,
    summary: String,
}

/// Runs the steps of the composite action with these inputs, as GitHub's runner does.
fn act(user: &User, inputs: &[(&str, &str)]) -> Action {
    let action = example("github/action.yml");
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for (name, input) in action["inputs"].as_hash().expect("inputs") {
        values.insert(format!("inputs.{}", words(name)), words(&input["default"]).to_owned());
    }
    for (name, value) in inputs {
        let before = values.insert(format!("inputs.{name}"), (*value).to_owned());
        assert!(before.is_some(), "the action has no input {name}");
    }
    values.insert("github.action_path".to_owned(), "/no/such/folder".to_owned());
    let filled = |text: &str| {
        let filled = values
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{{ {name} }}}}"), value));
        assert!(value_is_known(text, &values), "{text} names what the runner does not have");
        filled
    };
    let outputs = user.write("outputs", "");
    let summary = user.write("summary", "");
    let mut ended = None;
    for step in action["runs"]["steps"].as_vec().expect("steps") {
        assert_eq!(words(&step["shell"]), "bash");
        // What comes from outside reaches a step by its environment alone.
        let script = words(&step["run"]);
        assert!(!script.contains("${{"), "{script}");
        let mut environment: Vec<(String, String)> =
            pairs(&step["env"]).into_iter().map(|(name, value)| (name.to_owned(), filled(value))).collect();
        environment.push(("GITHUB_OUTPUT".to_owned(), outputs.clone()));
        environment.push(("GITHUB_STEP_SUMMARY".to_owned(), summary.clone()));
        let folder = step["working-directory"].as_str().map_or(".".to_owned(), filled);
        let it = bash(user, &user.folder().join(folder), script, &environment);
        let failed = it.status != 0;
        ended = Some(it);
        if failed {
            break;
        }
    }
    Action {
        ended: ended.expect("the action has steps"),
        outputs: user.read("outputs"),
        summary: user.read("summary"),
    }
}

/// Whether each expression in a text is one of the values.
fn value_is_known(text: &str, values: &BTreeMap<String, String>) -> bool {
    let expressions = text.split("${{").skip(1).filter_map(|rest| rest.split_once("}}"));
    expressions.into_iter().all(|(expression, _)| values.contains_key(expression.trim()))
}

#[test]
fn the_action_fails_with_annotations_a_summary_and_sarif_where_a_target_drifted() {
    let (user, cluster) = repository();
    let same = act(&user, &[("migrations", "db/migrations")]);
    same.ended.check(0, &[], &[]);
    assert_eq!(same.outputs, "verdict=passed\nsarif=schemascope.sarif\ncomment=schemascope.md\n");
    assert!(same.summary.starts_with("## Schema verification passed\n"), "{}", same.summary);

    cluster.execute("live", "DROP INDEX orders_note");
    let drifted = act(&user, &[("canonical", "db/schema.sql"), ("targets", "prod")]);
    drifted.ended.check(1, &["::error file=db/schema.sql,line=3,title=index-mismatch at prod::"], &[]);
    assert!(drifted.outputs.starts_with("verdict=failed\n"), "{}", drifted.outputs);
    assert!(drifted.summary.contains("`index-mismatch`"), "{}", drifted.summary);
    let sarif: Value = serde_json::from_str(&user.read("schemascope.sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "index-mismatch");
    act(&user, &[("fail-on", "never")]).ended.check(0, &[], &[]);

    let gone = act(&user, &[("canonical", "db/schema.sql"), ("targets", "postgres://nobody@127.0.0.1:1/x")]);
    gone.ended.check(2, &[], &[]);
    assert!(gone.outputs.starts_with("verdict=incomplete\n"), "{}", gone.outputs);
}

#[test]
fn what_the_inputs_of_the_action_say_is_never_run() {
    let (user, _cluster) = repository();
    for input in ["canonical", "targets", "migrations", "fail-on"] {
        act(&user, &[(input, "$(touch pwned);`touch pwned`")]);
        act(&user, &[(input, "--output=pwned")]);
        assert!(!user.folder().join("pwned").exists(), "{input}");
    }
}

#[test]
fn the_workflow_gives_the_action_inputs_that_it_has() {
    let (action, workflow) = (example("github/action.yml"), example("github/workflow.yml"));
    let steps = workflow["jobs"]["verify"]["steps"].as_vec().expect("steps");
    let uses = |step: &&Yaml| step["uses"].as_str().is_some_and(|uses| uses.contains("/examples/ci/github@"));
    let step = steps.iter().find(uses).expect("the workflow uses the action");
    for (input, _) in pairs(&step["with"]) {
        assert!(!action["inputs"][input].is_badvalue(), "{input}");
    }
    for output in ["sarif", "comment"] {
        assert!(!action["outputs"][output].is_badvalue(), "{output}");
    }
}

#[test]
fn the_job_for_gitlab_fails_where_a_target_drifted_and_leaves_its_reports() {
    let (user, cluster) = repository();
    let job = &example("gitlab/schemascope.yml")["schema"];
    let lines = |name: &str| job[name].as_vec().expect("lines").iter().map(words).collect::<Vec<_>>();
    let script = [lines("before_script"), lines("script")].concat().join("\n");
    let variables: Vec<(String, String)> = pairs(&job["variables"])
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let folder = user.folder().to_owned();
    bash(&user, &folder, &script, &variables).check(0, &["prod: passed"], &[]);

    cluster.execute("live", "ALTER TABLE orders DROP COLUMN note");
    bash(&user, &folder, &script, &variables).check(1, &["prod: failed", "error column-missing"], &[]);
    let junit = user.read(words(&job["artifacts"]["reports"]["junit"]));
    assert!(junit.contains("<testsuite ") && junit.contains("column-missing"), "{junit}");
    for artifact in job["artifacts"]["paths"].as_vec().expect("paths") {
        assert!(user.read(words(artifact)).contains("## Schema verification failed"));
    }
}

#[test]
fn the_hooks_for_pre_commit_pass_until_migrations_and_schema_part() {
    let (user, _cluster) = repository();
    let config = example("pre-commit/.pre-commit-config.yaml");
    let hooks = config["repos"][0]["hooks"].as_vec().expect("hooks");
    let run = || {
        let mut ended: BTreeMap<&str, Ended> = BTreeMap::new();
        for hook in hooks {
            assert_eq!(words(&hook["language"]), "system");
            assert_eq!(hook["pass_filenames"].as_bool(), Some(false));
            ended.insert(words(&hook["id"]), bash(&user, user.folder(), words(&hook["entry"]), &[]));
        }
        ended
    };
    assert!(run().values().all(|ended| ended.status == 0));

    user.write("db/migrations/002_orders_total.sql", "ALTER TABLE orders ADD total numeric;");
    let mut ended = run();
    let mut take = |id: &str| ended.remove(id).expect("the hook");
    take("schemascope-migrations").check(1, &["column-extra"], &[]);
    take("schemascope-config").check(0, &[], &[]);
    user.write("schemascope.toml", "canonicol = 'db/schema.sql'\n");
    let refused = run().remove("schemascope-config").expect("the hook");
    refused.check(1, &["Did you mean `canonical`?"], &[]);

    let files = |id: &str| {
        let hook = hooks.iter().find(|hook| words(&hook["id"]) == id).expect("the hook");
        regex::Regex::new(words(&hook["files"])).expect("a pattern")
    };
    let migrations = files("schemascope-migrations");
    assert!(migrations.is_match("db/schema.sql") && migrations.is_match("db/migrations/001_orders.sql"));
    assert!(!migrations.is_match("src/db/schema.sql"));
    assert!(files("schemascope-config").is_match("services/shop/schemascope.toml"));
}
