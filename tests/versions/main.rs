//! The canonical schema evaluated on one major version of PostgreSQL, the target running another: what
//! the versions only spell or know differently is no difference.
//!
//! The servers are those that `tests/servers/fetch` puts into the target folder.

mod older;
#[path = "../support/mod.rs"]
mod support;

use std::{fs, path::PathBuf};

use schemascope::{
    dialect::{by_name, judgement},
    diff::{self, Difference, Drift, Rules},
    model::{Key, Snapshot},
    scratch::{Choice, Options},
    source::{LoadOptions, Source, load},
};

use crate::support::{Cluster, MAJORS};

/// What each version made of one script: as canonical, and as a target on which it was run.
struct Read {
    major: u32,
    canonical: Snapshot,
    target: Snapshot,
}

/// Runs a script on every version from one on, and reads each once.
async fn read_on_each_since(since: u32, script: &str) -> Vec<Read> {
    let mut reads = Vec::new();
    for major in MAJORS.into_iter().filter(|major| *major >= since) {
        reads.push(tokio::spawn(read_on(major, script.to_owned())));
    }
    let mut done = Vec::new();
    for read in reads {
        done.push(read.await.expect("a version that can run the script"));
    }
    done
}

async fn read_on(major: u32, script: String) -> Read {
    let cluster = Cluster::start_major(major);
    let roles = "CREATE ROLE reader; CREATE ROLE \"Writer of Things\"; CREATE ROLE auditor";
    cluster.execute("postgres", roles);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("schema.sql");
    fs::write(&file, script).expect("a file");
    cluster.database("live");
    cluster.run_file("live", &file);
    let url = |name: &str| cluster.url(name).parse().expect("a URL");
    let scratch = Options {
        choice: Choice::Url(url("postgres")),
        program: PathBuf::from(env!("CARGO_BIN_EXE_schemascope")),
        cache: None,
    };
    let options =
        LoadOptions { scratch, dialect: Some("postgres"), major: Some(major), roles: false, sizes: false };
    let mut read = Vec::new();
    for source in [Source::SqlFile(file), Source::Postgres(url("live"))] {
        let snapshot = load(&source, &options, &|_, _| {}).await;
        read.push(snapshot.unwrap_or_else(|error| panic!("PostgreSQL {major}: {error}")));
    }
    let (Some(target), Some(canonical)) = (read.pop(), read.pop()) else { panic!("two were read") };
    assert_eq!(target.server_version_num / 10_000, major);
    Read { major, canonical, target }
}

fn drift(canonical: &Snapshot, target: &Snapshot) -> Drift {
    let changed = judgement(by_name("postgres").expect("a dialect"), canonical, target);
    diff::compare(canonical, target, &Rules::everything(), &changed)
}

/// Every difference between any two of the versions, as a line each: the scripts against the databases,
/// and the databases against each other.
fn differences(reads: &[Read]) -> Vec<String> {
    let mut lines = Vec::new();
    for one in reads {
        for other in reads {
            let what = [("script", &one.canonical), ("database", &one.target)];
            for (name, canonical) in what {
                let drift = drift(canonical, &other.target);
                let value = |snapshot: &Snapshot, key: &Key, facet: &str| {
                    let value = snapshot.catalog.get(key).and_then(|object| object.facets.get(facet));
                    value.map_or_else(String::new, ToString::to_string)
                };
                let line = |(key, difference): (&Key, &Difference)| {
                    let facet = |facet: &String| {
                        let states = [canonical, &other.target].map(|side| value(side, key, facet));
                        format!("\n  {facet}: {}\n    not {}", states[0], states[1])
                    };
                    let facets: String = difference.facets.iter().map(facet).collect();
                    let (from, to) = (one.major, other.major);
                    format!("{name} on {from}, target on {to}: {} {key}{facets}", difference.status.word())
                };
                lines.extend(drift.differences.iter().map(line));
            }
        }
    }
    lines
}

async fn is_the_same_on_each_since(since: u32, script: &str) {
    let reads = read_on_each_since(since, script).await;
    assert!(reads.iter().all(|read| read.target.catalog.len() > 20), "too little was read to tell anything");
    let differences = differences(&reads);
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

fn sample(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sample-schemas").join(name).join("schema.sql");
    fs::read_to_string(path).expect("a sample")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_versions_spell_differently_is_no_difference() {
    is_the_same_on_each_since(13, include_str!("spellings.sql")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commerce_is_the_same_on_every_version() {
    is_the_same_on_each_since(13, &sample("commerce")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn warehouse_is_the_same_on_every_version() {
    is_the_same_on_each_since(13, &sample("warehouse")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_the_same_on_every_version_since_13() {
    is_the_same_on_each_since(13, &older::for_13(&older::rich())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_the_same_on_every_version_since_14() {
    is_the_same_on_each_since(14, &older::for_14(&older::rich())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_the_same_on_every_version_since_15() {
    is_the_same_on_each_since(15, &older::rich()).await;
}
