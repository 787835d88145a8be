//! Tells on which line of its statement a part of a table stands.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use super::{Script, Statement, words::words};
use crate::model::{Key, Location, Snapshot};

/// Gives columns and constraints the line on which the script has them, where that is in the statement
/// that makes their table.
pub fn place_parts(script: &Script, snapshot: &mut Snapshot) {
    let statements = script.statements().filter(|statement| makes_table(statement));
    let statements: HashMap<(&Path, u32), &Statement> =
        statements.map(|statement| ((&*statement.file, statement.line), statement)).collect();
    let mut found: HashMap<&Key, BTreeMap<Part, u32>> = HashMap::new();
    let mut places = Vec::new();
    for object in snapshot.catalog.iter() {
        let (Some(table), Some(part)) = (&object.parent, Part::of(&object.key)) else { continue };
        let Some(place) = snapshot.locations.get(table) else { continue };
        let own = snapshot.locations.get(&object.key);
        let Some(statement) = statements.get(&(place.file.as_path(), place.line)) else { continue };
        if own.is_some_and(|own| own != place) {
            continue;
        }
        let lines = found.entry(table).or_insert_with(|| parts(&statement.text));
        if let Some(line) = lines.get(&part) {
            places.push((object.key.clone(), Location { file: place.file.clone(), line: place.line + line }));
        }
    }
    snapshot.locations.extend(places);
}

fn makes_table(statement: &Statement) -> bool {
    let mut words = words(&statement.text).take(5);
    words.next().is_some_and(|word| word.is("create")) && words.any(|word| word.is("table"))
}

/// A part of a table, by its name in lower case: SQLite takes a name in any case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Column(String),
    Constraint(String),
}

impl Part {
    fn of(key: &Key) -> Option<Part> {
        let name = key.name().to_lowercase();
        match key.kind().name() {
            "column" => Some(Part::Column(name)),
            "constraint" => Some(Part::Constraint(name)),
            _ => None,
        }
    }
}

/// The parts in the parentheses of a `CREATE TABLE`, each with the lines between it and the beginning.
fn parts(statement: &str) -> BTreeMap<Part, u32> {
    let (mut depth, mut begins) = (0_usize, false);
    let mut found = BTreeMap::new();
    let mut words = words(statement).peekable();
    let line = |at: usize| {
        let breaks = statement.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(breaks).unwrap_or(u32::MAX)
    };
    while let Some(word) = words.next() {
        if word.is_sign("(") {
            depth += 1;
            begins = depth == 1;
        } else if word.is_sign(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                break;
            }
        } else if depth == 1 && word.is_sign(",") {
            begins = true;
        } else if depth == 1 && word.is("constraint") {
            begins = false;
            if let Some(name) = words.peek() {
                found.entry(Part::Constraint(name.text.to_lowercase())).or_insert(line(word.start));
            }
        } else if begins {
            begins = false;
            found.entry(Part::Column(word.text.to_lowercase())).or_insert(line(word.start));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_named_constraints_have_lines_of_their_own() {
        let statement = "CREATE TABLE IF NOT EXISTS shop.\"Orders\" ( -- (with, a comment\n\
                         id int PRIMARY KEY, total numeric(12,2)\n\
                         CONSTRAINT positive CHECK (total > (0)),\n\n\
                         \"Odd, name\" text DEFAULT 'a,(b',\n\
                         CONSTRAINT known FOREIGN KEY (id) REFERENCES other (id, x)\n\
                         ) PARTITION BY RANGE (id)";
        let found = parts(statement);
        let line = |part: Part| found.get(&part).copied();
        assert_eq!(line(Part::Column("id".to_owned())), Some(1));
        assert_eq!(line(Part::Column("total".to_owned())), Some(1));
        assert_eq!(line(Part::Constraint("positive".to_owned())), Some(2));
        assert_eq!(line(Part::Column("odd, name".to_owned())), Some(4));
        assert_eq!(line(Part::Constraint("known".to_owned())), Some(5));
        assert_eq!(found.len(), 5);
        assert!(parts("CREATE TABLE copy AS SELECT 1").is_empty());
    }
}
