//! The child's end: hosts databases for its parent until the parent is gone.

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, BufReader, Write},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use tokio::{sync::mpsc, task::JoinSet};

#[cfg(feature = "embedded-postgres")]
use super::embedded;
use super::{
    ScratchError,
    binaries::{self, Binaries},
    folder,
    local::{self, Clusters},
    protocol::{Answer, Engine, Outcome, Ready, Request, Setup},
    server,
};
use crate::{
    dialect::postgres::connect::{ConnectionUrl, Environment},
    signal,
};

/// How long the child stays without any database, in case another one is asked for.
const IDLE: Duration = Duration::from_secs(10);

/// Hosts scratch engines for the parent process: what `schemascope engine` does. Reads requests from
/// standard input and answers on standard output, until the input ends, a signal says so, or nobody
/// has asked for a database for a while. Leaves nothing behind.
///
/// # Errors
/// Where the first line is not what a parent writes, or no runtime can be made.
pub fn serve(environment: &Environment) -> io::Result<()> {
    let mut lines = BufReader::new(io::stdin()).lines();
    let first = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    let setup: Setup = serde_json::from_str(&first)?;
    let (sender, requests) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Ok(request) = serde_json::from_str(&line)
                && sender.send(request).is_err()
            {
                break;
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(host(setup, environment, requests));
    // An embedded database in an endless loop must not keep the process alive.
    runtime.shutdown_background();
    result
}

async fn host(
    setup: Setup,
    environment: &Environment,
    mut requests: mpsc::UnboundedReceiver<Request>,
) -> io::Result<()> {
    let folder = setup.folder.clone();
    let lock = folder::lock(&folder)?;
    folder::remove_stale(&folder);
    let engines = Arc::new(Engines {
        binaries: binaries::find(environment),
        #[cfg(feature = "embedded-postgres")]
        folder: folder.clone(),
        clusters: Clusters::new(setup.folder, setup.cache),
    });
    let mut databases: HashMap<u64, Hosted> = HashMap::new();
    // The databases that somebody still waits for.
    let mut wanted: HashSet<u64> = HashSet::new();
    let mut opening: JoinSet<(u64, Result<Hosted, ScratchError>)> = JoinSet::new();
    let mut closing: JoinSet<u64> = JoinSet::new();
    let mut told_to_end = pin!(signal::listen());
    loop {
        let idle = databases.is_empty() && opening.is_empty() && closing.is_empty();
        tokio::select! {
            request = requests.recv() => match request {
                Some(Request::Open { id, engine, major }) => {
                    let engines = Arc::clone(&engines);
                    wanted.insert(id);
                    opening.spawn(async move { (id, engines.open(id, engine, major).await) });
                }
                Some(Request::Close { id }) => match databases.remove(&id) {
                    Some(database) => {
                        closing.spawn(async move { database.close().await; id });
                    }
                    // It may be that nobody wants it any more before it is there.
                    None => {
                        wanted.remove(&id);
                        answer(id, Outcome::Closed)?;
                    }
                },
                None => break,
            },
            Some(Ok((id, opened))) = opening.join_next() => match opened {
                Ok(database) if !wanted.remove(&id) => {
                    closing.spawn(async move { database.close().await; id });
                }
                Ok(database) => {
                    answer(id, Outcome::Ready(database.ready()))?;
                    databases.insert(id, database);
                }
                Err(error) => answer(id, Outcome::Failed(error))?,
            },
            Some(Ok(id)) = closing.join_next() => answer(id, Outcome::Closed)?,
            () = tokio::time::sleep(IDLE), if idle => break,
            _ = &mut told_to_end => break,
        }
    }
    // What is being opened is awaited, so that nothing is left on a server of the user.
    while let Some(opened) = opening.join_next().await {
        if let Ok((id, Ok(database))) = opened {
            databases.insert(id, database);
        }
    }
    for database in databases.into_values() {
        closing.spawn(async move {
            database.close().await;
            0
        });
    }
    while closing.join_next().await.is_some() {}
    engines.clusters.stop().await;
    folder::remove(&folder, lock);
    Ok(())
}

fn answer(id: u64, outcome: Outcome) -> io::Result<()> {
    let mut line = serde_json::to_string(&Answer { id, outcome })?;
    line.push('\n');
    let mut stdout = io::stdout().lock();
    // A parent that does not listen any more has closed the other pipe too, which ends the loop.
    let _ = stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush());
    Ok(())
}

/// What can be hosted here.
struct Engines {
    binaries: Vec<Binaries>,
    #[cfg(feature = "embedded-postgres")]
    folder: std::path::PathBuf,
    clusters: Clusters,
}

/// A database that is hosted.
enum Hosted {
    #[cfg(feature = "embedded-postgres")]
    Embedded(embedded::Database),
    Local(local::Database),
    Server(server::Database),
}

impl Engines {
    async fn open(&self, id: u64, engine: Engine, major: Option<u32>) -> Result<Hosted, ScratchError> {
        match engine {
            Engine::Auto => self.best(id, major).await,
            Engine::Embedded => self.embedded(id).await,
            Engine::Local => match binaries::choose(&self.binaries, major) {
                Some(binaries) => self.local(binaries).await,
                None => Err(ScratchError::new(
                    "There are no PostgreSQL server programs on this machine.",
                    "Install PostgreSQL (on Debian: apt install postgresql), name the folder of its programs in \
                     SCHEMASCOPE_PG_BIN, or use --scratch embedded or --scratch URL.",
                )),
            },
            Engine::Url(url) => {
                let url: ConnectionUrl = url.parse().map_err(|error| {
                    ScratchError::new(
                        format!("The URL of the scratch server cannot be used. {error}"),
                        "Check it.",
                    )
                })?;
                server::open(&url).await.map(Hosted::Server)
            }
        }
    }

    /// The local binaries of the wanted version, or else the embedded engine, or else any binaries.
    async fn best(&self, id: u64, major: Option<u32>) -> Result<Hosted, ScratchError> {
        let chosen = binaries::choose(&self.binaries, major);
        let embedded = cfg!(feature = "embedded-postgres");
        match chosen {
            Some(binaries) if Some(binaries.major) == major => match self.local(binaries).await {
                // Binaries that cannot be used are no reason to give up.
                Err(_) if embedded => self.embedded(id).await,
                result => result,
            },
            _ if embedded => self.embedded(id).await,
            Some(binaries) => self.local(binaries).await,
            None => self.embedded(id).await,
        }
    }

    async fn local(&self, binaries: &Binaries) -> Result<Hosted, ScratchError> {
        self.clusters.open(binaries).await.map(Hosted::Local)
    }

    #[cfg(feature = "embedded-postgres")]
    async fn embedded(&self, id: u64) -> Result<Hosted, ScratchError> {
        embedded::open(self.folder.join(format!("embedded-{id}"))).await.map(Hosted::Embedded)
    }

    #[cfg(not(feature = "embedded-postgres"))]
    async fn embedded(&self, _id: u64) -> Result<Hosted, ScratchError> {
        Err(ScratchError::new(
            "This schemascope was built without its embedded PostgreSQL.",
            "Install PostgreSQL (on Debian: apt install postgresql), or give a server with --scratch URL.",
        ))
    }
}

impl Hosted {
    fn ready(&self) -> Ready {
        use secrecy::ExposeSecret;

        let (url, engine) = match self {
            #[cfg(feature = "embedded-postgres")]
            Hosted::Embedded(database) => (database.url(), database.engine()),
            Hosted::Local(database) => (database.url(), database.engine()),
            Hosted::Server(database) => (database.url(), database.engine()),
        };
        Ready { url: url.with_secrets().expose_secret().to_owned(), engine }
    }

    async fn close(self) {
        match self {
            #[cfg(feature = "embedded-postgres")]
            Hosted::Embedded(database) => database.close().await,
            Hosted::Local(database) => database.close().await,
            Hosted::Server(database) => database.close().await,
        }
    }
}
