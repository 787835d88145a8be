//! Facets: the named values that make up an object.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Name → value, in the order in which the dialect reads them.
///
/// A facet at its default (`false`, an empty text, an empty list, null) is absent, so that two
/// objects are equal exactly if their facets are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facets(Map<String, Value>);

impl Facets {
    /// Sets a facet; a value that is a default removes it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if is_default(&value) {
            self.0.shift_remove(name);
        } else {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// The value of a facet, if it is not at its default.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The text of a facet, if it has one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Whether a facet is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    /// Every facet that is not at its default.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether every facet is at its default.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of the facets that stand on either side, each once.
    pub fn names<'a>(&'a self, other: &'a Facets) -> impl Iterator<Item = &'a str> {
        let own = self.0.keys();
        let theirs = other.0.keys().filter(|name| !self.0.contains_key(*name));
        own.chain(theirs).map(String::as_str)
    }

    /// The facets as a dialect's typed struct.
    ///
    /// # Errors
    /// Where a facet that the struct needs is missing or has another shape: an inventory that was
    /// edited by hand, or written by another version.
    pub fn typed<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&Value::Object(self.0.clone()))
    }
}

impl FromIterator<(String, Value)> for Facets {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(facets: I) -> Self {
        Facets(facets.into_iter().filter(|(_, value)| !is_default(value)).collect())
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
}
