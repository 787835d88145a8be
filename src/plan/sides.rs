//! Both sides of a plan changed about: the plan that adopts drift, and the plan that leads back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Request, every_difference, planned};
use crate::{
    diff::{self, Drift, Managed, Rename, Rules},
    model::{Key, Object, Snapshot},
};

/// Which side follows which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The target is changed so that it matches canonical.
    #[default]
    TargetFollows,
    /// Canonical adopts what drifted: the SQL is its next migration.
    CanonicalFollows,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 2] = [Direction::TargetFollows, Direction::CanonicalFollows];

    /// The name by which people choose it.
    pub fn name(self) -> &'static str {
        match self {
            Direction::TargetFollows => "target-follows",
            Direction::CanonicalFollows => "canonical-follows",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is no direction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a direction; write target-follows or canonical-follows")]
pub struct ParseDirectionError(String);

impl FromStr for Direction {
    type Err = ParseDirectionError;

    fn from_str(text: &str) -> Result<Self, ParseDirectionError> {
        let known = Direction::ALL.into_iter().find(|direction| direction.name() == text);
        known.ok_or_else(|| ParseDirectionError(text.to_owned()))
    }
}

/// What a request is made from, where it was derived from another request.
#[derive(Clone, Debug)]
pub struct Sides {
    /// The schema that is followed.
    pub canonical: Snapshot,
    /// The side that the SQL changes.
    pub target: Snapshot,
    /// What differs between them.
    pub drift: Drift,
    /// The differences to close.
    pub selection: BTreeSet<Key>,
    /// The renames that were confirmed.
    pub renames: Vec<Rename>,
}

impl Sides {
    /// The sides of a request the other way round: canonical becomes the target and adopts the
    /// selected differences.
    ///
    /// Owners are adopted by a canonical schema that names owners itself.
    pub fn turned(request: &Request<'_>) -> Self {
        let Request { canonical, target, drift, selection, .. } = *request;
        let mut drift = drift.turned();
        let names_owner = |object: &Object| drift.rules.compares("owner", canonical, object);
        if drift.rules.owners == Managed::Mentioned && !canonical.catalog.iter().any(|o| names_owner(o)) {
            drift.rules.owners = Managed::None;
        }
        Sides {
            canonical: target.clone(),
            target: canonical.clone(),
            drift,
            selection: selection.clone(),
            renames: request.renames.iter().map(Rename::turned).collect(),
        }
    }

    /// The sides of the way back: from where the plan of a request leads, to where it started.
    pub fn back_from(request: &Request<'_>) -> Self {
        let (goal, _) = planned(request);
        let Request { target, canonical, .. } = *request;
        let reached = Snapshot {
            catalog: goal.catalog,
            // A plan that runs knows nothing of the target that was not read before.
            locations: BTreeMap::new(),
            ..target.clone()
        };
        let start = Snapshot {
            complete: true,
            silent_on: Vec::new(),
            // What the way back brings back stands where canonical says it, if it does.
            locations: canonical.locations.clone(),
            ..target.clone()
        };
        let drift = diff::compare(&start, &reached, &Rules::everything(), &every_facet);
        let selection = every_difference(&drift);
        let renames = request.renames.iter().map(Rename::turned).collect();
        Sides { canonical: start, target: reached, drift, selection, renames }
    }

    /// A request for these sides, otherwise as another one.
    pub fn request<'a>(&'a self, like: &Request<'a>) -> Request<'a> {
        let Sides { canonical, target, drift, selection, renames } = self;
        Request { canonical, target, drift, selection, renames, ..*like }
    }
}

/// The facets in which two states of one database differ to the letter.
fn every_facet(from: &Object, to: &Object) -> Vec<String> {
    let value = |object: &Object, facet: &str| object.facets.get(facet).cloned().unwrap_or(Value::Null);
    let names = from.facets.names(&to.facets);
    names.filter(|facet| value(from, facet) != value(to, facet)).map(str::to_owned).collect()
}
