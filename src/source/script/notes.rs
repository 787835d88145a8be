//! What was done otherwise than a script says, in one sentence for each reason.

use super::{Statement, failure::first_line};
use crate::model::Location;

/// Reasons, each with the first statement it is about and how many there are.
#[derive(Debug, Default)]
pub struct Notes(Vec<Note>);

#[derive(Debug)]
struct Note {
    at: Location,
    statement: String,
    count: usize,
    done: &'static str,
    why: &'static str,
}

impl Notes {
    /// A statement was not run.
    pub fn left_out(&mut self, statement: &Statement, why: &'static str) {
        self.add(statement, "left out", why);
    }

    /// A statement was run without a part of it.
    pub fn rewritten(&mut self, statement: &Statement, why: &'static str) {
        self.add(statement, "run without a clause", why);
    }

    fn add(&mut self, statement: &Statement, done: &'static str, why: &'static str) {
        match self.0.iter_mut().find(|note| note.done == done && note.why == why) {
            Some(note) => note.count += 1,
            None => {
                let (at, statement) = (statement.location(), first_line(&statement.text));
                self.0.push(Note { at, statement, count: 1, done, why });
            }
        }
    }

    /// The sentences.
    pub fn into_texts(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|Note { at, statement, count, done, why }| {
            let (file, line) = (at.file.display(), at.line);
            match count - 1 {
                0 => format!("{file}:{line}: `{statement}` was {done}: {why}"),
                1 => format!("{file}:{line}: `{statement}` and 1 more were {done}: {why}"),
                more => format!("{file}:{line}: `{statement}` and {more} more were {done}: {why}"),
            }
        })
    }
}
