//! Triggers.

use serde::Deserialize;

use super::{
    common::{dress, own_name, qualified, redress, typed},
    expression,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
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
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&["comment", "enabled"]) {
            return Ok(Alteration::Replace);
        }
        let mut steps = redress(change, &label(change.to), None);
        if change.touches("enabled") {
            steps.push(enabled(change.to, "TRIGGER", change.to.facets.text("enabled")));
        }
        Ok(Alteration::InPlace(steps))
    }
}

fn label(object: &Object) -> String {
    format!("TRIGGER {} ON {}", own_name(&object.key), qualified(&object.key))
}

/// `ENABLE`, `DISABLE`, `ENABLE REPLICA` or `ENABLE ALWAYS` of a trigger or rule.
pub fn enabled(object: &Object, what: &str, state: Option<&str>) -> Step {
    let verb = match state {
        Some("DISABLE") => format!("DISABLE {what}"),
        Some("ENABLE REPLICA") => format!("ENABLE REPLICA {what}"),
        Some("ENABLE ALWAYS") => format!("ENABLE ALWAYS {what}"),
        _ => format!("ENABLE {what}"),
    };
    Step::new(format!("ALTER TABLE {} {verb} {}", qualified(&object.key), own_name(&object.key)))
}
