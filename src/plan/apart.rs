//! Circles: what has to be done in two goes, because two objects need each other.

use std::collections::BTreeSet;

use super::transition::{Fate, Transition, inline_parts};
use crate::model::{Catalog, Key, Object};

/// What is not written in one go, because it would close a circle: mutual references are then
/// made after both sides are there.
#[derive(Default)]
pub struct Apart<'a> {
    /// Partitions that leave their table for a while, because others claim their rows and they those.
    pub bounds: BTreeSet<&'a Key>,
    /// Objects that are made without their late facets, which follow.
    pub late: BTreeSet<&'a Key>,
    /// Parts that are not written inside what they are a part of.
    pub parts: BTreeSet<&'a Key>,
    /// Objects that go before what they are a part of goes.
    pub dropped: BTreeSet<&'a Key>,
}

impl<'a> Apart<'a> {
    /// Takes something in a circle apart, the mildest way first. False if there is nothing left.
    pub fn cut(&mut self, transition: &Transition<'a>, circle: &[&'a Key]) -> bool {
        let bound = |catalog: &'a Catalog, key: &Key| catalog.get(key)?.facets.get("bound");
        let rebound = |key: &&'a Key| {
            let bounds = bound(transition.from, key).zip(bound(transition.to, key));
            matches!(transition.fates.get(*key), Some(Fate::Alter(_))) && bounds.is_some_and(|(a, b)| a != b)
        };
        if grows(&mut self.bounds, circle.iter().copied().filter(rebound)) {
            return true;
        }
        let parts = |key: &&'a Key| -> Vec<&'a Object> {
            [transition.to.get(key).map(|object| &**object)]
                .into_iter()
                .flatten()
                .chain(inline_parts(transition.dialect, transition.to, key))
                .collect()
        };
        let made: Vec<&'a Object> = circle.iter().flat_map(parts).collect();
        let has_late =
            |object: &&Object| object.requires.iter().any(|requirement| requirement.facet.is_some());
        let (own, inside): (Vec<&Object>, Vec<&Object>) =
            made.iter().copied().partition(|object| circle.contains(&&object.key));
        for objects in [&own, &inside] {
            let late: Vec<&'a Key> = objects.iter().filter(|o| has_late(o)).map(|o| &o.key).collect();
            if grows(&mut self.late, late) {
                return true;
            }
        }
        let constraints =
            inside.iter().filter(|object| object.key.kind().name() == "constraint").map(|o| &o.key);
        if grows(&mut self.parts, constraints) {
            return true;
        }
        if grows(&mut self.parts, inside.iter().map(|object| &object.key)) {
            return true;
        }
        let goes = |object: &&'a Object| {
            matches!(transition.fates.get(&object.key), Some(Fate::GoesAlong | Fate::Drop | Fate::Recreate))
                && object.parent.is_some()
        };
        let alongside = |key: &&'a Key| transition.from.below(key).filter(goes).collect::<Vec<_>>();
        // What needs something else in the circle goes first, such as a trigger with a state in partitions.
        let holding = circle.iter().flat_map(|whole| {
            let others = move |on: &Key| {
                let of = transition.from.get(on).and_then(|object| object.parent.as_ref());
                let within = |other: &&Key| on == *other || of == Some(*other);
                circle.iter().any(|other| other != whole && within(other))
            };
            let needs_another = move |object: &&Object| object.requires.iter().any(|need| others(&need.on));
            alongside(whole).into_iter().filter(needs_another)
        });
        grows(&mut self.dropped, holding.map(|object| &object.key))
            || grows(&mut self.dropped, circle.iter().flat_map(alongside).map(|object| &object.key))
    }
}

/// Adds keys to a set; true if any of them is new.
fn grows<'a>(set: &mut BTreeSet<&'a Key>, keys: impl IntoIterator<Item = &'a Key>) -> bool {
    let before = set.len();
    set.extend(keys);
    set.len() > before
}
