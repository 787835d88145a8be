//! How much of the selection is inside each row: worked out when the selection or the rows change,
//! and not once a frame.

use super::{board::Board, comparison::Comparison, selection::Selection, tree::Tree};
use crate::model::Key;

/// The selection of the active target, seen from the rows.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// What it was worked out from: the target, and the revisions of its selection and of the tree.
    of: Option<(usize, u64, u64)>,
    inside: Vec<u32>,
    /// How many differences are selected; what comes and goes as a whole is one.
    pub count: usize,
    /// How many of those the filter hides.
    pub hidden: usize,
}

impl Marks {
    /// Works everything out, if anything has changed.
    pub fn refresh(
        &mut self,
        target: usize,
        selection: &Selection,
        comparison: Option<&Comparison>,
        board: &Board,
        tree: &Tree,
    ) {
        let of = Some((target, selection.revision(), tree.revision()));
        if self.of != of {
            *self = Marks::of(selection, comparison, board, tree);
            self.of = of;
        }
    }

    /// Works everything out. Linear in the size of the selection.
    pub fn of(selection: &Selection, comparison: Option<&Comparison>, board: &Board, tree: &Tree) -> Self {
        let mut marks = Marks { inside: vec![0; board.len()], ..Marks::default() };
        marks.count = selection.renames().len();
        for key in selection.keys() {
            let row = board.row_of(key);
            for above in row.into_iter().flat_map(|row| board.ancestors(row)) {
                marks.inside[above] += 1;
            }
            if stands_for_itself(key, row, selection, comparison, board) {
                marks.count += 1;
                marks.hidden += usize::from(!row.is_some_and(|row| tree.is_matched(row)));
            }
        }
        marks
    }

    /// Whether anything inside a row is selected.
    pub fn any_inside(&self, row: usize) -> bool {
        self.inside.get(row).is_some_and(|count| *count > 0)
    }
}

/// Whether a selected difference is one of its own: not a part that comes and goes with its parent,
/// unless the parent is not selected.
fn stands_for_itself(
    key: &Key,
    row: Option<usize>,
    selection: &Selection,
    comparison: Option<&Comparison>,
    board: &Board,
) -> bool {
    let parent = || board.node(board.node(row?).parent?).key;
    comparison.is_none_or(|comparison| comparison.whole.contains(key))
        || !parent().is_some_and(|parent| selection.contains(parent))
}
