//! Schemas.

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, redress},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of schemas.
pub const KIND: Kind = Kind::of("schema");

/// How schemas are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "schemas",
    class: "pg_namespace",
    sql: include_str!("schema.sql"),
    grantable: Some(Grantable::Schema),
};

/// What is known about schemas.
pub struct Schema;

impl ObjectKind for Schema {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let name = own_name(&object.key);
        // `public` is there in every new database.
        let unless = if object.key.name() == "public" { "IF NOT EXISTS " } else { "" };
        let mut steps = vec![Step::new(format!("CREATE SCHEMA {unless}{name}"))];
        let label = label(object);
        steps.extend(dress(object, &label, Some(&label)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let drop = Step::new(format!("DROP {}", label(object)));
        Ok(vec![drop.hazard(HazardCode::ChangesAccess, format!("The schema {} is gone.", object.key.name()))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let label = label(change.to);
        let mut steps = redress(change, &label, Some(&label));
        // The owner comes first.
        if let (true, Some(owned), Some(first)) = (change.touches("owner"), owned(change.to), steps.first_mut()) {
            *first = owned;
        }
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        owned(object).into_iter().collect()
    }
}

/// Who owns `public` in a new database, as [`READER`] says it of every version.
pub const FIRST_OWNER: &str = "pg_database_owner";

/// Gives a schema to its owner. Before version 15 `public` belonged to the role that made the server.
fn owned(object: &Object) -> Option<Step> {
    let (label, owner) = (label(object), object.facets.text("owner")?);
    if object.key.name() != "public" || owner != FIRST_OWNER {
        return Some(owned_by(&label, owner));
    }
    Some(Step::new(format!(
        "DO $$BEGIN EXECUTE 'ALTER {label} OWNER TO ' || CASE WHEN current_setting('server_version_num')::integer < 150000 \
         THEN quote_ident(pg_get_userbyid(10)) ELSE '{FIRST_OWNER}' END; END$$"
    )))
}

fn label(object: &Object) -> String {
    format!("SCHEMA {}", quote::name(object.key.name()))
}
