//! The baseline's file: read whole, written so that people's comments stay.

use std::{fs, io, path::Path};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{ConfigError, document, write_whole};
use crate::diff::{Accepted, Baseline};

/// The file that holds the baseline where the configuration names none: beside `schemascope.toml`.
pub const BASELINE_FILE: &str = "schemascope.baseline.toml";

const PREAMBLE: &str = "\
# Differences that are known and accepted, each with its reason.
# One without `until` holds for good; one with a `fingerprint` comes back when the difference changes.
";

/// The file as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    accepted: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    target: Option<String>,
    fingerprint: Option<String>,
    reason: String,
    by: Option<String>,
    #[serde(default, deserialize_with = "day")]
    since: Option<Date>,
    #[serde(default, deserialize_with = "day")]
    until: Option<Date>,
}

/// A day as TOML has it, or as a text.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(moment) => moment.to_string(),
        other => other.to_string(),
    };
    let day = text.parse::<Date>();
    day.map(Some).map_err(|_| serde::de::Error::custom(format!("`{text}` is no day; write it as 2026-12-31")))
}

/// Reads the text of a baseline; the path is for messages.
///
/// # Errors
/// Where it is not TOML, or an entry has no key or no reason.
pub fn parse_baseline(file: &Path, text: &str) -> Result<Baseline, ConfigError> {
    let mut document = document::read::<Written>(file, text);
    if !document.faults.is_empty() {
        return Err(document.faults.remove(0));
    }
    let written = document.written;
    let accepted = written.accepted.into_iter().map(|entry| {
        let Entry { key, target, fingerprint, reason, by, since, until } = entry;
        Accepted { key, target, fingerprint, reason, by, since, until }
    });
    let accepted: Vec<Accepted> = accepted.collect();
    match accepted.iter().find(|entry| entry.reason.trim().is_empty()) {
        Some(entry) => Err(ConfigError {
            place: file.display().to_string(),
            message: format!("The difference {} is accepted without a reason.", entry.key),
            hint: " Write down why.".to_owned(),
        }),
        None => Ok(Baseline { accepted }),
    }
}

/// Reads a baseline; none where there is no such file.
///
/// # Errors
/// Where the file cannot be read, or is no baseline.
pub fn load_baseline(file: &Path) -> Result<Option<Baseline>, ConfigError> {
    match fs::read_to_string(file) {
        Ok(text) => parse_baseline(file, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError {
            place: file.display().to_string(),
            message: format!("The baseline cannot be read: {error}."),
            hint: " Check --baseline and the setting baseline of schemascope.toml.".to_owned(),
        }),
    }
}

/// Writes entries into a baseline's file, in the place of those that are about the same differences of
/// the same targets. The file is read anew before: what others wrote meanwhile stays. Gives the
/// baseline as it is then.
///
/// # Errors
/// Where the file is no baseline, or cannot be written.
pub fn accept(file: &Path, entries: &[Accepted]) -> Result<Baseline, ConfigError> {
    change(file, entries, |there| {
        entries.iter().any(|new| (&new.key, &new.target) == (&there.key, &there.target))
    })
}

/// Takes entries out of a baseline's file, and gives the baseline as it is then.
///
/// # Errors
/// As [`accept`].
pub fn take_back(file: &Path, entries: &[Accepted]) -> Result<Baseline, ConfigError> {
    change(file, &[], |there| entries.contains(there))
}

fn change(
    file: &Path,
    added: &[Accepted],
    goes: impl Fn(&Accepted) -> bool,
) -> Result<Baseline, ConfigError> {
    let failed = |error: io::Error, doing: &str| ConfigError {
        place: file.display().to_string(),
        message: format!("The baseline cannot be {doing}: {error}."),
        hint: " Check the folder and its permissions.".to_owned(),
    };
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| failed(error, "read"))?,
    };
    let there = parse_baseline(file, &text)?.accepted;
    let removed: Vec<usize> = (0..there.len()).filter(|at| goes(&there[*at])).collect();
    let text = edit_baseline(file, &text, &removed, added)?;
    write_whole(file, &text, true).map_err(|error| failed(error, "written"))?;
    parse_baseline(file, &text)
}

/// The text of a baseline's file with other entries: those at the places `removed` are gone, and
/// `added` stand at the end. Everything else stays as it was, comments too.
///
/// # Errors
/// Where the text is no baseline.
pub fn edit_baseline(
    file: &Path,
    text: &str,
    removed: &[usize],
    added: &[Accepted],
) -> Result<String, ConfigError> {
    parse_baseline(file, text)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| ConfigError {
        place: file.display().to_string(),
        message: format!("The baseline cannot be edited: {}.", error.message().trim_end_matches('.')),
        hint: String::new(),
    })?;
    if text.trim().is_empty() {
        document.decor_mut().set_prefix(PREAMBLE);
    }
    let item = document.entry("accepted").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    // `accepted = [{ … }]` is TOML for the same.
    if item.is_array()
        && let Ok(tables) = std::mem::take(item).into_array_of_tables()
    {
        *item = Item::ArrayOfTables(tables);
    }
    let Some(tables) = item.as_array_of_tables_mut() else {
        return Err(ConfigError {
            place: file.display().to_string(),
            message: "The entries of the baseline are not written as [[accepted]].".to_owned(),
            hint: " Write each as a table of that name.".to_owned(),
        });
    };
    for at in removed.iter().rev() {
        tables.remove(*at);
    }
    for entry in added {
        tables.push(table(entry));
    }
    Ok(document.to_string())
}

fn table(entry: &Accepted) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    let mut set = |name: &str, text: Option<&String>| {
        if let Some(text) = text {
            table.insert(name, value(text.clone()));
        }
    };
    set("key", Some(&entry.key));
    set("target", entry.target.as_ref());
    set("fingerprint", entry.fingerprint.as_ref());
    set("reason", Some(&entry.reason));
    set("by", entry.by.as_ref());
    for (name, day) in [("since", entry.since), ("until", entry.until)] {
        if let Some(day) = day.and_then(|day| day.to_string().parse::<toml_edit::Datetime>().ok()) {
            table.insert(name, value(day));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const WRITTEN: &str = "\
# ours
[[accepted]]
key = \"table:public.backup\" # the old one
reason = \"dropped with release 12\"
until = 2026-12-31

# theirs
[[accepted]]
key = \"policy:*\"
target = \"staging\"
reason = \"staging is open\"
since = \"2026-01-02\"
";

    fn file() -> &'static Path {
        Path::new("baseline.toml")
    }

    fn refused(text: &str) -> String {
        parse_baseline(file(), text).unwrap_err().to_string()
    }

    #[test]
    fn days_are_written_as_toml_has_them_or_as_texts() {
        let baseline = parse_baseline(file(), WRITTEN).unwrap();
        assert_eq!(baseline.accepted[0].until, Some(date(2026, 12, 31)));
        assert_eq!(baseline.accepted[1].since, Some(date(2026, 1, 2)));
    }

    #[test]
    fn what_is_added_reads_back_and_comments_stay() {
        let entry = Accepted {
            key: "table:public.\"odd \"\" name\"".to_owned(),
            target: None,
            fingerprint: Some("0123456789abcdef".to_owned()),
            reason: "two\nlines".to_owned(),
            by: Some("ann".to_owned()),
            since: Some(date(2026, 3, 1)),
            until: None,
        };
        let edited = edit_baseline(file(), WRITTEN, &[0], std::slice::from_ref(&entry)).unwrap();
        assert!(edited.contains("# theirs\n") && !edited.contains("backup"), "{edited}");
        let read = parse_baseline(file(), &edited).unwrap();
        assert_eq!((read.accepted.len(), &read.accepted[1]), (2, &entry));
    }

    #[test]
    fn what_is_accepted_again_replaces_what_was_accepted_and_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("baseline.toml");
        fs::write(&file, WRITTEN).unwrap();
        let again =
            Accepted { reason: "dropped later".to_owned(), ..Accepted::like("table:public.backup", "") };
        let baseline = accept(&file, std::slice::from_ref(&again)).unwrap();
        assert_eq!(baseline.accepted.len(), 2);
        assert_eq!(baseline.accepted[1], again);
        let baseline = take_back(&file, &[again]).unwrap();
        assert_eq!(baseline.accepted.len(), 1);
        assert!(fs::read_to_string(&file).unwrap().contains("# theirs"), "comments stay");
    }

    #[test]
    fn a_new_file_says_what_it_is_for() {
        let entry = Accepted {
            key: "table:public.backup".to_owned(),
            target: Some("prod-*".to_owned()),
            fingerprint: None,
            reason: "known".to_owned(),
            by: None,
            since: None,
            until: Some(date(2026, 12, 31)),
        };
        insta::assert_snapshot!(edit_baseline(file(), "", &[], &[entry]).unwrap(), @r#"
        # Differences that are known and accepted, each with its reason.
        # One without `until` holds for good; one with a `fingerprint` comes back when the difference changes.

        [[accepted]]
        key = "table:public.backup"
        target = "prod-*"
        reason = "known"
        until = 2026-12-31
        "#);
    }

    #[test]
    fn an_entry_that_cannot_be_used_is_shown_with_its_place() {
        let soon = refused("[[accepted]]\nkey = 'a'\nreason = 'b'\nuntil = 'soon'\n");
        assert_eq!(soon, "baseline.toml:4:9: `soon` is no day; write it as 2026-12-31.");
        assert!(refused("[[accepted]]\nkey = 'a'\n").contains("issing field `reason`"));
        assert!(refused("[[accepted]]\nkey = 'a'\nreason = ' '\n").contains("accepted without a reason"));
        assert!(refused("[[accepted]]\nkey = 'a'\nraeson = 'b'\n").contains("Did you mean `reason`?"));
        assert!(edit_baseline(file(), "accepted = [", &[], &[]).is_err());
        assert!(edit_baseline(file(), "accepted = 1", &[], &[]).is_err());
    }
}
