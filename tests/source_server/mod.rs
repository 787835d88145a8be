//! A private PostgreSQL server for one test, gone when the test is over.

use std::{
    ffi::OsStr,
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use schemascope::dialect::postgres::{connect::ConnectionUrl, session::Session};

/// A server in a temporary folder that is reached by its socket only.
pub struct Server {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

impl Server {
    /// Starts one.
    pub fn start() -> Server {
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").unwrap();
        let server = Server { folder, binaries: binaries() };
        if let Some((user, group)) = unprivileged() {
            std::os::unix::fs::chown(server.path(), Some(user), Some(group)).unwrap();
        }
        let data = server.path().join("data");
        let initdb = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
        server.run("initdb", initdb.iter().map(OsStr::new).chain([data.as_os_str()]));
        let options = format!("-k {} -c listen_addresses= -c fsync=off", server.path().display());
        let log = server.path().join("log");
        let start = ["-w", "-s", "-o", options.as_str(), "-l"].map(OsStr::new);
        let start = start.into_iter().chain([
            log.as_os_str(),
            OsStr::new("-D"),
            data.as_os_str(),
            OsStr::new("start"),
        ]);
        server.run("pg_ctl", start);
        server
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> ConnectionUrl {
        ConnectionUrl::local(self.path(), "postgres", database)
    }

    /// A session on a new, empty database.
    pub async fn session(&self, database: &str) -> Session {
        let mut session = Session::scratch(&self.url("postgres")).await.unwrap();
        session.execute(&format!("CREATE DATABASE {database}")).await.unwrap();
        Session::scratch(&self.url(database)).await.unwrap()
    }

    /// What `pg_dump --schema-only` prints for a database.
    pub fn dump(&self, database: &str, flags: &[&str]) -> String {
        let host = self.path().as_os_str();
        let fixed = [OsStr::new("-h"), host, OsStr::new("-U"), OsStr::new("postgres"), OsStr::new("-s")];
        let flags = flags.iter().map(OsStr::new).chain([OsStr::new(database)]);
        let output = self.run("pg_dump", fixed.into_iter().chain(flags));
        String::from_utf8(output.stdout).unwrap()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run<'a>(&self, program: &str, arguments: impl IntoIterator<Item = &'a OsStr>) -> Output {
        let mut command = Command::new(self.binaries.join(program));
        command.args(arguments).current_dir("/tmp").env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = unprivileged() {
            command.uid(user).gid(group);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.path().join("data");
        let stop = ["-m", "immediate", "-s", "-D"].map(OsStr::new);
        self.run("pg_ctl", stop.into_iter().chain([data.as_os_str(), OsStr::new("stop")]));
    }
}

/// PostgreSQL refuses to run as root: the user and group to run it as there.
fn unprivileged() -> Option<(u32, u32)> {
    let root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    root.then(|| {
        let accounts = fs::read_to_string("/etc/passwd").unwrap();
        let account =
            accounts.lines().find(|line| line.starts_with("postgres:")).expect("an account postgres");
        let mut numbers = account.split(':').skip(2).map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    })
}

/// The newest server binaries of this machine.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL's server binaries are installed");
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    versions.sort();
    versions.pop().expect("PostgreSQL's server binaries are installed")
}
