//! The folders of `tests/cases` that only newer servers than the installed one understand: planned in
//! every style, and proven, in the built-in engine.

use std::{collections::BTreeSet, path::Path};

use schemascope::{
    model::Key,
    plan::{Proof, Request, Style, plan, proof::prove},
    scratch::{self, Choice},
    source::Source,
};

use crate::{
    cases::{Case, cases},
    world::{Pair, read, scratch, sorted, sql},
};

#[tokio::test]
async fn cases_of_newer_servers_end_equal_in_both_directions_and_every_style() {
    let mut faults = Vec::new();
    for (path, case) in cases().iter().filter(|(_, case)| case.since.is_some()) {
        let mut ways = vec![there(path, case).await];
        for style in [Style::Plain, Style::Idempotent, Style::Online] {
            ways.push(proven(path, ["from.sql", "to.sql"], style).await.map(|_| ()));
            ways.push(proven(path, ["to.sql", "from.sql"], style).await.map(|_| ()));
        }
        let of_case = ways.into_iter().filter_map(Result::err);
        faults.extend(of_case.map(|fault| format!("{}: {fault}", path.display())));
    }
    scratch::shut_down().await;
    assert!(faults.is_empty(), "{} faults:\n\n{}", faults.len(), faults.join("\n\n"));
}

async fn there(path: &Path, case: &Case) -> Result<(), String> {
    let (pair, sql) = proven(path, ["from.sql", "to.sql"], Style::Plain).await?;
    if pair.differences() != sorted(&case.differences.iter().map(String::as_str).collect::<Vec<_>>()) {
        return Err(format!("the differences are {:#?}", pair.differences()));
    }
    if let Some(text) = case.says.iter().find(|text| !sql.contains(text.as_str())) {
        return Err(format!("it does not say {text}\n{sql}"));
    }
    match case.never.iter().find(|text| sql.contains(text.as_str())) {
        Some(text) => Err(format!("it says {text}\n{sql}")),
        None => Ok(()),
    }
}

/// Plans the way from one script to another, and proves it: gives both sides, and the SQL.
async fn proven(path: &Path, [from, to]: [&str; 2], style: Style) -> Result<(Pair, String), String> {
    let engine = scratch(Choice::Embedded);
    let script = |name: &str| Source::SqlFile(path.join(name));
    let pair = Pair::new(read(&script(to), &engine).await, read(&script(from), &engine).await);
    let every: BTreeSet<Key> = pair.drift.differences.keys().cloned().collect();
    let request = Request { style, ..pair.request(&every) };
    let plan = plan(&request);
    let sql = sql(&plan);
    // What only a rewrite can do, the online style leaves open.
    if !plan.refused.is_empty() && style != Style::Online {
        return Err(format!("{to}, {style}: left open: {:?}", plan.refused));
    }
    match prove(&request, &plan, &engine).await {
        Proof::Proven { .. } => Ok((pair, sql)),
        other => Err(format!("{to}, {style}: {other:?}\n{sql}")),
    }
}
