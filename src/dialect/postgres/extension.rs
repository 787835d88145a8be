//! Extensions.

use serde::Deserialize;

use super::{
    common::{dress, own_name, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of extensions.
pub const KIND: Kind = Kind::of("extension");

/// How extensions are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "extensions",
    class: "pg_extension",
    sql: include_str!("extension.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    schema: String,
    version: Option<String>,
}

/// What is known about extensions.
pub struct Extension;

impl ObjectKind for Extension {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let (name, schema) = (own_name(&object.key), quote::name(&facets.schema));
        // Extensions with a schema of their own (`pg_catalog` for some) refuse another one.
        let placed = if facets.schema == "pg_catalog" { String::new() } else { format!(" WITH SCHEMA {schema}") };
        let version = facets.version.map_or(String::new(), |version| format!(" VERSION {}", quote::literal(&version)));
        let with = if placed.is_empty() && !version.is_empty() { " WITH" } else { "" };
        let mut steps = vec![Step::new(format!("CREATE EXTENSION IF NOT EXISTS {name}{with}{placed}{version}"))];
        // An extension brings a comment of its own; only another one has to be written.
        steps.extend(dress(object, &format!("EXTENSION {name}"), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let name = own_name(&object.key);
        let message = format!("Everything that belongs to the extension {} is gone.", object.key.name());
        Ok(vec![Step::new(format!("DROP EXTENSION {name}")).hazard(HazardCode::LosesData, message)])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let facets: Facets = typed(change.to)?;
        let label = format!("EXTENSION {}", own_name(&change.to.key));
        let mut steps = Vec::new();
        if change.touches("schema") {
            steps.push(Step::new(format!("ALTER {label} SET SCHEMA {}", quote::name(&facets.schema))));
        }
        if let (true, Some(version)) = (change.touches("version"), &facets.version) {
            steps.push(Step::new(format!("ALTER {label} UPDATE TO {}", quote::literal(version))));
        }
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }
}
