//! Scripts as people write them, run on a real server.

mod support;

use std::fs;

use schemascope::{
    dialect::postgres::session::Session,
    model::{Key, Kind},
    source::{
        SourceError,
        locate::locate,
        script::{Engine, Outcome, Script, run},
        split::Syntax,
    },
};
use support::Cluster;

/// Runs a text as the script `schema.sql`.
async fn run_text(session: &mut Session, text: &str) -> Result<Outcome, SourceError> {
    run_files(session, &[("schema.sql", text)]).await
}

async fn run_files(session: &mut Session, files: &[(&str, &str)]) -> Result<Outcome, SourceError> {
    run_in(session, Engine { name: "local PostgreSQL", private: true }, files).await
}

async fn run_in(
    session: &mut Session,
    engine: Engine<'_>,
    files: &[(&str, &str)],
) -> Result<Outcome, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut script = Script::from_folder(folder.path(), Syntax::Postgres)?;
    for statement in script.files.iter_mut().flatten() {
        statement.file = statement.file.strip_prefix(folder.path()).unwrap().into();
    }
    run(&script, session, engine, &|_, _| {}).await
}

/// A session on a new, empty database.
async fn session(cluster: &Cluster, database: &str) -> Session {
    Session::scratch(&cluster.database(database).parse().unwrap()).await.unwrap()
}

/// The first column of a query, as texts.
async fn texts(session: &mut Session, sql: &str) -> Vec<String> {
    let rows = session.rows(sql).await.unwrap();
    rows.iter().filter_map(|row| row.values.first()?.as_str().map(str::to_owned)).collect()
}

const TABLES: &str = "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'v') \
                      AND relnamespace = 'public'::regnamespace ORDER BY 1";

#[tokio::test]
async fn what_needs_a_later_object_is_run_again_under_its_own_search_path() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "CREATE VIEW totals AS SELECT total FROM big_orders;
        CREATE VIEW big_orders AS SELECT * FROM orders WHERE total > 100;
        BEGIN;
        CREATE TABLE items (order_id int REFERENCES orders);
        CREATE INDEX ON items (order_id);
        COMMIT;
        CREATE TABLE orders (id int PRIMARY KEY, total mood);
        CREATE DOMAIN mood AS numeric;
        CREATE SCHEMA other;
        SET search_path = other;
        CREATE TABLE orders (id int, total text);";
    let outcome = run_text(&mut session, text).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    session.execute("SET search_path = public").await.unwrap();
    assert_eq!(texts(&mut session, TABLES).await, ["big_orders", "items", "orders", "totals"]);
    let types = "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'totals'::regclass";
    assert_eq!(texts(&mut session, types).await, ["mood"]);
}

#[tokio::test]
async fn every_failing_statement_is_told_with_its_place() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "CREATE TABLE a (id int);\n\n-- a comment\nCREATE TABLE b (\n  id int,\n  mood nope\n);\n\
                CREATE TABLE c (id int;\nCREATE TABLE d ();";
    let error = run_text(&mut session, text).await.unwrap_err();
    let expected = "2 of 3 statements failed on local PostgreSQL.\n\
        schema.sql:4: CREATE TABLE b (\n  at line 6: mood nope\n  type \"nope\" does not exist (SQLSTATE 42704)\n\
        schema.sql:8: CREATE TABLE c (id int;\n  syntax error at or near \";\" (SQLSTATE 42601)";
    assert_eq!(error.to_string(), expected);
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing_and_one_that_never_ends_is_refused() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "BEGIN;\nCREATE TABLE a ();\nCREATE TABLE b (c nope);\nCREATE TABLE d ();\nCOMMIT;\nCREATE TABLE e ();";
    let error = run_text(&mut session, text).await.unwrap_err().to_string();
    assert!(error.contains("schema.sql:3: CREATE TABLE b (c nope)"), "{error}");
    assert!(error.starts_with("1 of 6"), "what the server says after the first error is no news: {error}");
    assert_eq!(texts(&mut session, TABLES).await, ["e"]);
    let error = run_text(&mut session, "SELECT 1;\nBEGIN;\nCREATE TABLE f ();").await.unwrap_err();
    assert!(matches!(&error, SourceError::OpenTransaction { at } if at.line == 2), "{error}");
}

#[tokio::test]
async fn roles_that_are_only_mentioned_are_there_and_nothing_else_of_the_server_is_touched() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "CREATE ROLE app LOGIN SUPERUSER PASSWORD 'secret';
        GRANT readers TO app;
        CREATE TABLE t (id int);
        ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        ALTER TABLE t OWNER TO app;
        GRANT SELECT ON t TO \"Read Only\", PUBLIC;
        CREATE POLICY p ON t TO authenticated USING (true);
        ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO readers;
        DO $$ BEGIN EXECUTE 'GRANT SELECT ON t TO ' || 'by_hand'; END $$;
        CREATE DATABASE other;
        ALTER SYSTEM SET work_mem = '1MB';
        ALTER DATABASE shop SET work_mem = '1MB';
        VACUUM t;";
    let outcome = run_text(&mut session, text).await.unwrap();
    let expected = ["Read Only", "app", "authenticated", "readers", "by_hand"];
    assert_eq!(outcome.actors.made(), expected);
    let note = "schema.sql:1: `CREATE ROLE app LOGIN SUPERUSER PASSWORD '***'` and 5 more were left out: they belong \
                to the server, not to the schema";
    assert_eq!(outcome.notes, [note]);
    let able = "SELECT rolname FROM pg_roles WHERE rolname <> 'postgres' AND (rolcanlogin OR rolsuper)";
    assert_eq!(texts(&mut session, able).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_is_somebodys_keeps_its_roles_and_gets_no_new_ones() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    session.execute("CREATE ROLE theirs").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schema.sql");
    let roles = "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_|^postgres$'";
    for (text, works) in [
        (
            "SET ROLE mine; CREATE TABLE public.t (); RESET ROLE; ALTER TABLE t OWNER TO theirs; DROP ROLE theirs;",
            true,
        ),
        ("GRANT SELECT ON gone TO mine;", false),
    ] {
        fs::write(&path, text).unwrap();
        let script = Script::from_file(&path, Syntax::Postgres).unwrap();
        let engine = Engine { name: "PostgreSQL", private: false };
        match run(&script, &mut session, engine, &|_, _| {}).await {
            Ok(outcome) => outcome.actors.leave(&mut session).await,
            Err(error) => assert!(!works, "{error}"),
        }
        assert_eq!(texts(&mut session, roles).await, ["theirs"]);
    }
}

#[tokio::test]
async fn an_extension_that_is_not_there_is_named_with_what_to_do() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "CREATE EXTENSION IF NOT EXISTS plpgsql;\nCREATE EXTENSION postgis WITH SCHEMA public;\n\
                CREATE TABLE a (place geometry);";
    let error = run_text(&mut session, text).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "schema.sql:2: the extension postgis is not available in local PostgreSQL."
    );
    let hint = error.hint().unwrap();
    assert!(hint.contains("--scratch URL") && hint.contains("plpgsql"), "{hint}");
}

#[tokio::test]
async fn an_extension_of_another_version_and_settings_of_another_server_are_passed_over() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "SET transaction_timeout = 0;
        SET default_table_access_method = heap;
        SELECT pg_catalog.set_config('no_such_setting_here', '', false);
        CREATE EXTENSION plpgsql;
        CREATE EXTENSION IF NOT EXISTS plpgsql VERSION '99.9';
        CREATE TABLE t (id int PRIMARY KEY);
        DROP TABLE gone;
        ALTER TABLE ONLY public.gone DROP CONSTRAINT gone_pkey;
        CREATE SCHEMA public;";
    let outcome = run_text(&mut session, text).await.unwrap();
    assert_eq!(texts(&mut session, TABLES).await, ["t"]);
    let told = outcome.notes.join("\n");
    for reason in ["does not know the setting", "there is nothing to drop"] {
        assert!(told.contains(reason), "{reason} is missing in\n{told}");
    }
}

#[tokio::test]
async fn tablespaces_are_made_where_the_server_is_a_throwaway_one_and_left_out_where_it_is_somebodys() {
    let text = "CREATE TABLESPACE fast LOCATION '/srv/fast';
        SET default_tablespace = fast;
        CREATE TABLE a (id int);
        BEGIN;
        SET default_tablespace = '';
        CREATE TABLE b (id int PRIMARY KEY USING INDEX TABLESPACE \"it's\") TABLESPACE fast;
        COMMIT;
        CREATE TABLE c (id int);";
    let places = "SELECT c.relname || ' ' || t.spcname FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace \
                  WHERE t.spcname !~ '^pg_' ORDER BY 1";
    let cluster = Cluster::start();
    let mut shop = session(&cluster, "shop").await;
    let elsewhere = Engine { name: "a server", private: false };
    let outcome = run_in(&mut shop, elsewhere, &[("schema.sql", text)]).await.unwrap();
    assert_eq!(texts(&mut shop, places).await, [""; 0]);
    assert_eq!(texts(&mut shop, TABLES).await, ["a", "b", "c"]);
    assert!(outcome.notes.iter().any(|note| note.contains("tablespaces belong to the server")));
    let mut warehouse = session(&cluster, "warehouse").await;
    let outcome = run_text(&mut warehouse, text).await.unwrap();
    assert_eq!(texts(&mut warehouse, places).await, ["a fast", "b fast", "b_pkey it's"]);
    assert_eq!(outcome.notes.len(), 1, "{:?}", outcome.notes);
}

#[tokio::test]
async fn each_file_of_a_folder_starts_with_fresh_settings() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let files = [
        ("001.sql", "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a ();"),
        ("002.sql", "CREATE TABLE b ();"),
    ];
    run_files(&mut session, &files).await.unwrap();
    assert_eq!(texts(&mut session, TABLES).await, ["a", "b"]);
}

#[tokio::test]
async fn every_object_is_found_at_the_statement_that_made_it() {
    let cluster = Cluster::start();
    let mut session = session(&cluster, "shop").await;
    let text = "CREATE VIEW early AS SELECT * FROM late;\nCREATE TABLE a (id serial PRIMARY KEY);\n\
                CREATE INDEX CONCURRENTLY a_id ON a (id);\nALTER TABLE a ADD CONSTRAINT positive CHECK (id > 0);\n\
                DO $$ BEGIN CREATE TABLE done (); END $$;\nCREATE TABLE late (id int);";
    let outcome = run_text(&mut session, text).await.unwrap();
    let named = "SELECT relname AS name, oid::int8 FROM pg_class WHERE relnamespace = 'public'::regnamespace \
                 UNION ALL SELECT conname, oid::int8 FROM pg_constraint WHERE contype = 'c' \
                 UNION ALL SELECT nspname, oid::int8 FROM pg_namespace WHERE nspname = 'public'";
    let mut oids = Vec::new();
    for row in session.rows(named).await.unwrap() {
        let key = Key::new(Kind::of("relation"), [row.text("name").unwrap()]);
        oids.push((key, u32::try_from(row.number("oid").unwrap()).unwrap()));
    }
    let located = locate(&outcome.marks, &oids);
    let lines: Vec<(&str, u32)> = located.iter().map(|(key, at)| (key.name(), at.line)).collect();
    let expected = [
        ("a", 2),
        ("a_id", 3),
        ("a_id_seq", 2),
        ("a_pkey", 2),
        ("done", 5),
        ("early", 1),
        ("late", 6),
        ("positive", 4),
    ];
    assert_eq!(lines, expected);
    let left = "SELECT oid::text FROM pg_largeobject_metadata";
    assert_eq!(texts(&mut session, left).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_pg_dump_prints_makes_the_same_schema_again() {
    let cluster = Cluster::start();
    let mut first = session(&cluster, "first").await;
    run_text(&mut first, VARIED).await.unwrap();
    let dump = definitions(&cluster, "first");
    for flags in [&[][..], &["-C", "-c", "--if-exists"], &["-c"], &["--use-set-session-authorization"]] {
        let script = cluster.dump("first", flags);
        let mut second = session(&cluster, "second").await;
        let outcome = run_text(&mut second, &script).await;
        assert!(outcome.is_ok(), "{flags:?}: {}", outcome.unwrap_err());
        second.close().await;
        similar_asserts::assert_eq!(definitions(&cluster, "second"), dump, "{flags:?}");
        first.execute("DROP DATABASE second").await.unwrap();
    }
}

#[tokio::test]
async fn the_samples_run_as_they_are() {
    let cluster = Cluster::start();
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas");
    for (database, script) in [
        ("commerce", Script::from_file(&samples.join("commerce/schema.sql"), Syntax::Postgres)),
        ("migrations", Script::from_folder(&samples.join("commerce/migrations"), Syntax::Postgres)),
        ("warehouse", Script::from_file(&samples.join("warehouse/schema.sql"), Syntax::Postgres)),
    ] {
        let mut session = session(&cluster, database).await;
        let engine = Engine { name: "local PostgreSQL", private: true };
        let outcome = run(&script.unwrap(), &mut session, engine, &|_, _| {}).await;
        assert!(outcome.is_ok(), "{database}: {}", outcome.unwrap_err());
    }
}

/// What `pg_dump` prints without the keys that are new in each run.
fn definitions(cluster: &Cluster, database: &str) -> String {
    let dump = cluster.dump(database, &[]);
    dump.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
}

const VARIED: &str = r#"
CREATE SCHEMA billing AUTHORIZATION accountant;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = int4);
CREATE SEQUENCE numbers INCREMENT 5;
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "odd ""name"";" text DEFAULT 'a;b' COLLATE "C",
    total numeric(10,2) NOT NULL CHECK (total >= 0),
    twice numeric GENERATED ALWAYS AS (total * 2) STORED,
    mood mood DEFAULT 'happy',
    during tstzrange
) WITH (fillfactor = 70);
CREATE TABLE items (order_id bigint REFERENCES orders ON DELETE CASCADE, at date) PARTITION BY RANGE (at);
CREATE TABLE items_2026 PARTITION OF items FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE UNIQUE INDEX ON orders (lower("odd ""name"";")) INCLUDE (total) WHERE total > 10;
ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&);
CREATE FUNCTION add(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a + b; END;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $_$ BEGIN NEW.total := 1; -- ;
  RETURN NEW; END; $_$;
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;
CREATE AGGREGATE total_of(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TRIGGER touch BEFORE UPDATE OF total ON orders FOR EACH ROW WHEN (OLD.total > 1) EXECUTE FUNCTION touch();
CREATE VIEW happy AS SELECT id, add(1) AS one FROM orders WHERE mood = 'happy';
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM happy;
CREATE RULE nothing AS ON DELETE TO happy DO INSTEAD (SELECT 1; SELECT 2);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO accountant USING (id > 0);
GRANT SELECT (id), INSERT ON orders TO clerk WITH GRANT OPTION;
REVOKE ALL ON FUNCTION add(int, int) FROM PUBLIC;
ALTER TABLE items OWNER TO accountant;
ALTER DEFAULT PRIVILEGES FOR ROLE accountant IN SCHEMA billing GRANT SELECT ON TABLES TO clerk;
COMMENT ON TABLE orders IS E'line one\nline; two';
COMMENT ON SCHEMA public IS 'ours';
CREATE STATISTICS related ON total, mood FROM orders;
CREATE PUBLICATION everything FOR ALL TABLES;
"#;
