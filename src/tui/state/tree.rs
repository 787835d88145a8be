//! Which rows of the board are on the screen: expansion, cursor, filter and scroll position.

use std::collections::HashMap;

use super::{
    board::{Board, Cell, NodeId},
    filter::{Against, Filter, Rank},
};
use crate::diff::Status;

/// What was expanded and collapsed.
#[derive(Clone, Debug, Default)]
struct Expansion {
    /// Row by row.
    each: HashMap<NodeId, bool>,
    /// All others, if that was said of all; the headings at the top stay open.
    all: Option<bool>,
}

/// The view of the board. Everything that lasts is held by the rows' ids, so that neither a
/// refresh nor a filter moves it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    cursor: Option<NodeId>,
    /// Where a range was started.
    pub range: Option<NodeId>,
    /// Whether objects that differ nowhere are shown too.
    pub show_all: bool,
    /// Whether differences that were accepted are shown too.
    pub show_accepted: bool,
    open: Expansion,
    /// What was expanded or collapsed while a filter was there: forgotten with the filter.
    open_in_filter: Expansion,
    filtering: bool,
    ranks: Vec<Option<Rank>>,
    shown: Vec<bool>,
    inner: Vec<bool>,
    rows: Vec<usize>,
    at: usize,
    offset: usize,
    revision: u64,
}

impl Tree {
    /// The rows that can be scrolled to, in order.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// Where the cursor is among the rows.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Where the first row on the screen is among the rows.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// A number that is another one whenever other rows fit.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The board's row under the cursor.
    pub fn current(&self) -> Option<usize> {
        self.rows.get(self.at).copied()
    }

    /// Whether a row fits the filter by itself, expanded to or not.
    pub fn is_matched(&self, row: usize) -> bool {
        self.ranks.get(row).copied().flatten().is_some()
    }

    /// Whether something inside a row can be shown.
    pub fn has_inner(&self, row: usize) -> bool {
        self.inner.get(row).copied().unwrap_or_default()
    }

    /// Whether a row is expanded.
    pub fn is_open(&self, board: &Board, row: usize) -> bool {
        let chosen = if self.filtering { &self.open_in_filter } else { &self.open };
        let node = board.node(row);
        let own = if chosen.each.is_empty() { None } else { chosen.each.get(node.id).copied() };
        let stays = node.depth == 0 && !matches!(node.id, NodeId::Group(_));
        own.or_else(|| chosen.all.map(|open| open || stays))
            .unwrap_or_else(|| self.filtering || opens_by_itself(board, row))
    }

    /// Expands or collapses a row.
    pub fn set_open(&mut self, board: &Board, row: usize, open: bool) {
        self.expansion_mut().each.insert(board.node(row).id.clone(), open);
        self.lay_out(board);
    }

    /// Expands or collapses every row; schemas, at the top, stay open.
    pub fn set_all_open(&mut self, board: &Board, open: bool) {
        *self.expansion_mut() = Expansion { each: HashMap::new(), all: Some(open) };
        self.lay_out(board);
    }

    fn expansion_mut(&mut self) -> &mut Expansion {
        if self.filtering { &mut self.open_in_filter } else { &mut self.open }
    }

    /// Takes a board, a filter, or both, as they are now.
    pub fn refresh(&mut self, board: &Board, filter: &Filter, against: Against<'_>) {
        self.filtering = !filter.is_empty();
        self.revision += 1;
        if self.filtering {
            self.ranks = filter.ranks(board, against);
        } else {
            self.ranks = vec![Some(0); board.len()];
            self.open_in_filter = Expansion::default();
        }
        let accepted = self.show_accepted || filter.asks_for_accepted();
        for row in 0..board.len() {
            let wanted = self.show_all || board.differs_itself(row) || accepted && board.is_accepted(row);
            if board.node(row).key.is_none() || !wanted {
                self.ranks[row] = None;
            }
        }
        self.shown = self.ranks.iter().map(Option::is_some).collect();
        self.inner = vec![false; board.len()];
        for row in (0..board.len()).rev().filter(|row| self.shown[*row]).collect::<Vec<_>>() {
            for above in board.ancestors(row) {
                if std::mem::replace(&mut self.inner[above], true) {
                    break;
                }
                self.shown[above] = true;
            }
        }
        self.lay_out(board);
    }

    /// Forgets what was expanded for the filter that was there, because it is another one now.
    pub fn forget_filter_expansion(&mut self) {
        self.open_in_filter = Expansion::default();
    }

    fn lay_out(&mut self, board: &Board) {
        self.rows.clear();
        let mut row = 0;
        while row < board.len() {
            // Most rows have nothing inside: looking up what was expanded is not for them.
            let enters = self.inner[row] && self.is_open(board, row);
            if self.shown[row] {
                self.rows.push(row);
            }
            row = if enters { row + 1 } else { board.node(row).end };
        }
        self.find_cursor(board);
    }

    /// Puts the cursor where its row is now; or else on what it was closed with; where it is not shown any
    /// more, on what comes next; or else where it was on the screen.
    fn find_cursor(&mut self, board: &Board) {
        let row = self.cursor.as_ref().and_then(|id| board.row(id));
        let near = row.and_then(|row| {
            if !self.shown.get(row).copied().unwrap_or_default() {
                return self.next_to(row);
            }
            let mut candidates = std::iter::once(row).chain(board.ancestors(row));
            candidates.find_map(|row| self.rows.binary_search(&row).ok())
        });
        self.at = near.unwrap_or(self.at).min(self.rows.len().saturating_sub(1));
        if near.is_none() || self.cursor.is_none() {
            self.cursor = self.current().map(|row| board.node(row).id.clone());
        }
    }

    /// The place of the first row after one of the board that is wanted for itself, or else of the last
    /// before it.
    fn next_to(&self, row: usize) -> Option<usize> {
        let (before, after) = self.rows.split_at(self.rows.partition_point(|shown| *shown < row));
        let next = after.iter().position(|row| self.is_matched(*row)).map(|at| before.len() + at);
        next.or_else(|| before.iter().rposition(|row| self.is_matched(*row)))
    }

    /// Puts the cursor on the first row, whatever the rows are next.
    pub fn start_over(&mut self) {
        (self.cursor, self.at) = (None, 0);
    }

    /// Moves the cursor to a place among the rows, or to the last.
    pub fn go_to(&mut self, board: &Board, at: usize) {
        self.at = at.min(self.rows.len().saturating_sub(1));
        self.cursor = self.current().map(|row| board.node(row).id.clone());
    }

    /// Moves the cursor to a row of the board, and expands what it is inside of. Says whether the
    /// row can be shown at all.
    pub fn reveal(&mut self, board: &Board, row: usize) -> bool {
        if !self.shown.get(row).copied().unwrap_or_default() {
            return false;
        }
        let closed: Vec<usize> = board.ancestors(row).filter(|above| !self.is_open(board, *above)).collect();
        for above in &closed {
            self.expansion_mut().each.insert(board.node(*above).id.clone(), true);
        }
        if !closed.is_empty() {
            self.lay_out(board);
        }
        let Ok(at) = self.rows.binary_search(&row) else { return false };
        self.go_to(board, at);
        true
    }

    /// Scrolls so that the cursor is among so many rows on the screen.
    pub fn keep_in_view(&mut self, height: usize) {
        let height = height.max(1);
        let last = self.rows.len().saturating_sub(height);
        self.offset = self.offset.clamp((self.at + 1).saturating_sub(height), self.at).min(last);
    }

    /// Scrolls by lines; the cursor comes along.
    pub fn scroll(&mut self, board: &Board, lines: isize, height: usize) {
        let last = self.rows.len().saturating_sub(height.max(1));
        self.offset = self.offset.saturating_add_signed(lines).min(last);
        let at = self.at.clamp(self.offset, self.offset + height.saturating_sub(1));
        self.go_to(board, at);
    }

    /// The next or previous row of the board after the cursor that a test holds for, going around
    /// at the end.
    pub fn find(&self, board: &Board, forward: bool, test: impl Fn(usize) -> bool) -> Option<usize> {
        let start = self.current()?;
        let count = board.len();
        let step = |by: usize| if forward { (start + by) % count } else { (start + count - by) % count };
        (1..=count).map(step).find(|row| self.is_matched(*row) && test(*row))
    }

    /// The row that fits the filter best; of several, the first.
    pub fn best_match(&self) -> Option<usize> {
        let ranked = self.ranks.iter().enumerate().filter_map(|(row, rank)| Some(((*rank)?, row)));
        ranked.min().map(|(_, row)| row)
    }

    /// The rows from the start of the range to the cursor, or nothing where there is no range.
    pub fn range_rows(&self, board: &Board) -> Option<&[usize]> {
        let start = board.row(self.range.as_ref()?)?;
        let start = self.rows.binary_search(&start).unwrap_or_else(|near| near).min(self.at.max(1));
        let (first, last) = (start.min(self.at), start.max(self.at));
        self.rows.get(first..=last.min(self.rows.len().saturating_sub(1)))
    }

    /// The row and everything inside it that fits the filter.
    pub fn matched_within(&self, board: &Board, row: usize) -> impl Iterator<Item = usize> {
        (row..board.node(row).end).filter(|row| self.is_matched(*row))
    }
}

/// Headings are open. So is an object with differences inside, accepted or not, unless it is missing or extra as a
/// whole: then all that is inside it is, too.
fn opens_by_itself(board: &Board, row: usize) -> bool {
    let node = board.node(row);
    if !matches!(node.id, NodeId::Object(_)) {
        return true;
    }
    let mut targets = 0..board.targets();
    let differs = board.differs(row) || (row..node.end).any(|row| board.is_accepted(row));
    differs
        && !targets.any(|target| matches!(board.cell(row, target), Cell::Is(Status::Missing | Status::Extra)))
}
