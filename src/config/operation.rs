//! What `[health]`, `[watch]` and `[history]` say.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Address;

/// What a healthy target is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Health {
    /// Patterns of objects that have to be there; without them, the tables and functions of the
    /// canonical schema.
    pub require: Vec<String>,
    /// What drift makes of the answer.
    pub drift: Gravity,
}

/// How grave something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// It is nobody's business.
    Ignore,
    /// It is worth a look.
    #[default]
    Warn,
    /// It must not be.
    Fail,
}

/// What `watch` does with what it sees.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Where changes are posted to. Such addresses hold a key of whoever may post.
    pub webhook: Option<Address>,
    /// How long to wait between two looks, for example `30s`.
    pub interval: Option<String>,
}

/// What is kept of inspections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct History {
    /// How many inspections of each target; none switches it off.
    pub keep: Option<usize>,
}
