//! Dictionaries of text search.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, owned_by, qualified, redress, typed},
    expression::split_items,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of text search dictionaries.
pub const KIND: Kind = Kind::of("text search dictionary");

/// How text search dictionaries are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "text search dictionaries",
    class: "pg_ts_dict",
    sql: include_str!("text_search_dictionary.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    template: String,
    /// As the server keeps them, which is as they are written: `language = 'english', …`.
    #[serde(default)]
    options: String,
}

/// What is known about text search dictionaries.
pub struct TextSearchDictionary;

impl ObjectKind for TextSearchDictionary {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let items: Vec<&str> = [facets.template.as_str()].into_iter().chain(items(&facets.options)).collect();
        let mut steps = vec![Step::new(format!("CREATE {} (TEMPLATE = {})", label(object), items.join(", ")))];
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&[&DRESS[..], &["options"]].concat()) {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let (old, new): (Vec<&str>, Vec<&str>) = (items(&from.options).collect(), items(&to.options).collect());
        // An option without a value is taken away.
        let gone = old.iter().map(|item| name(item)).filter(|gone| !new.iter().any(|item| name(item) == *gone));
        let changed: Vec<&str> =
            gone.chain(new.iter().copied().filter(|item| !old.contains(item))).collect();
        let mut steps = Vec::new();
        if !changed.is_empty() {
            steps.push(Step::new(format!("ALTER {} ({})", label(change.to), changed.join(", "))));
        }
        steps.extend(redress(change, &label(change.to), None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("TEXT SEARCH DICTIONARY {}", qualified(&object.key))
}

fn items(options: &str) -> impl Iterator<Item = &str> {
    split_items(options).into_iter().filter(|item| !item.is_empty())
}

fn name(item: &str) -> &str {
    item.split_once(" = ").map_or(item, |(name, _)| name)
}
