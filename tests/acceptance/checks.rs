//! The questions about rows that exist: each counts what is in the way, and none is fooled by names.

use std::time::Duration;

use schemascope::{
    plan::{Answer, Check, Plan},
    source::{Source, ask::ask},
};

use crate::world::{Pair, World};

/// Rows that are in the way, and rows that are not, of each kind of statement that can fail.
const TARGET: &str = r#"
    CREATE TYPE mood AS ENUM ('glad', 'sad', 'odd''); DROP TABLE t; --');
    CREATE DOMAIN small AS integer;
    CREATE DOMAIN given AS text;
    CREATE TABLE parents (a integer, b integer, PRIMARY KEY (a, b));
    CREATE TABLE "o'dd ""t(; --" (
        id integer, "n""ull(; --" text, code text, big bigint, amount numeric(12, 2), word text,
        a integer, b integer, mood mood, moods mood[], small small, given given, gone text, during int4range);
    INSERT INTO parents VALUES (1, 1);
    INSERT INTO "o'dd ""t(; --" VALUES
        (1, 'x',  '1',   1,           10,    'short',     1,    1,    'glad', '{glad,sad}', 1,  'x',  'y',  '[1,5)'),
        (1, NULL, 'x',   3000000000,  NULL,  'very long', 1,    2,    'sad',  '{glad}',     -1, NULL, NULL, '[4,9)'),
        (2, NULL, NULL,  NULL,        -3,    NULL,        NULL, 7,    NULL,   NULL,         -2, 'y',  'z',  '[9,9)');
    CREATE TABLE doomed (x integer);
    INSERT INTO doomed VALUES (1), (2);
    CREATE TABLE parts (at integer) PARTITION BY RANGE (at);
    CREATE TABLE part (at integer);
    INSERT INTO part VALUES (1), (10), (20), (NULL);
"#;

const CANONICAL: &str = r#"
    CREATE TYPE mood AS ENUM ('glad');
    CREATE DOMAIN small AS integer CONSTRAINT positive CHECK (VALUE > 0);
    CREATE DOMAIN given AS text NOT NULL;
    CREATE TABLE parents (a integer, b integer, PRIMARY KEY (a, b));
    CREATE TABLE "o'dd ""t(; --" (
        id integer CONSTRAINT one PRIMARY KEY, "n""ull(; --" text NOT NULL, code uuid, big integer,
        amount numeric(12, 2) CONSTRAINT more CHECK (amount > 0), word character varying(5),
        a integer, b integer, mood mood, moods mood[], small small, given given, during int4range,
        extra integer NOT NULL,
        CONSTRAINT known FOREIGN KEY (a, b) REFERENCES parents,
        CONSTRAINT apart EXCLUDE USING gist (during WITH &&));
    CREATE UNIQUE INDEX "u USING (x)" ON "o'dd ""t(; --" (lower(code::text), (a + 1) DESC) WHERE id > 0;
    CREATE UNIQUE INDEX alike ON "o'dd ""t(; --" (a) WHERE word <> ' WHERE (';
    CREATE TABLE parts (at integer) PARTITION BY RANGE (at);
    CREATE TABLE part PARTITION OF parts FOR VALUES FROM (5) TO (20);
"#;

async fn asked(world: &World, time: Duration) -> Plan {
    let pair = Pair::new(world.read("meant").await, world.read("target").await);
    let mut plan = pair.plan_all();
    let source = Source::Postgres(world.cluster.url("target").parse().expect("a URL"));
    ask(&source, checks(&mut plan), time, &|_, _| {}).await.expect("answers");
    plan
}

fn checks(plan: &mut Plan) -> Vec<&mut Check> {
    plan.statements.iter_mut().filter_map(|statement| statement.check.as_mut()).collect()
}

fn world() -> World {
    let world = World::start();
    for (name, sql) in [("target", TARGET), ("meant", CANONICAL)] {
        world.cluster.database(name);
        world.cluster.execute(name, sql);
    }
    world
}

#[tokio::test]
async fn each_question_counts_the_rows_that_are_in_the_way() {
    let world = world();
    let mut plan = asked(&world, Duration::from_secs(30)).await;
    let answers = checks(&mut plan).into_iter();
    let mut answers: Vec<String> = answers
        .map(|check| format!("{} {}", check.question, check.answer.as_ref().expect("an answer")))
        .collect();
    answers.sort();
    let table = r#"public."o'dd ""t(; --""#;
    let mut expected = vec![
        format!("How many pairs of rows of {table} exclude each other? 1"),
        format!("How many rows does {table} have? 3"),
        "How many rows does public.doomed have? 2".to_owned(),
        "How many rows hold a value of the domain public.given that breaks it? 1".to_owned(),
        "How many rows hold a value of the domain public.small that breaks it? 2".to_owned(),
        format!("How many rows of {table} are NULL in \"n\"\"ull(; --\"? 2"),
        format!("How many rows of {table} are NULL in id? 0"),
        format!("How many rows of {table} break the check? 1"),
        format!("How many rows of {table} have no row of public.parents to refer to? 1"),
        format!("How many rows of {table} hold a value in big that is no integer? 1"),
        format!(
            "How many rows of {table} hold a value in code that is no uuid? \
             not answered: At least one is in the way: invalid input syntax for type uuid: \"1\"."
        ),
        format!("How many rows of {table} hold a value in gone? 2"),
        format!(
            "How many rows of {table} hold a value in mood that goes: 'sad', 'odd''); DROP TABLE t; --'? 1"
        ),
        format!(
            "How many rows of {table} hold a value in moods that goes: 'sad', 'odd''); DROP TABLE t; --'? 1"
        ),
        format!("How many rows of {table} hold a value in word that is no character varying(5)? 1"),
        format!("How many rows of {table} repeat a? 1"),
        format!("How many rows of {table} repeat id, or are NULL in it? 1"),
        format!("How many rows of {table} repeat lower((code)::text), ((a + 1))? 0"),
        "How many rows of public.part lie outside of its bounds? 3".to_owned(),
    ];
    expected.sort();
    assert_eq!(answers, expected.iter().map(|line| line.replace("? 0", "? none")).collect::<Vec<_>>());
    assert_eq!(world.cluster.query("target", "SELECT count(*) FROM doomed"), "2");
}

#[test]
fn a_question_that_cannot_be_answered_says_why() {
    let world = world();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut plan = runtime
        .block_on(async { Pair::new(world.read("meant").await, world.read("target").await).plan_all() });
    let source = Source::Postgres(world.cluster.url("target").parse().expect("a URL"));
    std::thread::scope(|scope| {
        // The table is locked by somebody else for as long as it takes.
        let hold = "BEGIN; LOCK TABLE doomed IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)";
        scope.spawn(|| world.cluster.psql_output("target", &["-c", hold]));
        let held = "pid FROM pg_locks WHERE relation = 'doomed'::regclass AND granted";
        while world.cluster.query("target", &format!("SELECT {held}")).is_empty() {
            std::thread::yield_now();
        }
        let time = Duration::from_secs(1);
        let asked = runtime.block_on(ask(&source, checks(&mut plan), time, &|_, _| {}));
        world
            .cluster
            .query("target", &format!("SELECT pg_terminate_backend(pid) FROM (SELECT {held}) AS held"));
        asked.expect("answers");
    });
    let doomed = checks(&mut plan).into_iter().find(|check| check.sql.contains("doomed")).expect("a check");
    assert_eq!(doomed.answer, Some(Answer::Failed("It took longer than 1 s.".to_owned())));
    let others = checks(&mut plan).into_iter().filter(|check| matches!(check.answer, Some(Answer::Count(_))));
    assert!(others.count() > 10, "the others are asked all the same");
}
