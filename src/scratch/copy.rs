//! A scratch database to try a plan on: runs statements and reads the result back, whatever the
//! dialect.

use std::{collections::BTreeSet, pin::pin};

use super::{
    Choice, Database, Options, database, gate::Gate, sqlite, tablespace::make_tablespace, watch::Watch,
};
use crate::{
    dialect::{
        Observed,
        postgres::{inspect::inspect, session::Session},
        quote,
    },
    model::Snapshot,
};

const OUTSIDE: &str = "It runs outside of a transaction, and its locks are gone when it is done.";

/// A scratch database of one dialect, gone when this value is dropped.
pub struct Copy(Engine);

enum Engine {
    Postgres { session: Session, database: Database, watch: Option<Watch>, roles: Roles },
    Sqlite(sqlite::Database),
}

/// The roles that were made for a copy.
struct Roles {
    /// Whether the whole server is a throwaway one. If not, its roles are somebody's.
    private: bool,
    made: Vec<String>,
}

/// What the engine said, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CopyError(String);

impl CopyError {
    pub(super) fn new(error: impl ToString) -> Self {
        CopyError(error.to_string())
    }
}

impl Copy {
    /// An empty database in which a snapshot can be built: of its dialect, and of its major version
    /// if that can be had.
    ///
    /// # Errors
    /// Where there is no such engine, with what to do.
    pub async fn for_snapshot(snapshot: &Snapshot, options: &Options) -> Result<Self, CopyError> {
        if snapshot.dialect == "sqlite" {
            return sqlite::Database::new().await.map(|db| Copy(Engine::Sqlite(db))).map_err(CopyError::new);
        }
        let major = snapshot.server_version_num / 10_000;
        let database = database(options, Some(major)).await.map_err(CopyError::new)?;
        let session = Session::scratch(database.url()).await.map_err(CopyError::new)?;
        let roles = Roles { private: !matches!(options.choice, Choice::Url(_)), made: Vec::new() };
        Ok(Copy(Engine::Postgres { session, database, watch: None, roles }))
    }

    /// What the engine is, for people.
    pub fn engine(&self) -> String {
        match &self.0 {
            Engine::Postgres { database, .. } => database.engine().to_owned(),
            Engine::Sqlite(database) => database.engine(),
        }
    }

    /// Makes those roles that are not there yet, where there are roles.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn make_roles(&mut self, roles: &BTreeSet<String>) -> Result<(), CopyError> {
        let Engine::Postgres { session, roles: own, .. } = &mut self.0 else { return Ok(()) };
        let rows = session
            .rows("SELECT rolname::text AS name FROM pg_catalog.pg_roles")
            .await
            .map_err(CopyError::new)?;
        let known: BTreeSet<&str> = rows.iter().filter_map(|row| row.text("name")).collect();
        for role in roles.iter().filter(|role| !known.contains(role.as_str())) {
            // They own things and run the plan here: nothing of it is about what they may do.
            let sql = format!("CREATE ROLE {} SUPERUSER NOLOGIN", quote::name(role));
            session.execute(&sql).await.map_err(CopyError::new)?;
            own.made.push(role.clone());
        }
        Ok(())
    }

    /// Makes those tablespaces that are not there yet, where the whole server is a throwaway one.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn make_tablespaces(&mut self, names: &BTreeSet<&str>) -> Result<(), CopyError> {
        let Engine::Postgres { session, roles, .. } = &mut self.0 else { return Ok(()) };
        for name in names.iter().filter(|_| roles.private) {
            make_tablespace(session, name).await.map_err(CopyError::new)?;
        }
        Ok(())
    }

    /// Goes on as another role, where there are roles: as the one who will run the plan.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn become_role(&mut self, role: &str) -> Result<(), CopyError> {
        match &mut self.0 {
            Engine::Postgres { session, .. } => {
                session.execute(&format!("SET ROLE {}", quote::name(role))).await.map_err(CopyError::new)
            }
            Engine::Sqlite(_) => Ok(()),
        }
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn execute(&mut self, sql: &str) -> Result<(), CopyError> {
        match &mut self.0 {
            Engine::Postgres { session, watch, .. } => {
                watch.iter_mut().for_each(Watch::look_away);
                session.execute(sql).await.map_err(CopyError::new)
            }
            Engine::Sqlite(database) => database.execute(sql).await.map_err(CopyError::new),
        }
    }

    /// Watches from now on what statements do to the relations that are there. Gives whether there
    /// is anything to watch.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn watch(&mut self) -> Result<bool, CopyError> {
        let Engine::Postgres { session, watch, .. } = &mut self.0 else { return Ok(false) };
        let begun = Watch::begin(session).await?;
        let watched = !begun.is_idle();
        *watch = Some(begun);
        Ok(watched)
    }

    /// What is known of a statement that was not watched: nothing where there was nothing to watch.
    pub fn unwatched(&self) -> Observed {
        match &self.0 {
            Engine::Postgres { .. } => Observed::default(),
            Engine::Sqlite(_) => Observed::unseen(
                "SQLite locks the whole database: nobody else writes to it from here to the end of the transaction.",
            ),
        }
    }

    /// Runs one statement in a transaction of its own, so that nothing but itself is to blame for
    /// the locks that are held at its end.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn observe(&mut self, sql: &str) -> Result<Observed, CopyError> {
        let Engine::Postgres { session, watch: Some(watch), .. } = &mut self.0 else {
            self.execute(sql).await?;
            return Ok(Observed::default());
        };
        session.execute("BEGIN").await.map_err(CopyError::new)?;
        watch.before(session).await?;
        session.execute(sql).await.map_err(CopyError::new)?;
        let observed = watch.after(session).await?;
        session.execute("COMMIT").await.map_err(CopyError::new)?;
        Ok(observed)
    }

    /// Runs one statement that the server refuses in a transaction, and tells what it locks on the way:
    /// it is held up by another session that reads the relation, a table as SQL writes its name.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn observe_outside(&mut self, sql: &str, relation: &str) -> Result<Observed, CopyError> {
        let gate = match &self.0 {
            Engine::Postgres { database, .. } if database.takes_others() => {
                Gate::before(database.url(), relation).await
            }
            _ => None,
        };
        let (Engine::Postgres { session, watch: Some(watch), .. }, Some(mut gate)) = (&mut self.0, gate)
        else {
            self.execute(sql).await?;
            return Ok(Observed::unseen(OUTSIDE));
        };
        watch.look_away();
        let process = session.process();
        let mut running = pin!(session.execute(sql));
        let seen = tokio::select! {
            done = &mut running => Err(done),
            seen = gate.look(process) => Ok(seen),
        };
        gate.open().await;
        match seen {
            Ok(seen) => {
                running.await.map_err(CopyError::new)?;
                Ok(watch.seen(&seen?))
            }
            Err(done) => {
                done.map_err(CopyError::new)?;
                Ok(Observed::unseen(OUTSIDE))
            }
        }
    }

    /// Reads what is there now.
    ///
    /// # Errors
    /// What the engine said.
    pub async fn inspect(&mut self) -> Result<Snapshot, CopyError> {
        match &mut self.0 {
            Engine::Postgres { session, .. } => {
                // A reader takes back to a savepoint what would hold locks.
                let begin = "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog";
                session.execute(begin).await.map_err(CopyError::new)?;
                let reading = inspect(session, &|_, _| {}).await.map_err(CopyError::new)?;
                session.execute("COMMIT").await.map_err(CopyError::new)?;
                Ok(reading.snapshot)
            }
            Engine::Sqlite(database) => database.inspect(&|_, _| {}).await.map_err(CopyError::new),
        }
    }

    /// Takes the database away in good order, and the roles that were made for it.
    pub async fn close(self) {
        if let Engine::Postgres { mut session, database, roles, .. } = self.0 {
            if !roles.private && !roles.made.is_empty() {
                // What fails here fails because the connection is gone, or because somebody else has
                // come to need the role.
                let _ = session.execute("ROLLBACK").await;
                let _ = session.execute("RESET ROLE").await;
                for role in roles.made.iter().map(|role| quote::name(role)) {
                    let _ = session.execute(&format!("DROP OWNED BY {role} CASCADE")).await;
                    let _ = session.execute(&format!("DROP ROLE {role}")).await;
                }
            }
            session.close().await;
            database.close().await;
        }
    }
}
