//! One connection to a PostgreSQL server, for reading catalogs or for running DDL in a scratch engine.

mod beside;
mod failure;
mod value;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Column, Connection, Executor, Row as _, SqlSafeStr,
    postgres::{PgConnectOptions, PgConnection, PgRow},
};

pub use failure::{ConnectError, Fault, ServerError};
use value::Shape;

use super::connect::{Attempt, ConnectionUrl};
use crate::dialect::{journal::Sending, row::Row};

/// One connection. Dropping it closes it; from PostgreSQL 14 on the server then also ends what it is
/// still running, and before that a [`Canceller`] does.
pub struct Session {
    connection: PgConnection,
    url: ConnectionUrl,
    facts: Facts,
    /// What is set in the transaction that a reader is in.
    settings: Option<String>,
}

/// How a reader begins: everything that it reads is of one moment.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// How a reader is started, where that is allowed.
const READ_ONLY: [(&str, &str); 1] = [("default_transaction_read_only", "on")];

/// Rows that are sent away together.
const GROUP: usize = 256;

/// What a server tells about itself and the session.
struct Facts {
    version: String,
    version_num: u32,
    role: String,
    process: i32,
}

/// How much of a server's time a reader may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one query.
    pub statement: Duration,
    /// For the wait on a lock: readers only ever wait for an `ACCESS EXCLUSIVE` one.
    pub lock: Duration,
    /// For a pause between two queries.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            statement: Duration::from_secs(60),
            lock: Duration::from_secs(2),
            idle: Duration::from_secs(300),
        }
    }
}

/// Ends on the server what a session is running.
#[derive(Clone, Debug)]
pub struct Canceller {
    url: ConnectionUrl,
    process: i32,
}

impl Session {
    /// Opens a session on a live target: read-only on the server's side, in one REPEATABLE READ
    /// snapshot, with timeouts, `jit` off, an application name, and `search_path` pinned.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn reader(url: &ConnectionUrl) -> Result<Session, ConnectError> {
        Self::reader_within(url, &Limits::default()).await
    }

    /// As [`Session::reader`], with limits of the caller's choice.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn reader_within(url: &ConnectionUrl, limits: &Limits) -> Result<Session, ConnectError> {
        Self::in_transaction(url, limits, false, "SET LOCAL search_path = pg_catalog; ").await
    }

    /// Opens a session for a [`super::trial::Trial`]: one transaction with timeouts and the
    /// `search_path` that the role has, read-only on the server's side unless it is to try writing.
    pub(super) async fn trial(
        url: &ConnectionUrl,
        limits: &Limits,
        writes: bool,
    ) -> Result<Session, ConnectError> {
        Self::in_transaction(url, limits, writes, "").await
    }

    async fn in_transaction(
        url: &ConnectionUrl,
        limits: &Limits,
        writes: bool,
        settings: &str,
    ) -> Result<Session, ConnectError> {
        // Everything but the first setting is local to the transaction, and that one travels in the
        // start packet: behind a pooler that shares connections, a plain SET would stay with the
        // connection and turn up in somebody else's session.
        let mut connection = connect(url, if writes { &[] } else { &READ_ONLY }).await?;
        let begin = if writes { "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE" } else { BEGIN };
        let settings = format!(
            "{settings}\
             SET LOCAL statement_timeout = {}; \
             SET LOCAL lock_timeout = {}; \
             SET LOCAL idle_in_transaction_session_timeout = {}; \
             SET LOCAL jit = off; \
             SET LOCAL max_parallel_workers_per_gather = 0",
            limits.statement.as_millis(),
            limits.lock.as_millis(),
            limits.idle.as_millis(),
        );
        let facts = set_up(url, &mut connection, &format!("{begin}; {settings}")).await?;
        let settings = (!writes).then_some(settings);
        let mut session = Session { connection, url: url.clone(), facts, settings };
        session.watch_for_disconnect().await;
        Ok(session)
    }

    /// Opens a session that may write: for scratch engines only.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn scratch(url: &ConnectionUrl) -> Result<Session, ConnectError> {
        let mut connection = connect(url, &[]).await?;
        // The first two may come from PGOPTIONS, which is meant for the user's own servers.
        let setup = "SET search_path = \"$user\", public; \
                     SET default_transaction_read_only = off; \
                     SET client_min_messages = error";
        let facts = set_up(url, &mut connection, setup).await?;
        Ok(Session { connection, url: url.clone(), facts, settings: None })
    }

    /// Opens a session that may write to a target: for [`super::writer::Writer`] only. What the
    /// server says about who may write stays as it is.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub(super) async fn writing(url: &ConnectionUrl) -> Result<Session, ConnectError> {
        let mut connection = connect(url, &[]).await?;
        // As in the scratch engine in which the plan was proven.
        let setup = "SET search_path = \"$user\", public; SET client_min_messages = error";
        let facts = set_up(url, &mut connection, setup).await?;
        Ok(Session { connection, url: url.clone(), facts, settings: None })
    }

    /// The rows of one query, by the simple protocol, each value of the type of its column:
    /// booleans, whole numbers, lists of texts and JSON as such, everything else as text.
    ///
    /// # Errors
    /// What the server said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, ServerError> {
        let mut rows = Vec::new();
        self.each_row(sql, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// As [`Session::rows`], but gives each row away as it comes.
    ///
    /// # Errors
    /// What the server said.
    pub async fn each_row(&mut self, sql: &str, take: impl FnMut(Row) + Send) -> Result<(), ServerError> {
        let sending = Sending::start();
        let done = self.fetch(sql, take).await;
        sending.done(&self.url.host_label(), sql, done.as_ref().err());
        done
    }

    /// As [`Session::rows`], but gives them away as the server sent them, some hundred together, and waits
    /// until they were taken. Whoever wants no more of them says so.
    ///
    /// # Errors
    /// What the server said.
    pub async fn each_group<T: Future<Output = ControlFlow<()>>>(
        &mut self,
        sql: &str,
        take: impl FnMut(Group) -> T,
    ) -> Result<(), ServerError> {
        let sending = Sending::start();
        let done = self.fetch_groups(sql, take).await;
        sending.done(&self.url.host_label(), sql, done.as_ref().err());
        done
    }

    async fn fetch_groups<T: Future<Output = ControlFlow<()>>>(
        &mut self,
        sql: &str,
        mut take: impl FnMut(Group) -> T,
    ) -> Result<(), ServerError> {
        let mut stream = self.connection.fetch(sqlx::raw_sql(AssertSqlSafe(sql)));
        let mut header: Option<Arc<Header>> = None;
        let mut group: Option<Group> = None;
        while let Some(row) = stream.try_next().await? {
            let header = header.get_or_insert_with(|| Arc::new(Header::of(&row)));
            let rows = &mut group.get_or_insert_with(|| Group::of(header)).rows;
            rows.push(row);
            if rows.len() == GROUP
                && let Some(full) = group.take()
                && take(full).await.is_break()
            {
                return Ok(());
            }
        }
        if let Some(last) = group {
            let _ = take(last).await;
        }
        Ok(())
    }

    async fn fetch(&mut self, sql: &str, mut take: impl FnMut(Row) + Send) -> Result<(), ServerError> {
        let mut stream = self.connection.fetch(sqlx::raw_sql(AssertSqlSafe(sql)));
        let mut header: Option<Header> = None;
        while let Some(row) = stream.try_next().await? {
            take(header.get_or_insert_with(|| Header::of(&row)).row(&row));
        }
        Ok(())
    }

    /// Whether the server takes a text as one statement that it can run: it refuses one of more
    /// than one, because it is sent by the extended protocol.
    ///
    /// # Errors
    /// What the server said.
    pub(super) async fn is_one_statement(&mut self, sql: &str) -> Result<(), ServerError> {
        self.connection.prepare(AssertSqlSafe(sql).into_sql_str()).await?;
        Ok(())
    }

    /// Runs statements and forgets what they return.
    ///
    /// # Errors
    /// What the server said.
    pub async fn execute(&mut self, sql: &str) -> Result<(), ServerError> {
        let sending = Sending::start();
        let done = self.connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        let done = done.map(drop).map_err(ServerError::from);
        sending.done(&self.url.host_label(), sql, done.as_ref().err());
        done
    }

    /// Something that ends on the server what this session is running, from another task.
    pub fn canceller(&self) -> Canceller {
        Canceller { url: self.url.clone(), process: self.facts.process }
    }

    /// Says goodbye to the server and closes the connection.
    pub async fn close(self) {
        // Whoever closes has what they came for: an error here is of no use to them.
        let _ = self.connection.close().await;
    }

    /// The server's version as it prints it, for example `15.18`.
    pub fn server_version(&self) -> &str {
        &self.facts.version
    }

    /// The server's version as a number, for example `150018`.
    pub fn server_version_num(&self) -> u32 {
        self.facts.version_num
    }

    /// The number by which the server knows the session's process.
    pub fn process(&self) -> i32 {
        self.facts.process
    }

    /// The role that is connected.
    pub fn role(&self) -> &str {
        &self.facts.role
    }

    /// Lets the server look every second whether we are still there, so that it does not finish a
    /// long query for nobody. PostgreSQL 14 and later, on most platforms.
    async fn watch_for_disconnect(&mut self) {
        if self.facts.version_num < 140_000 {
            return;
        }
        let asked = "SAVEPOINT watch; SET LOCAL client_connection_check_interval = 1000; RELEASE watch";
        if self.execute(asked).await.is_err() {
            let _ = self.execute("ROLLBACK TO watch; RELEASE watch").await;
        }
    }
}

impl Canceller {
    /// Asks the server to end what the session is running, over a connection of its own.
    ///
    /// # Errors
    /// As [`ConnectError`] says, with a hint.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        let mut connection = connect(&self.url, &[]).await?;
        let sql = format!("SELECT pg_cancel_backend({})", self.process);
        let asked = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
        asked.map_err(|error| ConnectError::of_setup(&self.url, &error.into()))?;
        let _ = connection.close().await;
        Ok(())
    }
}

/// The names and shapes of the columns of one result.
struct Header {
    names: Arc<[String]>,
    shapes: Vec<Shape>,
}

impl Header {
    fn of(row: &PgRow) -> Self {
        let names = row.columns().iter().map(|column| column.name().to_owned()).collect();
        Header { names, shapes: row.columns().iter().map(|column| Shape::of(column.type_info())).collect() }
    }

    fn row(&self, row: &PgRow) -> Row {
        // Every row of a result has the columns of the first.
        let value = |(at, shape): (usize, &Shape)| {
            row.try_get_raw(at).map_or(Value::Null, |value| shape.value(&value))
        };
        Row { columns: Arc::clone(&self.names), values: self.shapes.iter().enumerate().map(value).collect() }
    }
}

/// Some rows of one result, as the server sent them: a fraction of what they are as values.
pub struct Group {
    header: Arc<Header>,
    rows: Vec<PgRow>,
}

impl Group {
    fn of(header: &Arc<Header>) -> Group {
        Group { header: Arc::clone(header), rows: Vec::with_capacity(GROUP) }
    }

    /// The rows.
    pub fn rows(self) -> impl Iterator<Item = Row> {
        let Group { header, rows } = self;
        rows.into_iter().map(move |row| header.row(&row))
    }
}

/// Connects to the first server of the URL that lets us in.
async fn connect(url: &ConnectionUrl, settings: &[(&str, &str)]) -> Result<PgConnection, ConnectError> {
    if let Some(file) = url.missing_file() {
        let message = format!("The certificate file {} does not exist.", file.display());
        return Err(ConnectError::new(Fault::Tls, message, "Check sslrootcert, sslcert and sslkey."));
    }
    let mut first_error = None;
    for attempt in url.attempts() {
        match connect_to(url, &attempt, settings).await {
            Ok(connection) => return Ok(connection),
            // As in libpq, the next server is tried when this one cannot be reached, not when it
            // refuses the role or the password.
            Err(error) if matches!(error.fault, Fault::Unreachable | Fault::Busy) => {
                first_error.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    let nowhere = || ConnectError::new(Fault::Other, "The URL names no server.", "Add a host to the URL.");
    Err(first_error.unwrap_or_else(nowhere))
}

async fn connect_to(
    url: &ConnectionUrl,
    attempt: &Attempt,
    settings: &[(&str, &str)],
) -> Result<PgConnection, ConnectError> {
    let started = |options: &PgConnectOptions| options.clone().options(settings.iter().copied());
    let mut result = within(attempt, &started(&attempt.options)).await?;
    if let (Err(error), Some(otherwise)) = (&result, &attempt.otherwise) {
        let fault = ConnectError::of(url, attempt, error).fault;
        if matches!(fault, Fault::Tls | Fault::Role) {
            // What the server said to the better encryption is what the user has to know.
            result = within(attempt, &started(otherwise)).await?.or(result);
        }
    }
    if !settings.is_empty() && result.as_ref().is_err_and(refuses_settings) {
        result = within(attempt, &attempt.options).await?;
    }
    result.map_err(|error| ConnectError::of(url, attempt, &error))
}

async fn within(
    attempt: &Attempt,
    options: &PgConnectOptions,
) -> Result<Result<PgConnection, sqlx::Error>, ConnectError> {
    let connecting = PgConnection::connect_with(options);
    match attempt.timeout {
        Some(timeout) => {
            tokio::time::timeout(timeout, connecting).await.map_err(|_| ConnectError::timeout(attempt))
        }
        None => Ok(connecting.await),
    }
}

/// Whether a pooler refused the settings of the start packet, as PgBouncer does by default. What is
/// left then is that the transaction is read-only.
fn refuses_settings(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some("08P01") && error.message().contains("startup"))
}

async fn set_up(
    url: &ConnectionUrl,
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Facts, ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::of_setup(url, &error.into());
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map_err(failed)?;
    let query = "SELECT pg_catalog.current_setting('server_version'), \
                 pg_catalog.current_setting('server_version_num')::int4, \
                 current_user::text, pg_catalog.pg_backend_pid()";
    let row = connection.fetch_one(sqlx::raw_sql(query)).await.map_err(failed)?;
    let text = |at: usize| row.try_get_unchecked::<String, _>(at).map_err(failed);
    Ok(Facts {
        // Distributions add their own: `15.18 (Debian 15.18-1)`.
        version: text(0)?.split_whitespace().next().unwrap_or_default().to_owned(),
        version_num: row.try_get_unchecked::<i32, _>(1).map_err(failed)?.unsigned_abs(),
        role: text(2)?,
        process: row.try_get_unchecked(3).map_err(failed)?,
    })
}
