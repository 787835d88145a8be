//! Templates of text search dictionaries.

use serde::Deserialize;

use super::{
    common::{dress, qualified, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of text search templates.
pub const KIND: Kind = Kind::of("text search template");

/// How text search templates are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "text search templates",
    class: "pg_ts_template",
    sql: include_str!("text_search_template.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    init: Option<String>,
    lexize: String,
}

/// What is known about text search templates.
pub struct TextSearchTemplate;

impl ObjectKind for TextSearchTemplate {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let init = facets.init.map_or(String::new(), |function| format!("INIT = {function}, "));
        let sql = format!("CREATE {} ({init}LEXIZE = {})", label(object), facets.lexize);
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
    format!("TEXT SEARCH TEMPLATE {}", qualified(&object.key))
}
