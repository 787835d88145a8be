//! Collations.

use serde::Deserialize;

use super::{
    common::{dress, owned_by, qualified, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of collations.
pub const KIND: Kind = Kind::of("collation");

/// How collations are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "collations",
    class: "pg_collation",
    sql: include_str!("collation.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    provider: String,
    locale: Option<String>,
    collate: Option<String>,
    ctype: Option<String>,
    rules: Option<String>,
    #[serde(default)]
    nondeterministic: bool,
}

/// What is known about collations.
pub struct Collation;

impl ObjectKind for Collation {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let options: Vec<String> = [
            ("PROVIDER", Some(quote::name(&facets.provider))),
            ("LOCALE", facets.locale.as_deref().map(quote::literal)),
            ("LC_COLLATE", facets.collate.as_deref().map(quote::literal)),
            ("LC_CTYPE", facets.ctype.as_deref().map(quote::literal)),
            ("RULES", facets.rules.as_deref().map(quote::literal)),
            ("DETERMINISTIC", facets.nondeterministic.then(|| "false".to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} = {}", value?)))
        .collect();
        let mut steps = vec![Step::new(format!("CREATE {} ({})", label(object), options.join(", ")))];
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
    format!("COLLATION {}", qualified(&object.key))
}
