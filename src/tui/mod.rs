//! The terminal: messages in, effects and frames out.
//!
//! `update` and `view` are pure; `runtime` owns the clock, `world` does what effects say,
//! `terminal` has the tty. Nothing is drawn and nobody is woken up while nothing happens.

mod appearance;
mod background;
mod clipboard;
mod effect;
#[doc(hidden)]
pub mod harness;
mod highlight;
mod journal;
mod key;
pub mod keymap;
mod layout;
mod message;
mod programs;
#[cfg(test)]
mod random_tests;
mod request;
mod runtime;
#[cfg(test)]
mod sample;
mod save;
mod state;
mod terminal;
mod text;
pub mod theme;
mod update;
mod view;
mod world;

use std::{path::PathBuf, process::Command, sync::Arc, time::Instant};

use tokio::sync::mpsc::unbounded_channel;

pub use self::appearance::{Appearance, faults, key_names, theme_names};
use self::{
    background::Hearing,
    message::Message,
    runtime::{Device, DrawError, Ended, Runtime},
    state::{FirstRun, State, TargetSetup},
    terminal::{Keyboard, Screen, Tty, TtyError},
    world::{Sources, World},
};
use crate::{
    config::{CommandLine, Draft},
    dialect::postgres::connect::Environment,
    diff::{Baseline, Rules},
    signal::{self, Signal},
    source::{LoadOptions, Source, history::History},
};

/// What the terminal is opened on.
pub struct Options {
    /// The canonical schema; or why the user's words stand for none, with what to do.
    pub canonical: Result<Source, String>,
    /// Its name for people.
    pub canonical_label: String,
    /// The databases that ought to have it.
    pub targets: Vec<Target>,
    /// Targets of the configuration that can be added.
    pub others: Vec<Target>,
    /// How everything is read. Where dialect and version are left open, the first database that
    /// was read settles them for the scripts.
    pub load: LoadOptions,
    /// What the comparison leaves out.
    pub rules: Rules,
    /// How it looks, and what its keys do.
    pub appearance: Appearance,
    /// The differences that were accepted.
    pub baseline: Baseline,
    /// The file that the baseline is kept in.
    pub baseline_file: PathBuf,
    /// What is kept of targets of the configuration.
    pub history: History,
    /// The folder that the next migration is written into, unless the user names another.
    pub migrations: PathBuf,
    /// Where there is no configuration yet: the file that it belongs into, and what was found for it.
    /// The terminal begins with that then.
    pub first_run: Option<(PathBuf, Draft)>,
    /// The environment of the program.
    pub environment: Environment,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
}

/// A source; or why the user's words stand for none, with what to do.
pub type Named = Result<Source, String>;

/// A database that ought to have the canonical schema.
#[derive(Clone)]
pub struct Target {
    /// Its name in the configuration, or what stands for it: the baseline knows it by this.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// The database; or why the user's words stand for none, with what to do: that is a row among
    /// the others.
    pub source: Named,
    /// Whether the configuration names it: what is read of it is kept.
    pub configured: bool,
    /// The program that prints its password, where that was not asked yet.
    pub password_command: Option<CommandLine>,
    /// Whether people are to be warned that it is precious.
    pub protected: bool,
    /// The colour of its name: one of the sixteen, a number up to 255, or `#rrggbb`.
    pub color: Option<String>,
}

impl Target {
    /// A target of which nothing more is known than a name and where it is.
    pub fn new(name: String, source: Named) -> Self {
        let (configured, protected) = (false, false);
        let label = name.clone();
        Target { name, label, source, configured, password_command: None, protected, color: None }
    }

    fn setup(&self) -> TargetSetup {
        TargetSetup {
            name: self.name.clone(),
            label: self.label.clone(),
            protected: self.protected,
            color: self.color.clone(),
        }
    }
}

/// How the terminal was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// For good.
    Quit,
    /// To be opened on what is configured now.
    Reopen,
    /// Because the program was told to end, or its terminal went away.
    Told(Signal),
}

/// Why the terminal did not open, or closed early. Each text says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// There is no terminal, or none that can be drawn on.
    #[error(transparent)]
    Terminal(#[from] TtyError),
    /// The terminal went away.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

/// Opens the terminal and runs it until the user quits, or until the program is told to end. Says how
/// it was left.
///
/// # Errors
/// Where there is no terminal: before anything is drawn.
pub async fn run(options: Options) -> Result<Left, TuiError> {
    let Appearance { keymap, themes, theme: chosen, mouse } = options.appearance;
    let colors = terminal::colors(&options.environment);
    let fitting = terminal::default_theme(colors, &options.environment);
    // Before the tty is taken: there is no moment in between in which a signal would leave the terminal
    // as it is not to be.
    let told_to_end = signal::listen();
    let (tty, screen) = Tty::enter(mouse, &options.environment)?;
    let size = screen.size().map_err(TtyError::Io)?;
    let setups = options.targets.iter().map(Target::setup);
    let mut state = State::new(
        (size.width, size.height),
        options.canonical_label,
        setups.collect(),
        keymap,
        Instant::now(),
    );
    state.mouse = mouse;
    state.baseline = Arc::new(options.baseline);
    state.others = options.others.iter().map(|other| other.name.clone()).collect();
    state.migrations = options.migrations.display().to_string();
    state.first_run = options.first_run.map(|(file, draft)| Arc::new(FirstRun { file, draft }));
    state.themes = themes.names().map(str::to_owned).collect();
    let asks = chosen.is_none() && terminal::asks_for_background(colors, &options.environment);
    let theme = themes.shown(chosen.as_deref().unwrap_or(fitting), colors);
    let sources = Sources {
        canonical: options.canonical,
        targets: options.targets,
        others: options.others,
        load: options.load,
        rules: options.rules,
        baseline_file: options.baseline_file,
        history: options.history,
        environment: options.environment,
        now: options.now,
    };
    let (sender, messages) = unbounded_channel();
    let heard = sender.clone();
    // Nobody listens any more once the program ends.
    let tell = move |background| drop(heard.send(Message::Background(background)));
    let events = Hearing::new(Keyboard::new(), asks, tell);
    let world = World::new(sources, sender);
    let mut runtime =
        Runtime { terminal: screen, device: tty, events, messages, world, theme, themes, colors };
    if asks {
        runtime.device.ask_for_background().map_err(TtyError::Io)?;
    }
    Ok(runtime.run(&mut state, told_to_end).await?)
}

impl Device<ratatui::backend::CrosstermBackend<std::io::Stdout>> for Tty {
    fn suspend(&mut self, screen: &mut Screen) -> std::io::Result<()> {
        Tty::suspend(self, screen)
    }

    fn take_mouse(&mut self, mouse: bool) -> std::io::Result<()> {
        Tty::take_mouse(self, mouse)
    }

    fn run(&mut self, screen: &mut Screen, command: &mut Command, input: &str) -> std::io::Result<Ended> {
        Tty::run(self, screen, command, input)
    }
}
