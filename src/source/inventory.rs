//! The inventory file: a snapshot as JSON.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::Arc,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    SourceError,
    file::{read_text, unreadable},
};
use crate::{
    dialect,
    model::{Catalog, FORMAT, Object, Snapshot, in_pieces},
};

/// What every version of the format has.
#[derive(Deserialize)]
struct Head {
    format: u64,
    dialect: String,
    fingerprint: Option<String>,
}

/// How the text of an inventory is laid out. Each is the same JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Indented.
    #[default]
    Pretty,
    /// One object, and one entry of any other list, a line.
    Lines,
}

/// A snapshot as the text of an inventory: JSON in a stable order with its fingerprint, and with a
/// newline at its end.
pub fn to_json(snapshot: &Snapshot, layout: Layout) -> String {
    let mut text = Vec::new();
    // Keys and values of a snapshot are texts, numbers and lists: nothing that JSON cannot hold.
    let written = write_json(&mut text, snapshot, layout);
    written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}

/// Writes the text that [`to_json`] gives, piece by piece: a large schema is never in memory as text.
///
/// # Errors
/// Where it cannot be written to.
pub fn write_json(out: &mut dyn Write, snapshot: &Snapshot, layout: Layout) -> io::Result<()> {
    let head = head(snapshot);
    let start = match layout {
        Layout::Pretty => pretty_start(head)?,
        Layout::Lines => lines_start(head),
    };
    out.write_all(start.as_bytes())?;
    let objects: Vec<&Arc<Object>> = snapshot.catalog.iter().collect();
    let mut between = "\n";
    in_pieces(
        &objects,
        |piece| layout.piece(piece),
        |text: io::Result<Vec<u8>>| {
            out.write_all(std::mem::replace(&mut between, ",\n").as_bytes())?;
            out.write_all(&text?)
        },
    )?;
    let end = match (layout, objects.is_empty()) {
        (Layout::Pretty, true) => "]\n}\n",
        (Layout::Pretty, false) => "\n  ]\n}\n",
        // Without any object there is an empty line.
        (Layout::Lines, true) => "\n\n]\n}\n",
        (Layout::Lines, false) => "\n]\n}\n",
    };
    out.write_all(end.as_bytes())
}

/// What stands before the objects where everything is indented.
fn pretty_start(mut head: Map<String, Value>) -> io::Result<String> {
    head.insert(OBJECTS.to_owned(), Value::Array(Vec::new()));
    let text = serde_json::to_string_pretty(&head)?;
    Ok(text.strip_suffix("]\n}").unwrap_or(&text).to_owned())
}

/// What stands before the objects where each is a line.
fn lines_start(head: Map<String, Value>) -> String {
    let mut start = "{\n".to_owned();
    for (name, value) in head {
        let value = match value {
            Value::Object(entries) if !entries.is_empty() => {
                let entry = |(name, value): (&String, &Value)| format!("{}: {value}", Value::from(&**name));
                format!("{{\n{}\n}}", entries.iter().map(entry).collect::<Vec<_>>().join(",\n"))
            }
            value => value.to_string(),
        };
        start += &format!("{}: {value},\n", Value::from(name));
    }
    start + &format!("\"{OBJECTS}\": [")
}

impl Layout {
    /// Some of the objects as they stand in the inventory, without what is before and behind them.
    fn piece(self, objects: &[&Arc<Object>]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        match self {
            Layout::Pretty => {
                // Indented as deeply as they are in the whole.
                serde_json::to_writer_pretty(&mut text, &[objects])?;
                let (before, behind) = ("[\n  [\n", "\n  ]\n]");
                text.truncate(text.len() - behind.len());
                text.drain(..before.len());
            }
            Layout::Lines => {
                for (at, object) in objects.iter().enumerate() {
                    text.extend_from_slice(if at == 0 { b"" } else { b",\n" });
                    serde_json::to_writer(&mut text, object)?;
                }
            }
        }
        Ok(text)
    }
}

/// Everything but the objects, and their fingerprint.
fn head(snapshot: &Snapshot) -> Map<String, Value> {
    let about = Snapshot { catalog: Catalog::default(), ..snapshot.clone() };
    let mut head = match serde_json::to_value(about) {
        Ok(Value::Object(head)) => head,
        _ => Map::new(),
    };
    head.shift_remove(OBJECTS);
    head.shift_insert(1, "fingerprint".to_owned(), snapshot.catalog.fingerprint().to_string().into());
    head
}

const OBJECTS: &str = "catalog";

/// Writes a snapshot, whole or not at all: what was there before stays until all is written.
///
/// # Errors
/// What the operating system said.
pub fn write(path: &Path, snapshot: &Snapshot) -> Result<(), SourceError> {
    write_whole(path, to_json(snapshot, Layout::Pretty).as_bytes())
        .map_err(|error| SourceError::Unwritable { path: path.into(), problem: error.to_string() })
}

/// Writes a file by way of another one beside it. A pipe or a device is written directly, and a
/// link stays a link.
pub(super) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::write(path, content);
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".schemascope-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: the user's mask takes from it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(&path)?;
    Ok(())
}

/// Reads an inventory file.
///
/// # Errors
/// Where it cannot be read, is no inventory, is of a newer format or of an unknown database.
pub fn read(path: &Path) -> Result<Snapshot, SourceError> {
    if path.is_dir() {
        return Err(unreadable(path, &io::ErrorKind::IsADirectory.into()));
    }
    from_json(path, &read_text(path)?)
}

/// Reads the text of an inventory; the path is for messages.
///
/// # Errors
/// As [`read`].
pub fn from_json(path: &Path, json: &str) -> Result<Snapshot, SourceError> {
    let refused = |error: serde_json::Error| {
        let said = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        SourceError::NotAnInventory {
            path: path.into(),
            problem: said.strip_suffix(&place).unwrap_or(&said).to_owned(),
            line: error.line().max(1),
            column: error.column().max(1),
        }
    };
    let head: Head = serde_json::from_str(json).map_err(refused)?;
    if head.format > u64::from(FORMAT) {
        return Err(SourceError::NewerInventory { path: path.into(), format: head.format });
    }
    if dialect::by_name(&head.dialect).is_none() {
        return Err(SourceError::UnknownDialect { path: path.into(), dialect: head.dialect });
    }
    let snapshot: Snapshot = serde_json::from_str(json).map_err(refused)?;
    let found = snapshot.catalog.fingerprint().to_string();
    match head.fingerprint {
        Some(written) if written != found => {
            Err(SourceError::DamagedInventory { path: path.into(), written, found })
        }
        _ => Ok(snapshot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Key, Kind};

    fn snapshot() -> Snapshot {
        let key = Key::new(Kind::of("table"), ["public", "odd \"name\"\n🦀"]);
        let mut facets = Facets::default();
        facets.set("unlogged", true);
        Snapshot {
            format: FORMAT,
            dialect: "postgres".to_owned(),
            source: "schema.sql".to_owned(),
            catalog: [Object::new(key, None, facets)].into_iter().collect(),
            ..Snapshot::default()
        }
    }

    fn refused(json: &str) -> String {
        from_json(Path::new("old.json"), json).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_reads_back_and_the_same_is_written_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("inventory.json");
        write(&path, &snapshot()).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        assert!(first.ends_with("}\n"));
        assert_eq!(read(&path).unwrap(), snapshot());
        write(&path, &snapshot()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left in the folder");
    }

    #[test]
    fn a_folder_that_does_not_exist_is_told() {
        let error = write(Path::new("/no/such/folder/x.json"), &snapshot()).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/folder/x.json could not be written: "), "{error}");
    }

    #[test]
    fn what_is_cut_off_is_refused_with_its_place() {
        let json = to_json(&snapshot(), Layout::Lines);
        for length in (1..json.len() - 2).filter(|&at| json.is_char_boundary(at)) {
            let error = from_json(Path::new("x.json"), &json[..length]).unwrap_err();
            assert!(matches!(error, SourceError::NotAnInventory { .. }), "{error}");
        }
        let expected = "old.json is not an inventory that schemascope wrote: EOF while parsing an object \
                        (line 2, column 11).";
        assert_eq!(refused("{\n\"format\": 1"), expected);
    }

    #[test]
    fn other_json_is_refused() {
        assert!(refused("{\"name\": \"package\"}").contains("missing field `format`"));
        assert!(refused("[]").contains("not an inventory"));
        assert!(refused("").contains("not an inventory"));
        let whole = to_json(&snapshot(), Layout::Pretty);
        let edited = whole.replace("\"catalog\": [", "\"catalog\": [ 7,");
        assert!(refused(&edited).contains("invalid type: integer `7`"));
    }

    #[test]
    fn both_layouts_are_the_same_inventory() {
        let lines = to_json(&snapshot(), Layout::Lines);
        assert_eq!(from_json(Path::new("x.json"), &lines).unwrap(), snapshot());
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&lines), read(&to_json(&snapshot(), Layout::Pretty)));
        insta::assert_snapshot!(lines, @r#"
        {
        "format": 1,
        "fingerprint": "95132bddfbd099e5d9634e47d657c4f1371573ef3b5f05f2c7f09fbbd22134ea",
        "dialect": "postgres",
        "source": "schema.sql",
        "server_version": "",
        "server_version_num": 0,
        "taken_at": 0,
        "complete": false,
        "catalog": [
        {"key":"table:public.\"odd \"\"name\"\"\n🦀\"","facets":{"unlogged":true}}
        ]
        }
        "#);
    }

    #[test]
    fn an_inventory_that_was_edited_is_told_from_one_that_was_written() {
        let edited = to_json(&snapshot(), Layout::Pretty).replace("true", "7");
        assert!(refused(&edited).contains("old.json was edited or damaged"), "{}", refused(&edited));
    }

    #[test]
    fn a_newer_format_and_an_unknown_database_are_told() {
        let newer = "{\"format\": 99, \"dialect\": \"postgres\", \"anything\": {}}";
        assert_eq!(
            refused(newer),
            "old.json is an inventory of format 99, and this schemascope reads formats up to 1."
        );
        let unknown = "{\"format\": 1, \"dialect\": \"oracle\"}";
        assert!(refused(unknown).contains("\"oracle\" database, which this schemascope does not know"));
    }
}
