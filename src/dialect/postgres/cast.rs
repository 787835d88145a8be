//! Casts.

use serde::Deserialize;

use super::{
    common::{dress, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of casts.
pub const KIND: Kind = Kind::of("cast");

/// How casts are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "casts",
    class: "pg_cast",
    sql: include_str!("cast.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    source: String,
    target: String,
    function: Option<String>,
    method: Option<String>,
    context: Option<String>,
}

/// What is known about casts.
pub struct Cast;

impl ObjectKind for Cast {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let how = match (&facets.function, facets.method.as_deref()) {
            (Some(function), _) => format!("WITH FUNCTION {function}"),
            (None, Some("INOUT")) => "WITH INOUT".to_owned(),
            (None, _) => "WITHOUT FUNCTION".to_owned(),
        };
        let context = match facets.context.as_deref() {
            Some("ASSIGNMENT") => " AS ASSIGNMENT",
            Some("IMPLICIT") => " AS IMPLICIT",
            _ => "",
        };
        let sql = format!("CREATE CAST ({} AS {}) {how}{context}", facets.source, facets.target);
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
    let part = |facet| object.facets.text(facet).unwrap_or_default();
    format!("CAST ({} AS {})", part("source"), part("target"))
}
