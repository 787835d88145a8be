//! The terminal: messages in, effects and frames out.
//!
//! `update` and `view` are pure; `runtime` owns the clock, `world` does what effects say,
//! `terminal` has the tty. Nothing is drawn and nobody is woken up while nothing happens.

mod appearance;
mod background;
mod bindings;
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

use std::{path::PathBuf, process::Command, time::Instant};

use tokio::sync::mpsc::unbounded_channel;

pub use self::appearance::{Appearance, faults, key_names, theme_names};
use self::{
    background::Hearing,
    message::Message,
    runtime::{Device, DrawError, Ended, Runtime},
    state::{State, TargetSetup},
    terminal::{Keyboard, Screen, Tty, TtyError},
    world::{Sources, World},
};
use crate::{
    dialect::postgres::connect::Environment,
    diff::{Baseline, Rules},
    source::{LoadOptions, Source},
};

/// What the terminal is opened on.
pub struct Options {
    /// The canonical schema; or why the user's words stand for none, with what to do.
    pub canonical: Result<Source, String>,
    /// Its name for people.
    pub canonical_label: String,
    /// The databases that ought to have it.
    pub targets: Vec<Target>,
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
    /// The environment of the program.
    pub environment: Environment,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
}

/// A database that ought to have the canonical schema.
pub struct Target {
    /// Its name in the configuration, or what stands for it: the baseline knows it by this.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// The database; or why the user's words stand for none, with what to do: that is a row among
    /// the others.
    pub source: Result<Source, String>,
    /// Whether people are to be warned that it is precious.
    pub protected: bool,
    /// The colour of its name: one of the sixteen, a number up to 255, or `#rrggbb`.
    pub color: Option<String>,
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

/// Opens the terminal and runs it until the user quits, or until the program is told to end.
///
/// # Errors
/// Where there is no terminal: before anything is drawn.
pub async fn run(options: Options) -> Result<(), TuiError> {
    let Appearance { keymap, themes, theme: chosen, mouse } = options.appearance;
    let colors = terminal::colors(&options.environment);
    let fitting = terminal::default_theme(colors, &options.environment);
    let told_to_end = listen();
    let (tty, screen) = Tty::enter(mouse, &options.environment)?;
    let size = screen.size().map_err(TtyError::Io)?;
    let setups = options.targets.iter().map(|target| TargetSetup {
        label: target.label.clone(),
        protected: target.protected,
        color: target.color.clone(),
    });
    let mut state = State::new(
        (size.width, size.height),
        options.canonical_label,
        setups.collect(),
        keymap,
        Instant::now(),
    );
    state.mouse = mouse;
    state.themes = themes.names().map(str::to_owned).collect();
    let asks = chosen.is_none() && terminal::asks_for_background(colors, &options.environment);
    let theme = themes.shown(chosen.as_deref().unwrap_or(fitting), colors);
    let sources = Sources {
        canonical: options.canonical,
        names: options.targets.iter().map(|target| target.name.clone()).collect(),
        targets: options.targets.into_iter().map(|target| target.source).collect(),
        load: options.load,
        rules: options.rules,
        baseline: options.baseline,
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
    runtime.run(&mut state, told_to_end).await?;
    Ok(())
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

/// Starts to listen to what the system tells the program at once, and gives a future that comes to
/// an end when that is to end. Called before the tty is taken: there is no moment in between in
/// which a signal would leave the terminal as it is not to be.
#[cfg(unix)]
fn listen() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    let signals: Vec<_> = kinds.into_iter().filter_map(|kind| signal(kind).ok()).collect();
    async move {
        let waits: Vec<_> =
            signals.into_iter().map(|mut signal| Box::pin(async move { signal.recv().await })).collect();
        if waits.is_empty() {
            std::future::pending::<()>().await;
        }
        futures_util::future::select_all(waits).await;
    }
}

/// Gives a future that comes to an end when the system tells the program to.
#[cfg(not(unix))]
async fn listen() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
