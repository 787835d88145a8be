//! Composite types.

use serde::Deserialize;

use super::{
    acl::Grantable,
    column,
    common::{comment, dress, owned_by, qualified, redress, typed},
    inspect::Reader,
    table,
};
use crate::{
    dialect::{Alteration, Change, Family, Hazard, HazardCode, ObjectKind, Step, Superseding, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of composite types.
pub const KIND: Kind = Kind::of("composite type");

/// How composite types are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "composite types",
    class: "pg_type",
    sql: include_str!("composite.sql"),
    grantable: Some(Grantable::Type),
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize, PartialEq)]
struct Attribute {
    name: String,
    r#type: String,
    collation: Option<String>,
    comment: Option<String>,
}

impl Attribute {
    fn clause(&self) -> String {
        let collation = self.collation.as_ref().map_or(String::new(), |name| format!(" COLLATE {name}"));
        format!("{} {}{collation}", quote::name(&self.name), self.r#type)
    }

    fn is_like(&self, other: &Attribute) -> bool {
        self.r#type == other.r#type && self.collation == other.collation
    }

    fn commented(&self, object: &Object) -> Step {
        let label = format!("COLUMN {}.{}", qualified(&object.key), quote::name(&self.name));
        comment(&label, self.comment.as_deref())
    }
}

/// What is known about composite types.
pub struct Composite;

impl ObjectKind for Composite {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let attributes: Vec<String> = facets.attributes.iter().map(|a| format!("\n    {}", a.clause())).collect();
        let mut steps =
            vec![Step::new(format!("CREATE TYPE {} AS ({}\n)", qualified(&object.key), attributes.join(",")))];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        let commented = facets.attributes.iter().filter(|attribute| attribute.comment.is_some());
        steps.extend(commented.map(|attribute| attribute.commented(object)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let retyped = |new: &Attribute| from.attributes.iter().any(|old| old.name == new.name && !old.is_like(new));
        let in_column = change.users.iter().any(|user| user.key.kind() == column::KIND);
        let out_of_order = !reaches_order(&from.attributes, &to.attributes);
        if in_column && (out_of_order || to.attributes.iter().any(retyped)) {
            return Ok(Alteration::Supersede);
        }
        if out_of_order {
            return Ok(Alteration::Replace);
        }
        let label = label(change.to);
        // Tables of the type follow only where that is said.
        let is_typed = |user: &&Object| user.key.kind() == table::KIND;
        let cascade = if change.users.iter().any(is_typed) { " CASCADE" } else { "" };
        let mut steps = Vec::new();
        for gone in gone(&from, &to) {
            let sql = format!("ALTER {label} DROP ATTRIBUTE {}{cascade}", quote::name(&gone.name));
            steps.push(Step::new(sql).hazard(HazardCode::LosesData, loses(gone, change.to)));
        }
        for new in &to.attributes {
            let old = from.attributes.iter().find(|old| old.name == new.name);
            match old {
                None => steps.push(Step::new(format!("ALTER {label} ADD ATTRIBUTE {}{cascade}", new.clause()))),
                Some(old) if !old.is_like(new) => {
                    let collation = new.collation.as_ref().map_or(String::new(), |name| format!(" COLLATE {name}"));
                    let name = quote::name(&new.name);
                    let sql = format!("ALTER {label} ALTER ATTRIBUTE {name} TYPE {}{collation}{cascade}", new.r#type);
                    steps.push(Step::new(sql));
                }
                Some(_) => {}
            }
            if old.and_then(|old| old.comment.as_ref()) != new.comment.as_ref() {
                steps.push(new.commented(change.to));
            }
        }
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }

    fn supersede(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Superseding, Unwritable> {
        let mut steps = super::superseding(self, from, to, "TYPE")?;
        let (old, new): (Facets, Facets) = (typed(from.object)?, typed(to.object)?);
        let lost = gone(&old, &new).map(|attribute| loses(attribute, from.object));
        if let Some(first) = steps.before.first_mut() {
            first.hazards.extend(lost.map(|message| Hazard { code: HazardCode::LosesData, message }));
        }
        Ok(steps)
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// The attributes that only the old version of a type has.
fn gone<'a>(from: &'a Facets, to: &'a Facets) -> impl Iterator<Item = &'a Attribute> {
    from.attributes.iter().filter(|old| to.attributes.iter().all(|new| new.name != old.name))
}

fn loses(gone: &Attribute, object: &Object) -> String {
    format!("The values of {} in {} are gone.", gone.name, object.key.dotted())
}

/// Whether a new version of a type has the attributes of the old one at their places. So has any type
/// that has no attributes.
pub fn keeps_places(old: &Object, new: &Object) -> bool {
    let names = |object: &Object| -> Option<Vec<String>> {
        let facets: Facets = typed(object).ok().filter(|_| object.key.kind() == KIND)?;
        Some(facets.attributes.into_iter().map(|attribute| attribute.name).collect())
    };
    names(old) == names(new)
}

/// A value of the old version of a type as one of the new, each attribute by its name.
pub fn by_name(old: &Object, new: &Object, value: &str) -> Option<String> {
    let (from, to): (Facets, Facets) = (typed(old).ok()?, typed(new).ok()?);
    let carried = |new: &Attribute| {
        let name = quote::name(&new.name);
        match from.attributes.iter().any(|old| old.name == new.name) {
            true => format!("({value}).{name}::text::{}", new.r#type),
            false => "NULL".to_owned(),
        }
    };
    let row: Vec<String> = to.attributes.iter().map(carried).collect();
    // A row of nothing but NULLs is not the same as no row.
    Some(format!(
        "CASE WHEN {value} IS DISTINCT FROM NULL THEN ROW({})::{} END",
        row.join(", "),
        qualified(&new.key)
    ))
}

/// Whether dropping and adding attributes gives the order that they have to have: new ones come last.
fn reaches_order(from: &[Attribute], to: &[Attribute]) -> bool {
    let kept = from.iter().filter(|old| to.iter().any(|new| new.name == old.name));
    kept.zip(to).all(|(old, new)| old.name == new.name)
}

fn label(object: &Object) -> String {
    format!("TYPE {}", qualified(&object.key))
}
