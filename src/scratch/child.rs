//! The parent's end: starts the child process that hosts the engines, and asks it for databases.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::Serialize;
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};

use super::{
    Options, ScratchError, folder,
    protocol::{Answer, Outcome, Ready, Request, Setup},
};

/// What to do when an engine behaves as it never should.
pub(super) const REPORT: &str =
    "Try another scratch engine (--scratch local, or --scratch URL), and please report this.";

/// The running children, by what they were started with.
static CHILDREN: LazyLock<Mutex<HashMap<Key, Arc<Child>>>> = LazyLock::new(Mutex::default);

/// The program that a child runs, and its cache.
type Key = (PathBuf, Option<PathBuf>);

/// Where the child's own error output goes, inside its folder.
const LOG: &str = "engine.log";

/// A child process that hosts engines.
struct Child {
    /// Nothing once the child has been told to end.
    stdin: Mutex<Option<ChildStdin>>,
    /// Whoever waits for an answer, by the number of the database. Nothing once the child is gone.
    waiting: Mutex<Option<HashMap<u64, oneshot::Sender<Outcome>>>>,
    next: AtomicU64,
    /// Turns true when the child and its folder are gone.
    gone: watch::Receiver<bool>,
    /// What the child left in its log when it ended.
    last_words: Mutex<String>,
}

/// The hold on one database of a child.
pub(super) struct Lease {
    child: Arc<Child>,
    id: u64,
    closed: bool,
}

/// Asks for a database, from the running child if there is one.
pub(super) async fn open(options: &Options, major: Option<u32>) -> Result<(Ready, Lease), ScratchError> {
    // A child without databases ends after a while, perhaps just now: then a new one is asked.
    for attempt in 0.. {
        let child = running(options)?;
        let id = child.next.fetch_add(1, Ordering::Relaxed);
        let request = Request::Open { id, engine: (&options.choice).into(), major };
        // Held from now on, so that a caller who does not wait for the answer leaves no database.
        let mut lease = Lease { child: Arc::clone(&child), id, closed: false };
        match child.ask(id, &request).await {
            Some(Outcome::Ready(ready)) => return Ok((ready, lease)),
            Some(Outcome::Failed(error)) => {
                lease.closed = true;
                return Err(error);
            }
            Some(Outcome::Closed) => break,
            None if attempt == 0 => {}
            None => {
                let said = lock(&child.last_words).clone();
                let said = if said.is_empty() { "it said nothing".to_owned() } else { said };
                return Err(ScratchError::new(
                    format!("The scratch engine ended unexpectedly: {said}."),
                    REPORT,
                ));
            }
        }
    }
    Err(ScratchError::new("The scratch engine gave an answer to another question.", REPORT))
}

/// Tells every child to end, and waits until all are gone.
pub(super) async fn shut_down() {
    let children: Vec<Arc<Child>> = lock(&CHILDREN).drain().map(|(_, child)| child).collect();
    for child in &children {
        lock(&child.stdin).take();
    }
    for child in children {
        // An error means that the reader, which sets it, is gone: so is the child.
        let _ = child.gone.clone().wait_for(|gone| *gone).await;
    }
}

impl Lease {
    pub(super) async fn close(mut self) {
        self.closed = true;
        self.child.ask(self.id, &Request::Close { id: self.id }).await;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.closed {
            self.child.tell(&Request::Close { id: self.id });
        }
    }
}

impl Child {
    /// The answer to a request; nothing if the child is gone.
    async fn ask(&self, id: u64, request: &Request) -> Option<Outcome> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.waiting).as_mut()?.insert(id, sender);
        self.tell(request);
        // If the child went away meanwhile, its reader drops the sender, and so the answer is none.
        receiver.await.ok()
    }

    fn tell(&self, request: &Request) {
        if let Some(stdin) = lock(&self.stdin).as_mut() {
            // A child that does not listen any more has ended, which its reader finds out.
            let _ = write_line(stdin, request);
        }
    }

    /// Hands the answers out until the child ends, and removes what it left.
    fn read_answers(
        self: &Arc<Self>,
        mut process: std::process::Child,
        stdout: ChildStdout,
        folder: TempDir,
        gone: &watch::Sender<bool>,
    ) {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let Ok(Answer { id, outcome }) = serde_json::from_str(&line) else { continue };
            let sender = lock(&self.waiting).as_mut().and_then(|waiting| waiting.remove(&id));
            if let Some(sender) = sender {
                // Nobody may be waiting any more.
                let _ = sender.send(outcome);
            }
        }
        lock(&self.stdin).take();
        // It is gone, or about to go: waiting for it leaves no zombie.
        let _ = process.wait();
        *lock(&self.last_words) = last_line(&folder.path().join(LOG));
        // The child has removed its folder, unless it was killed.
        let _ = folder.close();
        lock(&self.waiting).take();
        let _ = gone.send(true);
    }
}

/// The child that serves these options.
fn running(options: &Options) -> Result<Arc<Child>, ScratchError> {
    let mut children = lock(&CHILDREN);
    let key = (options.program.clone(), options.cache.clone());
    if let Some(child) = children.get(&key).filter(|child| lock(&child.waiting).is_some()) {
        return Ok(Arc::clone(child));
    }
    let child = start(options).map_err(|error| {
        ScratchError::new(
            format!("The scratch engine {} could not be started: {error}.", options.program.display()),
            "Check that there is room in the folder for temporary files, and that programs may be run.",
        )
    })?;
    children.insert(key, Arc::clone(&child));
    Ok(child)
}

fn start(options: &Options) -> io::Result<Arc<Child>> {
    let folder = folder::create()?;
    let cache = options.cache.clone().filter(|cache| is_writable(cache));
    let mut command = Command::new(&options.program);
    command.arg("engine").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log(folder.path())?);
    // The embedded engine keeps its unpacked files in the user's cache folder, which may be missing
    // or read-only; these variables lead it to where there is room.
    let home = cache.clone().unwrap_or_else(|| folder.path().join("cache"));
    command.env("HOME", &home).env("XDG_CACHE_HOME", &home).env("TMPDIR", folder.path());
    for variable in ["PGOPTIONS", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGDATA"] {
        command.env_remove(variable);
    }
    // Keeps extensions in the engine's own template, see `embedded`.
    command.env("OLIPHAUNT_WASM_EXTENSION_TEMPLATE_CACHE", "1");
    detach(&mut command);

    let mut process = command.spawn()?;
    let (Some(mut stdin), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(io::Error::other("it has no input or output"));
    };
    write_line(&mut stdin, &Setup { folder: folder.path().to_owned(), cache })?;
    let (gone_sender, gone) = watch::channel(false);
    let child = Arc::new(Child {
        stdin: Mutex::new(Some(stdin)),
        waiting: Mutex::new(Some(HashMap::new())),
        next: AtomicU64::new(1),
        gone,
        last_words: Mutex::default(),
    });
    let reader = Arc::clone(&child);
    let answers = move || reader.read_answers(process, stdout, folder, &gone_sender);
    std::thread::Builder::new().name("scratch engine".into()).spawn(answers)?;
    Ok(child)
}

/// Keeps the terminal's Ctrl-C from the child, which has to tidy up after its parent.
#[cfg(unix)]
fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt;

    command.process_group(0);
}

/// Keeps the terminal's Ctrl-C from the child, which has to tidy up after its parent.
#[cfg(windows)]
fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt;

    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

fn write_line(stdin: &mut ChildStdin, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_string(value)?;
    line.push('\n');
    stdin.write_all(line.as_bytes())?;
    stdin.flush()
}

fn log(folder: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join(LOG))
}

fn last_line(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(300).collect()
}

fn is_writable(cache: &Path) -> bool {
    fs::create_dir_all(cache).and_then(|()| tempfile::tempfile_in(cache)).is_ok()
}

/// A lock that another thread's panic does not spoil: all values behind these locks are valid at
/// every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
