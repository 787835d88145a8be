//! Event triggers.

use serde::Deserialize;

use super::{
    common::{dress, own_name, owned_by, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of event triggers.
pub const KIND: Kind = Kind::of("event trigger");

/// How event triggers are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "event triggers",
    class: "pg_event_trigger",
    sql: include_str!("event_trigger.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    event: String,
    function: Vec<String>,
    #[serde(default)]
    tags: Vec<String>,
    enabled: Option<String>,
}

/// What is known about event triggers.
pub struct EventTrigger;

impl ObjectKind for EventTrigger {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE {} ON {}", label(object), quote::name(&facets.event));
        if !facets.tags.is_empty() {
            let tags: Vec<String> = facets.tags.iter().map(|tag| quote::literal(tag)).collect();
            sql.push_str(&format!("\n    WHEN TAG IN ({})", tags.join(", ")));
        }
        sql.push_str(&format!("\n    EXECUTE FUNCTION {}()", quote::qualified(&facets.function)));
        let mut steps = vec![Step::new(sql)];
        steps.extend(facets.enabled.is_some().then(|| enabled(object, facets.enabled.as_deref())));
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&["comment", "enabled", "owner", super::security_label::FACET]) {
            return Ok(Alteration::Replace);
        }
        let mut steps = redress(change, &label(change.to), None);
        if change.touches("enabled") {
            steps.push(enabled(change.to, change.to.facets.text("enabled")));
        }
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("EVENT TRIGGER {}", own_name(&object.key))
}

fn enabled(object: &Object, state: Option<&str>) -> Step {
    let verb = match state {
        Some("DISABLE") => "DISABLE",
        Some("ENABLE REPLICA") => "ENABLE REPLICA",
        Some("ENABLE ALWAYS") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    Step::new(format!("ALTER {} {verb}", label(object)))
}
