//! Extensions.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, own_name, redress, typed},
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
    version: String,
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
        let mut steps = vec![Step::new(format!("CREATE EXTENSION IF NOT EXISTS {name}{placed}"))];
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
        if change.touches("version") {
            steps.push(Step::new(format!("ALTER {label} UPDATE TO {}", quote::literal(&facets.version))));
        }
        debug_assert!(change.facets.iter().all(|f| DRESS.contains(f) || ["schema", "version"].contains(f)));
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }
}
