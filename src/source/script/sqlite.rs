//! Runs a script in an SQLite database in memory, as the sqlite3 shell would, with more patience.

use std::collections::BTreeMap;

use super::{
    Failure, Failures, Script, Statement,
    item::{Item, units},
    notes::Notes,
    remedy::first_word_is,
    words::{Word, words},
};
use crate::{
    dialect::sqlite::session::{Session, SqliteError},
    model::{Key, Location},
    source::{Progress, SourceError},
};

/// Where each object was made, by whether it is a trigger and its name: triggers have a name space
/// of their own, and everything else shares one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made(BTreeMap<(bool, String), Location>);

impl Made {
    /// Where the object of a key was made; nothing for the parts of one.
    pub fn place(&self, key: &Key) -> Option<&Location> {
        let kind = key.kind().name();
        let whole = ["table", "virtual table", "view", "index", "trigger"].contains(&kind);
        self.0.get(&(kind == "trigger", key.name().to_owned())).filter(|_| whole)
    }
}

/// Runs a script in an empty database, and returns where what was made, and what was left out.
///
/// # Errors
/// Every statement that failed, or a transaction that never ends.
pub async fn run_sqlite(
    script: &Script,
    session: &mut Session,
    progress: &Progress<'_>,
) -> Result<(Made, Vec<String>), SourceError> {
    let mut notes = Notes::default();
    let mut items = Vec::new();
    for file in &script.files {
        let start = items.len();
        for statement in file {
            let words: Vec<Word> = words(&statement.text).collect();
            let mut item = Item::new(statement, &words);
            if reaches_out(&words) {
                item.left_out = true;
                notes.left_out(statement, "it is about other files than the database");
            }
            items.push(item);
        }
        units(&items[start..]).map_err(|at| SourceError::OpenTransaction { at })?;
    }
    let mut runner = Runner { session, last_row: 0, made: Made::default() };
    let mut failed = Vec::new();
    let mut waiting: Vec<(usize, SqliteError)> = Vec::new();
    for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.left_out) {
        progress("running the script", at + 1);
        match runner.statement(item.statement).await {
            Ok(()) => {}
            // Run later, it would take away what the script makes after it.
            Err(error) if is_missing(&error) && first_word_is(&item.statement.text, "drop") => {
                notes.left_out(item.statement, "there is nothing to drop");
            }
            Err(error) if is_missing(&error) => waiting.push((at, error)),
            Err(error) => failed.push((at, error)),
        }
    }
    // A statement that fails leaves a transaction as it is, so each can be run again by itself.
    loop {
        let before = waiting.len();
        let mut still = Vec::new();
        for (at, _) in waiting {
            if let Err(error) = runner.statement(items[at].statement).await {
                still.push((at, error));
            }
        }
        waiting = still;
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    failed.extend(waiting);
    if failed.is_empty() {
        return Ok((runner.made, script.notes.iter().cloned().chain(notes.into_texts()).collect()));
    }
    failed.sort_by_key(|(at, _)| *at);
    let engine = format!("SQLite {} in memory", runner.session.server_version());
    let all = failed.into_iter().map(|(at, error)| Failure::sqlite(items[at].statement, error)).collect();
    Err(SourceError::Statements(Box::new(Failures { engine, statements: items.len(), all })))
}

struct Runner<'a> {
    session: &'a mut Session,
    /// The newest row of `sqlite_schema` that was seen.
    last_row: i64,
    made: Made,
}

impl Runner<'_> {
    async fn statement(&mut self, statement: &Statement) -> Result<(), SqliteError> {
        self.session.execute(&statement.text).await?;
        if first_word_is(&statement.text, "drop") {
            // The numbers of the rows that are gone are given again.
            let rows = self.session.rows("SELECT coalesce(max(rowid), 0) AS row FROM sqlite_schema").await?;
            self.last_row = rows.first().and_then(|row| row.number("row")).unwrap_or_default();
            return Ok(());
        }
        let new =
            format!("SELECT rowid AS row, type, name FROM sqlite_schema WHERE rowid > {}", self.last_row);
        for row in self.session.rows(&new).await? {
            let name = row.text("name").unwrap_or_default().to_owned();
            self.last_row = self.last_row.max(row.number("row").unwrap_or_default());
            self.made.0.insert((row.text("type") == Some("trigger"), name), statement.location());
        }
        Ok(())
    }
}

/// Whether a statement is about files other than the database.
fn reaches_out(words: &[Word]) -> bool {
    words.first().is_some_and(|word| ["attach", "detach", "vacuum"].iter().any(|verb| word.is(verb)))
}

/// SQLite has one result code for all that is wrong with a statement; its text tells more.
fn is_missing(error: &SqliteError) -> bool {
    error.primary_code() == 1 && error.message.contains("no such ")
}
