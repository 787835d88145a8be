//! The rows of a board in little memory: there is one for every object of every side.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::NodeId;
use crate::model::Key;

/// What is known of one row of the tree.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    /// By what it is known.
    pub id: &'a NodeId,
    /// The object it stands for, if it is not a mere heading.
    pub key: Option<&'a Key>,
    /// Its name, clean.
    pub label: &'a str,
    /// Its dotted path in lower case, for the filter.
    pub search: &'a str,
    /// The row it is inside of.
    pub parent: Option<usize>,
    /// How many rows it is inside of.
    pub depth: usize,
    /// The row behind the last one inside it. Rows are in order, each before what is inside it.
    pub end: usize,
}

/// All rows, in order; each is found by its id as well.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    rows: IndexMap<NodeId, Row>,
    /// The objects of rows whose id holds none: those of schemas.
    keys: BTreeMap<usize, Key>,
    /// The labels of rows that are not called as their object is.
    labels: BTreeMap<usize, Box<str>>,
    /// What the filter looks at, one text behind the other.
    search: String,
}

/// A row with numbers half as long as addresses.
#[derive(Clone, Copy, Debug)]
struct Row {
    parent: Option<u32>,
    depth: u32,
    end: u32,
    /// Where its part of the text for the filter ends; it begins where that of the row before does.
    search_end: u32,
}

impl Rows {
    /// None as yet, with room for so many.
    pub fn with_capacity(rows: usize) -> Self {
        Rows { rows: IndexMap::with_capacity(rows), ..Rows::default() }
    }

    /// Adds a row behind all others, with nothing inside it; gives its number.
    pub fn push(&mut self, id: NodeId, key: Option<Key>, label: String, parent: Option<usize>) -> usize {
        let number = self.rows.len();
        if key.as_ref().map(Key::name) != Some(label.as_str()) {
            self.labels.insert(number, label.into());
        }
        for (at, name) in key.iter().flat_map(|key| key.path()).enumerate() {
            self.search.push_str(if at == 0 { "" } else { "." });
            self.search.push_str(&name.to_lowercase());
        }
        let depth = parent.map_or(0, |parent| self.rows[parent].depth + 1);
        let row = Row {
            parent: parent.map(half),
            depth,
            end: half(number + 1),
            search_end: half(self.search.len()),
        };
        if !matches!(id, NodeId::Object(_)) {
            self.keys.extend(key.map(|key| (number, key)));
        }
        self.rows.insert(id, row);
        number
    }

    /// Says that all rows behind a row are inside it.
    pub fn close(&mut self, row: usize) {
        self.rows[row].end = half(self.rows.len());
    }

    /// Takes no more room than it needs.
    pub fn shrink_to_fit(&mut self) {
        self.rows.shrink_to_fit();
        self.search.shrink_to_fit();
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row of an id.
    pub fn find(&self, id: &NodeId) -> Option<usize> {
        self.rows.get_index_of(id)
    }

    /// The row that a row is inside of.
    pub fn parent(&self, row: usize) -> Option<usize> {
        self.rows[row].parent.map(|parent| parent as usize)
    }

    /// What is known of a row.
    ///
    /// # Panics
    /// Where there is no such row, as a list does.
    pub fn get(&self, row: usize) -> Node<'_> {
        let Some((id, found)) = self.rows.get_index(row) else {
            panic!("there is no row {row} of {}", self.rows.len())
        };
        let key = match id {
            NodeId::Object(key) => Some(key),
            _ => self.keys.get(&row),
        };
        let label = self.labels.get(&row).map(|label| &**label).or(key.map(Key::name));
        let search_start = row.checked_sub(1).map_or(0, |before| self.rows[before].search_end);
        Node {
            id,
            key,
            label: label.unwrap_or_default(),
            search: &self.search[search_start as usize..found.search_end as usize],
            parent: self.parent(row),
            depth: found.depth as usize,
            end: found.end as usize,
        }
    }
}

/// A number that counts rows or letters in memory, of which there are no four thousand million.
fn half(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn rows_are_found_by_place_and_by_id_with_all_that_is_known_of_them() {
        let schema = Key::new(Kind::of("schema"), ["Billing"]);
        let table = Key::new(Kind::of("table"), ["Billing", "bad\u{1b}name"]);
        let mut rows = Rows::default();
        let top = rows.push(NodeId::Schema("Billing".into()), Some(schema.clone()), "Billing".into(), None);
        let heading =
            rows.push(NodeId::Kinds(Some("Billing".into()), table.kind()), None, "tables".into(), Some(top));
        let id = NodeId::Object(table.clone());
        let last = rows.push(id.clone(), Some(table.clone()), "bad?name".into(), Some(heading));
        rows.close(top);
        rows.close(heading);
        assert_eq!((rows.find(&id), rows.len()), (Some(last), 3));
        let known = |row| {
            let Node { key, label, search, parent, depth, end, .. } = rows.get(row);
            (key.cloned(), label.to_owned(), search.to_owned(), parent, depth, end)
        };
        assert_eq!(known(top), (Some(schema), "Billing".into(), "billing".into(), None, 0, 3));
        assert_eq!(known(heading), (None, "tables".into(), String::new(), Some(top), 1, 3));
        let search = "billing.bad\u{1b}name".to_owned();
        assert_eq!(known(last), (Some(table), "bad?name".into(), search, Some(heading), 2, 3));
    }
}
