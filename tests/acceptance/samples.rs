//! The sample schemas: each drifted database differs as its answer key says, and is repaired.

use std::{fs, path::Path};

use assert_cmd::Command;
#[cfg(feature = "embedded-postgres")]
use schemascope::{
    dialect::postgres::session::Session,
    plan::{Plan, Transaction},
    scratch::{self, Choice},
    source::Source,
};

#[cfg(feature = "embedded-postgres")]
use crate::{
    answer_key::{AGENTS_STAGING, EU, US},
    world::{read, scratch},
};
use crate::{
    answer_key::{COMMERCE_PROD, COMMERCE_STAGING, WAREHOUSE_PROD},
    observer,
    world::{Pair, World, sample, sorted},
};

/// Builds the drifted database, compares, repairs, and looks again with both observers.
async fn is_repaired(schema: &str, drift: &str, key: &[&str]) {
    let world = World::start();
    let schema = sample(schema);
    world.load("drifted", &[&schema, &sample(drift)]);
    world.load("meant", &[&schema]);
    let canonical = world.evaluate(&schema).await;
    let pair = Pair::new(canonical.clone(), world.read("drifted").await);
    assert_eq!(pair.differences(), sorted(key));
    world.apply("drifted", &pair.plan_all());
    let after = Pair::new(canonical, world.read("drifted").await);
    assert_eq!(after.differences(), [""; 0]);
    observer::assert_equal(&world.observe("drifted"), &world.observe("meant"));
}

#[tokio::test]
async fn commerce_on_prod_differs_as_its_key_says_and_is_repaired() {
    is_repaired("commerce/schema.sql", "commerce/drift/prod.sql", COMMERCE_PROD).await;
}

#[tokio::test]
async fn commerce_on_staging_differs_as_its_key_says_and_is_repaired() {
    is_repaired("commerce/schema.sql", "commerce/drift/staging.sql", COMMERCE_STAGING).await;
}

#[tokio::test]
async fn warehouse_on_prod_differs_as_its_key_says_and_is_repaired() {
    is_repaired("warehouse/schema.sql", "warehouse/drift/prod.sql", WAREHOUSE_PROD).await;
}

/// The agents platform has a vector column, and an ordinary server no such type: it is the
/// embedded engine that plays the live database. There is no `pg_dump` for that, so here the second
/// look is our own alone; `selections` looks with both at the platform without its vectors.
#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn the_agents_platform_differs_as_its_keys_say_and_is_repaired() {
    let engine = scratch(Choice::Embedded);
    let schema = sample("agents-platform/schema.sql");
    let uncached = scratch::Options { cache: None, ..engine.clone() };
    let canonical = read(&Source::SqlFile(schema.clone()), &uncached).await;
    for (name, key) in [("prod-eu", EU), ("prod-us", US), ("staging", AGENTS_STAGING)] {
        let live = scratch::database(&engine, None).await.unwrap_or_else(|error| panic!("{error}"));
        let source = Source::Postgres(live.url().clone());
        let roles =
            "CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS".to_owned();
        let drift = sample(&format!("agents-platform/drift/{name}.sql"));
        let scripts = [&schema, &drift].map(|path| fs::read_to_string(path).expect("a script"));
        execute(&live, [roles].into_iter().chain(scripts)).await;
        let pair = Pair::new(canonical.clone(), read(&source, &engine).await);
        assert_eq!(pair.differences(), sorted(key), "{name}");
        execute(&live, statements(&pair.plan_all())).await;
        let after = Pair::new(canonical.clone(), read(&source, &engine).await);
        assert_eq!(after.differences(), [""; 0], "{name}");
        live.close().await;
    }
    scratch::shut_down().await;
}

#[cfg(feature = "embedded-postgres")]
async fn execute(database: &scratch::Database, scripts: impl IntoIterator<Item = String>) {
    let mut session = Session::scratch(database.url()).await.expect("a session");
    for script in scripts {
        session.execute(&script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
    }
    session.close().await;
}

/// What the script of a plan says, statement by statement.
#[cfg(feature = "embedded-postgres")]
fn statements(plan: &Plan) -> Vec<String> {
    let mut statements = plan.preamble.clone();
    for segment in plan.statements.chunk_by(|a, b| a.segment == b.segment) {
        let outside = segment.iter().any(|statement| statement.transaction == Transaction::Outside);
        let (begin, commit) = if outside { (None, None) } else { (Some("BEGIN"), Some("COMMIT")) };
        let own = segment.iter().map(|statement| statement.sql.clone());
        statements.extend(begin.map(str::to_owned).into_iter().chain(own).chain(commit.map(str::to_owned)));
    }
    statements
}

#[tokio::test]
async fn a_folder_of_migrations_and_the_schema_that_it_builds_do_not_differ() {
    let world = World::start();
    let migrations = world.evaluate(&sample("commerce/migrations")).await;
    let schema = world.evaluate(&sample("commerce/schema.sql")).await;
    assert!(schema.catalog.len() > 150, "{} objects", schema.catalog.len());
    let forth = Pair::new(schema.clone(), migrations.clone());
    let back = Pair::new(migrations, schema);
    assert_eq!((forth.differences(), back.differences()), (Vec::new(), Vec::new()));
}

/// Runs the program as its user would, who has no configuration.
fn schemascope(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schemascope"));
    command.current_dir(folder).env("HOME", folder).env("XDG_CACHE_HOME", folder.join("cache"));
    command.env_remove("SCHEMASCOPE_CONFIG").env_remove("XDG_CONFIG_HOME");
    command
}

#[test]
fn the_program_shows_the_drift_writes_the_sql_and_then_finds_nothing() {
    let world = World::start();
    let folder = tempfile::tempdir().expect("a folder");
    let schema = sample("commerce/schema.sql");
    world.load("drifted", &[&schema, &sample("commerce/drift/prod.sql")]);
    let url = world.cluster.url("drifted");
    let scratch = world.cluster.url("postgres");
    let run = |command: &str, more: &[&str]| {
        let mut run = schemascope(folder.path());
        run.arg(command).arg(&schema).arg(&url).args(["--scratch", &scratch]).args(more);
        let output = run.output().expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        (output.status.code(), text, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (status, text, errors) = run("diff", &[]);
    assert_eq!(status, Some(1), "{errors}");
    let expected =
        ["14 differences: 3 missing, 2 extra", "~ column phone", "- table public.orders_backup_20250214"];
    for expected in expected {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let (status, text, errors) = run("plan", &["--all", "--output", "repair.sql"]);
    assert_eq!((status, text.as_str()), (Some(1), ""), "{errors}");
    let written = fs::read_to_string(folder.path().join("repair.sql")).expect("the plan");
    assert!(written.contains("-- Proven for the schema alone"), "{written}");
    world.cluster.run_file("drifted", &folder.path().join("repair.sql"));
    let (status, text, errors) = run("diff", &[]);
    assert_eq!(status, Some(0), "{text}{errors}");
}
