//! Foreign-data wrappers.

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, redress, texts, typed},
    inspect::Reader,
    options,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable},
    model::{Kind, Object},
};

/// The kind of foreign-data wrappers.
pub const KIND: Kind = Kind::of("foreign-data wrapper");

/// How foreign-data wrappers are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "foreign-data wrappers",
    class: "pg_foreign_data_wrapper",
    sql: include_str!("foreign_data_wrapper.sql"),
    grantable: Some(Grantable::Foreign),
};

#[derive(Deserialize)]
struct Facets {
    handler: Option<String>,
    validator: Option<String>,
}

/// What is known about foreign-data wrappers.
pub struct ForeignDataWrapper;

impl ObjectKind for ForeignDataWrapper {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let functions: String = [("HANDLER", facets.handler), ("VALIDATOR", facets.validator)]
            .into_iter()
            .filter_map(|(word, function)| Some(format!(" {word} {}", function?)))
            .collect();
        let options = options::clause(&texts(object, "options"));
        let mut steps = vec![Step::new(format!("CREATE {}{functions}{options}", label(object)))];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let to: Facets = typed(change.to)?;
        let label = label(change.to);
        let mut clauses = String::new();
        for (facet, word, function) in
            [("handler", "HANDLER", to.handler), ("validator", "VALIDATOR", to.validator)]
        {
            if change.touches(facet) {
                clauses.push_str(&function.map_or_else(|| format!(" NO {word}"), |name| format!(" {word} {name}")));
            }
        }
        clauses.push_str(&options::change(&texts(change.from, "options"), &texts(change.to, "options")));
        let mut steps = Vec::new();
        if !clauses.is_empty() {
            steps.push(Step::new(format!("ALTER {label}{clauses}")));
        }
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("FOREIGN DATA WRAPPER {}", own_name(&object.key))
}
