//! A statement on its way through the engine.

use std::ops::Range;

use super::{
    Statement,
    words::{Word, after, starts},
};

use crate::model::Location;

/// A statement, what has to be known before it is run, and what became of it.
pub struct Item<'a> {
    /// The statement as it stands in the script.
    pub statement: &'a Statement,
    /// Whether it begins a transaction.
    pub begins: bool,
    /// Whether it ends one.
    pub ends: bool,
    /// Whether it may make an object.
    pub makes: bool,
    /// Whether a mark may be taken in the same message, which makes one transaction of both.
    pub marks_with_it: bool,
    /// Whether it sets the search path for what comes after it.
    pub sets_path: bool,
    /// What is run in its place.
    pub rewritten: Option<String>,
    /// Whether it is not run.
    pub left_out: bool,
}

impl<'a> Item<'a> {
    /// What the words of a statement tell about it.
    pub fn new(statement: &'a Statement, words: &[Word]) -> Self {
        let first =
            |known: &[&str]| words.first().is_some_and(|word| known.iter().any(|known| word.is(known)));
        let makes = first(&["create", "alter", "do", "select", "call", "import", "with", "execute"]);
        let local = starts(words, &["set", "local"]);
        let names_path =
            words.iter().any(|word| word.text == "search_path") || starts(words, &["set", "schema"]);
        Item {
            statement,
            begins: first(&["begin"]) || starts(words, &["start", "transaction"]),
            ends: first(&["commit", "end", "abort"])
                || first(&["rollback"]) && after(words, &["to"]).is_none()
                || starts(words, &["prepare", "transaction"]),
            makes,
            // What refuses to run in a transaction says CONCURRENTLY.
            marks_with_it: first(&["create", "alter"]) && !words.iter().any(|word| word.is("concurrently")),
            sets_path: first(&["set", "select", "reset"]) && names_path && !local,
            rewritten: None,
            left_out: false,
        }
    }

    /// What is run.
    pub fn sql(&self) -> &str {
        self.rewritten.as_deref().unwrap_or(&self.statement.text)
    }
}

/// What is run together, in order: single statements, and transactions as a whole.
///
/// # Errors
/// Where a transaction begins that never ends.
pub fn units(items: &[Item<'_>]) -> Result<Vec<Range<usize>>, Location> {
    let mut units = Vec::new();
    let mut at = 0;
    while let Some(item) = items.get(at) {
        let mut end = at + 1;
        if item.begins {
            let rest = items[end..].iter().position(|item| item.ends);
            end += rest.ok_or_else(|| item.statement.location())? + 1;
        }
        units.push(at..end);
        at = end;
    }
    Ok(units)
}
