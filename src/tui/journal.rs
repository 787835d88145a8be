//! Listens to what a job sends to databases, and tells the screen.

use tokio::sync::mpsc::UnboundedSender;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::{message::Message, state::side::SideId, text};
use crate::dialect::journal::TARGET;

/// For whom a statement was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// For a side that is read.
    Side(SideId),
    /// For the proof of a plan for a target.
    Proof(usize),
}

/// One statement that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was done, in seconds since 1970-01-01 UTC.
    pub at: u64,
    /// For whom: the side that is read, or the proof of a target's plan.
    pub whose: Whose,
    /// The server, without any password.
    pub server: String,
    /// The statement.
    pub sql: String,
    /// How long it took, in microseconds.
    pub micros: u64,
    /// What the server said, where it failed.
    pub error: Option<String>,
}

impl Entry {
    fn text(&self) -> String {
        text::clean_lines(self.sql.trim_end()).join("\n")
    }

    /// Why it failed, if it did, on lines that are comments in SQL.
    pub fn why(&self) -> Vec<String> {
        let error = self.error.as_deref().map(|error| text::clean_lines(error.trim_end()));
        error.into_iter().flatten().map(|line| format!("-- failed: {line}")).collect()
    }

    /// Why it failed, if it did, and below that the statement, clean, for the screen.
    pub fn whole(&self) -> String {
        let mut lines = self.why();
        lines.push(self.text());
        lines.join("\n")
    }
}

/// Listens for one job; see [`tracing::instrument::WithSubscriber`].
pub struct Journal {
    /// For whom the job works.
    pub whose: Whose,
    /// Where entries go.
    pub messages: UnboundedSender<Message>,
    /// The time, in seconds since 1970-01-01 UTC.
    pub now: fn() -> u64,
    /// Who listens to the whole program, and goes on to hear everything: a log file.
    pub others: Dispatch,
}

impl Subscriber for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET || self.others.enabled(metadata)
    }

    fn event(&self, event: &Event<'_>) {
        if self.others.enabled(event.metadata()) {
            self.others.event(event);
        }
        if event.metadata().target() != TARGET {
            return;
        }
        let mut entry = Entry {
            at: (self.now)(),
            whose: self.whose,
            server: String::new(),
            sql: String::new(),
            micros: 0,
            error: None,
        };
        event.record(&mut entry);
        // Nobody listens any more once the program ends.
        let _ = self.messages.send(Message::Sent(entry));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            self.sql = value.to_owned();
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "micros" {
            self.micros = value;
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "server" => self.server = format!("{value:?}"),
            "error" => self.error = Some(format!("{value:?}")),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;
    use crate::dialect::journal::Sending;

    #[test]
    fn what_a_job_sends_is_told_with_its_server_and_its_time() {
        let (messages, mut told) = unbounded_channel();
        let whose = Whose::Side(SideId::Target(1));
        let (log, mut logged) = unbounded_channel();
        let others = Dispatch::new(Journal { whose, messages: log, now: || 8, others: Dispatch::none() });
        let journal = Journal { whose, messages, now: || 7, others };
        tracing::subscriber::with_default(journal, || {
            Sending::start().done::<String>(&"db1:5432", "SELECT 1", None);
            tracing::info!("something else");
            let refused = "relation \"b\" does not exist".to_owned();
            Sending::start().done(&"db1:5432", "SELECT a FROM b", Some(&refused));
        });
        let Ok(Message::Sent(entry)) = told.try_recv() else { panic!("nothing was told") };
        assert_eq!((entry.at, entry.server.as_str(), entry.sql.as_str()), (7, "db1:5432", "SELECT 1"));
        assert!(entry.error.is_none() && entry.whose == whose);
        let Ok(Message::Sent(entry)) = told.try_recv() else { panic!("nothing was told") };
        assert_eq!(entry.error.as_deref(), Some("relation \"b\" does not exist"));
        assert_eq!(entry.whole(), "-- failed: relation \"b\" does not exist\nSELECT a FROM b");
        assert!(told.try_recv().is_err());
        assert!(
            matches!(logged.try_recv(), Ok(Message::Sent(entry)) if entry.sql == "SELECT 1" && entry.at == 8)
        );
    }
}
