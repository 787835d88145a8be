//! Views.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    acl::{self, Grantable, On},
    common::{comment, dress, owned_by, qualified, redress, redress_columns, statement, texts, typed, with},
    expression,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of views.
pub const KIND: Kind = Kind::of("view");

/// How views are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "views",
    class: "pg_class",
    sql: include_str!("view.sql"),
    grantable: Some(Grantable::Relation),
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    columns: Vec<(String, String)>,
    definition: String,
    #[serde(default, rename = "column defaults")]
    defaults: Map<String, Value>,
    #[serde(default, rename = "column comments")]
    comments: Map<String, Value>,
}

/// What is known about views.
pub struct View;

impl ObjectKind for View {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut steps = vec![define("CREATE VIEW", object, &facets)];
        steps.extend(column_defaults(object, &Map::new(), &facets.defaults));
        steps.extend(dress(object, &label(object), Some(&grant_label(object))));
        steps.extend(acl::change_columns(&[], &texts(object, "column grants"), On::own(&grant_label(object))));
        steps.extend(column_comments(object, &Map::new(), &facets.comments));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let mut steps = Vec::new();
        if change.touches("definition") || change.touches("columns") {
            // `CREATE OR REPLACE VIEW` can only add columns at the end.
            if !to.columns.starts_with(&from.columns) {
                return Ok(Alteration::Replace);
            }
            steps.push(define("CREATE OR REPLACE VIEW", change.to, &to));
        } else if change.touches("options") {
            let alter = format!("ALTER {}", label(change.to));
            steps.extend(super::common::change_options(&alter, &texts(change.from, "options"), &texts(change.to, "options")));
        }
        steps.extend(column_defaults(change.to, &from.defaults, &to.defaults));
        steps.extend(redress(change, &label(change.to), Some(&grant_label(change.to))));
        steps.extend(redress_columns(change, &grant_label(change.to), &steps));
        steps.extend(column_comments(change.to, &from.comments, &to.comments));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("VIEW {}", qualified(&object.key))
}

fn grant_label(object: &Object) -> String {
    format!("TABLE {}", qualified(&object.key))
}

fn define(verb: &str, object: &Object, facets: &Facets) -> Step {
    let options = with(&texts(object, "options"));
    let query = expression::writable(statement(&facets.definition));
    Step::new(format!("{verb} {}{options} AS\n{query}", qualified(&object.key)))
}

fn column_defaults(object: &Object, from: &Map<String, Value>, to: &Map<String, Value>) -> Vec<Step> {
    let alter = |column: &str, what: String| {
        Step::new(format!("ALTER {} ALTER COLUMN {} {what}", label(object), quote::name(column)))
    };
    let gone = from.keys().filter(|column| !to.contains_key(*column));
    let new = to.iter().filter(|(column, value)| from.get(*column) != Some(value));
    gone.map(|column| alter(column, "DROP DEFAULT".to_owned()))
        .chain(new.filter_map(|(column, value)| Some(alter(column, format!("SET DEFAULT {}", value.as_str()?)))))
        .collect()
}

/// Comments on the columns of a view or materialized view.
pub fn column_comments(object: &Object, from: &Map<String, Value>, to: &Map<String, Value>) -> Vec<Step> {
    let on = |column: &str| format!("COLUMN {}.{}", qualified(&object.key), quote::name(column));
    let gone = from.keys().filter(|column| !to.contains_key(*column));
    let new = to.iter().filter(|(column, text)| from.get(*column) != Some(text));
    gone.map(|column| comment(&on(column), None))
        .chain(new.map(|(column, text)| comment(&on(column), text.as_str())))
        .collect()
}
