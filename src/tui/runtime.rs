//! The loop: messages in, effects and frames out. It owns the clock, and sleeps when nothing
//! happens.

use std::{future::Future, process::Command, time::Duration};

use crossterm::event::{Event, KeyEventKind};
use futures_util::{Stream, StreamExt};
use ratatui::{Terminal, backend::Backend};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, sleep_until, timeout},
};

use super::{
    Left,
    effect::Effect,
    message::Message,
    programs::{self, Program},
    state::{State, Tone},
    theme::{Colors, Theme, Themes},
    update,
    view::view,
    world::World,
};
use crate::signal::Signal;

/// How long a frame waits for what is about to be there, so that a plan is drawn together with the
/// key that changed it.
const SETTLE: Duration = Duration::from_millis(8);

/// What only the terminal itself can do.
pub trait Device<B: Backend> {
    /// Puts the program to sleep, and comes back when it is awake again.
    ///
    /// # Errors
    /// What the terminal said.
    fn suspend(&mut self, terminal: &mut Terminal<B>) -> Result<(), B::Error>;

    /// Takes the mouse, or gives it back.
    ///
    /// # Errors
    /// What the terminal said.
    fn take_mouse(&mut self, mouse: bool) -> Result<(), B::Error>;

    /// Gives the terminal to another program until that ends.
    ///
    /// # Errors
    /// What the terminal said.
    fn run(
        &mut self,
        terminal: &mut Terminal<B>,
        command: &mut Command,
        input: &str,
    ) -> Result<Ended, B::Error>;
}

/// How another program ended: well, or otherwise and how.
pub type Ended = Result<(), String>;

/// Keys, mouse and sizes, which can be left to another program for a while.
pub trait Events: Stream<Item = std::io::Result<Event>> + Unpin {
    /// Takes nothing any more.
    fn pause(&mut self);

    /// Listens again.
    fn resume(&mut self);
}

/// Everything that the loop runs on.
pub struct Runtime<B: Backend, D, E> {
    /// What is drawn on.
    pub terminal: Terminal<B>,
    /// What can be put to sleep.
    pub device: D,
    /// Keys, mouse and sizes.
    pub events: E,
    /// What effects send back.
    pub messages: UnboundedReceiver<Message>,
    /// What does effects.
    pub world: World,
    /// How everything looks.
    pub theme: Theme,
    /// How else it could look.
    pub themes: Themes,
    /// How many colours can be shown.
    pub colors: Colors,
}

/// Why the loop ended early.
#[derive(Debug, thiserror::Error)]
#[error("the terminal could not be drawn on: {0}")]
pub struct DrawError(String);

impl<B, D, E> Runtime<B, D, E>
where
    B: Backend,
    D: Device<B>,
    E: Events,
{
    /// Runs until the user quits, the input ends, or `stopped` tells a signal.
    ///
    /// # Errors
    /// Where the terminal cannot be drawn on.
    pub async fn run(
        &mut self,
        state: &mut State,
        stopped: impl Future<Output = Signal>,
    ) -> Result<Left, DrawError> {
        let left;
        let mut stopped = std::pin::pin!(stopped);
        // The first frame comes before anything is asked for.
        let asked = update::start(state);
        self.draw(state)?;
        for effect in asked {
            self.world.perform(effect);
        }
        loop {
            let deadline = state.deadline().map(Instant::from_std);
            let message = tokio::select! {
                signal = &mut stopped => {
                    left = Left::Told(signal);
                    break;
                }
                event = self.events.next() => match event {
                    Some(Ok(event)) => message_of(event),
                    // There is no terminal any more, whether its SIGHUP has come yet or not.
                    Some(Err(_)) | None => {
                        left = Left::Told(Signal::Hangup);
                        break;
                    }
                },
                message = self.messages.recv() => message,
                () = wait_until(deadline) => Some(Message::Tick),
            };
            let Some(message) = message else { continue };
            let leaves = match self.take(state, message)? {
                None => self.settle(state).await?,
                leaves => leaves,
            };
            if let Some(how) = leaves {
                left = how;
                break;
            }
            self.draw(state)?;
        }
        self.world.stop();
        Ok(left)
    }

    /// Takes everything in that is there already or is a matter of milliseconds. Says whether the
    /// user leaves, and how.
    async fn settle(&mut self, state: &mut State) -> Result<Option<Left>, DrawError> {
        let end = Instant::now() + SETTLE;
        loop {
            let message = match self.messages.try_recv() {
                Ok(message) => Some(message),
                Err(_) if state.is_settling() => {
                    let left = end.saturating_duration_since(Instant::now());
                    timeout(left, self.messages.recv()).await.ok().flatten()
                }
                Err(_) => None,
            };
            match message {
                Some(message) => {
                    if let Some(left) = self.take(state, message)? {
                        return Ok(Some(left));
                    }
                }
                None => return Ok(None),
            }
            if Instant::now() >= end {
                return Ok(None);
            }
        }
    }

    /// Takes one message in and does what follows from it. Says whether the user leaves, and how.
    fn take(&mut self, state: &mut State, message: Message) -> Result<Option<Left>, DrawError> {
        for effect in update::update(state, message, std::time::Instant::now()) {
            match effect {
                Effect::Quit => return Ok(Some(Left::Quit)),
                Effect::Reopen => return Ok(Some(Left::Reopen)),
                Effect::Suspend => {
                    self.device.suspend(&mut self.terminal).map_err(|error| DrawError(error.to_string()))?;
                    let size = self.terminal.size().map_err(|error| DrawError(error.to_string()))?;
                    state.size = (size.width, size.height);
                }
                Effect::Run(program) => self.run_program(state, &program)?,
                Effect::NextTheme => {
                    self.theme = self.themes.after(&self.theme.name, self.colors);
                    state.say_theme(&self.theme.name);
                }
                Effect::Theme(name) => self.theme = self.themes.shown(&name, self.colors),
                Effect::Mouse(mouse) => {
                    let taken = self.device.take_mouse(mouse);
                    taken.map_err(|error| DrawError(error.to_string()))?;
                }
                other => self.world.perform(other),
            }
        }
        Ok(None)
    }

    /// Lets another program have the terminal, and says how that ended.
    fn run_program(&mut self, state: &mut State, program: &Program) -> Result<(), DrawError> {
        let mut command = match programs::command(program, self.world.environment()) {
            Ok(command) => command,
            Err(why) => {
                state.say(Tone::Error, why);
                return Ok(());
            }
        };
        let (file, input) = match program {
            Program::Editor(place) => (Some(&place.file), ""),
            Program::Pager(text) => (None, text.as_str()),
        };
        let stamp = || file.and_then(|file| std::fs::metadata(file).ok()?.modified().ok());
        let before = stamp();
        self.events.pause();
        let ended = self.device.run(&mut self.terminal, &mut command, input);
        self.events.resume();
        let ended = ended.map_err(|error| DrawError(error.to_string()))?;
        let size = self.terminal.size().map_err(|error| DrawError(error.to_string()))?;
        state.size = (size.width, size.height);
        match ended {
            Err(why) => state.say(Tone::Error, why),
            Ok(()) if stamp() != before => self.world.tell(Message::Edited),
            Ok(()) => {}
        }
        Ok(())
    }

    fn draw(&mut self, state: &mut State) -> Result<(), DrawError> {
        // The size may be another one before anybody has told so.
        if let Ok(size) = self.terminal.size() {
            state.size = (size.width, size.height);
        }
        let drawn = self.terminal.draw(|frame| view(state, &self.theme, frame));
        drawn.map(drop).map_err(|error| DrawError(error.to_string()))
    }
}

/// Never comes to an end where there is no deadline: an idle program is not woken up.
async fn wait_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn message_of(event: Event) -> Option<Message> {
    match event {
        // Some terminals report releases, too.
        Event::Key(key) => (key.kind != KeyEventKind::Release).then_some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

#[cfg(test)]
mod tests;
