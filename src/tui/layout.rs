//! Where each pane is: the one computation that drawing, scrolling and the mouse share.

use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::state::{Pane, State};

/// The smallest screen that has room for anything.
pub const SMALLEST: (u16, u16) = (60, 15);
/// Below this width one pane is shown at a time.
const NARROW: u16 = 76;
/// Below this width the objects give way to the difference or the plan that is read.
const TIGHT: u16 = 100;
/// Below this height these two are not shown under each other then.
const LOW: u16 = 32;
/// Below this height the targets are one line.
const SHORT: u16 = 20;

/// Where everything is; a pane that is not shown has no area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// The connections, in one line.
    pub summary: Option<Rect>,
    /// The connections.
    pub targets: Option<Rect>,
    /// The objects.
    pub tree: Option<Rect>,
    /// One object on both sides.
    pub diff: Option<Rect>,
    /// The SQL of the selection.
    pub plan: Option<Rect>,
    /// What is selected.
    pub status: Rect,
    /// The keys.
    pub keys: Rect,
}

impl Areas {
    /// The area of a pane, frame included.
    pub fn pane(&self, pane: Pane) -> Option<Rect> {
        match pane {
            Pane::Targets => self.targets,
            Pane::Tree => self.tree,
            Pane::Diff => self.diff,
            Pane::Plan => self.plan,
        }
    }

    /// The pane at a place on the screen.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        let place = Position::new(column, row);
        Pane::ALL.into_iter().find(|pane| self.pane(*pane).is_some_and(|area| area.contains(place)))
    }

    fn set(&mut self, pane: Pane, area: Rect) {
        match pane {
            Pane::Targets => self.targets = Some(area),
            Pane::Tree => self.tree = Some(area),
            Pane::Diff => self.diff = Some(area),
            Pane::Plan => self.plan = Some(area),
        }
    }
}

/// Where everything is, or nothing where the screen is too small.
pub fn areas(state: &State) -> Option<Areas> {
    let (width, height) = state.size;
    if width < SMALLEST.0 || height < SMALLEST.1 {
        return None;
    }
    let screen = Rect::new(0, 0, width, height);
    let lines = Constraint::Length(1);
    let [rest, status, keys] = Layout::vertical([Constraint::Fill(1), lines, lines]).areas(screen);
    let mut areas = Areas { status, keys, ..Areas::default() };
    if state.zoomed {
        areas.set(state.focus, rest);
        return Some(areas);
    }
    let short = height < SHORT;
    let top = if short { 1 } else { targets_height(state) };
    let [top, main] = Layout::vertical([Constraint::Length(top), Constraint::Fill(1)]).areas(rest);
    if short {
        areas.summary = Some(top)
    } else {
        areas.targets = Some(top)
    }
    if short && state.focus == Pane::Targets {
        areas.targets = Some(main);
    } else if width < NARROW || width < TIGHT && height < LOW && reads(state) {
        areas.set(if state.focus == Pane::Targets { Pane::Tree } else { state.focus }, main);
    } else {
        let tree = if width < TIGHT && reads(state) { 0 } else { tree_width(state) };
        let [tree, right] = Layout::horizontal([Constraint::Length(tree), Constraint::Fill(1)]).areas(main);
        areas.tree = (tree.width > 0).then_some(tree);
        if state.targets.is_empty() {
            areas.diff = Some(right);
            return Some(areas);
        }
        let upper = match state.focus {
            Pane::Diff => 66,
            Pane::Plan => 34,
            Pane::Targets | Pane::Tree => 55,
        };
        let [diff, plan] =
            Layout::vertical([Constraint::Percentage(upper), Constraint::Fill(1)]).areas(right);
        (areas.diff, areas.plan) = (Some(diff), Some(plan));
    }
    Some(areas)
}

/// Whether the difference or the plan is what the user looks at.
fn reads(state: &State) -> bool {
    matches!(state.focus, Pane::Diff | Pane::Plan)
}

/// Canonical and the targets, a line each, but not more than a quarter of the screen.
fn targets_height(state: &State) -> u16 {
    let lines = u16::try_from(state.shown.len() + 1).unwrap_or(u16::MAX);
    lines.min((state.size.1 / 4).max(3)).saturating_add(2)
}

/// Enough for names and for a cell for each target, but never more than is fair.
fn tree_width(state: &State) -> u16 {
    let width = state.size.0;
    let targets = u16::try_from(state.shown.len()).unwrap_or(u16::MAX);
    let wanted = targets.saturating_mul(9).saturating_add(40).max(width * 2 / 5);
    let most = if width < 100 { width * 3 / 5 } else { width * 11 / 20 };
    let wanted = wanted.min(most).saturating_add_signed(state.widen);
    wanted.clamp(30, width.saturating_sub(30))
}

/// The place of the first target on the screen among those that are shown, where the pane of the targets has so many lines: canonical
/// keeps the first line, and the active target is always among the others.
pub fn first_target(state: &State, lines: u16) -> usize {
    let room = usize::from(lines).saturating_sub(1).max(1);
    (state.place() + 1).saturating_sub(room)
}

/// What is left of a pane inside its frame.
pub fn inner(area: Rect) -> Rect {
    area.inner(ratatui::layout::Margin::new(1, 1))
}

/// The rows of objects in the pane of the tree: without the heading and the filter.
pub fn tree_rows(state: &State, area: Rect) -> Rect {
    let inner = inner(area);
    let below = u16::from(has_filter_line(state));
    Rect { y: inner.y + 1, height: inner.height.saturating_sub(1 + below), ..inner }
}

/// Whether the filter is shown under the objects.
pub fn has_filter_line(state: &State) -> bool {
    state.filtering || !state.filter_input.value().is_empty()
}

/// The lines of a pane that scrolls, inside its frame.
pub fn lines_of(state: &State, pane: Pane) -> Rect {
    let area = areas(state).and_then(|areas| areas.pane(pane)).unwrap_or_default();
    match pane {
        Pane::Tree => tree_rows(state, area),
        Pane::Targets | Pane::Diff | Pane::Plan => inner(area),
    }
}
