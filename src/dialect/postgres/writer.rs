//! The one kind of session that writes to a target: for `apply` alone.

use super::{
    connect::ConnectionUrl,
    session::{Canceller, ConnectError, ServerError, Session},
};
use crate::dialect::row::Row;

/// The two numbers of the advisory lock that one `apply` holds on a database: "schema" and "scope".
const LOCK: (i32, i32) = (0x7363_6865, 0x7363_6f70);

/// A session that may write to a target.
///
/// It takes the server's settings as they are: where a role is read-only by default, it stays so.
pub struct Writer {
    session: Session,
    url: ConnectionUrl,
}

/// What became of a transaction whose commit was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was committed.
    Committed,
    /// It was rolled back.
    RolledBack,
    /// It cannot be told.
    Unknown,
}

impl Writer {
    /// Opens a session.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn open(url: &ConnectionUrl) -> Result<Self, ConnectError> {
        Ok(Writer { session: Session::writing(url).await?, url: url.clone() })
    }

    /// Takes the lock that only one `apply` can have on this database, for as long as the session
    /// lasts. Where another one has it, tells who.
    ///
    /// # Errors
    /// What the server said.
    pub async fn lock(&mut self) -> Result<Result<(), String>, ServerError> {
        let (first, second) = LOCK;
        let taken =
            self.session.rows(&format!("SELECT pg_try_advisory_lock({first}, {second}) AS taken")).await?;
        if taken.first().and_then(|row| row.get("taken")).and_then(serde_json::Value::as_bool) == Some(true) {
            return Ok(Ok(()));
        }
        let query = format!(
            "SELECT format('process %s of role %s, since %s', a.pid, a.usename, \
             to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')) AS holder \
             FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {first} AND l.objid = {second} \
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let holder = self.session.rows(&query).await?;
        let holder = holder.first().and_then(|row| row.text("holder")).unwrap_or("another session");
        Ok(Err(holder.to_owned()))
    }

    /// Why nothing can be written there, if that is so.
    ///
    /// # Errors
    /// What the server said.
    pub async fn read_only(&mut self) -> Result<Option<String>, ServerError> {
        let query = "SELECT CASE WHEN pg_is_in_recovery() THEN 'the server is a standby, which only follows another one' \
                     WHEN current_setting('default_transaction_read_only') = 'on' \
                     THEN 'default_transaction_read_only is on for this role or database' END AS reason";
        let rows = self.session.rows(query).await?;
        Ok(rows.first().and_then(|row| row.text("reason")).map(str::to_owned))
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What the server said.
    pub async fn execute(&mut self, sql: &str) -> Result<(), ServerError> {
        self.session.execute(sql).await
    }

    /// The rows of one query.
    ///
    /// # Errors
    /// What the server said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        self.session.rows(sql).await
    }

    /// The id of the running transaction, if it has written anything.
    ///
    /// # Errors
    /// What the server said.
    pub async fn transaction(&mut self) -> Result<Option<String>, ServerError> {
        let rows = self.session.rows("SELECT pg_current_xact_id_if_assigned()::text AS id").await?;
        Ok(rows.first().and_then(|row| row.text("id")).map(str::to_owned))
    }

    /// What became of a transaction, asked over a connection of its own.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn fate(&self, transaction: &str) -> Result<Fate, ConnectError> {
        let mut session = Session::reader(&self.url).await?;
        let digits = transaction.chars().all(|c| c.is_ascii_digit());
        let query = format!("SELECT pg_xact_status('{transaction}'::xid8) AS status");
        let rows = if digits { session.rows(&query).await.unwrap_or_default() } else { Vec::new() };
        session.close().await;
        Ok(match rows.first().and_then(|row| row.text("status")) {
            Some("committed") => Fate::Committed,
            Some("aborted") => Fate::RolledBack,
            _ => Fate::Unknown,
        })
    }

    /// Something that ends on the server what this session is running, from another task.
    pub fn canceller(&self) -> Canceller {
        self.session.canceller()
    }

    /// The role that is connected.
    pub fn role(&self) -> &str {
        self.session.role()
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.session.server_version_num() / 10_000
    }

    /// Ends the session, and with it its lock.
    pub async fn close(self) {
        self.session.close().await;
    }
}
