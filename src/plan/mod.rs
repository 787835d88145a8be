//! Drift and a selection → the SQL that closes exactly those differences, in order.
//!
//! A plan is a pure function of (both sides, drift, selection): what is on the screen is what is
//! in the file. Only [`proof`] touches an engine, and it is given one.

mod apart;
mod choice;
mod decisions;
mod destination;
mod evidence;
pub mod file;
mod order;
mod partial;
pub mod proof;
mod renames;
mod rows;
mod segments;
mod selection;
mod sides;
mod transition;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde::{Deserialize, Serialize};
pub use sides::{Direction, ParseDirectionError, Sides};
use transition::Transition;

pub use choice::{Choice, ChoiceError};
pub use decisions::Decisions;
pub use destination::{Destination, leads_to};
pub use partial::{Hunk, partly};
pub use rows::Rows;

pub use crate::dialect::{
    Action, Answer, Check, Hazard, HazardCode, Lock, Observed, ParseStyleError, Style, Touched, Transaction,
};
use crate::{
    dialect::{self, Dialect},
    diff::{Drift, Rename, Status},
    model::{Key, Location, Snapshot},
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
    /// How the SQL is written.
    pub style: Style,
    /// Objects that have another name at the target, as somebody has confirmed: they are renamed
    /// rather than dropped and made.
    pub renames: &'a [Rename],
}

impl<'a> Request<'a> {
    /// A request for plain SQL.
    pub fn new(
        dialect: &'static dyn Dialect,
        canonical: &'a Snapshot,
        target: &'a Snapshot,
        drift: &'a Drift,
        selection: &'a BTreeSet<Key>,
    ) -> Self {
        Request { dialect, canonical, target, drift, selection, style: Style::Plain, renames: &[] }
    }
}

/// SQL that closes the selected differences: data, to be shown, written, proven.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The dialect that it is written in: `postgres` or `sqlite`.
    #[serde(default)]
    pub dialect: String,
    /// How it is written.
    #[serde(default)]
    pub style: Style,
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
    /// The schema that the target is meant to have afterwards, where it was asked for: see
    /// [`leads_to`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leads_to: Option<Destination>,
    /// The side that is changed, for people.
    pub target: String,
    /// The side that it follows, for people.
    pub canonical: String,
    /// Whether it leads back to where the target was before it followed canonical.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undoes: bool,
    /// What a plan that leads back cannot bring back, in full sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
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
    /// What to ask the target before the statement is run, where rows can make it fail or are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// The object whose change makes this statement necessary, where it is not the object's own:
    /// a view that steps aside and comes back, a missing type that a column needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because_of: Option<Key>,
    /// The facets of the object that it changes, where the object stands before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<String>,
    /// How long it may wait for a lock; in milliseconds where it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "millis")]
    pub lock_timeout: Option<Duration>,
    /// How long it may take in all; in milliseconds where it is written down.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "millis")]
    pub statement_timeout: Option<Duration>,
    /// How often its segment may be tried again after a lock could not be had in time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// What has to be run before it can be tried again after it failed: an invalid index has to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_retry: Option<String>,
    /// Where canonical says what the object has to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Durations as whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
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

    /// Why a difference that was not selected is in the plan, in words: `needed by …`.
    pub fn came_along(&self, key: &Key, by: &Key) -> String {
        let of_it = |action| self.statements.iter().any(|one| one.key == *key && one.action == action);
        match of_it(Action::Drop) && !of_it(Action::Create) {
            false => format!("needed by {by}"),
            true => format!("dropped, because it depends on {by}"),
        }
    }

    /// The sentence that says who changes.
    pub fn sentence(&self) -> String {
        let Plan { target, canonical, .. } = self;
        match self.undoes {
            false => format!("This SQL changes {target} so that it matches {canonical}."),
            true => format!(
                "This SQL brings {target} back to what it was before it was changed to match {canonical}."
            ),
        }
    }

    /// The settings of the session that have to be made before a statement, given that those
    /// before the statements in front of it were made.
    pub fn settings(&self, statement: usize) -> Vec<String> {
        let Some((this, dialect)) = self.statements.get(statement).zip(dialect::by_name(&self.dialect))
        else {
            return Vec::new();
        };
        let before = statement.checked_sub(1).and_then(|before| self.statements.get(before));
        let timeouts = |statement: &Statement| (statement.lock_timeout, statement.statement_timeout);
        dialect.timeouts(before.map_or((None, None), timeouts), timeouts(this))
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
        /// Whether that is of the target's major version.
        #[serde(default)]
        same_major: bool,
        /// What each statement was seen to do there, in the order of the plan.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        observed: Vec<Observed>,
        /// What the copy had otherwise than the target, so that the proof says nothing about it:
        /// full sentences.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        limits: Vec<String>,
    },
    /// It was tried and did not do what it says, or could not be tried to the end.
    Failed {
        /// The engine it ran on.
        engine: String,
        /// What happened.
        reason: String,
    },
}

impl Proof {
    /// A proof by an engine that did not tell what it saw.
    pub fn proven_on(engine: &str) -> Self {
        Proof::Proven {
            engine: engine.to_owned(),
            same_major: true,
            observed: Vec::new(),
            limits: Vec::new(),
        }
    }

    /// What a statement of the plan was seen to do, where it was tried.
    pub fn observed(&self, statement: usize) -> Option<&Observed> {
        match self {
            Proof::Proven { observed, .. } => observed.get(statement),
            Proof::NotTried { .. } | Proof::Failed { .. } => None,
        }
    }
}

/// The differences that a selection by command line words picks from: all but those that are not
/// known, and those that were accepted.
pub fn every_difference(drift: &Drift) -> BTreeSet<Key> {
    let known = drift.open().filter(|(_, difference)| difference.status != Status::Unknown);
    known.map(|(key, _)| key.clone()).collect()
}

/// What closing each of the selected differences can hurt, gravest first, for those that can hurt
/// anything. Where a
/// statement is there because of another object, that one answers for it.
pub fn hazards(request: &Request<'_>) -> BTreeMap<Key, Vec<Hazard>> {
    let differences = &request.drift.differences;
    let mut hazards: BTreeMap<Key, Vec<Hazard>> = BTreeMap::new();
    for statement in plan(request).statements {
        // What makes the statement necessary is what the user selects or not.
        let cause = statement.because_of.filter(|cause| differences.contains_key(cause));
        let key = cause.unwrap_or(statement.key);
        if differences.contains_key(&key) && !statement.hazards.is_empty() {
            hazards.entry(key).or_default().extend(statement.hazards);
        }
    }
    hazards.values_mut().for_each(|hazards| hazards.sort_by_key(|hazard| hazard.code));
    hazards
}

/// Makes the plan that closes the selected differences.
///
/// What cannot be done is left out and named in [`Plan::refused`]; the rest is planned.
pub fn plan(request: &Request<'_>) -> Plan {
    let (goal, statements) = planned(request);
    assembled(request, goal, statements)
}

/// Makes the way back: the plan that leads from where the request's plan leads to where it started.
///
/// [`Plan::lost`] says what it cannot bring back. For its proof see [`Sides::back_from`].
pub fn reverse(request: &Request<'_>) -> Plan {
    let sides = Sides::back_from(request);
    let mut back = plan(&sides.request(request));
    back.undoes = true;
    back.canonical.clone_from(&request.canonical.source);
    let there = plan(request);
    let gone = there.statements.iter().flat_map(|statement| &statement.hazards);
    let gone = gone.filter(|hazard| hazard.code == HazardCode::LosesData);
    back.lost = gone.map(|hazard| hazard.message.clone()).collect();
    back
}

/// What the target comes to, and the statements that bring it there.
fn planned(request: &Request<'_>) -> (selection::Goal, Vec<Statement>) {
    let Some(renamed) = renames::renamed(request) else { return planned_under_these_names(request) };
    let (mut goal, mut statements) = planned_under_these_names(&renamed.sides.request(request));
    goal.refused.extend(renamed.refused);
    let divided = statements.first().is_some_and(|first| !first.transaction.is_shared());
    for statement in statements.iter_mut().filter(|_| divided && !renamed.statements.is_empty()) {
        statement.segment += 1;
    }
    (goal, [renamed.statements, statements].concat())
}

fn planned_under_these_names(request: &Request<'_>) -> (selection::Goal, Vec<Statement>) {
    let mut refused = BTreeMap::new();
    loop {
        let goal = selection::goal_under_these_names(request, refused);
        match statements(request, &goal) {
            Ok(statements) => return (goal, statements),
            Err(impossible) => {
                refused = goal.refused;
                let all = [(impossible.key, impossible.reason)].into_iter();
                let all: Vec<(Key, String)> =
                    all.chain(impossible.others.into_iter().map(|other| (other.key, other.reason))).collect();
                let new =
                    |key: &Key| request.drift.differences.contains_key(key) && !refused.contains_key(key);
                let (known, unknown): (Vec<_>, Vec<_>) = all.into_iter().partition(|(key, _)| new(key));
                // An object that is no difference itself stands for the whole selection.
                let whole = if known.is_empty() { request.selection.iter() } else { Default::default() };
                let reason = unknown.into_iter().next().map(|(_, reason)| reason).unwrap_or_default();
                refused.extend(whole.map(|key| (key.clone(), reason.clone())));
                refused.extend(known);
            }
        }
    }
}

fn statements(
    request: &Request<'_>,
    goal: &selection::Goal,
) -> Result<Vec<Statement>, transition::Impossible> {
    let Request { canonical, target, drift, .. } = request;
    let completed = request.dialect.completed(&target.catalog, &goal.catalog, target.server_version_num)?;
    let (from, to) = completed.as_ref().map_or((&target.catalog, &goal.catalog), |(from, to)| (from, to));
    let mut transition = Transition::between(request.dialect, from, to, target.server_version_num)?;
    transition.role = target.role.as_deref();
    transition.style = request.style;
    let new = goal.catalog.iter().filter(|object| !target.catalog.contains(&object.key));
    let unmanaged = new.filter(|object| !drift.rules.compares("grants", canonical, object));
    transition.keep_grants = unmanaged.map(|object| &object.key).collect();
    let events = order::order(&transition)?;
    let mut statements =
        segments::statements(&transition, events, request.target.role.as_deref(), &goal.needed);
    for statement in &mut statements {
        statement.location = canonical.location(&statement.key).cloned();
    }
    Ok(statements)
}

fn assembled(request: &Request<'_>, goal: selection::Goal, statements: Vec<Statement>) -> Plan {
    let preamble = [request.dialect.preamble(), request.dialect.style_preamble(request.style)].concat();
    let preamble = if statements.is_empty() { Vec::new() } else { preamble };
    Plan {
        dialect: request.dialect.name().to_owned(),
        style: request.style,
        preamble: preamble.into_iter().map(str::to_owned).collect(),
        statements,
        needed: goal.needed,
        refused: goal.refused,
        made_for: request.target.catalog.fingerprint().to_string(),
        target: request.target.source.clone(),
        canonical: request.canonical.source.clone(),
        ..Plan::default()
    }
}

/// The SQL that makes one object with the parts that are written inside it: its definition, for
/// people to read and to compare. Ends with a newline; empty if the catalog does not have it.
pub fn definition(dialect: &dyn Dialect, snapshot: &Snapshot, key: &Key) -> String {
    definition_steps(dialect, snapshot, key).iter().map(|step| format!("{step}\n")).collect()
}

/// The statements of [`definition`], each with its semicolon.
pub fn definition_steps(dialect: &dyn Dialect, snapshot: &Snapshot, key: &Key) -> Vec<String> {
    let catalog = &snapshot.catalog;
    let (Some(object), Some(kind)) = (catalog.get(key), dialect.kind(key.kind())) else {
        return Vec::new();
    };
    match kind.create(object, &transition::inline_parts(dialect, catalog, key)) {
        Ok(steps) => steps.iter().map(|step| format!("{};", step.sql)).collect(),
        Err(error) => vec![format!("-- {error}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_back_as_it_was_written_down() {
        let key: Key = "index:public.orders.\"a.b\"".parse().unwrap();
        let statement = Statement {
            sql: "CREATE INDEX CONCURRENTLY i ON orders (id)".to_owned(),
            key: key.clone(),
            action: Action::Create,
            segment: 0,
            transaction: Transaction::Outside,
            hazards: vec![Hazard { code: HazardCode::MayFail, message: "It may.".to_owned() }],
            check: Some(Check::new("How many?", "SELECT 1")),
            because_of: Some(key.clone()),
            facets: vec!["not null".to_owned()],
            lock_timeout: Some(Duration::from_millis(1500)),
            statement_timeout: None,
            retries: 3,
            before_retry: Some("DROP INDEX CONCURRENTLY IF EXISTS i".to_owned()),
            location: Some(Location { file: "schema.sql".into(), line: 7 }),
        };
        let plan = Plan {
            dialect: "postgres".to_owned(),
            style: Style::Online,
            statements: vec![statement],
            needed: [(key.clone(), key.clone())].into(),
            refused: [(key, "because".to_owned())].into(),
            lost: vec!["All rows are gone.".to_owned()],
            undoes: true,
            ..Plan::default()
        };
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<Plan>(&json).unwrap(), plan);
        assert!(json.contains(r#""style":"online""#) && json.contains(r#""lock_timeout":1500"#), "{json}");
        assert_eq!(plan.settings(0), ["SET lock_timeout = '1500ms'"]);
    }
}
