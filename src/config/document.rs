//! A TOML text read into a shape: every mistake in it, with its place and what to write instead.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

use super::ConfigError;

/// What a text says, and where.
#[derive(Debug, Default)]
pub struct Document<T> {
    /// What it says, apart from what is wrong.
    pub written: T,
    /// Where each setting stands, by its dotted name: `FILE:LINE:COLUMN`.
    pub places: BTreeMap<String, String>,
    /// Everything that is wrong, in the order of the text.
    pub faults: Vec<ConfigError>,
    /// The tables that something was left out of, by their dotted names.
    pub incomplete: BTreeSet<String>,
}

/// Reads a text. A setting that is wrong is noted and left out, and the rest is read on, so that one
/// reading finds every mistake; a text that is no TOML says nothing.
pub fn read<T: DeserializeOwned + Default>(file: &Path, text: &str) -> Document<T> {
    let (mut table, errors) = DeTable::parse_recoverable(text);
    let mut found: Vec<(usize, ConfigError)> =
        errors.iter().map(|error| explain(file, text, error)).collect();
    let mut places = BTreeMap::new();
    note_places(file, text, "", table.get_ref(), &mut places);
    let mut written = T::default();
    let mut incomplete = BTreeSet::new();
    // What stands behind a mistake in the syntax may mean anything.
    while errors.is_empty() {
        match T::deserialize(Deserializer::from(table.clone())) {
            Ok(read) => {
                written = read;
                break;
            }
            Err(error) => {
                found.push(explain(file, text, &error));
                match error.span().and_then(|span| take_out(table.get_mut(), "", &span)) {
                    Some(table) => drop(incomplete.insert(table)),
                    None => break,
                }
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    Document { written, places, faults: found.into_iter().map(|(_, fault)| fault).collect(), incomplete }
}

/// Takes the setting out whose name or value a span is, or else the innermost that it lies in, and
/// gives the name of the table that it was in.
fn take_out(table: &mut DeTable<'_>, name: &str, span: &Range<usize>) -> Option<String> {
    let within = |outer: Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let exact = table.iter().find(|(key, value)| Spanned::span(key) == *span || value.span() == *span);
    let mut own = exact.map(|(key, _)| key.get_ref().clone().into_owned());
    if own.is_none() {
        let inner = table.iter_mut().find_map(|(key, value)| match value.get_mut() {
            DeValue::Table(table) => take_out(table, &below(name, key.get_ref()), span),
            _ => None,
        });
        if inner.is_some() {
            return inner;
        }
        let around = table.iter().find(|(key, value)| within(Spanned::span(key)) || within(value.span()));
        own = around.map(|(key, _)| key.get_ref().clone().into_owned());
    }
    table.remove(own?.as_str()).map(|_| name.to_owned())
}

fn below(above: &str, name: &str) -> String {
    if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") }
}

fn note_places(
    file: &Path,
    text: &str,
    above: &str,
    table: &DeTable<'_>,
    places: &mut BTreeMap<String, String>,
) {
    for (key, value) in table {
        let name = below(above, key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            note_places(file, text, &name, inner, places);
        }
        places.insert(name, place(file, text, Spanned::span(key).start));
    }
}

/// More names than are read through with pleasure.
const MANY: usize = 8;

/// The parser's error where it is in the text, with its place; and with the nearest name where one
/// was not known.
fn explain(file: &Path, text: &str, error: &toml::de::Error) -> (usize, ConfigError) {
    let at = error.span().map_or(0, |span| span.start);
    let message = error.message().trim().replace('\n', " ");
    let (message, hint) = match unknown_name(&message) {
        Some((word, known)) => {
            let what = if message.starts_with("unknown field") { "no setting" } else { "no choice" };
            let nearest = nearest(word, known.iter().copied());
            let hint = nearest.map_or(String::new(), |known| format!(" Did you mean `{known}`?"));
            let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            // Of many names the one that was meant is enough, if it is known.
            let list = match known.len() > MANY && !hint.is_empty() {
                true => String::new(),
                false => format!("; there is {}", listed(&known)),
            };
            (format!("`{word}` is {what} here{list}."), hint)
        }
        None => (as_sentence(&message), String::new()),
    };
    (at, ConfigError { place: place(file, text, at), message, hint })
}

/// The name that was not known, and those that are, from a message of serde's.
fn unknown_name(message: &str) -> Option<(&str, Vec<&str>)> {
    if !message.starts_with("unknown field") && !message.starts_with("unknown variant") {
        return None;
    }
    let words: Vec<&str> = message.split('`').collect();
    let known: Vec<&str> = words.iter().skip(3).step_by(2).copied().collect();
    // Names with `_` are taken too where those with `-` are: one of both is enough to read.
    let other = |name: &str| name.contains('_') && known.contains(&name.replace('_', "-").as_str());
    Some((words.get(1)?, known.iter().copied().filter(|name| !other(name)).collect()))
}

fn listed(words: &[String]) -> String {
    match words {
        [] => "nothing to choose from".to_owned(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

fn as_sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if message.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

/// File, line and column of a byte of a text, both from 1, the column in characters.
fn place(file: &Path, text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let (line, column) = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
    format!("{}:{line}:{column}", file.display())
}

/// The known word that looks most like one that was written, if any does.
pub fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |known: &str| similar::TextDiff::from_chars(written, known).ratio();
    let rated = known.map(|known| (alike(known), known));
    rated.filter(|(ratio, _)| *ratio >= 0.6).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
