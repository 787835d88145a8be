//! In which style the SQL of a plan is written.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a plan is written, for how it will be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// The plainest SQL that does it, in one transaction as far as the database allows.
    #[default]
    Plain,
    /// Safe to run twice, and safe to run whole after half of it was run.
    Idempotent,
    /// Without long locks, for a database that is in use.
    Online,
}

impl Style {
    /// Every style.
    pub const ALL: [Style; 3] = [Style::Plain, Style::Idempotent, Style::Online];

    /// The name by which people choose it.
    pub fn name(self) -> &'static str {
        match self {
            Style::Plain => "plain",
            Style::Idempotent => "idempotent",
            Style::Online => "online",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is no style.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a style; write plain, idempotent or online")]
pub struct ParseStyleError(String);

impl FromStr for Style {
    type Err = ParseStyleError;

    fn from_str(text: &str) -> Result<Self, ParseStyleError> {
        let known = Style::ALL.into_iter().find(|style| style.name() == text);
        known.ok_or_else(|| ParseStyleError(text.to_owned()))
    }
}
