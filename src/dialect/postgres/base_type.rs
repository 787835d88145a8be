//! Base types: those that functions read and write.
//!
//! Type and functions need each other: a shell of the type comes first, its functions next, and then
//! the type itself (`CREATE TYPE` in the manual).

use serde::Deserialize;

use super::{
    acl::Grantable,
    common::{DRESS, dress, owned_by, qualified, redress, typed},
    function,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Key, Kind, Object},
};

/// The kind of base types.
pub const KIND: Kind = Kind::of("base type");

/// How base types are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "base types",
    class: "pg_type",
    sql: include_str!("base_type.sql"),
    grantable: Some(Grantable::Type),
};

/// The facet for which a type needs its functions: without it, the type is a shell.
pub const INPUT: &str = "input";

#[derive(Deserialize)]
struct Facets {
    input: Option<String>,
    output: Option<String>,
    receive: Option<String>,
    send: Option<String>,
    #[serde(rename = "typmod in")]
    typmod_in: Option<String>,
    #[serde(rename = "typmod out")]
    typmod_out: Option<String>,
    analyze: Option<String>,
    subscript: Option<String>,
    length: Option<i64>,
    #[serde(default, rename = "passed by value")]
    passed_by_value: bool,
    alignment: Option<String>,
    storage: Option<String>,
    category: Option<String>,
    #[serde(default)]
    preferred: bool,
    default: Option<String>,
    element: Option<String>,
    delimiter: Option<String>,
    #[serde(default)]
    collatable: bool,
}

impl Facets {
    /// What `CREATE TYPE` and `ALTER TYPE` take for the functions and the storage, with what each is.
    fn alterable(&self) -> [(&'static str, Option<&String>); 7] {
        [
            ("RECEIVE", self.receive.as_ref()),
            ("SEND", self.send.as_ref()),
            ("TYPMOD_IN", self.typmod_in.as_ref()),
            ("TYPMOD_OUT", self.typmod_out.as_ref()),
            ("ANALYZE", self.analyze.as_ref()),
            ("SUBSCRIPT", self.subscript.as_ref()),
            ("STORAGE", self.storage.as_ref()),
        ]
    }

    fn options(&self) -> Vec<String> {
        let flag = |word: &str, set: bool| set.then(|| word.to_owned());
        let literal = |word: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("{word} = {}", quote::literal(text)))
        };
        let functions = [("INPUT", self.input.as_ref()), ("OUTPUT", self.output.as_ref())];
        let named = functions.into_iter().chain(self.alterable());
        let named = named.filter_map(|(word, name)| Some(format!("{word} = {}", name?)));
        let others = [
            self.length.map(|length| format!("INTERNALLENGTH = {length}")),
            flag("PASSEDBYVALUE", self.passed_by_value),
            self.alignment.as_ref().map(|alignment| format!("ALIGNMENT = {}", quote::name(alignment))),
            literal("CATEGORY", &self.category),
            flag("PREFERRED = true", self.preferred),
            literal("DEFAULT", &self.default),
            self.element.as_ref().map(|element| format!("ELEMENT = {element}")),
            literal("DELIMITER", &self.delimiter),
            flag("COLLATABLE = true", self.collatable),
        ];
        named.chain(others.into_iter().flatten()).collect()
    }
}

/// What is known about base types.
pub struct BaseType;

impl ObjectKind for BaseType {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let name = qualified(&object.key);
        if facets.input.is_none() {
            let pending = format!("NOT EXISTS ({})", row(&object.key));
            return Ok(vec![Step::new(format!("CREATE TYPE {name}")).pending(pending)]);
        }
        let sql = format!("CREATE TYPE {name} (\n    {}\n)", facets.options().join(",\n    "));
        let pending = format!("NOT EXISTS ({} AND typisdefined)", row(&object.key));
        let mut steps = vec![Step::new(sql).pending(pending)];
        steps.extend(dress(object, &label(object), Some(&label(object))));
        Ok(steps)
    }

    /// The type and its functions need each other: they go together.
    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let cascade = if object.facets.get(INPUT).is_some() { " CASCADE" } else { "" };
        Ok(vec![Step::new(format!("DROP {}{cascade}", label(object)))])
    }

    fn takes_along(&self, object: &Object) -> Vec<Key> {
        let needs = object.requires.iter().filter(|need| need.facet.as_deref() == Some(INPUT));
        needs.map(|need| need.on.clone()).collect()
    }

    fn is_unusable_without(&self, facet: &str) -> bool {
        facet == INPUT
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        if from.input.is_none() {
            let mut steps = self.create(change.to, &[])?;
            steps.extend(owned(change.to));
            return Ok(Alteration::InPlace(steps));
        }
        let can_change = ["receive", "send", "typmod in", "typmod out", "analyze", "subscript", "storage"];
        let shrinks = change.touches("storage") && to.storage.is_none();
        if !change.only(&[&DRESS[..], &can_change].concat()) || shrinks {
            return Ok(Alteration::Replace);
        }
        let pairs = from.alterable().into_iter().zip(to.alterable());
        let changed = pairs.filter(|((_, old), (_, new))| old != new);
        let set: Vec<String> =
            changed.map(|(_, (word, new))| format!("{word} = {}", new.map_or("NONE", String::as_str))).collect();
        let label = label(change.to);
        let mut steps = Vec::new();
        if !set.is_empty() {
            steps.push(Step::new(format!("ALTER {label} SET ({})", set.join(", "))));
        }
        steps.extend(redress(change, &label, Some(&label)));
        Ok(Alteration::InPlace(steps))
    }
}

/// Who owns the type: a shell has to be its maker's until the type is made.
fn owned(object: &Object) -> Option<Step> {
    object.facets.text("owner").map(|owner| owned_by(&label(object), owner))
}

/// Whether a type needs a function to be more than a shell.
pub fn is_made_of(from: Kind, to: Kind) -> bool {
    from == KIND && to == function::KIND
}

fn label(object: &Object) -> String {
    format!("TYPE {}", qualified(&object.key))
}

/// The row of the catalog, for conditions: `regtype` does not know shells.
fn row(key: &Key) -> String {
    format!(
        "SELECT FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname = {} AND typname = {}",
        quote::literal(key.root()),
        quote::literal(key.name())
    )
}
