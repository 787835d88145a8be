//! Folders of migrations beside histories as each tool writes them, on real databases.

mod support;
#[path = "support/user.rs"]
mod user;

use serde_json::Value;
use support::Cluster;
use user::{Ended, User};

const USERS: &str = "CREATE TABLE users (id integer PRIMARY KEY);\n";
const NAMES: &str = "ALTER TABLE users ADD COLUMN name text;\n";

/// Somebody with a folder of migrations and a database with a history.
fn with(cluster: &Cluster, files: &[(&str, &str)], history: &str) -> User {
    let user = User::new();
    for (name, text) in files {
        user.write(&format!("migrations/{name}"), text);
    }
    let url = cluster.database("live");
    cluster.execute("live", history);
    user.targets(&[("prod", &url, "")]);
    user
}

fn status(user: &User, expected: i32) -> String {
    user.run(&["migrations", "status", "migrations", "prod"]).check(expected, &[], &[]).out
}

#[test]
fn sqlx_tells_what_was_edited_and_what_failed() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[
            ("20240101000000_users.sql", USERS),
            ("20240102000000_names.up.sql", NAMES),
            ("20240102000000_names.down.sql", "ALTER TABLE users DROP COLUMN name;\n"),
            ("20240103000000_later.sql", "SELECT 1;\n"),
        ],
        // As sqlx-postgres' migrate.rs makes and fills it; the second checksum is of another text.
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
            installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL,
            execution_time BIGINT NOT NULL);
         SET timezone = 'UTC';
         INSERT INTO _sqlx_migrations VALUES
            (20240101000000, 'users', '2024-01-05 10:00Z', true, sha384('CREATE TABLE users (id integer PRIMARY KEY);
'), 7), (20240102000000, 'names', '2024-01-05 10:00Z', true, sha384('ALTER TABLE users ADD COLUMN name varchar;
'), 7), (20240103000000, 'later', '2024-01-05 10:00Z', false, sha384('SELECT 1;
'), 7);",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 3 migrations in migrations (sqlx), history in public._sqlx_migrations
      = applied      20240101000000  users  2024-01-05 10:00:00+00
      ~ edited       20240102000000  names  2024-01-05 10:00:00+00
          migrations/20240102000000_names.up.sql: its file is not what was run
          recorded b64854a18b212319…, now 75ef4e8a9757b4ab…
          What changed is not known: no commit of the repository has the text with that checksum.
      ! failed       20240103000000  later  2024-01-05 10:00:00+00
          migrations/20240103000000_later.sql: the history says that it did not succeed: it ran outside of a transaction, so a part of it may be there; put that right and delete its row
    1 applied, 1 edited, 1 failed.
    "#);
}

#[test]
fn golang_migrate_keeps_one_version_and_calls_it_dirty() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[
            ("000001_users.up.sql", USERS),
            ("000001_users.down.sql", "DROP TABLE users;\n"),
            ("000002_names.up.sql", NAMES),
            ("000010_more.up.sql", "SELECT 1;\n"),
        ],
        "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
         INSERT INTO schema_migrations VALUES (2, true);",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 3 migrations in migrations (golang-migrate), history in public.schema_migrations
      = applied      000001  users
      ! failed       000002  names
          migrations/000002_names.up.sql: the history says dirty: it began and did not end; put right what it left, then `migrate force 2`, or the version before it
      + pending      000010  more
    1 applied, 1 pending, 1 failed. As golang-migrate records no checksums, an edited file would not be noticed.
    "#);
}

#[test]
fn goose_goes_up_and_down() {
    let cluster = Cluster::start();
    let goose = |up: &str| format!("-- +goose Up\n{up}\n-- +goose Down\nSELECT 1;\n");
    let user = with(
        &cluster,
        &[
            ("001_users.sql", &goose(USERS)),
            ("002_names.sql", &goose(NAMES)),
            ("003_more.sql", &goose("SELECT 1;")),
        ],
        "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL,
            is_applied boolean NOT NULL, tstamp timestamp NULL DEFAULT now());
         INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES (0, true, '2024-01-05 10:00'),
            (1, true, '2024-01-05 10:00'), (2, true, '2024-01-05 10:00'), (3, true, '2024-01-05 10:00'),
            (2, false, '2024-01-06 10:00');",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 3 migrations in migrations (goose), history in public.goose_db_version
      = applied      001  users  2024-01-05 10:00:00
      ~ out of order 002  names
          migrations/002_names.sql: newer ones were applied; goose refuses to go on, unless it is called with -allow-missing
      = applied      003  more   2024-01-05 10:00:00
    2 applied, 1 out of order. As goose records no checksums, an edited file would not be noticed.
    "#);
}

#[test]
fn flyway_has_versions_repeatables_baselines_and_checksums_of_lines() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[
            ("V1__old.sql", "SELECT 0;\n"),
            // CRC-32 of "123456789" is 0xcbf43926, which is -873187034 as a signed number.
            ("V1.1__digits.sql", "12345\r\n6789\n"),
            ("V2__edited.sql", "123456780\n"),
            ("V10__waits.sql", "SELECT 1;\n"),
            ("R__views.sql", "CREATE VIEW v AS SELECT 1;\n"),
        ],
        "CREATE TABLE flyway_schema_history (installed_rank integer NOT NULL PRIMARY KEY, version varchar(50),
            description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL,
            checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(),
            execution_time integer NOT NULL, success boolean NOT NULL);
         INSERT INTO flyway_schema_history VALUES
            (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'app', '2024-01-05 10:00', 0, true),
            (2, '1.1', 'digits', 'SQL', 'V1.1__digits.sql', -873187034, 'app', '2024-01-05 10:00', 5, true),
            (3, '2', 'edited', 'SQL', 'V2__edited.sql', -873187034, 'app', '2024-01-05 10:00', 5, true),
            (4, NULL, 'views', 'SQL', 'R__views.sql', 1, 'app', '2024-01-05 10:00', 5, true),
            (5, '3', 'gone', 'SQL', 'V3__gone.sql', 1, 'app', '2024-01-05 10:00', 5, true);",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 5 migrations in migrations (Flyway), history in public.flyway_schema_history
      = applied      1        old     2024-01-05 10:00:00
          below the baseline 1, so Flyway did not run it
      = applied      1.1      digits  2024-01-05 10:00:00
      ~ edited       2        edited  2024-01-05 10:00:00
          migrations/V2__edited.sql: its file is not what was run
          recorded -873187034, now -1305968254
          What changed is not known: no commit of the repository has the text with that checksum.
      + pending      10       waits
      + pending      R views  views   2024-01-05 10:00:00
          it has changed since it was run, and is run again
      - missing      3        gone    2024-01-05 10:00:00
          the history has it, and the folder does not
    2 applied, 2 pending, 1 missing, 1 edited.
    "#);
}

#[test]
fn prisma_tells_of_attempts_and_takes_line_ends_as_one() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[
            ("migration_lock.toml", "provider = \"postgresql\"\n"),
            ("20240101000000_users/migration.sql", "SELECT 1;\r\n"),
            ("20240102000000_names/migration.sql", NAMES),
        ],
        "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL,
            finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
            started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
         INSERT INTO _prisma_migrations VALUES
            ('a', encode(sha256('SELECT 1;
'), 'hex'), '2024-01-05 10:00Z', '20240101000000_users', NULL, NULL, '2024-01-05 10:00Z', 1),
            ('b', 'x', NULL, '20240102000000_names', 'ERROR: one', '2024-01-06 11:00Z', '2024-01-06 10:00Z', 0),
            ('c', 'x', NULL, '20240102000000_names', E'A migration failed to apply.\nmore', NULL, '2024-01-07 10:00Z', 0);
         ALTER DATABASE live SET timezone = 'UTC';",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 2 migrations in migrations (Prisma), history in public._prisma_migrations
      = applied      20240101000000_users  users  2024-01-05 10:00:00+00
      ! failed       20240102000000_names  names  2024-01-07 10:00:00+00
          migrations/20240102000000_names/migration.sql: it began and did not finish (A migration failed to apply.); say what became of it with `prisma migrate resolve`
    1 applied, 1 failed.
    "#);
}

#[test]
fn diesel_dbmate_and_rails_keep_a_list_of_versions() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[
            ("2024-01-01-000000_users/up.sql", USERS),
            ("2024-01-01-000000_users/down.sql", "DROP TABLE users;\n"),
            ("2024-01-02-000000_names/up.sql", NAMES),
        ],
        "CREATE TABLE __diesel_schema_migrations (version varchar(50) PRIMARY KEY,
            run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP);
         INSERT INTO __diesel_schema_migrations VALUES ('20240101000000', '2024-01-05 10:00');",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 2 migrations in migrations (Diesel), history in public.__diesel_schema_migrations
      = applied      20240101000000  users  2024-01-05 10:00:00
      + pending      20240102000000  names
    1 applied, 1 pending. As Diesel records no checksums, an edited file would not be noticed.
    "#);

    let user = User::new();
    user.targets(&[("prod", &cluster.url("live"), "")]);
    user.write(
        "migrations/20240101000000_users.sql",
        &format!("-- migrate:up\n{USERS}\n-- migrate:down\nDROP TABLE users;\n"),
    );
    user.write("migrations/20240102000000_names.sql", &format!("-- migrate:up\n{NAMES}"));
    cluster.execute(
        "live",
        "CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
         INSERT INTO schema_migrations VALUES ('20240102000000'), ('20240103000000');",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 2 migrations in migrations (dbmate), history in public.schema_migrations
      ~ out of order 20240101000000  users
          migrations/20240101000000_users.sql: newer ones were applied; dbmate runs it all the same, after newer ones, unless it is called with --strict
      = applied      20240102000000  names
      - missing      20240103000000
          the history has it, and the folder does not
    1 applied, 1 out of order, 1 missing. As dbmate records no checksums, an edited file would not be noticed.
    "#);

    let user = User::new();
    user.targets(&[("prod", &cluster.url("live"), "")]);
    let ruby = "class X < ActiveRecord::Migration[7.1]\n  def change\n  end\nend\n";
    user.write("migrations/20240102000000_add_names.rb", ruby);
    user.write("migrations/20240103000000_more.rb", ruby);
    insta::assert_snapshot!(status(&user, 0), @r#"
    prod: 2 migrations in migrations (Rails), history in public.schema_migrations
      = applied      20240102000000  add names
      = applied      20240103000000  more
    2 applied. As Rails records no checksums, an edited file would not be noticed.
    "#);
}

#[test]
fn supabase_keeps_the_statements_so_what_changed_is_told() {
    let cluster = Cluster::start();
    let user = User::new();
    user.write(
        "supabase/migrations/20240101000000_users.sql",
        "CREATE TABLE a (id int);\n\nCREATE TABLE b (id bigint);\n",
    );
    user.write("supabase/migrations/20240102000000_same.sql", "-- a word\nSELECT 1;\n");
    user.targets(&[("prod", &cluster.database("live"), "")]);
    cluster.execute(
        "live",
        "CREATE SCHEMA supabase_migrations;
         CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
         INSERT INTO supabase_migrations.schema_migrations VALUES
            ('20240101000000', ARRAY['CREATE TABLE a (id int)', 'CREATE TABLE b (id int)'], 'users'),
            ('20240102000000', ARRAY[E'-- a word\nSELECT 1'], 'same');",
    );
    let status = user.run(&["migrations", "status", "supabase/migrations", "prod"]).check(1, &[], &[]);
    insta::assert_snapshot!(status.out, @r#"
    prod: 2 migrations in supabase/migrations (Supabase), history in supabase_migrations.schema_migrations
      ~ edited       20240101000000  users
          supabase/migrations/20240101000000_users.sql: its file is not what was run
          beside the statements that the history keeps:
            - CREATE TABLE b (id int)
            + CREATE TABLE b (id bigint)
      = applied      20240102000000  same
    1 applied, 1 edited.
    "#);
}

#[test]
fn alembic_has_heads_and_a_graph() {
    let cluster = Cluster::start();
    let revision = |id: &str, before: &str| {
        format!(
            "\"\"\"make {id}\n\nRevision ID: {id}\n\"\"\"\nrevision: str = '{id}'\ndown_revision = {before}\n\ndef upgrade():\n    pass\n"
        )
    };
    let user = with(
        &cluster,
        &[
            ("versions/zz_first.py", &revision("f1", "None")),
            ("versions/aa_second.py", &revision("a2", "'f1'")),
            ("versions/cc_branch.py", &revision("b2", "\"f1\"")),
            ("versions/bb_merge.py", &revision("m3", "('a2', 'b2')")),
        ],
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
         INSERT INTO alembic_version VALUES ('a2');",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 4 migrations in migrations (Alembic), history in public.alembic_version
      = applied      f1  make f1
      = applied      a2  make a2
      + pending      b2  make b2
      + pending      m3  make m3
    2 applied, 2 pending. As Alembic records no checksums, an edited file would not be noticed.
    "#);
    cluster.execute("live", "UPDATE alembic_version SET version_num = 'gone'");
    user.run(&["migrations", "status", "migrations", "prod"]).check(
        1,
        &["missing", "what came before it"],
        &[],
    );
}

#[test]
fn a_hand_made_table_of_releases_names_its_migrations() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[("001_users.sql", USERS), ("002_names.sql", NAMES), ("003_more.sql", "SELECT 1;\n")],
        "CREATE TABLE schema_version (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now(),
            checksum char(64) NOT NULL, migrations_applied text[] NOT NULL);
         ALTER DATABASE live SET timezone = 'UTC';
         INSERT INTO schema_version VALUES
            ('1.0.0', '2024-01-05 10:00Z', encode(sha256('CREATE TABLE users (id integer PRIMARY KEY);
ALTER TABLE users ADD COLUMN name text;
'), 'hex'), '{001_users,002_names}'),
            ('1.1.0', '2024-01-06 10:00Z', repeat('ab', 32), '{003_more}');",
    );
    insta::assert_snapshot!(status(&user, 1), @r#"
    prod: 3 migrations in migrations (a hand-made table), history in public.schema_version
      = applied      001  users  2024-01-05 10:00:00+00
          release 1.0.0
      = applied      002  names  2024-01-05 10:00:00+00
          release 1.0.0
      ~ edited       003  more   2024-01-06 10:00:00+00
          migrations/003_more.sql: it, or another one of release 1.1.0, is not what was run: the release has one checksum for all
    2 applied, 1 edited.
    "#);
}

#[test]
fn what_changed_is_found_in_the_repository() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[("001_users.sql", USERS)],
        "CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text, checksum text);
         INSERT INTO schema_migrations VALUES (1, 'users', encode(sha256('CREATE TABLE users (id integer PRIMARY KEY);
'), 'hex'));",
    );
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-C"])
            .arg(user.folder())
            .args(arguments);
        let output = git.env("GIT_COMMITTER_DATE", "2024-01-05T10:00:00Z").output().expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    git(&["add", "migrations"]);
    git(&["commit", "-qm", "users"]);
    user.write("migrations/001_users.sql", &USERS.replace("integer", "bigint"));
    git(&["commit", "-qam", "wider"]);
    let told = status(&user, 1);
    assert!(told.contains(" of 2024-01-05 has it:"), "{told}");
    assert!(told.contains("- CREATE TABLE users (id integer PRIMARY KEY);"), "{told}");
    assert!(told.contains("+ CREATE TABLE users (id bigint PRIMARY KEY);"), "{told}");

    // A difference that nobody sees is named for what it is.
    user.write("migrations/001_users.sql", &USERS.replace('\n', "\r\n"));
    assert!(status(&user, 1).contains("only its line ends changed"));
}

#[test]
fn verify_passes_and_fails_check_by_check() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[("001_users.sql", USERS), ("002_names.sql", NAMES)],
        "CREATE TABLE schema_migrations (version integer PRIMARY KEY, checksum text);
         INSERT INTO schema_migrations VALUES (1, encode(sha256('CREATE TABLE users (id integer PRIMARY KEY);
'), 'hex'));",
    );
    let verify = |more: &[&str]| user.run(&[&["migrations", "verify", "migrations", "prod"], more].concat());
    insta::assert_snapshot!(verify(&["--no-pending"]).check(1, &[], &[]).out, @r#"
    prod: 2 migrations in migrations (a hand-made table), history in public.schema_migrations
      pass  no applied file was edited
      pass  no applied file is missing
      pass  none was passed over
      pass  none failed half-way
      FAIL  none waits to be applied: 1
            002 names
    1 applied, 1 pending.
    "#);
    verify(&[]).check(0, &["pass  no applied file was edited"], &[]);
    let json: Value = serde_json::from_str(&verify(&["--no-pending", "--format", "json"]).out).unwrap();
    assert_eq!((&json["outcome"], &json["targets"][0]["passes"]), (&"fail".into(), &false.into()));
    assert_eq!(json["targets"][0]["tool"], "generic");
    assert_eq!(json["targets"][0]["migrations"][1]["state"], "pending");
}

#[test]
fn what_cannot_be_looked_at_is_said() {
    let cluster = Cluster::start();
    let user = with(&cluster, &[("1_users.sql", USERS), ("01_again.sql", NAMES)], "SELECT 1");
    let look = |folder: &str, more: &[&str]| -> Ended {
        user.run(&[&["migrations", "status", folder, "prod"], more].concat())
    };
    look("migrations", &[]).check(
        2,
        &[],
        &["have the version 1: migrations/01_again.sql and migrations/1_users.sql"],
    );
    look("nowhere", &[]).check(2, &[], &["There is no file or folder nowhere."]);
    look("migrations", &["--tool", "ant"]).check(2, &[], &["no migration tool called ant; known are prisma"]);
    look("migrations", &["--tool", "flyway"]).check(2, &[], &["holds no migrations of Flyway"]);
    std::fs::remove_file(user.folder().join("migrations/01_again.sql")).unwrap();
    look("migrations", &[]).check(1, &["no history there", "1 pending."], &[]);
    look("migrations", &["--table", "nope"]).check(
        2,
        &[],
        &["The table nope is not the history of any tool"],
    );
    cluster.execute("live", "CREATE TABLE _sqlx_migrations (id int)");
    look("migrations", &["--tool", "sqlx"]).check(
        2,
        &[],
        &["The table public._sqlx_migrations is not the history of sqlx: it has no column version"],
    );
    cluster.execute("live", "CREATE TABLE goose_db_version (version_id text, is_applied boolean, id int)");
    cluster.execute("live", "CREATE SCHEMA b CREATE TABLE schema_version (version int, checksum text)");
    cluster.execute("live", "CREATE TABLE schema_version (version int, checksum text)");
    look("migrations", &["--tool", "generic"]).check(
        2,
        &[],
        &["More than one table may hold", "b.schema_version"],
    );
    look("migrations", &["--tool", "generic", "--table", "b.schema_version"]).check(1, &["1 pending."], &[]);
}

#[test]
fn the_next_migration_gets_the_tools_name_and_a_way_back() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[("001_users.sql", USERS), ("001_users_down.sql", "DROP TABLE users;\n")],
        "CREATE TABLE users (id integer PRIMARY KEY)",
    );
    user.write("schema.sql", &format!("{USERS}ALTER TABLE users ADD COLUMN name text;\n"));
    let created =
        user.run(&["migrations", "create", "migrations", "schema.sql", "--all", "--name", "Add names!"]);
    created.check(
        0,
        &["migrations/002_add_names.sql", "migrations/002_add_names_down.sql"],
        &["2 files were written"],
    );
    assert!(user.read("migrations/002_add_names.sql").contains("ADD COLUMN name text;\n"));
    assert!(user.read("migrations/002_add_names_down.sql").contains("DROP COLUMN name;\n"));
    // With it the folder leads to the schema, so there is no next one.
    let nothing = user.run(&["migrations", "create", "migrations", "schema.sql", "--all"]);
    nothing.check(0, &[], &["Nothing to write"]);

    // What somebody did by hand is adopted.
    cluster
        .execute("live", "ALTER TABLE users ADD COLUMN name text; CREATE INDEX users_name ON users (name)");
    let adopted =
        ["migrations", "create", "migrations", "schema.sql", "prod", "--all", "--adopt", "--dry-run"];
    user.run(&adopted).check(0, &["migrations/003_reconcile.sql:", "CREATE INDEX users_name"], &[]);
}

#[test]
fn the_next_migration_can_be_for_a_database_that_is_in_use() {
    let cluster = Cluster::start();
    let history = "CREATE TABLE users (id integer PRIMARY KEY, name text)";
    let user = with(&cluster, &[("20240101000000_users.sql", history)], history);
    user.write(
        "schema.sql",
        &format!("{history}; CREATE INDEX users_name ON users (name); ALTER TABLE users ADD CHECK (id > 0);"),
    );
    let create =
        ["migrations", "create", "migrations", "schema.sql", "--all", "--tool", "sqlx", "--style", "online"];
    let created = user.run(&create).check(0, &[], &[]);
    let texts: Vec<String> = created.out.lines().map(|name| user.read(name)).collect();
    let concurrent = texts.iter().find(|text| text.contains("CREATE INDEX CONCURRENTLY")).expect("an index");
    assert!(concurrent.starts_with("-- no-transaction"), "{concurrent}");
    // sqlx sends the file in one go, and a transaction would be made of several statements.
    let lines: Vec<&str> = concurrent.lines().filter(|line| !line.starts_with("--")).collect();
    assert_eq!(lines.iter().filter(|line| line.ends_with(';')).count(), 1, "{concurrent}");
    let check = texts.iter().find(|text| text.contains("NOT VALID")).expect("a constraint");
    assert!(check.contains("SET LOCAL lock_timeout") && !check.contains("SET lock_timeout"), "{check}");
}

#[test]
fn sqlite_has_a_history_too() {
    let user = User::new();
    user.write("migrations/20240101000000_users.sql", USERS);
    user.write("migrations/20240102000000_names.sql", NAMES);
    let file = user.folder().join("app.db");
    let script = format!(
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
            installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
            checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
         INSERT INTO _sqlx_migrations VALUES (20240101000000, 'users', '2024-01-05', 1, x'{}', 7);",
        "00".repeat(48)
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        use sqlx::{AssertSqlSafe, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("a database");
        sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.expect("a history");
        connection.close().await.expect("closed");
    });
    let url = format!("sqlite://{}", file.display());
    let told = user.run(&["migrations", "status", "migrations", &url]);
    told.check(1, &["~ edited       20240101000000", "pending      20240102000000"], &[]);
}

#[test]
fn the_history_of_a_tool_is_no_drift_unless_canonical_makes_it() {
    let cluster = Cluster::start();
    let user = with(
        &cluster,
        &[("001_users.sql", USERS)],
        "CREATE TABLE users (id integer PRIMARY KEY);
         CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL);",
    );
    user.run(&["diff", "migrations", "prod"]).check(0, &[], &[]);
    user.write("schema.sql", &format!("{USERS}CREATE TABLE goose_db_version (id serial PRIMARY KEY);"));
    user.run(&["diff", "schema.sql", "prod"]).check(1, &["version_id"], &[]);
}
