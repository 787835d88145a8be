//! Extended statistics.

use serde::Deserialize;

use super::{
    common::{dress, owned_by, qualified, redress, typed},
    expression,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of extended statistics.
pub const KIND: Kind = Kind::of("statistics");

/// How extended statistics are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "statistics objects",
    class: "pg_statistic_ext",
    sql: include_str!("statistics.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    definition: String,
    target: Option<i64>,
}

/// What is known about extended statistics.
pub struct Statistics;

impl ObjectKind for Statistics {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![Step::new(expression::writable(&facets.definition))];
        steps.extend(facets.target.map(|_| target(object, facets.target)));
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&["comment", "target", "owner"]) {
            return Ok(Alteration::Replace);
        }
        let to: Facets = typed(change.to)?;
        let mut steps = redress(change, &label(change.to), None);
        if change.touches("target") {
            steps.push(target(change.to, to.target));
        }
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("STATISTICS {}", qualified(&object.key))
}

fn target(object: &Object, target: Option<i64>) -> Step {
    Step::new(format!("ALTER {} SET STATISTICS {}", label(object), target.unwrap_or(-1)))
}
