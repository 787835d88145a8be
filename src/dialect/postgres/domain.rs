//! Domains.

use serde::Deserialize;

use super::{
    acl::Grantable,
    ask, column,
    common::{dress, owned_by, qualified, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, Check, Family, HazardCode, ObjectKind, Step, Superseding, Unwritable},
    model::{Catalog, Kind, Object},
};

/// The kind of domains.
pub const KIND: Kind = Kind::of("domain");

/// How domains are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "domains",
    class: "pg_type",
    sql: include_str!("domain.sql"),
    grantable: Some(Grantable::Type),
};

#[derive(Deserialize)]
struct Facets {
    r#type: String,
    collation: Option<String>,
    #[serde(default, rename = "not null")]
    not_null: bool,
    default: Option<String>,
}

/// What is known about domains.
pub struct Domain;

impl ObjectKind for Domain {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut sql = format!("CREATE DOMAIN {} AS {}", qualified(&object.key), facets.r#type);
        if let Some(collation) = &facets.collation {
            sql.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(default) = &facets.default {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        if facets.not_null {
            sql.push_str(" NOT NULL");
        }
        for part in parts {
            sql.push_str(&format!("\n    {}", super::constraint::clause(part)?));
        }
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        for part in parts {
            steps.extend(super::constraint::dressing(part));
        }
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let to: Facets = typed(change.to)?;
        let label = label(change.to);
        let forbids = change.touches("not null") && to.not_null && self.parts_need_supersede(change.from, &change.users);
        if change.touches("type") || change.touches("collation") || forbids {
            return Ok(Alteration::Supersede);
        }
        let mut steps = Vec::new();
        if change.touches("default") {
            steps.push(Step::new(match &to.default {
                Some(default) => format!("ALTER {label} SET DEFAULT {default}"),
                None => format!("ALTER {label} DROP DEFAULT"),
            }));
        }
        if change.touches("not null") {
            steps.push(if to.not_null {
                let message = format!("Fails if a column of the domain {} holds a NULL.", change.to.key.dotted());
                Step::new(format!("ALTER {label} SET NOT NULL"))
                    .hazard(HazardCode::BlocksWrites, "Nobody can write to the tables that have it while their rows are checked.")
                    .hazard(HazardCode::MayFail, message)
            } else {
                Step::new(format!("ALTER {label} DROP NOT NULL"))
            });
        }
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn supersede(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Superseding, Unwritable> {
        super::superseding(self, from, to, "DOMAIN")
    }

    /// The server checks the values of columns of the domain itself, but refuses where the domain
    /// is inside of what they hold: an array, a composite type, a range.
    fn parts_need_supersede(&self, object: &Object, users: &[&Object]) -> bool {
        let plain = qualified(&object.key);
        users.iter().any(|user| user.key.kind() == column::KIND && user.facets.text("type") != Some(plain.as_str()))
    }

    fn is_held_by_users(&self) -> bool {
        true
    }

    fn ask(&self, object: &Object, before: &Catalog, _after: &Catalog) -> Option<Check> {
        ask::domain(object, columns(before), "value IS NULL")
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// The columns of a catalog, which can be of a domain.
pub fn columns(catalog: &Catalog) -> impl Iterator<Item = &Object> {
    catalog.iter().map(AsRef::as_ref).filter(|object: &&Object| object.key.kind() == super::column::KIND)
}

fn label(object: &Object) -> String {
    format!("DOMAIN {}", qualified(&object.key))
}
