//! The mouse: click to go there, wheel to scroll.

use std::sync::Arc;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{panes, tree};
use crate::tui::{
    effect::Effect,
    keymap::Action,
    layout,
    state::{Overlay, Pane, State},
};

/// How many lines the wheel scrolls.
const WHEEL: isize = 3;

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
        click(state, pane, event.row);
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

fn click(state: &mut State, pane: Pane, row: u16) {
    state.filtering = false;
    let had_focus = state.focus == pane;
    let lines = layout::lines_of(state, pane);
    state.focus = pane;
    let Some(line) = row.checked_sub(lines.y).filter(|line| *line < lines.height).map(usize::from) else {
        return;
    };
    match pane {
        Pane::Tree => {
            let at = state.tree.offset() + line;
            if at >= state.tree.rows().len() {
                return;
            }
            if had_focus && at == state.tree.at() {
                tree::toggle_open(state);
            } else {
                let board = Arc::clone(&state.board);
                state.tree.go_to(&board, at);
            }
        }
        Pane::Targets if line > 0 => {
            let first = layout::first_target(state, lines.height);
            panes::use_place(state, first + line - 1);
        }
        Pane::Targets | Pane::Diff | Pane::Plan => {}
    }
}
