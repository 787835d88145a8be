//! Domains.

use serde::Deserialize;

use super::{
    acl::Grantable,
    ask, column,
    common::{comment, dress, owned_by, qualified, redress, typed},
    inspect::Reader,
    not_null, presence,
};
use crate::{
    dialect::{Alteration, Change, Check, Family, HazardCode, ObjectKind, Step, Superseding, Unwritable, quote},
    model::{Catalog, Key, Kind, Object},
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
    #[serde(rename = "not null name")]
    not_null_name: Option<String>,
    #[serde(rename = "not null comment")]
    not_null_comment: Option<String>,
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
        match &facets.not_null_name {
            Some(name) => sql.push_str(&format!(" CONSTRAINT {} NOT NULL", quote::name(name))),
            None if facets.not_null => sql.push_str(" NOT NULL"),
            None => {}
        }
        for part in parts {
            sql.push_str(&format!("\n    {}", super::constraint::clause(part)?));
        }
        let mut steps = vec![Step::new(sql)];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        for part in parts {
            steps.extend(super::constraint::dressing(part));
        }
        steps.extend(facets.not_null_comment.as_deref().map(|text| comment(&facets.not_null_label(&object.key), Some(text))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
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
        steps.extend(forbidding(change, &from, &to));
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn supersede(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Superseding, Unwritable> {
        // What forbids NULL in the old one has the name that the server would choose, so say it.
        let mut object = to.object.clone();
        if object.facets.flag("not null") && object.facets.text("not null name").is_none() {
            object.facets.set("not null name", not_null::usual_name(&object.key));
        }
        let to = Family { object: &object, parts: to.parts.clone() };
        super::superseding(self, from, &to, "DOMAIN")
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

impl Facets {
    /// What the constraint that forbids NULL is called: since PostgreSQL 17 it is one.
    fn not_null_name(&self, key: &Key) -> String {
        quote::name(&self.not_null_name.clone().unwrap_or_else(|| not_null::usual_name(key)))
    }

    fn not_null_label(&self, key: &Key) -> String {
        format!("CONSTRAINT {} ON DOMAIN {}", self.not_null_name(key), qualified(key))
    }
}

/// What brings the constraint that forbids NULL from one state to another.
fn forbidding(change: &Change<'_>, from: &Facets, to: &Facets) -> Vec<Step> {
    let (label, key) = (label(change.to), &change.to.key);
    let mut steps = Vec::new();
    match (from.not_null, to.not_null) {
        (true, false) => return vec![Step::new(format!("ALTER {label} DROP NOT NULL"))],
        (false, false) => return steps,
        (true, true) if change.touches("not null name") => {
            let (old, new) = (from.not_null_name(key), to.not_null_name(key));
            steps.push(Step::new(format!("ALTER {label} RENAME CONSTRAINT {old} TO {new}")));
        }
        (true, true) => {}
        (false, true) => {
            let step = match &to.not_null_name {
                None => Step::new(format!("ALTER {label} SET NOT NULL")),
                Some(name) => {
                    let there = presence::constraint_there(&qualified(key), name);
                    Step::new(format!("ALTER {label} ADD CONSTRAINT {} NOT NULL", quote::name(name)))
                        .pending(format!("NOT {there}"))
                }
            };
            let message = format!("Fails if a column of the domain {} holds a NULL.", key.dotted());
            let blocks = "Nobody can write to the tables that have it while their rows are checked.";
            steps.push(step.hazard(HazardCode::BlocksWrites, blocks).hazard(HazardCode::MayFail, message));
        }
    }
    let there = if from.not_null { &from.not_null_comment } else { &None };
    if *there != to.not_null_comment {
        steps.push(comment(&to.not_null_label(key), to.not_null_comment.as_deref()));
    }
    steps
}

fn label(object: &Object) -> String {
    format!("DOMAIN {}", qualified(&object.key))
}
