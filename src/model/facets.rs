//! Facets: the named values that make up an object.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapDeserializer},
};
use serde_json::Value;

use super::key::interned;

/// Name → value, in the order in which the dialect reads them.
///
/// A facet at its default (`false`, an empty text, an empty list, null) is absent, so that two
/// objects are equal exactly if their facets are. There are a few names and many objects, so names
/// are interned, and a list is searched: few objects have ten facets. Cloning shares the list.
#[derive(Clone, Debug, Default)]
pub struct Facets(Arc<Vec<(&'static str, Value)>>);

/// The name of a facet, interned: for readers that make many objects with the same facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FacetName(&'static str);

impl FacetName {
    /// The name, kept until the program ends.
    pub fn named(name: &str) -> Self {
        FacetName(interned(name))
    }

    /// The name as text.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl Facets {
    /// The facets of these names and values, each name given once; defaults are left out.
    pub fn of(facets: impl IntoIterator<Item = (FacetName, Value)>) -> Self {
        let facets = facets.into_iter().filter(|(_, value)| !is_default(value));
        let mut list: Vec<_> = facets.map(|(name, value)| (name.0, value)).collect();
        list.shrink_to_fit();
        Facets(Arc::new(list))
    }

    /// Without room for more: lists grow by doubling, and there are many.
    fn fitted(mut self) -> Self {
        if let Some(list) = Arc::get_mut(&mut self.0) {
            list.shrink_to_fit();
        }
        self
    }

    /// Sets a facet; a value that is a default removes it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        let at = self.0.iter().position(|(known, _)| *known == name);
        match at {
            Some(at) if is_default(&value) => drop(Arc::make_mut(&mut self.0).remove(at)),
            Some(at) => Arc::make_mut(&mut self.0)[at].1 = value,
            None if is_default(&value) => {}
            None => Arc::make_mut(&mut self.0).push((interned(name), value)),
        }
    }

    /// The value of a facet, if it is not at its default.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The text of a facet, if it has one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// Whether a facet is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    /// Every facet that is not at its default.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// Whether every facet is at its default.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the facets that stand on either side, each once.
    pub fn names<'a>(&'a self, other: &'a Facets) -> impl Iterator<Item = &'a str> {
        let own = self.0.iter();
        let theirs = other.0.iter().filter(|(name, _)| self.get(name).is_none());
        own.chain(theirs).map(|(name, _)| *name)
    }

    /// The facets as a dialect's typed struct.
    ///
    /// # Errors
    /// Where a facet that the struct needs is missing or has another shape: an inventory that was
    /// edited by hand, or written by another version.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(MapDeserializer::new(self.iter()))
    }
}

/// The order of facets is for readers; it makes no difference.
impl PartialEq for Facets {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.0 == other.0
            || self.0.len() == other.0.len()
                && self.0.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl Eq for Facets {}

impl Hash for Facets {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let of_entry = |entry: &(&'static str, Value)| {
            let mut hasher = DefaultHasher::new();
            entry.hash(&mut hasher);
            hasher.finish()
        };
        // A sum, because the order makes no difference.
        state.write_u64(self.0.iter().map(of_entry).fold(0, u64::wrapping_add));
    }
}

impl Serialize for Facets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Facets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Facets;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("facets by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Facets, A::Error> {
                let mut facets = Facets::default();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    facets.set(&name, value);
                }
                Ok(facets.fitted())
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl FromIterator<(String, Value)> for Facets {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(facets: I) -> Self {
        let mut all = Facets::default();
        facets.into_iter().for_each(|(name, value)| all.set(&name, value));
        all.fitted()
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_facet_at_its_default_is_absent() {
        let facets: Facets = [("a", json!(null)), ("b", json!(false)), ("c", json!("")), ("d", json!([]))]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        assert!(facets.is_empty());
    }

    #[test]
    fn setting_a_default_removes_the_facet() {
        let mut facets = Facets::default();
        facets.set("not null", true);
        facets.set("not null", false);
        assert!(facets.is_empty());
    }

    #[test]
    fn facets_in_another_order_are_equal_and_read_back_from_json() {
        let facets: Facets = serde_json::from_value(json!({"type": "text", "not null": true})).unwrap();
        let other: Facets = serde_json::from_value(json!({"not null": true, "type": "text"})).unwrap();
        assert_eq!(facets, other);
        assert_eq!(serde_json::to_string(&facets).unwrap(), r#"{"type":"text","not null":true}"#);
        let fewer: Facets = serde_json::from_value(json!({"type": "text"})).unwrap();
        assert_ne!(facets, fewer);
    }
}
