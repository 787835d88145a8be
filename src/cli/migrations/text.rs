//! Migrations beside a history, for people.

use std::fmt::Write;

use super::shown;
use crate::{
    diff::Status,
    report::{Paint, clean},
    source::migrations::{Entry, Report, State},
};

/// How many lines of a change are printed.
const LINES: usize = 12;

/// A line for each migration, with reasons below those that do not fit, and a sum at the end.
pub fn status(target: &str, report: &Report, paint: Paint) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}", paint.bold(&clean(&headline(target, report))));
    let wide = |width: fn(&Entry) -> usize| report.migrations.iter().map(width).max().unwrap_or(0);
    let version = wide(|entry| clean(&entry.version).chars().count()).min(40);
    let name = wide(|entry| clean(&entry.name).chars().count()).min(48);
    for entry in &report.migrations {
        let state = paint.status(colour(entry.state), &format!("{:<12}", entry.state.words()));
        let line = format!(
            "{:<version$}  {:<name$}  {}",
            clean(&entry.version),
            clean(&entry.name),
            clean(entry.applied_at.as_deref().unwrap_or_default()),
        );
        let _ = writeln!(text, "  {} {state} {}", glyph(entry.state), line.trim_end());
        text.push_str(&reasons(entry, "      ", paint));
    }
    let _ = writeln!(text, "{}", sum(report));
    text
}

/// Why a migration stands as it does, on lines of their own with blanks in front.
pub fn reasons(entry: &Entry, blanks: &str, paint: Paint) -> String {
    let mut text = String::new();
    if let Some(reason) = &entry.reason {
        let place = match (&entry.file, entry.line) {
            _ if !entry.state.is_wrong() => String::new(),
            (Some(file), Some(line)) => format!("{}:{line}: ", shown(file)),
            (Some(file), None) => format!("{}: ", shown(file)),
            (None, _) => String::new(),
        };
        let _ = writeln!(text, "{blanks}{}", clean(&format!("{place}{reason}")));
    }
    if entry.state == State::Edited
        && let (Some(recorded), Some(now)) = (&entry.recorded, &entry.now)
    {
        let _ =
            writeln!(text, "{blanks}{}", clean(&format!("recorded {}, now {}", short(recorded), short(now))));
    }
    match &entry.change {
        Some(change) => {
            let _ = writeln!(
                text,
                "{blanks}{}{}",
                clean(&change.how),
                if change.lines.is_empty() { "." } else { ":" }
            );
            for line in change.lines.iter().take(LINES) {
                let status = if line.starts_with('-') { Status::Extra } else { Status::Missing };
                let _ = writeln!(text, "{blanks}  {}", paint.status(status, &clean(line)));
            }
            if change.lines.len() > LINES {
                let _ = writeln!(text, "{blanks}  … and {} more lines", change.lines.len() - LINES);
            }
        }
        None if entry.state == State::Edited && entry.recorded.is_some() => {
            let _ = writeln!(
                text,
                "{blanks}What changed is not known: no commit of the repository has the text with that checksum."
            );
        }
        None => {}
    }
    text
}

/// Whose migrations they are, and where.
pub fn headline(target: &str, report: &Report) -> String {
    let count = report.migrations.iter().filter(|entry| entry.file.is_some()).count();
    let plural = if count == 1 { "" } else { "s" };
    let history = match &report.table {
        Some(table) => format!("history in {table}"),
        None if report.tool == "generic" => "no history there".to_owned(),
        None => format!("no history: {} has never run there", report.title),
    };
    format!("{target}: {count} migration{plural} in {} ({}), {history}", shown(&report.folder), report.title)
}

/// "3 applied, 1 pending."
pub fn sum(report: &Report) -> String {
    let counts = State::ALL.map(|state| (state, report.count(state)));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {}", state.words()))
        .collect();
    let unnoticed = report.table.is_some() && !report.checksums && report.count(State::Applied) > 0;
    let note = if unnoticed {
        format!(" As {} records no checksums, an edited file would not be noticed.", report.title)
    } else {
        String::new()
    };
    format!("{}.{note}", counts.join(", "))
}

fn glyph(state: State) -> char {
    match state {
        State::Applied => '=',
        State::Pending => '+',
        State::OutOfOrder | State::Edited => '~',
        State::Missing => '-',
        State::Failed => '!',
    }
}

fn colour(state: State) -> Status {
    match state {
        State::Applied => Status::Same,
        State::Pending => Status::Missing,
        State::OutOfOrder | State::Edited => Status::Changed,
        State::Missing | State::Failed => Status::Extra,
    }
}

/// A checksum as one compares it by eye.
fn short(checksum: &str) -> String {
    match checksum.char_indices().nth(16) {
        Some((end, _)) => format!("{}…", &checksum[..end]),
        None => checksum.to_owned(),
    }
}
