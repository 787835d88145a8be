//! PostgreSQL in WebAssembly: one cluster of its own for each database.

use std::{
    fs,
    path::{Path, PathBuf},
};

use oliphaunt_wasix::{OliphauntServer, extensions};
use tokio::sync::oneshot;

use super::{ScratchError, child::REPORT, relay::Relay};
use crate::dialect::postgres::connect::ConnectionUrl;

/// The version that the crate `oliphaunt-wasix` carries.
const ENGINE: &str = "embedded PostgreSQL 18.4";

/// The extensions that a script can create.
const EXTENSIONS: [&str; 10] = [
    "btree_gin",
    "btree_gist",
    "citext",
    "hstore",
    "ltree",
    "pg_trgm",
    "pgcrypto",
    "unaccent",
    "uuid-ossp",
    "vector",
];

/// A database of an embedded engine.
pub(super) struct Database {
    folder: PathBuf,
    url: ConnectionUrl,
    server: OliphauntServer,
    relay: Relay,
}

/// Starts an engine with its socket in a new folder.
///
/// Takes about 0.2 s, and about 1.5 s when nothing is cached yet. Each connection costs 0.1 s more,
/// because the engine starts a backend for it.
pub(super) async fn open(folder: PathBuf) -> Result<Database, ScratchError> {
    // The engine blocks, and brings a runtime of its own that must not meet ours.
    let (sender, receiver) = oneshot::channel();
    std::thread::spawn(move || {
        // Nobody waits for it any more if this fails, and then it is dropped at once.
        let _ = sender.send(start(folder));
    });
    let started = receiver.await.map_err(|_| "it ended while it was being started".to_owned()).flatten();
    started.map_err(|error| {
        ScratchError::new(format!("The embedded PostgreSQL could not be started: {error}."), REPORT)
    })
}

fn start(folder: PathBuf) -> Result<Database, String> {
    private(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let extensions = EXTENSIONS.into_iter().filter_map(extensions::by_sql_name);
    // Extensions are created when a cluster is made: in the engine's template of a cluster, hence in
    // `template1`. The database `postgres` exists already, so it stays empty but can create them.
    let builder = OliphauntServer::builder().temporary().database(DATABASE).extensions(extensions);
    let builder = builder.relaxed_durability(true).postgres_config("search_path", "\"$user\", public");
    #[cfg(unix)]
    let builder = builder.unix(folder.join("engine"));
    let server = builder.start().map_err(|error| format!("{error:#}"))?;
    #[cfg(unix)]
    let relay = Relay::unix(folder.join(".s.PGSQL.5432"), folder.join("engine"));
    #[cfg(not(unix))]
    let relay = Relay::tcp(server.tcp_addr());
    let relay = relay.map_err(|error| format!("its socket: {error}"))?;
    #[cfg(unix)]
    let url = ConnectionUrl::local(&folder, "postgres", DATABASE);
    #[cfg(not(unix))]
    let url = format!("postgresql://postgres@127.0.0.1:{}/{DATABASE}?sslmode=disable", relay.port())
        .parse::<ConnectionUrl>()
        .map_err(|error| error.to_string())?;
    Ok(Database { folder, url, server, relay })
}

/// The database that exists in every cluster besides the templates.
const DATABASE: &str = "postgres";

fn private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

impl Database {
    pub(super) fn url(&self) -> &ConnectionUrl {
        &self.url
    }

    pub(super) fn engine(&self) -> String {
        ENGINE.to_owned()
    }

    pub(super) fn close(self) {
        let Database { folder, server, relay, .. } = self;
        relay.close();
        // Waits for what is still being run, which may be for ever.
        std::thread::spawn(move || {
            drop(server);
            let _ = fs::remove_dir_all(folder);
        });
    }
}
