//! What the program does to the world, as values; [`world`](super::world) does it.

use std::{path::PathBuf, sync::Arc};

use secrecy::SecretString;

use super::{
    programs::Program,
    request::PlanRequest,
    state::{DialectRef, board::Sides, detail::DetailRequest, planned::PlanId, side::SideId},
};
use crate::{
    diff::{Accepted, Baseline},
    model::{Key, Snapshot},
    plan::{Direction, Plan, Proof},
};

/// Something to be done; what comes of it is a message.
#[derive(Clone)]
pub enum Effect {
    /// Read a side.
    Load {
        /// Which.
        side: SideId,
        /// The number of this reading.
        generation: u64,
    },
    /// Stop reading a side.
    CancelLoad(SideId),
    /// Compare a target with canonical.
    Compare {
        /// The target.
        target: usize,
        /// The generations of canonical and of the target.
        generations: (u64, u64),
        /// How both are spelled.
        dialect: DialectRef,
        /// The schema that is meant.
        canonical: Arc<Snapshot>,
        /// The target.
        snapshot: Arc<Snapshot>,
        /// Which side is to follow: that is whom it can hurt.
        direction: Direction,
        /// What was accepted.
        baseline: Arc<Baseline>,
        /// Whether what the rules leave out is compared, too.
        without_rules: bool,
    },
    /// Put the board together.
    BuildBoard {
        /// Its revision.
        revision: u64,
        /// What from.
        sides: Sides,
    },
    /// Work out everything about one object.
    Detail {
        /// Object, target, revision of the board.
        of: (Key, usize, u64),
        /// What from.
        request: DetailRequest,
    },
    /// Search for words.
    Search {
        /// The words.
        words: String,
        /// Where.
        snapshots: Vec<Arc<Snapshot>>,
    },
    /// Make a plan.
    Plan(PlanRequest),
    /// Prove a plan on a scratch copy.
    Prove {
        /// What it was made from.
        request: PlanRequest,
        /// The plan.
        plan: Arc<Plan>,
    },
    /// Stop proving.
    CancelProof,
    /// Work out the colours of a text.
    Highlight(Arc<str>),
    /// Write a plan to a file.
    Write {
        /// Where.
        path: String,
        /// What.
        plan: Arc<Plan>,
        /// What is known about it.
        proof: Proof,
        /// Whether a file that is there may be replaced.
        replace: bool,
    },
    /// Write a text to a file.
    WriteText {
        /// Where.
        path: String,
        /// What.
        text: Arc<str>,
        /// Whether a file that is there may be replaced.
        replace: bool,
    },
    /// Write a plan and its way back as the next migration of a folder.
    WriteMigration {
        /// The folder.
        folder: String,
        /// What the migration is called.
        title: String,
        /// The tool, where it is not to be recognised.
        tool: Option<String>,
        /// What the plan was made from.
        request: PlanRequest,
        /// The plan.
        plan: Arc<Plan>,
        /// What is known about it.
        proof: Proof,
    },
    /// Write the first configuration.
    Configure {
        /// Where.
        file: PathBuf,
        /// What.
        text: String,
    },
    /// Accept differences: write these entries into the baseline's file, signed.
    Accept(Vec<Accepted>),
    /// Take entries out of the baseline's file.
    Unaccept(Vec<Accepted>),
    /// Ask a database about its rows.
    Ask {
        /// The target of the plan.
        target: usize,
        /// Which plan.
        id: PlanId,
        /// The side that is asked.
        side: SideId,
        /// The plan with its questions.
        plan: Arc<Plan>,
    },
    /// Add a target: one of the configuration by its name, or any by its URL or path.
    Open(String),
    /// Copy a plan.
    CopyPlan {
        /// What.
        plan: Arc<Plan>,
        /// What is known about it.
        proof: Proof,
    },
    /// Copy a text.
    Copy {
        /// What it is, for people.
        what: &'static str,
        /// The text.
        text: Arc<str>,
    },
    /// Turn a plan into the text that would be written, for the pager.
    Page {
        /// What.
        plan: Arc<Plan>,
        /// What is known about it.
        proof: Proof,
    },
    /// Let another program have the terminal.
    Run(Program),
    /// Use a password for a side from now on.
    Password {
        /// Whose.
        side: SideId,
        /// The password.
        password: SecretString,
    },
    /// Take the next theme.
    NextTheme,
    /// Take the theme of this name.
    Theme(String),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Put the program to sleep.
    Suspend,
    /// End.
    Quit,
    /// End, and open what is configured now.
    Reopen,
}
