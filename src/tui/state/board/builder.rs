//! Lays the rows of the matrix out: what is inside of what, and in which order.

use std::collections::{BTreeMap, HashMap};

use super::{Board, Cell, Counts, Group, Grouping, Node, NodeId, Sides};
use crate::{
    diff::Status,
    model::{Key, Kind, Object},
    plan::Direction,
    tui::{state::comparison::Comparison, text},
};

/// A schema's own object and the heading of what is inside it are one row.
pub fn id_of(key: &Key) -> NodeId {
    if is_schema(key) { NodeId::Schema(key.root().into()) } else { NodeId::Object(key.clone()) }
}

fn is_schema(key: &Key) -> bool {
    key.kind().name() == "schema"
}

/// Puts all objects of all sides in one tree.
pub fn build(sides: &Sides) -> Board {
    let mut builder = Builder::new(sides);
    match sides.grouping {
        Grouping::Schema => builder.collect_by_schema(),
        Grouping::Action | Grouping::Hazard => builder.collect_by_group(),
    }
    builder.finish()
}

struct Builder<'a> {
    sides: &'a Sides,
    objects: BTreeMap<&'a Key, &'a Object>,
    inside: HashMap<NodeId, Vec<NodeId>>,
    tops: Vec<NodeId>,
    board: Board,
}

impl<'a> Builder<'a> {
    fn new(sides: &'a Sides) -> Self {
        let targets = sides.targets.iter().flatten().flat_map(|target| target.snapshot.catalog.iter());
        let objects = targets.chain(sides.canonical.catalog.iter());
        Builder {
            sides,
            objects: objects.map(|object| (&object.key, &**object)).collect(),
            inside: HashMap::new(),
            tops: Vec::new(),
            board: Board { targets: sides.targets.len(), ..Board::default() },
        }
    }

    /// Notes for every object, and for every heading above it, what it is inside of.
    fn collect_by_schema(&mut self) {
        let mut above: BTreeMap<NodeId, Option<NodeId>> = BTreeMap::new();
        for (key, object) in &self.objects {
            let id = id_of(key);
            let parent = object.parent.as_ref().filter(|parent| !is_schema(parent));
            match parent.filter(|parent| self.objects.contains_key(parent)) {
                Some(parent) => {
                    above.insert(id, Some(id_of(parent)));
                }
                None if is_schema(key) => {
                    above.insert(id, None);
                }
                None => {
                    let schema = (key.path().len() > 1).then(|| Box::from(key.root()));
                    let heading = NodeId::Kinds(schema.clone(), key.kind());
                    let top = schema.map_or(NodeId::Database, NodeId::Schema);
                    above.insert(id, Some(heading.clone()));
                    above.insert(heading, Some(top.clone()));
                    above.entry(top).or_insert(None);
                }
            }
        }
        self.put(above);
    }

    /// Notes for every object which group it is in; a part goes with its parent where that is in the
    /// same group.
    fn collect_by_group(&mut self) {
        let mut above: BTreeMap<NodeId, Option<NodeId>> = BTreeMap::new();
        for (key, object) in &self.objects {
            let group = self.group(key);
            let parent = object.parent.as_ref().filter(|parent| !is_schema(parent));
            let parent =
                parent.filter(|parent| self.objects.contains_key(parent) && self.group(parent) == group);
            let inside = parent.map_or(NodeId::Group(group), id_of);
            above.insert(id_of(key), Some(inside));
            above.insert(NodeId::Group(group), None);
        }
        self.put(above);
    }

    fn group(&self, key: &Key) -> Group {
        let comparison = self.sides.targets.get(self.sides.active).and_then(Option::as_deref);
        let Some(comparison) = comparison else { return Group::Unknown };
        // What comes or goes with its parent is done with its parent.
        let differs = comparison.drift.status(key) != Status::Same && !comparison.is_accepted(key);
        let follows = differs && !comparison.whole.contains(key);
        let parent = self.objects.get(key).and_then(|object| object.parent.as_ref()).filter(|_| follows);
        if let Some(parent) = parent.filter(|parent| self.objects.contains_key(parent)) {
            return self.group(parent);
        }
        let turned = comparison.direction == Direction::CanonicalFollows;
        match comparison.drift.status(key) {
            _ if comparison.is_accepted(key) => Group::Accepted,
            Status::Same => Group::Same,
            Status::Unknown => Group::Unknown,
            _ if self.sides.grouping == Grouping::Hazard => {
                let gravest = comparison.hazards_of(key).map(|hazard| hazard.code).min();
                gravest.map_or(Group::Harmless, Group::Hazard)
            }
            Status::Changed => Group::Alter,
            Status::Missing if turned => Group::Drop,
            Status::Extra if turned => Group::Create,
            Status::Missing => Group::Create,
            Status::Extra => Group::Drop,
        }
    }

    fn put(&mut self, above: BTreeMap<NodeId, Option<NodeId>>) {
        for (id, parent) in above {
            match parent {
                Some(parent) => self.inside.entry(parent).or_default().push(id),
                None => self.tops.push(id),
            }
        }
        self.tops.sort_by_key(|id| (*id == NodeId::Database, *id == NodeId::Group(Group::Same)));
    }

    /// Lays the rows out, each before what is inside it, and sums up from the last to the first.
    fn finish(mut self) -> Board {
        for top in std::mem::take(&mut self.tops) {
            self.lay_out(top, None, 0);
        }
        let targets = self.board.targets;
        for row in (0..self.board.nodes.len()).rev() {
            if let Some(parent) = self.board.nodes[row].parent {
                for target in 0..targets {
                    let counts = self.board.counts[row * targets + target];
                    self.board.counts[parent * targets + target].add(counts);
                }
            }
        }
        self.board
    }

    fn lay_out(&mut self, id: NodeId, parent: Option<usize>, depth: usize) {
        let mut inside = self.inside.remove(&id).unwrap_or_default();
        inside.sort_by_cached_key(|id| self.order(id));
        let row = self.board.nodes.len();
        let in_group = parent.is_some_and(|row| matches!(self.board.nodes[row].id, NodeId::Group(_)));
        let node = self.node(id, parent, depth, in_group);
        for target in &self.sides.targets {
            let (cell, counts) = self.judge(node.key.as_ref(), target.as_deref());
            self.board.cells.push(cell);
            self.board.counts.push(counts);
        }
        self.board.by_id.insert(node.id.clone(), row);
        self.board.nodes.push(node);
        for id in inside {
            self.lay_out(id, Some(row), depth + 1);
        }
        self.board.nodes[row].end = self.board.nodes.len();
    }

    fn node(&self, id: NodeId, parent: Option<usize>, depth: usize, in_group: bool) -> Node {
        let named =
            |name: &str| if name.is_empty() { "\"\"".to_owned() } else { text::clean(name).into_owned() };
        let (label, key) = match &id {
            NodeId::Database => ("database".to_owned(), None),
            NodeId::Schema(name) => {
                let key = Key::new(Kind::of("schema"), [name.clone()]);
                (named(name), self.objects.contains_key(&key).then_some(key))
            }
            NodeId::Kinds(_, kind) => {
                let plural = self
                    .sides
                    .dialect
                    .kind(*kind)
                    .map_or_else(|| format!("{kind}s"), |kind| kind.plural().to_owned());
                (plural, None)
            }
            NodeId::Group(group) => (group.label().to_owned(), None),
            NodeId::Object(key) if in_group => (named(&key.dotted()), Some(key.clone())),
            NodeId::Object(key) => (named(key.name()), Some(key.clone())),
        };
        let search = key.as_ref().map_or_else(String::new, |key| key.path().join(".").to_lowercase());
        Node { id, key, label, search, parent, depth, end: 0 }
    }

    fn judge(&self, key: Option<&Key>, target: Option<&Comparison>) -> (Cell, Counts) {
        let (Some(key), Some(target)) = (key, target) else {
            return (Cell::NotRead, Counts::default());
        };
        match target.drift.status(key) {
            Status::Same
                if !target.snapshot.catalog.contains(key) && !self.sides.canonical.catalog.contains(key) =>
            {
                (Cell::Absent, Counts::default())
            }
            status if target.is_accepted(key) => (Cell::Accepted(status), Counts::default()),
            status => {
                let hazardous = u32::from(target.hazards.contains_key(key));
                let mut counts = Counts { hazardous, ..Counts::default() };
                if target.whole.contains(key) {
                    counts.count(status);
                }
                (Cell::Is(status), counts)
            }
        }
    }

    /// Kinds in the order in which they are created; objects of a kind as they stand in their
    /// parent, as columns do, or else by name.
    fn order(&self, id: &NodeId) -> (usize, u32, String) {
        match id {
            NodeId::Database | NodeId::Group(_) => (0, 0, String::new()),
            NodeId::Schema(name) => (0, 0, name.to_string()),
            NodeId::Kinds(_, kind) => (self.sides.dialect.rank(*kind), 0, kind.name().to_owned()),
            NodeId::Object(key) => {
                let position = self.objects.get(key).map_or(0, |object| object.position);
                (self.sides.dialect.rank(key.kind()), position, key.path().join("."))
            }
        }
    }
}
