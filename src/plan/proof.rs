//! Proves a plan: builds the target's schema in a scratch engine, runs the plan there, and reads
//! back whether the selected differences are gone and nothing else has moved.

use std::collections::BTreeSet;

use super::{
    HazardCode, Observed, Plan, Proof, Request, Statement, order, segments, selection, transition::Transition,
};
use crate::{
    dialect::{Dialect, Transaction, judgement, quote},
    diff::{self, Drift, Rules},
    model::{Catalog, Key, Object, Snapshot},
    scratch::{Options, copy::Copy},
};

/// Tries a plan on a scratch copy of the target's schema, and tells what each statement was seen to
/// do there. The copy has no rows: what rows can make fail is a hazard of the statement, and no part
/// of the proof.
pub async fn prove(request: &Request<'_>, plan: &Plan, options: &Options) -> Proof {
    let mut copy = match Copy::for_snapshot(request.target, options).await {
        Ok(copy) => copy,
        Err(error) => return Proof::NotTried { reason: error.to_string() },
    };
    let engine = copy.engine();
    let result = attempt(&mut copy, request, plan).await;
    copy.close().await;
    match result {
        Ok(Evidence { same_major, observed, limits }) => {
            Proof::Proven { engine, same_major, observed, limits }
        }
        Err(reason) => Proof::Failed { engine, reason },
    }
}

/// What a plan that holds has shown beside that.
struct Evidence {
    same_major: bool,
    observed: Vec<Observed>,
    limits: Vec<String>,
}

async fn attempt(copy: &mut Copy, request: &Request<'_>, plan: &Plan) -> Result<Evidence, String> {
    let target = &testable(request.dialect, &request.target.catalog);
    let goal = testable(request.dialect, &selection::goal(request, plan.refused.clone()).catalog);
    let roles = roles(request.dialect, [target, &goal]).chain(request.target.role.clone()).collect();
    copy.make_roles(&roles).await.map_err(|error| error.to_string())?;
    let tablespaces = [target, &goal].into_iter().flat_map(Catalog::iter);
    let tablespaces = tablespaces.filter_map(|object| request.dialect.tablespace(object)).collect();
    copy.make_tablespaces(&tablespaces).await.map_err(|error| error.to_string())?;
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
    let untried = |statement: &Statement| request.dialect.untried(&statement.key, &statement.sql);
    let tried: Vec<Statement> =
        plan.statements.iter().filter(|one| untried(one).is_none()).cloned().collect();
    let mut seen = rehearse(copy, &tried).await?.into_iter();
    let observed = plan.statements.iter().map(|statement| match untried(statement) {
        Some(reason) => Observed::unseen(reason),
        None => seen.next().unwrap_or_default(),
    });
    let observed: Vec<Observed> = observed.collect();
    let mut after = copy.inspect().await.map_err(|error| error.to_string())?;
    let goal = &mut goal.clone();
    leave_open(request, goal, &mut after.catalog);
    follow_types(request, plan, goal, &after.catalog);
    match first_difference(request, goal, &after) {
        None => Ok(Evidence {
            same_major: major(request.target) == major(&before),
            observed,
            limits: limits(request.target, &before, plan),
        }),
        Some(difference) => Err(format!("after the plan, {difference}")),
    }
}

/// What a scratch database can have of a catalog.
fn testable(dialect: &dyn Dialect, catalog: &Catalog) -> Catalog {
    let mut open = catalog.clone();
    for object in catalog.iter() {
        match dialect.rehearsed(object) {
            None => drop(open.remove(&object.key)),
            Some(rehearsed) if rehearsed != **object => open.insert(rehearsed),
            Some(_) => {}
        }
    }
    open
}

/// Leaves the grants of new objects open of which canonical says nothing: they keep those with which
/// they are born.
fn leave_open(request: &Request<'_>, goal: &mut Catalog, after: &mut Catalog) {
    let Request { canonical, target, drift, .. } = request;
    let new = goal.iter().filter(|object| !target.catalog.contains(&object.key));
    let unmanaged = new.filter(|object| !drift.rules.compares("grants", canonical, object));
    let keys: Vec<Key> = unmanaged.map(|object| object.key.clone()).collect();
    for catalog in [goal, after] {
        for key in &keys {
            if let Some(object) = catalog.get(key).filter(|object| object.facets.get("grants").is_some()) {
                let mut object = (**object).clone();
                object.facets.set("grants", serde_json::Value::Null);
                catalog.insert(object);
            }
        }
    }
}

/// Lets what stays as it was be printed as it is over columns that have another type now: the server
/// casts otherwise in the same expression, and a view shows other types.
fn follow_types(request: &Request<'_>, plan: &Plan, goal: &mut Catalog, after: &Catalog) {
    let Request { dialect, target, selection, .. } = request;
    let closed = |key: &Key| {
        (selection.contains(key) || plan.needed.contains_key(key)) && !plan.refused.contains_key(key)
    };
    let r#type = |catalog: &Catalog, key: &Key| {
        catalog.get(key).and_then(|column| Some(column.facets.text("type")?.to_owned()))
    };
    let retyped: Vec<Key> = goal
        .keys()
        .filter(|key| key.kind().name() == "column" && r#type(goal, key) != r#type(&target.catalog, key))
        .cloned()
        .collect();
    let mut users: Vec<&Object> = retyped.iter().flat_map(|column| target.catalog.users(column)).collect();
    let mut seen = BTreeSet::new();
    while let Some(user) = users.pop() {
        if !seen.insert(&user.key) {
            continue;
        }
        if selection::is_view(&user.key) {
            users.extend(target.catalog.users(&user.key));
        }
        let sides = goal.get(&user.key).filter(|_| !closed(&user.key)).zip(after.get(&user.key));
        let Some((stays, found)) = sides else { continue };
        let mut printed = Object::clone(stays);
        for (facet, value) in stays.facets.iter() {
            if let (Some(a), Some(b)) = (value.as_str(), found.facets.text(facet))
                && a != b
                && dialect.same_but_for_casts(user.key.kind(), facet, a, b)
            {
                printed.facets.set(facet, b);
            }
        }
        if selection::same_names(stays, found) {
            printed.facets.set("columns", found.facets.get("columns").cloned().unwrap_or_default());
        }
        if printed != **stays {
            goal.insert(printed);
        }
    }
}

/// Makes everything of a catalog in an empty database.
async fn build(copy: &mut Copy, dialect: &'static dyn Dialect, catalog: &Catalog) -> Result<(), String> {
    let empty = copy.inspect().await.map_err(|error| error.to_string())?;
    let statements = everything(dialect, &empty, catalog)?;
    for sql in dialect.preamble() {
        copy.execute(sql).await.map_err(|error| error.to_string())?;
    }
    run(copy, &statements).await
}

/// The statements that make one catalog of another, whatever it takes.
fn everything(
    dialect: &'static dyn Dialect,
    from: &Snapshot,
    to: &Catalog,
) -> Result<Vec<Statement>, String> {
    let transition = Transition::between(dialect, &from.catalog, to, from.server_version_num)
        .map_err(|i| format!("{}: {}", i.key, i.reason))?;
    let events = order::order(&transition).map_err(|i| format!("{}: {}", i.key, i.reason))?;
    Ok(segments::statements(&transition, events, None, &Default::default()))
}

/// Runs statements in their segments, as the written plan does.
async fn run(copy: &mut Copy, statements: &[Statement]) -> Result<(), String> {
    for segment in statements.chunk_by(|a, b| a.segment == b.segment) {
        if is_outside(segment) {
            each(copy, segment).await?;
        } else {
            execute(copy, "BEGIN").await?;
            each(copy, segment).await?;
            execute(copy, "COMMIT").await?;
        }
    }
    Ok(())
}

/// Runs statements in their segments, as the written plan does, and tells what each of them does.
///
/// A transaction is run as a whole first, and rolled back; then each of its statements is run in one
/// of its own. What a statement locks could not be told from what those before it hold already.
async fn rehearse(copy: &mut Copy, statements: &[Statement]) -> Result<Vec<Observed>, String> {
    if !copy.watch().await.map_err(|error| error.to_string())? {
        run(copy, statements).await?;
        return Ok(statements.iter().map(|_| copy.unwatched()).collect());
    }
    let mut observed = Vec::new();
    for segment in statements.chunk_by(|a, b| a.segment == b.segment) {
        if is_outside(segment) {
            for statement in segment {
                let path = statement.key.path();
                let relation = quote::qualified(&path[..path.len().min(2)]);
                let seen = copy.observe_outside(&statement.sql, &relation).await;
                observed.push(seen.map_err(|error| failure(&error.to_string(), statement))?);
            }
            continue;
        }
        if segment.len() > 1 {
            execute(copy, "BEGIN").await?;
            each(copy, segment).await?;
            // What is put off until the end of the transaction has to hold there.
            execute(copy, "SET CONSTRAINTS ALL IMMEDIATE").await?;
            execute(copy, "ROLLBACK").await?;
        }
        for statement in segment {
            let seen = copy.observe(&statement.sql).await;
            observed.push(seen.map_err(|error| failure(&error.to_string(), statement))?);
        }
    }
    Ok(observed)
}

fn is_outside(segment: &[Statement]) -> bool {
    segment.iter().any(|statement| statement.transaction == Transaction::Outside)
}

async fn each(copy: &mut Copy, statements: &[Statement]) -> Result<(), String> {
    for statement in statements {
        copy.execute(&statement.sql).await.map_err(|error| failure(&error.to_string(), statement))?;
    }
    Ok(())
}

async fn execute(copy: &mut Copy, sql: &str) -> Result<(), String> {
    copy.execute(sql).await.map_err(|error| error.to_string())
}

fn failure(error: &str, statement: &Statement) -> String {
    format!("{error}, in: {}", statement.sql.lines().next().unwrap_or_default())
}

fn major(snapshot: &Snapshot) -> u32 {
    snapshot.server_version_num / 10_000
}

/// What the copy had otherwise than the target, so that the proof says nothing about it.
fn limits(target: &Snapshot, copy: &Snapshot, plan: &Plan) -> Vec<String> {
    let mut limits = Vec::new();
    if plan.hazard_codes().contains(&HazardCode::MayFail) {
        limits.push("The copy had no rows: what rows can make fail may still fail.".to_owned());
    }
    if target.dialect == "postgres" && major(target) != major(copy) {
        let (there, here) = (&target.server_version, &copy.server_version);
        limits.push(format!("The target runs PostgreSQL {there}, and the copy ran {here}."));
    }
    for object in target.catalog.iter().filter(|object| object.key.kind().name() == "extension") {
        let version = |object: &Object| object.facets.text("version").map(str::to_owned);
        let here = copy.catalog.get(&object.key).and_then(|object| version(object));
        if let (Some(there), Some(here)) = (version(object), here)
            && there != here
        {
            let name = object.key.name();
            limits.push(format!(
                "The target has version {there} of the extension {name}, and the copy had {here}."
            ));
        }
    }
    limits
}

/// What a database has otherwise than a catalog says, in words; nothing if all is as it says.
fn first_difference(request: &Request<'_>, expected: &Catalog, found: &Snapshot) -> Option<String> {
    let expected = Snapshot { catalog: expected.clone(), complete: true, ..request.target.clone() };
    let dialect = request.dialect;
    let found = Snapshot { role: expected.role.clone(), ..found.clone() };
    let changed = judgement(dialect, &expected, &found);
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
