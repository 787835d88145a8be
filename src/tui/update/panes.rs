//! Moving between panes and within those that scroll.

use std::sync::Arc;

use super::{tree, world};
use crate::{
    plan::{Direction, Proof, Style},
    tui::{
        effect::Effect,
        keymap::Action,
        layout,
        programs::Program,
        state::{
            DiffLayout, Pane, State, Tone,
            planned::{PlanLine, Proving, Shape},
            side::Target,
        },
        text, view,
    },
};

/// Moves within the pane that has the focus.
pub fn step(state: &mut State, action: Action) {
    match state.focus {
        Pane::Tree => tree::step(state, action),
        Pane::Targets => match action {
            Action::Up => use_place(state, state.place().saturating_sub(1)),
            Action::Down => use_place(state, state.place() + 1),
            Action::First | Action::PageUp => use_place(state, 0),
            Action::Last | Action::PageDown => use_place(state, usize::MAX),
            _ => {}
        },
        Pane::Diff => {
            let page = half_page(state, Pane::Diff);
            state.diff_at = scrolled(state.diff_at, page, action);
            keep_line_in_view(state);
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

/// Scrolls the difference so that the line under its cursor is on the screen.
fn keep_line_in_view(state: &mut State) {
    let area = layout::lines_of(state, Pane::Diff);
    let last = view::diff_lines(state, area.width).saturating_sub(1);
    state.diff_at = state.diff_at.min(last);
    let height = usize::from(area.height).max(1);
    state.diff_scroll = state.diff_scroll.clamp((state.diff_at + 1).saturating_sub(height), state.diff_at);
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
    let lines = planned.lines(usize::from(area.width), usize::from(area.height));
    let is_its = |line: &PlanLine| line.statement() == Some(state.plan_at);
    let Some(first) = lines.iter().position(is_its) else { return };
    let last = lines.iter().rposition(is_its).unwrap_or(first);
    let height = usize::from(view::plan_body(planned, area).height);
    let top = if state.plan_at == 0 { 0 } else { first.saturating_sub(1) };
    let line = state.plan_scroll.max((last + 1).saturating_sub(height)).min(top);
    state.plan_scroll = line;
}

/// Scrolls what is read so that its cursors are on the screen, after the panes have other sizes.
pub fn show_cursors(state: &mut State) {
    keep_line_in_view(state);
    scroll_to_statement(state);
}

/// Brings the cursors of objects and plan together: the one that is not the user's follows.
pub fn link(state: &mut State) {
    let planned = state.target().and_then(Target::current_plan);
    let plan = planned.map(|planned| planned.id);
    let current = state.current_key();
    let (before_key, before_plan, before_at) = &state.linked;
    if state.focus == Pane::Plan {
        let moved = *before_at != state.plan_at;
        let statement = planned.filter(|_| moved).and_then(|it| it.plan.statements.get(state.plan_at));
        if let Some(row) = statement.and_then(|statement| state.board.row_of(&statement.key)) {
            let board = Arc::clone(&state.board);
            state.tree.reveal(&board, row);
        }
    } else if before_key.as_ref() != current || *before_plan != plan {
        let statement = planned.zip(current).and_then(|(planned, key)| planned.statement_of(key));
        if let Some(statement) = statement {
            state.plan_at = statement;
            scroll_to_statement(state);
        }
    }
    state.linked = (state.current_key().cloned(), plan, state.plan_at);
}

/// The next style of the SQL, for all targets.
pub fn next_style(state: &mut State) {
    let Some(shape) = state.target().map(|target| target.shape) else { return };
    let at = Style::ALL.iter().position(|style| *style == shape.style).unwrap_or(0);
    let style = Style::ALL[(at + 1) % Style::ALL.len()];
    reshape(state, Shape { style, ..shape });
    let what = match style {
        Style::Plain => "the plainest SQL that does it",
        Style::Idempotent => "SQL that can be run twice",
        Style::Online => "SQL without long locks",
    };
    state.say(Tone::Note, format!("style {style}: {what}"));
}

/// The plan itself, or the way back.
pub fn turn_back(state: &mut State) {
    let Some(shape) = state.target().map(|target| target.shape) else { return };
    reshape(state, Shape { back: !shape.back, ..shape });
    let what = if shape.back { "the plan" } else { "the way back: what undoes the plan" };
    state.say(Tone::Note, format!("shown is {what}"));
}

/// The other side follows from now on, at every target.
pub fn flip(state: &mut State) -> Vec<Effect> {
    let Some(shape) = state.target().map(|target| target.shape) else { return Vec::new() };
    let canonical = text::clean(&state.canonical.label).into_owned();
    let (direction, words) = match shape.direction {
        Direction::TargetFollows => {
            (Direction::CanonicalFollows, format!("now {canonical} follows the target: the SQL adopts drift"))
        }
        Direction::CanonicalFollows => {
            (Direction::TargetFollows, format!("now the target follows {canonical}"))
        }
    };
    reshape(state, Shape { direction, ..shape });
    state.say(Tone::Note, words);
    (0..state.targets.len()).filter_map(|target| world::compare(state, target)).collect()
}

fn reshape(state: &mut State, shape: Shape) {
    state.targets.iter_mut().for_each(|target| target.shape = shape);
    (state.plan_at, state.plan_scroll) = (0, 0);
}

/// Keeps what is scrolled in the range of what there is.
pub fn keep_in_range(state: &mut State) {
    let area = layout::lines_of(state, Pane::Diff);
    let lines = view::diff_lines(state, area.width);
    let height = usize::from(area.height).max(1);
    state.diff_scroll = state.diff_scroll.min(lines.saturating_sub(height));
    // Where the lines were scrolled, the cursor comes along.
    state.diff_at = state.diff_at.clamp(state.diff_scroll, state.diff_scroll + height - 1);
    state.diff_at = state.diff_at.min(lines.saturating_sub(1));
    let area = layout::lines_of(state, Pane::Plan);
    let planned = state.target().and_then(Target::current_plan);
    let statements = planned.map(|planned| planned.plan.statements.len());
    let scrolls = planned.map(|planned| {
        let lines = planned.lines(usize::from(area.width), usize::from(area.height)).len();
        lines.saturating_sub(usize::from(view::plan_body(planned, area).height))
    });
    if let (Some(statements), Some(last)) = (statements, scrolls) {
        state.plan_at = state.plan_at.min(statements.saturating_sub(1));
        state.plan_scroll = state.plan_scroll.min(last);
    }
}

/// What Enter does: go on with the target, look into the row, or show the statement's object.
pub fn enter(state: &mut State) {
    match state.focus {
        Pane::Targets => state.focus = Pane::Tree,
        Pane::Tree => tree::look_into(state),
        Pane::Diff => follow_link(state),
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
    state.focus = Pane::Tree;
    tree::go_to_object(state, &key);
}

/// Goes to the object that the line under the cursor of the difference is about.
fn follow_link(state: &mut State) {
    let width = layout::lines_of(state, Pane::Diff).width;
    match view::diff_key_at(state, width, state.diff_at) {
        Some(key) => tree::go_to_object(state, &key),
        None => state.say(Tone::Note, "this line leads to no other object"),
    }
}

/// Makes the target at a place among those that are shown the one that the plan is for.
pub fn use_place(state: &mut State, place: usize) {
    state.target_taken = true;
    let place = place.min(state.shown.len().saturating_sub(1));
    if let Some(target) = state.shown.get(place).copied() {
        use_target(state, target);
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
    let count = state.shown.len();
    if count < 2 {
        state.say(Tone::Note, "there is no other target");
        return;
    }
    let step = if forward { 1 } else { count - 1 };
    use_place(state, (state.place() + step) % count);
}

/// Goes to the next or previous pane, and around at the end.
pub fn next_pane(state: &mut State, forward: bool) {
    let plans = !state.targets.is_empty();
    let panes: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| plans || *pane != Pane::Plan).collect();
    let at = panes.iter().position(|pane| *pane == state.focus).unwrap_or(0);
    let step = if forward { 1 } else { panes.len() - 1 };
    state.focus = panes[(at + step) % panes.len()];
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
    (state.diff_at, state.diff_scroll) = (0, 0);
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

/// Hands what the pane is about to the pager.
pub fn page(state: &mut State) -> Vec<Effect> {
    if state.focus != Pane::Plan
        && let Some(detail) = state.current_detail()
    {
        let text = detail.as_text(&state.canonical.label, state.target().map(|t| t.side.label.as_str()));
        return vec![Effect::Run(Program::Pager(text))];
    }
    match plan_to_hand_out(state) {
        Some((plan, proof)) => vec![Effect::Page { plan, proof }],
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
