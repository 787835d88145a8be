//! The inventory file: a snapshot as JSON.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde::Deserialize;

use super::{
    SourceError,
    file::{read_text, unreadable},
};
use crate::{
    dialect,
    model::{FORMAT, Snapshot},
};

/// What every version of the format has.
#[derive(Deserialize)]
struct Head {
    format: u64,
    dialect: String,
}

/// A snapshot as the text of an inventory: indented JSON in a stable order, with a newline at its
/// end.
pub fn to_json(snapshot: &Snapshot) -> String {
    // Keys and values of a snapshot are texts, numbers and lists: nothing that JSON cannot hold.
    let mut json = serde_json::to_string_pretty(snapshot).unwrap_or_default();
    json.push('\n');
    json
}

/// Writes a snapshot, whole or not at all: what was there before stays until all is written.
///
/// # Errors
/// What the operating system said.
pub fn write(path: &Path, snapshot: &Snapshot) -> Result<(), SourceError> {
    write_whole(path, to_json(snapshot).as_bytes())
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
    serde_json::from_str(json).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Key, Kind, Object};

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
        let json = to_json(&snapshot());
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
        let mut edited = to_json(&snapshot());
        edited = edited.replace("\"catalog\": [", "\"catalog\": [ 7,");
        assert!(refused(&edited).contains("invalid type: integer `7`"));
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
