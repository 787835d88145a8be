//! Operator classes.

use serde::Deserialize;

use super::{
    common::{dress, owned_by, redress_or_replace, typed},
    inspect::Reader,
    operator_family::{Member, label},
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of operator classes.
pub const KIND: Kind = Kind::of("operator class");

/// How operator classes are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "operator classes",
    class: "pg_opclass",
    sql: include_str!("operator_class.sql"),
    grantable: None,
};

const HEAD: &str = "OPERATOR CLASS";

#[derive(Deserialize)]
struct Facets {
    name: String,
    method: String,
    r#type: String,
    #[serde(default)]
    default: bool,
    family: String,
    storage: Option<String>,
    #[serde(default)]
    members: Vec<Member>,
}

/// What is known about operator classes.
pub struct OperatorClass;

impl ObjectKind for OperatorClass {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut items: Vec<String> = facets.storage.iter().map(|name| format!("STORAGE {name}")).collect();
        items.extend(facets.members.iter().map(Member::clause));
        if items.is_empty() {
            // One item has to be there, and this one says nothing new.
            items.push(format!("STORAGE {}", facets.r#type));
        }
        let sql = format!(
            "CREATE {HEAD} {}{} FOR TYPE {} USING {} FAMILY {} AS\n    {}",
            quote::qualified(&[object.key.root(), &facets.name]),
            if facets.default { " DEFAULT" } else { "" },
            facets.r#type,
            quote::name(&facets.method),
            facets.family,
            items.join(",\n    ")
        );
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(HEAD, object), None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(HEAD, object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(redress_or_replace(change, &label(HEAD, change.to), None))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(HEAD, object), owner)).into_iter().collect()
    }
}
