//! One private PostgreSQL cluster, made and run by local server binaries.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{ScratchError, binaries::Binaries, folder};
use crate::dialect::postgres::{connect::ConnectionUrl, session::Session};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// The superuser of every cluster, by the name that scripts expect.
pub(super) const SUPERUSER: &str = "postgres";

/// Nothing needs to survive a crash, nothing runs in the background, nobody else gets in, and no
/// script is refused for want of a setting.
const SETTINGS: [&str; 14] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=20",
    "shared_buffers=32MB",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_logical_replication_workers=0",
    "autovacuum=off",
    "jit=off",
    "logging_collector=off",
    "dynamic_shared_memory_type=mmap",
];

/// A running cluster.
pub(super) struct Cluster {
    folder: PathBuf,
    binaries: Binaries,
    owner: Owner,
    process: Child,
}

/// The user that the server runs as: another one where we are root, which PostgreSQL refuses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner(#[cfg_attr(not(unix), allow(dead_code))] Option<(u32, u32)>);

impl Cluster {
    /// Starts a cluster in a new folder. The first of a version takes about a second; later ones are
    /// copies of it, from the cache if there is one.
    pub(super) async fn start(
        binaries: &Binaries,
        folder: PathBuf,
        cache: Option<&Path>,
    ) -> Result<Cluster, ScratchError> {
        let failed = |doing: &str, error: &io::Error| {
            ScratchError::new(
                format!("PostgreSQL {} could not be started: {doing}: {error}.", binaries.version),
                "Check that there is room for temporary files, or use --scratch embedded.",
            )
        };
        let owner = Owner::of_folder(folder.parent().unwrap_or(&folder))
            .map_err(|error| failed("its user", &error))?;
        let (our_binaries, our_folder, our_cache) =
            (binaries.clone(), folder.clone(), cache.map(Path::to_owned));
        let prepare = move || prepare(&our_binaries, &our_folder, our_cache.as_deref(), owner);
        let prepared = tokio::task::spawn_blocking(prepare).await.map_err(io::Error::other).flatten();
        prepared.map_err(|error| failed("its files", &error))?;

        let mut command = Command::new(binaries.program("postgres"));
        command.arg("-D").arg(folder.join("data")).arg("-k").arg(&folder);
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        let process = owner.run(&mut command, &folder).and_then(|command| command.spawn());
        let process = process.map_err(|error| failed("the program", &error))?;
        let mut cluster = Cluster { folder, binaries: binaries.clone(), owner, process };
        cluster.wait_until_ready().await.map_err(|error| failed("the server", &error))?;
        Ok(cluster)
    }

    /// The version of its programs.
    pub(super) fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// How to connect to one of its databases, as superuser.
    pub(super) fn url(&self, database: &str) -> ConnectionUrl {
        ConnectionUrl::local(&self.folder, SUPERUSER, database)
    }

    /// Stops the server and removes its folder.
    pub(super) async fn stop(self) {
        // Blocks for some hundredths of a second.
        let stopped = tokio::task::spawn_blocking(move || drop(self)).await;
        debug_assert!(stopped.is_ok(), "stopping a cluster does not panic");
    }

    async fn wait_until_ready(&mut self) -> io::Result<()> {
        let started = Instant::now();
        let url = self.url("postgres");
        loop {
            if let Some(status) = self.process.try_wait()? {
                let log = fs::read_to_string(self.folder.join(LOG)).unwrap_or_default();
                let last = log.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
                return Err(io::Error::other(format!("it ended with {status}: {last}")));
            }
            match Session::scratch(&url).await {
                Ok(session) => {
                    session.close().await;
                    return Ok(());
                }
                Err(error) if started.elapsed() > START => return Err(io::Error::other(error.message)),
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut command = Command::new(self.binaries.program("pg_ctl"));
        command.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(self.folder.join("data"));
        let stopped = self.owner.run(&mut command, &self.folder).and_then(|command| command.status());
        if !stopped.is_ok_and(|status| status.success()) {
            // It may have ended by itself.
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where a server's output goes, inside its folder.
const LOG: &str = "log";

impl Owner {
    /// Us, or an unprivileged user where what we make belongs to root.
    #[cfg(unix)]
    pub(super) fn of_folder(ours: &Path) -> io::Result<Owner> {
        if !folder::is_root(ours) {
            return Ok(Owner(None));
        }
        let users = fs::read_to_string("/etc/passwd")?;
        let user = ["postgres", "nobody"].into_iter().find_map(|name| ids(&users, name));
        let missing =
            || io::Error::other("PostgreSQL does not run as root, and there is no user postgres or nobody");
        user.map(|ids| Owner(Some(ids))).ok_or_else(missing)
    }

    /// Us.
    #[cfg(not(unix))]
    pub(super) fn of_folder(_ours: &Path) -> io::Result<Owner> {
        Err(io::Error::other("local server programs are used on Unix only"))
    }

    /// Lets a program run as this user, with its output in the folder's log.
    fn run<'a>(self, command: &'a mut Command, folder: &Path) -> io::Result<&'a mut Command> {
        #[cfg(unix)]
        if let Some((user, group)) = self.0 {
            use std::os::unix::process::CommandExt;

            command.uid(user).gid(group);
        }
        let log: File = OpenOptions::new().create(true).append(true).open(folder.join(LOG))?;
        let error_log = log.try_clone()?;
        Ok(command.env("LC_ALL", "C").current_dir(folder).stdin(Stdio::null()).stdout(log).stderr(error_log))
    }

    /// Gives a file or a folder to this user.
    fn take(self, path: &Path) -> io::Result<()> {
        #[cfg(unix)]
        if let Some((user, group)) = self.0 {
            std::os::unix::fs::chown(path, Some(user), Some(group))?;
        }
        let _ = path;
        Ok(())
    }
}

/// The numbers of a user and of its group, from the lines of `/etc/passwd`.
#[cfg(unix)]
fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let fields = fields.find(|fields| fields.first() == Some(&name))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

/// Makes the folder with the files of a fresh cluster in it.
fn prepare(binaries: &Binaries, folder: &Path, cache: Option<&Path>, owner: Owner) -> io::Result<()> {
    make_private(folder)?;
    owner.take(folder)?;
    let data = folder.join("data");
    let template = cache.map(|cache| cache.join(template_name(binaries)));
    match template.as_deref().filter(|template| template.join("PG_VERSION").is_file()) {
        Some(template) => copy(template, &data, owner),
        None => {
            initialise(binaries, folder, &data, owner)?;
            if let Some(template) = template {
                // A cache that cannot be written costs time and nothing else.
                let _ = keep(&data, &template);
            }
            Ok(())
        }
    }
}

/// The name of the template in the cache; the number changes with the way it is made.
fn template_name(binaries: &Binaries) -> String {
    let made_by = format!("{} {}", binaries.folder.display(), binaries.version);
    let hash = blake3::hash(made_by.as_bytes()).to_hex();
    format!("cluster-1-{}-{}", binaries.version, &hash[..8])
}

fn initialise(binaries: &Binaries, folder: &Path, data: &Path, owner: Owner) -> io::Result<()> {
    let mut command = Command::new(binaries.program("initdb"));
    command.args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"]);
    command.arg(format!("--username={SUPERUSER}")).arg("-D").arg(data);
    let status = owner.run(&mut command, folder)?.status()?;
    if status.success() {
        return Ok(());
    }
    let log = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
    let error = log.lines().find(|line| line.starts_with("initdb: error")).unwrap_or("initdb failed");
    Err(io::Error::other(error.to_owned()))
}

/// Copies a fresh cluster into the cache. Another process may be doing the same: each makes a copy of
/// its own, and the first to give it the final name wins.
fn keep(data: &Path, template: &Path) -> io::Result<()> {
    let cache = template.parent().ok_or(io::ErrorKind::NotFound)?;
    let copied = tempfile::Builder::new().prefix("cluster-new-").tempdir_in(cache)?;
    let inner = copied.path().join("data");
    copy(data, &inner, Owner(None))?;
    match fs::rename(&inner, template) {
        Err(error) if !template.exists() => Err(error),
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path, owner: Owner) -> io::Result<()> {
    make_private(to)?;
    owner.take(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copied) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &copied, owner)?;
        } else {
            fs::copy(&source, &copied)?;
            owner.take(&copied)?;
        }
    }
    Ok(())
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
