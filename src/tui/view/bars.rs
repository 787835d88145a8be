//! The two lines at the bottom: what is selected and where the user is, and the keys.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, BorderType, Clear},
};

use super::{cut_line, draw_lines, trail};
use crate::tui::{
    keymap::{Action, Binding, Context},
    layout,
    state::{Notice, Pane, State, Tone, side::Target},
    text,
    theme::{Role, Theme},
};

/// What stands between what is selected and a notice.
const BEFORE_NOTICE: &str = "  │  ";
/// The most lines that a notice takes above the status line.
const MOST_LINES: u16 = 8;
/// Below so many columns the place is left out where it does not fit.
const SHORTEST: usize = 16;

/// Draws what is selected, then a notice if there is one that fits, and at the right end where the
/// user is.
pub fn draw_status(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let mut spans = selected(state, theme);
    if let Some(notice) = state.notice.as_ref().filter(|notice| fits(state, notice, columns)) {
        spans.push(Span::styled(BEFORE_NOTICE, theme.style(Role::Dim)));
        spans.push(Span::styled(text::clean(&notice.text).into_owned(), theme.style(role_of(notice.tone))));
    }
    let taken: usize = spans.iter().map(Span::width).sum();
    let place = breadcrumb(state, columns.saturating_sub(taken + 3));
    if !place.is_empty() {
        let gap = columns.saturating_sub(taken + text::width(&place) + 1);
        spans.push(Span::raw(" ".repeat(gap)));
        spans.push(Span::styled(place, theme.style(Role::Dim)));
    }
    frame.render_widget(cut_line(spans, columns).style(theme.style(Role::Bar)), area);
}

fn selected(state: &State, theme: &Theme) -> Vec<Span<'static>> {
    let Some(target) = state.target() else { return Vec::new() };
    let (count, hidden) = (state.marks.count, state.marks.hidden);
    let role = if count > 0 { Role::Selected } else { Role::Bar };
    let mut spans = vec![Span::styled(format!(" {count} selected"), theme.style(role))];
    if hidden > 0 {
        spans.push(Span::styled(format!(" ({hidden} hidden by filter)"), theme.style(Role::Hazard)));
    }
    if let Some(planned) = target.current_plan().filter(|planned| !planned.plan.is_empty()) {
        let statements = text::counted(planned.plan.statements.len(), "statement");
        spans.push(Span::styled(format!(" · {statements}"), theme.style(Role::Bar)));
        let lossy = planned.lossy();
        if lossy > 0 {
            let verb = if lossy == 1 { "loses" } else { "lose" };
            spans.push(Span::styled(format!(" · {lossy} {verb} data"), theme.style(Role::Danger)));
        }
    }
    spans
}

fn role_of(tone: Tone) -> Role {
    match tone {
        Tone::Success => Role::Success,
        Tone::Note => Role::Strong,
        Tone::Error => Role::Error,
    }
}

/// Whether a notice fits into the status line, behind what is selected, whatever that says.
fn fits(state: &State, notice: &Notice, columns: usize) -> bool {
    let taken: usize = selected(state, &Theme::default()).iter().map(Span::width).sum();
    let lines = notice.text.lines().count();
    lines <= 1 && taken + text::width(BEFORE_NOTICE) + text::width(&text::clean(&notice.text)) <= columns
}

/// Draws a notice that does not fit into the status line above it, in as many lines as it takes.
pub fn draw_long_notice(state: &State, theme: &Theme, frame: &mut Frame<'_>, status: Rect) {
    let Some(notice) = state.notice.as_ref().filter(|notice| !fits(state, notice, usize::from(status.width)))
    else {
        return;
    };
    let role = role_of(notice.tone);
    let columns = usize::from(status.width).saturating_sub(4).max(1);
    let lines: Vec<Line<'_>> = notice
        .text
        .lines()
        .flat_map(|line| text::wrap(&text::clean(line), columns))
        .map(|line| Line::styled(format!(" {line}"), theme.style(role)))
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).min(MOST_LINES) + 2;
    let area = Rect { y: status.y.saturating_sub(height), height: height.min(status.y), ..status };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .style(theme.style(Role::Text))
        .border_style(theme.style(role));
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    draw_lines(frame, layout::inner(area), lines, Style::new());
}

/// What is under the cursor, with what it is inside of and its kind: in the plan the statement's object,
/// else that of the row.
fn breadcrumb(state: &State, room: usize) -> String {
    let planned = state.target().and_then(Target::current_plan).filter(|_| state.focus == Pane::Plan);
    let statement = planned.and_then(|planned| planned.plan.statements.get(state.plan_at));
    let row = state.tree.current();
    let of_row = || state.board.node(row?).key;
    let (names, kind) = match statement.map(|statement| &statement.key).or_else(of_row) {
        Some(key) => {
            let names = key.path().iter().map(|part| text::clean(part).into_owned()).collect();
            (names, format!(" · {}", key.kind().name()))
        }
        None => {
            let rows = row.into_iter().flat_map(|row| std::iter::once(row).chain(state.board.ancestors(row)));
            let mut names: Vec<String> = rows.map(|row| state.board.node(row).label.to_owned()).collect();
            names.reverse();
            (names, String::new())
        }
    };
    let place = trail(names, room.saturating_sub(text::width(&kind)));
    // A few letters of a name say nothing.
    let is_cut = place.is_empty() || place.ends_with(text::ELLIPSIS);
    if is_cut && room < SHORTEST { String::new() } else { format!("{place}{kind}") }
}

/// Draws the keys of the place where the user is, those of the place first.
pub fn draw_keys(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let context = state.context();
    let alone = state.targets.is_empty();
    let without_file =
        state.canonical.snapshot.as_ref().is_some_and(|snapshot| snapshot.locations.is_empty());
    let named = |context: Context| {
        let bindings = state.keymap.bindings(context);
        bindings.filter(move |(binding, keys)| {
            let in_vain = alone && binding.action.is_about_a_target()
                || state.targets.len() < 2 && binding.action == Action::NextTarget
                || without_file && binding.action == Action::Edit;
            !(binding.bar.is_empty() || keys.is_empty() || in_vain)
        })
    };
    let mut bindings: Vec<Labelled> = named(context).collect();
    if context.is_pane() {
        let own: Vec<Action> = bindings.iter().map(|(binding, _)| binding.action).collect();
        bindings.extend(named(Context::Panes).filter(|(binding, _)| !own.contains(&binding.action)));
    }
    // Help and quit are what somebody who is lost looks for: they keep a place at the end.
    let (last, first): (Vec<Labelled>, Vec<Labelled>) =
        bindings.into_iter().partition(|(binding, _)| matches!(binding.name, "help" | "quit"));
    let reserved: usize = last.iter().map(width).sum();
    let mut room = usize::from(area.width).saturating_sub(reserved);
    let mut spans = Vec::new();
    for binding in first {
        let width = width(&binding);
        if width > room {
            break;
        }
        room -= width;
        spans.extend(labelled(theme, &binding));
    }
    last.iter().for_each(|binding| spans.extend(labelled(theme, binding)));
    frame.render_widget(cut_line(spans, usize::from(area.width)), area);
}

/// A binding with its keys.
type Labelled = (&'static Binding, String);

fn first_key((_, keys): &Labelled) -> &str {
    keys.split(' ').next().unwrap_or_default()
}

fn width(labelled: &Labelled) -> usize {
    text::width(first_key(labelled)) + text::width(labelled.0.bar) + 3
}

fn labelled(theme: &Theme, labelled: &Labelled) -> [Span<'static>; 2] {
    [
        Span::styled(format!(" {}", first_key(labelled)), theme.style(Role::Key)),
        Span::styled(format!(" {} ", labelled.0.bar), theme.style(Role::Dim)),
    ]
}
