//! The mouse: click to go there, wheel to scroll.

use std::sync::Arc;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{panes, select, tree};
use crate::tui::{
    effect::Effect,
    keymap::Action,
    layout,
    state::{Overlay, Pane, State},
    view,
};

/// How many lines the wheel scrolls.
const WHEEL: isize = 3;
/// The columns of the box in front of a row.
const BOX: u16 = 3;

/// Does what the mouse says.
pub fn mouse(state: &mut State, event: MouseEvent) -> Vec<Effect> {
    let Some(areas) = layout::areas(state) else { return Vec::new() };
    let lines = match event.kind {
        MouseEventKind::ScrollDown => WHEEL,
        MouseEventKind::ScrollUp => -WHEEL,
        MouseEventKind::Down(MouseButton::Left) => 0,
        _ => return Vec::new(),
    };
    if let Some(overlay) = &state.overlay {
        if matches!(overlay, Overlay::Help { .. } | Overlay::Log(_)) && lines != 0 {
            let action = if lines > 0 { Action::Next } else { Action::Previous };
            (0..WHEEL).for_each(|_| drop(super::overlay::act(state, action)));
        }
        return Vec::new();
    }
    let Some(pane) = areas.pane_at(event.column, event.row) else { return Vec::new() };
    if lines == 0 {
        click(state, pane, (event.column, event.row));
    } else {
        scroll(state, pane, lines);
    }
    Vec::new()
}

fn scroll(state: &mut State, pane: Pane, lines: isize) {
    match pane {
        Pane::Tree => {
            let board = Arc::clone(&state.board);
            let height = usize::from(layout::lines_of(state, Pane::Tree).height);
            state.tree.scroll(&board, lines, height);
        }
        Pane::Diff => state.diff_scroll = state.diff_scroll.saturating_add_signed(lines),
        Pane::Plan => state.plan_scroll = state.plan_scroll.saturating_add_signed(lines),
        Pane::Targets => {}
    }
}

fn click(state: &mut State, pane: Pane, (column, row): (u16, u16)) {
    state.filtering = false;
    let had_focus = state.focus == pane;
    let lines = layout::lines_of(state, pane);
    let statement = statement_at(state, row);
    state.focus = pane;
    let Some(line) = row.checked_sub(lines.y).filter(|line| *line < lines.height).map(usize::from) else {
        return;
    };
    match pane {
        Pane::Tree => click_on_row(state, had_focus, column.saturating_sub(lines.x), line),
        Pane::Targets if line > 0 => {
            let first = layout::first_target(state, lines.height);
            panes::use_place(state, first + line - 1);
        }
        Pane::Diff => state.diff_at = state.diff_scroll + line,
        Pane::Plan => state.plan_at = statement.unwrap_or(state.plan_at),
        Pane::Targets => {}
    }
}

/// Goes to a row of the objects. On its box, selects it as the key does; once more on the same row, opens
/// or closes it.
fn click_on_row(state: &mut State, had_focus: bool, column: u16, line: usize) {
    let at = state.tree.offset() + line;
    if at >= state.tree.rows().len() {
        return;
    }
    let board = Arc::clone(&state.board);
    if column < BOX {
        state.tree.go_to(&board, at);
        select::act(state, Action::Toggle);
        state.tree.go_to(&board, at);
    } else if had_focus && at == state.tree.at() {
        tree::toggle_open(state);
    } else {
        state.tree.go_to(&board, at);
    }
}

/// The statement of the plan on a row of the screen.
fn statement_at(state: &State, row: u16) -> Option<usize> {
    let area = layout::lines_of(state, Pane::Plan);
    let planned = state.target()?.current_plan()?;
    let line = row.checked_sub(view::plan_body(planned, area).y)?;
    let lines = planned.lines(usize::from(area.width), usize::from(area.height));
    lines.get(state.plan_scroll + usize::from(line))?.statement()
}
