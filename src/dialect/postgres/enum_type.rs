//! Enumerated types.

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{dress, own_name, owned_by, qualified, redress, typed},
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, Family, ObjectKind, Step, Superseding, Transaction, Unwritable, quote},
    model::{Kind, Object},
};

/// The kind of enumerated types.
pub const KIND: Kind = Kind::of("enum");

/// How enumerated types are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "enums",
    class: "pg_type",
    sql: include_str!("enum.sql"),
    grantable: Some(Grantable::Type),
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    values: Vec<String>,
}

/// What is known about enumerated types.
pub struct EnumType;

impl ObjectKind for EnumType {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let values: Vec<String> = facets.values.iter().map(|value| quote::literal(value)).collect();
        let mut steps =
            vec![Step::new(format!("CREATE TYPE {} AS ENUM ({})", qualified(&object.key), values.join(", ")))];
        let label = label(object);
        steps.extend(dress(object, &label, Some(&label)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let label = label(change.to);
        let dressing = redress(change, &label, Some(&label));
        if !change.touches("values") {
            return Ok(Alteration::InPlace(dressing));
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        if let Some(mut steps) = additions(&label, &from.values, &to.values) {
            steps.extend(dressing);
            return Ok(Alteration::InPlace(steps));
        }
        // Values cannot be removed or moved.
        Ok(Alteration::Supersede)
    }

    fn supersede(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Superseding, Unwritable> {
        super::superseding(self, from, to, "TYPE")
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

/// The values that an enum has before and not after, if there are any.
pub fn gone(before: &Object, after: &Object) -> Option<Vec<String>> {
    let (before, after): (Facets, Facets) = (typed(before).ok()?, typed(after).ok()?);
    let gone: Vec<String> = before.values.into_iter().filter(|value| !after.values.contains(value)).collect();
    (!gone.is_empty()).then_some(gone)
}

fn label(object: &Object) -> String {
    format!("TYPE {}.{}", quote::name(object.key.root()), own_name(&object.key))
}

/// `ADD VALUE` for each new value, if the old ones stay in their order.
fn additions(label: &str, from: &[String], to: &[String]) -> Option<Vec<Step>> {
    let mut old = from.iter().peekable();
    let mut steps = Vec::new();
    let mut previous: Option<&String> = None;
    for value in to {
        if old.next_if_eq(&value).is_none() {
            let place = match (previous, old.peek()) {
                (_, None) => String::new(),
                (Some(previous), Some(_)) => format!(" AFTER {}", quote::literal(previous)),
                (None, Some(next)) => format!(" BEFORE {}", quote::literal(next)),
            };
            let sql = format!("ALTER {label} ADD VALUE {}{place}", quote::literal(value));
            steps.push(Step::new(sql).transaction(Transaction::CommitBeforeUse));
        }
        previous = Some(value);
    }
    old.next().is_none().then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(from: &[&str], to: &[&str]) -> Option<Vec<String>> {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        additions("TYPE t", &owned(from), &owned(to)).map(|steps| steps.into_iter().map(|step| step.sql).collect())
    }

    #[test]
    fn new_values_are_added_in_their_places() {
        let expected = [
            "ALTER TYPE t ADD VALUE 'a' BEFORE 'b'",
            "ALTER TYPE t ADD VALUE 'c' AFTER 'b'",
            "ALTER TYPE t ADD VALUE 'e'",
        ];
        assert_eq!(sql(&["b", "d"], &["a", "b", "c", "d", "e"]).unwrap(), expected);
    }

    #[test]
    fn removed_or_moved_values_cannot_be_added_away() {
        assert_eq!(sql(&["a", "b"], &["b"]), None);
        assert_eq!(sql(&["a", "b"], &["b", "a"]), None);
    }
}
