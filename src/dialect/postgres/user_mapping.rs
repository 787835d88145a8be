//! User mappings of foreign servers, without their secrets.

use super::{common::texts, inspect::Reader, options};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Key, Kind, Object},
};

/// The kind of user mappings.
pub const KIND: Kind = Kind::of("user mapping");

/// How user mappings are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "user mappings",
    class: "pg_user_mapping",
    sql: include_str!("user_mapping.sql"),
    grantable: None,
};

/// What is known about user mappings.
pub struct UserMapping;

impl ObjectKind for UserMapping {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let options = options::clause(&texts(object, "options"));
        Ok(vec![Step::new(format!("CREATE {}{options}", label(object)))])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let options = options::change(&texts(change.from, "options"), &texts(change.to, "options"));
        Ok(Alteration::InPlace(vec![Step::new(format!("ALTER {}{options}", label(change.to)))]))
    }
}

/// The role that is mapped; nothing where everybody is.
pub fn role(key: &Key) -> Option<&str> {
    // No role can have this name.
    (key.name() != "public").then(|| key.name())
}

fn label(object: &Object) -> String {
    let user = role(&object.key).map_or_else(|| "PUBLIC".to_owned(), quote::name);
    format!("USER MAPPING FOR {user} SERVER {}", quote::name(object.key.root()))
}
