//! Rewrite rules.

use serde::Deserialize;

use super::{
    common::{dress, own_name, qualified, redress, statement, typed},
    expression,
    inspect::Reader,
    trigger::enabled,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of rules.
pub const KIND: Kind = Kind::of("rule");

/// How rules are read.
pub const READER: Reader =
    Reader { kind: KIND, plural: "rules", class: "pg_rewrite", sql: include_str!("rule.sql"), grantable: None };

#[derive(Deserialize)]
struct Facets {
    definition: String,
    enabled: Option<String>,
}

/// What is known about rules.
pub struct Rule;

impl ObjectKind for Rule {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![Step::new(expression::writable(statement(&facets.definition)))];
        steps.extend(facets.enabled.is_some().then(|| enabled(object, "RULE", facets.enabled.as_deref())));
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
            steps.push(enabled(change.to, "RULE", change.to.facets.text("enabled")));
        }
        Ok(Alteration::InPlace(steps))
    }
}

fn label(object: &Object) -> String {
    format!("RULE {} ON {}", own_name(&object.key), qualified(&object.key))
}
