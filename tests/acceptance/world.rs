//! A server with the databases of one test, and the whole way from two schemas to SQL.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use schemascope::{
    dialect::{by_name, judgement},
    diff::{self, Difference, Drift, Rules, Status},
    model::{Key, Snapshot},
    plan::{Plan, Proof, Request, every_difference, plan},
    report::script,
    scratch::{Choice, Options},
    source::{LoadOptions, Source, load},
};

use crate::{observer, support::Cluster};

/// A server, whose databases are addressed by name.
pub struct World {
    pub cluster: Cluster,
}

/// A canonical schema, a target, and what differs.
pub struct Pair {
    pub canonical: Snapshot,
    pub target: Snapshot,
    pub drift: Drift,
}

impl World {
    pub fn start() -> World {
        World { cluster: Cluster::start() }
    }

    /// Creates a database and runs script files in it, with psql.
    pub fn load(&self, name: &str, files: &[&Path]) {
        self.cluster.database(name);
        for file in files {
            self.cluster.run_file(name, file);
        }
    }

    /// A script of the agents platform without its vectors, which an ordinary server has not, and
    /// the roles that it names. The column becomes a list of numbers, and its index one of numbers,
    /// of different methods where they were.
    pub fn platform(&self, folder: &Path, script: &str) -> PathBuf {
        let roles =
            "DO $$BEGIN CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role BYPASSRLS;
                     EXCEPTION WHEN duplicate_object THEN NULL; END$$";
        self.cluster.execute("postgres", roles);
        let text = fs::read_to_string(sample("agents-platform").join(script)).expect("a script");
        let hnsw = "hnsw (embedding extensions.vector_cosine_ops) WITH (m = 16, ef_construction = 64)";
        let ivfflat = "ivfflat (embedding extensions.vector_cosine_ops) WITH (lists = 100)";
        let text = text
            .replace("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;", "")
            .replace("extensions.vector(384)", "real[]")
            .replace(hnsw, "gin (embedding)")
            .replace(ivfflat, "hash (embedding)");
        let file = folder.join(script.replace('/', "_"));
        fs::write(&file, text).expect("a file");
        file
    }

    /// Creates a database as a copy of another.
    pub fn copy(&self, from: &str, to: &str) {
        self.cluster.execute("postgres", &format!("CREATE DATABASE \"{to}\" TEMPLATE \"{from}\""));
    }

    pub fn remove(&self, name: &str) {
        self.cluster.execute("postgres", &format!("DROP DATABASE \"{name}\" WITH (FORCE)"));
    }

    /// What schemascope reads of a live database.
    pub async fn read(&self, name: &str) -> Snapshot {
        read(&Source::Postgres(self.cluster.url(name).parse().expect("a URL")), &self.scratch()).await
    }

    /// The same with the roles of the server.
    pub async fn read_with_roles(&self, name: &str) -> Snapshot {
        let source = Source::Postgres(self.cluster.url(name).parse().expect("a URL"));
        let options = LoadOptions {
            scratch: self.scratch(),
            dialect: Some("postgres"),
            major: None,
            roles: true,
            sizes: false,
        };
        load(&source, &options, &|_, _| {}).await.unwrap_or_else(|error| panic!("{source}: {error}"))
    }

    /// What schemascope understands of a script or a folder of scripts.
    pub async fn evaluate(&self, path: &Path) -> Snapshot {
        let path = path.to_owned();
        let source = if path.is_dir() { Source::Folder(path) } else { Source::SqlFile(path) };
        read(&source, &self.scratch()).await
    }

    /// Throwaway databases on this very server.
    pub fn scratch(&self) -> Options {
        let url = self.cluster.url("postgres").parse().expect("a URL");
        Options { cache: None, ..scratch(Choice::Url(url)) }
    }

    /// Runs a plan with psql, as its reader would.
    pub fn apply(&self, name: &str, plan: &Plan) {
        if let Err(message) = self.try_apply(name, plan) {
            panic!("{message}");
        }
    }

    /// Runs the first statements of a plan with psql, each by itself.
    pub fn apply_some(&self, name: &str, plan: &Plan, count: usize) -> Result<(), String> {
        let statements = plan.statements.iter().take(count).map(|statement| &statement.sql);
        let sql: String = plan.preamble.iter().chain(statements).map(|sql| format!("{sql}\n;\n")).collect();
        self.run(name, &sql)
    }

    /// Runs a plan with psql; where that fails, tells what psql said, and the script.
    pub fn try_apply(&self, name: &str, plan: &Plan) -> Result<(), String> {
        self.run(name, &sql(plan))
    }

    fn run(&self, name: &str, sql: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("plan.sql");
        fs::write(&file, sql).expect("a file");
        let file = file.to_str().expect("a path in UTF-8");
        let output = self.cluster.psql_output(name, &["-f", file]);
        let errors = String::from_utf8_lossy(&output.stderr);
        output.status.success().then_some(()).ok_or_else(|| format!("psql: {errors}\n{sql}"))
    }

    /// What the second observer sees of a database.
    pub fn observe(&self, name: &str) -> Vec<String> {
        observer::statements(&self.cluster.dump(name, &[]))
    }
}

impl Pair {
    pub fn new(canonical: Snapshot, target: Snapshot) -> Pair {
        let dialect = by_name(&canonical.dialect).expect("a dialect");
        let changed = judgement(dialect, &canonical, &target);
        let drift = diff::compare(&canonical, &target, &Rules::everything(), &changed);
        Pair { canonical, target, drift }
    }

    pub fn request<'a>(&'a self, selection: &'a BTreeSet<Key>) -> Request<'a> {
        let dialect = by_name(&self.canonical.dialect).expect("a dialect");
        let Pair { canonical, target, drift } = self;
        Request::new(dialect, canonical, target, drift, selection)
    }

    /// The plan that closes the selected differences.
    pub fn plan(&self, selection: &BTreeSet<Key>) -> Plan {
        plan(&self.request(selection))
    }

    /// The plan that closes every difference.
    pub fn plan_all(&self) -> Plan {
        let plan = self.plan(&every_difference(&self.drift));
        assert!(plan.refused.is_empty(), "left open: {:#?}", plan.refused);
        plan
    }

    /// The differences as [`differences`] puts them.
    pub fn differences(&self) -> Vec<String> {
        differences(self)
    }
}

/// Each difference as one line: glyph, key, and the facets in brackets, in the order of the lines.
/// What comes or goes with its whole has no line.
fn differences(pair: &Pair) -> Vec<String> {
    let whole = |key: &Key, difference: &Difference| {
        let side = if difference.status == Status::Extra { &pair.target } else { &pair.canonical };
        let parent = side.catalog.get(key).and_then(|object| object.parent.clone());
        difference.status != Status::Changed
            && parent.is_some_and(|parent| pair.drift.status(&parent) == difference.status)
    };
    let rows = pair.drift.differences.iter().filter(|(key, difference)| !whole(key, difference));
    let line = |(key, difference): (&Key, &Difference)| {
        let facets = difference.facets.join(", ");
        let facets = if facets.is_empty() { facets } else { format!(" ({facets})") };
        format!("{} {key}{facets}", difference.status.glyph())
    };
    let mut lines: Vec<String> = rows.map(line).collect();
    lines.sort();
    lines
}

/// Expected lines in the order in which [`differences`] gives them.
pub fn sorted(lines: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    lines.sort();
    lines
}

/// The script of a plan.
pub fn sql(plan: &Plan) -> String {
    script(plan, &Proof::NotTried { reason: "this is a test.".to_owned() }, 0)
}

/// Scratch engines of a choice. What they keep between tests is no evaluated schema: a test is to
/// see what the program of today understands.
pub fn scratch(choice: Choice) -> Options {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scratch-cache");
    Options { choice, program: PathBuf::from(env!("CARGO_BIN_EXE_schemascope")), cache: Some(cache) }
}

pub async fn read(source: &Source, scratch: &Options) -> Snapshot {
    let options = LoadOptions {
        scratch: scratch.clone(),
        dialect: Some("postgres"),
        major: None,
        roles: false,
        sizes: false,
    };
    load(source, &options, &|_, _| {}).await.unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// A path in the sample schemas.
pub fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-schemas").join(path)
}
