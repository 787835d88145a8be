//! The panes, what lies over them, and what is said for a moment.

use std::time::Instant;

use tui_input::Input;

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
    /// Where to write the SQL.
    Write {
        /// The path.
        input: Input,
        /// The path that exists, if the user has to say yes to replacing it.
        exists: Option<String>,
    },
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
    /// When it goes away.
    pub until: Instant,
}
