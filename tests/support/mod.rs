//! A real PostgreSQL server for one test, in a folder of its own, gone when the test is over.
//!
//! Never mocked and never skipped: where no server programs are installed, the test fails and says
//! what to install.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The superuser of every cluster. By TCP it needs [`PASSWORD`]; by the socket it needs none.
pub const SUPERUSER: &str = "postgres";

/// The superuser's password.
pub const PASSWORD: &str = "correct horse";

/// The major versions that there are servers of, see [`Cluster::start_major`].
pub const MAJORS: [u32; 6] = [13, 14, 15, 16, 17, 18];

/// A running server.
pub struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    /// Where psql and pg_dump are.
    clients: PathBuf,
    port: u16,
    process: Child,
}

impl Cluster {
    /// Starts a server of the newest version that is installed. It listens on a socket, where
    /// everybody is trusted, and on a port of the loopback address, where a password is wanted.
    pub fn start() -> Cluster {
        Cluster::start_with(&[])
    }

    /// As [`Cluster::start`], with settings such as `ssl=on`, which comes with a certificate for
    /// `localhost`: see [`Cluster::authority`].
    pub fn start_with(settings: &[&str]) -> Cluster {
        Cluster::start_of(newest_binaries(), settings)
    }

    /// Starts a server of a major version: one of those that `tests/servers/fetch` gets, or else one that
    /// is installed where Debian installs it.
    pub fn start_major(major: u32) -> Cluster {
        let servers = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("servers");
        let folders = [servers.as_path(), Path::new("/usr/lib/postgresql")];
        let mut binaries = folders.iter().map(|folder| folder.join(major.to_string()).join("bin"));
        let found = binaries.find(|folder| folder.join("postgres").is_file());
        let servers = servers.display();
        Cluster::start_of(
            found.unwrap_or_else(|| {
                panic!("there is no server of PostgreSQL {major} in {servers}: `./test` gets it, and so does `tests/servers/fetch {servers}`")
            }),
            &[],
        )
    }

    fn start_of(binaries: PathBuf, settings: &[&str]) -> Cluster {
        let folder =
            tempfile::Builder::new().prefix("schemascope-test-").tempdir_in("/tmp").expect("a folder");
        let template = template(&binaries);
        copy(&template, &folder.path().join("data"));
        if settings.contains(&"ssl=on") {
            make_certificate(&folder.path().join("data"));
        }
        give_away(folder.path());
        let port = free_port();
        let mut command = as_server_user(binaries.join("postgres"), folder.path());
        command.arg("-D").arg(folder.path().join("data")).arg("-k").arg(folder.path());
        let port_setting = format!("port={port}");
        let usual = ["listen_addresses=127.0.0.1", "fsync=off", "shared_buffers=16MB", &port_setting];
        command.args(usual.iter().chain(settings).flat_map(|setting| ["-c", setting]));
        let log = fs::File::create(folder.path().join("log")).expect("a log");
        let process = command.stdout(Stdio::null()).stderr(log).spawn().expect("the server can be run");
        let mut cluster = Cluster { folder, binaries, clients: newest_binaries(), port, process };
        cluster.wait_until_ready();
        cluster
    }

    /// Stops the server: whoever is connected is thrown out.
    pub fn stop(&mut self) {
        let mut command = as_server_user(self.binaries.join("pg_ctl"), self.folder.path());
        command.args(["stop", "-s", "-w", "-m", "fast", "-D"]).arg(self.folder.path().join("data"));
        assert!(command.status().expect("pg_ctl can be run").success(), "the server cannot be stopped");
        self.process.wait().expect("the server has ended");
    }

    /// Starts a server again that was stopped, at the same addresses.
    pub fn start_again(&mut self) {
        let mut command = as_server_user(self.binaries.join("postgres"), self.folder.path());
        command.arg("-D").arg(self.folder.path().join("data")).arg("-k").arg(self.folder.path());
        let port = format!("port={}", self.port);
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", &port]);
        let log = fs::File::create(self.folder.path().join("log")).expect("a log");
        self.process = command.stdout(Stdio::null()).stderr(log).spawn().expect("the server can be run");
        self.wait_until_ready();
    }

    /// Creates an empty database, and tells its URL by the socket.
    pub fn database(&self, name: &str) -> String {
        self.execute("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE template0"));
        self.url(name)
    }

    /// The URL of a database by the socket, as superuser.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgresql://{SUPERUSER}@/{database}?host={folder}&port={}", self.port)
    }

    /// The URL of a database by TCP, with whatever stands for `user:password`.
    pub fn tcp_url(&self, login: &str, database: &str) -> String {
        format!("postgresql://{login}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port, of TCP and of the socket.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The certificate of the authority that signed the server's, where it has one.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("data/ca.crt")
    }

    /// Runs SQL with psql; fails the test where it fails.
    pub fn execute(&self, database: &str, sql: &str) {
        self.psql(database, &["-c", sql]);
    }

    /// Runs a script file with psql; fails the test where it fails.
    pub fn run_file(&self, database: &str, file: &Path) {
        self.psql(database, &["-f", file.to_str().expect("a path in UTF-8")]);
    }

    /// What one query gives, as psql prints it without headers.
    pub fn query(&self, database: &str, sql: &str) -> String {
        self.psql(database, &["-At", "-c", sql])
    }

    /// Runs psql with these arguments and gives what it printed; fails the test where it fails.
    pub fn psql(&self, database: &str, arguments: &[&str]) -> String {
        let output = self.psql_output(database, arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "psql {arguments:?} failed: {errors}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs psql with these arguments, and gives whatever came of it.
    pub fn psql_output(&self, database: &str, arguments: &[&str]) -> Output {
        let mut psql = Command::new(self.clients.join("psql"));
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]).args(arguments);
        psql.output().expect("psql can be run")
    }

    /// What `pg_dump -s` with these further arguments says of a database: the second observer.
    pub fn dump(&self, database: &str, arguments: &[&str]) -> String {
        let mut dump = Command::new(self.clients.join("pg_dump"));
        let output = dump.args(["-s", "-d", &self.url(database)]).args(arguments).output().expect("pg_dump");
        assert!(output.status.success(), "pg_dump failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn wait_until_ready(&mut self) {
        let started = Instant::now();
        while !self.psql_output("postgres", &["-c", "SELECT 1"]).status.success() {
            let ended = self.process.try_wait().expect("the server can be asked");
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "the server ended: {}", log());
            assert!(started.elapsed() < Duration::from_secs(60), "the server does not get ready: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut command = as_server_user(self.binaries.join("pg_ctl"), self.folder.path());
        command.args(["stop", "-s", "-m", "immediate", "-D"]).arg(self.folder.path().join("data"));
        let stopped = command.status();
        if !stopped.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// A session that stays open between statements, to hold locks and transactions.
pub struct Open {
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl Open {
    /// Opens one as superuser.
    pub fn new(cluster: &Cluster, database: &str) -> Open {
        let mut psql = Command::new(cluster.clients.join("psql"));
        psql.args(["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", &cluster.url(database)]);
        let mut process = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql can be run");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Open { process, answers }
    }

    /// Runs statements, and returns when they are done.
    pub fn run(&mut self, sql: &str) {
        let input = self.process.stdin.as_mut().expect("a pipe");
        writeln!(input, "{sql}\n\\echo done").and_then(|()| input.flush()).expect("psql listens");
        let mut line = String::new();
        while line.trim_end() != "done" {
            line.clear();
            assert!(self.answers.read_line(&mut line).expect("an answer") > 0, "psql ended: {sql}");
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The folder of the newest server programs.
pub fn newest_binaries() -> PathBuf {
    let listed = std::env::var_os("SCHEMASCOPE_PG_BIN").unwrap_or_default();
    let listed = std::env::split_paths(&listed).find(|folder| folder.join("postgres").is_file());
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = debian.filter(|folder| folder.join("bin/postgres").is_file()).max_by_key(version);
    listed.or_else(|| newest.map(|folder| folder.join("bin"))).expect(
        "these tests run real PostgreSQL servers, and none is installed: run `apt install postgresql`, or name the \
         folder of the server programs in SCHEMASCOPE_PG_BIN",
    )
}

/// A fresh cluster that the tests' clusters are copies of. The first test makes it.
fn template(binaries: &Path) -> PathBuf {
    let name = binaries.display().to_string().replace('/', "_");
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cluster-1{name}"));
    if kept.is_dir() {
        return kept;
    }
    let folder = tempfile::tempdir_in("/tmp").expect("a folder");
    fs::write(folder.path().join("password"), PASSWORD).expect("a file");
    give_away(folder.path());
    let mut initdb = as_server_user(binaries.join("initdb"), folder.path());
    initdb.args(["-N", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "-U", SUPERUSER]);
    initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile=password", "-D", "data"]);
    let output = initdb.output().expect("initdb can be run");
    assert!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
    // Tests run side by side: the first copy to get the name stays.
    let copied = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder").keep();
    copy(&folder.path().join("data"), &copied.join("data"));
    let renamed = fs::rename(copied.join("data"), &kept);
    assert!(renamed.is_ok() || kept.is_dir(), "the template cannot be kept: {renamed:?}");
    let _ = fs::remove_dir_all(copied);
    kept
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    fs::set_permissions(to, fs::Permissions::from_mode(0o700)).expect("permissions");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let copied = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &copied);
        } else {
            fs::copy(entry.path(), copied).expect("a copy");
        }
    }
}

/// Makes a certificate that names `localhost`, with its key, and the authority that signed it.
fn make_certificate(data: &Path) {
    let openssl = |arguments: &str| {
        let mut openssl = Command::new("openssl");
        let output = openssl.args(arguments.split(' ')).current_dir(data).output();
        let output = output.expect("run `apt install openssl`: TLS is tested with it");
        assert!(output.status.success(), "openssl failed: {}", String::from_utf8_lossy(&output.stderr));
    };
    fs::write(data.join("names"), "subjectAltName=DNS:localhost\n").expect("a file");
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt");
    openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
    openssl(
        "x509 -req -in server.csr -days 2 -CA ca.crt -CAkey ca.key -CAcreateserial -extfile names -out server.crt",
    );
    fs::set_permissions(data.join("server.key"), fs::Permissions::from_mode(0o600)).expect("permissions");
}

/// A program that runs in a folder, as the user that the folder belongs to.
fn as_server_user(program: PathBuf, folder: &Path) -> Command {
    let mut command = Command::new(program);
    let owner = fs::metadata(folder).expect("a folder");
    if is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Gives a folder with all that is in it to the server's user, where we are root.
fn give_away(folder: &Path) {
    if !is_root() {
        return;
    }
    let users = fs::read_to_string("/etc/passwd").expect("the list of users");
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut numbers = line.split(':').skip(2).map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    let (user, group) = ids("postgres").or_else(|| ids("nobody")).expect("a user postgres or nobody");
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        chown(&path, Some(user), Some(group)).expect("a new owner");
        if path.is_dir() {
            folders
                .extend(fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
