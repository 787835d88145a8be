//! Moving in the tree, narrowing it, expanding it.

use std::sync::Arc;

use tui_input::Input;

use crate::{
    model::Key,
    tui::{
        keymap::Action,
        layout,
        state::{Pane, State, Tone, board::Cell, filter::Filter},
        text,
    },
};

/// Moves the cursor, or expands and collapses.
pub fn step(state: &mut State, action: Action) {
    state.has_begun = true;
    let board = Arc::clone(&state.board);
    let page = usize::from(layout::lines_of(state, Pane::Tree).height / 2).max(1);
    let tree = &mut state.tree;
    let at = tree.at();
    match action {
        Action::Up => tree.go_to(&board, at.saturating_sub(1)),
        Action::Down => tree.go_to(&board, at + 1),
        Action::PageUp => tree.go_to(&board, at.saturating_sub(page)),
        Action::PageDown => tree.go_to(&board, at + page),
        Action::First => tree.go_to(&board, 0),
        Action::Last => tree.go_to(&board, usize::MAX),
        Action::Left => out(state),
        Action::Right => into(state),
        _ => {}
    }
}

/// Collapses the row, or goes to the one that it is inside of.
fn out(state: &mut State) {
    let board = Arc::clone(&state.board);
    let Some(row) = state.tree.current() else { return };
    if state.tree.has_inner(row) && state.tree.is_open(&board, row) {
        state.tree.set_open(&board, row, false);
    } else if let Some(above) = board.node(row).parent {
        state.tree.reveal(&board, above);
    }
}

/// Expands the row, or goes to the first inside.
fn into(state: &mut State) {
    let board = Arc::clone(&state.board);
    let Some(row) = state.tree.current().filter(|row| state.tree.has_inner(*row)) else { return };
    if state.tree.is_open(&board, row) {
        state.tree.go_to(&board, state.tree.at() + 1);
    } else {
        state.tree.set_open(&board, row, true);
    }
}

/// Expands the row if it is collapsed, collapses it if it is expanded.
pub fn toggle_open(state: &mut State) {
    let board = Arc::clone(&state.board);
    if let Some(row) = state.tree.current().filter(|row| state.tree.has_inner(*row)) {
        let open = state.tree.is_open(&board, row);
        state.tree.set_open(&board, row, !open);
    }
}

/// Goes to the difference of the row's object; a heading, which has none, is expanded or collapsed.
pub fn look_into(state: &mut State) {
    if state.current_key().is_some() {
        state.focus = Pane::Diff;
    } else {
        toggle_open(state);
    }
}

/// Expands or collapses everything.
pub fn open_all(state: &mut State, open: bool) {
    let board = Arc::clone(&state.board);
    state.tree.set_all_open(&board, open);
}

/// Shows every object, or only those that differ.
pub fn show_all(state: &mut State) {
    state.tree.show_all = !state.tree.show_all;
    state.refresh_tree();
    let shown = if state.tree.show_all { "every object is shown" } else { "only differences are shown" };
    state.say(Tone::Note, shown);
}

/// Shows the differences that were accepted, too, or only those that nobody has accepted.
pub fn show_accepted(state: &mut State) {
    state.tree.show_accepted = !state.tree.show_accepted;
    state.refresh_tree();
    let accepted = state.comparison().map_or(0, |comparison| comparison.accepted);
    let words = match (state.tree.show_accepted, accepted) {
        (true, 0) => "accepted differences are shown; this target has none".to_owned(),
        (true, count) => format!("shown with {}", text::counted(count, "accepted difference")),
        (false, _) => "accepted differences are not shown".to_owned(),
    };
    state.say(Tone::Note, words);
}

/// Puts the rows together by something else.
pub fn next_grouping(state: &mut State) {
    if state.targets.is_empty() {
        state.say(Tone::Note, "there is no target whose differences could be put together");
        return;
    }
    state.grouping = state.grouping.next();
    state.tree.range = None;
    // A heading has no place among other headings.
    let is_difference = |row: &usize| differs_at(&state.board, *row, state.active);
    if state.tree.current().is_none_or(|row| !is_difference(&row)) {
        state.tree.start_over();
    }
    let words = state.grouping.words();
    state.say(Tone::Note, format!("objects are put together {words}"));
}

/// Puts the cursor on the first difference of the active target, as soon as there is one.
pub fn go_to_first_difference(state: &mut State) {
    let board = Arc::clone(&state.board);
    let active = state.active;
    let first = state.tree.rows().iter().copied().find(|row| differs_at(&board, *row, active));
    if let Some(row) = first {
        state.tree.reveal(&board, row);
        state.has_begun = true;
    }
}

fn differs_at(board: &crate::tui::state::board::Board, row: usize, target: usize) -> bool {
    match board.cell(row, target) {
        Cell::Is(status) => status != crate::diff::Status::Same,
        Cell::NotRead | Cell::Absent | Cell::Accepted(_) => false,
    }
}

/// Goes to the next or previous difference of the active target.
pub fn next_difference(state: &mut State, forward: bool) {
    let board = Arc::clone(&state.board);
    let active = state.active;
    let found = state.tree.find(&board, forward, |row| differs_at(&board, row, active));
    match found {
        Some(row) => drop(state.tree.reveal(&board, row)),
        None => state.say(Tone::Note, "there is no difference to go to"),
    }
}

/// Goes to the next or previous row that fits the filter.
pub fn next_match(state: &mut State, forward: bool) {
    if state.filter.is_empty() {
        let key = state.key(Action::Filter);
        state.say(Tone::Note, format!("there is no filter: {key} sets one"));
        return;
    }
    let board = Arc::clone(&state.board);
    if let Some(row) = state.tree.find(&board, forward, |_| true) {
        state.tree.reveal(&board, row);
    }
}

/// Goes to an object. Where the filter hides it, or only differences are shown and it is none, that
/// is over.
pub fn go_to_object(state: &mut State, key: &Key) {
    let board = Arc::clone(&state.board);
    let Some(row) = board.row_of(key) else {
        let name = text::clean(&format!("{} {}", key.kind(), key.dotted())).into_owned();
        state.say(Tone::Note, format!("{name} is in none of the schemas"));
        return;
    };
    if state.tree.reveal(&board, row) {
        return;
    }
    if !state.filter_input.value().is_empty() {
        clear_filter(state);
    }
    if !state.tree.reveal(&board, row) {
        show_all(state);
        state.tree.reveal(&board, row);
    }
}

/// Starts typing a filter.
pub fn begin_filter(state: &mut State) {
    state.focus = Pane::Tree;
    state.filtering = true;
}

/// Takes the filter as it is typed, and goes to what fits best.
pub fn narrow(state: &mut State) {
    state.filter = Filter::parse(state.filter_input.value());
    state.tree.forget_filter_expansion();
    state.tree.range = None;
    state.refresh_tree();
    let board = Arc::clone(&state.board);
    if !state.filter.is_empty()
        && let Some(row) = state.tree.best_match()
    {
        state.tree.reveal(&board, row);
    }
}

/// Stops typing; the filter stays or goes.
pub fn end_filter(state: &mut State, keep: bool) {
    state.filtering = false;
    if !keep {
        clear_filter(state);
    } else if let Some(term) = state.filter.unknown.first() {
        let term = text::clean(term).into_owned();
        state.say(
            Tone::Error,
            format!("`{term}` narrows nothing; there is is:changed, missing, extra, unknown, same, accepted, danger, selected, new"),
        );
    }
}

fn clear_filter(state: &mut State) {
    state.filter_input = Input::default();
    narrow(state);
}

/// One level back: out of the range, the zoom, the filter, to the tree.
pub fn back(state: &mut State) {
    if state.tree.range.take().is_some() {
        return;
    }
    if state.zoomed {
        state.zoomed = false;
    } else if state.focus != Pane::Tree {
        state.focus = Pane::Tree;
    } else if !state.filter_input.value().is_empty() {
        clear_filter(state);
    } else {
        state.notice = None;
    }
}
