//! The panes, what lies over them, and what is said for a moment.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Instant,
};

use tui_input::Input;

use super::{question::Question, search::Hit, side::SideId};
use crate::tui::keymap::Context;

/// One of the four panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    /// The connections.
    Targets,
    /// The objects.
    Tree,
    /// One object on both sides.
    Diff,
    /// The SQL of the selection.
    Plan,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Pane; 4] = [Pane::Targets, Pane::Tree, Pane::Diff, Pane::Plan];

    /// Where its keys are bound.
    pub fn context(self) -> Context {
        match self {
            Pane::Targets => Context::Targets,
            Pane::Tree => Context::Tree,
            Pane::Diff => Context::Diff,
            Pane::Plan => Context::Plan,
        }
    }
}

/// How two definitions are put beside each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiffLayout {
    /// Side by side where there is room.
    #[default]
    Auto,
    /// Side by side.
    SideBySide,
    /// One under the other.
    Inline,
}

/// Something that lies over the panes and takes the keys.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys.
    Help {
        /// How many lines are scrolled away.
        scroll: usize,
    },
    /// Everything that can be done, narrowed by words.
    Palette {
        /// The words.
        input: Input,
        /// Which of the actions that fit is marked.
        at: usize,
    },
    /// Searching everything.
    Search(Search),
    /// What was sent to databases.
    Log(LogView),
    /// The password of a side.
    Password {
        /// Whose.
        side: SideId,
        /// The password.
        input: Hidden,
    },
    /// A question.
    Question(Question),
}

/// What of the log is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogView {
    /// How many statements were sent after the one that is marked.
    pub back: usize,
    /// Where the marked statement is read whole, how many of its lines are scrolled away.
    pub open: Option<usize>,
}

/// A line that nobody is to read, not even in a log.
#[derive(Clone, Default)]
pub struct Hidden(pub Input);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Whose passwords are to be asked for, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Passwords {
    /// Those whose turn has not come yet.
    pub waiting: VecDeque<SideId>,
    /// Those that the user went on without.
    pub skipped: HashSet<SideId>,
}

/// Searching everything: the words, and what has them.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The words.
    pub input: Input,
    /// What was found for the words of [`Search::found`].
    pub hits: Arc<Vec<Hit>>,
    /// The words that were searched for.
    pub found: String,
    /// The words that a search was asked for last.
    pub wanted: Option<String>,
    /// Which of the finds is marked.
    pub at: usize,
}

impl Search {
    /// Whether what was found is what the words mean now.
    pub fn is_current(&self) -> bool {
        self.found == self.input.value()
    }
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something went well.
    Success,
    /// Something to know.
    Note,
    /// Something failed.
    Error,
}

/// A sentence that goes away by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// How bad it is.
    pub tone: Tone,
    /// Since when it is there.
    pub since: Instant,
    /// When it goes away.
    pub until: Instant,
}
