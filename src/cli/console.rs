//! Where a command's words go: results to standard output, everything else to standard error.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use secrecy::SecretString;

use super::{
    Error,
    arguments::{Global, When},
    ending::{Limit, Reason},
};
use crate::{
    report::{Paint, clean},
    signal::Signal,
};

/// Whether the streams of the process are terminals, and what the environment says about colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Streams {
    /// Standard input is a terminal: there is somebody to ask.
    pub input: bool,
    /// Standard output is a terminal.
    pub output: bool,
    /// Standard error is a terminal.
    pub errors: bool,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// `TERM` is `dumb`: the terminal cannot move its cursor.
    pub dumb: bool,
}

/// The two streams, and how to write to them.
#[derive(Debug)]
pub struct Console {
    streams: Streams,
    quiet: bool,
    verbose: bool,
    limit: Limit,
    paint: Paint,
    paint_errors: Paint,
    /// Whether the last line on standard error is a line of progress.
    progress: Mutex<bool>,
    /// Whether the terminal's own program has the screen and the keyboard.
    handed_over: AtomicBool,
    /// Whether a question is open whose answer must not be seen.
    asking: AtomicBool,
    /// The signal that asked the program to end.
    told: Arc<OnceLock<Signal>>,
    /// Whether the command ended because of it, and tidied up by itself.
    interrupted: AtomicBool,
}

impl Console {
    /// A console as the options want it.
    pub fn new(streams: Streams, global: &Global) -> Self {
        let coloured = |terminal: bool| match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !streams.no_color && !streams.dumb,
        };
        Console {
            streams,
            quiet: global.quiet,
            verbose: global.verbose,
            limit: Limit::from_now(global.timeout),
            paint: Paint { coloured: coloured(streams.output) && !global.json },
            paint_errors: Paint { coloured: coloured(streams.errors) },
            progress: Mutex::default(),
            handed_over: AtomicBool::default(),
            asking: AtomicBool::default(),
            told: Arc::default(),
            interrupted: AtomicBool::default(),
        }
    }

    /// The colours of standard output.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// Whether a person sits in front of the whole of it, so that the terminal can be opened.
    pub fn is_interactive(&self) -> bool {
        self.streams.input && self.streams.output && !self.streams.dumb
    }

    /// Asks for something that must not be seen, if there is somebody to ask.
    pub async fn ask_secret(&self, question: &str) -> Option<SecretString> {
        if !self.streams.input || !self.streams.errors {
            return None;
        }
        self.clear_progress();
        let question = clean(question).into_owned();
        self.asking.store(true, Ordering::Relaxed);
        // On a thread of its own, so that Ctrl-C is heard meanwhile.
        let answer = tokio::task::spawn_blocking(move || rpassword::prompt_password(question)).await;
        self.asking.store(false, Ordering::Relaxed);
        Some(answer.ok()?.ok()?.into())
    }

    /// Asks for a line, if there is somebody to ask. Ctrl-C is heard meanwhile.
    pub async fn ask(&self, question: &str) -> Option<String> {
        if !self.streams.input || !self.streams.errors {
            return None;
        }
        self.clear_progress();
        let _ = write!(io::stderr(), "{}", clean(question));
        let read = || {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|read| (read > 0).then_some(line))
        };
        let line = tokio::task::spawn_blocking(read).await.ok()?.ok()??;
        Some(line.trim().to_owned())
    }

    /// Remembers that the command was interrupted, for its exit status.
    pub fn be_interrupted(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
    }

    /// The signal because of which the command has ended, after it tidied up by itself.
    pub fn was_interrupted(&self) -> Option<Signal> {
        self.told.get().copied().filter(|_| self.interrupted.load(Ordering::Relaxed))
    }

    /// Remembers which signal asked the program to end: the first one counts.
    pub fn be_told(&self, signal: Signal) {
        let _ = self.told.set(signal);
    }

    /// Listens from now on, and gives a future that comes to an end when the time is over, or when a
    /// signal asks the program to end, which is remembered.
    pub fn ends(&self) -> impl Future<Output = Reason> + Send + 'static {
        let (ends, told) = (self.limit.ends(), Arc::clone(&self.told));
        async move {
            let reason = ends.await;
            if let Reason::Told(signal) = reason {
                let _ = told.set(signal);
            }
            reason
        }
    }

    /// Makes the terminal show again what is typed, where a question was left unanswered.
    pub fn give_up_asking(&self) {
        if self.asking.swap(false, Ordering::Relaxed) {
            // The thread that asks would do it once it has an answer. Without stty there is no more to do.
            let _ = std::process::Command::new("stty").arg("echo").status();
            let _ = writeln!(io::stderr());
        }
    }

    /// Leaves signals, and with them screen and keyboard, to the command from here on.
    pub fn hand_over(&self) {
        self.handed_over.store(true, Ordering::Relaxed);
    }

    /// Whether the command hears signals itself.
    pub fn is_handed_over(&self) -> bool {
        self.handed_over.load(Ordering::Relaxed)
    }

    /// Writes a result to standard output.
    ///
    /// # Errors
    /// Where standard output cannot be written to; a reader who went away is no error.
    pub fn result(&self, text: &str) -> Result<(), Error> {
        self.result_by(|out| out.write_all(text.as_bytes()))
    }

    /// Prints what the command was asked for, as it is written.
    ///
    /// # Errors
    /// As [`Console::result`].
    pub fn result_by(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        self.clear_progress();
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Error::new(format!("The result could not be written to standard output: {error}."), ""))
            }
            _ => Ok(()),
        }
    }

    /// How long the command may take.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Says what is being done, where somebody asked to know.
    pub fn detail(&self, text: &str) {
        tracing::debug!(target: "schemascope::said", text);
        if self.verbose {
            self.say("", text);
        }
    }

    /// Says something that is worth knowing on standard error, unless it is to be quiet.
    pub fn note(&self, text: &str) {
        tracing::info!(target: "schemascope::said", text);
        if !self.quiet {
            self.say("", text);
        }
    }

    /// Says on standard error what went wrong.
    pub fn error(&self, text: &str) {
        tracing::error!(target: "schemascope::said", text);
        self.say(&format!("{} ", self.paint_errors.alarm("error:")), text);
    }

    /// Shows on one line how far a reading has come, if standard error is a terminal.
    pub fn progress(&self, name: &str, phase: &str, count: usize) {
        if self.quiet || !self.streams.errors || self.streams.dumb {
            return;
        }
        let count = if count == 0 { String::new() } else { format!(" ({count} objects)") };
        let line = clean(&format!("{name}: {phase}{count}")).into_owned();
        // Longer lines would wrap, and could not be taken back.
        let line: String = line.chars().take(78).collect();
        let mut shown = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
        *shown = true;
    }

    /// Takes the line of progress back.
    pub fn clear_progress(&self) {
        let mut shown = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut *shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn say(&self, prefix: &str, text: &str) {
        self.clear_progress();
        let lines: Vec<_> = text.lines().map(clean).collect();
        // If standard error is gone there is nobody left to tell.
        let _ = writeln!(io::stderr(), "{prefix}{}", lines.join("\n"));
    }
}

/// Writes a file whole or not at all: a reader sees what was there before, or all of the text.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write_file(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |error: io::Error| {
        Error::new(
            format!("{} could not be written: {error}.", path.display()),
            "Check the folder and its permissions.",
        )
    };
    // A device or a pipe cannot be replaced; it is written to.
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fs::write(path, text).map_err(fail);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    let mut file = builder.tempfile_in(folder).map_err(fail)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    Ok(())
}
