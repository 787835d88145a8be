//! The search of everything.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{cut_line, draw_lines, palette::draw_input, popup, under_cursor};
use crate::tui::{
    state::{Search, State},
    text,
    theme::{Role, Theme},
};

/// The columns of an object's kind.
const KIND: usize = 12;

/// Draws the search with what it has found so far.
pub fn draw(state: &State, search: &Search, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let inner =
        popup(theme, frame, "Find in names, comments and definitions", 110, area.height.saturating_sub(4));
    draw_input(&search.input, "› ", theme, frame, inner);
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    let columns = usize::from(list.width);
    let dim = theme.style(Role::Dim);
    if search.hits.is_empty() {
        let words = match (search.input.value().trim().is_empty(), search.is_current()) {
            (true, _) => "type words: all of them have to be there",
            (false, false) => "searching…",
            (false, true) => "nothing has these words",
        };
        frame.render_widget(Line::styled(words, dim), list);
        return;
    }
    let first = (search.at + 1).saturating_sub(usize::from(list.height));
    let lines = search.hits.iter().enumerate().skip(first).map(|(at, hit)| {
        let name = text::clean(&hit.key.dotted()).into_owned();
        let mut spans =
            vec![Span::styled(text::fit(hit.key.kind().name(), KIND), dim), Span::raw(format!(" {name}"))];
        let differs = state.comparison().map(|comparison| comparison.drift.status(&hit.key));
        if let Some(status) = differs.filter(|status| *status != crate::diff::Status::Same) {
            spans.push(Span::styled(
                format!(" {}", status.glyph()),
                theme.style(super::tree::role_of(status)),
            ));
        }
        if let Some(facet) = &hit.facet {
            spans.push(Span::styled(format!("  {facet}: "), dim));
            spans.push(Span::styled(hit.excerpt.clone(), theme.style(Role::Match)));
        }
        let line = cut_line(spans, columns);
        if at == search.at { under_cursor(theme, line, columns) } else { line }
    });
    draw_lines(frame, list, lines, Style::new());
}
