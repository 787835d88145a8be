//! Where everything is read from, and how; and what is kept of it in files.

use std::{collections::BTreeSet, path::PathBuf};

use secrecy::SecretString;
use tokio::sync::watch;

use crate::{
    config::{self, Talk},
    dialect::{
        self, Dialect,
        postgres::{connect::Environment, session::Fault},
    },
    diff::{self, Accepted, Baseline, Rules, Terms},
    model::Snapshot,
    source::{self, LoadOptions, Source, SourceError, history::History},
    tui::{
        Named, Target,
        message::{Loaded, Unread},
        state::{DialectRef, TargetSetup, side::SideId},
        text,
    },
};

/// Where everything is read from, and how.
#[derive(Clone)]
pub struct Sources {
    /// The canonical schema.
    pub canonical: Named,
    /// The targets.
    pub targets: Vec<Target>,
    /// Targets of the configuration that can be added.
    pub others: Vec<Target>,
    /// How they are read.
    pub load: LoadOptions,
    /// What the comparison leaves out.
    pub rules: Rules,
    /// The file of what was accepted.
    pub baseline_file: PathBuf,
    /// What is kept of targets of the configuration.
    pub history: History,
    /// The environment of the program.
    pub environment: Environment,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
}

impl Sources {
    /// How a target is to be compared, today.
    pub fn terms<'a>(&'a self, target: usize, rules: &'a Rules, baseline: &'a Baseline) -> Terms<'a> {
        let name = self.targets.get(target).map_or("", |target| &target.name);
        Terms { rules, baseline, name, today: diff::day((self.now)()) }
    }

    /// The source of a side; or why there is none.
    pub fn source(&self, side: SideId) -> Result<&Source, String> {
        let named = match side {
            SideId::Canonical => Some(&self.canonical),
            SideId::Target(at) => self.targets.get(at).map(|target| &target.source),
        };
        let named = named.ok_or_else(|| "There is no such target.".to_owned())?;
        named.as_ref().map_err(Clone::clone)
    }

    /// A source with the password that the program of its target prints, if it has one.
    pub async fn ask_program(&self, side: SideId, source: Source) -> Result<Source, String> {
        let SideId::Target(at) = side else { return Ok(source) };
        let command = self.targets.get(at).and_then(|target| target.password_command.as_ref());
        let (Some(command), Source::Postgres(url)) = (command, &source) else { return Ok(source) };
        let password = config::password_of(command, Talk::WithNobody).await;
        let password = password.map_err(|problem| {
            format!("Its password-command {problem}.\nTry it in a shell; it has to print the password.")
        })?;
        Ok(Source::Postgres(url.clone().with_password(password)))
    }

    /// Keeps what was read of a target of the configuration, as every command does; or says why it was
    /// not kept.
    pub async fn keep(&self, side: SideId, loaded: &Loaded) -> Option<String> {
        let SideId::Target(at) = side else { return None };
        let target = self.targets.get(at).filter(|target| target.configured)?;
        if !target.source.as_ref().is_ok_and(Source::is_live) {
            return None;
        }
        let (history, name, snapshot) = (self.history.clone(), target.name.clone(), loaded.snapshot.clone());
        let kept = tokio::task::spawn_blocking(move || {
            let kept = history.keep(&name, &snapshot);
            kept.err().map(|error| format!("the inspection of {name} was not kept: {error}"))
        });
        kept.await.ok().flatten()
    }

    /// Adds the target that words stand for: one of the configuration by its name, or any by its URL or
    /// path.
    ///
    /// # Errors
    /// Why the words stand for nothing, and what to do.
    pub fn open(&mut self, words: &str) -> Result<TargetSetup, String> {
        let target = match self.others.iter().position(|other| other.name == words) {
            Some(at) => self.others.remove(at),
            None => {
                let source = Source::recognise(words, None, &self.environment).map_err(|error| {
                    let hint = error.hint().map(|hint| format!(" {hint}")).unwrap_or_default();
                    format!("{error}{hint}")
                })?;
                let label = source.label();
                let taken = |name: &str| self.targets.iter().any(|target| target.name == name);
                let name = if taken(&label) { source.to_string() } else { label };
                if taken(&name) {
                    return Err(format!("{} is among the targets already.", text::clean(&name)));
                }
                Target { label: name.clone(), ..Target::new(name, Ok(source)) }
            }
        };
        let setup = target.setup();
        self.targets.push(target);
        Ok(setup)
    }

    /// Accepts differences: signs the entries and writes them into the baseline's file. Gives what is
    /// accepted then, and what was done in a sentence.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn accept(&self, entries: Vec<Accepted>) -> Result<(Baseline, String), String> {
        let by = self.environment.variable("USER").map(str::to_owned);
        let since = Some(diff::day((self.now)()));
        let signed = entries.into_iter().map(|entry| Accepted { by: by.clone(), since, ..entry });
        let signed: Vec<Accepted> = signed.collect();
        let baseline = config::accept(&self.baseline_file, &signed).map_err(|error| error.to_string())?;
        let count = text::counted(signed.len(), "difference");
        Ok((baseline, format!("{count} accepted in {}", self.baseline_name())))
    }

    /// Takes entries out of the baseline's file, as [`Sources::accept`] puts them in.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn take_back(&self, entries: &[Accepted]) -> Result<(Baseline, String), String> {
        let baseline = config::take_back(&self.baseline_file, entries).map_err(|error| error.to_string())?;
        let many =
            if entries.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", entries.len()) };
        Ok((baseline, format!("{many} taken out of {}", self.baseline_name())))
    }

    fn baseline_name(&self) -> String {
        let name = self.baseline_file.file_name().unwrap_or(self.baseline_file.as_os_str());
        text::clean(&name.to_string_lossy()).into_owned()
    }
}

/// What is known about the databases: a script is run in an engine like theirs.
#[derive(Clone, Debug, Default)]
pub struct Example {
    dialect: Option<&'static str>,
    major: Option<u32>,
    found: bool,
    pending: BTreeSet<SideId>,
}

impl Example {
    /// What is known before anything is read: the kinds of databases, by their addresses.
    pub fn of(sources: &Sources) -> Self {
        let targets = || sources.targets.iter().map(|target| &target.source);
        let named = targets().enumerate().map(|(at, source)| (SideId::Target(at), source));
        let named = named.chain([(SideId::Canonical, &sources.canonical)]);
        let tells = |(_, source): &(SideId, &Named)| source.as_ref().is_ok_and(|it| !it.is_script());
        let pending = named.filter(tells).map(|(id, _)| id).collect();
        let planned = targets().chain([&sources.canonical]).flatten().find_map(dialect_of);
        let dialect = sources.load.dialect.or(planned);
        Example { dialect, major: sources.load.major, found: false, pending }
    }

    /// Expects nothing more of a database.
    pub fn forget(&mut self, side: SideId) {
        self.pending.remove(&side);
    }

    /// Takes in what a database turned out to be.
    pub fn learn(&mut self, side: SideId, loaded: Option<&Loaded>) {
        self.forget(side);
        if let Some(loaded) = loaded.filter(|_| !self.found) {
            self.found = true;
            self.dialect = Some(loaded.dialect.0.name());
            if loaded.dialect.0.name() == "postgres" {
                self.major = self.major.or(Some(loaded.snapshot.server_version_num / 10_000));
            }
        }
    }
}

/// Waits until it is known what kind and version of database a script is meant for, or until no
/// database is left that could tell.
pub async fn wait_for_example(
    example: &watch::Sender<Example>,
    options: &mut LoadOptions,
    progress: &(dyn Fn(&str, usize) + Send + Sync),
) {
    let mut example = example.subscribe();
    let known = |example: &Example| example.found || example.pending.is_empty();
    if !known(&example.borrow()) {
        progress("waiting for a target to tell its version", 0);
    }
    // The sender lives as long as the world.
    if let Ok(example) = example.wait_for(known).await {
        options.dialect = example.dialect;
        options.major = example.major;
    }
}

/// A source with the password that the user typed for it.
pub fn with_password(source: &Source, password: Option<SecretString>) -> Source {
    match (source, password) {
        (Source::Postgres(url), Some(password)) => Source::Postgres(url.clone().with_password(password)),
        _ => source.clone(),
    }
}

fn dialect_of(source: &Source) -> Option<&'static str> {
    match source {
        Source::Postgres(_) => Some("postgres"),
        Source::Sqlite(_) => Some("sqlite"),
        Source::SqlFile(_) | Source::Folder(_) | Source::Inventory(_) | Source::Git(_) | Source::Kept(_) => {
            None
        }
    }
}

/// Reads a source; `typed` says that the user typed the password that it has.
///
/// # Errors
/// What happened, and what to do.
pub async fn read(
    source: &Source,
    typed: bool,
    options: &LoadOptions,
    progress: &(dyn Fn(&str, usize) + Send + Sync),
) -> Result<(Snapshot, DialectRef), Unread> {
    let snapshot = source::load(source, options, progress).await.map_err(|error| {
        let hint = error.hint().map(str::to_owned);
        let text = [Some(error.to_string()), hint].into_iter().flatten().collect::<Vec<_>>().join("\n");
        let fault = match &error {
            SourceError::Connect(error) => Some(error.fault),
            _ => None,
        };
        // One that was typed wrongly is typed again.
        let wants_password =
            fault == Some(Fault::PasswordWanted) || typed && fault == Some(Fault::PasswordWrong);
        Unread { text, wants_password }
    })?;
    let dialect: &'static dyn Dialect = dialect::by_name(&snapshot.dialect).ok_or_else(|| {
        format!(
            "It is a schema of `{}`, which this program does not know.\nUse a newer version of the program.",
            snapshot.dialect
        )
    })?;
    Ok((snapshot, DialectRef(dialect)))
}
