//! Foreign servers.

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, redress, texts, typed},
    inspect::Reader,
    options,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of foreign servers.
pub const KIND: Kind = Kind::of("foreign server");

/// How foreign servers are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "foreign servers",
    class: "pg_foreign_server",
    sql: include_str!("foreign_server.sql"),
    grantable: Some(Grantable::Foreign),
};

#[derive(Deserialize)]
struct Facets {
    wrapper: String,
    r#type: Option<String>,
    // `version` alone is that of an extension.
    #[serde(rename = "server version")]
    version: Option<String>,
}

/// What is known about foreign servers.
pub struct ForeignServer;

impl ObjectKind for ForeignServer {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE {}", label(object));
        if let Some(kind) = &facets.r#type {
            sql.push_str(&format!(" TYPE {}", quote::literal(kind)));
        }
        if let Some(version) = &facets.version {
            sql.push_str(&format!(" VERSION {}", quote::literal(version)));
        }
        sql.push_str(&format!(" FOREIGN DATA WRAPPER {}", quote::name(&facets.wrapper)));
        sql.push_str(&options::clause(&texts(object, "options")));
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), Some(&grant_label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if change.touches("wrapper") || change.touches("type") {
            return Ok(Alteration::Replace);
        }
        let to: Facets = typed(change.to)?;
        let mut clauses = String::new();
        if change.touches("server version") {
            let version = to.version.as_deref().map_or_else(|| "NULL".to_owned(), quote::literal);
            clauses.push_str(&format!(" VERSION {version}"));
        }
        clauses.push_str(&options::change(&texts(change.from, "options"), &texts(change.to, "options")));
        let mut steps = Vec::new();
        if !clauses.is_empty() {
            steps.push(Step::new(format!("ALTER {}{clauses}", label(change.to))));
        }
        steps.extend(redress(change, &label(change.to), Some(&grant_label(change.to))));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("SERVER {}", own_name(&object.key))
}

fn grant_label(object: &Object) -> String {
    format!("FOREIGN SERVER {}", own_name(&object.key))
}
