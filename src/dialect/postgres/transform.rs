//! Transforms between types and languages.

use serde::Deserialize;

use super::{
    common::{dress, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of transforms.
pub const KIND: Kind = Kind::of("transform");

/// How transforms are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "transforms",
    class: "pg_transform",
    sql: include_str!("transform.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    #[serde(rename = "from sql")]
    from_sql: Option<String>,
    #[serde(rename = "to sql")]
    to_sql: Option<String>,
}

/// What is known about transforms.
pub struct Transform;

impl ObjectKind for Transform {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let functions: Vec<String> = [("FROM", facets.from_sql), ("TO", facets.to_sql)]
            .into_iter()
            .filter_map(|(word, function)| Some(format!("{word} SQL WITH FUNCTION {}", function?)))
            .collect();
        let sql = format!("CREATE {} ({})", label(object), functions.join(", "));
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
    format!("TRANSFORM FOR {} LANGUAGE {}", part("type"), quote::name(part("language")))
}
