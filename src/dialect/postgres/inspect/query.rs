//! The query of a kind, and where in its rows everything stands.

use serde_json::Value;

use super::{Reader, print::Print};
use crate::{
    dialect::row::{Row, is_path},
    model::{FacetName, Facets, Key, Kind},
};

/// The query of a kind for one server.
pub struct Query {
    /// The SQL.
    pub sql: String,
    /// The facets that the server prints in a second step.
    pub prints: Vec<Print>,
}

impl Query {
    /// The query of a reader.
    pub fn of(reader: &Reader, major: u32) -> Query {
        let prints = reader.sql.lines().filter_map(Print::of).collect();
        Query { sql: for_version(reader.sql, major), prints }
    }
}

/// A query without the lines that are for newer or for older servers.
pub fn for_version(sql: &str, major: u32) -> String {
    let bound = |line: &str, word: &str| -> Option<u32> {
        let (_, after) = line.rsplit_once("-- ")?.1.split_once(word)?;
        after.split_whitespace().next()?.parse().ok()
    };
    let fits = |line: &&str| {
        bound(line, "since ").is_none_or(|since| since <= major)
            && bound(line, "until ").is_none_or(|until| major <= until)
    };
    sql.lines().filter(fits).collect::<Vec<_>>().join("\n")
}

/// Which columns of a query's rows are what. Found once, for there are many rows.
pub struct Layout {
    path: Vec<usize>,
    /// Those without a name hold several, as JSON.
    facets: Vec<(usize, Option<FacetName>)>,
    parent: Option<usize>,
    /// The facets that the server prints.
    pub prints: Vec<Print>,
    printed: Vec<Option<usize>>,
    /// The row's OID.
    pub oid: Option<usize>,
    /// The number of the column of a table.
    pub sub: Option<usize>,
    /// The OID of the relation that the row is a part of.
    pub relation: Option<usize>,
    /// The access privileges.
    pub acl: Option<usize>,
    /// The owner, where that is no facet.
    pub owner: Option<usize>,
    /// The owner, where that is a facet.
    pub facet_owner: Option<usize>,
    /// What kind of privileges there are, where that differs from row to row.
    pub grantable: Option<usize>,
}

impl Layout {
    /// The layout of the rows of a query.
    pub fn of(row: &Row, query: &Query) -> Layout {
        let at = |name: &str| row.columns.iter().position(|column| column == name);
        let named = || row.columns.iter().enumerate();
        let several = |name: &str| name == "_more";
        let is_facet =
            |name: &str| several(name) || !is_path(name) && !name.starts_with('_') && name != "parent";
        let facet = |(at, name): (usize, &String)| {
            (at, (!several(name)).then(|| FacetName::named(&name.replace('_', " "))))
        };
        Layout {
            path: named().filter(|(_, name)| is_path(name)).map(|(at, _)| at).collect(),
            facets: named().filter(|(_, name)| is_facet(name)).map(facet).collect(),
            parent: at("parent"),
            printed: query.prints.iter().map(|print| at(&print.facet.replace(' ', "_"))).collect(),
            prints: query.prints.clone(),
            oid: at("_oid"),
            sub: at("_sub"),
            relation: at("_relation"),
            acl: at("_acl"),
            owner: at("_owner"),
            facet_owner: at("owner"),
            grantable: at("_grantable"),
        }
    }

    /// Whether the rows tell only by `_relation` what they are a part of, and give no name but their own.
    pub fn is_of_relation(&self) -> bool {
        self.path.len() == 1 && self.relation.is_some()
    }

    /// The row's key. Where the object that it is a part of is known, names are shared with that.
    pub fn key(&self, kind: Kind, row: &mut Row, whole: Option<&Key>) -> Key {
        let mut path = self.path.iter().filter_map(|&at| match row.values[at].take() {
            Value::String(name) => Some(name),
            _ => None,
        });
        match whole {
            Some(whole) if self.is_of_relation() || whole.path().len() + 1 == self.path.len() => {
                whole.child(kind, &path.next_back().unwrap_or_default())
            }
            _ => Key::new(kind, path),
        }
    }

    /// The kind of the object that the row's is a part of.
    pub fn parent_kind(&self, row: &Row) -> Option<Kind> {
        row.values[self.parent?].as_str().map(Kind::named)
    }

    /// Which of the prints the row waits for, each with the OID to print.
    pub fn wanted<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (usize, i64)> + 'a {
        let oid = |at: Option<usize>| at.and_then(|at| row.values[at].as_i64());
        self.printed.iter().enumerate().filter_map(move |(print, at)| Some((print, oid(*at)?)))
    }

    /// The row's facets, taken out of it. What is to be printed is its OID for now, which keeps its
    /// place.
    pub fn facets(&self, row: &mut Row) -> Facets {
        let mut facets = Vec::with_capacity(self.facets.len());
        for &(at, name) in &self.facets {
            match (name, row.values[at].take()) {
                (Some(name), value) => facets.push((name, value)),
                (None, Value::Object(several)) => {
                    let named = |(name, value): (String, Value)| (FacetName::named(&name), value);
                    facets.extend(several.into_iter().map(named));
                }
                (None, _) => {}
            }
        }
        Facets::of(facets)
    }

    /// Sets a column of a row.
    pub fn set(&self, row: &mut Row, column: &str, value: Value) {
        if let Some(at) = row.columns.iter().position(|name| name == column) {
            row.values[at] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::for_version;

    #[test]
    fn lines_for_newer_servers_are_left_out() {
        let sql = "select a,\n  b, -- since 14\n  c";
        assert_eq!(for_version(sql, 13), "select a,\n  c");
        assert_eq!(for_version(sql, 14), sql);
    }

    #[test]
    fn lines_for_older_servers_are_left_out() {
        let sql = "select a, -- until 14\n  b, -- since 15 until 16\n  c";
        assert_eq!(for_version(sql, 14), "select a, -- until 14\n  c");
        assert_eq!(for_version(sql, 15), "  b, -- since 15 until 16\n  c");
        assert_eq!(for_version(sql, 17), "  c");
    }
}
