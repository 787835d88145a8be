//! Drift and a selection → the SQL that closes exactly those differences, in order.
//!
//! A plan is a pure function of (both sides, drift, selection): what is on the screen is what is
//! in the file. Only [`proof`] touches an engine, and it is given one.

mod apart;
mod order;
pub mod proof;
mod segments;
mod selection;
mod transition;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use transition::Transition;

pub use crate::dialect::{Action, Hazard, HazardCode, Transaction};
use crate::{
    dialect::Dialect,
    diff::{Drift, Status},
    model::{Key, Snapshot},
};

/// What a plan is made from.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// How both sides are spelled.
    pub dialect: &'static dyn Dialect,
    /// The schema that the target has to follow.
    pub canonical: &'a Snapshot,
    /// The side that the SQL changes.
    pub target: &'a Snapshot,
    /// What differs between them.
    pub drift: &'a Drift,
    /// The differences to close.
    pub selection: &'a BTreeSet<Key>,
}

/// SQL that closes the selected differences: data, to be shown, written, proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Statements before the first segment: settings of the session.
    pub preamble: Vec<String>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// Differences that were not selected but that a selected one cannot do without, each with
    /// the one that needs it.
    pub needed: BTreeMap<Key, Key>,
    /// Selected differences that the plan leaves open, each with the reason.
    pub refused: BTreeMap<Key, String>,
    /// The fingerprint of the target's catalog that the plan was made for.
    pub made_for: String,
    /// The side that is changed, for people.
    pub target: String,
    /// The side that it follows, for people.
    pub canonical: String,
}

/// One statement of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The SQL, without a closing semicolon.
    pub sql: String,
    /// The object it acts on.
    pub key: Key,
    /// What it does to it.
    pub action: Action,
    /// Which segment it runs in; a segment is one transaction, or one statement outside of any.
    pub segment: usize,
    /// How it gets along with a transaction.
    pub transaction: Transaction,
    /// What it can hurt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hazards: Vec<Hazard>,
    /// The object whose change makes this statement necessary, where it is not the object's own:
    /// a view that steps aside and comes back, a missing type that a column needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because_of: Option<Key>,
}

impl Plan {
    /// Whether there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// How many segments the statements run in.
    pub fn segments(&self) -> usize {
        self.statements.last().map_or(0, |statement| statement.segment + 1)
    }

    /// Every hazard code that occurs, gravest first.
    pub fn hazard_codes(&self) -> BTreeSet<HazardCode> {
        self.statements.iter().flat_map(|s| s.hazards.iter().map(|hazard| hazard.code)).collect()
    }

    /// The sentence that says who changes.
    pub fn sentence(&self) -> String {
        format!("This SQL changes {} so that it matches {}.", self.target, self.canonical)
    }
}

/// What is known about whether a plan does what it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Proof {
    /// Nobody has tried.
    NotTried {
        /// Why not.
        reason: String,
    },
    /// It ran on a scratch copy: the selected differences were gone, and nothing else had moved.
    Proven {
        /// The engine it ran on.
        engine: String,
    },
    /// It was tried and did not do what it says, or could not be tried to the end.
    Failed {
        /// The engine it ran on.
        engine: String,
        /// What happened.
        reason: String,
    },
}

/// The differences that a selection by command line words picks.
pub fn every_difference(drift: &Drift) -> BTreeSet<Key> {
    let known = drift.differences.iter().filter(|(_, difference)| difference.status != Status::Unknown);
    known.map(|(key, _)| key.clone()).collect()
}

/// Makes the plan that closes the selected differences.
///
/// What cannot be done is left out and named in [`Plan::refused`]; the rest is planned.
pub fn plan(request: &Request<'_>) -> Plan {
    let mut refused = BTreeMap::new();
    loop {
        let goal = selection::goal(request, refused);
        match statements(request, &goal) {
            Ok(statements) => return assembled(request, goal, statements),
            Err(impossible) => {
                refused = goal.refused;
                let known = request.drift.differences.contains_key(&impossible.key);
                // An object that is no difference itself stands for the whole selection.
                let keys: Vec<Key> = if known && !refused.contains_key(&impossible.key) {
                    vec![impossible.key]
                } else {
                    request.selection.iter().cloned().collect()
                };
                refused.extend(keys.into_iter().map(|key| (key, impossible.reason.clone())));
            }
        }
    }
}

fn statements(
    request: &Request<'_>,
    goal: &selection::Goal,
) -> Result<Vec<Statement>, transition::Impossible> {
    let Request { canonical, target, drift, .. } = request;
    let mut transition = Transition::between(request.dialect, &target.catalog, &goal.catalog)?;
    transition.role = target.role.as_deref();
    let new = goal.catalog.iter().filter(|object| !target.catalog.contains(&object.key));
    let unmanaged = new.filter(|object| !drift.rules.compares("grants", canonical, object));
    transition.keep_grants = unmanaged.map(|object| &object.key).collect();
    let events = order::order(&transition)?;
    Ok(segments::statements(&transition, events, request.target.role.as_deref(), &goal.needed))
}

fn assembled(request: &Request<'_>, goal: selection::Goal, statements: Vec<Statement>) -> Plan {
    let preamble = if statements.is_empty() { &[] } else { request.dialect.preamble() };
    Plan {
        preamble: preamble.iter().map(|sql| (*sql).to_owned()).collect(),
        statements,
        needed: goal.needed,
        refused: goal.refused,
        made_for: request.target.catalog.fingerprint().to_string(),
        target: request.target.source.clone(),
        canonical: request.canonical.source.clone(),
    }
}

/// The SQL that makes one object with the parts that are written inside it: its definition, for
/// people to read and to compare. Ends with a newline; empty if the catalog does not have it.
pub fn definition(dialect: &dyn Dialect, snapshot: &Snapshot, key: &Key) -> String {
    let catalog = &snapshot.catalog;
    let (Some(object), Some(kind)) = (catalog.get(key), dialect.kind(key.kind())) else {
        return String::new();
    };
    match kind.create(object, &transition::inline_parts(dialect, catalog, key)) {
        Ok(steps) => steps.iter().map(|step| format!("{};\n", step.sql)).collect(),
        Err(error) => format!("-- {error}\n"),
    }
}
