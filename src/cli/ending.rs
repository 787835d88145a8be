//! What ends a command before it is done: a signal, or the time that it was given.

use std::time::{Duration, Instant};

use crate::signal::{self, Signal};

/// Why a command has to end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user or the system asked for it.
    Told(Signal),
    /// Its time is over.
    Late,
}

/// How long a command may take, counted from its start.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    started: Instant,
    /// All of it; none is as long as it likes.
    pub span: Option<Duration>,
}

impl Limit {
    /// A limit that counts from now on.
    pub fn from_now(span: Option<Duration>) -> Self {
        Limit { started: Instant::now(), span }
    }

    /// How long the command has taken so far, in milliseconds.
    pub fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether the time is over.
    pub fn is_over(&self) -> bool {
        self.span.is_some_and(|span| self.started.elapsed() >= span)
    }

    /// Listens from now on, and gives a future that comes to an end when the time is over, or when the
    /// user or the system asks the program to end.
    pub fn ends(self) -> impl Future<Output = Reason> + Send + 'static {
        let told = signal::listen();
        async move {
            let late = async {
                match self.span {
                    Some(span) => tokio::time::sleep(span.saturating_sub(self.started.elapsed())).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                signal = told => Reason::Told(signal),
                () = late => Reason::Late,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_ends_when_its_time_is_over() {
        let limit = Limit::from_now(Some(Duration::from_millis(20)));
        assert!(!limit.is_over());
        assert_eq!(limit.ends().await, Reason::Late);
        assert!(limit.is_over());
        assert!(!Limit::from_now(None).is_over());
    }
}
