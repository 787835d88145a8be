//! What a plan on the screen is made from.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::state::{
    DialectRef,
    comparison::Comparison,
    planned::{PlanId, Shape},
};
use crate::{
    diff::Rename,
    model::{Key, Snapshot},
    plan::{self, Direction, Hunk, Plan, Proof, Sides, proof::prove},
    scratch,
};

/// What a plan is made from, and which one it is.
#[derive(Clone)]
pub struct PlanRequest {
    /// The target.
    pub target: usize,
    /// The selection, and how the plan is to be.
    pub id: PlanId,
    /// How both sides are spelled.
    pub dialect: DialectRef,
    /// The schema that is meant.
    pub canonical: Arc<Snapshot>,
    /// The target, and what differs.
    pub comparison: Arc<Comparison>,
    /// The differences to close.
    pub selection: Arc<BTreeSet<Key>>,
    /// The parts of selected differences that are meant, where not all of them are.
    pub hunks: BTreeMap<Key, BTreeSet<Hunk>>,
    /// The renames that were confirmed.
    pub renames: Vec<Rename>,
    /// The target's name for people, and canonical's.
    pub labels: (String, String),
}

impl PlanRequest {
    /// Makes the plan. Pure.
    pub fn make(&self) -> Plan {
        let (turned, partly);
        turned = self.turned();
        let whole = self.request(turned.as_ref());
        partly = plan::partly(&whole, &self.hunks);
        let request = partly.as_ref().map_or(whole, |sides| sides.request(&whole));
        let mut plan = if self.id.shape.back { plan::reverse(&request) } else { plan::plan(&request) };
        // People know the sides by the names that they gave them.
        let (target, canonical) = self.labels.clone();
        (plan.target, plan.canonical) = match self.id.shape.direction {
            Direction::TargetFollows => (target, canonical),
            Direction::CanonicalFollows => (canonical, target),
        };
        plan
    }

    /// Makes the way back from the plan.
    pub fn make_back(&self) -> Plan {
        let shape = Shape { back: true, ..self.id.shape };
        PlanRequest { id: PlanId { shape, ..self.id }, ..self.clone() }.make()
    }

    /// Tries the plan on a scratch copy.
    pub async fn prove(&self, plan: &Plan, options: &scratch::Options) -> Proof {
        let (turned, partly);
        turned = self.turned();
        let whole = self.request(turned.as_ref());
        partly = plan::partly(&whole, &self.hunks);
        let request = partly.as_ref().map_or(whole, |sides| sides.request(&whole));
        if self.id.shape.back {
            let back = Sides::back_from(&request);
            prove(&back.request(&request), plan, options).await
        } else {
            prove(&request, plan, options).await
        }
    }

    /// Both sides the other way round, where canonical is to follow.
    fn turned(&self) -> Option<Sides> {
        let turns = self.id.shape.direction == Direction::CanonicalFollows;
        turns.then(|| Sides::turned(&self.request(None)))
    }

    fn request<'a>(&'a self, turned: Option<&'a Sides>) -> plan::Request<'a> {
        let Comparison { snapshot, drift, .. } = &*self.comparison;
        let request = plan::Request::new(self.dialect.0, &self.canonical, snapshot, drift, &self.selection);
        let request = plan::Request { style: self.id.shape.style, renames: &self.renames, ..request };
        turned.map_or(request, |sides| sides.request(&request))
    }
}
