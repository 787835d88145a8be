//! How grave a finding is, and which gravity makes a verification fail.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It is not looked at.
    Off,
    /// Worth knowing.
    Note,
    /// To be looked at.
    Warning,
    /// A hard failure.
    Error,
}

impl Severity {
    /// Every severity, the gravest last.
    pub const ALL: [Severity; 4] = [Severity::Off, Severity::Note, Severity::Warning, Severity::Error];

    /// Its name in files and on the command line, which SARIF and GitHub have too (but for `off`).
    pub fn name(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The least severity that makes a verification fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Nothing does.
    Never,
    /// Any finding does.
    Note,
    /// A warning does.
    Warning,
    /// Only errors do.
    #[default]
    Error,
}

impl FailOn {
    /// Every choice.
    pub const ALL: [FailOn; 4] = [FailOn::Never, FailOn::Note, FailOn::Warning, FailOn::Error];

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            FailOn::Never => "never",
            FailOn::Note => "note",
            FailOn::Warning => "warning",
            FailOn::Error => "error",
        }
    }

    /// Whether a finding of a severity makes the verification fail.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Never => false,
            FailOn::Note => severity >= Severity::Note,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Error => severity >= Severity::Error,
        }
    }
}

/// A word that is no choice of [`FailOn`].
#[derive(Debug, thiserror::Error)]
#[error("there is no severity called {0}; choose never, note, warning or error")]
pub struct ParseFailOnError(String);

impl FromStr for FailOn {
    type Err = ParseFailOnError;

    fn from_str(text: &str) -> Result<Self, ParseFailOnError> {
        FailOn::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| ParseFailOnError(text.to_owned()))
    }
}
