//! Parsers of text search.

use serde::Deserialize;

use super::{
    common::{dress, qualified, redress_or_replace, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of text search parsers.
pub const KIND: Kind = Kind::of("text search parser");

/// How text search parsers are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "text search parsers",
    class: "pg_ts_parser",
    sql: include_str!("text_search_parser.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    start: String,
    token: String,
    end: String,
    types: String,
    headline: Option<String>,
}

/// What is known about text search parsers.
pub struct TextSearchParser;

impl ObjectKind for TextSearchParser {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let functions: Vec<String> = [
            ("START", Some(facets.start)),
            ("GETTOKEN", Some(facets.token)),
            ("END", Some(facets.end)),
            ("LEXTYPES", Some(facets.types)),
            ("HEADLINE", facets.headline),
        ]
        .into_iter()
        .filter_map(|(word, function)| Some(format!("{word} = {}", function?)))
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
    format!("TEXT SEARCH PARSER {}", qualified(&object.key))
}
