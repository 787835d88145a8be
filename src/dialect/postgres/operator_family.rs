//! Operator families, and the members that they share with operator classes.

use serde::Deserialize;

use super::{
    common::{DRESS, dress, owned_by, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of operator families.
pub const KIND: Kind = Kind::of("operator family");

/// How operator families are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "operator families",
    class: "pg_opfamily",
    sql: include_str!("operator_family.sql"),
    grantable: None,
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    members: Vec<Member>,
}

/// An operator or a support function: `OPERATOR 1` or `FUNCTION 1`, the types for which it is
/// there, and what it is.
#[derive(Deserialize, PartialEq)]
pub struct Member(String, String, String);

impl Member {
    /// As it stands after `ADD` and in `CREATE OPERATOR CLASS`.
    pub fn clause(&self) -> String {
        let Member(head, types, body) = self;
        // The types of an operator are its own arguments; those of a function may be others.
        if head.starts_with("FUNCTION") { format!("{head} ({types}) {body}") } else { format!("{head} {body}") }
    }
}

/// What is known about operator families.
pub struct OperatorFamily;

impl ObjectKind for OperatorFamily {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let label = label("OPERATOR FAMILY", object);
        let mut steps = vec![Step::new(format!("CREATE {label}"))];
        steps.extend(members(&label, &[], &facets.members));
        steps.extend(dress(object, &label, None));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label("OPERATOR FAMILY", object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        debug_assert!(change.only(&[&DRESS[..], &["members"]].concat()));
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let label = label("OPERATOR FAMILY", change.to);
        let mut steps = members(&label, &from.members, &to.members);
        steps.extend(redress(change, &label, None));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        let label = label("OPERATOR FAMILY", object);
        object.facets.text("owner").map(|owner| owned_by(&label, owner)).into_iter().collect()
    }
}

/// `OPERATOR FAMILY schema.name USING method`, or the same of an operator class.
pub fn label(head: &str, object: &Object) -> String {
    let part = |facet| object.facets.text(facet).unwrap_or_default();
    let name = quote::qualified(&[object.key.root(), part("name")]);
    format!("{head} {name} USING {}", quote::name(part("method")))
}

fn members(label: &str, from: &[Member], to: &[Member]) -> Vec<Step> {
    let gone: Vec<String> = from
        .iter()
        .filter(|member| !to.contains(member))
        .map(|Member(head, types, _)| format!("{head} ({types})"))
        .collect();
    let new: Vec<String> = to.iter().filter(|member| !from.contains(member)).map(Member::clause).collect();
    let step = |verb: &str, items: &[String]| {
        (!items.is_empty()).then(|| Step::new(format!("ALTER {label} {verb} {}", items.join(", "))))
    };
    [step("DROP", &gone), step("ADD", &new)].into_iter().flatten().collect()
}
