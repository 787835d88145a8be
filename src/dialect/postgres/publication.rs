//! Publications.

use serde::Deserialize;

use super::{
    common::{dress, own_name, owned_by, redress, typed},
    expression,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of publications.
pub const KIND: Kind = Kind::of("publication");

/// How publications are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "publications",
    class: "pg_publication",
    sql: include_str!("publication.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default, rename = "all tables")]
    all_tables: bool,
    #[serde(default)]
    tables: Vec<Table>,
    #[serde(default)]
    schemas: Vec<String>,
    publish: Option<String>,
    #[serde(default, rename = "via partition root")]
    via_partition_root: bool,
    #[serde(rename = "generated columns")]
    generated_columns: Option<String>,
}

#[derive(Deserialize, PartialEq)]
struct Table {
    name: Vec<String>,
    columns: Option<Vec<String>>,
    r#where: Option<String>,
}

/// What is known about publications.
pub struct Publication;

impl ObjectKind for Publication {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE {}", label(object));
        let members = members(&facets.tables.iter().collect::<Vec<_>>(), &facets.schemas);
        if facets.all_tables {
            sql.push_str(" FOR ALL TABLES");
        } else if !members.is_empty() {
            sql.push_str(&format!(" FOR {members}"));
        }
        let options = facets.options(&Facets::plain());
        if !options.is_empty() {
            sql.push_str(&format!(" WITH ({})", options.join(", ")));
        }
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if change.touches("all tables") {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let label = label(change.to);
        let mut steps = Vec::new();
        let gone = from.tables.iter().filter(|table| !to.tables.contains(table)).map(Table::name_only);
        let left: Vec<String> = from.schemas.iter().filter(|name| !to.schemas.contains(name)).cloned().collect();
        let gone = members(&gone.collect::<Vec<_>>().iter().collect::<Vec<_>>(), &left);
        if !gone.is_empty() {
            steps.push(Step::new(format!("ALTER {label} DROP {gone}")));
        }
        let new: Vec<&Table> = to.tables.iter().filter(|table| !from.tables.contains(table)).collect();
        let joined: Vec<String> = to.schemas.iter().filter(|name| !from.schemas.contains(name)).cloned().collect();
        let new = members(&new, &joined);
        if !new.is_empty() {
            steps.push(Step::new(format!("ALTER {label} ADD {new}")));
        }
        let options = to.options(&from);
        if !options.is_empty() {
            steps.push(Step::new(format!("ALTER {label} SET ({})", options.join(", "))));
        }
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("PUBLICATION {}", own_name(&object.key))
}

/// `TABLE ONLY a (x, y) WHERE (…), ONLY b, TABLES IN SCHEMA c`, as it stands after `FOR`, `ADD` and `DROP`.
fn members(tables: &[&Table], schemas: &[String]) -> String {
    let clause = |head: &str, items: Vec<String>| (!items.is_empty()).then(|| format!("{head} {}", items.join(", ")));
    let tables = clause("TABLE", tables.iter().map(|table| table.clause()).collect());
    let schemas = clause("TABLES IN SCHEMA", schemas.iter().map(|name| quote::name(name)).collect());
    tables.into_iter().chain(schemas).collect::<Vec<_>>().join(", ")
}

/// All that a publication publishes, as it stands after `SET`; nothing where it publishes nothing,
/// or everything.
pub fn all_members(publication: &Object) -> Option<String> {
    let facets: Facets = typed(publication).ok()?;
    let members = members(&facets.tables.iter().collect::<Vec<_>>(), &facets.schemas);
    (!members.is_empty()).then_some(members)
}

impl Table {
    fn clause(&self) -> String {
        // Tables that inherit from it are listed by themselves, or not published.
        let mut sql = format!("ONLY {}", quote::qualified(&self.name));
        if let Some(columns) = &self.columns {
            let columns: Vec<String> = columns.iter().map(|name| quote::name(name)).collect();
            sql.push_str(&format!(" ({})", columns.join(", ")));
        }
        if let Some(filter) = &self.r#where {
            sql.push_str(&format!(" WHERE ({})", expression::writable(filter)));
        }
        sql
    }

    /// `DROP TABLE` takes neither columns nor filter.
    fn name_only(&self) -> Table {
        Table { name: self.name.clone(), columns: None, r#where: None }
    }
}

impl Facets {
    fn plain() -> Self {
        Facets {
            all_tables: false,
            tables: Vec::new(),
            schemas: Vec::new(),
            publish: None,
            via_partition_root: false,
            generated_columns: None,
        }
    }

    /// The options that differ from those of another state.
    fn options(&self, from: &Facets) -> Vec<String> {
        let mut options = Vec::new();
        if self.publish != from.publish {
            let publish = match self.publish.as_deref() {
                None => "insert, update, delete, truncate",
                Some("nothing") => "",
                Some(operations) => operations,
            };
            options.push(format!("publish = {}", quote::literal(publish)));
        }
        if self.via_partition_root != from.via_partition_root {
            options.push(format!("publish_via_partition_root = {}", self.via_partition_root));
        }
        if self.generated_columns != from.generated_columns {
            let columns = self.generated_columns.as_deref().unwrap_or("none");
            options.push(format!("publish_generated_columns = {}", quote::literal(columns)));
        }
        options
    }
}
