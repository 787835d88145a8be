//! Connecting to real PostgreSQL servers, and reading from them.

mod support;

use std::time::{Duration, Instant};

use schemascope::dialect::postgres::{
    connect::{ConnectionUrl, Environment},
    session::{ConnectError, Fault, Limits, Session},
};
use serde_json::json;
use support::{Cluster, PASSWORD};

fn url(text: &str) -> ConnectionUrl {
    let environment = Environment::new([], None, Some("nobody".to_owned()));
    ConnectionUrl::parse(text, &environment).unwrap_or_else(|error| panic!("{text}: {error}"))
}

async fn refusal(text: &str) -> ConnectError {
    match Session::reader(&url(text)).await {
        Ok(_) => panic!("{text} was let in"),
        Err(error) => error,
    }
}

/// The password as it stands in a URL.
fn encoded() -> String {
    PASSWORD.replace(' ', "%20")
}

#[tokio::test]
async fn a_reader_cannot_write_whatever_it_tries() {
    let cluster = Cluster::start();
    let target = url(&cluster.database("live"));
    for attempt in [
        "CREATE TABLE public.t (a int)",
        "COMMIT; CREATE TABLE public.t (a int)",
        "ROLLBACK; BEGIN; CREATE TABLE public.t (a int)",
    ] {
        let mut session = Session::reader(&target).await.expect("a reader");
        let error = session.execute(attempt).await.expect_err(attempt);
        assert_eq!(error.sqlstate, "25006", "{attempt}: {error}");
    }
    assert_eq!(cluster.query("live", "SELECT count(*) FROM pg_class WHERE relname = 't'"), "0");
}

#[tokio::test]
async fn a_reader_sees_one_moment_and_nothing_by_chance() {
    let cluster = Cluster::start();
    let target = url(&cluster.database("live"));
    let limits = Limits { statement: Duration::from_millis(1500), ..Limits::default() };
    let mut session = Session::reader_within(&target, &limits).await.expect("a reader");
    let count = "SELECT count(*)::int4 AS n FROM pg_namespace";
    let before = session.rows(count).await.expect("rows");
    cluster.execute("live", "CREATE SCHEMA later");
    let after = session.rows(count).await.expect("rows");
    assert_eq!(before[0].number("n"), after[0].number("n"));

    let shown = "SELECT current_setting('application_name') AS a, current_setting('search_path') AS s, \
                 current_setting('statement_timeout') AS t, current_setting('lock_timeout') AS l, \
                 current_setting('transaction_isolation') AS i, current_setting('jit') AS j, \
                 current_setting('transaction_read_only') AS r";
    let row = &session.rows(shown).await.expect("rows")[0];
    let expected =
        ["schemascope", "pg_catalog", "1500ms", "2s", "repeatable read", "off", "on"].map(|it| json!(it));
    assert_eq!(row.values, expected);
    assert_eq!(session.role(), "postgres");
    let version = session.server_version_num();
    assert_eq!(session.server_version(), format!("{}.{}", version / 10_000, version % 10_000));

    let slow = session.rows("SELECT pg_sleep(5)").await.expect_err("too slow");
    assert_eq!(slow.sqlstate, "57014");
}

#[tokio::test]
async fn a_session_beside_a_reader_sees_the_same_moment() {
    let cluster = Cluster::start();
    let target = url(&cluster.database("live"));
    let mut session = Session::reader(&target).await.expect("a reader");
    let count = "SELECT count(*)::int4 AS n FROM pg_namespace";
    let before = session.rows(count).await.expect("rows")[0].number("n");
    cluster.execute("live", "CREATE SCHEMA later");
    let mut beside = session.beside().await.expect("a second session");
    assert_ne!(beside.process(), session.process());
    assert_eq!(beside.rows(count).await.expect("rows")[0].number("n"), before);
    let error = beside.execute("COMMIT; CREATE TABLE public.t (a int)").await.expect_err("it cannot write");
    assert_eq!(error.sqlstate, "25006", "{error}");
    let mut later = Session::reader(&target).await.expect("a reader");
    assert_ne!(later.rows(count).await.expect("rows")[0].number("n"), before);
}

#[tokio::test]
async fn a_reader_goes_on_alone_where_there_can_be_none_beside_it() {
    let cluster = Cluster::start();
    cluster.database("live");
    cluster.execute(
        "live",
        "CREATE ROLE single LOGIN CONNECTION LIMIT 1; CREATE ROLE plain LOGIN; \
         REVOKE EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() FROM PUBLIC; \
         GRANT EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() TO single",
    );
    for role in ["single", "plain"] {
        let target = url(&cluster.url("live").replace("postgres@", &format!("{role}@")));
        let mut session = Session::reader(&target).await.expect("a reader");
        assert!(session.beside().await.is_none(), "{role}");
        let shown = "SELECT current_setting('transaction_isolation') AS i, current_setting('search_path') AS s, \
                     current_setting('transaction_read_only') AS r";
        let row = &session.rows(shown).await.unwrap_or_else(|error| panic!("{role}: {error}"))[0];
        assert_eq!(row.values, ["repeatable read", "pg_catalog", "on"].map(|it| json!(it)), "{role}");
    }
    let mut scratch = Session::scratch(&url(&cluster.url("live"))).await.expect("a session");
    assert!(scratch.beside().await.is_none(), "only a reader has a moment to share");
}

#[tokio::test]
async fn values_have_the_type_of_their_column() {
    let cluster = Cluster::start();
    let mut session = Session::reader(&url(&cluster.url("postgres"))).await.expect("a reader");
    let query = "SELECT true AS b, 7::int2 AS s, -8::int8 AS l, 9::oid AS o, 'n'::name AS n, 'c'::\"char\" AS c, \
                 ARRAY['a,b', NULL, 'NULL', 'q\"\\'] AS t, ARRAY['x']::name[] AS na, \
                 '{a,b}'::\"char\"[] AS ca, '{\"k\": [1]}'::jsonb AS j, NULL::text AS nil, 1.50 AS num, \
                 ARRAY[1,2] AS ints, 'pg_class'::regclass AS r";
    let row = &session.rows(query).await.expect("rows")[0];
    let expected = json!({
        "b": true, "s": 7, "l": -8, "o": 9, "n": "n", "c": "c", "t": ["a,b", null, "NULL", "q\"\\"], "na": ["x"],
        "ca": ["a", "b"], "j": {"k": [1]}, "nil": null, "num": "1.50", "ints": "{1,2}", "r": "pg_class"
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(row.get(name), Some(value), "{name}");
    }
    assert_eq!(session.rows("SELECT 1 WHERE false").await.expect("rows").len(), 0);
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_read_at_once() {
    let cluster = Cluster::start();
    let mut session = Session::reader(&url(&cluster.url("postgres"))).await.expect("a reader");
    let query =
        "SELECT i AS n, 'name ' || i AS path1, ARRAY['a', 'b'] AS l FROM generate_series(1, 100000) AS i";
    let rows = session.rows(query).await.expect("rows");
    assert_eq!(rows.len(), 100_000);
    assert_eq!(rows[99_999].text("path1"), Some("name 100000"));
    assert!(std::sync::Arc::ptr_eq(&rows[0].columns, &rows[99_999].columns));
}

#[tokio::test]
async fn a_server_error_says_where_and_why() {
    let cluster = Cluster::start();
    let mut session = Session::scratch(&url(&cluster.url("postgres"))).await.expect("a session");
    let error = session.execute("SELECT nothing FROM pg_class").await.expect_err("no such column");
    assert_eq!((error.sqlstate.as_str(), error.position), ("42703", Some(8)));
    let error =
        session.execute("DO $$BEGIN RAISE 'a%b', E'\\x1b[31m' USING DETAIL = 'd', HINT = 'h'; END$$").await;
    let error = error.expect_err("raised");
    assert_eq!(error.message, "a\\u{1b}[31mb");
    assert_eq!((error.detail.as_deref(), error.hint.as_deref()), (Some("d"), Some("h")));
    session.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)").await.expect("a writable session");
    assert_eq!(session.rows("SELECT a FROM t").await.expect("rows")[0].number("a"), Some(1));
}

#[tokio::test]
async fn passwords_are_wanted_refused_and_taken() {
    let cluster = Cluster::start();
    let wanted = refusal(&cluster.tcp_url("postgres", "postgres")).await;
    assert_eq!(wanted.fault, Fault::PasswordWanted, "{wanted}");
    let wrong = refusal(&cluster.tcp_url("postgres:hunter2", "postgres")).await;
    assert_eq!(wrong.fault, Fault::PasswordWrong, "{wrong}");
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong}");

    let given = url(&cluster.tcp_url("postgres", "postgres")).with_password(PASSWORD.into());
    Session::reader(&given).await.expect("the password is right");
    let in_url = url(&cluster.tcp_url(&format!("postgres:{}", encoded()), "postgres"));
    Session::reader(&in_url).await.expect("the password is right");

    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("127.0.0.1:{}:*:postgres:{PASSWORD}\n", cluster.port()))
        .expect("written");
    let by_file = format!("{}?passfile={}", cluster.tcp_url("postgres", "postgres"), file.path().display());
    Session::reader(&url(&by_file)).await.expect("the password file is read");
}

#[tokio::test]
async fn each_refusal_says_what_to_do() {
    let cluster = Cluster::start();
    cluster.execute(
        "postgres",
        "CREATE ROLE nologin; CREATE ROLE few LOGIN CONNECTION LIMIT 0; CREATE ROLE out LOGIN",
    );
    cluster.execute("postgres", "CREATE DATABASE closed");
    cluster.execute("postgres", "REVOKE CONNECT ON DATABASE closed FROM public");
    let socket = |login: &str, database: &str| {
        format!(
            "postgresql://{login}@/{database}?host={}&port={}",
            cluster.folder().display(),
            cluster.port()
        )
    };
    let password = encoded();
    for (text, fault, message) in [
        (socket("postgres", "missing"), Fault::Database, "There is no database \"missing\""),
        (socket("ghost", "postgres"), Fault::Role, "There is no role \"ghost\""),
        (socket("nologin", "postgres"), Fault::Role, "\"nologin\""),
        (socket("few", "postgres"), Fault::Busy, "no connection left"),
        (socket("out", "closed"), Fault::Database, "may not connect to database \"closed\""),
        (
            "postgresql://u@127.0.0.1:1/d".into(),
            Fault::Unreachable,
            "127.0.0.1 port 1: the connection was refused",
        ),
        ("postgresql://u@/d?host=/nowhere".into(), Fault::Unreachable, "/nowhere/.s.PGSQL.5432"),
        ("postgresql://u@no-such-host.invalid/d".into(), Fault::Unreachable, "no-such-host.invalid"),
        (
            format!("{}?sslmode=require", cluster.tcp_url(&format!("postgres:{password}"), "postgres")),
            Fault::Tls,
            "does not support TLS",
        ),
        (
            "postgresql://u@h/d?sslmode=verify-ca&sslrootcert=/nowhere".into(),
            Fault::Tls,
            "/nowhere does not exist",
        ),
    ] {
        let error = refusal(&text).await;
        assert_eq!(error.fault, fault, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.hint.ends_with(['.', ';']) && !error.hint.is_empty(), "{text}: {error}");
        assert!(!error.to_string().contains(&password), "{error}");
    }
}

#[tokio::test]
async fn tls_is_as_strict_as_its_mode() {
    let cluster = Cluster::start_with(&["ssl=on"]);
    let root = format!("&sslrootcert={}", cluster.authority().display());
    let encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    for (host, parameters, expected) in [
        ("localhost", "sslmode=disable".to_owned(), Ok(false)),
        ("localhost", "sslmode=allow".to_owned(), Ok(false)),
        ("localhost", "sslmode=prefer".to_owned(), Ok(true)),
        ("127.0.0.1", "application_name=x".to_owned(), Ok(true)),
        ("localhost", "sslmode=require".to_owned(), Ok(true)),
        ("localhost", format!("sslmode=verify-full{root}"), Ok(true)),
        ("127.0.0.1", format!("sslmode=verify-ca{root}"), Ok(true)),
        ("127.0.0.1", format!("sslmode=verify-full{root}"), Err(Fault::Tls)),
        ("localhost", "sslmode=verify-ca".to_owned(), Err(Fault::Tls)),
        ("localhost", "sslrootcert=system".to_owned(), Err(Fault::Tls)),
    ] {
        let text = format!("postgresql://postgres@{host}:{}/postgres?{parameters}", cluster.port());
        let outcome = match Session::reader(&url(&text).with_password(PASSWORD.into())).await {
            Ok(mut session) => Ok(session.rows(encrypted).await.expect("rows")[0].values[0] == json!(true)),
            Err(error) => Err(error.fault),
        };
        assert_eq!(outcome, expected, "{text}");
    }
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = silent.local_addr().expect("an address").port();
    let started = Instant::now();
    let error = refusal(&format!("postgresql://u@127.0.0.1:{port}/d?connect_timeout=1")).await;
    assert_eq!(error.fault, Fault::Unreachable, "{error}");
    assert!(error.message.contains("within 1 seconds"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[tokio::test]
async fn the_second_host_is_tried_when_the_first_is_down() {
    let cluster = Cluster::start();
    let text = format!("postgresql://postgres@127.0.0.1:1,127.0.0.1:{}/postgres", cluster.port());
    let several = url(&text).with_password(PASSWORD.into());
    Session::reader(&several).await.expect("the second server answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_ends_on_the_server_when_it_is_cancelled_and_when_its_reader_goes_away() {
    let cluster = Cluster::start();
    let target = url(&cluster.url("postgres"));
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(50)%' AND state = 'active' \
                   AND pid <> pg_backend_pid()";
    let wait_for = |count: &str| {
        let started = Instant::now();
        while cluster.query("postgres", running) != count {
            assert!(started.elapsed() < Duration::from_secs(10), "there are not {count} running queries");
        }
    };
    let mut session = Session::reader(&target).await.expect("a reader");
    let canceller = session.canceller();
    let query = tokio::spawn(async move { session.rows("SELECT pg_sleep(50)").await });
    tokio::task::block_in_place(|| wait_for("1"));
    canceller.cancel().await.expect("cancelled");
    let error = query.await.expect("the task").expect_err("cancelled");
    assert_eq!(error.sqlstate, "57014");

    let mut session = Session::reader(&target).await.expect("a reader");
    let query = tokio::spawn(async move { session.rows("SELECT pg_sleep(50)").await });
    tokio::task::block_in_place(|| wait_for("1"));
    query.abort();
    tokio::task::block_in_place(|| wait_for("0"));
}
