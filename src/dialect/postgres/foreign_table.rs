//! Foreign tables.

use serde::Deserialize;

use super::{
    acl::{self, Grantable, On},
    bounds,
    column,
    common::{dress, own_name, owned_by, qualified, redress, redress_columns, texts, typed},
    constraint,
    inspect::Reader,
    options,
};
use crate::{
    dialect::{Alteration, Change, Check, Hazard, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Kind, Object},
};

/// The kind of foreign tables.
pub const KIND: Kind = Kind::of("foreign table");

/// How foreign tables are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "foreign tables",
    class: "pg_class",
    sql: include_str!("foreign_table.sql"),
    grantable: Some(Grantable::Relation),
};

#[derive(Deserialize)]
struct Facets {
    server: String,
    #[serde(default)]
    inherits: Vec<Vec<String>>,
    bound: Option<String>,
}

/// What is known about foreign tables.
pub struct ForeignTable;

impl ObjectKind for ForeignTable {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let (columns, constraints): (Vec<&&Object>, Vec<&&Object>) =
            parts.iter().partition(|part| part.key.kind() == column::KIND);
        let own = columns.iter().filter(|part| column::is_own(part));
        let clauses = own
            .map(|part| column::clause(part))
            .chain(constraints.iter().map(|part| constraint::clause(part)))
            .collect::<Result<Vec<_>, _>>()?;
        let body = if clauses.is_empty() { String::new() } else { format!(" (\n    {}\n)", clauses.join(",\n    ")) };
        let mut sql = format!("CREATE {}", label(object));
        let parents: Vec<String> = facets.inherits.iter().map(|parent| quote::qualified(parent)).collect();
        match &facets.bound {
            Some(bound) => sql.push_str(&format!(" PARTITION OF {}{body} {bound}", parents.join(", "))),
            None => {
                sql.push_str(if body.is_empty() { " ()" } else { &body });
                if !parents.is_empty() {
                    sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
                }
            }
        }
        sql.push_str(&format!(" SERVER {}", quote::name(&facets.server)));
        sql.push_str(&options::clause(&texts(object, "options")));
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), Some(&grant_label(object))));
        for part in columns {
            steps.extend(column::dressing(part)?);
        }
        steps.extend(constraints.into_iter().flat_map(|part| constraint::dressing(part)));
        steps.extend(acl::change_columns(&[], &texts(object, "column grants"), On::own(&grant_label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if ["server", "inherits", "bound"].iter().any(|facet| change.touches(facet)) {
            return Ok(Alteration::Replace);
        }
        let (label, on) = (label(change.to), grant_label(change.to));
        let options = options::change(&texts(change.from, "options"), &texts(change.to, "options"));
        let mut steps = Vec::new();
        if !options.is_empty() {
            steps.push(Step::new(format!("ALTER {label}{options}")));
        }
        steps.extend(redress(change, &label, Some(&on)));
        steps.extend(redress_columns(change, &on, &steps));
        Ok(Alteration::InPlace(steps))
    }

    fn ask(&self, object: &Object, before: &Catalog, after: &Catalog) -> Option<Check> {
        bounds::ask(object, before, after)
    }

    fn beside(&self, object: &Object, before: &Catalog, after: &Catalog) -> Vec<Hazard> {
        bounds::beside_default(object, before, after)
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// The steps from one list of options of a foreign table's column to another.
pub fn column_options(column: &Object, from: &[String], to: &[String]) -> Option<Step> {
    let options = options::change(from, to);
    let sql = format!(
        "ALTER FOREIGN TABLE {} ALTER COLUMN {}{options}",
        qualified(&column.key),
        own_name(&column.key)
    );
    (!options.is_empty()).then(|| Step::new(sql))
}

fn label(object: &Object) -> String {
    format!("FOREIGN TABLE {}", qualified(&object.key))
}

fn grant_label(object: &Object) -> String {
    format!("TABLE {}", qualified(&object.key))
}
