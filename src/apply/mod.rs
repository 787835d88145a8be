//! Runs a plan on a target, statement by statement, so that its state is known at every moment.
//!
//! This is the only room that opens a session which may write to a target.

pub mod approval;
pub mod backup;
mod interrupt;
pub mod journal;
mod outcome;
pub mod record;
mod run;

pub use interrupt::Interrupt;
pub use outcome::{Ending, Left, Outcome, Stop};
pub use run::{Event, Limits, run};

/// A moment as it is written down, for people and programs: `2026-03-09T17:05:00Z`.
///
/// `seconds` is counted from 1970-01-01 UTC.
pub fn written(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX).to_string()
}
