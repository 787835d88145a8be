//! The pane of the difference: one object on both sides.

mod facets;
mod paint;
mod rows;

use ratatui::{Frame, layout::Rect, style::Style, text::Span};

use self::{
    paint::Painter,
    rows::{Labels, Page, Row, rows},
};
use super::{draw_lines, draw_message, draw_scrollbar, pane_block, right_title, trail, under_cursor};
use crate::{
    model::{Key, Location},
    plan::Hunk,
    tui::{
        keymap::Action,
        layout,
        state::{Pane, State, side::Reading},
        text,
        theme::{Role, Theme},
    },
};

/// How many lines the pane has for the object under the cursor.
pub fn line_count(state: &State, width: u16) -> usize {
    with_page(state, width, |page| rows(page).len()).unwrap_or(0)
}

/// The object that a line of the pane is about: a part of the one under the cursor, or one that
/// has to do with it.
pub fn key_at(state: &State, width: u16, line: usize) -> Option<Key> {
    with_page(state, width, |page| rows(page).get(line).and_then(|row| row.key().cloned()))?
}

/// The part of the difference that a line of the pane is of, where it can be selected alone.
pub fn hunk_at(state: &State, width: u16, line: usize) -> Option<Hunk> {
    with_page(state, width, |page| rows(page).get(line).and_then(Row::hunk))?
}

/// The place in canonical's files that a line of the pane is about, where it is about one of its own: the
/// place of a line of the definition, or of what stands above a line that canonical does not have; that of
/// another object; the place that says what a facet says.
pub fn place_at(state: &State, width: u16, line: usize) -> Option<Location> {
    with_page(state, width, |page| {
        let rows = rows(page);
        let row = rows.get(line)?;
        if row.is_of_definition() {
            let above = rows.get(..=line)?.iter().rev().take_while(|row| row.is_of_definition());
            return above.filter_map(Row::line).find_map(|line| line.place.clone());
        }
        let canonical = state.canonical.snapshot.as_ref();
        let of_other = || canonical?.location(row.key()?).cloned();
        let said = || page.detail.place_about(&row.words()?, state.current_key()).cloned();
        of_other().or_else(said)
    })?
}

fn with_page<T>(state: &State, width: u16, use_page: impl FnOnce(&Page<'_>) -> T) -> Option<T> {
    let detail = state.current_detail()?;
    let labels = Labels::of(state);
    Some(use_page(&Page { state, detail, labels: &labels, columns: usize::from(width).max(1) }))
}

/// Draws the pane.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut path = vec!["Difference".to_owned()];
    let mut right = Vec::new();
    if let Some(key) = state.current_key() {
        path = key.path().iter().map(|part| text::clean(part).into_owned()).collect();
        right.push(Span::styled(key.kind().name(), theme.style(Role::Dim)));
    }
    let room = usize::from(area.width).saturating_sub(12 + right.iter().map(Span::width).sum::<usize>());
    let title = vec![Span::raw(trail(path, room))];
    frame.render_widget(pane_block(state, theme, Pane::Diff, title).title(right_title(right)), area);
    let inner = layout::inner(area);
    if let Some(failure) = failure(state) {
        draw_message(theme, frame, inner, &failure);
        return;
    }
    let drawn = with_page(state, inner.width, |page| draw_page(page, theme, frame, inner, area));
    if drawn.is_none() {
        let message = match state.current_key() {
            Some(_) => vec![(Role::Dim, "…".to_owned())],
            None => heading(state),
        };
        draw_message(theme, frame, inner, &message);
    }
}

fn draw_page(page: &Page<'_>, theme: &Theme, frame: &mut Frame<'_>, inner: Rect, area: Rect) {
    let state = page.state;
    let rows = rows(page);
    let height = usize::from(inner.height);
    let first = state.diff_scroll.min(rows.len().saturating_sub(height));
    let painter = Painter { page: *page, theme };
    let lines = rows.iter().enumerate().skip(first).take(height).map(|(at, row)| {
        let line = painter.line(row);
        if state.focus == Pane::Diff && at == state.diff_at {
            under_cursor(theme, line, page.columns)
        } else {
            line
        }
    });
    draw_lines(frame, inner, lines, Style::new());
    draw_scrollbar(theme, frame, area, first, height, rows.len());
}

/// What to say where the active target could not be read and nothing older is there.
fn failure(state: &State) -> Option<Vec<(Role, String)>> {
    let target = state.target()?;
    let again = state.key(Action::Refresh);
    match &target.side.reading {
        Reading::Failed { message, hint } if target.comparison.is_none() || state.focus == Pane::Targets => {
            let mut lines = vec![
                (Role::Error, format!("{} could not be read", target.side.label)),
                (Role::Text, String::new()),
            ];
            lines.push((Role::Text, message.clone()));
            lines.extend(hint.iter().map(|hint| (Role::Dim, hint.clone())));
            lines.extend([(Role::Text, String::new()), (Role::Strong, format!("{again} tries again"))]);
            Some(lines)
        }
        _ => None,
    }
}

/// What there is to say about a heading, or about nothing.
fn heading(state: &State) -> Vec<(Role, String)> {
    let mut lines = Vec::new();
    if let Some(row) = state.tree.current() {
        let node = state.board.node(row);
        lines.push((Role::Strong, node.label.to_owned()));
        for (at, target) in state.targets.iter().enumerate().filter(|(_, target)| target.comparison.is_some())
        {
            let counts = state.board.counts(row, at);
            let words: Vec<String> =
                counts.each().map(|(status, count)| format!("{count} {}", status.word())).collect();
            let words = if words.is_empty() { "no differences".to_owned() } else { words.join(", ") };
            let role = if counts.total() == 0 { Role::Success } else { Role::Text };
            lines.push((role, format!("{}: {words}", target.side.label)));
        }
    }
    for (_, side) in state.sides() {
        let sentence = side.snapshot.as_ref().and_then(|snapshot| snapshot.not_compared_sentence());
        lines.extend(sentence.map(|sentence| (Role::Hazard, format!("{}: {sentence}", side.label))));
    }
    if lines.is_empty() && state.sides().any(|(_, side)| side.reading.is_busy()) {
        lines.push((
            Role::Dim,
            "Here an object is shown on both sides, as soon as both have been read.".to_owned(),
        ));
    }
    lines
}
