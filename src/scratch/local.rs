//! Databases in private clusters of local server binaries.
//!
//! Roles belong to a cluster, and two scripts may create the same role: a cluster serves one database
//! at a time, and is cleared for the next one.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    ScratchError,
    binaries::Binaries,
    child::REPORT,
    cluster::{Cluster, SUPERUSER},
};
use crate::dialect::{
    postgres::{
        connect::ConnectionUrl,
        session::{ServerError, Session},
    },
    quote,
};

/// The database that every cluster serves.
const DATABASE: &str = "scratch";

/// The clusters that are running, and where new ones go.
pub(super) struct Clusters {
    folder: PathBuf,
    cache: Option<PathBuf>,
    idle: Arc<Mutex<Vec<Cluster>>>,
    started: AtomicU64,
}

/// A database in a cluster of its own.
pub(super) struct Database {
    url: ConnectionUrl,
    cluster: Cluster,
    idle: Arc<Mutex<Vec<Cluster>>>,
}

impl Clusters {
    /// No cluster yet. Clusters are put into the folder, and what they are copied from into the cache;
    /// without a cache it lives as long as the folder.
    pub(super) fn new(folder: PathBuf, cache: Option<PathBuf>) -> Self {
        Clusters { folder, cache, idle: Arc::default(), started: AtomicU64::new(0) }
    }

    /// The folder that everything goes into.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// An empty database of an installation.
    pub(super) async fn open(&self, binaries: &Binaries) -> Result<Database, ScratchError> {
        let cluster = match self.take_idle(binaries) {
            Some(cluster) => cluster,
            None => {
                let number = self.started.fetch_add(1, Ordering::Relaxed);
                let cache = self.cache.as_deref().unwrap_or(&self.folder);
                Cluster::start(binaries, self.folder.join(format!("local-{number}")), Some(cache)).await?
            }
        };
        let create = format!("CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'");
        let url = cluster.url(DATABASE);
        match administer(&cluster, &[create]).await {
            Ok(()) => Ok(Database { url, cluster, idle: Arc::clone(&self.idle) }),
            Err(error) => {
                cluster.stop().await;
                Err(ScratchError::new(format!("A scratch database could not be created: {error}."), REPORT))
            }
        }
    }

    /// Stops the clusters that serve nobody.
    pub(super) async fn stop(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for cluster in idle {
            cluster.stop().await;
        }
    }

    fn take_idle(&self, binaries: &Binaries) -> Option<Cluster> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let at = idle.iter().position(|cluster| cluster.binaries() == binaries)?;
        Some(idle.swap_remove(at))
    }
}

impl Database {
    pub(super) fn url(&self) -> &ConnectionUrl {
        &self.url
    }

    pub(super) fn engine(&self) -> String {
        format!("local PostgreSQL {}", self.cluster.binaries().version)
    }

    pub(super) async fn close(self) {
        match clear(&self.cluster).await {
            Ok(()) => self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.cluster),
            // What cannot be cleared is not used again.
            Err(_) => self.cluster.stop().await,
        }
    }
}

/// Takes away everything that a script can leave in a cluster: databases, table spaces and roles.
async fn clear(cluster: &Cluster) -> Result<(), String> {
    // OIDs from 16384 on are not of the cluster's own making (section 67.1 of the manual).
    let ours = "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) AS drop FROM pg_database \
                WHERE oid >= 16384 \
                UNION ALL SELECT format('DROP TABLESPACE %I', spcname) FROM pg_tablespace WHERE oid >= 16384 \
                UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE oid >= 16384";
    let mut session = Session::scratch(&cluster.url("postgres")).await.map_err(|error| error.message)?;
    let rows = session.rows(ours).await.map_err(|error| error.to_string())?;
    let drops: Vec<String> = rows.iter().filter_map(|row| row.text("drop").map(str::to_owned)).collect();
    // A script may have given rights to its roles in the database that we are in.
    let owned = session.rows("SELECT rolname::text FROM pg_roles WHERE oid >= 16384").await;
    let owned = owned.map_err(|error| error.to_string())?;
    let disown = |role: &str| format!("DROP OWNED BY {}", quote::name(role));
    let statements: Vec<String> = owned.iter().filter_map(|row| row.text("rolname")).map(disown).collect();
    for statement in statements.iter().chain(&drops) {
        session.execute(statement).await.map_err(|error| error.to_string())?;
    }
    let reset = format!("ALTER ROLE {SUPERUSER} RESET ALL");
    session.execute(&reset).await.map_err(|error| error.to_string())?;
    session.close().await;
    Ok(())
}

async fn administer(cluster: &Cluster, statements: &[String]) -> Result<(), String> {
    let mut session = Session::scratch(&cluster.url("postgres")).await.map_err(|error| error.message)?;
    for statement in statements {
        session.execute(statement).await.map_err(|error: ServerError| error.to_string())?;
    }
    session.close().await;
    Ok(())
}
