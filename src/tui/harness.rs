//! Drives the terminal in tests and benches: keys in, pure effects done at once, the screen as text.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::civil::Date;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

#[cfg(test)]
use super::sample;
use super::{
    effect::Effect,
    highlight,
    keymap::{Key, Keymap},
    message::{Loaded, Message, Unread},
    state::{
        DialectRef, State, TargetSetup, board::Board, comparison::Comparison, detail::Detail, search::search,
        side::SideId,
    },
    theme::{Theme, Themes},
    update,
    view::view,
};
use crate::{
    dialect,
    diff::{Rules, Terms},
    model::Snapshot,
};

/// A terminal without a tty. What is not as a test means it to be fails the test.
pub struct Harness {
    /// What the screen is made from.
    pub state: State,
    /// The time.
    pub now: Instant,
    /// What would have touched the world.
    pub asked: Vec<Effect>,
    /// What comparisons leave out.
    pub rules: Rules,
    /// The day.
    pub today: Date,
}

impl Harness {
    /// A terminal of a size on a canonical schema and targets of these names; nothing is read yet.
    pub fn unread(size: (u16, u16), targets: &[&str]) -> Self {
        let now = Instant::now();
        let setup = |label: &&str| TargetSetup {
            name: (*label).to_owned(),
            label: (*label).to_owned(),
            protected: label.contains("prod"),
            color: None,
        };
        let setups = targets.iter().map(setup).collect();
        let mut state = State::new(size, "schema.sql".to_owned(), setups, Keymap::default(), now);
        let asked = update::start(&mut state);
        state.proves_by_itself = false;
        Harness { state, now, asked, rules: Rules::default(), today: Date::default() }
    }

    /// A terminal on a canonical schema and targets, everything read.
    pub fn on(size: (u16, u16), canonical: Snapshot, targets: Vec<Snapshot>) -> Self {
        let labels: Vec<String> = (1..=targets.len()).map(|number| format!("target-{number}")).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let mut harness = Harness::unread(size, &labels);
        harness.read(SideId::Canonical, canonical);
        for (at, target) in targets.into_iter().enumerate() {
            harness.read(SideId::Target(at), target);
        }
        harness
    }

    /// A terminal on the sample with two drifted targets, everything read.
    #[cfg(test)]
    pub fn new(size: (u16, u16)) -> Self {
        let mut harness = Harness::unread(size, &["prod-eu", "staging"]);
        harness.read(SideId::Canonical, sample::canonical());
        harness.read(SideId::Target(0), sample::live());
        harness.read(SideId::Target(1), sample::almost());
        harness
    }

    /// A side was read.
    pub fn read(&mut self, side: SideId, snapshot: Snapshot) {
        let dialect = DialectRef(dialect::by_name(&snapshot.dialect).expect("a dialect"));
        let loaded = Loaded { snapshot: Arc::new(snapshot), dialect };
        self.now += Duration::from_millis(400);
        self.loaded(side, Ok(loaded));
    }

    /// A side could not be read.
    pub fn fail(&mut self, side: SideId, error: &str) {
        self.loaded(side, Err(error.to_owned().into()));
    }

    /// A server wants a password.
    pub fn want_password(&mut self, side: SideId) {
        let text = "The server wants a password.".to_owned();
        self.loaded(side, Err(Unread { text, wants_password: true }));
    }

    fn loaded(&mut self, side: SideId, result: Result<Loaded, Unread>) {
        let generation = self.state.sides().find(|(id, _)| *id == side).unwrap().1.generation;
        self.send(Message::Loaded { side, generation, result });
    }

    /// Takes a message in, and does every effect that is pure.
    pub fn send(&mut self, message: Message) {
        let mut waiting = vec![message];
        while let Some(message) = waiting.pop() {
            let effects = update::update(&mut self.state, message, self.now);
            waiting.extend(effects.into_iter().filter_map(|effect| self.perform(effect)));
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Message> {
        match effect {
            Effect::Compare {
                target,
                generations,
                dialect,
                canonical,
                snapshot,
                direction,
                baseline,
                without_rules,
            } => {
                let rules = if without_rules { Rules::everything() } else { self.rules.clone() };
                let name = &self.state.targets[target].name;
                let terms = Terms { rules: &rules, baseline: &baseline, name, today: self.today };
                let result = Comparison::make(dialect, &canonical, snapshot, terms, direction);
                Some(Message::Compared { target, generations, result: result.map(Arc::new) })
            }
            Effect::BuildBoard { revision, sides } => {
                Some(Message::BoardBuilt { revision, board: Arc::new(Board::build(&sides)) })
            }
            Effect::Detail { of, request } => {
                Some(Message::Detailed { of, detail: Arc::new(Detail::make(&request)) })
            }
            Effect::Plan(request) => Some(Message::Planned {
                target: request.target,
                id: request.id,
                plan: Box::new(request.make()),
            }),
            Effect::Search { words, snapshots } => {
                let hits = Arc::new(search(&words, &snapshots));
                Some(Message::Found { words, hits })
            }
            Effect::Highlight(text) => Some(Message::Highlighted {
                id: highlight::id(&text),
                highlighted: Arc::new(highlight::highlight(&text)),
            }),
            other => {
                self.asked.push(other);
                None
            }
        }
    }

    /// Presses a key and does nothing of what follows beside the screen; gives how much that is.
    pub fn tap(&mut self, key: &str) -> usize {
        let event = Key::parse(key).unwrap_or_else(|| panic!("{key} is no key")).event();
        update::update(&mut self.state, Message::Key(event), self.now).len()
    }

    /// Presses keys, separated by blanks.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let event = Key::parse(key).unwrap_or_else(|| panic!("{key} is no key")).event();
            self.send(Message::Key(event));
        }
        self
    }

    /// Puts the cursor of the tree on an object.
    pub fn go_to(&mut self, object: &str) -> &mut Self {
        let board = Arc::clone(&self.state.board);
        let key = object.parse().unwrap_or_else(|_| panic!("{object} is no key"));
        let row = board.row_of(&key).unwrap_or_else(|| panic!("there is no {object}"));
        assert!(self.state.tree.reveal(&board, row), "{object} is not shown");
        self.send(Message::Tick);
        self
    }

    /// Types a text, character by character.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.send(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    /// Gives the screen another size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.send(Message::Resize(columns, rows));
        self
    }

    /// Draws a frame on a terminal, as the program does after each key.
    pub fn draw_on(&self, terminal: &mut Terminal<TestBackend>, theme: &Theme) {
        terminal.draw(|frame| view(&self.state, theme, frame)).expect("a buffer can be drawn on");
    }

    /// The screen in a theme.
    pub fn draw(&self, theme: &Theme) -> Buffer {
        let (columns, rows) = self.state.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view(&self.state, theme, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text, without the blanks at the ends of lines.
    pub fn screen(&self) -> String {
        text_of(&self.draw(Themes::default().get("dark").unwrap()))
    }

    /// The selected differences of the active target, as they are written.
    pub fn selected(&self) -> Vec<String> {
        let target = self.state.target().unwrap();
        target.selection.keys().iter().map(ToString::to_string).collect()
    }
}

/// A screen as text, without the blanks at the ends of lines.
pub fn text_of(buffer: &Buffer) -> String {
    let rows = (0..buffer.area.height).map(|row| {
        let mut line = String::new();
        let mut column = 0;
        while column < buffer.area.width {
            let symbol = buffer[(column, row)].symbol();
            line.push_str(symbol);
            column += u16::try_from(super::text::width(symbol).max(1)).unwrap();
        }
        line.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}
