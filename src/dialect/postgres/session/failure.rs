//! What the server or the network said, as errors that say what to do next.

use std::io::ErrorKind;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::dialect::postgres::connect::{Attempt, ConnectionUrl};

/// What the server said when it refused a statement. Control characters in its texts are escaped,
/// so that they can be printed to a terminal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (SQLSTATE {sqlstate})")]
pub struct ServerError {
    /// The server's message.
    pub message: String,
    /// The five characters of its class, or `-----` where the connection itself failed.
    pub sqlstate: String,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint.
    pub hint: Option<String>,
    /// Where in the statement, in characters, the first being 1.
    pub position: Option<usize>,
}

/// A connection that could not be made, with what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}\n{hint}")]
pub struct ConnectError {
    /// What was tried, and what happened.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// What is at fault, for callers that can do something about it.
    pub fault: Fault,
}

/// What is at fault when a connection cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server wants a password, and there was none: ask for it and try again.
    PasswordWanted,
    /// The server refused the password.
    PasswordWrong,
    /// The server refused the role for another reason.
    Role,
    /// There is no such database, or the role may not use it.
    Database,
    /// There was no answer, or nobody listens.
    Unreachable,
    /// TLS is not available, or a certificate is not trusted.
    Tls,
    /// The server cannot take a connection now: try again later.
    Busy,
    /// Anything else.
    Other,
}

impl ServerError {
    /// An error that did not come from the server.
    fn of_connection(message: String) -> Self {
        ServerError { message, sqlstate: "-----".into(), detail: None, hint: None, position: None }
    }

    /// Whether the connection is gone, so that no further statement can be run.
    pub fn is_disconnect(&self) -> bool {
        // Class 08 is "connection exception", 57P01 to 57P03 are the server going away.
        self.sqlstate == "-----" || self.sqlstate.starts_with("08") || self.sqlstate.starts_with("57P0")
    }
}

impl From<&PgDatabaseError> for ServerError {
    fn from(error: &PgDatabaseError) -> Self {
        ServerError {
            message: printable(error.message()),
            sqlstate: error.code().to_owned(),
            detail: error.detail().map(printable),
            hint: error.hint().map(printable),
            // A position inside a function's body says nothing about the statement that called it.
            position: match error.position() {
                Some(PgErrorPosition::Original(position)) => Some(position),
                _ => None,
            },
        }
    }
}

impl From<sqlx::Error> for ServerError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) {
            Some(error) => ServerError::from(error),
            None => ServerError::of_connection(format!(
                "the connection to the server was lost: {}",
                printable(&error.to_string())
            )),
        }
    }
}

/// A text in which control characters, and those that turn the direction of writing, are escaped.
/// Line ends and tabs stay.
fn printable(text: &str) -> String {
    let dangerous = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(dangerous) {
        return text.to_owned();
    }
    let mut printed = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if dangerous(c) { printed.extend(c.escape_unicode()) } else { printed.push(c) }
    }
    printed
}

impl ConnectError {
    pub(super) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Self {
        ConnectError { message: message.into(), hint: hint.into(), fault }
    }

    pub(super) fn timeout(attempt: &Attempt) -> Self {
        let seconds = attempt.timeout.map_or(0, |timeout| timeout.as_secs());
        ConnectError::new(
            Fault::Unreachable,
            format!("There was no answer from {} within {seconds} seconds.", attempt.place),
            "Check the host and port, and that no firewall is between; connect_timeout in the URL allows more time.",
        )
    }

    /// What a statement that sets up the session met.
    pub(in crate::dialect::postgres) fn of_setup(url: &ConnectionUrl, error: &ServerError) -> Self {
        ConnectError::new(
            Fault::Other,
            format!("The session on {} could not be set up: {error}.", url.redacted()),
            "schemascope reads PostgreSQL 13 and later; check that the server is one.",
        )
    }

    /// What the driver met.
    pub(super) fn of(url: &ConnectionUrl, attempt: &Attempt, error: &sqlx::Error) -> Self {
        let place = &attempt.place;
        match error {
            sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
                Some(error) => Self::of_server(url, attempt, error),
                None => Self::other(place, error),
            },
            sqlx::Error::Tls(error) => Self::of_tls(place, error),
            sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => Self::of_tls(place, error),
            sqlx::Error::Io(error) => Self::of_network(place, error),
            sqlx::Error::Protocol(message) if message.contains("unsupported authentication method") => {
                ConnectError::new(
                    Fault::Role,
                    format!("{place} asks for a way to log in that schemascope does not know."),
                    "Allow scram-sha-256, md5, password, cert, peer or trust for this role in pg_hba.conf.",
                )
            }
            error => Self::other(place, error),
        }
    }

    fn of_server(url: &ConnectionUrl, attempt: &Attempt, error: &PgDatabaseError) -> Self {
        let said = ServerError::from(error);
        let (user, database) = (printable(url.user()), printable(url.database()));
        let (place, routine) = (&attempt.place, error.routine().unwrap_or_default());
        // LDAP, PAM and RADIUS want a password as well, but have no SQLSTATE of their own. Their
        // names stay as they are whatever the language of the server's messages.
        let by_password = said.sqlstate == "28P01"
            || routine == "auth_failed"
                && ["LDAP", "PAM", "RADIUS"].iter().any(|it| said.message.contains(it));
        let (fault, message, hint) = match said.sqlstate.as_str() {
            _ if by_password && attempt.has_password => (
                Fault::PasswordWrong,
                format!("{place} refused the password of role \"{user}\"."),
                "Check the password in the URL, in PGPASSWORD or in the password file (~/.pgpass)."
                    .to_owned(),
            ),
            _ if by_password => (
                Fault::PasswordWanted,
                format!("{place} wants a password for role \"{user}\", and none was given."),
                "Give it at the prompt, in PGPASSWORD, or in a password file (~/.pgpass, mode 0600)."
                    .to_owned(),
            ),
            "28000" if routine == "InitializeSessionUserId" => (
                Fault::Role,
                format!("There is no role \"{user}\" on {place}, or it may not log in: {}.", said.message),
                "Check the user name in the URL; without one, the name of your own account is taken."
                    .to_owned(),
            ),
            "28000" => (
                Fault::Role,
                format!("{place} does not let role \"{user}\" in: {}.", said.message),
                "Check the user name in the URL, and the server's pg_hba.conf.".to_owned(),
            ),
            "3D000" => (
                Fault::Database,
                format!("There is no database \"{database}\" on {place}."),
                "Check the name after the last `/` of the URL; without one, the user's name is taken."
                    .to_owned(),
            ),
            "42501" => (
                Fault::Database,
                format!("Role \"{user}\" may not connect to database \"{database}\" on {place}."),
                format!("Have its owner run: GRANT CONNECT ON DATABASE \"{database}\" TO \"{user}\"."),
            ),
            "55000" => (
                Fault::Database,
                format!("Database \"{database}\" on {place} takes no connections: {}.", said.message),
                "Choose another database.".to_owned(),
            ),
            "53300" => (
                Fault::Busy,
                format!("{place} has no connection left: {}.", said.message),
                "Wait and try again, or close connections that are not needed.".to_owned(),
            ),
            "57P03" => (
                Fault::Busy,
                format!("{place} is not ready: {}.", said.message),
                "Wait until it has started, and try again.".to_owned(),
            ),
            _ => (
                Fault::Other,
                format!("{place} refused the connection: {said}."),
                said.hint.clone().unwrap_or_else(|| "The server's log may say more.".to_owned()),
            ),
        };
        ConnectError::new(fault, message, hint)
    }

    fn of_network(place: &str, error: &std::io::Error) -> Self {
        let said = printable(&error.to_string());
        let unreachable = |message: String, hint: &str| ConnectError::new(Fault::Unreachable, message, hint);
        match error.kind() {
            ErrorKind::ConnectionRefused => unreachable(
                format!("Nobody listens at {place}: the connection was refused."),
                "Check that the server is running, and the host and port in the URL.",
            ),
            ErrorKind::NotFound => unreachable(
                format!("There is no server at {place}: the file does not exist."),
                "Check that the server is running, and the folder and port in the URL.",
            ),
            ErrorKind::PermissionDenied => unreachable(
                format!("{place} may not be used: permission denied."),
                "Check who may enter the folder of the socket.",
            ),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => unreachable(
                format!("{place} closed the connection before it was ready."),
                "Check that it is a PostgreSQL server, and its log.",
            ),
            _ if said.contains("lookup address") || said.contains("resolve") => unreachable(
                format!("The host of {place} has no address: {said}."),
                "Check the name of the host in the URL.",
            ),
            _ => unreachable(
                format!("{place} cannot be reached: {said}."),
                "Check the host and port in the URL, and the network.",
            ),
        }
    }

    fn of_tls(place: &str, error: &dyn std::fmt::Display) -> Self {
        let said = printable(&error.to_string());
        let hint = if said.contains("does not support TLS") {
            "Turn ssl on at the server, or ask for less with sslmode=prefer where the network is safe."
        } else if said.contains("CaUsedAsEndEntity") {
            "The server's certificate is signed by itself, which cannot be verified: have it signed by an \
             authority of your own, and give that one with sslrootcert."
        } else {
            "Give the authority that signed the server's certificate with sslrootcert, and the host as the \
             certificate names it."
        };
        ConnectError::new(Fault::Tls, format!("No secure connection to {place}: {said}."), hint)
    }

    fn other(place: &str, error: &dyn std::fmt::Display) -> Self {
        ConnectError::new(
            Fault::Other,
            format!("The connection to {place} failed: {}.", printable(&error.to_string())),
            "Check that it is a PostgreSQL server, and its log.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_of_a_server_cannot_reach_the_terminal() {
        assert_eq!(printable("no \"x\u{1b}[31m\u{7}\"\n\tline"), "no \"x\\u{1b}[31m\\u{7}\"\n\tline");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }
}
