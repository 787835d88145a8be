//! Functions, window functions among them.

use super::{
    acl::Grantable,
    common::{DRESS, dress, owned_by, redress, routine, typed},
    inspect::Reader,
    routine::{Routine, same_call},
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of functions.
pub const KIND: Kind = Kind::of("function");

/// How functions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "functions",
    class: "pg_proc",
    sql: include_str!("function.sql"),
    grantable: Some(Grantable::Routine),
};

/// What is known about functions.
pub struct Function;

impl ObjectKind for Function {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Routine = typed(object)?;
        let mut steps = vec![Step::new(facets.define("CREATE FUNCTION", object))];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Routine, Routine) = (typed(change.from)?, typed(change.to)?);
        if !same_call(&from, &to) {
            return Ok(Alteration::Replace);
        }
        let mut steps = Vec::new();
        if !change.only(&DRESS) {
            steps.push(Step::new(to.define("CREATE OR REPLACE FUNCTION", change.to)));
        }
        steps.extend(redress(change, &label(change.to), Some(&label(change.to))));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("FUNCTION {}", routine(&object.key))
}
