//! Triggers.

use serde::Deserialize;

use super::{
    common::{dress, own_name, qualified, redress, typed},
    expression,
    inspect::Reader,
    table,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Key, Kind, Object},
};

/// The kind of triggers.
pub const KIND: Kind = Kind::of("trigger");

/// How triggers are read.
pub const READER: Reader =
    Reader { kind: KIND, plural: "triggers", class: "pg_trigger", sql: include_str!("trigger.sql"), grantable: None };

#[derive(Deserialize)]
struct Facets {
    definition: String,
    enabled: Option<String>,
    /// Partitions in which it is enabled otherwise: schema, name, state.
    #[serde(default, rename = "enabled in partitions")]
    in_partitions: Vec<[String; 3]>,
}

/// What is known about triggers.
pub struct Trigger;

impl ObjectKind for Trigger {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![Step::new(expression::writable(&facets.definition))];
        steps.extend(facets.enabled.is_some().then(|| enabled(object, "TRIGGER", facets.enabled.as_deref())));
        steps.extend(facets.in_partitions.iter().map(|[schema, table, state]| enabled_in([schema, table], object, Some(state))));
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&["comment", "enabled", IN_PARTITIONS]) {
            return Ok(Alteration::Replace);
        }
        let mut steps = redress(change, &label(change.to), None);
        if change.touches("enabled") {
            steps.push(enabled(change.to, "TRIGGER", change.to.facets.text("enabled")));
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let named = |partition: &[String; 3]| to.in_partitions.iter().any(|other| other[..2] == partition[..2]);
        let back = from.in_partitions.iter().filter(|partition| !named(partition) && !change.touches("enabled"));
        steps.extend(back.map(|[schema, table, _]| enabled_in([schema, table], change.to, to.enabled.as_deref())));
        // The state of a partitioned table's trigger is set in its partitions too.
        let kept = |partition| from.in_partitions.contains(partition) && !change.touches("enabled");
        let states = to.in_partitions.iter().filter(|partition| !kept(partition));
        steps.extend(states.map(|[schema, table, state]| enabled_in([schema, table], change.to, Some(state))));
        Ok(Alteration::InPlace(steps))
    }
}

/// The facet that says in which partitions a trigger is enabled otherwise than in the whole table.
pub const IN_PARTITIONS: &str = "enabled in partitions";

/// The partitions that a trigger names in that facet.
pub fn partitions(object: &Object) -> Vec<Key> {
    let facets = object.facets.get(IN_PARTITIONS).and_then(|_| typed::<Facets>(object).ok());
    let partitions = facets.map(|facets| facets.in_partitions).unwrap_or_default();
    partitions.into_iter().map(|[schema, name, _]| Key::new(table::KIND, [schema, name])).collect()
}

fn label(object: &Object) -> String {
    format!("TRIGGER {} ON {}", own_name(&object.key), qualified(&object.key))
}

/// `ENABLE`, `DISABLE`, `ENABLE REPLICA` or `ENABLE ALWAYS` of a trigger or rule.
pub fn enabled(object: &Object, what: &str, state: Option<&str>) -> Step {
    let verb = verb(what, state);
    Step::new(format!("ALTER TABLE {} {verb} {}", qualified(&object.key), own_name(&object.key)))
}

/// The same for a trigger of a partitioned table in one of its partitions.
fn enabled_in(partition: [&String; 2], object: &Object, state: Option<&str>) -> Step {
    let (partition, verb) = (quote::qualified(&partition), verb("TRIGGER", state));
    Step::new(format!("ALTER TABLE {partition} {verb} {}", own_name(&object.key)))
}

fn verb(what: &str, state: Option<&str>) -> String {
    match state {
        Some("DISABLE") => format!("DISABLE {what}"),
        Some("ENABLE REPLICA") => format!("ENABLE REPLICA {what}"),
        Some("ENABLE ALWAYS") => format!("ENABLE ALWAYS {what}"),
        _ => format!("ENABLE {what}"),
    }
}
