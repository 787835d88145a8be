//! Selecting differences. What is hidden by the filter is never selected, and what loses data only
//! by a key of its own.

use std::sync::Arc;

use super::tree;
use crate::{
    diff::Status,
    model::Key,
    plan::Hunk,
    tui::{
        keymap::Action,
        layout,
        state::{
            Pane, State, Tone,
            board::Board,
            comparison::Comparison,
            side::{Reading, Target},
        },
        text, view,
    },
};

/// Does an action on the selection of the active target.
pub fn act(state: &mut State, action: Action) {
    let board = Arc::clone(&state.board);
    let Some(comparison) = state.comparison().cloned() else {
        match action {
            Action::SelectAll => select_all_later(state),
            Action::SelectNone => forget_select_all(state),
            _ => explain_nothing(state),
        }
        return;
    };
    let in_difference = state.focus == Pane::Diff;
    match action {
        Action::Toggle | Action::ToggleDanger if in_difference => {
            toggle_part(state, &board, &comparison, action == Action::ToggleDanger);
        }
        Action::Toggle => toggle(state, &board, &comparison),
        Action::ToggleDanger => toggle_danger(state, &board, &comparison),
        Action::Range => range(state, &board),
        Action::SelectAll => select_all(state, &board, &comparison),
        Action::SelectNone => select_none(state),
        Action::Invert => invert(state, &board, &comparison),
        Action::Undo | Action::Redo => step_back(state, action == Action::Undo),
        _ => {}
    }
    if state.filter.depends_on_selection() {
        state.refresh_tree();
    }
}

/// Lets everything be selected as soon as it is known what there is.
fn select_all_later(state: &mut State) {
    let none = state.key(Action::SelectNone);
    let Some(target) = state.targets.get_mut(state.active) else { return };
    if matches!(target.side.reading, Reading::Failed { .. } | Reading::Cancelled) {
        explain_nothing(state);
        return;
    }
    target.selects_all = true;
    let label = text::clean(&target.side.label).into_owned();
    state.say(
        Tone::Note,
        format!(
            "what is shown and loses no data is selected as soon as {label} is compared; {none} forgets that"
        ),
    );
}

fn forget_select_all(state: &mut State) {
    if let Some(target) = state.targets.get_mut(state.active) {
        target.selects_all = false;
    }
    state.say(Tone::Note, "nothing is selected");
}

/// Selects what was to be selected once it would be known.
pub fn select_what_waited(state: &mut State) {
    let waits = |target: &Target| target.selects_all && target.comparison.is_some();
    if state.target().is_some_and(waits) && state.board.targets() > 0 {
        state.targets[state.active].selects_all = false;
        act(state, Action::SelectAll);
    }
}

fn explain_nothing(state: &mut State) {
    let retry = state.key(Action::Refresh);
    let Some(target) = state.target() else {
        state.say(Tone::Note, "there is no target, so there are no differences to select");
        return;
    };
    let label = text::clean(&target.side.label).into_owned();
    let why = match &target.side.reading {
        Reading::Failed { .. } => format!("{label} could not be read: {retry} tries again"),
        Reading::Cancelled => format!("{label} was not read: {retry} reads it"),
        _ => format!("{label} has not been compared yet"),
    };
    state.say(Tone::Note, why);
}

/// The differences among some rows, apart from those that cannot be closed, and those that a confirmed
/// rename closes.
fn keys_of(state: &State, comparison: &Comparison, rows: impl IntoIterator<Item = usize>) -> Vec<Key> {
    let renames = state.target().map(|target| target.selection.renames());
    let is_renamed = |key: &Key| {
        let mut names = renames.into_iter().flatten().flat_map(|rename| [&rename.from, &rename.to]);
        names.any(|name| key.path().starts_with(name.path()))
    };
    let keys = rows.into_iter().filter_map(|row| state.board.node(row).key);
    keys.filter(|key| comparison.is_selectable(key) && !is_renamed(key)).cloned().collect()
}

/// The difference of each row in the range, or of the row under the cursor with all inside it.
pub fn rows_in_reach(state: &State) -> Vec<usize> {
    let board = &*state.board;
    let tops: Vec<usize> = match state.tree.range_rows(board) {
        Some(rows) => rows.to_vec(),
        None => state.tree.current().into_iter().collect(),
    };
    let mut rows: Vec<usize> = Vec::new();
    for top in tops {
        // In a range, an expanded row stands for itself: what is inside it has rows of its own.
        if state.tree.range.is_some() && state.tree.has_inner(top) && state.tree.is_open(board, top) {
            rows.extend(Some(top).filter(|row| state.tree.is_matched(*row)));
        } else {
            rows.extend(state.tree.matched_within(board, top));
        }
    }
    rows
}

fn toggle(state: &mut State, board: &Board, comparison: &Comparison) {
    let keys = keys_of(state, comparison, rows_in_reach(state));
    if toggle_keys(state, board, comparison, keys) {
        move_on(state, board);
    }
}

/// Selects what of some differences loses no data, or deselects them where that is selected. Says
/// whether the cursor is to move on.
fn toggle_keys(state: &mut State, board: &Board, comparison: &Comparison, keys: Vec<Key>) -> bool {
    let (dangerous, safe): (Vec<Key>, Vec<Key>) =
        keys.into_iter().partition(|key| comparison.is_dangerous(key));
    let danger_key = state.key(Action::ToggleDanger);
    let selection = &mut state.targets[state.active].selection;
    let chosen = |key: &Key| selection.contains(key);
    let all_chosen = safe.iter().all(chosen) && (!safe.is_empty() || dangerous.iter().any(chosen));
    if safe.is_empty() && dangerous.is_empty() {
        say_why_not(state, board, comparison);
    } else if all_chosen {
        selection.remove(safe.into_iter().chain(dangerous));
    } else if safe.is_empty() {
        state.say(Tone::Note, format!("closing this drops something or loses data: {danger_key} selects it"));
        return false;
    } else {
        let left_out = dangerous.iter().filter(|key| !chosen(key) && comparison.whole.contains(key)).count();
        selection.add(safe);
        if left_out > 0 {
            state.say(
                Tone::Note,
                format!("left out {left_out} that drop or lose data: {danger_key} selects those one by one"),
            );
        }
    }
    true
}

/// Selects or deselects the part of the object that the line under the cursor of the difference is
/// of, or the object itself where the line is of no part.
fn toggle_part(state: &mut State, board: &Board, comparison: &Comparison, danger: bool) {
    let width = layout::lines_of(state, Pane::Diff).width;
    if let Some(hunk) = view::diff_hunk_at(state, width, state.diff_at) {
        toggle_hunk(state, comparison, hunk, danger);
        return;
    }
    let part = view::diff_key_at(state, width, state.diff_at);
    let Some(key) = part.or_else(|| state.current_key().cloned()) else { return };
    let Some(row) = board.row_of(&key) else { return };
    if !state.tree.is_matched(row) && comparison.is_selectable(&key) {
        state.say(Tone::Note, "the filter hides this difference: what is hidden is not selected");
        return;
    }
    if danger {
        toggle_danger_at(state, board, comparison, row);
        return;
    }
    let keys = keys_of(state, comparison, state.tree.matched_within(board, row));
    let own = |part: &Key| *part == key || comparison.drift.status(&key) == Status::Missing;
    toggle_keys(state, board, comparison, keys.into_iter().filter(own).collect());
}

/// Selects or deselects a single facet, or a single entry of one.
fn toggle_hunk(state: &mut State, comparison: &Comparison, hunk: Hunk, danger: bool) {
    let all = state.current_detail().map(|detail| detail.hunks.clone()).unwrap_or_default();
    let (Some(key), danger_key) = (state.current_key().cloned(), state.key(Action::ToggleDanger)) else {
        return;
    };
    let row = state.board.row_of(&key);
    let selection = &mut state.targets[state.active].selection;
    if !comparison.is_selectable(&key) {
        let board = Arc::clone(&state.board);
        say_why_not(state, &board, comparison);
    } else if !row.is_some_and(|row| state.tree.is_matched(row)) {
        state.say(Tone::Note, "the filter hides this difference: what is hidden is not selected");
    } else if comparison.is_dangerous(&key) && !danger && !selection.contains_hunk(&key, &hunk) {
        state.say(Tone::Note, format!("closing this drops something or loses data: {danger_key} selects it"));
    } else {
        selection.toggle_hunk(&key, hunk, &all, danger);
    }
}

/// After a row, the next one that is not inside it; after a range, the cursor stays.
fn move_on(state: &mut State, board: &Board) {
    if state.tree.range.take().is_some() {
        return;
    }
    state.tree.go_to(board, state.tree.at() + 1);
}

fn say_why_not(state: &mut State, board: &Board, comparison: &Comparison) {
    let unknown = state.tree.current().and_then(|row| board.node(row).key).and_then(|key| {
        let difference = comparison.drift.differences.get(key)?;
        (difference.status == Status::Unknown).then(|| difference.reason.clone().unwrap_or_default())
    });
    if let Some(reason) = unknown {
        let reason = text::clean(&reason).into_owned();
        state.say(Tone::Note, format!("this could not be read, so no SQL can be made for it: {reason}"));
    } else if let Some(rename) = renamed_here(state, board) {
        let key = state.key(Action::Rename);
        state.say(Tone::Note, format!("{rename}; {key} takes that back"));
    } else if let Some(accepted) = accepted_here(state, board, comparison) {
        let key = state.key(Action::Known);
        state.say(Tone::Note, format!("{accepted}; {key} takes that back"));
    } else {
        let label =
            state.target().map(|target| text::clean(&target.side.label).into_owned()).unwrap_or_default();
        state.say(Tone::Note, format!("nothing here differs at {label}"));
    }
}

/// Which confirmed rename the row under the cursor is about.
fn renamed_here(state: &State, board: &Board) -> Option<String> {
    let key = board.node(state.tree.current()?).key?;
    let mut renames = state.target()?.selection.renames().iter();
    let rename = renames
        .find(|rename| [&rename.from, &rename.to].iter().any(|name| key.path().starts_with(name.path())))?;
    let (from, to) = (rename.from.dotted(), rename.to.dotted());
    Some(text::clean(&format!("{from} is renamed to {to}")).into_owned())
}

/// What was said when the difference under the cursor was accepted.
fn accepted_here(state: &State, board: &Board, comparison: &Comparison) -> Option<String> {
    let key = board.node(state.tree.current()?).key?;
    let difference = comparison.drift.differences.get(key).filter(|it| it.is_accepted())?;
    let accepted = &difference.acceptance.as_ref()?.accepted;
    Some(text::clean(&format!("this is accepted{accepted}")).into_owned())
}

/// Selects the difference under the cursor although closing it loses data; a whole object that is
/// extra goes with its parts.
fn toggle_danger(state: &mut State, board: &Board, comparison: &Comparison) {
    state.tree.range = None;
    let Some(row) = state.tree.current() else { return };
    if toggle_danger_at(state, board, comparison, row) {
        state.tree.go_to(board, state.tree.at() + 1);
    }
}

/// As [`toggle_danger`], for any row. Says whether anything was done.
fn toggle_danger_at(state: &mut State, board: &Board, comparison: &Comparison, row: usize) -> bool {
    let select_key = state.key(Action::Toggle);
    let Some(key) = board.node(row).key.filter(|_| state.tree.is_matched(row)) else {
        state.say(Tone::Note, "a drop or a loss of data is selected one by one: go to the difference itself");
        return false;
    };
    if !comparison.is_selectable(key) {
        say_why_not(state, board, comparison);
        return false;
    }
    if !comparison.is_dangerous(key) {
        state.say(Tone::Note, format!("closing this loses no data: {select_key} selects it"));
        return false;
    }
    let extra = comparison.drift.status(key) == Status::Extra;
    let keys = match extra {
        true => keys_of(state, comparison, state.tree.matched_within(board, row)),
        false => vec![key.clone()],
    };
    let selection = &mut state.targets[state.active].selection;
    if selection.contains(key) {
        selection.remove(keys);
    } else {
        selection.accept(keys);
    }
    true
}

fn range(state: &mut State, board: &Board) {
    state.tree.range = match state.tree.range.take() {
        Some(_) => None,
        None => state.tree.current().map(|row| board.node(row).id.clone()),
    };
}

/// Moves the cursor with the end of a range, which begins where there is none yet.
pub fn extend(state: &mut State, down: bool) {
    if state.tree.range.is_none() {
        let board = Arc::clone(&state.board);
        range(state, &board);
    }
    tree::step(state, if down { Action::Down } else { Action::Up });
}

/// Every difference that the filter lets through and that loses no data.
fn selectable(state: &State, board: &Board, comparison: &Comparison) -> (Vec<Key>, usize) {
    let rows = (0..board.len()).filter(|row| state.tree.is_matched(*row));
    let keys = keys_of(state, comparison, rows);
    let (dangerous, safe): (Vec<Key>, Vec<Key>) =
        keys.into_iter().partition(|key| comparison.is_dangerous(key));
    let selection = &state.targets[state.active].selection;
    let waiting = |key: &&Key| !selection.contains(key) && comparison.whole.contains(*key);
    let left_out = dangerous.iter().filter(waiting).count();
    (safe, left_out)
}

fn select_all(state: &mut State, board: &Board, comparison: &Comparison) {
    state.tree.range = None;
    let (safe, left_out) = selectable(state, board, comparison);
    let danger_key = state.key(Action::ToggleDanger);
    let before = state.marks.count;
    state.targets[state.active].selection.add(safe);
    state.refresh_marks();
    let added = text::counted(state.marks.count.saturating_sub(before), "difference");
    let left_out = match left_out {
        0 => String::new(),
        count => format!("; left out {count} that drop or lose data: {danger_key} selects those one by one"),
    };
    state.say(Tone::Note, format!("selected {added}{left_out}"));
}

fn select_none(state: &mut State) {
    state.tree.range = None;
    if state.marks.count == 0 {
        state.say(Tone::Note, "nothing is selected".to_owned());
        return;
    }
    let undo = state.key(Action::Undo);
    let count = text::counted(state.marks.count, "difference");
    state.targets[state.active].selection.clear();
    state.say(Tone::Note, format!("deselected {count}; {undo} takes that back"));
}

fn invert(state: &mut State, board: &Board, comparison: &Comparison) {
    state.tree.range = None;
    let (safe, _) = selectable(state, board, comparison);
    let selection = &mut state.targets[state.active].selection;
    let (removed, added) = safe.into_iter().partition(|key| selection.contains(key));
    selection.exchange(added, removed);
}

fn step_back(state: &mut State, undo: bool) {
    let selection = &mut state.targets[state.active].selection;
    let done = if undo { selection.undo() } else { selection.redo() };
    if !done {
        let nothing = if undo { "there is nothing to take back" } else { "there is nothing to do again" };
        state.say(Tone::Note, nothing);
    }
}
