//! What can happen: keys, results of effects, the passing of time.

use std::{path::PathBuf, sync::Arc};

use crossterm::event::{KeyEvent, MouseEvent};

use super::{
    background::Background,
    highlight::Highlighted,
    journal::Entry,
    state::{
        DialectRef, TargetSetup, board::Board, comparison::Comparison, detail::Detail, planned::PlanId,
        search::Hit, side::SideId,
    },
};
use crate::{
    diff::Baseline,
    model::{Key, Snapshot},
    plan::{Answer, Plan, Proof},
};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The screen has another size: columns and rows.
    Resize(u16, u16),
    /// A deadline has passed.
    Tick,
    /// The terminal told what its background is.
    Background(Background),
    /// A reading has come further.
    Progress {
        /// Whose.
        side: SideId,
        /// Which reading.
        generation: u64,
        /// What is being read.
        phase: String,
        /// How many objects there are so far.
        count: usize,
    },
    /// A reading has ended.
    Loaded {
        /// Whose.
        side: SideId,
        /// Which reading.
        generation: u64,
        /// What was read, or why nothing was.
        result: Result<Loaded, Unread>,
    },
    /// A target was compared.
    Compared {
        /// The target.
        target: usize,
        /// Which snapshots were compared: the generations of canonical and of the target.
        generations: (u64, u64),
        /// What came out, or why nothing did.
        result: Result<Arc<Comparison>, String>,
    },
    /// The board was put together.
    BoardBuilt {
        /// Which one.
        revision: u64,
        /// The board.
        board: Arc<Board>,
    },
    /// Everything about one object was worked out.
    Detailed {
        /// Object, target, revision of the board.
        of: (Key, usize, u64),
        /// What there is to say.
        detail: Arc<Detail>,
    },
    /// A search has ended.
    Found {
        /// The words.
        words: String,
        /// What has them.
        hits: Arc<Vec<Hit>>,
    },
    /// A plan was made.
    Planned {
        /// For which target.
        target: usize,
        /// Which one.
        id: PlanId,
        /// The plan.
        plan: Box<Plan>,
    },
    /// A proof has ended.
    Proved {
        /// For which target.
        target: usize,
        /// Which one.
        id: PlanId,
        /// What came out.
        proof: Proof,
    },
    /// The colours of a text were worked out.
    Highlighted {
        /// Which text.
        id: u64,
        /// Its colours.
        highlighted: Arc<Highlighted>,
    },
    /// A statement was sent to a database.
    Sent(Entry),
    /// The canonical schema was edited.
    Edited,
    /// A text is there for the pager.
    Paged(String),
    /// The SQL was written, or not.
    Written(Written),
    /// What is accepted now, with what was done in a sentence; or why nothing was.
    Accepted(Result<(Baseline, String), String>),
    /// A database answered the questions of a plan, one for each statement; or why it did not.
    Answered {
        /// The target of the plan.
        target: usize,
        /// Which plan.
        id: PlanId,
        /// The answers.
        result: Result<Vec<Option<Answer>>, String>,
    },
    /// A target was added; or why not.
    Opened(Result<TargetSetup, String>),
    /// The first configuration was written; or why not.
    Configured(Result<(), String>),
    /// Text was copied, and how; or why not.
    Copied(Result<String, String>),
    /// An effect ended in a way that it should never end.
    Broken(String),
}

/// Why a side was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What happened, and below that what to do.
    pub text: String,
    /// Whether the server wants a password that nothing gives.
    pub wants_password: bool,
}

impl From<String> for Unread {
    fn from(text: String) -> Self {
        Unread { text, wants_password: false }
    }
}

/// What a reading gave.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The snapshot.
    pub snapshot: Arc<Snapshot>,
    /// How it is spelled.
    pub dialect: DialectRef,
}

/// What came of writing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is there, whole.
    Done(PathBuf),
    /// They are there, all of them.
    Files(Vec<PathBuf>),
    /// There is one already, and nobody said that it may be replaced.
    Exists(PathBuf),
    /// It could not be written: where, why, and what to do.
    Failed(String),
}
