//! Makes the roles that a script mentions, and takes them away again.

use std::collections::BTreeSet;

use super::roles::Roles;
use crate::dialect::{
    postgres::session::{ServerError, Session},
    quote,
};

/// The SQLSTATE of a role that is there already, also when two sessions make it at once.
const ROLE_EXISTS: [&str; 2] = ["42710", "23505"];

/// The engine that a script is run in.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'a> {
    /// What it is, for people.
    pub name: &'a str,
    /// Whether the whole server is a throwaway one. If not, its roles are somebody's.
    pub private: bool,
}

/// The roles of a script in an engine.
#[derive(Clone, Debug, Default)]
pub struct Actors {
    /// Those that the script mentions.
    pub(super) roles: Roles,
    /// Those of them that were not there before.
    made: Vec<String>,
    private: bool,
}

impl Actors {
    pub(super) fn new(private: bool) -> Self {
        Actors { private, ..Actors::default() }
    }

    /// The roles that were made for the script, in the order in which they were made.
    pub fn made(&self) -> &[String] {
        &self.made
    }

    /// Makes every role that is mentioned and not there.
    pub(super) async fn arrive(&mut self, session: &mut Session) -> Result<(), ServerError> {
        let rows = session.rows("SELECT rolname FROM pg_catalog.pg_roles").await?;
        let known: BTreeSet<&str> = rows.iter().filter_map(|row| row.text("rolname")).collect();
        for role in self.roles.mentioned.clone() {
            if !known.contains(role.as_str()) {
                self.make(session, role).await?;
            } else if self.private && self.roles.acting.contains(&role) {
                empower(session, &role, "SUPERUSER").await?;
            }
        }
        Ok(())
    }

    /// Makes a role.
    pub(super) async fn make(&mut self, session: &mut Session, role: String) -> Result<(), ServerError> {
        match session.execute(&format!("CREATE ROLE {} NOLOGIN", quote::always(&role))).await {
            Err(error) if ROLE_EXISTS.contains(&&*error.sqlstate) => return Ok(()),
            made => made?,
        }
        if self.roles.acting.contains(&role) {
            empower(session, &role, "SUPERUSER").await?;
        }
        self.made.push(role);
        Ok(())
    }

    /// Leaves no role of somebody's server with more rights than it has by itself.
    pub(super) async fn step_back(&self, session: &mut Session) {
        // What fails here fails because the connection is gone, and the script has failed with it.
        let _ = session.execute("RESET ROLE; SET SESSION AUTHORIZATION DEFAULT").await;
        for role in self.made.iter().filter(|role| !self.private && self.roles.acting.contains(*role)) {
            let _ = empower(session, role, "NOSUPERUSER").await;
        }
    }

    /// Takes the roles away again where the server is somebody's, as far as nothing else there has
    /// come to need them.
    pub async fn leave(&self, session: &mut Session) {
        for role in self.made.iter().filter(|_| !self.private) {
            let role = quote::always(role);
            // What cannot be taken away stays: nobody could do anything about it here.
            let _ = session.execute(&format!("DROP OWNED BY {role} CASCADE")).await;
            let _ = session.execute(&format!("DROP ROLE {role}")).await;
        }
    }
}

/// A role that a script acts as may do in the scratch database all that the script makes it do, as
/// it could where the script comes from.
async fn empower(session: &mut Session, role: &str, power: &str) -> Result<(), ServerError> {
    session.execute(&format!("ALTER ROLE {} {power}", quote::always(role))).await
}
