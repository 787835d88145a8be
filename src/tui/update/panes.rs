//! Moving between panes and within those that scroll.

use std::sync::Arc;

use super::tree;
use crate::{
    plan::Proof,
    tui::{
        effect::Effect,
        keymap::Action,
        layout,
        state::{
            DiffLayout, Pane, State, Tone,
            planned::{PlanLine, Proving},
            side::Target,
        },
        view,
    },
};

/// Moves within the pane that has the focus.
pub fn step(state: &mut State, action: Action) {
    match state.focus {
        Pane::Tree => tree::step(state, action),
        Pane::Targets => match action {
            Action::Up => use_target(state, state.active.saturating_sub(1)),
            Action::Down => use_target(state, state.active + 1),
            Action::First | Action::PageUp => use_target(state, 0),
            Action::Last | Action::PageDown => use_target(state, usize::MAX),
            _ => {}
        },
        Pane::Diff => {
            let page = half_page(state, Pane::Diff);
            state.diff_scroll = scrolled(state.diff_scroll, page, action);
        }
        Pane::Plan => step_in_plan(state, action),
    }
}

fn half_page(state: &State, pane: Pane) -> usize {
    usize::from(layout::lines_of(state, pane).height / 2).max(1)
}

fn scrolled(line: usize, page: usize, action: Action) -> usize {
    match action {
        Action::Up => line.saturating_sub(1),
        Action::Down => line.saturating_add(1),
        Action::PageUp => line.saturating_sub(page),
        Action::PageDown => line.saturating_add(page),
        Action::First => 0,
        Action::Last => usize::MAX,
        _ => line,
    }
}

/// In the plan the cursor goes from statement to statement.
fn step_in_plan(state: &mut State, action: Action) {
    let Some(planned) = state.target().and_then(Target::current_plan) else { return };
    let last = planned.plan.statements.len().saturating_sub(1);
    let at = state.plan_at;
    match action {
        Action::Up => state.plan_at = at.saturating_sub(1),
        Action::Down => state.plan_at = (at + 1).min(last),
        Action::First => state.plan_at = 0,
        Action::Last => state.plan_at = last,
        Action::PageUp => state.plan_at = at.saturating_sub(5),
        Action::PageDown => state.plan_at = (at + 5).min(last),
        _ => {}
    }
    scroll_to_statement(state);
}

/// Scrolls the plan so that the statement under its cursor is on the screen, with its hazards.
fn scroll_to_statement(state: &mut State) {
    let area = layout::lines_of(state, Pane::Plan);
    let Some(planned) = state.target().and_then(Target::current_plan) else { return };
    let lines = planned.lines(usize::from(area.width));
    let is_its = |line: &PlanLine| line.statement() == Some(state.plan_at);
    let Some(first) = lines.iter().position(is_its) else { return };
    let last = lines.iter().rposition(is_its).unwrap_or(first);
    let height = view::plan_height(area);
    let top = if state.plan_at == 0 { 0 } else { first.saturating_sub(1) };
    let line = state.plan_scroll.max((last + 1).saturating_sub(height)).min(top);
    state.plan_scroll = line;
}

/// Keeps what is scrolled in the range of what there is.
pub fn keep_in_range(state: &mut State) {
    let area = layout::lines_of(state, Pane::Diff);
    let lines = view::diff_lines(state, area.width);
    state.diff_scroll = state.diff_scroll.min(lines.saturating_sub(usize::from(area.height)));
    let area = layout::lines_of(state, Pane::Plan);
    let planned = state.target().and_then(Target::current_plan);
    let statements = planned.map(|planned| planned.plan.statements.len());
    let lines = planned.map(|planned| planned.lines(usize::from(area.width)).len());
    if let (Some(statements), Some(lines)) = (statements, lines) {
        state.plan_at = state.plan_at.min(statements.saturating_sub(1));
        state.plan_scroll = state.plan_scroll.min(lines.saturating_sub(view::plan_height(area)));
    }
}

/// What Enter does: go on with the target, or show the statement's object.
pub fn enter(state: &mut State) {
    match state.focus {
        Pane::Targets => state.focus = Pane::Tree,
        Pane::Tree => tree::toggle_open(state),
        Pane::Diff => {}
        Pane::Plan => show_object(state),
    }
}

fn show_object(state: &mut State) {
    let planned = state.target().and_then(Target::current_plan);
    let Some(key) =
        planned.and_then(|planned| planned.plan.statements.get(state.plan_at)).map(|s| s.key.clone())
    else {
        return;
    };
    let board = Arc::clone(&state.board);
    let shown = board.row_of(&key).is_some_and(|row| state.tree.reveal(&board, row));
    if shown {
        state.focus = Pane::Tree;
    } else {
        state.say(Tone::Note, format!("{key} is not among the rows that are shown"));
    }
}

/// Makes another target the one that the plan is for.
pub fn use_target(state: &mut State, at: usize) {
    let at = at.min(state.targets.len().saturating_sub(1));
    if at == state.active {
        return;
    }
    state.active = at;
    state.tree.range = None;
    state.plan_at = 0;
    state.plan_scroll = 0;
    if !state.filter.is_empty() {
        state.refresh_tree();
    }
    state.prove_soon();
}

/// Goes to the next or previous target, and around at the end.
pub fn next_target(state: &mut State, forward: bool) {
    let count = state.targets.len();
    if count < 2 {
        state.say(Tone::Note, "there is no other target");
        return;
    }
    let step = if forward { 1 } else { count - 1 };
    use_target(state, (state.active + step) % count);
}

/// Goes to the next or previous pane, and around at the end.
pub fn next_pane(state: &mut State, forward: bool) {
    let count = Pane::ALL.len();
    let at = Pane::ALL.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let step = if forward { 1 } else { count - 1 };
    state.focus = Pane::ALL[(at + step) % count];
}

/// Makes the tree wider or narrower.
pub fn widen(state: &mut State, columns: i16) {
    let half = i16::try_from(state.size.0 / 2).unwrap_or(i16::MAX);
    state.widen = (state.widen + columns).clamp(-half, half);
}

/// Side by side, inline, or as fits.
pub fn next_layout(state: &mut State) {
    let (layout, words) = match state.layout {
        DiffLayout::Auto => (DiffLayout::SideBySide, "side by side"),
        DiffLayout::SideBySide => (DiffLayout::Inline, "inline"),
        DiffLayout::Inline => (DiffLayout::Auto, "as fits the width"),
    };
    state.layout = layout;
    state.diff_scroll = 0;
    state.say(Tone::Note, format!("definitions: {words}"));
}

/// Copies what the pane is about.
pub fn copy(state: &mut State) -> Vec<Effect> {
    if state.focus == Pane::Diff {
        if let Some(detail) = state.current_detail().filter(|detail| !detail.canonical.is_empty()) {
            return vec![Effect::Copy {
                what: "canonical's definition",
                text: Arc::clone(&detail.canonical),
            }];
        }
        state.say(Tone::Note, "canonical has no definition to copy here");
        return Vec::new();
    }
    match plan_to_hand_out(state) {
        Some((plan, proof)) => vec![Effect::CopyPlan { plan, proof }],
        None => Vec::new(),
    }
}

/// The plan of the selection at this moment with what is known about it; or nothing, and a notice
/// that says why.
pub fn plan_to_hand_out(state: &mut State) -> Option<(Arc<crate::plan::Plan>, Proof)> {
    let select = state.key(Action::Toggle);
    let why_not = match state.target() {
        None => "there is no target to make a plan for".to_owned(),
        Some(target) if target.comparison.is_none() => {
            "there is nothing to write before the target has been compared".to_owned()
        }
        Some(target) if target.selection.is_empty() => {
            format!("nothing is selected: go to a difference and press {select}")
        }
        Some(target) => match target.current_plan() {
            None => "the plan is being made: try again in a moment".to_owned(),
            Some(planned) if planned.plan.is_empty() => {
                "the plan has no statement; its pane says why".to_owned()
            }
            Some(planned) => {
                let proof = match &planned.proving {
                    Proving::Done(proof) => proof.clone(),
                    Proving::Running => not_tried("the proof was still running when this was written."),
                    Proving::Waiting => not_tried("it was not tried."),
                };
                return Some((Arc::clone(&planned.plan), proof));
            }
        },
    };
    state.say(Tone::Note, why_not);
    None
}

fn not_tried(reason: &str) -> Proof {
    Proof::NotTried { reason: reason.to_owned() }
}
