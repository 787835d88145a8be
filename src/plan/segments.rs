//! Ordered events → statements in segments: one transaction as long as the database allows it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Statement,
    order::Event,
    transition::{Fate, Transition},
};
use crate::{
    dialect::{Action, Check, Hazard, HazardCode, Step, Transaction},
    model::Key,
};

/// The statements of the events, each with its segment. `role` is who will run them, as far as is
/// known: an owner who is that role need not be said.
pub fn statements(
    transition: &Transition<'_>,
    events: Vec<Event<'_>>,
    role: Option<&str>,
    needed: &BTreeMap<Key, Key>,
) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut segment = 0;
    let mut uncommitted: BTreeSet<usize> = BTreeSet::new();
    let own_owner = role.map(|role| format!(" OWNER TO {}", crate::dialect::quote::name(role)));
    for (place, event) in events.into_iter().enumerate() {
        if event.after.iter().any(|first| uncommitted.contains(first)) {
            segment += 1;
            uncommitted.clear();
        }
        let fresh = is_fresh(transition, event.key);
        let effect = effect(transition, &event);
        let mut effect = effect.filter(|_| !fresh);
        let mut beside = beside(transition, &event);
        for mut step in event.steps {
            if fresh {
                step.hazards.clear();
                step.check = None;
            }
            step.hazards.extend(effect.take());
            step.hazards.append(&mut beside);
            let fate = transition.fates.get(event.key);
            let made = event.action == Action::Create
                || matches!(fate, Some(Fate::Supersede { .. } | Fate::Create | Fate::Recreate));
            let restores_own = made && own_owner.as_ref().is_some_and(|own| step.sql.ends_with(own));
            if restores_own {
                continue;
            }
            match step.transaction {
                Transaction::Inside => {}
                Transaction::CommitBeforeUse => drop(uncommitted.insert(place)),
                Transaction::Alone | Transaction::Outside => {
                    segment += usize::from(statements.last().is_some_and(|last| last.segment == segment));
                }
            }
            let because_of = because_of(transition, needed, event.key);
            let facets = event.facets.iter().map(|facet| (*facet).to_owned()).collect();
            let check = check(transition, event.key, &step);
            step.hazards = hazards(transition, event.key, step.hazards);
            let statement = statement(event.key.clone(), event.action, segment, step);
            statements.push(Statement { because_of, facets, check, ..statement });
            if statements.last().is_some_and(|last| !last.transaction.is_shared()) {
                segment += 1;
                uncommitted.clear();
            }
        }
    }
    statements
}

/// A step as a statement of a plan.
pub fn statement(key: Key, action: Action, segment: usize, step: Step) -> Statement {
    let Step { sql, hazards, transaction, check, patience, before_retry, pending: _ } = step;
    Statement {
        sql,
        key,
        action,
        segment,
        transaction,
        hazards,
        check,
        because_of: None,
        facets: Vec::new(),
        lock_timeout: patience.lock,
        statement_timeout: patience.whole,
        retries: patience.retries,
        before_retry,
        location: None,
    }
}

/// What the event means to others. What steps aside and comes back as it was means nothing to them.
fn effect(transition: &Transition<'_>, event: &Event<'_>) -> Option<Hazard> {
    let dressing = !event.facets.is_empty() && event.facets.iter().all(|facet| DRESSING.contains(facet));
    let stays = match transition.fates.get(event.key)? {
        Fate::Drop => event.action != Action::Drop,
        Fate::Alter(_) => dressing,
        Fate::Recreate => event.action != Action::Create,
        _ => true,
    };
    let object = transition.from.get(event.key).filter(|_| !stays)?;
    transition.dialect.effect(object, transition.to.get(event.key).map(|to| &**to), event.action)
}

/// What making an object can hurt beside it. Whether it is new means nothing to those.
fn beside(transition: &Transition<'_>, event: &Event<'_>) -> Vec<Hazard> {
    let made = transition.to.get(event.key).filter(|_| event.action == Action::Create);
    let kind = transition.dialect.kind(event.key.kind());
    made.zip(kind).map_or_else(Vec::new, |(made, kind)| kind.beside(made, transition.from, transition.to))
}

/// What changes nothing for others.
const DRESSING: [&str; 2] = ["comment", "owner"];

/// The hazards that are left of a step's, by what else the plan does: what comes back anew is in
/// nobody's use, and a domain that no column has concerns no row.
fn hazards(transition: &Transition<'_>, key: &Key, mut hazards: Vec<Hazard>) -> Vec<Hazard> {
    let object = transition.to.get(key).or_else(|| transition.from.get(key));
    let whole = object.and_then(|object| object.parent.as_ref()).unwrap_or(key);
    let kind = |key: &Key| transition.dialect.kind(key.kind());
    let mut users = transition.from.users(whole).map(|user| &user.key);
    let unused = [key, whole].iter().any(|key| kind(key).is_some_and(|kind| kind.is_held_by_users()))
        && !users.any(|user| user.kind() != key.kind() && user.kind().name() == "column");
    let anew = whole != key && matches!(transition.fates.get(whole), Some(Fate::Recreate));
    if unused || anew {
        let of_rows = [HazardCode::RewritesTable, HazardCode::BlocksReads, HazardCode::BlocksWrites];
        hazards.retain(|hazard| {
            !(of_rows.contains(&hazard.code) || unused && hazard.code == HazardCode::MayFail)
        });
    }
    hazards
}

/// What to ask before a step: what it says itself, or what the kind makes of both catalogs.
fn check(transition: &Transition<'_>, key: &Key, step: &Step) -> Option<Check> {
    let may_fail = step.hazards.iter().any(|hazard| hazard.code == HazardCode::MayFail);
    if step.check.is_some() || !may_fail {
        return step.check.clone();
    }
    let object = transition.to.get(key)?;
    transition.dialect.kind(key.kind())?.ask(object, transition.from, transition.to)
}

fn because_of(transition: &Transition<'_>, needed: &BTreeMap<Key, Key>, key: &Key) -> Option<Key> {
    let aside = transition.because_of.get(key).map(|cause| (*cause).clone());
    aside.or_else(|| needed.get(key).cloned())
}

/// Whether an object is part of something that the plan makes: nobody uses it yet, so nothing
/// about it can hurt.
fn is_fresh(transition: &Transition<'_>, key: &Key) -> bool {
    let mut next = Some(key);
    let mut child = true;
    while let Some(key) = next {
        if matches!(transition.fates.get(key), Some(Fate::Create)) && !(child && has_parent(transition, key))
        {
            return true;
        }
        child = false;
        next = transition.to.get(key).and_then(|object| object.parent.as_ref());
    }
    false
}

fn has_parent(transition: &Transition<'_>, key: &Key) -> bool {
    transition.to.get(key).is_some_and(|object| object.parent.is_some())
}
