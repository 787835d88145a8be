//! What a plan decides about each difference that there was when it was made.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    diff::{Accepted, Status},
    model::Key,
};

/// The differences between the two sides of a plan, by what becomes of them.
///
/// What comes or goes as a whole stands for its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// What the plan closes.
    #[serde(default)]
    pub closed: BTreeMap<Key, Status>,
    /// What of it the plan closes only in part: single facets, single grants.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub in_part: BTreeSet<Key>,
    /// What the baseline accepts, with its entry.
    #[serde(default)]
    pub accepted: BTreeMap<Key, Accepted>,
    /// What stays as it is: not selected, refused, or not comparable.
    #[serde(default)]
    pub open: BTreeMap<Key, Status>,
}
