//! A folder beside a history: what was applied, what waits, and what does not fit. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::Serialize;

use super::{Applied, Change, Folder, History, Migration};

/// How a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was applied, and its file still is what was run.
    Applied,
    /// It was not applied yet.
    Pending,
    /// It was not applied, and newer ones were.
    OutOfOrder,
    /// It was applied, and there is no file.
    Missing,
    /// It was applied, and its file has changed since.
    Edited,
    /// It was begun, and did not come to its end.
    Failed,
}

impl State {
    /// Every state, in the order in which they are counted.
    pub const ALL: [State; 6] =
        [State::Applied, State::Pending, State::OutOfOrder, State::Missing, State::Edited, State::Failed];

    /// The state in words.
    pub fn words(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Pending => "pending",
            State::OutOfOrder => "out of order",
            State::Missing => "missing",
            State::Edited => "edited",
            State::Failed => "failed",
        }
    }

    /// Whether folder and history contradict each other.
    pub fn is_wrong(self) -> bool {
        !matches!(self, State::Applied | State::Pending)
    }
}

/// One migration, as the folder and the history have it together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its version.
    pub version: String,
    /// What it is called.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The line of the file on which it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// When it was applied, as the database prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<String>,
    /// Who applied it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_by: Option<String>,
    /// The checksum that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// The checksum that the file has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Why it stands so, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What changed in the file since it was applied, where that could be found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

/// A folder beside a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The tool's name.
    pub tool: &'static str,
    /// The tool's name as its makers write it.
    #[serde(skip)]
    pub title: &'static str,
    /// The folder.
    pub folder: PathBuf,
    /// The table of history; none where the tool has never run.
    pub table: Option<String>,
    /// Whether the tool records checksums there, so that an edited file can be noticed.
    pub checksums: bool,
    /// The migrations, in the order of the folder; those without a file come last.
    pub migrations: Vec<Entry>,
}

impl Report {
    /// How many migrations stand so.
    pub fn count(&self, state: State) -> usize {
        self.migrations.iter().filter(|entry| entry.state == state).count()
    }

    /// Those that contradict the history.
    pub fn wrong(&self) -> impl Iterator<Item = &Entry> {
        self.migrations.iter().filter(|entry| entry.state.is_wrong())
    }

    /// Those that wait to be applied, late ones included.
    pub fn waiting(&self) -> usize {
        self.count(State::Pending) + self.count(State::OutOfOrder)
    }
}

/// How each migration stands.
pub fn report(folder: &Folder, history: &History) -> Report {
    let mut told: BTreeMap<&str, &Applied> = BTreeMap::new();
    for applied in &history.applied {
        told.insert(&applied.version, applied);
    }
    let newest = folder.migrations.iter().rposition(|it| !it.repeatable && told.contains_key(&*it.version));
    let files = folder.migrations.iter().enumerate().map(|(place, migration)| {
        match told.get(migration.version.as_str()) {
            Some(applied) => beside(folder, migration, applied),
            None => waiting(folder, migration, newest.is_some_and(|newest| place < newest)),
        }
    });
    let mut entries: Vec<Entry> = files.collect();
    let known: BTreeSet<&str> = folder.migrations.iter().map(|it| it.version.as_str()).collect();
    entries.extend(history.applied.iter().filter(|it| !known.contains(&*it.version)).map(missing));
    Report {
        tool: folder.tool.name(),
        title: folder.tool.title(),
        folder: folder.path.clone(),
        table: history.table.clone(),
        checksums: history
            .applied
            .iter()
            .any(|it| it.held || it.checksum.is_some() || it.statements.is_some()),
        migrations: entries,
    }
}

/// A migration with a file that the history tells of.
fn beside(folder: &Folder, migration: &Migration, applied: &Applied) -> Entry {
    let checks = match (&applied.checksum, &applied.statements) {
        (Some(recorded), _) => folder.tool.checks(migration, recorded.trim()),
        (None, Some(statements)) => Some(super::change::same_statements(&migration.text, statements)),
        (None, None) => None,
    };
    let mut entry = entry_of(migration);
    entry.applied_at.clone_from(&applied.at);
    entry.applied_by.clone_from(&applied.by);
    entry.reason.clone_from(&applied.note);
    entry.recorded = applied.checksum.as_ref().map(|recorded| recorded.trim().to_owned());
    if let Some(failed) = &applied.failed {
        entry.state = State::Failed;
        entry.reason = Some(failed.clone());
    } else if let Some(mismatch) = &applied.mismatch {
        entry.state = State::Edited;
        entry.reason = Some(mismatch.clone());
    } else if checks == Some(false) {
        entry.now = entry.recorded.as_deref().and_then(|recorded| folder.tool.checksum(migration, recorded));
        (entry.state, entry.reason) = if migration.repeatable {
            (State::Pending, Some("it has changed since it was run, and is run again".to_owned()))
        } else {
            (State::Edited, Some("its file is not what was run".to_owned()))
        };
    } else {
        entry.state = State::Applied;
        if entry.recorded.is_some() && checks.is_none() {
            entry.reason =
                Some("its checksum cannot be made anew, so an edit would not be noticed".to_owned());
        }
    }
    entry
}

/// A migration with a file that the history does not tell of.
fn waiting(folder: &Folder, migration: &Migration, newer_was_applied: bool) -> Entry {
    let mut entry = entry_of(migration);
    if let Some(then) = folder.tool.on_late().filter(|_| newer_was_applied) {
        entry.state = State::OutOfOrder;
        entry.reason = Some(format!("newer ones were applied; {then}"));
    }
    entry
}

fn entry_of(migration: &Migration) -> Entry {
    Entry {
        version: spelled(migration),
        name: migration.name.clone(),
        state: State::Pending,
        file: Some(migration.file.clone()),
        line: (migration.line > 1).then_some(migration.line),
        applied_at: None,
        applied_by: None,
        recorded: None,
        now: None,
        reason: None,
        change: None,
    }
}

/// The version as the file has it, where that is a number with zeros in front.
fn spelled(migration: &Migration) -> String {
    let name = migration.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    let same = !digits.is_empty() && super::version::number(&digits) == migration.version;
    if same { digits } else { migration.version.clone() }
}

/// A migration that only the history tells of.
fn missing(applied: &Applied) -> Entry {
    let reason = applied.failed.clone().unwrap_or_else(|| {
        let note = applied.note.as_ref().map_or(String::new(), |note| format!("; {note}"));
        format!("the history has it, and the folder does not{note}")
    });
    Entry {
        version: applied.version.clone(),
        name: applied.name.clone().unwrap_or_default(),
        state: if applied.failed.is_some() { State::Failed } else { State::Missing },
        file: None,
        line: None,
        applied_at: applied.at.clone(),
        applied_by: applied.by.clone(),
        recorded: applied.checksum.clone(),
        now: None,
        reason: Some(reason),
        change: None,
    }
}
