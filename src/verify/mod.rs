//! A comparison under a policy → what passes and what fails, component by component. Pure.

mod check;
mod code;
mod component;
mod finding;
pub mod format;
mod policy;
mod severity;

use std::time::Duration;

pub use check::{Checked, Looked, verify};
pub use code::{Code, ParseCodeError, default_severity};
pub use component::Component;
pub use finding::{Detail, Finding, Piece, Sentence, fingerprint};
pub use policy::{Danger, Policy};
pub use severity::{FailOn, ParseFailOnError, Severity};

use crate::report::Outcome;

/// What came of all targets.
#[derive(Clone, Debug)]
pub struct Verification {
    /// What the canonical schema is called.
    pub canonical: String,
    /// The least severity that makes it fail.
    pub fail_on: FailOn,
    /// When it was made, in seconds since 1970-01-01 UTC.
    pub made_at: u64,
    /// The targets, in the order in which they were named.
    pub targets: Vec<Verified>,
}

/// What came of one target.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The target's name.
    pub name: String,
    /// How long it took to read it.
    pub took: Option<Duration>,
    /// Its components; or why it could not be compared, with what to do.
    pub result: Result<Vec<Report>, String>,
}

/// What came of one component of a target.
#[derive(Clone, Debug)]
pub struct Report {
    /// The component.
    pub component: Component,
    /// How many objects were looked at, on both sides together.
    pub objects: usize,
    /// How long it took to read them at the target, where that is known.
    pub took: Option<Duration>,
    /// What was found, gravest first.
    pub findings: Vec<Finding>,
    /// What was found and is accepted.
    pub accepted: Vec<Finding>,
    /// Why it was not looked at, if it was not.
    pub skipped: Option<String>,
}

/// Whether something passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It was not looked at.
    Skipped,
    /// Nothing was found that fails.
    Passed,
    /// Something was found that fails.
    Failed,
    /// Something could not be looked at.
    Unknown,
}

impl Verdict {
    /// The verdict in one word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Skipped => "skipped",
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Unknown => "incomplete",
        }
    }
}

impl Report {
    /// Whether the component passed.
    pub fn verdict(&self, fail_on: FailOn) -> Verdict {
        if self.skipped.is_some() {
            return Verdict::Skipped;
        }
        let verdict = |finding: &Finding| match finding.code {
            Code::NotCompared if finding.severity > Severity::Off => Verdict::Unknown,
            _ if fail_on.fails(finding.severity) => Verdict::Failed,
            _ => Verdict::Passed,
        };
        self.findings.iter().map(verdict).max().unwrap_or(Verdict::Passed)
    }
}

impl Verified {
    /// The components; none of a target that could not be compared.
    pub fn reports(&self) -> &[Report] {
        self.result.as_deref().unwrap_or_default()
    }

    /// Everything that was found.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.reports().iter().flat_map(|report| &report.findings)
    }

    /// Everything that was found and is accepted.
    pub fn accepted(&self) -> impl Iterator<Item = &Finding> {
        self.reports().iter().flat_map(|report| &report.accepted)
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings().filter(|finding| finding.severity == severity).count()
    }

    /// Whether the target passed.
    pub fn verdict(&self, fail_on: FailOn) -> Verdict {
        match &self.result {
            Err(_) => Verdict::Unknown,
            Ok(reports) => {
                let all = reports.iter().map(|report| report.verdict(fail_on));
                all.max().unwrap_or(Verdict::Passed).max(Verdict::Passed)
            }
        }
    }
}

impl Verification {
    /// What it comes down to.
    pub fn outcome(&self) -> Outcome {
        let verdicts = self.targets.iter().map(|target| target.verdict(self.fail_on));
        match verdicts.max() {
            None | Some(Verdict::Skipped | Verdict::Passed) => Outcome::Same,
            Some(Verdict::Failed) => Outcome::Drift,
            Some(Verdict::Unknown) => Outcome::Incomplete,
        }
    }
}
