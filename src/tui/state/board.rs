//! The matrix: every object once, with one cell for each target.

mod builder;
mod rows;

use std::sync::Arc;

pub use rows::Node;

use self::rows::Rows;
use super::comparison::Comparison;
use crate::{
    dialect::Dialect,
    diff::Status,
    model::{Key, Kind, Snapshot},
    plan::HazardCode,
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
    /// All objects that stand in one way, or whose difference can hurt in one way.
    Group(Group),
    /// An object.
    Object(Key),
}

/// By what the rows are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    /// By schema and kind.
    #[default]
    Schema,
    /// By what has to be done at the active target.
    Action,
    /// By the gravest hazard of closing the difference there.
    Hazard,
}

impl Grouping {
    /// The grouping that comes after this one.
    pub fn next(self) -> Self {
        match self {
            Grouping::Schema => Grouping::Action,
            Grouping::Action => Grouping::Hazard,
            Grouping::Hazard => Grouping::Schema,
        }
    }

    /// The grouping in words.
    pub fn words(self) -> &'static str {
        match self {
            Grouping::Schema => "by schema and kind",
            Grouping::Action => "by what has to be done",
            Grouping::Hazard => "by the gravest hazard",
        }
    }
}

/// One of the groups, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Closing the difference has this hazard.
    Hazard(HazardCode),
    /// Closing the difference has no hazard.
    Harmless,
    /// It has to be made.
    Create,
    /// It has to be changed.
    Alter,
    /// It has to be dropped.
    Drop,
    /// It could not be read.
    Unknown,
    /// It differs, and that was accepted.
    Accepted,
    /// It does not differ.
    Same,
}

impl Group {
    /// The heading of the group.
    pub fn label(self) -> &'static str {
        match self {
            Group::Hazard(code) => code.code(),
            Group::Harmless => "no hazard",
            Group::Create => "to create",
            Group::Alter => "to change",
            Group::Drop => "to drop",
            Group::Unknown => "unknown",
            Group::Accepted => "accepted",
            Group::Same => "the same here",
        }
    }
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
    /// It differs so, and that was accepted.
    Accepted(Status),
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

/// All rows, in order, with a cell for each target.
#[derive(Clone, Debug, Default)]
pub struct Board {
    rows: Rows,
    targets: usize,
    cells: Vec<Cell>,
    counts: Vec<Counts>,
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
    /// By what the rows are put together.
    pub grouping: Grouping,
    /// The target that groups are about.
    pub active: usize,
}

impl Board {
    /// Puts all objects of all sides in one tree. Pure, and of linear cost but for the sorting.
    pub fn build(sides: &Sides) -> Self {
        builder::build(sides)
    }

    /// How many targets have a cell in each row.
    pub fn targets(&self) -> usize {
        self.targets
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// A row.
    pub fn node(&self, row: usize) -> Node<'_> {
        self.rows.get(row)
    }

    /// The row of an id.
    pub fn row(&self, id: &NodeId) -> Option<usize> {
        self.rows.find(id)
    }

    /// The row of an object.
    pub fn row_of(&self, key: &Key) -> Option<usize> {
        self.row(&builder::id_of(key))
    }

    /// Whether a row has others inside.
    pub fn has_children(&self, row: usize) -> bool {
        self.node(row).end > row + 1
    }

    /// How the object of a row stands at a target.
    pub fn cell(&self, row: usize, target: usize) -> Cell {
        let cells = self.cells.get(row * self.targets..(row + 1) * self.targets);
        cells.and_then(|cells| cells.get(target)).copied().unwrap_or_default()
    }

    /// What differs at a target, in a row and all that is inside it.
    pub fn counts(&self, row: usize, target: usize) -> Counts {
        let counts = self.counts.get(row * self.targets..(row + 1) * self.targets);
        counts.and_then(|counts| counts.get(target)).copied().unwrap_or_default()
    }

    /// Whether anything differs at any target, in a row and all that is inside it.
    pub fn differs(&self, row: usize) -> bool {
        (0..self.targets).any(|target| self.counts(row, target).total() > 0)
    }

    /// Whether the object of a row itself differs at any target.
    pub fn differs_itself(&self, row: usize) -> bool {
        (0..self.targets)
            .any(|target| matches!(self.cell(row, target), Cell::Is(status) if status != Status::Same))
    }

    /// Whether the difference of a row's object was accepted at any target.
    pub fn is_accepted(&self, row: usize) -> bool {
        (0..self.targets).any(|target| matches!(self.cell(row, target), Cell::Accepted(_)))
    }

    /// The rows that a row is inside of, the innermost first.
    pub fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.rows.parent(row), |row| self.rows.parent(*row))
    }
}
