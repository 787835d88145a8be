//! What one look at one target found.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    diff::{Drift, Status},
    report::{Changes, Paint, clean, utc},
};

/// What one look found.
pub struct Event {
    /// When, in seconds since 1970-01-01 UTC.
    at: u64,
    target: String,
    /// What is new.
    pub news: News,
    took: Duration,
}

/// What is new about a target. Drift is none where there is nothing to compare it with.
pub enum News {
    /// It was looked at for the first time.
    First(Option<Drift>),
    /// It is as it was; told cheaply, or by reading all of it.
    Unchanged {
        /// Whether the catalogs said so themselves.
        cheap: bool,
    },
    /// It is not as it was.
    Changed(Changes, Option<Drift>),
    /// It cannot be read, and could be before.
    Failed(String),
    /// It cannot be read, and could not be before.
    StillFailing(String),
    /// It can be read again, and is as it was.
    Back(Option<Drift>),
}

impl Event {
    /// An event.
    pub fn new(at: u64, target: &str, news: News, took: Duration) -> Self {
        Event { at, target: target.to_owned(), news, took }
    }

    /// Whether somebody wants to hear of it.
    pub fn is_news(&self) -> bool {
        !matches!(self.news, News::Unchanged { .. } | News::StillFailing(_))
    }

    /// For people.
    pub fn text(&self, paint: Paint) -> String {
        let head = format!("{}  {}", utc(self.at), paint.bold(&clean(&self.target)));
        let millis = self.took.as_millis();
        match &self.news {
            News::First(drift) => format!("{head}: {} ({millis} ms)\n", differs(drift.as_ref())),
            News::Unchanged { cheap: true } => format!("{head}: unchanged, say its catalogs ({millis} ms)\n"),
            News::Unchanged { cheap: false } => format!("{head}: unchanged ({millis} ms)\n"),
            News::Changed(changes, drift) => {
                let summary = format!("{}; {}", changes.summary(), differs(drift.as_ref()));
                format!("{head}: {summary} ({millis} ms)\n{}", changes.text(paint))
            }
            News::Failed(problem) => format!("{head}: {}: {}\n", paint.alarm("failed"), clean(problem)),
            News::StillFailing(problem) => format!("{head}: still failing: {}\n", clean(problem)),
            News::Back(drift) => format!("{head}: back, and as it was; {}\n", differs(drift.as_ref())),
        }
    }

    /// For programs: one line.
    pub fn line(&self) -> String {
        format!("{}\n", self.json())
    }

    /// For programs, with a `text` for people.
    pub fn json(&self) -> Value {
        let (event, drift, changes, error) = match &self.news {
            News::First(drift) => ("first", drift.as_ref(), None, None),
            News::Unchanged { .. } => ("unchanged", None, None, None),
            News::Changed(changes, drift) => ("changed", drift.as_ref(), Some(changes), None),
            News::Failed(problem) => ("failed", None, None, Some(problem)),
            News::StillFailing(problem) => ("still-failing", None, None, Some(problem)),
            News::Back(drift) => ("back", drift.as_ref(), None, None),
        };
        let mut json = json!({
            "at": self.at,
            "target": self.target,
            "event": event,
            "millis": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        });
        if let News::Unchanged { cheap } = self.news {
            json["cheap"] = json!(cheap);
        }
        if let Some(drift) = drift {
            let count = |status| drift.count(status);
            json["drift"] = json!({
                "differences": drift.differences.len(),
                "missing": count(Status::Missing),
                "changed": count(Status::Changed),
                "extra": count(Status::Extra),
                "unknown": count(Status::Unknown),
            });
        }
        if let Some(changes) = changes {
            json["changes"] = json!(changes.changes);
        }
        if let Some(error) = error {
            json["error"] = json!(error);
        }
        json["text"] = json!(self.text(Paint::default()).trim_end());
        json
    }
}

fn differs(drift: Option<&Drift>) -> String {
    match drift {
        None => "nothing to compare it with".to_owned(),
        Some(drift) if drift.is_empty() => "no drift".to_owned(),
        Some(drift) => {
            let statuses = [Status::Missing, Status::Changed, Status::Extra, Status::Unknown];
            let counts = statuses.map(|status| (drift.count(status), status.word()));
            let counts = counts.iter().filter(|(count, _)| *count > 0);
            format!(
                "drift: {}",
                counts.map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
            )
        }
    }
}
