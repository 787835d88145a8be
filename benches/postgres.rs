//! Reading a live database, comparing two, and planning what closes every difference, at 100, 1,000 and
//! 10,000 tables, on a server that the bench starts and stops itself.
//!
//!     cargo bench --bench postgres
//!
//! One table has ten columns, six keys and indexes, and its part of views, functions, triggers, policies
//! and enums; every hundredth has drifted.

#[path = "../tests/support/mod.rs"]
mod support;
mod tables;

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use divan::Bencher;
use schemascope::{
    dialect::{Dialect, by_name, judgement},
    diff::{self, Drift, Rules},
    model::{Key, Snapshot},
    plan::{Request, every_difference, plan},
    scratch::{Choice, Options},
    source::{LoadOptions, Source, load},
};

use crate::support::Cluster;

const TABLES: [usize; 3] = [100, 1_000, 10_000];

/// The server, once one is needed, with the schemas that were made on it.
static WORLD: Mutex<Option<World>> = Mutex::new(None);

struct World {
    cluster: Cluster,
    made: HashMap<usize, Databases>,
}

/// Two databases of one number of tables, as they were read.
#[derive(Clone)]
struct Databases {
    canonical: Source,
    meant: Arc<Snapshot>,
    live: Arc<Snapshot>,
}

fn main() {
    divan::main();
    // The server goes with the last who knows of it.
    drop(world().take());
}

fn world() -> MutexGuard<'static, Option<World>> {
    WORLD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The databases of so many tables, made where they are not there yet.
fn databases(tables: usize) -> Databases {
    let mut world = world();
    let world = world.get_or_insert_with(|| World { cluster: Cluster::start(), made: HashMap::new() });
    if let Some(made) = world.made.get(&tables) {
        return made.clone();
    }
    let (meant, live) = (format!("meant_{tables}"), format!("live_{tables}"));
    let folder = tempfile::tempdir().expect("a folder");
    let run = |name: &str, sql: String| {
        let file = folder.path().join(name);
        fs::write(&file, sql).expect("a file");
        world.cluster.run_file(name, &file);
    };
    world.cluster.database(&meant);
    run(&meant, tables::schema(tables));
    world.cluster.execute("postgres", &format!("CREATE DATABASE {live} TEMPLATE {meant}"));
    run(&live, tables::drift(tables, 100));
    let source = |name: &str| Source::Postgres(world.cluster.url(name).parse().expect("a URL"));
    let [canonical, target] = [&meant, &live].map(|name| {
        world.cluster.execute(name, "VACUUM ANALYZE");
        source(name)
    });
    let (meant, live) = (Arc::new(read(&canonical)), Arc::new(read(&target)));
    let made = Databases { canonical, meant, live };
    world.made.insert(tables, made.clone());
    made
}

fn read(source: &Source) -> Snapshot {
    let scratch = Options { choice: Choice::Auto, program: PathBuf::new(), cache: None };
    let options = LoadOptions { scratch, dialect: None, major: None, roles: false, sizes: false };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(load(source, &options, &|_, _| {})).expect("a database that can be read")
}

fn dialect() -> &'static dyn Dialect {
    by_name("postgres").expect("a dialect")
}

fn drift(meant: &Snapshot, live: &Snapshot) -> Drift {
    let changed = judgement(dialect(), meant, live);
    diff::compare(meant, live, &Rules::default(), &changed)
}

#[divan::bench(args = TABLES, sample_count = 10, sample_size = 1)]
fn inspect(bencher: Bencher<'_, '_>, tables: usize) {
    let source = databases(tables).canonical;
    bencher.bench_local(|| read(&source));
}

#[divan::bench(args = TABLES, sample_count = 20, sample_size = 1)]
fn compare(bencher: Bencher<'_, '_>, tables: usize) {
    let Databases { meant, live, .. } = databases(tables);
    bencher.bench_local(|| drift(&meant, &live));
}

/// What closes the drift: one difference for every hundredth table.
#[divan::bench(args = TABLES, sample_count = 10, sample_size = 1)]
fn plan_the_drift(bencher: Bencher<'_, '_>, tables: usize) {
    let Databases { meant, live, .. } = databases(tables);
    plan_all(bencher, &meant, &live);
}

/// What makes all of it: more than twenty objects a table.
#[divan::bench(args = TABLES, sample_count = 3, sample_size = 1)]
fn plan_everything(bencher: Bencher<'_, '_>, tables: usize) {
    let Databases { meant, .. } = databases(tables);
    let empty = Snapshot { catalog: Default::default(), ..Snapshot::clone(&meant) };
    plan_all(bencher, &meant, &empty);
}

fn plan_all(bencher: Bencher<'_, '_>, meant: &Snapshot, live: &Snapshot) {
    let drift = drift(meant, live);
    let selection: BTreeSet<Key> = every_difference(&drift);
    bencher.bench_local(|| plan(&Request::new(dialect(), meant, live, &drift, &selection)));
}
