//! The log: what was sent to which database, and how long it took.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
};

use super::{cut_line, draw_lines, draw_scrollbar, popup};
use crate::tui::{
    journal::{Entry, Whose},
    state::{State, side::SideId},
    text,
    theme::{Role, Theme},
};

/// The columns of whose statement it is.
const WHOSE: usize = 14;
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
    let lines = entries.map(|entry| line(entry, &whose(state, entry.whose), theme, columns));
    draw_lines(frame, inner, lines, Style::new());
    let frame_area = inner.outer(ratatui::layout::Margin::new(1, 1));
    draw_scrollbar(theme, frame, frame_area, first, height, state.log.len());
}

/// For whom a statement was sent, in words.
fn whose(state: &State, whose: Whose) -> String {
    let label = |id| state.sides().find(|(known, _)| *known == id).map(|(_, side)| side.label.clone());
    match whose {
        Whose::Side(id) => label(id).unwrap_or_default(),
        Whose::Proof(target) => format!("proof {}", label(SideId::Target(target)).unwrap_or_default()),
    }
}

fn line(entry: &Entry, whose: &str, theme: &Theme, columns: usize) -> Line<'static> {
    let second = entry.at % 86_400;
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let took = match entry.micros {
        micros if micros < 10_000 => format!("{:.1} ms", micros as f64 / 1000.0),
        micros => format!("{} ms", micros / 1000),
    };
    // Whose it is matters more than through which door it went.
    let wide = columns >= 100;
    let server = text::clean(&entry.server);
    let sql: Vec<&str> = entry.sql.split_whitespace().collect();
    let mut spans = vec![
        Span::styled(format!("{time} "), theme.style(Role::Dim)),
        Span::raw(format!("{} ", text::fit(&text::clean(whose), WHOSE))),
        Span::styled(text::fit(&server, if wide { SERVER } else { 0 }), theme.style(Role::Dim)),
        Span::styled(format!("{} ", text::fit_right(&took, 9)), theme.style(Role::Dim)),
    ];
    if entry.failed {
        spans.push(Span::styled("failed ", theme.style(Role::Error)));
    }
    spans.push(Span::raw(text::clean(&sql.join(" ")).into_owned()));
    cut_line(spans, columns)
}
