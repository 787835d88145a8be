//! Proves a plan: builds the target's schema in a scratch engine, runs the plan there, and reads
//! back whether the selected differences are gone and nothing else has moved.

use std::collections::BTreeSet;

use super::{Plan, Proof, Request, Statement, order, segments, selection, transition::Transition};
use crate::{
    dialect::{Dialect, Transaction, changed_facets},
    diff::{self, Drift, Rules},
    model::{Catalog, Snapshot},
    scratch::{Options, copy::Copy},
};

/// Tries a plan on a scratch copy of the target's schema. The copy has no rows: what rows can
/// make fail is a hazard of the statement, and no part of the proof. Extensions are of the
/// version that the scratch engine has.
pub async fn prove(request: &Request<'_>, plan: &Plan, options: &Options) -> Proof {
    let mut copy = match Copy::for_snapshot(request.target, options).await {
        Ok(copy) => copy,
        Err(error) => return Proof::NotTried { reason: error.to_string() },
    };
    let engine = copy.engine();
    let result = attempt(&mut copy, request, plan).await;
    copy.close().await;
    match result {
        Ok(()) => Proof::Proven { engine },
        Err(reason) => Proof::Failed { engine, reason },
    }
}

async fn attempt(copy: &mut Copy, request: &Request<'_>, plan: &Plan) -> Result<(), String> {
    let target = &versionless(&request.target.catalog);
    let goal = versionless(&selection::goal(request, plan.refused.clone()).catalog);
    let roles = roles(request.dialect, [target, &goal]).chain(request.target.role.clone()).collect();
    copy.make_roles(&roles).await.map_err(|error| error.to_string())?;
    build(copy, request.dialect, target)
        .await
        .map_err(|error| format!("the target's schema could not be built there: {error}"))?;
    let before = copy.inspect().await.map_err(|error| error.to_string())?;
    if let Some(difference) = first_difference(request, target, &before) {
        return Err(format!("the copy is not like the target: {difference}"));
    }
    if let Some(role) = &request.target.role {
        copy.become_role(role).await.map_err(|error| error.to_string())?;
    }
    for sql in &plan.preamble {
        copy.execute(sql).await.map_err(|error| error.to_string())?;
    }
    run(copy, &plan.statements).await?;
    let after = copy.inspect().await.map_err(|error| error.to_string())?;
    match first_difference(request, &goal, &after) {
        None => Ok(()),
        Some(difference) => Err(format!("after the plan, {difference}")),
    }
}

/// A catalog that leaves the versions of extensions open.
fn versionless(catalog: &Catalog) -> Catalog {
    let mut open = catalog.clone();
    for object in catalog.iter().filter(|object| object.key.kind().name() == "extension") {
        let mut object = (**object).clone();
        object.facets.set("version", serde_json::Value::Null);
        open.insert(object);
    }
    open
}

/// Makes everything of a catalog in an empty database.
async fn build(copy: &mut Copy, dialect: &'static dyn Dialect, catalog: &Catalog) -> Result<(), String> {
    let empty = copy.inspect().await.map_err(|error| error.to_string())?;
    let statements = everything(dialect, &empty.catalog, catalog)?;
    for sql in dialect.preamble() {
        copy.execute(sql).await.map_err(|error| error.to_string())?;
    }
    run(copy, &statements).await
}

/// The statements that make one catalog of another, whatever it takes.
fn everything(dialect: &'static dyn Dialect, from: &Catalog, to: &Catalog) -> Result<Vec<Statement>, String> {
    let transition =
        Transition::between(dialect, from, to).map_err(|i| format!("{}: {}", i.key, i.reason))?;
    let events = order::order(&transition).map_err(|i| format!("{}: {}", i.key, i.reason))?;
    Ok(segments::statements(&transition, events, None, &Default::default()))
}

/// Runs statements in their segments, as the written plan does.
async fn run(copy: &mut Copy, statements: &[Statement]) -> Result<(), String> {
    for segment in statements.chunk_by(|a, b| a.segment == b.segment) {
        let transaction = segment.iter().all(|statement| statement.transaction != Transaction::Outside);
        if transaction {
            copy.execute("BEGIN").await.map_err(|error| error.to_string())?;
        }
        for statement in segment {
            let done = copy.execute(&statement.sql).await;
            done.map_err(|error| {
                format!("{error}, in: {}", statement.sql.lines().next().unwrap_or_default())
            })?;
        }
        if transaction {
            copy.execute("COMMIT").await.map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

/// What a database has otherwise than a catalog says, in words; nothing if all is as it says.
fn first_difference(request: &Request<'_>, expected: &Catalog, found: &Snapshot) -> Option<String> {
    let expected = Snapshot { catalog: expected.clone(), complete: true, ..request.target.clone() };
    let dialect = request.dialect;
    let changed = |a: &_, b: &_| changed_facets(dialect, a, b).into_iter().map(str::to_owned).collect();
    let found = Snapshot { role: expected.role.clone(), ..found.clone() };
    let Drift { differences, .. } = diff::compare(&expected, &found, &Rules::everything(), &changed);
    let count = differences.len();
    let (key, difference) = differences.into_iter().next()?;
    let facets = if difference.facets.is_empty() {
        String::new()
    } else {
        format!(" ({})", difference.facets.join(", "))
    };
    let others = if count > 1 { format!(", and {} more", count - 1) } else { String::new() };
    Some(format!("{key} is {}{facets}{others}", difference.status.word()))
}

fn roles<'a>(dialect: &'a dyn Dialect, catalogs: [&'a Catalog; 2]) -> impl Iterator<Item = String> + 'a {
    let objects = catalogs.into_iter().flat_map(|catalog| catalog.iter());
    objects.flat_map(move |object| dialect.roles(object)).collect::<BTreeSet<String>>().into_iter()
}
