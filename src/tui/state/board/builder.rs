//! Lays the rows of the matrix out: what is inside of what, and in which order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Board, Cell, Counts, Group, Grouping, NodeId, Sides, rows::Rows};
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
    /// What is inside of what, each row once.
    inside: HashMap<NodeId, Vec<NodeId>>,
    tops: BTreeSet<NodeId>,
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
            tops: BTreeSet::new(),
            board: Board { targets: sides.targets.len(), ..Board::default() },
        }
    }

    /// Notes for every object, and for every heading above it, what it is inside of.
    fn collect_by_schema(&mut self) {
        let mut headings: BTreeSet<NodeId> = BTreeSet::new();
        for (key, object) in &self.objects {
            let id = id_of(key);
            let parent = object.parent.as_ref().filter(|parent| !is_schema(parent));
            match parent.filter(|parent| self.objects.contains_key(parent)) {
                Some(parent) => self.inside.entry(id_of(parent)).or_default().push(id),
                None if is_schema(key) => drop(self.tops.insert(id)),
                None => {
                    let schema = (key.path().len() > 1).then(|| Box::from(key.root()));
                    let heading = NodeId::Kinds(schema.clone(), key.kind());
                    self.inside.entry(heading.clone()).or_default().push(id);
                    if headings.insert(heading.clone()) {
                        let top = schema.map_or(NodeId::Database, NodeId::Schema);
                        self.inside.entry(top.clone()).or_default().push(heading);
                        self.tops.insert(top);
                    }
                }
            }
        }
    }

    /// Notes for every object which group it is in; a part goes with its parent where that is in the
    /// same group.
    fn collect_by_group(&mut self) {
        for key in self.objects.keys() {
            let group = self.group(key);
            let parent = self.objects[key].parent.as_ref().filter(|parent| !is_schema(parent));
            let parent =
                parent.filter(|parent| self.objects.contains_key(parent) && self.group(parent) == group);
            let inside = parent.map_or(NodeId::Group(group), id_of);
            self.inside.entry(inside).or_default().push(id_of(key));
            self.tops.insert(NodeId::Group(group));
        }
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

    /// Lays the rows out, each before what is inside it, and sums up from the last to the first.
    fn finish(mut self) -> Board {
        // With room for the headings.
        let rows = self.objects.len() + self.inside.len();
        let targets = self.board.targets;
        self.board.rows = Rows::with_capacity(rows);
        self.board.cells.reserve(rows * targets);
        self.board.counts.reserve(rows * targets);
        let mut tops: Vec<NodeId> = std::mem::take(&mut self.tops).into_iter().collect();
        tops.sort_by_key(|id| (*id == NodeId::Database, *id == NodeId::Group(Group::Same)));
        for top in tops {
            self.lay_out(top, None);
        }
        let mut board = self.board;
        for row in (0..board.len()).rev() {
            if let Some(parent) = board.rows.parent(row) {
                for target in 0..targets {
                    let counts = board.counts[row * targets + target];
                    board.counts[parent * targets + target].add(counts);
                }
            }
        }
        board.rows.shrink_to_fit();
        board.cells.shrink_to_fit();
        board.counts.shrink_to_fit();
        board
    }

    fn lay_out(&mut self, id: NodeId, parent: Option<usize>) {
        let mut inside = self.inside.remove(&id).unwrap_or_default();
        inside.sort_by_cached_key(|id| self.order(id));
        let (key, label) = (self.key(&id), self.label(&id, parent));
        for target in &self.sides.targets {
            let (cell, counts) = self.judge(key.as_ref(), target.as_deref());
            self.board.cells.push(cell);
            self.board.counts.push(counts);
        }
        let row = self.board.rows.push(id, key, label, parent);
        for id in inside {
            self.lay_out(id, Some(row));
        }
        self.board.rows.close(row);
    }

    /// The object that a row stands for.
    fn key(&self, id: &NodeId) -> Option<Key> {
        match id {
            NodeId::Object(key) => Some(key.clone()),
            NodeId::Schema(name) => {
                let key = Key::new(Kind::of("schema"), [name.clone()]);
                self.objects.contains_key(&key).then_some(key)
            }
            NodeId::Database | NodeId::Kinds(..) | NodeId::Group(_) => None,
        }
    }

    fn label(&self, id: &NodeId, parent: Option<usize>) -> String {
        let named =
            |name: &str| if name.is_empty() { "\"\"".to_owned() } else { text::clean(name).into_owned() };
        let in_group = || parent.is_some_and(|row| matches!(self.board.node(row).id, NodeId::Group(_)));
        match id {
            NodeId::Database => "database".to_owned(),
            NodeId::Schema(name) => named(name),
            NodeId::Kinds(_, kind) => {
                let known = self.sides.dialect.kind(*kind);
                known.map_or_else(|| format!("{kind}s"), |kind| kind.plural().to_owned())
            }
            NodeId::Group(group) => group.label().to_owned(),
            NodeId::Object(key) if in_group() => named(&key.dotted()),
            NodeId::Object(key) => named(key.name()),
        }
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
