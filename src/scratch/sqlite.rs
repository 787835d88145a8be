//! SQLite in memory: runs statements, and reads back what they made.

use crate::{
    dialect::sqlite::{
        inspect::{self, Progress},
        session::{Session, SqliteError},
    },
    model::Snapshot,
};

/// An empty database in memory, which is gone when this value is dropped.
pub struct Database {
    session: Session,
}

impl Database {
    /// A new empty database.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn new() -> Result<Database, SqliteError> {
        Ok(Database { session: Session::scratch().await? })
    }

    /// What it is, for people: `SQLite 3.51.3 in memory`.
    pub fn engine(&self) -> String {
        format!("SQLite {} in memory", self.session.server_version())
    }

    /// Runs statements.
    ///
    /// # Errors
    /// What SQLite said; and for statements that reach for files, which a scratch engine must not.
    pub async fn execute(&mut self, sql: &str) -> Result<(), SqliteError> {
        self.session.execute(sql).await
    }

    /// Reads the schema as [`inspect::inspect`] reads that of a file.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn inspect(&mut self, progress: &Progress<'_>) -> Result<Snapshot, SqliteError> {
        inspect::inspect(&mut self.session, progress).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_script_cannot_reach_for_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("made.db");
        let mut database = Database::new().await.unwrap();
        for sql in ["CREATE TABLE t (a); ATTACH '{}' AS f; CREATE TABLE f.u (a)", "VACUUM main INTO '{}'"] {
            let refused = database.execute(&sql.replace("{}", &file.display().to_string())).await;
            assert!(refused.unwrap_err().message.contains("leave the statement out"), "{sql}");
        }
        assert!(!file.exists());
        assert!(database.engine().starts_with("SQLite 3."));
    }
}
