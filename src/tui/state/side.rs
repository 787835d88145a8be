//! One connection: canonical or a target, and how far its reading is.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    TargetSetup,
    comparison::Comparison,
    planned::{PlanId, Planned, Shape},
    selection::Selection,
};
use crate::model::{Key, Snapshot};

/// Canonical, or one of the targets by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SideId {
    /// The schema that is meant.
    Canonical,
    /// A target.
    Target(usize),
}

/// The ages of what was read that people are told of, in minutes.
const AGES: [u64; 12] = [1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 720, 1440];

/// How far the reading of a side is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing has come back yet.
    Connecting {
        /// Since when.
        since: Instant,
    },
    /// The catalog is being read.
    Catalog {
        /// Since when it is being connected and read.
        since: Instant,
        /// What is being read.
        phase: String,
        /// How many objects there are so far.
        count: usize,
    },
    /// It is being compared with canonical, or waits for that.
    Comparing {
        /// How long the reading took.
        took: Duration,
        /// When that was over.
        at: Instant,
    },
    /// It was read.
    Ready {
        /// How long the reading took.
        took: Duration,
        /// When that was over.
        at: Instant,
    },
    /// It could not be read.
    Failed {
        /// What was tried, and what happened.
        message: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The user stopped it.
    Cancelled,
}

impl Reading {
    /// Whether something is under way.
    pub fn is_busy(&self) -> bool {
        matches!(self, Reading::Connecting { .. } | Reading::Catalog { .. })
    }

    /// How old what was read is, in whole minutes of [`AGES`]; nothing while it is younger.
    pub fn age(&self, now: Instant) -> Option<u64> {
        let Reading::Ready { at, .. } = self else { return None };
        let minutes = now.saturating_duration_since(*at).as_secs() / 60;
        AGES.into_iter().rfind(|age| *age <= minutes)
    }

    /// When [`Reading::age`] is another one. The steps grow: an idle program is hardly woken up.
    pub fn next_age(&self, now: Instant) -> Option<Instant> {
        let Reading::Ready { at, .. } = self else { return None };
        let minutes = now.saturating_duration_since(*at).as_secs() / 60;
        let next = AGES.into_iter().find(|age| *age > minutes)?;
        Some(*at + Duration::from_secs(next * 60))
    }

    /// A failure from a text whose first line says what happened, and whose rest says what to do.
    pub fn failed(text: &str) -> Self {
        let (message, hint) = match text.split_once('\n') {
            Some((message, hint)) => (message, Some(hint.trim().to_owned())),
            None => (text, None),
        };
        Reading::Failed { message: message.to_owned(), hint: hint.filter(|hint| !hint.is_empty()) }
    }
}

/// A side that is read.
#[derive(Clone, Debug)]
pub struct Side {
    /// The name for people.
    pub label: String,
    /// How far its reading is.
    pub reading: Reading,
    /// What was read last.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Which reading is the last that was asked for; what comes from earlier ones is old.
    pub generation: u64,
}

impl Side {
    /// A side that is about to be read.
    pub fn new(label: String, now: Instant) -> Self {
        Side { label, reading: Reading::Connecting { since: now }, snapshot: None, generation: 1 }
    }
}

/// A target with its comparison, its selection and its plan.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the baseline knows it by.
    pub name: String,
    /// Its reading.
    pub side: Side,
    /// Whether people are to be warned that it is precious.
    pub protected: bool,
    /// The colour of its name, as it was configured.
    pub color: Option<String>,
    /// What differs, once that is known.
    pub comparison: Option<Arc<Comparison>>,
    /// The differences that its plan closes.
    pub selection: Selection,
    /// The last plan that was made.
    pub planned: Option<Planned>,
    /// The plan that was asked for last.
    pub plan_wanted: Option<PlanId>,
    /// The differences that came, went or changed since the user last said to have seen them.
    pub news: BTreeSet<Key>,
    /// Whether everything that loses no data is to be selected as soon as it has been compared.
    pub selects_all: bool,
    /// How its plans are to be.
    pub shape: Shape,
}

impl Target {
    /// A target that is about to be read; nothing is selected.
    pub fn new(setup: TargetSetup, now: Instant) -> Self {
        Target {
            name: setup.name,
            side: Side::new(setup.label, now),
            protected: setup.protected,
            color: setup.color,
            comparison: None,
            selection: Selection::default(),
            planned: None,
            plan_wanted: None,
            selects_all: false,
            news: BTreeSet::new(),
            shape: Shape::default(),
        }
    }

    /// Which plan is wanted at this moment.
    pub fn plan_id(&self) -> PlanId {
        PlanId { selection: self.selection.revision(), shape: self.shape }
    }

    /// The plan of the selection at this moment, if it has been made already.
    pub fn current_plan(&self) -> Option<&Planned> {
        self.planned.as_ref().filter(|planned| planned.id == self.plan_id())
    }
}
