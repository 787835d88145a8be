//! Reading a database on which others work, and one that is large.

mod support;

use std::time::Instant;

use schemascope::{
    dialect::postgres::connect::{ConnectionUrl, Environment},
    dialect::postgres::{inspect::inspect, session::Session},
    model::{Key, Object, Snapshot},
};
use support::{Cluster, Open};

async fn read(url: &str) -> Snapshot {
    let environment = Environment::new([], None, Some("nobody".to_owned()));
    let url = ConnectionUrl::parse(url, &environment).expect("a URL");
    let mut session = Session::reader(&url).await.unwrap_or_else(|error| panic!("{error}"));
    inspect(&mut session, &|_, _| {}).await.unwrap_or_else(|error| panic!("{error}")).snapshot
}

fn key(text: &str) -> Key {
    text.parse().expect("a key")
}

const SCHEMA: &str = "
    CREATE TABLE busy (
        id int PRIMARY KEY, n int DEFAULT 7 CHECK (n > 0),
        twice int GENERATED ALWAYS AS (n * 2) STORED, other int REFERENCES busy
    );
    CREATE INDEX busy_plain ON busy (n DESC);
    CREATE INDEX busy_partial ON busy (n) WHERE n > 3;
    CREATE POLICY p ON busy USING (n > 1);
    CREATE VIEW on_busy AS SELECT id FROM busy;
    CREATE TABLE free (id int PRIMARY KEY, n int CHECK (n > 0));
    CREATE VIEW on_free AS SELECT id FROM free;
    CREATE VIEW on_both AS SELECT b.id FROM on_busy b JOIN free USING (id);
";

#[tokio::test]
async fn a_table_that_another_session_has_locked_costs_only_what_cannot_be_printed() {
    let cluster = Cluster::start();
    let url = cluster.database("live");
    cluster.execute("live", SCHEMA);
    let whole = read(&url).await;
    assert!(whole.unknown.is_empty(), "{:?}", whole.unknown);
    let mut holder = Open::new(&cluster, "live");
    holder.run("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE;");
    let started = Instant::now();
    let read = read(&url).await;
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    let unknown: Vec<String> = read.unknown.keys().map(ToString::to_string).collect();
    let expected = [
        "policy:public.busy.p",
        "index:public.busy.busy_partial",
        "constraint:public.busy.busy_n_check",
        "column:public.busy.twice",
        "view:public.on_busy",
    ];
    assert_eq!(unknown.len(), expected.len(), "{unknown:?}");
    for expected in expected {
        let reason = read.unknown.get(&key(expected)).unwrap_or_else(|| panic!("{expected} of {unknown:?}"));
        assert!(reason.starts_with("public.busy is locked by another session (process "), "{reason}");
    }
    // Everything is there, and what is not unknown is as it is without the lock.
    assert!(read.catalog.keys().eq(whole.catalog.keys()));
    for object in whole.catalog.iter().filter(|object| !read.unknown.contains_key(&object.key)) {
        assert_eq!(read.catalog.get(&object.key), Some(object));
    }
}

#[tokio::test]
async fn a_large_schema_is_the_same_over_one_connection_and_over_two() {
    let cluster = Cluster::start();
    let url = cluster.database("live");
    let columns: Vec<String> =
        (0..20).map(|at| format!("c{at} int DEFAULT {at} CHECK (c{at} > 0)")).collect();
    let columns = columns.join(", ");
    cluster.execute(
        "live",
        &format!(
            "DO $$ BEGIN FOR i IN 1..1500 LOOP \
             EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, {columns})', i); \
             EXECUTE format('CREATE VIEW v%s AS SELECT c0 FROM t%s', i, i); \
             EXECUTE format('COMMENT ON TABLE t%s IS %L', i, i); IF i % 100 = 0 THEN COMMIT; END IF; END LOOP; END $$"
        ),
    );
    let size = cluster.query("live", "SELECT pg_relation_size('pg_attribute') > 4 * 1024 * 1024");
    assert_eq!(size, "t", "large enough to be read over two");
    let two = read(&url).await;
    assert_eq!(two.catalog.iter().filter(|object| object.key.kind().name() == "column").count(), 1500 * 21);
    // Without the right to share a moment there is no second one.
    cluster.execute("live", "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_export_snapshot() FROM PUBLIC");
    cluster.execute("live", "CREATE ROLE plain LOGIN");
    let one = read(&url.replace("postgres@", "plain@")).await;
    assert!(one.catalog.iter().eq(two.catalog.iter()));
    assert_eq!(one.unknown, two.unknown);
}

/// A view takes about three locks, and a savepoint gives them back.
#[tokio::test]
async fn a_server_with_room_for_few_locks_is_read_whole() {
    let cluster = Cluster::start_with(&["max_locks_per_transaction=10", "max_connections=5"]);
    let url = cluster.database("live");
    for from in (0..3000).step_by(20) {
        let make = |at: i32| {
            format!(
                "CREATE TABLE t{at} (id int PRIMARY KEY, n int CHECK (n > {at})); CREATE VIEW v{at} AS SELECT n FROM t{at};"
            )
        };
        cluster.execute("live", &(from..from + 20).map(make).collect::<String>());
    }
    let read = read(&url).await;
    assert!(read.unknown.is_empty(), "{:?}", read.unknown.first_key_value());
    let texts = read.catalog.iter().filter(|object| object.facets.text("definition").is_some()).count();
    assert_eq!(texts, 3 * 3000);
}

#[tokio::test]
async fn what_a_role_may_not_see_is_not_visible_and_not_missing() {
    let cluster = Cluster::start();
    cluster.database("live");
    cluster.execute(
        "live",
        "CREATE ROLE plain LOGIN; CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; \
         CREATE USER MAPPING FOR postgres SERVER s OPTIONS (user 'me'); CREATE SCHEMA closed; CREATE TABLE closed.t (a int)",
    );
    let read = read(&cluster.url("live").replace("postgres@", "plain@")).await;
    let reason = read.unknown.get(&key("user mapping:s.postgres")).expect("a reason");
    assert!(reason.starts_with("not visible to this role: "), "{reason}");
    assert!(read.catalog.contains(&key("column:closed.t.a")), "catalogs are open to everybody");
}

/// What is printed from raw columns here is what the server prints.
#[tokio::test]
async fn keys_and_indexes_are_printed_as_the_server_prints_them() {
    let cluster = Cluster::start();
    let url = cluster.database("live");
    cluster.execute(
        "live",
        r#"
        CREATE TYPE mood AS ENUM ('a'); CREATE DOMAIN d AS text; CREATE COLLATION cc FROM "C";
        CREATE TABLE "Odd ""T" (
            id int, "select" text, "Mixed" varchar(9), m mood, a int[], d d, r int4range, c char(3), t text COLLATE "C",
            j jsonb, n name, b bytea, PRIMARY KEY (id, "select") INCLUDE (a), UNIQUE ("Mixed") DEFERRABLE INITIALLY DEFERRED,
            UNIQUE (id), EXCLUDE USING gist (r WITH &&)
        );
        CREATE TABLE child (
            x int REFERENCES "Odd ""T" (id) MATCH FULL ON UPDATE CASCADE ON DELETE SET DEFAULT DEFERRABLE,
            y int, z text, FOREIGN KEY (y, z) REFERENCES "Odd ""T" ON DELETE RESTRICT NOT VALID
        );
        CREATE TABLE parted (id int, at date) PARTITION BY RANGE (at);
        CREATE INDEX i1 ON "Odd ""T" (id DESC, "select" NULLS FIRST, "Mixed" DESC NULLS LAST, m, a);
        CREATE UNIQUE INDEX i2 ON "Odd ""T" (d, c) INCLUDE (id, "Mixed");
        CREATE INDEX i3 ON "Odd ""T" USING gin (j); CREATE INDEX i4 ON "Odd ""T" USING gin (j jsonb_path_ops);
        CREATE INDEX i5 ON "Odd ""T" USING hash ("Mixed"); CREATE INDEX i6 ON "Odd ""T" USING brin (id);
        CREATE INDEX i7 ON "Odd ""T" ("select" COLLATE cc); CREATE INDEX i8 ON "Odd ""T" (t);
        CREATE INDEX i9 ON "Odd ""T" ("Mixed" text_pattern_ops); CREATE INDEX i10 ON "Odd ""T" ("Mixed" varchar_ops);
        CREATE INDEX i11 ON "Odd ""T" (n, b, r) WITH (fillfactor = 70); CREATE INDEX i12 ON "Odd ""T" USING gist (r);
        CREATE INDEX i13 ON "Odd ""T" (lower(t), (id + 1)) WHERE id > 1; CREATE INDEX i14 ON parted (at);
        CREATE INDEX i15 ON "Odd ""T" (t COLLATE "default"); CREATE INDEX i16 ON "Odd ""T" USING gin (a);
        CREATE INDEX i17 ON "Odd ""T" USING brin (id int4_minmax_multi_ops(values_per_range = 9));
        CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one; CREATE INDEX i18 ON mv (one); CREATE INDEX i19 ON "Odd ""T" (c bpchar_pattern_ops, m DESC);
        "#,
    );
    let read = read(&url).await;
    let printed = cluster.query(
        "live",
        "SET search_path = pg_catalog; \
         SELECT string_agg(d, E'\n') FROM (SELECT pg_get_indexdef(indexrelid) d FROM pg_index WHERE indexrelid >= 16384 \
         UNION ALL SELECT regexp_replace(pg_get_constraintdef(oid), ' NOT VALID$', '') FROM pg_constraint) s",
    );
    let kinds = ["index", "constraint"];
    let ours: Vec<&str> = read
        .catalog
        .iter()
        .filter(|object| kinds.contains(&object.key.kind().name()))
        .filter_map(|object| object.facets.text("definition"))
        .collect();
    assert_eq!(ours.len(), 19 + 6, "{ours:#?}");
    for definition in ours {
        assert!(printed.lines().any(|line| line == definition), "{definition}\n{printed}");
    }
}

/// Of expressions that are the same the server prints one. They are not the same where anything that is in
/// the text is not.
#[tokio::test]
async fn each_of_many_like_expressions_is_printed_as_the_server_prints_it() {
    let cluster = Cluster::start();
    let url = cluster.database("live");
    // Names of one length: then the trees do not differ by where the expressions stood.
    cluster.execute(
        "live",
        r#"
        DO $$ BEGIN FOR i IN 1..5 LOOP EXECUTE replace($sql$
            CREATE TABLE t# (n int CHECK (n > 0), s text, w int, k text, CHECK (w < n) NO INHERIT, CHECK (t# IS NOT NULL));
            CREATE INDEX i# ON t# (lower(s), w DESC) WHERE n > 0; CREATE INDEX j# ON t# ((n + w)) INCLUDE (k);
            CREATE INDEX k# ON t# (k) WHERE w IS NULL; CREATE INDEX l# ON t# (w) WHERE t# IS NULL;
            CREATE POLICY p ON t# USING (n > 1) WITH CHECK (w > n);
            CREATE POLICY q ON t# USING (EXISTS (SELECT FROM t1 x WHERE x.n = t#.w));
            CREATE POLICY r ON t# USING (t# IS NOT NULL);
            ALTER TABLE t# ADD CONSTRAINT late CHECK (n > 7);
            $sql$, '#', i::text); END LOOP; END $$;
        ALTER TABLE t3 RENAME n TO "N"; ALTER TABLE t4 ALTER k TYPE varchar(9);
        ALTER TABLE t5 DROP CONSTRAINT late; ALTER TABLE t5 ADD CONSTRAINT late CHECK (n > 7) NOT VALID;
        DROP INDEX i5; CREATE UNIQUE INDEX i5 ON t5 (lower(s), w DESC) WHERE n > 0;
        DROP INDEX k5; CREATE INDEX k5 ON t5 (k COLLATE "C") WHERE w IS NULL;
        DROP INDEX j5; CREATE INDEX j5 ON t5 ((n + w)) INCLUDE (k) WITH (fillfactor = 70);
        "#,
    );
    let printed = cluster.query(
        "live",
        "SET search_path = pg_catalog; SELECT string_agg(line, E'\n') FROM ( \
         SELECT concat('index:public.', t.relname, '.', x.relname, ' ', pg_get_indexdef(x.oid)) AS line \
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid WHERE x.oid >= 16384 \
         AND t.relkind = 'r' UNION ALL \
         SELECT concat('constraint:public.', t.relname, '.', o.conname, ' ', replace(pg_get_constraintdef(o.oid), ' NOT VALID', '')) \
         FROM pg_constraint o JOIN pg_class t ON t.oid = o.conrelid WHERE o.oid >= 16384 UNION ALL \
         SELECT concat('policy:public.', t.relname, '.', p.polname, ' ', replace(pg_get_expr(p.polqual, t.oid), E'\n', '~'), ' ', pg_get_expr(p.polwithcheck, t.oid)) \
         FROM pg_policy p JOIN pg_class t ON t.oid = p.polrelid) s",
    );
    let printed: Vec<&str> = printed.lines().filter(|line| !line.contains("pg_toast")).collect();
    let whole = read(&url).await;
    let text = |object: &Object, facet: &str| object.facets.text(facet).unwrap_or_default().to_owned();
    for line in &printed {
        let (name, expected) = line.split_once(' ').expect("a name and a text");
        let object = whole.catalog.get(&key(name)).unwrap_or_else(|| panic!("{name}"));
        let own = match object.key.kind().name() {
            "policy" => format!("{} {}", text(object, "using").replace('\n', "~"), text(object, "check")),
            _ => text(object, "definition"),
        };
        assert_eq!(own, expected, "{name}");
    }
    assert_eq!(printed.len(), 5 * (4 + 4 + 3));
    // What stands for the others cannot be printed: they can.
    let mut holder = Open::new(&cluster, "live");
    holder.run("BEGIN; LOCK TABLE t1 IN ACCESS EXCLUSIVE MODE;");
    let locked = read(&url).await;
    let unknown: Vec<String> = locked.unknown.keys().map(ToString::to_string).collect();
    let others = ["policy:public.t2.q", "policy:public.t3.q", "policy:public.t4.q", "policy:public.t5.q"];
    assert!(unknown.iter().all(|name| name.contains(".t1.") || others.contains(&&**name)), "{unknown:?}");
    assert!(unknown.contains(&"constraint:public.t1.late".to_owned()), "{unknown:?}");
    for object in whole.catalog.iter().filter(|object| !locked.unknown.contains_key(&object.key)) {
        assert_eq!(locked.catalog.get(&object.key), Some(object));
    }
}
