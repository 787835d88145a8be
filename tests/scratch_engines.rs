//! Scratch engines of every kind: started, used, and gone without a trace.

mod support;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use schemascope::{
    dialect::postgres::session::Session,
    scratch::{self, Choice, Options},
};
use support::Cluster;

fn options(choice: Choice) -> Options {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch-cache");
    Options { choice, program: PathBuf::from(env!("CARGO_BIN_EXE_schemascope")), cache: Some(cache) }
}

async fn open(choice: Choice, major: Option<u32>) -> scratch::Database {
    scratch::database(&options(choice), major)
        .await
        .unwrap_or_else(|error| panic!("no scratch database: {error}"))
}

async fn session(database: &scratch::Database) -> Session {
    Session::scratch(database.url()).await.unwrap_or_else(|error| panic!("no session: {error}"))
}

/// The texts of the first column.
async fn texts(session: &mut Session, query: &str) -> Vec<String> {
    let rows = session.rows(query).await.unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.iter().filter_map(|row| row.values.first()?.as_str().map(str::to_owned)).collect()
}

/// The folder that the engine's process keeps everything in.
fn engine_folder(database: &scratch::Database) -> PathBuf {
    socket(database).parent().expect("the engine's own folder").to_owned()
}

/// The folder of the socket that a server listens on, which no other server has.
fn socket(database: &scratch::Database) -> PathBuf {
    let url = database.url().to_string();
    let (_, host) = url.split_once("host=").expect("a socket");
    host.split('&').next().expect("a folder").into()
}

/// The numbers of the processes that name a folder in their command line or that work in it.
fn processes_in(folder: &Path) -> BTreeSet<String> {
    let name = folder.to_str().expect("a path in UTF-8");
    let entries = std::fs::read_dir("/proc").expect("processes").flatten();
    let processes = entries.filter(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let cwd = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(name) || cwd.starts_with(folder)
    });
    processes.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(20), "{what} does not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

const NAMES_OF_EXTENSIONS: &str = "SELECT extname::text FROM pg_extension ORDER BY 1";
const NAMES_OF_TABLES: &str =
    "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace";

#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn an_embedded_database_starts_empty_and_can_create_every_promised_extension() {
    let database = open(Choice::Embedded, None).await;
    assert_eq!(database.engine(), "embedded PostgreSQL 18.4");
    let mut session = session(&database).await;
    assert_eq!(session.server_version(), "18.4");
    assert_eq!(session.role(), "postgres");
    assert_eq!(texts(&mut session, NAMES_OF_EXTENSIONS).await, ["plpgsql"]);
    assert_eq!(texts(&mut session, NAMES_OF_TABLES).await, [""; 0]);
    let all = [
        "btree_gin",
        "btree_gist",
        "citext",
        "hstore",
        "ltree",
        "pg_trgm",
        "pgcrypto",
        "unaccent",
        "uuid-ossp",
        "vector",
    ];
    for extension in all {
        let created = session.execute(&format!("CREATE EXTENSION \"{extension}\"")).await;
        created.unwrap_or_else(|error| panic!("{extension}: {error}"));
    }
    let used = "CREATE TABLE t (id uuid DEFAULT uuid_generate_v4(), e vector(3), c citext);
                INSERT INTO t (e, c) VALUES ('[1,2,3]', 'A');
                SELECT encode(digest('x', 'sha1'), 'hex')";
    session.execute(used).await.expect("extensions work");
    let distance = texts(&mut session, "SELECT (e <-> '[1,2,5]')::text FROM t WHERE c = 'a'").await;
    assert_eq!(distance, ["2"]);
    session.close().await;
    database.close().await;
    scratch::shut_down().await;
}

#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn an_embedded_database_keeps_its_state_between_connections() {
    let database = open(Choice::Embedded, None).await;
    let mut first = session(&database).await;
    first.execute("CREATE EXTENSION citext; CREATE TABLE kept (c citext)").await.expect("created");
    first.close().await;
    for _ in 0..2 {
        let mut reader = Session::reader(database.url()).await.expect("a reader");
        assert_eq!(
            texts(&mut reader, "SELECT relname::text FROM pg_class WHERE relname = 'kept'").await,
            ["kept"]
        );
        assert_eq!(texts(&mut reader, NAMES_OF_EXTENSIONS).await, ["citext", "plpgsql"]);
        let error = reader.execute("COMMIT; CREATE TABLE public.t (a int)").await.expect_err("read-only");
        assert_eq!(error.sqlstate, "25006");
        reader.close().await;
    }
}

#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn an_embedded_database_survives_a_client_that_goes_away_in_the_middle() {
    let database = open(Choice::Embedded, None).await;
    let mut client = session(&database).await;
    client.execute("CREATE TABLE kept (a int)").await.expect("created");
    let long = client.rows("SELECT repeat('x', 1000) FROM generate_series(1, 50000)");
    tokio::time::timeout(Duration::from_millis(20), long).await.expect_err("the query takes longer");
    drop(client);
    let mut next = session(&database).await;
    assert_eq!(texts(&mut next, NAMES_OF_TABLES).await, ["kept"]);
}

#[cfg(feature = "embedded-postgres")]
#[tokio::test]
async fn several_embedded_databases_do_not_see_each_other() {
    let (one, two, three) = tokio::join!(
        open(Choice::Embedded, None),
        open(Choice::Embedded, None),
        open(Choice::Embedded, None)
    );
    assert_eq!(engine_folder(&one), engine_folder(&two), "one process hosts them");
    for (name, database) in [("a", &one), ("b", &two), ("c", &three)] {
        let mut session = session(database).await;
        session.execute(&format!("CREATE ROLE same; CREATE TABLE {name} (x int)")).await.expect("created");
        assert_eq!(texts(&mut session, NAMES_OF_TABLES).await, [name]);
    }
}

#[tokio::test]
async fn local_databases_are_isolated_and_leave_nothing_behind() {
    let first = open(Choice::Local, None).await;
    let (folder, of_first) = (engine_folder(&first), socket(&first));
    assert!(first.engine().starts_with("local PostgreSQL "), "{}", first.engine());
    let second = open(Choice::Local, None).await;
    for database in [&first, &second] {
        let mut session = session(database).await;
        assert_eq!(texts(&mut session, NAMES_OF_EXTENSIONS).await, ["plpgsql"]);
        session
            .execute("CREATE ROLE same; CREATE TABLE t (a int); GRANT SELECT ON t TO same")
            .await
            .expect("created");
        let superuser = "SELECT usesuper::text FROM pg_user WHERE usename = current_user";
        assert_eq!(texts(&mut session, superuser).await, ["true"]);
    }
    first.close().await;
    // The cluster of the first is used again, and has nothing of it.
    let third = open(Choice::Local, None).await;
    assert_eq!(socket(&third), of_first);
    let mut clean = session(&third).await;
    assert_eq!(texts(&mut clean, NAMES_OF_TABLES).await, [""; 0]);
    clean.execute("CREATE ROLE same").await.expect("the role of the first script is gone");
    assert!(!processes_in(&folder).is_empty());

    drop((second, third, clean));
    scratch::shut_down().await;
    wait_until("the end of all processes", || processes_in(&folder).is_empty());
    assert!(!folder.exists());
}

#[tokio::test]
async fn the_wanted_version_decides_where_the_user_does_not() {
    let installed = open(Choice::Local, None).await;
    let major: u32 = {
        let version = installed.engine().trim_start_matches("local PostgreSQL ");
        version.split('.').next().and_then(|major| major.parse().ok()).expect("a version")
    };
    assert_eq!(open(Choice::Auto, Some(major)).await.engine(), installed.engine());
    let other = open(Choice::Auto, Some(99)).await;
    let expected =
        if cfg!(feature = "embedded-postgres") { "embedded PostgreSQL 18.4" } else { installed.engine() };
    assert_eq!(other.engine(), expected);
}

#[tokio::test]
async fn a_database_on_a_given_server_is_dropped_with_its_value() {
    let cluster = Cluster::start();
    let long_ago = "CREATE DATABASE schemascope_scratch_old";
    cluster.execute("postgres", long_ago);
    let note = "COMMENT ON DATABASE schemascope_scratch_old IS 'made by schemascope process 1 at 1000000000'";
    cluster.execute("postgres", note);
    cluster.execute("postgres", "CREATE DATABASE schemascope_scratch_of_somebody");
    let names = "SELECT datname FROM pg_database WHERE datname LIKE 'schemascope%' ORDER BY 1";

    let server = cluster.url("postgres").replace("postgresql://postgres@", "postgresql://postgres:hunter2@");
    let database = open(Choice::Url(server.parse().expect("a URL")), None).await;
    let version = cluster.query("postgres", "SELECT split_part(current_setting('server_version'), ' ', 1)");
    assert_eq!(database.engine(), format!("PostgreSQL {version} at socket {}", cluster.folder().display()));
    let mut session = session(&database).await;
    assert_eq!(texts(&mut session, NAMES_OF_TABLES).await, [""; 0]);
    let ours = database.url().database().to_owned();
    let mut expected = [ours.as_str(), "schemascope_scratch_of_somebody"];
    expected.sort_unstable();
    assert_eq!(cluster.query("postgres", names), expected.join("\n"), "what is a day old is removed");
    drop(database);
    wait_until("the drop", || cluster.query("postgres", names) == "schemascope_scratch_of_somebody");
}

#[tokio::test]
async fn what_a_given_server_refuses_is_said_with_a_hint() {
    let cluster = Cluster::start();
    cluster.execute("postgres", "CREATE ROLE small LOGIN");
    let server = cluster.url("postgres").replace("postgres@", "small@");
    let refused = scratch::database(&options(Choice::Url(server.parse().expect("a URL"))), None).await;
    let error = refused.err().expect("refused").to_string();
    assert!(error.contains("permission denied") && error.contains("ALTER ROLE small CREATEDB"), "{error}");
    let missing: Options = Options { program: "/no/such/program".into(), ..options(Choice::Local) };
    let error = scratch::database(&missing, None).await.err().expect("no program").to_string();
    assert!(error.contains("/no/such/program"), "{error}");
}

/// A parent that asks for a database and then is killed: driven over the pipe, as a parent does it.
#[test]
fn the_engine_tidies_up_when_its_parent_is_gone() {
    use std::io::{BufRead, BufReader, Write};

    let folder = tempfile::Builder::new().prefix("schemascope-engine-").tempdir_in("/tmp").expect("a folder");
    std::process::Command::new("chmod").arg("711").arg(folder.path()).status().expect("chmod");
    let mut engine = Command::new(env!("CARGO_BIN_EXE_schemascope"))
        .arg("engine")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the engine");
    let mut input = engine.stdin.take().expect("its input");
    let mut answers = BufReader::new(engine.stdout.take().expect("its output")).lines();
    writeln!(input, "{}", serde_json::json!({ "folder": folder.path(), "cache": null })).expect("written");
    let request = serde_json::json!({ "open": { "id": 1, "engine": "local", "major": null } });
    writeln!(input, "{request}").expect("written");
    let answer = answers.next().expect("an answer").expect("an answer");
    assert!(answer.contains("ready"), "{answer}");
    assert!(!processes_in(folder.path()).is_empty());
    drop(input);
    wait_until("the end of all processes", || processes_in(folder.path()).is_empty());
    assert!(engine.wait().expect("its end").success());
    assert!(!folder.path().exists());
}
