//! Words of the command line and the configuration → sources, each with a name for people.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;

use super::{
    Error, Surroundings,
    arguments::Global,
    console::{Console, write_file},
    stopwatch::Stopwatch,
};
use crate::{
    config::{self, Config, Talk},
    diff::{self, Baseline, Terms},
    scratch,
    source::{
        Kept, Source, SourceKind, UnknownKind,
        history::{self, History, Moment},
    },
};

/// A source under the name that the user knows it by.
#[derive(Clone, Debug)]
pub struct Named {
    /// The name.
    pub name: String,
    /// The source; or why the words stand for none, so that the others can still be compared.
    pub source: Result<Source, String>,
    /// What the configuration says about it.
    pub target: Option<config::Target>,
}

/// What every command starts from: the configuration and the options that go with it.
pub struct Setup<'a> {
    /// The configuration.
    pub config: Config,
    /// The differences that were accepted.
    pub baseline: Baseline,
    /// The file that holds them, whether it is there or not.
    pub baseline_file: PathBuf,
    /// Where scripts are run.
    pub scratch: scratch::Options,
    /// How long each side takes to be read.
    pub stopwatch: Stopwatch,
    /// Where the command says what it has to say.
    pub console: &'a Console,
    /// What was kept of earlier inspections.
    pub history: History,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
    kind: Option<SourceKind>,
    surroundings: &'a Surroundings,
}

impl<'a> Setup<'a> {
    /// The environment of the program.
    pub fn environment(&self) -> &crate::dialect::postgres::connect::Environment {
        &self.surroundings.environment
    }

    /// Reads the configuration, and lets the options have the last word.
    ///
    /// # Errors
    /// Where a configuration cannot be used, or an option has a value that it cannot have.
    pub fn new(global: &Global, surroundings: &'a Surroundings, console: &'a Console) -> Result<Self, Error> {
        let places = super::config::places(global, surroundings);
        let variables = |name: &str| surroundings.environment.variable(name).map(str::to_owned);
        let mut config =
            config::load(&places, &variables).map_err(|error| Error::new(error.to_string(), ""))?;
        config.rules.roles |= global.with_roles;
        for file in &config.files {
            console.detail(&format!("configuration: {}", file.display()));
        }
        let kind = match (global.canonical_kind, &config.canonical_kind) {
            (Some(kind), _) => Some(kind),
            (None, Some(written)) => Some(written.parse().map_err(|error: UnknownKind| {
                Error::new(config.fault("canonical-kind", format!("{error}."), "").to_string(), "")
            })?),
            (None, None) => None,
        };
        let engine = global.scratch.as_deref().or(config.scratch.as_ref().map(|address| address.expose()));
        let scratch = scratch::Options {
            choice: choice(engine.unwrap_or("auto"), surroundings)?,
            program: surroundings.program.clone(),
            cache: if global.no_cache { None } else { cache_folder(surroundings) },
        };
        let state = if global.no_cache { None } else { state_folder(surroundings) };
        let limit = config.history.keep.unwrap_or(history::KEPT);
        let history = match state {
            Some(folder) => History::new(history_folder(&folder, &config), limit),
            None => History::new(PathBuf::new(), 0),
        };
        let named = global.baseline.as_ref().or(config.baseline.as_ref());
        let baseline_file = named.cloned().unwrap_or_else(|| config.repository.join(config::BASELINE_FILE));
        let baseline = match global.no_baseline {
            true => Baseline::default(),
            false => baseline(&baseline_file, named.is_some(), console)?,
        };
        Ok(Setup {
            config,
            baseline,
            baseline_file,
            scratch,
            stopwatch: Stopwatch::default(),
            console,
            history,
            now: surroundings.now,
            kind,
            surroundings,
        })
    }

    /// How a target of this name is to be compared, today.
    pub fn terms<'b>(&'b self, name: &'b str) -> Terms<'b> {
        let today = diff::day((self.now)());
        Terms { rules: &self.config.rules, baseline: &self.baseline, name, today }
    }

    /// The canonical schema and the targets that words name; without words, those of the
    /// configuration. One word that names a target is held against the configuration's canonical.
    ///
    /// # Errors
    /// Where there are no targets, or a program that prints a password failed.
    pub async fn sides(
        &self,
        canonical: Option<&str>,
        targets: &[String],
    ) -> Result<(Named, Vec<Named>), Error> {
        let (canonical, targets): (Named, Vec<Named>) = match canonical {
            Some(only) if targets.is_empty() && self.is_target_of_canonical(only) => {
                let (canonical, _) = self.configured()?;
                (canonical, vec![self.named(only, None)])
            }
            Some(canonical) => {
                if targets.is_empty() {
                    return Err(Error::new(
                        format!("There is nothing to compare {canonical} with."),
                        "Name at least one target behind it, for example postgres://user@host/database.",
                    ));
                }
                let targets = targets.iter().map(|target| self.named(target, None)).collect();
                (self.named(canonical, self.kind), targets)
            }
            None => self.configured()?,
        };
        let mut all = targets;
        all.insert(0, canonical);
        for side in &mut all {
            self.ask_program(side).await?;
        }
        make_distinct(&mut all);
        let canonical = all.remove(0);
        Ok((canonical, all))
    }

    /// One source that a word names.
    ///
    /// # Errors
    /// Where a program that prints its password failed.
    pub async fn single(&self, text: &str) -> Result<Named, Error> {
        let mut side = self.named(text, self.kind);
        self.ask_program(&mut side).await?;
        Ok(side)
    }

    /// The canonical schema of the configuration, if it names one.
    ///
    /// # Errors
    /// Where a program that prints its password failed.
    pub async fn configured_canonical(&self) -> Result<Option<Named>, Error> {
        let Some(canonical) = &self.config.canonical else { return Ok(None) };
        let mut side = self.configured_side(canonical.expose());
        self.ask_program(&mut side).await?;
        Ok(Some(side))
    }

    /// The canonical schema of an option, or else that of the configuration, unless none is wanted.
    ///
    /// # Errors
    /// Where a program that prints its password failed.
    pub async fn canonical_for(&self, option: Option<&str>, none: bool) -> Result<Option<Named>, Error> {
        match option {
            Some(canonical) => self.single(canonical).await.map(Some),
            None if none => Ok(None),
            None => self.configured_canonical().await,
        }
    }

    /// The target that a word names: where it is a URL or a file that the configuration has under a
    /// name, it is that one, with all that is said about it.
    ///
    /// # Errors
    /// Where a program that prints its password failed.
    pub async fn named_or_same(&self, text: &str) -> Result<Named, Error> {
        let mut side = self.named(text, None);
        if side.target.is_none()
            && let Ok(source) = &side.source
        {
            let all = self.config.targets.keys().map(|name| self.named(name, None));
            let same =
                all.into_iter().find(|other| other.source.as_ref().is_ok_and(|it| is_same(it, source)));
            if let Some(same) = same {
                side.name = same.name;
                side.target = same.target;
            }
        }
        self.ask_program(&mut side).await?;
        Ok(side)
    }

    /// The targets of the configuration but those of some names. The programs that print their passwords
    /// were not asked.
    pub fn others(&self, names: &[&str]) -> Vec<Named> {
        let others = self.config.targets.keys().filter(|name| !names.contains(&name.as_str()));
        others.map(|name| self.named(name, None)).collect()
    }

    /// The configuration that fits what is in the current folder.
    pub fn first_draft(&self) -> config::Draft {
        let variables = |name: &str| self.environment().variable(name).map(str::to_owned);
        config::draft(self.current_folder(), &variables)
    }

    /// The folder in which schemascope keeps what it has done, where there is one.
    pub fn state_folder(&self) -> Option<PathBuf> {
        state_folder(self.surroundings)
    }

    /// The targets that words name; without words, those of the configuration.
    ///
    /// # Errors
    /// Where there are none, or a program that prints a password failed.
    pub async fn targets(&self, words: &[String]) -> Result<Vec<Named>, Error> {
        let names = self.config.targets.keys();
        let words: Vec<&str> = if words.is_empty() {
            names.map(String::as_str).collect()
        } else {
            words.iter().map(String::as_str).collect()
        };
        if words.is_empty() {
            return Err(Error::new(
                "No target was named, and there is no configuration that names one.",
                "Name a database, for example postgres://user@host/database.",
            ));
        }
        let mut targets: Vec<Named> = words.into_iter().map(|word| self.named(word, None)).collect();
        for target in &mut targets {
            self.ask_program(target).await?;
        }
        make_distinct(&mut targets);
        Ok(targets)
    }

    /// Writes a result to the file that was asked for, or to standard output.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn deliver(&self, text: &str, output: Option<&Path>) -> Result<(), Error> {
        let Some(file) = output else { return self.console.result(text) };
        write_file(file, text)?;
        self.console.note(&format!("{} was written.", file.display()));
        Ok(())
    }

    /// A folder, as a further side; what is configured under its name is something else.
    pub fn folder(&self, path: &Path) -> Named {
        let text = path.to_string_lossy();
        let side = self.recognised(&text, &text, None, None);
        Named { name: label(&side), ..side }
    }

    /// The folder that the command was started in.
    pub fn current_folder(&self) -> &'a Path {
        &self.surroundings.current_folder
    }

    /// Whether a word names a target, and there is a canonical schema to hold it against.
    fn is_target_of_canonical(&self, word: &str) -> bool {
        let is_kept = || word.split_once('@').is_some_and(|(name, _)| self.config.targets.contains_key(name));
        self.config.canonical.is_some() && (self.config.targets.contains_key(word) || is_kept())
    }

    fn configured(&self) -> Result<(Named, Vec<Named>), Error> {
        let Some(canonical) = &self.config.canonical else { return Err(Error::first_run(&self.config)) };
        if self.config.targets.is_empty() {
            return Err(Error::new(
                "The configuration names no targets.",
                "Add one to schemascope.toml:\n\n[targets.production]\nurl = \"postgres://user@host/database\"",
            ));
        }
        let canonical = self.configured_side(canonical.expose());
        let targets = self.config.targets.iter();
        let targets = targets.map(|(name, target)| self.target(name, target, None));
        Ok((canonical, targets.collect()))
    }

    /// The canonical side of the configuration, by the name of its file where it is, or ought to be, one.
    fn configured_side(&self, text: &str) -> Named {
        let file = Path::new(text).file_name().filter(|_| !text.contains("://"));
        let name = file.map_or(text.into(), |name| name.to_string_lossy());
        let side = self.recognised(&name, text, self.kind, None);
        Named { name: label(&side), ..side }
    }

    fn named(&self, text: &str, kind: Option<SourceKind>) -> Named {
        match self.config.targets.get(text) {
            Some(target) => self.target(text, target, kind),
            None => {
                let side = self.kept_side(text).unwrap_or_else(|| self.recognised(text, text, kind, None));
                Named { name: label(&side), ..side }
            }
        }
    }

    /// A configured target; where its address is not known, that is its error.
    fn target(&self, name: &str, target: &config::Target, kind: Option<SourceKind>) -> Named {
        match &target.address {
            Ok(address) => self.recognised(name, address.expose(), kind, Some(target.clone())),
            Err(why) => {
                let source = Err(why.to_string());
                Named { name: name.to_owned(), source, target: Some(target.clone()) }
            }
        }
    }

    /// The inspection that words like `prod@yesterday` name, if they are of that form: what stands
    /// before the `@` is a target of the configuration, or one that something was kept of.
    pub fn kept_side(&self, text: &str) -> Option<Named> {
        let (target, moment) = text.rsplit_once('@')?;
        if !(self.config.targets.contains_key(target) || self.history.knows(target)) {
            return None;
        }
        let found = moment.parse::<Moment>().map_err(|error| format!("{error}.")).and_then(|moment| {
            let found = self.history.at(target, &moment, (self.now)());
            found.map_err(|error| with_hint(&error.to_string(), Some(error.hint())))
        });
        let source = found.map(|inspection| {
            let (history, target) = (self.history.clone(), target.to_owned());
            Source::Kept(Kept { history, target, inspection, name: text.to_owned() })
        });
        Some(Named { name: text.to_owned(), source, target: None })
    }

    fn recognised(
        &self,
        name: &str,
        text: &str,
        kind: Option<SourceKind>,
        target: Option<config::Target>,
    ) -> Named {
        let source = Source::recognise(text, kind, &self.surroundings.environment);
        let source = source.map_err(|error| with_hint(&error.to_string(), error.hint()));
        Named { name: name.to_owned(), source, target }
    }

    /// Runs the program that prints the password of a target, if it has one.
    async fn ask_program(&self, side: &mut Named) -> Result<(), Error> {
        let Some(command) = side.target.as_ref().and_then(|target| target.password_command.as_ref()) else {
            return Ok(());
        };
        if let Ok(Source::Postgres(url)) = &side.source {
            self.console.note(&format!("{}: asking its password-command for the password", side.name));
            let password = config::password_of(command, Talk::WithUser).await.map_err(|problem| {
                Error::new(
                    format!("The password-command of {} {problem}.", side.name),
                    "Try it in a shell; it has to print the password on its first line.",
                )
            })?;
            side.source = Ok(Source::Postgres(url.clone().with_password(password)));
        }
        Ok(())
    }
}

/// Whether two sources are one database, whoever connects.
fn is_same(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::Postgres(a), Source::Postgres(b)) => {
            (a.host_label(), a.database()) == (b.host_label(), b.database())
        }
        (Source::Sqlite(a), Source::Sqlite(b)) => match (a.canonicalize(), b.canonicalize()) {
            (Ok(a), Ok(b)) => a == b,
            _ => a == b,
        },
        _ => false,
    }
}

/// An error's text with what to do next behind it.
pub fn with_hint(message: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) if !hint.is_empty() => format!("{message}\n{hint}"),
        _ => message.to_owned(),
    }
}

/// The words for where scripts are run.
pub const ENGINES: [&str; 3] = ["auto", "embedded", "local"];

/// The accepted differences of a file. A file that is not there yet accepts nothing; one that was
/// named, and so is expected, is missed.
fn baseline(file: &Path, named: bool, console: &Console) -> Result<Baseline, Error> {
    match config::load_baseline(file).map_err(|error| Error::new(error.to_string(), ""))? {
        Some(baseline) => Ok(baseline),
        None => {
            if named {
                console.note(&format!("There is no baseline {} yet: nothing is accepted.", file.display()));
            }
            Ok(Baseline::default())
        }
    }
}

fn choice(text: &str, surroundings: &Surroundings) -> Result<scratch::Choice, Error> {
    match text {
        "auto" => Ok(scratch::Choice::Auto),
        "embedded" => Ok(scratch::Choice::Embedded),
        "local" => Ok(scratch::Choice::Local),
        url if url.contains("://") => match Source::recognise(url, None, &surroundings.environment) {
            Ok(Source::Postgres(url)) => Ok(scratch::Choice::Url(url)),
            Ok(_) => Err(Error::new("The URL of --scratch is not one of PostgreSQL.", "Write postgres://…")),
            Err(error) => Err(Error::new(error.to_string(), error.hint().unwrap_or_default())),
        },
        other => Err(Error::new(
            format!("There is no scratch engine called {other}."),
            "Choose auto, embedded, local, or give a postgres:// URL.",
        )),
    }
}

fn cache_folder(surroundings: &Surroundings) -> Option<PathBuf> {
    let set = surroundings.environment.variable("XDG_CACHE_HOME").map(PathBuf::from);
    let usual = || ProjectDirs::from("", "", "schemascope").map(|dirs| dirs.cache_dir().to_owned());
    set.map(|folder| folder.join("schemascope")).or_else(usual)
}

/// Where programs keep what they would miss if it were gone, but nobody else would.
fn state_folder(surroundings: &Surroundings) -> Option<PathBuf> {
    let set = surroundings.environment.variable("XDG_STATE_HOME").map(PathBuf::from);
    let usual = || {
        let dirs = ProjectDirs::from("", "", "schemascope")?;
        Some(dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
    };
    set.map(|folder| folder.join("schemascope")).or_else(usual)
}

/// Where the history of the targets of a configuration is kept. Two repositories may both call a
/// database `prod`, so each file that names targets has a folder of its own.
fn history_folder(state: &Path, config: &Config) -> PathBuf {
    let file = config.files.last().cloned().unwrap_or_default();
    let whole = file.canonicalize().unwrap_or(file);
    let hash = blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex();
    state.join("history").join(&hash[..16])
}

/// A short name for people: the file's name, or the database with its host.
fn label(side: &Named) -> String {
    match &side.source {
        Ok(source) => source.label(),
        // What is no source may be a URL with a password in it.
        Err(_) => match side.name.split_once("://") {
            Some((scheme, _)) => format!("{scheme}://…"),
            None => side.name.clone(),
        },
    }
}

/// Two sides with one name get the rest of their addresses, or else numbers.
fn make_distinct(sides: &mut [Named]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for side in sides {
        let mut candidates = vec![side.name.clone()];
        candidates.extend(side.source.as_ref().ok().map(ToString::to_string));
        candidates.extend((2..).map(|number| format!("{} ({number})", side.name)).take(taken.len() + 1));
        if let Some(free) = candidates.into_iter().find(|name| !taken.contains(name)) {
            side.name = free;
        }
        taken.insert(side.name.clone());
    }
}
