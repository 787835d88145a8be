//! How a target is, component by component: one answer for programs that watch over it.

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Compared;
use crate::{
    diff::{Status, matches},
    model::{Key, Snapshot},
};

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it has to be.
    Pass,
    /// Worth a look.
    Warn,
    /// Not as it has to be.
    Fail,
}

/// One component and what is known about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// How it is.
    pub status: State,
    /// What is known.
    #[serde(flatten)]
    pub detail: Map<String, Value>,
}

/// How a target is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The target.
    pub target: String,
    /// The worst of its components.
    pub status: State,
    /// When it was looked at, in seconds since 1970-01-01 UTC.
    pub checked_at: u64,
    /// The components, by name.
    pub components: IndexMap<&'static str, Component>,
}

/// What there is to judge by.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The target's name.
    pub target: &'a str,
    /// How long the server took to let us in, in milliseconds; or why it did not.
    pub answered: Result<u64, &'a str>,
    /// What was read; or why nothing was.
    pub read: Result<&'a Compared, &'a str>,
    /// What it was compared with; without it there is no drift.
    pub canonical: Option<&'a Snapshot>,
    /// Patterns of objects that have to be there.
    pub required: &'a [String],
    /// What drift makes of the answer.
    pub drift: State,
    /// How the migrations of a folder stand there, or why nobody knows; nothing where there is no
    /// folder to hold them against.
    pub migrations: Option<Result<&'a Migrations, &'a str>>,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: u64,
}

/// How the migrations of a folder stand at a target.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Migrations {
    /// How many were applied as their files are.
    pub applied: usize,
    /// Versions that wait.
    pub pending: Vec<String>,
    /// Versions that wait although newer ones were applied.
    pub out_of_order: Vec<String>,
    /// Versions that do not fit the history, each with how.
    pub misfits: Vec<String>,
}

impl Health {
    /// Judges what was seen.
    pub fn of(look: &Look<'_>) -> Health {
        let mut components = IndexMap::new();
        components.insert("connectivity", connectivity(look));
        if let Ok(compared) = look.read {
            let required = required(look, compared);
            components.insert("tables", present(compared, required.iter().filter(|key| is_table(key))));
            components.insert("functions", present(compared, required.iter().filter(|key| is_routine(key))));
            let other = |key: &&Key| !is_table(key) && !is_routine(key);
            if required.iter().any(|key| other(&key)) {
                components.insert("other", present(compared, required.iter().filter(other)));
            }
            for pattern in look.required {
                if !compared.snapshot.catalog.keys().any(|key| matches(pattern, key)) {
                    let detail = Map::from_iter([("pattern".to_owned(), json!(pattern))]);
                    components.insert("required", Component { status: State::Fail, detail });
                }
            }
            if let Some(canonical) = look.canonical {
                components.insert("row_security", row_security(canonical, compared));
                components.insert("drift", drift(compared, look.drift));
            }
            if let Some(found) = look.migrations {
                components.insert("migrations", migrations(found));
            }
            let age = look.now.saturating_sub(compared.snapshot.taken_at);
            components.insert("age", component(State::Pass, json!({ "seconds": age })));
        }
        let status = components.values().map(|component| component.status).max().unwrap_or(State::Fail);
        Health { target: look.target.to_owned(), status, checked_at: look.now, components }
    }
}

/// The answer about all targets.
pub fn answer(targets: &[Health]) -> Value {
    let status = targets.iter().map(|health| health.status).max().unwrap_or(State::Pass);
    json!({ "status": status, "targets": targets })
}

fn component(status: State, detail: Value) -> Component {
    let detail = if let Value::Object(detail) = detail { detail } else { Map::new() };
    Component { status, detail }
}

fn connectivity(look: &Look<'_>) -> Component {
    let failure = look.answered.err().or(look.read.err());
    let mut known = json!({});
    if let Ok(millis) = look.answered {
        known["response_ms"] = json!(millis);
    }
    if let Ok(compared) = look.read {
        known["server_version"] = json!(compared.snapshot.server_version);
        known["role"] = json!(compared.snapshot.role);
        known["unreadable_objects"] = json!(compared.snapshot.unknown.len());
    }
    match failure {
        Some(error) => {
            known["error"] = json!(error);
            component(State::Fail, known)
        }
        None => component(State::Pass, known),
    }
}

fn is_table(key: &Key) -> bool {
    matches!(key.kind().name(), "table" | "view" | "materialized view" | "foreign table")
}

fn is_routine(key: &Key) -> bool {
    matches!(key.kind().name(), "function" | "procedure" | "aggregate")
}

/// What has to be there: what the configuration says, or else what canonical has.
fn required(look: &Look<'_>, compared: &Compared) -> Vec<Key> {
    if !look.required.is_empty() {
        let known = look.canonical.into_iter().flat_map(|canonical| canonical.catalog.keys());
        let all = known.chain(compared.snapshot.catalog.keys());
        let wanted = all.filter(|key| look.required.iter().any(|pattern| matches(pattern, key)));
        let wanted: std::collections::BTreeSet<&Key> = wanted.collect();
        return wanted.into_iter().cloned().collect();
    }
    let canonical = look.canonical.into_iter().flat_map(|canonical| canonical.catalog.keys());
    canonical.filter(|key| is_table(key) || is_routine(key)).cloned().collect()
}

/// Whether objects are there. Those that rules or a baseline excuse do not count.
fn present<'a>(compared: &Compared, required: impl Iterator<Item = &'a Key>) -> Component {
    let required: Vec<&Key> = required.collect();
    let is_missing = |key: &&&Key| {
        let there = compared.snapshot.catalog.contains(key) || compared.snapshot.unknown.contains_key(**key);
        !there && compared.drift.status(key) != Status::Same
    };
    let missing: Vec<String> = required.iter().filter(is_missing).map(ToString::to_string).collect();
    let status = if missing.is_empty() { State::Pass } else { State::Fail };
    component(status, json!({ "required": required.len(), "missing": missing }))
}

/// Whether tables that canonical protects are protected, by the same policies.
fn row_security(canonical: &Snapshot, compared: &Compared) -> Component {
    let protected: Vec<_> =
        canonical.catalog.iter().filter(|object| object.facets.flag("row security")).collect();
    let count = protected.len();
    let open = protected.into_iter().filter(|object| {
        let live = compared.snapshot.catalog.get(&object.key);
        live.is_some_and(|live| !live.facets.flag("row security"))
            && compared.drift.status(&object.key) == Status::Changed
    });
    let open: Vec<String> = open.map(|object| object.key.to_string()).collect();
    let policies = compared.drift.open().filter(|(key, _)| key.kind().name() == "policy");
    let policies: Vec<String> = policies.map(|(key, it)| format!("{key}: {}", it.status.word())).collect();
    let status = if open.is_empty() && policies.is_empty() { State::Pass } else { State::Fail };
    component(status, json!({ "protected": count, "unprotected": open, "policies": policies }))
}

/// What does not fit fails; what waits is worth a look, since a deployment may be going on.
fn migrations(found: Result<&Migrations, &str>) -> Component {
    match found {
        Ok(found) => {
            let waits = !found.pending.is_empty() || !found.out_of_order.is_empty();
            let status = match (found.misfits.is_empty(), waits) {
                (false, _) => State::Fail,
                (true, true) => State::Warn,
                (true, false) => State::Pass,
            };
            component(status, json!(found))
        }
        Err(problem) => component(State::Fail, json!({ "error": problem })),
    }
}

fn drift(compared: &Compared, gravity: State) -> Component {
    let count = |status| compared.drift.count(status);
    let detail = json!({
        "differences": compared.drift.open().count(),
        "missing": count(Status::Missing),
        "changed": count(Status::Changed),
        "extra": count(Status::Extra),
        "unknown": count(Status::Unknown),
        "hidden_by_rules": compared.drift.hidden,
        "fingerprint": compared.snapshot.catalog.fingerprint().to_string(),
    });
    component(if compared.drift.is_empty() { State::Pass } else { gravity }, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diff::{Rules, compare},
        model::{Facets, Kind, Object},
    };

    fn table(name: &str, row_security: bool) -> Object {
        let mut facets = Facets::default();
        facets.set("row security", row_security);
        Object::new(Key::new(Kind::of("table"), ["public", name]), None, facets)
    }

    fn snapshot(objects: Vec<Object>) -> Snapshot {
        Snapshot {
            catalog: objects.into_iter().collect(),
            taken_at: 100,
            complete: true,
            ..Snapshot::default()
        }
    }

    fn compared(canonical: &Snapshot, live: Snapshot) -> Compared {
        let changed = |_: &Object, _: &Object| vec!["row security".to_owned()];
        let drift = compare(canonical, &live, &Rules::default(), &changed);
        Compared { snapshot: live, drift }
    }

    fn health(canonical: Option<&Snapshot>, compared: &Compared, required: &[String]) -> Health {
        Health::of(&Look {
            target: "prod",
            answered: Ok(3),
            read: Ok(compared),
            canonical,
            required,
            drift: State::Warn,
            migrations: None,
            now: 130,
        })
    }

    #[test]
    fn a_target_like_canonical_passes() {
        let canonical = snapshot(vec![table("a", true)]);
        let health = health(Some(&canonical), &compared(&canonical, canonical.clone()), &[]);
        assert_eq!(health.status, State::Pass);
        assert_eq!(health.components["age"].detail["seconds"], 30);
        assert_eq!(health.components["connectivity"].detail["response_ms"], 3);
        let names: Vec<&str> = health.components.keys().copied().collect();
        assert_eq!(names, ["connectivity", "tables", "functions", "row_security", "drift", "age"]);
    }

    #[test]
    fn a_missing_table_and_lost_row_security_fail_and_other_drift_warns() {
        let canonical = snapshot(vec![table("a", true), table("b", false)]);
        let live = compared(&canonical, snapshot(vec![table("a", false)]));
        let worse = health(Some(&canonical), &live, &[]);
        assert_eq!(worse.status, State::Fail);
        assert_eq!(worse.components["tables"].detail["missing"], json!(["table:public.b"]));
        assert_eq!(worse.components["row_security"].detail["unprotected"], json!(["table:public.a"]));
        let extra =
            compared(&canonical, snapshot(vec![table("a", true), table("b", false), table("c", false)]));
        let drifted = health(Some(&canonical), &extra, &[]);
        assert_eq!((drifted.status, drifted.components["drift"].status), (State::Warn, State::Warn));
    }

    #[test]
    fn what_is_required_by_name_counts_without_a_canonical_schema() {
        let live = snapshot(vec![table("a", false)]);
        let compared = Compared { snapshot: live, drift: Default::default() };
        let there = health(None, &compared, &["table:public.a".to_owned()]);
        assert_eq!(there.status, State::Pass);
        let missing = health(None, &compared, &["table:public.z".to_owned()]);
        assert_eq!(missing.status, State::Fail);
        assert_eq!(missing.components["required"].detail["pattern"], "table:public.z");
    }

    #[test]
    fn a_target_without_an_answer_fails_and_says_why() {
        let look = Look {
            target: "prod",
            answered: Err("nobody listens"),
            read: Err("nobody listens"),
            canonical: None,
            required: &[],
            drift: State::Warn,
            migrations: None,
            now: 1,
        };
        let health = Health::of(&look);
        assert_eq!(health.status, State::Fail);
        assert_eq!(health.components["connectivity"].detail["error"], "nobody listens");
        assert_eq!(answer(&[health])["status"], "fail");
    }
}
