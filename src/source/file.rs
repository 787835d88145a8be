//! Reads a text file, and says what is wrong with one that is none.

use std::{fs, io, path::Path};

use super::SourceError;

/// The first bytes of an SQLite database (sqlite.org/fileformat.html, section 1.3).
pub const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// What files that are no text start with, what they are, and what to do with them.
const MAGIC: &[(&[u8], &str, &str)] = &[
    (SQLITE_MAGIC, "an SQLite database", "Name it as sqlite:PATH to read the database itself."),
    (
        b"PGDMP",
        "an archive that pg_dump wrote in its custom format",
        "Turn it into SQL with: pg_restore --schema-only --file schema.sql ARCHIVE",
    ),
    (&[0x1f, 0x8b], "compressed by gzip", "Unpack it first with gunzip."),
    (&[0xff, 0xfe], "text in UTF-16", "Save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8"),
    (&[0xfe, 0xff], "text in UTF-16", "Save it as UTF-8, for example with: iconv -f UTF-16 -t UTF-8"),
];

/// The text of a file, without a byte order mark.
///
/// # Errors
/// Where the file is missing, unreadable, a folder, a binary, or not UTF-8.
pub fn read_text(path: &Path) -> Result<String, SourceError> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    if let Some((_, what, hint)) = MAGIC.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Err(SourceError::NotText { path: path.into(), what, hint });
    }
    if bytes.contains(&0) {
        return Err(SourceError::NotText {
            path: path.into(),
            what: "a binary file",
            hint: "Give a text file: SQL statements, or an inventory that schemascope wrote.",
        });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|&&b| b == b'\n').count() + 1;
        SourceError::NotUtf8 { path: path.into(), line }
    })?;
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Ok(rest.to_owned()),
        None => Ok(text),
    }
}

/// Why a file or folder could not be opened.
pub fn unreadable(path: &Path, error: &io::Error) -> SourceError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::NotFound { path: path.into() },
        io::ErrorKind::IsADirectory => SourceError::IsFolder { path: path.into() },
        _ => SourceError::Unreadable { path: path.into(), problem: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.sql");
        fs::write(&path, bytes).unwrap();
        let error = read_text(&path).unwrap_err();
        assert!(error.hint().is_some(), "{error}");
        error.to_string().replace(&*folder.path().to_string_lossy(), "")
    }

    #[test]
    fn a_file_that_is_no_text_is_named_for_what_it_is() {
        assert_eq!(
            refused(b"PGDMP\x01"),
            "/schema.sql is an archive that pg_dump wrote in its custom format, not text."
        );
        assert_eq!(refused(b"SELECT 1;\0"), "/schema.sql is a binary file, not text.");
        assert_eq!(refused(b"\xff\xfeS\0"), "/schema.sql is text in UTF-16, not UTF-8 text.");
    }

    #[test]
    fn text_in_another_encoding_is_refused_with_its_line() {
        assert_eq!(
            refused(b"SELECT 1;\n-- caf\xe9\n"),
            "/schema.sql is not UTF-8: line 2 holds other bytes."
        );
    }

    #[test]
    fn missing_files_and_folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read_text(folder.path()), Err(SourceError::IsFolder { .. })));
        assert!(matches!(read_text(&folder.path().join("x.sql")), Err(SourceError::NotFound { .. })));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schema.sql");
        fs::write(&path, "\u{feff}SELECT 1;").unwrap();
        assert_eq!(read_text(&path).unwrap(), "SELECT 1;");
    }
}
