//! The tty: entering it, leaving it as it was, whatever happens.

use std::{
    io,
    io::{IsTerminal, Stdout, Write},
    panic,
    pin::Pin,
    process::{self, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    task,
};

use crossterm::{
    event::{
        DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event,
        EventStream,
    },
    execute,
    style::force_color_output,
    terminal::{
        Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    },
};
use futures_util::Stream;
use ratatui::{Terminal, backend::CrosstermBackend};

use super::{
    background,
    runtime::{Ended, Events},
    theme::Colors,
};
use crate::dialect::postgres::connect::Environment;

/// Whether the tty is ours at the moment, for the panic hook and for leaving once.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Why there is no screen to draw on, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum TtyError {
    /// Input or output is no terminal.
    #[error(
        "the terminal interface needs a terminal, and standard input or output is none\nuse `schemascope diff` and `schemascope plan`, which print what it shows"
    )]
    NoTerminal,
    /// A terminal that cannot be drawn on.
    #[error(
        "this terminal (TERM=dumb) cannot be drawn on\nuse `schemascope diff` and `schemascope plan`, which print what it shows"
    )]
    Dumb,
    /// The terminal refused.
    #[error("the terminal could not be set up: {0}\nuse `schemascope diff` and `schemascope plan` instead")]
    Io(#[from] io::Error),
}

/// The screen, drawn on by escape sequences.
pub type Screen = Terminal<CrosstermBackend<Stdout>>;

/// The tty while it is ours; it is given back when this is dropped.
pub struct Tty {
    mouse: bool,
}

impl Tty {
    /// Takes the tty: raw mode, the alternate screen, the mouse if wanted.
    ///
    /// # Errors
    /// Where there is no terminal, or none that can be drawn on.
    pub fn enter(mouse: bool, environment: &Environment) -> Result<(Self, Screen), TtyError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(TtyError::NoTerminal);
        }
        if environment.variable("TERM") == Some("dumb") {
            return Err(TtyError::Dumb);
        }
        // Under NO_COLOR crossterm would print a reset where a colour goes, which also cancels bold
        // and reverse; the `mono` theme has no colours to begin with.
        force_color_output(true);
        hook_panics();
        let tty = Tty { mouse };
        tty.take()?;
        Ok((tty, Terminal::new(CrosstermBackend::new(io::stdout()))?))
    }

    fn take(&self) -> io::Result<()> {
        ENTERED.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if self.mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal's own selection of text.
    ///
    /// # Errors
    /// What the terminal said.
    pub fn take_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Asks what the background is; the answer comes among the keys.
    ///
    /// # Errors
    /// What the terminal said.
    pub fn ask_for_background(&self) -> io::Result<()> {
        execute!(io::stdout(), crossterm::style::Print(background::QUESTION))
    }

    /// Gives the tty back, sleeps as the shell wants it, and takes the tty again.
    ///
    /// The signal goes to the whole process group, as the terminal itself would send it, through
    /// the shell's own `kill`: no call of ours into the C library is needed for that.
    ///
    /// # Errors
    /// What the terminal said.
    pub fn suspend(&self, screen: &mut Screen) -> io::Result<()> {
        give_back();
        #[cfg(unix)]
        Command::new("sh").args(["-c", "kill -TSTP 0"]).status()?;
        self.take()?;
        begin_again(screen)
    }

    /// Gives the tty to another program until that ends, with a text for its standard input if there
    /// is one.
    ///
    /// # Errors
    /// What the terminal said. What became of the program is the result.
    pub fn run(&self, screen: &mut Screen, command: &mut Command, input: &str) -> io::Result<Ended> {
        give_back();
        // Ctrl-C is for the program that has the terminal, and would end this one, too.
        let signals = |word: &str| drop(Command::new("stty").arg(word).status());
        signals("-isig");
        let ended = run_to_end(command, input);
        signals("isig");
        self.take()?;
        begin_again(screen)?;
        Ok(ended)
    }
}

/// Draws everything anew. Clearing the screen that there is would ask the terminal where its cursor
/// is, and the answer may come too late after another program had the keys.
fn begin_again(screen: &mut Screen) -> io::Result<()> {
    execute!(io::stdout(), Clear(ClearType::All))?;
    *screen = Terminal::new(CrosstermBackend::new(io::stdout()))?;
    Ok(())
}

fn run_to_end(command: &mut Command, input: &str) -> Ended {
    let program = command.get_program().to_string_lossy().into_owned();
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let mut run = || -> io::Result<process::ExitStatus> {
        let mut child = command.spawn()?;
        if let Some(mut standard_input) = child.stdin.take() {
            // Who leaves the pager early does not want the rest.
            let _ = standard_input.write_all(input.as_bytes());
        }
        child.wait()
    };
    match run() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}")),
        Err(error) => Err(format!("{program} could not be started: {error}")),
    }
}

/// The keys, the mouse and the sizes, as the terminal tells them. While another program has the
/// terminal nothing is taken from it.
pub struct Keyboard(Option<EventStream>);

impl Keyboard {
    /// Starts to listen.
    pub fn new() -> Self {
        Keyboard(Some(EventStream::new()))
    }
}

impl Events for Keyboard {
    fn pause(&mut self) {
        self.0 = None;
    }

    fn resume(&mut self) {
        self.0 = Some(EventStream::new());
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Event>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> task::Poll<Option<Self::Item>> {
        let Some(events) = &mut self.0 else { return task::Poll::Pending };
        let event = Pin::new(events).poll_next(context);
        if matches!(event, task::Poll::Ready(Some(Ok(Event::Resize(..))))) {
            remind_of_keys();
        }
        event
    }
}

/// Has the system tell once more that there are keys to read, if there are.
///
/// crossterm takes one of the events that it is told of, and is told of each only once: a key that
/// comes together with a new size would wait for the next key. A tty tells again when its mode is set.
fn remind_of_keys() {
    if ENTERED.load(Ordering::SeqCst) {
        let _ = disable_raw_mode().and_then(|()| enable_raw_mode());
    }
}

impl Drop for Tty {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the tty back as it was, once. What cannot be undone is left: there is nobody to tell.
fn give_back() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            crossterm::cursor::Show
        );
        let _ = disable_raw_mode();
    }
}

/// Gives the tty back before a panic is reported, so that the report can be read. A panic in a job
/// beside the screen is reported on the screen instead, and the screen stays.
fn hook_panics() {
    static HOOKED: AtomicBool = AtomicBool::new(false);
    if HOOKED.swap(true, Ordering::SeqCst) {
        return;
    }
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let beside_the_screen = tokio::task::try_id().is_some() && ENTERED.load(Ordering::SeqCst);
        if !beside_the_screen {
            give_back();
            before(info);
        }
    }));
}

/// How many colours the terminal says it has.
pub fn colors(environment: &Environment) -> Colors {
    let variable = |name: &str| environment.variable(name).unwrap_or_default();
    colors_of(variable("NO_COLOR"), variable("COLORTERM"), variable("TERM"))
}

fn colors_of(no_color: &str, colorterm: &str, term: &str) -> Colors {
    match (no_color, colorterm, term) {
        (no_color, ..) if !no_color.is_empty() => Colors::None,
        (_, "truecolor" | "24bit", _) => Colors::True,
        (.., term) if term.ends_with("-direct") => Colors::True,
        (.., term) if term.contains("256color") => Colors::Indexed,
        _ => Colors::Sixteen,
    }
}

/// Whether a terminal can be asked for its background, and has not told it by itself. The console of
/// Linux prints what it does not know.
pub fn asks_for_background(colors: Colors, environment: &Environment) -> bool {
    let told = environment.variable("COLORFGBG").is_some();
    colors >= Colors::Indexed && !told && environment.variable("TERM") != Some("linux")
}

/// The theme that fits a terminal of which nobody said anything: dark or light where the terminal
/// tells its background (`COLORFGBG`), else its own sixteen colours, which fit either.
pub fn default_theme(colors: Colors, environment: &Environment) -> &'static str {
    default_theme_of(colors, environment.variable("COLORFGBG").unwrap_or_default())
}

fn default_theme_of(colors: Colors, colorfgbg: &str) -> &'static str {
    let background: Option<u8> = colorfgbg.rsplit(';').next().and_then(|number| number.parse().ok());
    match (colors, background) {
        (Colors::None, _) => "mono",
        (Colors::True | Colors::Indexed, Some(0..=6 | 8)) => "dark",
        (Colors::True | Colors::Indexed, Some(7 | 9..=15)) => "light",
        _ => "ansi16",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_colours_is_what_the_terminal_announces() {
        assert_eq!(colors_of("", "truecolor", "xterm-256color"), Colors::True);
        assert_eq!(colors_of("", "", "xterm-256color"), Colors::Indexed);
        assert_eq!(colors_of("", "", "linux"), Colors::Sixteen);
        assert_eq!(colors_of("1", "truecolor", "xterm-256color"), Colors::None);
    }

    #[test]
    fn a_background_that_nobody_knows_gets_the_terminals_own_colours() {
        assert_eq!(default_theme_of(Colors::True, "15;0"), "dark");
        assert_eq!(default_theme_of(Colors::True, "0;default;15"), "light");
        assert_eq!(default_theme_of(Colors::True, ""), "ansi16");
        assert_eq!(default_theme_of(Colors::Sixteen, "15;0"), "ansi16");
        assert_eq!(default_theme_of(Colors::None, "15;0"), "mono");
    }
}
