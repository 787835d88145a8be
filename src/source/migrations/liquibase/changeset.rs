//! The changesets of a changelog.

use super::super::{MigrationsError, folder::File};

/// One changeset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changeset {
    /// Its id.
    pub id: String,
    /// Its author.
    pub author: String,
    /// The path that it has instead of its file's.
    pub logical_path: Option<String>,
    /// Its line.
    pub line: u32,
    /// Its SQL, or whatever it is written in.
    pub text: String,
    /// How it is cut into statements: what version 8 of the checksums is made of besides the text.
    pub settings: String,
    /// Whether it says how it is taken back.
    pub rollback: bool,
    /// Whether it is run again when it changes, or always.
    pub again: bool,
    /// Whether it is SQL.
    pub is_sql: bool,
}

/// Whether a file is a changelog.
pub fn is_changelog(file: &File) -> bool {
    match ending(file) {
        "sql" => is_formatted(&file.text),
        "xml" | "yaml" | "yml" | "json" => file.text.contains("databaseChangeLog"),
        _ => false,
    }
}

/// The changesets of a changelog, in order.
///
/// # Errors
/// Where a changeset has no author or no id.
pub fn read(file: &File) -> Result<Vec<Changeset>, MigrationsError> {
    match ending(file) {
        "sql" => formatted(file),
        "xml" => Ok(described(file, "<changeSet", xml_attribute)),
        _ => Ok(described(file, "changeSet", yaml_field)),
    }
}

fn ending(file: &File) -> &str {
    file.name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// `--liquibase formatted sql` on the first line, with blanks where one likes.
fn is_formatted(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words = first.trim().trim_start_matches("--").to_ascii_lowercase();
    words.trim_start().starts_with("liquibase") && words.contains("formatted")
}

/// What stands behind a directive such as `--changeset`, if a line is one.
fn directive<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let comment = line.trim_start().strip_prefix("--")?.trim_start();
    let (word, rest) = comment.split_at_checked(name.len())?;
    (word.eq_ignore_ascii_case(name) && (rest.is_empty() || rest.starts_with([' ', '\t', ':'])))
        .then_some(rest)
}

/// Directives whose lines are no part of the SQL.
const ASIDE: [&str; 7] = [
    "comment",
    "precondition",
    "preconditions",
    "precondition-sql-check",
    "validCheckSum",
    "property",
    "labels",
];

fn formatted(file: &File) -> Result<Vec<Changeset>, MigrationsError> {
    let mut sets: Vec<Changeset> = Vec::new();
    let mut in_rollback = false;
    for (line, text) in (1..).zip(file.text.lines()) {
        if let Some(rest) = directive(text, "changeset") {
            sets.push(set(rest, line).ok_or_else(|| MigrationsError::Malformed {
                file: file.path.clone(),
                line,
                problem: "a changeset is written as --changeset author:id".to_owned(),
            })?);
            in_rollback = false;
            continue;
        }
        let Some(current) = sets.last_mut() else { continue };
        let lower = text.trim_start().to_ascii_lowercase();
        if lower.starts_with("/*")
            && lower.trim_start_matches("/*").trim_start().starts_with("liquibase rollback")
        {
            (current.rollback, in_rollback) = (true, true);
        }
        if in_rollback {
            in_rollback = !text.contains("*/");
            continue;
        }
        if directive(text, "rollback").is_some() {
            current.rollback = true;
        } else if !ASIDE.iter().any(|name| directive(text, name).is_some()) {
            current.text.push_str(text);
            current.text.push('\n');
        }
    }
    Ok(sets)
}

/// `author:id attribute:value …`, either of them in quotes if need be.
fn set(rest: &str, line: u32) -> Option<Changeset> {
    let (author, rest) = word(rest.trim_start(), ':')?;
    let (id, attributes) = word(rest.strip_prefix(':')?.trim_start(), ' ')?;
    if author.is_empty() || id.is_empty() {
        return None;
    }
    let value = |name: &str| {
        let (_, rest) = attributes.split_once(&format!("{name}:"))?;
        word(rest, ' ').map(|(value, _)| value)
    };
    let says = |name: &str| value(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    // Unless it says otherwise, formatted SQL is split and its comments are left out.
    let or_true = |name: &str| value(name).map_or("true".to_owned(), |value| value.to_ascii_lowercase());
    let delimiter = value("endDelimiter").unwrap_or_else(|| "null".to_owned());
    Some(Changeset {
        settings: format!("{delimiter}:{}:{}:", or_true("splitStatements"), or_true("stripComments")),
        id,
        author: author.trim().to_owned(),
        logical_path: value("logicalFilePath"),
        line,
        again: says("runOnChange") || says("runAlways"),
        is_sql: true,
        ..Changeset::default()
    })
}

/// A word up to a sign, or in quotes, and the rest from that sign on.
fn word(text: &str, end: char) -> Option<(String, &str)> {
    if let Some(inside) = text.strip_prefix('"') {
        let (word, rest) = inside.split_once('"')?;
        return Some((word.to_owned(), rest));
    }
    let at = text.find(|c: char| c == end || (end == ' ' && c.is_whitespace()));
    match (at, end) {
        (Some(at), _) => Some((text[..at].to_owned(), &text[at..])),
        (None, ' ') => Some((text.to_owned(), "")),
        (None, _) => None,
    }
}

/// The changesets of a changelog that describes changes, by their ids and authors alone.
fn described(file: &File, mark: &str, field: fn(&str, &str) -> Option<String>) -> Vec<Changeset> {
    let starts: Vec<usize> = file
        .text
        .match_indices(mark)
        .map(|(at, _)| at)
        .filter(|at| {
            let rest = &file.text[at + mark.len()..];
            rest.starts_with([' ', ':', '"', '\n', '\r', '\t'])
        })
        .collect();
    let ends = starts.iter().skip(1).copied().chain([file.text.len()]);
    let sets = starts.iter().zip(ends).filter_map(|(&start, end)| {
        let text = &file.text[start..end];
        let says = |name: &str| field(text, name).is_some_and(|value| value == "true");
        Some(Changeset {
            id: field(text, "id")?,
            author: field(text, "author")?,
            logical_path: field(text, "logicalFilePath"),
            line: u32::try_from(file.text[..start].matches('\n').count()).unwrap_or(u32::MAX) + 1,
            text: text.to_owned(),
            rollback: text.contains("rollback"),
            again: says("runOnChange") || says("runAlways"),
            is_sql: false,
            ..Changeset::default()
        })
    });
    sets.collect()
}

/// The value of an attribute in the tag that a text starts with.
fn xml_attribute(text: &str, name: &str) -> Option<String> {
    let tag = &text[..text.find('>')?];
    let (_, rest) = tag
        .split_once(&format!(" {name}="))
        .or_else(|| tag.split_once(&format!("\n{name}=")))
        .or_else(|| tag.split_once(&format!("\t{name}=")))?;
    let quote = rest.chars().next().filter(|quote| "\"'".contains(*quote))?;
    rest[1..].split_once(quote).map(|(value, _)| value.to_owned())
}

/// The value of the first field of a name, in YAML or JSON.
fn yaml_field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim().trim_start_matches(['-', '{']).trim();
        let (key, value) = line.split_once(':')?;
        let clean =
            |text: &str| text.trim().trim_end_matches(',').trim().trim_matches(['"', '\'']).to_owned();
        (clean(key) == name).then(|| clean(value))
    })
}
