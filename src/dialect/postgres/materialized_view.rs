//! Materialized views.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    acl::{self, Grantable, On},
    common::{DRESS, change_options, dress, owned_by, qualified, redress, redress_columns, statement, texts, typed, with},
    column::{compression, usual_storage},
    expression,
    inspect::Reader,
    view::column_comments,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of materialized views.
pub const KIND: Kind = Kind::of("materialized view");

/// How materialized views are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "materialized views",
    class: "pg_class",
    sql: include_str!("materialized_view.sql"),
    grantable: Some(Grantable::Relation),
};

#[derive(Default, Deserialize)]
struct Facets {
    #[serde(default)]
    columns: Vec<(String, String)>,
    definition: String,
    #[serde(rename = "access method")]
    access_method: Option<String>,
    tablespace: Option<String>,
    #[serde(rename = "clustered on")]
    clustered_on: Option<String>,
    #[serde(default, rename = "column comments")]
    comments: Map<String, Value>,
    #[serde(default, rename = "column statistics")]
    statistics: Map<String, Value>,
    #[serde(default, rename = "column storage")]
    storage: Map<String, Value>,
    #[serde(default, rename = "column compression")]
    compression: Map<String, Value>,
    #[serde(default, rename = "column options")]
    options: BTreeMap<String, Vec<String>>,
}

/// What is known about materialized views.
pub struct MaterializedView;

impl ObjectKind for MaterializedView {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE {}", label(object));
        if let Some(method) = &facets.access_method {
            sql.push_str(&format!(" USING {}", quote::name(method)));
        }
        sql.push_str(&with(&[texts(object, "options"), texts(object, "toast options")].concat()));
        if let Some(tablespace) = &facets.tablespace {
            sql.push_str(&format!(" TABLESPACE {}", quote::name(tablespace)));
        }
        sql.push_str(&format!(" AS\n{}", expression::writable(statement(&facets.definition))));
        let mut steps = vec![Step::new(sql)];
        steps.extend(facets.clustered_on.as_deref().map(|index| clustered_on(object, Some(index))));
        steps.extend(columns(object, &Facets::default(), &facets));
        steps.extend(dress(object, &label(object), Some(&grant_label(object))));
        steps.extend(acl::change_columns(&[], &texts(object, "column grants"), On::own(&grant_label(object))));
        steps.extend(column_comments(object, &Map::new(), &facets.comments));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let of_columns =
            ["column grants", "column comments", "column statistics", "column storage", "column compression", "column options"];
        let in_place = [&["options", "toast options", "tablespace", "clustered on"], &of_columns[..]].concat();
        if !change.only(&[&DRESS[..], &in_place[..]].concat()) {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let label = label(change.to);
        let options = ["options", "toast options"].into_iter();
        let change_of = |facet| change_options(&format!("ALTER {label}"), &texts(change.from, facet), &texts(change.to, facet));
        let mut steps: Vec<Step> = options.flat_map(change_of).collect();
        if change.touches("tablespace") {
            let tablespace = to.tablespace.as_deref().map_or_else(|| "pg_default".to_owned(), quote::name);
            let message = format!("Nobody can use {} meanwhile.", change.to.key.dotted());
            let step = Step::new(format!("ALTER {label} SET TABLESPACE {tablespace}"));
            let rewritten = format!("Every row of {} is written anew.", change.to.key.dotted());
            steps.push(step.hazard(HazardCode::RewritesTable, rewritten).hazard(HazardCode::BlocksReads, message));
        }
        if change.touches("clustered on") {
            steps.push(clustered_on(change.to, to.clustered_on.as_deref()));
        }
        steps.extend(columns(change.to, &from, &to));
        steps.extend(redress(change, &label, Some(&grant_label(change.to))));
        steps.extend(redress_columns(change, &grant_label(change.to), &steps));
        steps.extend(column_comments(change.to, &from.comments, &to.comments));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("MATERIALIZED VIEW {}", qualified(&object.key))
}

fn grant_label(object: &Object) -> String {
    format!("TABLE {}", qualified(&object.key))
}

fn clustered_on(object: &Object, index: Option<&str>) -> Step {
    let what = index.map_or_else(|| "SET WITHOUT CLUSTER".to_owned(), |index| format!("CLUSTER ON {}", quote::name(index)));
    Step::new(format!("ALTER {} {what}", label(object)))
}

fn columns(object: &Object, from: &Facets, to: &Facets) -> Vec<Step> {
    let alter = |column: &str, what: String| {
        Step::new(format!("ALTER {} ALTER COLUMN {} SET {what}", label(object), quote::name(column)))
    };
    let mut steps = Vec::new();
    for (column, target) in to.statistics.iter().filter(|(column, target)| from.statistics.get(*column) != Some(target)) {
        steps.push(alter(column, format!("STATISTICS {}", target.as_i64().unwrap_or(-1))));
    }
    for column in from.statistics.keys().filter(|column| !to.statistics.contains_key(*column)) {
        steps.push(alter(column, "STATISTICS -1".to_owned()));
    }
    for (column, storage) in to.storage.iter().filter(|(column, storage)| from.storage.get(*column) != Some(storage)) {
        let word = ["PLAIN", "EXTERNAL", "MAIN", "EXTENDED"].into_iter().find(|word| storage.as_str() == Some(word));
        steps.extend(word.map(|word| alter(column, format!("STORAGE {word}"))));
    }
    let types = to.columns.iter().filter(|(name, _)| from.storage.contains_key(name) && !to.storage.contains_key(name));
    steps.extend(types.map(|(name, r#type)| alter(name, format!("STORAGE {}", usual_storage(r#type)))));
    let compressed = to.compression.iter().filter(|(column, method)| from.compression.get(*column) != Some(method));
    steps.extend(compressed.map(|(column, method)| alter(column, format!("COMPRESSION {}", compression(method.as_str().unwrap_or_default())))));
    let usual = from.compression.keys().filter(|column| !to.compression.contains_key(*column));
    steps.extend(usual.map(|column| alter(column, "COMPRESSION default".to_owned())));
    let with_options: BTreeSet<&String> = from.options.keys().chain(to.options.keys()).collect();
    for column in with_options {
        let of = |side: &Facets| side.options.get(column).cloned().unwrap_or_default();
        let head = format!("ALTER {} ALTER COLUMN {}", label(object), quote::name(column));
        steps.extend(change_options(&head, &of(from), &of(to)));
    }
    steps
}
