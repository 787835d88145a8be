//! Holds a statement up that the server refuses in a transaction, so that its locks can be seen: they
//! are gone when it is done.

use std::time::Duration;

use super::{copy::CopyError, watch};
use crate::dialect::{
    postgres::{connect::ConnectionUrl, session::Session},
    row::Row,
};

/// How long to wait between two looks.
const BETWEEN: Duration = Duration::from_millis(2);

/// A session whose transaction reads a table, for which whatever works CONCURRENTLY waits before it is
/// done (`CREATE INDEX` in the manual, "Building Indexes Concurrently").
pub(super) struct Gate(Session);

impl Gate {
    /// Closes the gate in front of a relation, as SQL writes its name. `None` where that cannot be read
    /// like a table.
    pub(super) async fn before(url: &ConnectionUrl, relation: &str) -> Option<Self> {
        let mut session = Session::scratch(url).await.ok()?;
        let held = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; LOCK TABLE {relation} IN ACCESS SHARE MODE; SELECT"
        );
        match session.execute(&held).await {
            Ok(()) => Some(Gate(session)),
            Err(_) => {
                session.close().await;
                None
            }
        }
    }

    /// What the process has locked, as soon as it waits.
    ///
    /// # Errors
    /// What the engine said.
    pub(super) async fn look(&mut self, process: i32) -> Result<Vec<Row>, CopyError> {
        let waits = format!(
            "SELECT count(*)::int8 AS waits FROM pg_catalog.pg_locks WHERE pid = {process} AND NOT granted"
        );
        loop {
            let rows = self.0.rows(&waits).await.map_err(CopyError::new)?;
            if rows.first().and_then(|row| row.number("waits")).is_some_and(|waits| waits > 0) {
                return self.0.rows(&watch::touched_by(process)).await.map_err(CopyError::new);
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// Opens it.
    pub(super) async fn open(self) {
        // The transaction ends with its session.
        self.0.close().await;
    }
}
