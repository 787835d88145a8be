//! Opens an SQLite file for reading only, and explains why one cannot be opened.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use percent_encoding::percent_decode_str;
use sqlx::sqlite::SqliteConnectOptions;

use super::session::{Session, SqliteError};

/// How long a writer that holds the database is waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The first bytes of every database file (sqlite.org/fileformat.html, section 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A database that could not be opened, with what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n{hint}")]
pub struct ConnectError {
    /// What was tried, and what happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl ConnectError {
    fn new(path: &Path, what: &str, hint: impl Into<String>) -> Self {
        ConnectError {
            message: format!("Could not read the SQLite database {}: {what}.", path.display()),
            hint: hint.into(),
        }
    }
}

/// The file that `sqlite://path`, `sqlite:path` or a plain path names. What a URL has after `?`
/// is left out: schemascope always opens read-only.
///
/// As with every driver that takes such URLs, `sqlite:///a.db` is `/a.db`, and `sqlite://a.db` is
/// `a.db` in the current folder.
pub fn path_of(text: &str) -> PathBuf {
    let scheme = text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("sqlite:"));
    let Some(rest) = scheme.and_then(|_| text.get(7..)) else { return PathBuf::from(text) };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split_once('?').map_or(rest, |(path, _)| path);
    // A path that is no percent encoding of any UTF-8 text is meant as it stands.
    percent_decode_str(path).decode_utf8().map_or_else(|_| PathBuf::from(path), |path| PathBuf::from(&*path))
}

/// Opens a file read-only and begins the transaction in which all is read.
pub(super) async fn open(path: &Path) -> Result<Session, ConnectError> {
    let header = header(path).map_err(|error| explain_io(path, &error))?;
    match begin(path, false).await {
        Ok(session) => Ok(session),
        // Reading in WAL mode needs two files beside the database. Where they cannot be made, as on
        // read-only media, and there is no log with changes of its own, nobody can be writing, and
        // the file alone is the whole database (sqlite.org/wal.html#readonly).
        Err(error) if is_wal(&header) && cannot_make_files(&error) && !has_log(path) => {
            begin(path, true).await.map_err(|error| explain(path, &error))
        }
        Err(error) => Err(explain(path, &error)),
    }
}

async fn begin(path: &Path, immutable: bool) -> Result<Session, SqliteError> {
    // An absolute path is never taken for `:memory:` or a `file:` URI.
    let file = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .create_if_missing(false)
        .immutable(immutable)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", "ON")
        // The schema of a stranger's file must not be able to call functions with side effects.
        .pragma("trusted_schema", "OFF");
    let mut session = Session::begin(&options, path.display().to_string()).await?;
    session.execute("BEGIN").await?;
    // A transaction begins with its first read.
    session.rows("SELECT count(*) AS count FROM sqlite_schema").await?;
    Ok(session)
}

/// The first bytes of the file, as many as the header has.
fn header(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(100).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a header says that the file is to be read with a write-ahead log.
fn is_wal(header: &[u8]) -> bool {
    header.starts_with(MAGIC) && header.get(19) == Some(&2)
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(&log).is_ok_and(|log| log.len() > 0)
}

fn cannot_make_files(error: &SqliteError) -> bool {
    matches!(error.primary_code(), CANTOPEN | READONLY)
}

/// The primary result codes that are told apart (sqlite.org/rescode.html).
const PERM: i32 = 3;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const CANTOPEN: i32 = 14;
const AUTH: i32 = 23;
const NOTADB: i32 = 26;
/// The extended code for a journal that would have to be rolled back first.
const READONLY_ROLLBACK: i32 = 776;

fn explain_io(path: &Path, error: &io::Error) -> ConnectError {
    match error.kind() {
        ErrorKind::NotFound => ConnectError::new(
            path,
            "there is no such file",
            "Check the path. A relative path starts at the current folder; an absolute one in a URL has three slashes, as in sqlite:///srv/app.db.",
        ),
        ErrorKind::PermissionDenied => ConnectError::new(
            path,
            "this user may not read it",
            "Run as a user who may read the file and enter its folder, or copy the database with `sqlite3 FILE .backup`.",
        ),
        ErrorKind::IsADirectory => {
            ConnectError::new(path, "it is a folder", "Name the database file inside the folder.")
        }
        _ => ConnectError::new(path, &error.to_string(), "Check that the file can be read."),
    }
}

fn explain(path: &Path, error: &SqliteError) -> ConnectError {
    let says = format!("SQLite says \"{}\" (result code {})", error.message, error.code);
    let (what, hint) = match error.primary_code() {
        NOTADB => (
            "the file is not an SQLite database, or it is encrypted".to_owned(),
            "Check the path. A database that SQLCipher or another extension has encrypted has to be decrypted first.",
        ),
        BUSY | LOCKED => (
            format!("another program kept it locked for {} seconds", BUSY_TIMEOUT.as_secs()),
            "Try again when that program has finished writing, or read a copy made with `sqlite3 FILE .backup`.",
        ),
        READONLY if error.code == READONLY_ROLLBACK => (
            "a program died while it was writing, and its journal has to be rolled back first".to_owned(),
            "Open the database once with a program that may write it: that rolls the journal back.",
        ),
        CANTOPEN | READONLY => (
            says,
            "In WAL mode SQLite needs to make the -wal and -shm files beside the database: run as a user who may write the folder, or read a copy made with `sqlite3 FILE .backup`.",
        ),
        PERM | AUTH => (says, "Run as a user who may read the file."),
        CORRUPT => (says, "The file is damaged: `sqlite3 FILE .recover` saves what can be saved."),
        IOERR => (says, "Check the disk or the network drive that the file is on, and read a local copy."),
        _ => (says, "Check that the sqlite3 program can read the file."),
    };
    ConnectError::new(path, &what, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_and_a_path_name_the_same_file() {
        for (text, path) in [
            ("sqlite:///srv/app.db", "/srv/app.db"),
            ("sqlite://app.db?mode=rw", "app.db"),
            ("sqlite:app%20two.db", "app two.db"),
            ("SQLite:app.db", "app.db"),
            ("sqlite:100%.db", "100%.db"),
            ("what?.db", "what?.db"),
            ("dir/🦀.db", "dir/🦀.db"),
        ] {
            assert_eq!(path_of(text), Path::new(path), "{text}");
        }
    }

    #[test]
    fn a_file_that_may_not_be_read_gets_a_hint() {
        let error = explain_io(Path::new("a.db"), &ErrorKind::PermissionDenied.into());
        assert_eq!(error.message, "Could not read the SQLite database a.db: this user may not read it.");
        assert!(error.hint.contains("Run as a user"));
    }

    #[test]
    fn a_journal_that_has_to_be_rolled_back_gets_a_hint() {
        let readonly = SqliteError { message: "attempt to write a readonly database".to_owned(), code: 776 };
        assert!(explain(Path::new("a.db"), &readonly).hint.contains("rolls the journal back"));
    }
}
