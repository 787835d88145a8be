//! Access methods of tables and indexes.

use serde::Deserialize;

use super::{
    common::{dress, own_name, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of access methods.
pub const KIND: Kind = Kind::of("access method");

/// How access methods are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "access methods",
    class: "pg_am",
    sql: include_str!("access_method.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    r#type: String,
    handler: String,
}

/// What is known about access methods.
pub struct AccessMethod;

impl ObjectKind for AccessMethod {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let class = if facets.r#type == "TABLE" { "TABLE" } else { "INDEX" };
        let sql = format!("CREATE {} TYPE {class} HANDLER {}", label(object), facets.handler);
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(redress_or_replace(change, &label(change.to), None))
    }
}

fn label(object: &Object) -> String {
    format!("ACCESS METHOD {}", own_name(&object.key))
}
