//! What became of a plan that was run: how far it came, and what is known about the rest.

use crate::dialect::writer::WriteError;

/// How far a plan came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How many statements, from the first on, are done and committed.
    pub done: usize,
    /// How it ended.
    pub ending: Ending,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every statement was run.
    Complete,
    /// It stopped by itself.
    Stopped(Stop),
    /// It was told to stop.
    Interrupted(Left),
}

/// Where and why a run stopped by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The statement, by its place in the plan; none where the commit failed.
    pub statement: Option<usize>,
    /// What the database said.
    pub error: WriteError,
    /// How often the segment was tried.
    pub attempts: u32,
    /// What is left of the segment that was running.
    pub left: Left,
}

/// What is left of a segment that did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing: it was a transaction, and it was rolled back.
    Nothing,
    /// Perhaps something: it ran outside of a transaction.
    Perhaps,
    /// It cannot be told: the connection was lost while it was committed.
    Unknown,
}

impl Outcome {
    /// Whether every statement was run.
    pub fn is_complete(&self) -> bool {
        self.ending == Ending::Complete
    }

    /// The word under which it is written down.
    pub fn word(&self) -> &'static str {
        match &self.ending {
            Ending::Complete => "done",
            Ending::Stopped(Stop { left: Left::Unknown, .. }) => "unknown",
            Ending::Stopped(_) => "failed",
            Ending::Interrupted(_) => "interrupted",
        }
    }
}
