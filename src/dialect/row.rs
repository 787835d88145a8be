//! A row of a catalog query, as the database gave it.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{Facets, Key, Kind};

/// One row: values by column name, already of their own type (texts, numbers, booleans, lists).
///
/// Catalog queries follow one convention, so that no kind needs code of its own to be read:
/// columns named `path1`, `path2`, … are the object's path, a column named `parent` the kind of
/// its parent, columns that start with `_` are for the reader of the dialect (`_oid`), and every
/// other column is a facet of that name, with underscores for blanks.
#[derive(Clone, Debug)]
pub struct Row {
    /// The names of the columns, shared by all rows of a query.
    pub columns: Arc<[String]>,
    /// The values, in the order of the columns.
    pub values: Vec<Value>,
}

impl Row {
    /// The value of a column, if the query has it.
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.columns.iter().position(|name| name == column).and_then(|at| self.values.get(at))
    }

    /// The text of a column; nothing where it is null or no text.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.get(column).and_then(Value::as_str)
    }

    /// The number of a column; nothing where it is null or no number.
    pub fn number(&self, column: &str) -> Option<i64> {
        self.get(column).and_then(Value::as_i64)
    }

    /// Whether a column is true.
    pub fn flag(&self, column: &str) -> bool {
        self.get(column).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The texts of a column that is a list of them; none where it is null.
    pub fn texts(&self, column: &str) -> Vec<String> {
        let list = self.get(column).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The key that the row's path columns spell, for an object of a kind.
    pub fn key(&self, kind: Kind) -> Key {
        let path = self.named().filter(|(name, _)| is_path(name));
        Key::new(kind, path.filter_map(|(_, value)| value.as_str()))
    }

    /// The row's facets: every column that is neither path nor parent nor for the reader.
    pub fn facets(&self) -> Facets {
        let facets =
            self.named().filter(|(name, _)| !is_path(name) && !name.starts_with('_') && *name != "parent");
        facets.map(|(name, value)| (name.replace('_', " "), value.clone())).collect()
    }

    fn named(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.columns.iter().map(String::as_str).zip(&self.values)
    }
}

/// Whether a column is a part of the object's path.
pub fn is_path(column: &str) -> bool {
    column
        .strip_prefix("path")
        .is_some_and(|digit| digit.len() == 1 && digit.chars().all(|c| c.is_ascii_digit()))
}
