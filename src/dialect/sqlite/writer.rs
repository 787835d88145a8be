//! The one kind of session that writes to a target: for `apply` alone.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::sqlite::SqliteConnectOptions;

use super::{
    connect::ConnectError,
    session::{Session, SqliteError},
};
use crate::dialect::row::Row;

/// A session that may write to a target.
pub struct Writer {
    session: Session,
    path: PathBuf,
    lock: Option<Lock>,
}

/// The lock on a file beside the database, which is gone with it.
struct Lock {
    /// Open for as long as the lock is held.
    _file: File,
    path: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Taken away while it is held, so that nobody can take a lock on what is gone.
        drop(fs::remove_file(&self.path));
    }
}

impl Writer {
    /// Opens a database file that exists. Whoever holds it is waited for at most so long.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn open(path: &Path, patience: Duration) -> Result<Self, ConnectError> {
        // A reader explains best what is wrong with a file.
        let reader = Session::reader(path).await?;
        drop(reader.close().await);
        // An absolute path is never taken for `:memory:` or a `file:` URI.
        let file = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(false)
            .busy_timeout(patience)
            .pragma("trusted_schema", "OFF");
        let session =
            Session::begin(&options, path.display().to_string()).await.map_err(|error| ConnectError {
                message: format!(
                    "Could not open the SQLite database {} for writing: {error}.",
                    path.display()
                ),
                hint: "Check that this user may write the file and its folder.".to_owned(),
            })?;
        Ok(Writer { session, path: file, lock: None })
    }

    /// Takes the lock that only one `apply` can have on this file, for as long as the session lasts:
    /// SQLite has no lock that leaves readers alone, so it is that of a file beside the database.
    /// Where another one has it, tells who.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn lock(&mut self) -> Result<Result<(), String>, SqliteError> {
        let mut path = self.path.as_os_str().to_owned();
        path.push("-schemascope-lock");
        let path = PathBuf::from(path);
        let failed = |error: std::io::Error| SqliteError {
            message: format!("the lock file {} cannot be made: {error}", path.display()),
            code: -1,
        };
        loop {
            let file =
                File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Err("another schemascope".to_owned())),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Whoever held it before may have taken the file away between the two steps.
            if is_same(&file, &path) {
                self.lock = Some(Lock { _file: file, path });
                return Ok(Ok(()));
            }
        }
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn execute(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.session.execute(sql).await
    }

    /// The rows of one query.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, SqliteError> {
        self.session.rows(sql).await
    }

    /// Ends the session, and with it its lock.
    pub async fn close(self) {
        // Nothing is open any more that an error here could be about.
        drop(self.session.close().await);
    }
}

#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let numbers = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(numbers).ok() == fs::metadata(path).map(numbers).ok()
}

#[cfg(not(unix))]
fn is_same(_file: &File, _path: &Path) -> bool {
    true
}
