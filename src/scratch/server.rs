//! Databases on a server that the user gives.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::ScratchError;
use crate::dialect::{
    postgres::{
        connect::ConnectionUrl,
        session::{ServerError, Session},
    },
    quote,
};

/// How the names of all our databases begin.
const PREFIX: &str = "schemascope_scratch_";

/// How old a database has to be to count as left behind.
const STALE: Duration = Duration::from_secs(24 * 3600);

/// A throwaway database on the user's server.
pub(super) struct Database {
    server: ConnectionUrl,
    url: ConnectionUrl,
    engine: String,
}

/// Creates a database, after those that crashes left behind were removed.
pub(super) async fn open(server: &ConnectionUrl) -> Result<Database, ScratchError> {
    let mut session =
        Session::scratch(server).await.map_err(|error| ScratchError::new(error.message, error.hint))?;
    remove_stale(&mut session, server).await;
    let name = new_name();
    // The collation is the only one that fits the encoding whatever the server's own are.
    let create = format!(
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
        quote::name(&name)
    );
    session.execute(&create).await.map_err(|error| refused(server, &error))?;
    let note = format!("made by schemascope process {} at {}", std::process::id(), now());
    // The comment only serves to find the database again.
    let _ = session
        .execute(&format!("COMMENT ON DATABASE {} IS {}", quote::name(&name), quote::literal(&note)))
        .await;
    let engine = format!("PostgreSQL {} at {}", session.server_version(), server.host_label());
    session.close().await;
    Ok(Database { url: server.clone().with_database(&name), server: server.clone(), engine })
}

fn refused(server: &ConnectionUrl, error: &ServerError) -> ScratchError {
    let hint = match error.sqlstate.as_str() {
        "42501" => format!("Give the role the right to: ALTER ROLE {} CREATEDB.", quote::name(server.user())),
        "25006" => "The server is read-only, perhaps a standby: give one that can be written.".to_owned(),
        _ => "Give another server, or use --scratch embedded.".to_owned(),
    };
    ScratchError::new(
        format!("No scratch database could be created on {}: {error}.", server.redacted()),
        hint,
    )
}

impl Database {
    pub(super) fn url(&self) -> &ConnectionUrl {
        &self.url
    }

    pub(super) fn engine(&self) -> String {
        self.engine.clone()
    }

    pub(super) async fn close(self) {
        if let Ok(mut session) = Session::scratch(&self.server).await {
            remove(&mut session, &self.url).await;
            session.close().await;
        }
    }
}

fn drop_database(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote::name(name))
}

/// Removes a database. What cannot be removed now is removed when it is a day old; it may belong to another
/// role.
async fn remove(session: &mut Session, url: &ConnectionUrl) {
    let drop = drop_database(url.database());
    if session.execute(&drop).await.is_ok() {
        return;
    }
    // A database with subscriptions stays where it is.
    if let Ok(mut inside) = Session::scratch(url).await {
        let query = "SELECT subname::text AS name FROM pg_subscription \
                     WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
        for row in inside.rows(query).await.unwrap_or_default() {
            let subscription = quote::name(row.text("name").unwrap_or_default());
            for what in ["DISABLE", "SET (slot_name = NONE)"] {
                let _ = inside.execute(&format!("ALTER SUBSCRIPTION {subscription} {what}")).await;
            }
            let _ = inside.execute(&format!("DROP SUBSCRIPTION {subscription}")).await;
        }
        inside.close().await;
    }
    let _ = session.execute(&drop).await;
}

/// Removes databases that were made more than a day ago, by their names and our comment on them.
async fn remove_stale(session: &mut Session, server: &ConnectionUrl) {
    let query = "SELECT datname::text, \
                 substring(shobj_description(oid, 'pg_database') from 'at ([0-9]+)$')::int8 AS made \
                 FROM pg_database WHERE starts_with(datname::text, 'schemascope_scratch_')";
    for row in session.rows(query).await.unwrap_or_default() {
        let made = row.number("made").and_then(|made| u64::try_from(made).ok());
        let stale = made.is_some_and(|made| now().saturating_sub(made) > STALE.as_secs());
        if let Some(name) = row.text("datname").filter(|_| stale) {
            remove(session, &server.clone().with_database(name)).await;
        }
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A name that no other process and no other moment makes.
fn new_name() -> String {
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let hash =
        blake3::hash(format!("{} {moment} {:?}", std::process::id(), std::thread::current().id()).as_bytes());
    format!("{PREFIX}{}", &hash.to_hex()[..12])
}
