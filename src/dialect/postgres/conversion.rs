//! Conversions between encodings.

use serde::Deserialize;

use super::{
    common::{dress, owned_by, qualified, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of conversions.
pub const KIND: Kind = Kind::of("conversion");

/// How conversions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "conversions",
    class: "pg_conversion",
    sql: include_str!("conversion.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    source: String,
    target: String,
    function: String,
    #[serde(default)]
    default: bool,
}

/// What is known about conversions.
pub struct Conversion;

impl ObjectKind for Conversion {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let default = if facets.default { "DEFAULT " } else { "" };
        let (source, target) = (quote::literal(&facets.source), quote::literal(&facets.target));
        let name = qualified(&object.key);
        let sql = format!("CREATE {default}CONVERSION {name} FOR {source} TO {target} FROM {}", facets.function);
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

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("CONVERSION {}", qualified(&object.key))
}
