//! The log: what was sent to which database, and how long it took.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
};

use super::{cut_line, draw_lines, draw_scrollbar, popup};
use crate::tui::{
    journal::Entry,
    state::State,
    text,
    theme::{Role, Theme},
};

/// The columns of a server's name.
const SERVER: usize = 18;

/// Draws the log; the last statement is at the bottom.
pub fn draw(state: &State, back: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let inner = popup(theme, frame, "Sent to databases (UTC)", area.width, area.height);
    let (columns, height) = (usize::from(inner.width), usize::from(inner.height));
    if state.log.is_empty() {
        frame.render_widget(Line::styled("nothing was sent yet", theme.style(Role::Dim)), inner);
        return;
    }
    let end = state.log.len().saturating_sub(back).max(height.min(state.log.len()));
    let first = end.saturating_sub(height);
    let entries = state.log.iter().skip(first).take(height);
    draw_lines(frame, inner, entries.map(|entry| line(entry, theme, columns)), Style::new());
    let frame_area = inner.outer(ratatui::layout::Margin::new(1, 1));
    draw_scrollbar(theme, frame, frame_area, first, height, state.log.len());
}

fn line(entry: &Entry, theme: &Theme, columns: usize) -> Line<'static> {
    let second = entry.at % 86_400;
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let took = match entry.micros {
        micros if micros < 10_000 => format!("{:.1} ms", micros as f64 / 1000.0),
        micros => format!("{} ms", micros / 1000),
    };
    let sql: Vec<&str> = entry.sql.split_whitespace().collect();
    let mut spans = vec![
        Span::styled(format!("{time} "), theme.style(Role::Dim)),
        Span::raw(text::fit(&text::clean(&entry.server), SERVER)),
        Span::styled(format!("{} ", text::fit_right(&took, 9)), theme.style(Role::Dim)),
    ];
    if entry.failed {
        spans.push(Span::styled("failed ", theme.style(Role::Error)));
    }
    spans.push(Span::raw(text::clean(&sql.join(" ")).into_owned()));
    cut_line(spans, columns)
}
