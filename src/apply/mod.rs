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
