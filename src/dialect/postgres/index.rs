//! Indexes.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    ask,
    common::{comment, qualified, redress, statement, typed},
    expression,
    inherited::ancestors_only_in,
    inspect::Reader,
    partition_names,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Kind, Object},
};

/// The kind of indexes.
pub const KIND: Kind = Kind::of("index");

/// How indexes are read.
pub const READER: Reader =
    Reader { kind: KIND, plural: "indexes", class: "pg_class", sql: concat!(include_str!("partition_names.sql"), include_str!("index.sql")), grantable: None };

#[derive(Deserialize)]
struct Facets {
    definition: String,
    #[serde(default)]
    unique: bool,
    tablespace: Option<String>,
    #[serde(default)]
    statistics: Map<String, Value>,
}

/// What is known about indexes.
pub struct Index;

impl ObjectKind for Index {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    /// The index of a partition may be part of one of the partitioned table, under another name.
    fn implied(&self, object: &Object, listed: &Catalog, other: &Catalog) -> bool {
        let method = |object: &Object| Some(object.facets.text("definition")?.split_once(" USING ")?.1.to_owned());
        let ancestors = object.parent.iter().flat_map(|table| ancestors_only_in(other, listed, table));
        ancestors.into_iter().any(|table| {
            let partitioned = other.get(&table).is_some_and(|table| table.facets.get("partition by").is_some());
            let of_table = other.below(&table).filter(|part| part.key.kind() == KIND && part.parent.as_ref() == Some(&table));
            partitioned && of_table.into_iter().any(|part| method(part) == method(object))
        })
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let table = object.key.path()[..2].join(".");
        // The server prints the index of a partitioned table with ONLY; made again it has to
        // reach the partitions.
        let head = |only: &str| {
            let unique = if facets.unique { "UNIQUE " } else { "" };
            format!("CREATE {unique}INDEX {} ON {only}", quote::name(object.key.name()))
        };
        let printed = statement(&facets.definition);
        let sql = match printed.strip_prefix(&head("ONLY ")) {
            Some(rest) => head("") + rest,
            None => printed.to_owned(),
        };
        let mut step = Step::new(expression::writable(&sql))
            .hazard(HazardCode::BlocksWrites, format!("Nobody can write to {table} while the index is built."));
        if facets.unique {
            step = step
                .hazard(HazardCode::MayFail, format!("Fails if rows of {table} are duplicates."))
                .check(ask::unique_index(&qualified(&object.key), printed));
        }
        let mut steps = vec![step];
        steps.extend(facets.tablespace.as_deref().map(|name| moved(object, Some(name))));
        steps.extend(statistics(object, &Map::new(), &facets.statistics));
        steps.extend(partition_names::named(object));
        steps.extend(object.facets.text("comment").map(|text| comment(&label(object), Some(text))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&["comment", "tablespace", "statistics", partition_names::FACET]) {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let mut steps = redress(change, &label(change.to), None);
        if change.touches("tablespace") {
            steps.push(moved(change.to, to.tablespace.as_deref()));
        }
        steps.extend(statistics(change.to, &from.statistics, &to.statistics));
        steps.extend(partition_names::changed(change));
        Ok(Alteration::InPlace(steps))
    }
}

fn label(object: &Object) -> String {
    format!("INDEX {}.{}", quote::name(object.key.root()), quote::name(object.key.name()))
}

/// The step that puts an index, or the one behind a constraint, into a tablespace.
pub fn moved(object: &Object, tablespace: Option<&str>) -> Step {
    let tablespace = tablespace.unwrap_or("pg_default");
    let message = format!("Nobody can use {} while the index is moved.", qualified(&object.key));
    Step::new(format!("ALTER {} SET TABLESPACE {}", label(object), quote::name(tablespace)))
        .hazard(HazardCode::BlocksReads, message)
}

fn statistics(object: &Object, from: &Map<String, Value>, to: &Map<String, Value>) -> Vec<Step> {
    let target = |column: &str, value: i64| {
        let column: u16 = column.parse().unwrap_or_default();
        Step::new(format!("ALTER {} ALTER COLUMN {column} SET STATISTICS {value}", label(object)))
    };
    let set = to.iter().filter(|(column, value)| from.get(*column) != Some(value));
    let reset = from.keys().filter(|column| !to.contains_key(*column));
    set.map(|(column, value)| target(column, value.as_i64().unwrap_or(-1)))
        .chain(reset.map(|column| target(column, -1)))
        .collect()
}
