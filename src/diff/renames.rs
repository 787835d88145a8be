//! Differences that look like a rename: something extra that is, but for its name, what is missing.
//!
//! A rename is proposed, never assumed. Only a person knows whether `customer` is the old `client` or
//! something new beside which the old one went.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Drift, Status,
    words::{Word, words},
};
use crate::model::{Catalog, Fingerprint, Key, Kind, Object, Snapshot};

/// The kind by which a value of an enum is named: `enum value:public.mood.happy`.
pub const ENUM_VALUE: Kind = Kind::of("enum value");

/// The kinds that can be renamed in place.
const RENAMED: [&str; 14] = [
    "table",
    "foreign table",
    "view",
    "materialized view",
    "sequence",
    "index",
    "column",
    "constraint",
    "function",
    "procedure",
    "enum",
    "domain",
    "composite type",
    "range type",
];

/// The kinds whose names are part of what their parent is. Indexes and constraints are often named
/// after their table, and change their names with it.
const NAMED_BY_PEOPLE: [&str; 4] = ["column", "trigger", "policy", "rule"];

/// Who owns, may use or has described an object says nothing about which object it is.
const BESIDE: [&str; 6] = ["owner", "grants", "column grants", "comment", "index comment", "column comments"];

/// An object, or a value of an enum, under two names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rename {
    /// What it is called at the target.
    pub from: Key,
    /// What canonical calls it.
    pub to: Key,
    /// Whether others could be meant as well: more than one object is alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ambiguous: bool,
}

impl Rename {
    /// A rename that somebody has confirmed.
    pub fn new(from: Key, to: Key) -> Self {
        Rename { from, to, ambiguous: false }
    }

    /// The same rename seen from the other side.
    pub fn turned(&self) -> Self {
        Rename { from: self.to.clone(), to: self.from.clone(), ambiguous: self.ambiguous }
    }

    /// For people: `table:public.client looks like table:public.customer under its old name`.
    pub fn sentence(&self) -> String {
        let others = if self.ambiguous { ", and others are alike" } else { "" };
        format!("{} looks like {} under an old name{others}", self.from, self.to)
    }
}

/// The renames that the differences between two schemas look like, parents before their parts.
///
/// An object that is a part of another is looked for in what that is called at the target.
pub fn renames(canonical: &Snapshot, target: &Snapshot, drift: &Drift) -> Vec<Rename> {
    let mut found: Vec<Rename> = Vec::new();
    let mut under: BTreeMap<Key, Key> = BTreeMap::new();
    let mut levels: BTreeMap<usize, (Vec<&Object>, Vec<&Object>)> = BTreeMap::new();
    for (key, difference) in &drift.differences {
        let side = match difference.status {
            Status::Missing => &canonical.catalog,
            Status::Extra => &target.catalog,
            _ => continue,
        };
        if let Some(object) = side.get(key).filter(|_| RENAMED.contains(&key.kind().name())) {
            let (missing, extra) = levels.entry(key.path().len()).or_default();
            if difference.status == Status::Missing { missing } else { extra }.push(object);
        }
    }
    for (missing, extra) in levels.into_values() {
        let mut groups: BTreeMap<Alike, [Vec<&Object>; 2]> = BTreeMap::new();
        for (side, objects) in [(0, extra), (1, missing)] {
            let catalog = if side == 0 { &target.catalog } else { &canonical.catalog };
            for object in objects {
                // What an old name stands for is looked up; everything else is its own.
                let parent = object.parent.as_ref().map(|parent| under.get(parent).unwrap_or(parent).clone());
                let place = match &parent {
                    Some(parent) => parent.path().to_vec(),
                    None => object.key.path()[..object.key.path().len().saturating_sub(1)].to_vec(),
                };
                let group = groups.entry((parent, place, nameless(catalog, object))).or_default();
                group[side].push(object);
            }
        }
        for [extra, missing] in groups.into_values() {
            let pairs = pairs(&extra, &missing);
            under.extend(pairs.iter().map(|rename| (rename.from.clone(), rename.to.clone())));
            // What keeps its own name comes along with what it is a part of.
            found.extend(pairs.into_iter().filter(|rename| rename.from.name() != rename.to.name()));
        }
    }
    found.extend(drift.differences.keys().flat_map(|key| values(canonical, target, key)));
    found.sort_by(|a, b| (a.to.path().len(), a).cmp(&(b.to.path().len(), b)));
    found
}

/// What objects have in common that could be each other: the parent, the place and what they are.
type Alike = (Option<Key>, Vec<std::sync::Arc<str>>, Fingerprint);

/// Who could be whom among objects that are alike: those in the same place first.
fn pairs(extra: &[&Object], missing: &[&Object]) -> Vec<Rename> {
    let ambiguous = extra.len() > 1 || missing.len() > 1;
    let mut left: Vec<&Object> = extra.to_vec();
    let mut pairs = Vec::new();
    let mut later = Vec::new();
    for wanted in missing {
        match left.iter().position(|old| old.position == wanted.position && wanted.position > 0) {
            Some(at) => pairs.push((left.remove(at), *wanted)),
            None => later.push(*wanted),
        }
    }
    pairs.extend(left.into_iter().zip(later));
    pairs
        .into_iter()
        .map(|(old, new)| Rename { from: old.key.clone(), to: new.key.clone(), ambiguous })
        .collect()
}

/// The values of an enum that stand in the place of others.
fn values(canonical: &Snapshot, target: &Snapshot, key: &Key) -> Vec<Rename> {
    let listed = |snapshot: &Snapshot| -> Option<Vec<String>> {
        let values = snapshot.catalog.get(key)?.facets.get("values")?.as_array()?;
        Some(values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect())
    };
    let (Some(new), Some(old)) = (listed(canonical), listed(target)) else { return Vec::new() };
    if key.kind().name() != "enum" || new.len() != old.len() {
        return Vec::new();
    }
    let (known, wanted): (BTreeSet<&String>, BTreeSet<&String>) =
        (old.iter().collect(), new.iter().collect());
    let renamed: Vec<(&String, &String)> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
    if renamed.iter().any(|(old, new)| wanted.contains(old) || known.contains(new)) {
        return Vec::new();
    }
    let rename =
        |(old, new): (&String, &String)| Rename::new(key.child(ENUM_VALUE, old), key.child(ENUM_VALUE, new));
    renamed.into_iter().map(rename).collect()
}

/// A hash of an object and all of its parts without the names that it and they go by.
fn nameless(catalog: &Catalog, object: &Object) -> Fingerprint {
    let mut parts: Vec<(String, Fingerprint)> = catalog
        .below(&object.key)
        .filter(|part| part.parent.as_ref() == Some(&object.key))
        .map(|part| {
            let kind = part.key.kind().name();
            let name = if NAMED_BY_PEOPLE.contains(&kind) { part.key.name() } else { "" };
            (format!("{kind} {name}"), nameless(catalog, part))
        })
        .collect();
    parts.sort();
    let mut hasher = blake3::Hasher::new();
    hasher.update(object.key.kind().name().as_bytes());
    let names: Vec<&str> =
        object.key.path().iter().skip(1).map(|name| before_signature(object, name)).collect();
    let mut facets: Vec<(&str, &Value)> =
        object.facets.iter().filter(|(facet, _)| !BESIDE.contains(facet)).collect();
    facets.sort_by_key(|(facet, _)| *facet);
    for (facet, value) in facets {
        hasher.update(&[0]).update(facet.as_bytes()).update(&[1]);
        match value.as_object() {
            // What the sequence behind a column is called follows from the table.
            Some(entries) => entries.iter().filter(|(name, _)| *name != "name").for_each(|(name, value)| {
                hasher.update(&[9]).update(name.as_bytes());
                hash_value(&mut hasher, value, &names);
            }),
            None => hash_value(&mut hasher, value, &names),
        }
    }
    for (name, part) in parts {
        hasher.update(&[2]).update(name.as_bytes()).update(&part.0);
    }
    if let Some((_, signature)) = object.key.name().split_once('(').filter(|_| is_routine(&object.key)) {
        hasher.update(&[3]).update(signature.as_bytes());
    }
    Fingerprint(hasher.finalize().into())
}

fn is_routine(key: &Key) -> bool {
    ["function", "procedure", "aggregate"].contains(&key.kind().name())
}

fn before_signature<'a>(object: &Object, name: &'a str) -> &'a str {
    if is_routine(&object.key) { name.split('(').next().unwrap_or(name) } else { name }
}

/// Hashes a value with the object's own names left out.
fn hash_value(hasher: &mut blake3::Hasher, value: &Value, names: &[&str]) {
    match value {
        Value::String(text) => {
            for word in words(text) {
                match word {
                    Word::Name(name) if names.contains(&&*name) => hasher.update(&[4]),
                    Word::Name(name) => hasher.update(&[5]).update(name.as_bytes()),
                    Word::Text(text) if text.ends_with("_seq") => hasher.update(&[4]),
                    Word::Text(text) => hasher.update(&[6]).update(text.as_bytes()),
                    Word::Mark(mark) => hasher.update(&[7]).update(mark.to_string().as_bytes()),
                };
            }
        }
        Value::Array(items) => items.iter().for_each(|item| {
            hasher.update(&[8]);
            hash_value(hasher, item, names);
        }),
        other => drop(hasher.update(other.to_string().as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        diff::{Rules, compare},
        model::Facets,
    };

    fn object(key: &str, parent: Option<&str>, position: u32, facets: Value) -> Object {
        let entries = facets.as_object().cloned().unwrap_or_default();
        let facets: Facets = entries.into_iter().collect();
        let parent = parent.map(|parent| parent.parse().unwrap());
        Object { position, ..Object::new(key.parse().unwrap(), parent, facets) }
    }

    fn found(canonical: &[Object], target: &[Object]) -> Vec<String> {
        let snapshot = |objects: &[Object]| Snapshot {
            catalog: objects.iter().cloned().collect(),
            ..Snapshot::default()
        };
        let (canonical, target) = (snapshot(canonical), snapshot(target));
        let every = |from: &Object, to: &Object| from.facets.names(&to.facets).map(str::to_owned).collect();
        let drift = compare(&canonical, &target, &Rules::default(), &every);
        let mark = |rename: Rename| {
            format!("{} > {}{}", rename.from, rename.to, if rename.ambiguous { " ?" } else { "" })
        };
        renames(&canonical, &target, &drift).into_iter().map(mark).collect()
    }

    fn table(name: &str, index: &str, column: &str) -> Vec<Object> {
        let table = format!("table:public.{name}");
        vec![
            object(&table, None, 0, json!({})),
            object(&format!("column:public.{name}.{column}"), Some(&table), 1, json!({"type": "text"})),
            object(
                &format!("index:public.{name}.{index}"),
                Some(&table),
                0,
                json!({"definition": format!("CREATE INDEX {index} ON public.{name} USING btree ({column})")}),
            ),
        ]
    }

    #[test]
    fn a_table_that_is_alike_but_for_its_name_is_one_with_its_parts() {
        let (new, old) = (table("sales", "sales_a", "a"), table("orders", "orders_a", "a"));
        let expected = [
            "table:public.orders > table:public.sales",
            "index:public.orders.orders_a > index:public.sales.sales_a",
        ];
        assert_eq!(found(&new, &old), expected);
        assert_eq!(found(&new, &table("orders", "orders_a", "b")), [""; 0], "another column");
    }

    #[test]
    fn columns_that_are_alike_are_told_by_their_place_and_called_ambiguous() {
        let column = |name: &str, position| {
            object(
                &format!("column:public.t.{name}"),
                Some("table:public.t"),
                position,
                json!({"type": "text"}),
            )
        };
        let t = || object("table:public.t", None, 0, json!({}));
        let expected = ["column:public.t.b > column:public.t.y ?", "column:public.t.a > column:public.t.x ?"];
        let mut found = found(&[t(), column("x", 1), column("y", 2)], &[t(), column("a", 1), column("b", 2)]);
        found.sort_by(|a, b| b.cmp(a));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_of_an_enum_in_the_place_of_another_is_a_rename() {
        let mood = |values: Value| [object("enum:public.mood", None, 0, json!({ "values": values }))];
        let (old, new) = (mood(json!(["sad", "ok"])), mood(json!(["unhappy", "ok"])));
        assert_eq!(found(&new, &old), ["enum value:public.mood.sad > enum value:public.mood.unhappy"]);
        assert_eq!(found(&mood(json!(["ok", "sad"])), &old), [""; 0], "a change of places is none");
    }
}
