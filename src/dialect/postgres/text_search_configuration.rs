//! Configurations of text search.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, owned_by, qualified, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of text search configurations.
pub const KIND: Kind = Kind::of("text search configuration");

/// How text search configurations are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "text search configurations",
    class: "pg_ts_config",
    sql: include_str!("text_search_configuration.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    parser: String,
    #[serde(default)]
    mappings: Vec<Mapping>,
}

/// A type of token, and the dictionaries that look at it, in order.
#[derive(Deserialize, PartialEq)]
struct Mapping(String, Vec<String>);

/// What is known about text search configurations.
pub struct TextSearchConfiguration;

impl ObjectKind for TextSearchConfiguration {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![Step::new(format!("CREATE {} (PARSER = {})", label(object), facets.parser))];
        steps.extend(remap(object, &[], &facets.mappings));
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&[&DRESS[..], &["mappings"]].concat()) {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let mut steps = remap(change.to, &from.mappings, &to.mappings);
        steps.extend(redress(change, &label(change.to), None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("TEXT SEARCH CONFIGURATION {}", qualified(&object.key))
}

fn remap(object: &Object, from: &[Mapping], to: &[Mapping]) -> Vec<Step> {
    let had = |token: &str| from.iter().any(|mapping| mapping.0 == token);
    let kept = |token: &str| to.iter().any(|mapping| mapping.0 == token);
    let alter = |verb: &str, token: &str, tail: &str| {
        Step::new(format!("ALTER {} {verb} MAPPING FOR {}{tail}", label(object), quote::name(token)))
    };
    let gone = from.iter().filter(|mapping| !kept(&mapping.0)).map(|mapping| alter("DROP", &mapping.0, ""));
    let new = to.iter().filter(|mapping| !from.contains(mapping)).map(|mapping| {
        let verb = if had(&mapping.0) { "ALTER" } else { "ADD" };
        alter(verb, &mapping.0, &format!(" WITH {}", mapping.1.join(", ")))
    });
    gone.chain(new).collect()
}
