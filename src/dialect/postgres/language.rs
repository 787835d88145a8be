//! Languages for functions.

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of languages.
pub const KIND: Kind = Kind::of("language");

/// How languages are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "languages",
    class: "pg_language",
    sql: include_str!("language.sql"),
    grantable: Some(Grantable::Language),
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    trusted: bool,
    handler: Option<String>,
    inline: Option<String>,
    validator: Option<String>,
}

/// What is known about languages.
pub struct Language;

impl ObjectKind for Language {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let trusted = if facets.trusted { "TRUSTED " } else { "" };
        let functions: String = [("HANDLER", facets.handler), ("INLINE", facets.inline), ("VALIDATOR", facets.validator)]
            .into_iter()
            .filter_map(|(word, function)| Some(format!(" {word} {}", function?)))
            .collect();
        let sql = format!("CREATE {trusted}{}{functions}", label(object));
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(redress_or_replace(change, &label(change.to), Some(&label(change.to))))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("LANGUAGE {}", own_name(&object.key))
}
