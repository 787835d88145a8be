//! What changed in a file since it was applied, as far as it can be found out.

use std::path::PathBuf;

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::{Folder, History, Migration, Report, State, past};
use crate::source::split::{PieceKind, Syntax, split};

/// What changed in a file since it was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How it is known, as a sentence without a full stop.
    pub how: String,
    /// The lines that went and came, each with `-` or `+` in front; empty where no line differs.
    pub lines: Vec<String>,
}

/// Says of every edited migration of a report what changed in it, as far as `what_changed` knows.
pub fn explain(folder: &Folder, history: &History, report: &mut Report) {
    let files: Vec<(PathBuf, u32, String)> =
        folder.migrations.iter().map(|it| (it.file.clone(), it.line, it.version.clone())).collect();
    for entry in report.migrations.iter_mut().filter(|entry| entry.state == State::Edited) {
        let own = |(file, line, _): &&(PathBuf, u32, String)| {
            entry.file.as_ref() == Some(file) && entry.line.unwrap_or(1) == *line
        };
        if let Some((.., version)) = files.iter().find(own) {
            entry.change = what_changed(folder, history, version);
        }
    }
}

/// What changed in a migration whose checksum is no longer the recorded one: line ends, what the
/// repository has of it, or the statements that the history keeps. Asks the repository with `git`.
fn what_changed(folder: &Folder, history: &History, version: &str) -> Option<Change> {
    let migration = folder.get(version)?;
    let applied = history.applied.iter().find(|applied| applied.version == version)?;
    if let Some(statements) = &applied.statements {
        let how = "beside the statements that the history keeps".to_owned();
        let was = statements.join(";\n");
        return Some(Change { how, lines: lines(&was, &pieces(&migration.text).join(";\n")) });
    }
    let recorded = applied.checksum.as_deref()?.trim();
    let fits = |text: &str| {
        let other = Migration { text: text.to_owned(), ..migration.clone() };
        folder.tool.checks(&other, recorded) == Some(true)
    };
    if let Some(how) = blank_change(&migration.text, &fits) {
        return Some(Change { how: how.to_owned(), lines: Vec::new() });
    }
    let past = past::find(migration, &|text| {
        // A file of several changesets is looked at by the one that is meant.
        let text = reread(folder, migration, text)?;
        fits(&text).then_some(text)
    })?;
    let how = format!("beside the file as commit {} of {} has it", past.commit, past.day);
    Some(Change { how, lines: lines(&past.text, &migration.text) })
}

/// The text of a migration in an earlier state of its file.
fn reread(folder: &Folder, migration: &Migration, text: &str) -> Option<String> {
    let mut listing = folder.listing.clone();
    listing.files.retain(|file| file.path == migration.file);
    listing.files.first_mut()?.text = text.to_owned();
    let then = folder.tool.read(&listing).ok()?;
    then.into_iter().find(|it| it.version == migration.version).map(|it| it.text)
}

/// The difference of a text to the one that was run, where it is one that nobody sees.
fn blank_change(text: &str, fits: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let unix = text.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    let end = unix.trim_end();
    if fits(&unix) || fits(&windows) {
        return Some("only its line ends changed, as git does with core.autocrlf");
    }
    if fits(&format!("\u{feff}{text}")) || fits(&format!("\u{feff}{windows}")) {
        return Some("only the byte order mark at its start is gone");
    }
    if [end.to_owned(), format!("{end}\n"), format!("{end}\n\n")].iter().any(|other| fits(other)) {
        return Some("only the blanks at its end changed");
    }
    None
}

/// Whether a text is made of these statements, whatever the blanks around them.
pub(super) fn same_statements(text: &str, statements: &[String]) -> bool {
    let own = pieces(text);
    let plain = |sql: &str| sql.trim().trim_end_matches(';').trim_end().replace("\r\n", "\n");
    let told: Vec<String> = statements.iter().flat_map(|sql| pieces(sql)).map(|sql| plain(&sql)).collect();
    own.iter().map(|sql| plain(sql)).eq(told)
}

fn pieces(text: &str) -> Vec<String> {
    let pieces = split(text, Syntax::Postgres).into_iter();
    pieces.filter(|piece| piece.kind == PieceKind::Statement).map(|piece| piece.text.to_owned()).collect()
}

fn lines(was: &str, is: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(was, is);
    let lines = diff.iter_all_changes().filter_map(|change| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => return None,
        };
        Some(format!("{sign} {}", change.value().trim_end_matches(['\n', '\r'])))
    });
    lines.collect()
}
