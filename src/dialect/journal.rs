//! What is sent to databases, told to whoever listens.
//!
//! Every statement is an event of `tracing` under [`TARGET`], with the fields `server`, `sql`,
//! `micros` and `failed`, and where it failed `error`: what the server said. Where nobody listens that
//! costs nothing.

use std::{fmt::Display, time::Instant};

/// The target of the events.
pub const TARGET: &str = "schemascope::sql";

/// A statement that is about to be sent.
pub struct Sending {
    since: Instant,
}

impl Sending {
    /// Starts the clock.
    pub fn start() -> Self {
        Sending { since: Instant::now() }
    }

    /// Tells what was sent where, and with which error it failed, if it did.
    pub fn done<E: Display>(self, server: &dyn Display, sql: &str, error: Option<&E>) {
        let micros = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (failed, error) = (error.is_some(), error.map(tracing::field::display));
        tracing::debug!(target: "schemascope::sql", %server, sql, micros, failed, error);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_target_is_the_one_that_events_have() {
        // The macro takes no constant in every version; a name that differs would be silence.
        assert_eq!(super::TARGET, "schemascope::sql");
    }
}
