//! The matrix: every object once, with one cell for each target.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::comparison::Comparison;
use crate::{
    dialect::Dialect,
    diff::Status,
    model::{Key, Kind, Object, Snapshot},
    tui::text,
};

/// By what a row is known, whatever is read again, filtered or sorted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeId {
    /// What belongs to the database as a whole.
    Database,
    /// A schema.
    Schema(Box<str>),
    /// All objects of a kind in a schema; those of the database as a whole have no schema.
    Kinds(Option<Box<str>>, Kind),
    /// An object.
    Object(Key),
}

/// How an object stands at one target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// The target has not been compared yet.
    #[default]
    NotRead,
    /// Neither canonical nor this target has it: another target does.
    Absent,
    /// It was compared.
    Is(Status),
}

/// How many differences of each kind there are in a row with all that is inside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are missing.
    pub missing: u32,
    /// Those that changed.
    pub changed: u32,
    /// Those that are extra.
    pub extra: u32,
    /// Those that could not be read.
    pub unknown: u32,
    /// Those whose closing can hurt something.
    pub hazardous: u32,
}

impl Counts {
    /// How many differences there are.
    pub fn total(self) -> u32 {
        self.missing + self.changed + self.extra + self.unknown
    }

    /// Each status that occurs, with how often.
    pub fn each(self) -> impl Iterator<Item = (Status, u32)> {
        let all = [
            (Status::Missing, self.missing),
            (Status::Changed, self.changed),
            (Status::Extra, self.extra),
            (Status::Unknown, self.unknown),
        ];
        all.into_iter().filter(|(_, count)| *count > 0)
    }

    fn add(&mut self, other: Counts) {
        self.missing += other.missing;
        self.changed += other.changed;
        self.extra += other.extra;
        self.unknown += other.unknown;
        self.hazardous += other.hazardous;
    }

    /// Counts one more of a status.
    pub fn count(&mut self, status: Status) {
        if let Some(count) = self.of(status) {
            *count += 1;
        }
    }

    /// Counts one less of a status.
    pub fn discount(&mut self, status: Status) {
        if let Some(count) = self.of(status) {
            *count = count.saturating_sub(1);
        }
    }

    fn of(&mut self, status: Status) -> Option<&mut u32> {
        match status {
            Status::Same => None,
            Status::Changed => Some(&mut self.changed),
            Status::Missing => Some(&mut self.missing),
            Status::Extra => Some(&mut self.extra),
            Status::Unknown => Some(&mut self.unknown),
        }
    }
}

/// One row of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// By what it is known.
    pub id: NodeId,
    /// The object it stands for, if it is not a mere heading.
    pub key: Option<Key>,
    /// Its name, clean.
    pub label: String,
    /// Its dotted path in lower case, for the filter.
    pub search: String,
    /// The row it is inside of.
    pub parent: Option<usize>,
    /// How many rows it is inside of.
    pub depth: usize,
    /// The row behind the last one inside it. Rows are in order, each before what is inside it.
    pub end: usize,
}

/// All rows, in order, with a cell for each target.
#[derive(Clone, Debug, Default)]
pub struct Board {
    nodes: Vec<Node>,
    targets: usize,
    cells: Vec<Cell>,
    counts: Vec<Counts>,
    by_id: HashMap<NodeId, usize>,
}

/// What a board is made from; a target that was not compared yet has nothing.
#[derive(Clone)]
pub struct Sides {
    /// How everything is spelled.
    pub dialect: &'static dyn Dialect,
    /// The schema that is meant.
    pub canonical: Arc<Snapshot>,
    /// The targets.
    pub targets: Vec<Option<Arc<Comparison>>>,
}

impl Board {
    /// Puts all objects of all sides in one tree. Pure, and of linear cost but for the sorting.
    pub fn build(sides: &Sides) -> Self {
        let mut builder = Builder::new(sides);
        builder.collect();
        builder.finish()
    }

    /// How many targets have a cell in each row.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A row.
    pub fn node(&self, row: usize) -> &Node {
        &self.nodes[row]
    }

    /// The row of an id.
    pub fn row(&self, id: &NodeId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The row of an object.
    pub fn row_of(&self, key: &Key) -> Option<usize> {
        self.row(&id_of(key))
    }

    /// Whether a row has others inside.
    pub fn has_children(&self, row: usize) -> bool {
        self.nodes[row].end > row + 1
    }

    /// How the object of a row stands at a target.
    pub fn cell(&self, row: usize, target: usize) -> Cell {
        self.cells.get(row * self.targets + target).copied().unwrap_or_default()
    }

    /// What differs at a target, in a row and all that is inside it.
    pub fn counts(&self, row: usize, target: usize) -> Counts {
        self.counts.get(row * self.targets + target).copied().unwrap_or_default()
    }

    /// Whether anything differs at any target, in a row and all that is inside it.
    pub fn differs(&self, row: usize) -> bool {
        (0..self.targets).any(|target| self.counts(row, target).total() > 0)
    }

    /// Whether the object of a row itself differs at any target.
    pub fn differs_itself(&self, row: usize) -> bool {
        (0..self.targets).any(|target| {
            !matches!(self.cell(row, target), Cell::NotRead | Cell::Absent | Cell::Is(Status::Same))
        })
    }

    /// The rows that a row is inside of, the innermost first.
    pub fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.nodes[row].parent, |row| self.nodes[*row].parent)
    }
}

/// A schema's own object and the heading of what is inside it are one row.
fn id_of(key: &Key) -> NodeId {
    if is_schema(key) { NodeId::Schema(key.root().into()) } else { NodeId::Object(key.clone()) }
}

fn is_schema(key: &Key) -> bool {
    key.kind().name() == "schema"
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
    fn collect(&mut self) {
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
        for (id, parent) in above {
            match parent {
                Some(parent) => self.inside.entry(parent).or_default().push(id),
                None => self.tops.push(id),
            }
        }
        self.tops.sort_by_key(|id| *id == NodeId::Database);
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
        let node = self.node(id, parent, depth);
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

    fn node(&self, id: NodeId, parent: Option<usize>, depth: usize) -> Node {
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
            NodeId::Database => (0, 0, String::new()),
            NodeId::Schema(name) => (0, 0, name.to_string()),
            NodeId::Kinds(_, kind) => (self.sides.dialect.rank(*kind), 0, kind.name().to_owned()),
            NodeId::Object(key) => {
                let position = self.objects.get(key).map_or(0, |object| object.position);
                (self.sides.dialect.rank(key.kind()), position, key.name().to_owned())
            }
        }
    }
}
