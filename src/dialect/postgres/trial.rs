//! Statements that are tried for real, as one role or another, and whose effects are never kept.

use super::{
    connect::ConnectionUrl,
    session::{ConnectError, Limits, ServerError, Session},
};
use crate::dialect::{quote, row::Row};

/// A session in one transaction that ends in a rollback, whatever happens in it.
pub struct Trial {
    session: Session,
}

impl Trial {
    /// Opens a trial on a live target. The transaction is read-only, so that nothing but reading
    /// can be tried, unless statements that write are to be tried as well: they run, with their
    /// triggers, and are rolled back. Numbers that sequences gave out in it are not given back.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn on_target(
        url: &ConnectionUrl,
        limits: &Limits,
        writes: bool,
    ) -> Result<Trial, ConnectError> {
        let mut session = Session::trial(url, limits, writes).await?;
        let begun = session.execute(START).await;
        begun.map_err(|error| ConnectError::of_setup(url, &error))?;
        Ok(Trial { session })
    }

    /// Begins a trial in a scratch engine.
    ///
    /// # Errors
    /// What the server said.
    pub async fn in_scratch(mut session: Session) -> Result<Trial, ServerError> {
        session.execute("BEGIN").await?;
        session.execute(START).await?;
        Ok(Trial { session })
    }

    /// The server's version as it prints it.
    pub fn server_version(&self) -> &str {
        self.session.server_version()
    }

    /// Goes on as a role, with settings such as the claims of a token, or as whoever connected.
    ///
    /// # Errors
    /// What the server said: that there is no such role, or that it may not be taken on.
    pub async fn become_role(
        &mut self,
        role: Option<&str>,
        settings: &[(String, String)],
    ) -> Result<(), ServerError> {
        // Back to the start first: a role that was taken on may not be allowed to take on others.
        self.session.execute("ROLLBACK TO SAVEPOINT start").await?;
        let mut sql = String::new();
        for (name, value) in settings {
            let (name, value) = (quote::literal(name), quote::literal(value));
            sql.push_str(&format!("SELECT pg_catalog.set_config({name}, {value}, true); "));
        }
        if let Some(role) = role {
            sql.push_str(&format!("SET LOCAL ROLE {}", quote::name(role)));
        }
        let done = if sql.is_empty() { Ok(()) } else { self.session.execute(&sql).await };
        if done.is_err() {
            self.session.execute("ROLLBACK TO SAVEPOINT start").await?;
        }
        done
    }

    /// Runs a statement, takes back what it did, and tells what it returned.
    ///
    /// # Errors
    /// What the server said. The trial goes on, unless [`ServerError::is_disconnect`].
    pub async fn attempt(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        self.session.execute("SAVEPOINT attempt").await?;
        let result = self.session.rows(sql).await;
        // Also after an error; and should the statement have ended the transaction, this says so.
        self.session.execute("ROLLBACK TO SAVEPOINT attempt").await?;
        result
    }

    /// As [`Trial::attempt`], with a statement that somebody wrote: the server refuses it if it is
    /// more than one, so that none can end the transaction and go on.
    ///
    /// # Errors
    /// What the server said.
    pub async fn attempt_theirs(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        self.session.execute("SAVEPOINT attempt").await?;
        let one = self.session.is_one_statement(sql).await;
        self.session.execute("ROLLBACK TO SAVEPOINT attempt").await?;
        one?;
        self.attempt(sql).await
    }

    /// Rolls everything back and closes the connection.
    pub async fn close(mut self) {
        // The server rolls back by itself when the connection closes.
        let _ = self.session.execute("ROLLBACK").await;
        self.session.close().await;
    }

    /// The session, rolled back, for whoever lent it.
    ///
    /// # Errors
    /// What the server said.
    pub async fn end(mut self) -> Result<Session, ServerError> {
        self.session.execute("ROLLBACK").await?;
        Ok(self.session)
    }
}

const START: &str = "SAVEPOINT start";
