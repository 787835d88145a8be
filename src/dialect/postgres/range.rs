//! Range types.

use serde::Deserialize;

use super::{
    acl::Grantable,
    column,
    common::{DRESS, dress, owned_by, qualified, redress, typed},
    inspect::Reader,
    presence,
};
use crate::{
    dialect::{Alteration, Change, Family, ObjectKind, Step, Superseding, Unwritable, quote},
    model::{Key, Kind, Object},
};

/// The kind of range types.
pub const KIND: Kind = Kind::of("range type");

/// How range types are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "range types",
    class: "pg_type",
    sql: include_str!("range.sql"),
    grantable: Some(Grantable::Type),
};

#[derive(Deserialize)]
struct Facets {
    subtype: String,
    #[serde(rename = "operator class")]
    operator_class: Option<String>,
    collation: Option<String>,
    canonical: Option<String>,
    #[serde(rename = "subtype diff")]
    subtype_diff: Option<String>,
    multirange: Option<String>,
}

/// What is known about range types.
pub struct Range;

impl ObjectKind for Range {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let own_multirange = |name: &String| *name != default_multirange(object.key.name());
        let multirange = facets.multirange.filter(own_multirange).map(|name| quote::qualified(&[object.key.root(), &name]));
        let options = [
            ("SUBTYPE", Some(facets.subtype)),
            ("SUBTYPE_OPCLASS", facets.operator_class),
            ("COLLATION", facets.collation),
            ("CANONICAL", facets.canonical),
            ("SUBTYPE_DIFF", facets.subtype_diff),
            ("MULTIRANGE_TYPE_NAME", multirange),
        ];
        let options: Vec<String> =
            options.into_iter().filter_map(|(name, value)| Some(format!("{name} = {}", value?))).collect();
        let mut steps =
            vec![Step::new(format!("CREATE TYPE {} AS RANGE ({})", qualified(&object.key), options.join(", ")))];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP {}", label(object)))])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if !change.only(&DRESS) {
            let holds_data = change.users.iter().any(|user| user.key.kind() == column::KIND);
            return Ok(if holds_data { Alteration::Supersede } else { Alteration::Replace });
        }
        Ok(Alteration::InPlace(redress(change, &label(change.to), Some(&label(change.to)))))
    }

    fn supersede(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Superseding, Unwritable> {
        let mut steps = super::superseding(self, from, to, "TYPE")?;
        let (old, new): (Facets, Facets) = (typed(from.object)?, typed(to.object)?);
        // The multirange has a name of its own, and so have the functions that make values: the new
        // type takes these names.
        let schema = from.object.key.root();
        let pending = presence::pending(&Change::between(from.object, to.object))
            .or_else(|| presence::made_of_another(to.object))
            .map_or_else(String::new, |pending| format!(" AND ({pending})"));
        let mut renamed = |word: &str, name: &str, arguments: &str| {
            let aside = quote::name(super::aside(&Key::new(KIND, [schema, name])).name());
            let (name, schema) = (quote::qualified(&[schema, name]), quote::name(schema));
            let there = |name: &str| match word {
                "FUNCTION" => presence::routine_there(&format!("{name}{arguments}")),
                _ => presence::type_there(name),
            };
            let free = format!("NOT {} AND {}", there(&format!("{schema}.{aside}")), there(&name));
            let sql = format!("ALTER {word} {name}{arguments} RENAME TO {aside}");
            steps.before.insert(0, Step::new(sql).pending(format!("{free}{pending}")));
        };
        if let Some(name) = &old.multirange {
            renamed("TYPE", name, "");
            renamed("FUNCTION", name, "()");
        }
        if old.subtype == new.subtype {
            renamed("FUNCTION", from.object.key.name(), &format!("({0}, {0})", old.subtype));
            renamed("FUNCTION", from.object.key.name(), &format!("({0}, {0}, text)", old.subtype));
        }
        Ok(steps)
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("TYPE {}", qualified(&object.key))
}

/// The name that PostgreSQL gives to the multirange of a range (`CREATE TYPE` in the manual).
fn default_multirange(range: &str) -> String {
    match range.rfind("range") {
        Some(at) => format!("{}multirange{}", &range[..at], &range[at + "range".len()..]),
        None => format!("{range}_multirange"),
    }
}
