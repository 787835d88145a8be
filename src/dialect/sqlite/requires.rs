//! What an object cannot do without, found by the names that its SQL mentions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};

use super::{
    COLUMN, CONSTRAINT, MAIN, TABLE, VIEW,
    token::{Token, TokenKind, tokens},
};
use crate::model::{Catalog, Key};

/// The tables and views of a database with their columns, found by name in any case.
#[derive(Default)]
pub struct Relations {
    by_name: BTreeMap<String, Relation>,
}

struct Relation {
    key: Key,
    columns: Vec<String>,
}

impl Relations {
    /// Adds a table or a view.
    pub fn add(&mut self, key: Key, columns: Vec<String>) {
        self.by_name.insert(key.name().to_ascii_lowercase(), Relation { key, columns });
    }

    /// The key of the table or view of a name.
    pub fn key(&self, name: &str) -> Option<&Key> {
        Some(&self.by_name.get(&name.to_ascii_lowercase())?.key)
    }

    /// The names of a table's columns.
    pub fn columns(&self, name: &str) -> &[String] {
        self.by_name.get(&name.to_ascii_lowercase()).map_or(&[], |relation| &relation.columns)
    }

    /// The columns of one table that a piece of SQL mentions.
    pub fn columns_in(&self, table: &str, sql: &str) -> BTreeSet<Key> {
        let Some(relation) = self.by_name.get(&table.to_ascii_lowercase()) else { return BTreeSet::new() };
        let tokens = tokens(sql).unwrap_or_default();
        mentioned(relation, &tokens).collect()
    }

    /// The tables and views that statements read or write, and those of their columns that they
    /// mention. SQLite keeps no dependencies, so this goes by the names, and can find too many.
    pub fn used_in(&self, sql: &str) -> BTreeSet<Key> {
        let tokens = tokens(sql).unwrap_or_default();
        let relations: BTreeSet<&str> = (0..tokens.len())
            .filter(|at| stands_for_relation(&tokens, *at))
            .filter_map(|at| self.by_name.get_key_value(&tokens[at].name()?.to_ascii_lowercase()))
            .map(|(name, _)| name.as_str())
            .collect();
        let relations = relations.iter().filter_map(|name| self.by_name.get(*name));
        relations.flat_map(|relation| mentioned(relation, &tokens).chain([relation.key.clone()])).collect()
    }
}

fn mentioned<'a>(relation: &'a Relation, tokens: &'a [Token<'_>]) -> impl Iterator<Item = Key> + 'a {
    let names: BTreeSet<String> = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted))
        .filter_map(|token| Some(token.name()?.to_ascii_lowercase()))
        .collect();
    let columns = relation.columns.iter().filter(move |column| names.contains(&column.to_ascii_lowercase()));
    columns.map(|column| relation.key.child(COLUMN, column))
}

/// Whether the token at a place can be the name of a table that is read or written there.
fn stands_for_relation(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
    if before.is_symbol(".") {
        let schema = at.checked_sub(2).and_then(|schema| tokens.get(schema)?.name());
        return schema.is_some_and(|schema| schema.eq_ignore_ascii_case(MAIN));
    }
    let words = ["FROM", "JOIN", "INTO", "UPDATE", "ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK", "IN"];
    words.iter().any(|word| before.is_word(word)) || before.is_symbol(",") || before.is_symbol("(")
}

/// The table of a column or a constraint; anything else is meant itself.
pub fn relation(key: &Key) -> Key {
    if [COLUMN, CONSTRAINT].contains(&key.kind()) { key.parent(TABLE) } else { key.clone() }
}

/// The tables and views that lead back to themselves, by foreign keys and by the `SELECT` of views.
///
/// Only what is in one circle has to be looked at, step by step, with [`reaches`]: hardly ever anything.
pub struct Circles {
    circle: HashMap<Key, usize>,
}

impl Circles {
    /// The circles in what objects need.
    pub fn of(needs: &[(Key, Vec<Key>)]) -> Circles {
        let mut graph: DiGraphMap<usize, ()> = DiGraphMap::new();
        let mut numbers = HashMap::new();
        let mut number = |key: &Key| {
            let next = numbers.len();
            *numbers.entry(relation(key)).or_insert(next)
        };
        for (key, needed) in needs.iter().filter(|(key, _)| leads_on(key)) {
            let own = number(key);
            for on in needed {
                graph.add_edge(own, number(on), ());
            }
        }
        let components = tarjan_scc(&graph);
        let circles = components.iter().enumerate().filter(|(_, members)| members.len() > 1);
        let by_number: HashMap<usize, usize> = circles
            .flat_map(|(circle, members)| members.iter().map(move |member| (*member, circle)))
            .collect();
        let circle = numbers.into_iter().filter_map(|(key, number)| Some((key, *by_number.get(&number)?)));
        Circles { circle: circle.collect() }
    }

    /// Whether an object and what it needs are in one circle, so that the need may close it.
    pub fn may_close(&self, key: &Key, on: &Key) -> bool {
        leads_on(key)
            && self
                .circle
                .get(&relation(key))
                .is_some_and(|circle| self.circle.get(&relation(on)) == Some(circle))
    }
}

/// Whether what an object needs counts as a step from one table or view to another.
fn leads_on(key: &Key) -> bool {
    [CONSTRAINT, VIEW].contains(&key.kind())
}

/// Whether what another table or view (or one of its columns) requires leads to this one: by the
/// foreign keys of tables and the `SELECT` of views.
pub fn reaches(catalog: &Catalog, from: &Key, to: &Key) -> bool {
    let start = relation(from);
    if start == *to {
        return false;
    }
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(key) = open.pop() {
        if key == *to {
            return true;
        }
        if !seen.insert(key.clone()) {
            continue;
        }
        let of_it = catalog.below(&key).filter(|object| leads_on(&object.key));
        open.extend(of_it.flat_map(|object| &object.requires).map(|requirement| relation(&requirement.on)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_found_where_tables_stand_and_nowhere_else() {
        let mut relations = Relations::default();
        for name in ["orders", "Users", "label", "odd \"name"] {
            relations.add(Key::new(TABLE, [MAIN, name]), vec!["id".to_owned(), "total".to_owned()]);
        }
        let sql = "SELECT o.TOTAL AS label FROM main.orders o JOIN users ON 1 WHERE x IN \"odd \"\"name\"";
        let used: Vec<String> = relations.used_in(sql).iter().map(Key::to_string).collect();
        let expected = [
            "table:main.Users",
            "column:main.Users.total",
            "table:main.\"odd \"\"name\"",
            "column:main.\"odd \"\"name\".total",
            "table:main.orders",
            "column:main.orders.total",
        ];
        assert_eq!(used.iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).iter().collect());
    }
}
