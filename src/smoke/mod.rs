//! Runtime checks of a live database: who can do what there, against what canonical allows.
//!
//! The probes are made from the canonical schema, run in a scratch copy of it and on the target,
//! and their verdicts compared. On the target nothing is ever committed.

mod compare;
mod copy;
pub mod extensions;
pub mod foreign_keys;
pub mod own;
mod probe;
pub mod report;
mod run;

use std::fmt;

use serde::Serialize;

pub use compare::judge;
pub use copy::{expected, expected_schema};
pub use probe::{Probe, probes, roles};
pub use run::{Observed, attributes, observe};

use crate::config::smoke::Verb;

/// What came of trying something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// It runs.
    Allowed,
    /// It runs, on the rows that row security lets through.
    Guarded,
    /// It runs on these columns only.
    Columns {
        /// Their names, sorted.
        columns: Vec<String>,
    },
    /// The privilege is missing.
    Denied,
    /// The privilege is there, but no policy lets any row through.
    NoRows,
    /// The privilege is there, but row security refuses a new row of defaults.
    RowRefused,
    /// It fails for another reason.
    Fails {
        /// The SQLSTATE.
        sqlstate: String,
        /// What the server said.
        message: String,
    },
    /// It could not be tried.
    Untried {
        /// Why not.
        reason: String,
    },
}

impl Verdict {
    /// Whether two verdicts say the same: how a failure is worded does not matter.
    pub fn agrees(&self, other: &Verdict) -> bool {
        match (self, other) {
            (Verdict::Fails { sqlstate: one, .. }, Verdict::Fails { sqlstate: other, .. }) => one == other,
            _ => self == other,
        }
    }

    /// Whether something can be done, on some columns at least.
    pub fn permits(&self) -> bool {
        matches!(self, Verdict::Allowed | Verdict::Guarded | Verdict::Columns { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Allowed => f.write_str("is allowed"),
            Verdict::Guarded => f.write_str("is allowed on rows that row security lets through"),
            Verdict::Columns { columns } => write!(f, "is allowed on {} only", columns.join(", ")),
            Verdict::Denied => f.write_str("is denied: the privilege is missing"),
            Verdict::NoRows => f.write_str("reaches no row: no policy lets one through"),
            Verdict::RowRefused => f.write_str("is refused by row security"),
            Verdict::Fails { sqlstate, message } => write!(f, "fails: {message} (SQLSTATE {sqlstate})"),
            Verdict::Untried { reason } => write!(f, "could not be tried: {reason}"),
        }
    }
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// As it has to be.
    Pass,
    /// Not as it has to be.
    Fail,
    /// It could not be tried.
    Unknown,
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// What a role can do with tables and views.
    Access,
    /// Which functions a role can call.
    Functions,
    /// Whether extensions work.
    Extensions,
    /// Whether rows have the parents that they name.
    ForeignKeys,
    /// Statements of the configuration.
    Own,
}

impl Area {
    /// Every area, in the order in which they are shown.
    pub const ALL: [Area; 5] =
        [Area::Access, Area::Functions, Area::Extensions, Area::ForeignKeys, Area::Own];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Area::Access => "access to tables and views",
            Area::Functions => "functions",
            Area::Extensions => "extensions",
            Area::ForeignKeys => "foreign keys",
            Area::Own => "own checks",
        }
    }
}

/// One check and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about.
    pub area: Area,
    /// The role that tried; none for whoever connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<&'static str>,
    /// With what: an object, or the name of an own check.
    pub subject: String,
    /// How it went.
    pub outcome: Outcome,
    /// What was seen and what was expected, as a sentence.
    pub sentence: String,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// All that came of a smoke test of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The target.
    pub target: String,
    /// The version that its server told.
    pub server_version: String,
    /// What the expectations come from, for people.
    pub expected_from: Option<String>,
    /// Whether rows were inserted, and rolled back.
    pub writes: bool,
    /// The roles that were tried.
    pub roles: Vec<String>,
    /// The checks.
    pub checks: Vec<Check>,
    /// How long all of it took at the target, in milliseconds.
    pub millis: u64,
}

impl Report {
    /// What it comes down to: the gravest of its checks.
    pub fn outcome(&self) -> Outcome {
        let count = |outcome| self.checks.iter().filter(|check| check.outcome == outcome).count();
        match (count(Outcome::Fail), count(Outcome::Unknown)) {
            (0, 0) => Outcome::Pass,
            (0, _) => Outcome::Unknown,
            _ => Outcome::Fail,
        }
    }
}

/// What a role tries with an object.
fn act(role: Option<&str>, verb: Verb, subject: &str) -> String {
    format!("{} {} {subject}", role.unwrap_or("whoever connects"), verb.word())
}

#[cfg(test)]
mod tests;
