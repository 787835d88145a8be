//! Tells on which line of a script a part of a table stands.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use super::{
    Script, Statement,
    words::{Word, words},
};
use crate::model::{Key, Location, Snapshot};

/// Gives columns and constraints the line on which the script has them: in the statement that makes
/// their table, or else in a later one that adds them.
pub fn place_parts(script: &Script, snapshot: &mut Snapshot) {
    let statements = script.statements().filter(|statement| makes_table(statement));
    let statements: HashMap<(&Path, u32), &Statement> =
        statements.map(|statement| ((&*statement.file, statement.line), statement)).collect();
    let later = Later::of(script, snapshot);
    let mut found: HashMap<&Key, BTreeMap<Part, u32>> = HashMap::new();
    let mut places = Vec::new();
    for object in snapshot.catalog.iter() {
        let (Some(table), Some(part)) = (&object.parent, Part::of(&object.key)) else { continue };
        let Some(place) = snapshot.locations.get(table) else { continue };
        let own = snapshot.locations.get(&object.key);
        let statement = statements.get(&(place.file.as_path(), place.line));
        let line = statement.filter(|_| own.is_none_or(|own| own == place)).and_then(|statement| {
            found.entry(table).or_insert_with(|| parts(&statement.text)).get(&part).copied()
        });
        let with_table = line.map(|line| Location { file: place.file.clone(), line: place.line + line });
        let line = with_table.or_else(|| later.place(table, part));
        places.extend(line.map(|line| (object.key.clone(), line)));
    }
    snapshot.locations.extend(places);
}

/// What is added to tables after they were made, and where, by the names of the tables as they are
/// written.
struct Later {
    added: HashMap<(Name, Part), Location>,
    /// The tables whose names say alone which they are.
    unique: HashSet<String>,
}

impl Later {
    fn of(script: &Script, snapshot: &Snapshot) -> Self {
        let mut added = HashMap::new();
        for statement in script.statements() {
            let Some((table, parts)) = additions(&statement.text) else { continue };
            for (part, line) in parts {
                let place = Location { line: statement.line + line, ..statement.location() };
                added.insert((table.clone(), part), place);
            }
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        for key in snapshot.catalog.keys().filter(|key| !added.is_empty() && key.kind().name() == "table") {
            *counts.entry(key.name().to_lowercase()).or_default() += 1;
        }
        let unique = counts.into_iter().filter(|(_, count)| *count == 1).map(|(name, _)| name).collect();
        Later { added, unique }
    }

    /// Where a part is added to a table.
    fn place(&self, table: &Key, part: Part) -> Option<Location> {
        let path: Vec<String> = table.path().iter().map(|name| name.to_lowercase()).collect();
        let bare = path.last().filter(|name| self.unique.contains(*name)).map(|name| vec![name.clone()]);
        let whole = (path, part);
        let found = self.added.get(&whole);
        found.or_else(|| self.added.get(&(bare?, whole.1))).cloned()
    }
}

fn makes_table(statement: &Statement) -> bool {
    let mut words = words(&statement.text).take(5);
    words.next().is_some_and(|word| word.is("create")) && words.any(|word| word.is("table"))
}

/// A part of a table, by its name in lower case: SQLite takes a name in any case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// The name of a table as it is written, in lower case: with its schema, or without.
type Name = Vec<String>;

/// The table that an `ALTER TABLE` is about, as it is written but in lower case, and what that adds to
/// it, each with the lines between it and the beginning.
fn additions(statement: &str) -> Option<(Name, Vec<(Part, u32)>)> {
    let mut words = words(statement).peekable();
    words.next_if(|word| word.is("alter"))?;
    words.next_if(|word| word.is("table"))?;
    while words.next_if(|word| ["if", "exists", "only"].iter().any(|known| word.is(known))).is_some() {}
    let mut table = vec![words.next()?.name()?.to_lowercase()];
    while words.next_if(|word| word.is_sign(".")).is_some() {
        table.push(words.next()?.name()?.to_lowercase());
    }
    let (mut depth, mut begins, mut found) = (0_usize, true, Vec::new());
    while let Some(word) = words.next() {
        if word.is_sign("(") {
            depth += 1;
        } else if word.is_sign(")") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && word.is_sign(",") {
            begins = true;
        } else if std::mem::take(&mut begins) && word.is("add") {
            let is_constraint = words.next_if(|word| word.is("constraint")).is_some();
            while words
                .next_if(|word| ["column", "if", "not", "exists"].iter().any(|it| word.is(it)))
                .is_some()
            {}
            let Some(name) = words.peek().filter(|word| is_constraint || !begins_constraint(word)) else {
                continue;
            };
            let name = name.text.to_lowercase();
            let part = if is_constraint { Part::Constraint(name) } else { Part::Column(name) };
            found.push((part, line_of(statement, word.start)));
        }
    }
    Some((table, found))
}

/// Whether a constraint without a name begins here.
fn begins_constraint(word: &Word) -> bool {
    ["primary", "unique", "check", "foreign", "exclude"].iter().any(|known| word.is(known))
}

/// How many lines are between the beginning of a text and a place in it.
fn line_of(text: &str, at: usize) -> u32 {
    let breaks = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX)
}

/// The parts in the parentheses of a `CREATE TABLE`, each with the lines between it and the beginning.
fn parts(statement: &str) -> BTreeMap<Part, u32> {
    let (mut depth, mut begins) = (0_usize, false);
    let mut found = BTreeMap::new();
    let mut words = words(statement).peekable();
    let line = |at: usize| line_of(statement, at);
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

    #[test]
    fn what_is_added_to_a_table_later_has_its_own_line() {
        let statement = "ALTER TABLE IF EXISTS ONLY shop.\"Orders\"\n  ADD note text DEFAULT coalesce('a', 'b'),\n\
                         ADD COLUMN IF NOT EXISTS paid_at date,\n  ADD CHECK (a > 0),\n\
                         ADD CONSTRAINT positive CHECK (total > 0), DROP COLUMN old";
        let (table, found) = additions(statement).unwrap();
        assert_eq!(table, ["shop", "orders"]);
        let column = |name: &str, line| (Part::Column(name.to_owned()), line);
        let positive = (Part::Constraint("positive".to_owned()), 4);
        assert_eq!(found, [column("note", 1), column("paid_at", 2), positive]);
        assert_eq!(additions("ALTER INDEX a RENAME TO b"), None);
        assert_eq!(additions("ALTER TABLE a RENAME TO b"), Some((vec!["a".to_owned()], Vec::new())));
    }
}
