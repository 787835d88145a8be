//! What follows an extension into another schema: whoever names its types, functions and operator classes.

use serde_json::Value;

use super::extension;
use crate::{
    dialect::quote,
    model::{Catalog, Key, Object},
};

/// The state before, with what the server carries along when extensions move as it comes after; nothing
/// where none moves.
pub fn followed(from: &Catalog, to: &Catalog) -> Option<Catalog> {
    let extensions = to.iter().filter(|object| object.key.kind() == extension::KIND);
    let moved = extensions.filter_map(|new| Some((&new.key, places(from.get(&new.key)?, new)?)));
    let moved: Vec<(&Key, [String; 2])> = moved.collect();
    if moved.is_empty() {
        return None;
    }
    let mut followed = from.clone();
    for user in from.iter() {
        let needed = |extension: &Key| user.requires.iter().any(|need| need.on == *extension);
        let places = moved.iter().filter(|(extension, _)| needed(extension)).flat_map(|(_, places)| places);
        let places: Vec<&str> = places.map(String::as_str).collect();
        let Some(after) = to.get(&user.key).filter(|_| !places.is_empty()) else { continue };
        let mut user = Object::clone(user);
        for (facet, before) in user.facets.clone().iter() {
            let after = after.facets.get(facet);
            if let Some(after) = after.filter(|after| without(before, &places) == without(after, &places)) {
                user.facets.set(facet, after.clone());
            }
        }
        followed.insert(user);
    }
    Some(followed)
}

/// The schemas of an extension that moves, as they stand in front of a name.
fn places(old: &Object, new: &Object) -> Option<[String; 2]> {
    let [old, new] = [old, new].map(|extension| extension.facets.text("schema"));
    let (old, new) = old.zip(new).filter(|(old, new)| old != new)?;
    Some([old, new].map(|schema| format!("{}.", quote::name(schema))))
}

/// A value with what stands in these schemas named without them.
fn without(value: &Value, places: &[&str]) -> Value {
    match value {
        Value::String(sql) => Value::from(bare(sql, places)),
        Value::Array(items) => items.iter().map(|item| without(item, places)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), without(field, places))).collect()
        }
        other => other.clone(),
    }
}

fn bare(sql: &str, places: &[&str]) -> String {
    let mut bare = String::with_capacity(sql.len());
    // What stands between apostrophes is not a name.
    for (at, part) in sql.split('\'').enumerate() {
        let mut rest = part;
        while let Some(next) = rest.chars().next() {
            let place = places.iter().find(|place| rest.starts_with(**place));
            let begins = !bare.ends_with(|c: char| c.is_alphanumeric() || "_$.\"".contains(c));
            let length = place.filter(|_| at % 2 == 0 && begins).map_or(0, |place| place.len());
            if length == 0 {
                bare.push(next);
            }
            rest = &rest[length.max(next.len_utf8())..];
        }
        bare.push('\'');
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_schema_before_a_name_is_left_out() {
        let places = ["public.", "\"its own\"."];
        let sql = "(a)::public.citext = \"its own\".f('public.x', republic.y, a.public.z)";
        assert_eq!(bare(sql, &places), "(a)::citext = f('public.x', republic.y, a.public.z)'");
    }
}
