//! The order of a plan: one graph of everything that has to happen, read off the dependencies of
//! both sides. The state before orders the tearing down, the state after the building up.

mod edges;
mod neighbours;
mod two_goes;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

use petgraph::{algo::tarjan_scc, graph::DiGraph};

use super::{
    apart::Apart,
    transition::{Fate, Impossible, Transition, inline_parts},
};
use crate::{
    dialect::{Action, Change, Step},
    model::{Key, Object},
};

/// Something that happens to one object, at one place of the order.
pub struct Event<'a> {
    /// The object.
    pub key: &'a Key,
    /// What happens to it.
    pub action: Action,
    /// The statements.
    pub steps: Vec<Step>,
    /// The facets that they change, where the object stands before and after.
    pub facets: BTreeSet<&'a str>,
    /// The events that have to come before it, by their place in the order.
    pub after: BTreeSet<usize>,
}

/// All events of a transition, in order.
///
/// # Errors
/// Where an object's SQL cannot be written, or where objects need each other in a circle that
/// cannot be cut.
pub fn order<'a>(transition: &Transition<'a>) -> Result<Vec<Event<'a>>, Impossible> {
    let mut apart = Apart::default();
    loop {
        let graph = Graph::build(transition, &apart)?;
        let circles = graph.circles();
        let Some(circle) = circles.first() else { return Ok(graph.sorted()) };
        let cut = circles.iter().filter(|circle| apart.cut(transition, circle)).count();
        if cut == 0 {
            let names: Vec<String> = circle.iter().map(ToString::to_string).collect();
            let key = circle
                .first()
                .map_or_else(|| Key::new(crate::model::Kind::of("object"), ["?"]), |key| (*key).clone());
            let reason = format!("these need each other in a circle: {}", names.join(", "));
            return Err(Impossible::new(&key, reason));
        }
    }
}

struct Graph<'a, 't> {
    transition: &'t Transition<'a>,
    events: Vec<Event<'a>>,
    /// After which event an object is in its new state.
    built: BTreeMap<&'a Key, usize>,
    /// After which event the facet of an object is in its new state.
    built_late: BTreeMap<(&'a Key, &'a str), usize>,
    /// After which event an object no longer stands in the way of what it used.
    torn: BTreeMap<&'a Key, usize>,
    torn_late: BTreeMap<(&'a Key, &'a str), usize>,
    /// Which event takes an object away, by itself or with what it is a part of.
    dropped: BTreeMap<&'a Key, usize>,
    /// Which event makes the change of an object ready, for a change in two goes.
    expanded: BTreeMap<&'a Key, usize>,
    /// Which event gives a partition back to what it is a part of, for those that leave it for a while.
    returned: BTreeMap<&'a Key, usize>,
    /// Which event puts a superseded type's old version away.
    superseded: Vec<(&'a Key, usize)>,
    /// What cannot be written.
    impossible: Vec<Impossible>,
}

impl<'a, 't> Graph<'a, 't> {
    fn build(transition: &'t Transition<'a>, apart: &Apart<'a>) -> Result<Self, Impossible> {
        let mut graph = Graph {
            transition,
            events: Vec::new(),
            built: BTreeMap::new(),
            built_late: BTreeMap::new(),
            torn: BTreeMap::new(),
            torn_late: BTreeMap::new(),
            dropped: BTreeMap::new(),
            expanded: BTreeMap::new(),
            returned: BTreeMap::new(),
            superseded: Vec::new(),
            impossible: Vec::new(),
        };
        graph.add_events(apart);
        Impossible::all(std::mem::take(&mut graph.impossible))?;
        graph.connect();
        Ok(graph)
    }

    /// Adds an event with its plain steps, which are written in the style of the plan.
    fn event(&mut self, key: &'a Key, action: Action, steps: Vec<Step>) -> usize {
        let steps = self.restyled(key, action, steps);
        let states = self.transition.from.get(key).zip(self.transition.to.get(key));
        let facets = states.filter(|_| action == Action::Alter);
        let facets = facets.map_or_else(BTreeSet::new, |(old, new)| Change::between(old, new).facets);
        self.events.push(Event { key, action, steps, facets, after: BTreeSet::new() });
        self.events.len() - 1
    }

    fn restyled(&mut self, key: &'a Key, action: Action, steps: Vec<Step>) -> Vec<Step> {
        let restyled = self.transition.restyled(key, action, steps);
        self.or_note(restyled)
    }

    /// Keeps what went wrong for the end, so that all of it is known at once.
    fn or_note<T: Default>(&mut self, result: Result<T, Impossible>) -> T {
        result.unwrap_or_else(|impossible| {
            self.impossible.push(impossible);
            T::default()
        })
    }

    fn add_events(&mut self, apart: &Apart<'a>) {
        let transition = self.transition;
        let mut covered: BTreeSet<&'a Key> = BTreeSet::new();
        // Parents come before their parts, so that what a parent covers is known in time.
        let mut fates: Vec<(&&'a Key, &Fate)> = transition.fates.iter().collect();
        let along = transition.taken_along();
        fates.sort_by_key(|(key, _)| (along.contains_key(*key), depth(transition, key)));
        for (key, fate) in fates {
            match fate {
                Fate::Drop | Fate::Recreate | Fate::GoesAlong => {
                    let added = self.add_drop(key, fate, apart, along.get(*key).copied());
                    self.or_note(added);
                }
                _ => {}
            }
            match fate {
                Fate::Create | Fate::Recreate if !covered.contains(*key) => {
                    let added = self.add_create(key, apart, &mut covered);
                    self.or_note(added);
                }
                Fate::Alter(_) if apart.late.contains(*key) => {
                    let added = self.add_split_alter(key);
                    self.or_note(added);
                }
                Fate::Alter(_) if apart.bounds.contains(*key) => {
                    let added = self.add_return(key);
                    self.or_note(added);
                }
                Fate::Alter(steps) if self.add_expansion(key, steps) => {}
                Fate::Alter(steps) | Fate::Retype(steps) | Fate::Rebuild(steps) => {
                    let event = self.event(key, Action::Alter, steps.clone());
                    self.built.insert(key, event);
                    self.torn.insert(key, event);
                    if matches!(fate, Fate::Rebuild(_)) {
                        self.cover_rebuilt(key, event, event);
                    }
                }
                Fate::Supersede { before, after } => {
                    let replaced = self.event(key, Action::Alter, before.clone());
                    let gone = self.event(key, Action::Drop, after.clone());
                    self.events[gone].after.insert(replaced);
                    self.built.insert(key, replaced);
                    self.torn.insert(key, gone);
                    self.cover_rebuilt(key, replaced, gone);
                    self.superseded.push((key, gone));
                }
                _ => {}
            }
        }
        for (key, facets) in &transition.lifted {
            let added = self.add_lift(key, facets);
            self.or_note(added);
        }
    }

    fn add_drop(
        &mut self,
        key: &'a Key,
        fate: &Fate,
        apart: &Apart<'a>,
        taken_by: Option<&Key>,
    ) -> Result<(), Impossible> {
        let Some(object) = self.transition.from.get(key) else { return Ok(()) };
        // What something else takes along needs no statement, unless it has to go first.
        let with_parent = taken_by.or(object.parent.as_ref()).and_then(|by| self.dropped.get(by)).copied();
        let along = matches!(fate, Fate::GoesAlong) || with_parent.is_some();
        if let (Some(parent), true, false) = (with_parent, along, apart.dropped.contains(key)) {
            self.dropped.insert(key, parent);
            self.torn.insert(key, parent);
            return Ok(());
        }
        let Some(kind) = self.transition.dialect.kind(key.kind()) else { return Ok(()) };
        let event = self.event(key, Action::Drop, kind.drop(object)?);
        self.dropped.insert(key, event);
        self.torn.insert(key, event);
        if let Some(parent) = with_parent {
            self.events[parent].after.insert(event);
        }
        Ok(())
    }

    fn add_create(
        &mut self,
        key: &'a Key,
        apart: &Apart<'a>,
        covered: &mut BTreeSet<&'a Key>,
    ) -> Result<(), Impossible> {
        let transition = self.transition;
        let (Some(object), Some(kind)) = (transition.to.get(key), transition.dialect.kind(key.kind())) else {
            return Ok(());
        };
        let is_made = |part: &&Object| {
            matches!(transition.fates.get(&part.key), Some(Fate::Create | Fate::Recreate))
                && !apart.parts.contains(&part.key)
        };
        let parts: Vec<&'a Object> =
            inline_parts(transition.dialect, transition.to, key).into_iter().filter(is_made).collect();
        let now = |object: &'a Object| -> (Object, Vec<&'a str>) {
            let late = if apart.late.contains(&object.key) { late_facets(object) } else { Vec::new() };
            (without(object, &late), late)
        };
        let (mut bare, late) = now(object);
        for part in transition.to.users(key).map(|part| &part.key).filter(|part| apart.parts.contains(part)) {
            bare = transition.dialect.without_part(&bare, part).unwrap_or(bare);
        }
        let bare_parts: Vec<(Object, Vec<&'a str>)> = parts.iter().map(|part| now(part)).collect();
        let made = bare_parts.iter().map(|(part, _)| part).collect::<Vec<_>>();
        let born_with = transition.born_with(object);
        let mut steps = if born_with.is_empty() {
            kind.create(&bare, &made)?
        } else {
            let mut born = without(&bare, &["grants"]);
            let mut steps = kind.create(&born, &made)?;
            born.facets.set("grants", born_with);
            steps.extend(self.altered(&born, &bare)?);
            steps
        };
        steps.extend(kind.restore(object));
        steps.extend(self.kept_elsewhere(key)?);
        let event = self.event(key, Action::Create, steps);
        self.put_off(event);
        let pieces = [(&**object, late)]
            .into_iter()
            .chain(parts.into_iter().zip(bare_parts).map(|(p, (_, late))| (p, late)));
        for (piece, late) in pieces {
            covered.insert(&piece.key);
            self.built.insert(&piece.key, event);
            if late.is_empty() {
                continue;
            }
            let bare = without(piece, &late);
            let steps = self.altered(&bare, piece)?;
            let event = self.event(&piece.key, Action::Alter, steps);
            self.built_late.extend(late.into_iter().map(|facet| ((&piece.key, facet), event)));
        }
        Ok(())
    }

    /// The statements for what others keep of a part that is made.
    fn kept_elsewhere(&self, part: &'a Key) -> Result<Vec<Step>, Impossible> {
        let transition = self.transition;
        let mut steps = Vec::new();
        for whole in transition.keepers(part) {
            let Some(new) = transition.to.get(whole) else { continue };
            // What is made itself brings its own grants, but its parts that are not made with it.
            let made = matches!(transition.fates.get(whole), Some(Fate::Create | Fate::Recreate));
            let own = transition.to.get(part).is_some_and(|part| part.parent.as_ref() == Some(whole));
            if made && !own {
                continue;
            }
            if let Some(without) = transition.dialect.without_part(new, part) {
                steps.extend(self.altered(&without, new)?);
            }
        }
        Ok(steps)
    }

    /// Whether an object gets or loses, in this plan, the facet that a requirement is for.
    fn concerns(&self, key: &Key, facet: Option<&str>) -> bool {
        let Some(facet) = facet else { return true };
        let stays = matches!(self.transition.fates.get(key), Some(Fate::Alter(_) | Fate::Retype(_)));
        let states = self.transition.from.get(key).zip(self.transition.to.get(key));
        !stays || states.is_none_or(|(old, new)| old.facets.get(facet) != new.facets.get(facet))
    }

    /// The parts of what is made anew are made with it.
    fn cover_rebuilt(&mut self, key: &'a Key, built: usize, torn: usize) {
        let parts =
            self.transition.fates.iter().filter(|(part, fate)| {
                matches!(fate, Fate::InRebuild) && part.path().starts_with(key.path())
            });
        for (part, _) in parts {
            self.built.insert(part, built);
            self.torn.insert(part, torn);
        }
    }

    fn altered(&self, old: &Object, new: &Object) -> Result<Vec<Step>, Impossible> {
        let kind = self.transition.dialect.kind(old.key.kind());
        let Transition { server, from, to, .. } = *self.transition;
        let change = Change { server, catalogs: Some([from, to]), ..Change::between(old, new) };
        match kind.map(|kind| kind.alter(&change)).transpose()? {
            Some(crate::dialect::Alteration::InPlace(steps)) => Ok(steps),
            _ => Err(Impossible::new(&old.key, "it cannot be changed in two goes")),
        }
    }

    /// The objects of each circle of events.
    fn circles(&self) -> Vec<Vec<&'a Key>> {
        let mut graph: DiGraph<usize, ()> = DiGraph::with_capacity(self.events.len(), self.events.len());
        let nodes: Vec<_> = (0..self.events.len()).map(|event| graph.add_node(event)).collect();
        for (then, event) in self.events.iter().enumerate() {
            for first in &event.after {
                graph.add_edge(nodes[*first], nodes[then], ());
            }
        }
        let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
        circles.map(|circle| circle.into_iter().map(|node| self.events[graph[node]].key).collect()).collect()
    }

    /// The events in an order that respects the graph and is always the same: what goes first,
    /// then kind by kind, then by name.
    fn sorted(self) -> Vec<Event<'a>> {
        let rank = |event: &Event<'_>| {
            let rank = self.transition.dialect.rank(event.key.kind());
            let object = self.transition.to.get(event.key).or_else(|| self.transition.from.get(event.key));
            let position = object.map_or(0, |object| object.position);
            let foreign_key = object.is_some_and(|object| object.facets.text("type") == Some("FOREIGN KEY"));
            // What cannot share a transaction comes last, so that it divides nothing.
            let apart = event.steps.iter().any(|step| !step.transaction.is_shared());
            match event.action {
                Action::Drop if apart => (3, usize::MAX - rank, false, 0),
                Action::Drop => (0, usize::MAX - rank, false, 0),
                Action::Alter | Action::Create => (1 + u8::from(apart), rank, foreign_key, position),
            }
        };
        let ranks: Vec<_> = self.events.iter().map(rank).collect();
        let mut waiting: Vec<usize> = self.events.iter().map(|event| event.after.len()).collect();
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.events.len()];
        for (then, event) in self.events.iter().enumerate() {
            event.after.iter().for_each(|first| next[*first].push(then));
        }
        let entry = |event: usize| {
            let key = self.events[event].key;
            let (class, rank, late, position) = ranks[event];
            Reverse((
                class,
                rank,
                late,
                key.path()[..key.path().len().min(2)].to_vec(),
                position,
                key.clone(),
                event,
            ))
        };
        let mut ready: BinaryHeap<_> =
            (0..self.events.len()).filter(|event| waiting[*event] == 0).map(entry).collect();
        let mut place = vec![0; self.events.len()];
        let mut sequence = Vec::with_capacity(self.events.len());
        while let Some(Reverse((.., event))) = ready.pop() {
            place[event] = sequence.len();
            sequence.push(event);
            for then in &next[event] {
                waiting[*then] -= 1;
                if waiting[*then] == 0 {
                    ready.push(entry(*then));
                }
            }
        }
        let mut events: Vec<Option<Event<'a>>> = self.events.into_iter().map(Some).collect();
        let mut sorted: Vec<Event<'a>> =
            sequence.into_iter().filter_map(|event| events[event].take()).collect();
        for event in &mut sorted {
            event.after = event.after.iter().map(|first| place[*first]).collect();
        }
        sorted
    }
}

/// How many objects an object is a part of, one inside the other.
fn depth(transition: &Transition<'_>, key: &Key) -> usize {
    let object = transition.from.get(key).or_else(|| transition.to.get(key));
    let parent = object.and_then(|object| object.parent.as_ref());
    parent.map_or(0, |parent| 1 + depth(transition, parent))
}

/// The facets of an object that need something that the object can be made without.
fn late_facets(object: &Object) -> Vec<&str> {
    let mut facets: Vec<&str> =
        object.requires.iter().filter_map(|requirement| requirement.facet.as_deref()).collect();
    facets.sort_unstable();
    facets.dedup();
    facets
}

fn without(object: &Object, facets: &[&str]) -> Object {
    let mut object = object.clone();
    facets.iter().for_each(|facet| object.facets.set(facet, serde_json::Value::Null));
    object
}
