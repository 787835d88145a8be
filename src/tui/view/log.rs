//! The log: what was sent to which database, and how long it took.

use ratatui::{
    Frame,
    layout::{Margin, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{cut_line, draw_lines, draw_scrollbar, popup, sql, under_cursor};
use crate::tui::{
    journal::{Entry, Whose},
    state::{LogView, State, side::SideId},
    text,
    theme::{Role, Theme},
};

/// The columns of whose statement it is.
const WHOSE: usize = 14;
/// The columns of a server's name.
const SERVER: usize = 18;
/// The lines above a statement that is read whole.
const HEAD: u16 = 2;
/// What is left of the columns and rows of a screen inside of the frame, and above the bars.
const AROUND: (u16, u16) = (2, 4);

/// How many lines of a statement that is read whole fit on a screen.
pub fn height(screen: (u16, u16)) -> usize {
    usize::from(screen.1.saturating_sub(AROUND.1 + HEAD))
}

/// How many lines a statement has that is read whole.
pub fn line_count(entry: &Entry, screen: (u16, u16)) -> usize {
    pieces(&entry.whole(), usize::from(screen.0.saturating_sub(AROUND.0))).len()
}

/// Draws the log; the last statement is at the bottom.
pub fn draw(state: &State, view: LogView, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let marked = state.logged(view.back);
    if let (Some(top), Some(entry)) = (view.open, marked) {
        let place = state.log.len() - view.back;
        let title = format!("Statement {place} of {} (UTC)", state.log.len());
        let inner = popup(theme, frame, &title, area.width, area.height);
        draw_whole(state, entry, top, theme, frame, inner);
        return;
    }
    let inner = popup(theme, frame, "Sent to databases (UTC)", area.width, area.height);
    if state.log.is_empty() {
        frame.render_widget(Line::styled("nothing was sent yet", theme.style(Role::Dim)), inner);
        return;
    }
    let (columns, height) = (usize::from(inner.width), usize::from(inner.height));
    let at = state.log.len().saturating_sub(view.back + 1);
    let first = at.saturating_sub(height / 2).min(state.log.len().saturating_sub(height));
    let entries = state.log.iter().enumerate().skip(first).take(height);
    let lines = entries.map(|(place, entry)| {
        let mut spans = head(state, entry, theme, columns);
        let words: Vec<&str> = entry.sql.split_whitespace().collect();
        spans.push(Span::raw(text::clean(&words.join(" ")).into_owned()));
        let line = cut_line(spans, columns);
        if place == at { under_cursor(theme, line, columns) } else { line }
    });
    draw_lines(frame, inner, lines, Style::new());
    draw_scrollbar(theme, frame, inner.outer(Margin::new(1, 1)), first, height, state.log.len());
}

/// One statement on all of its lines, broken where they are too long.
fn draw_whole(state: &State, entry: &Entry, top: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = usize::from(area.width);
    let head = cut_line(head(state, entry, theme, usize::MAX), columns);
    draw_lines(frame, area, [head], Style::new());
    let area = Rect { y: area.y + HEAD.min(area.height), height: area.height.saturating_sub(HEAD), ..area };
    let (sql, why) = (entry.whole(), entry.why().len());
    let colours = sql::colours(state, &sql);
    let lines: Vec<&str> = sql.lines().collect();
    let pieces = pieces(&sql, columns);
    let shown = pieces.iter().skip(top).take(usize::from(area.height)).map(|(line, part)| {
        let failed = *line < why;
        let base = if failed { theme.style(Role::Error) } else { Style::new() };
        let look = sql::plain(colours.filter(|_| !failed), *line, base);
        Line::from(sql::spans(theme, lines[*line], &look, *part, columns))
    });
    draw_lines(frame, area, shown, Style::new());
    let bar = area.outer(Margin::new(1, 1));
    draw_scrollbar(theme, frame, bar, top, usize::from(area.height), pieces.len());
}

/// The lines of a statement in pieces that fit into so many columns: which line, from and to in bytes.
fn pieces(sql: &str, columns: usize) -> Vec<(usize, (usize, usize))> {
    let lines = sql.lines().enumerate();
    lines.flat_map(|(at, line)| text::breaks(line, columns).into_iter().map(move |part| (at, part))).collect()
}

/// For whom a statement was sent, in words.
fn whose(state: &State, whose: Whose) -> String {
    let label = |id| state.sides().find(|(known, _)| *known == id).map(|(_, side)| side.label.clone());
    match whose {
        Whose::Side(id) => label(id).unwrap_or_default(),
        Whose::Proof(target) => format!("proof {}", label(SideId::Target(target)).unwrap_or_default()),
    }
}

/// When a statement was sent, for whom and where, and how long it took.
fn head(state: &State, entry: &Entry, theme: &Theme, columns: usize) -> Vec<Span<'static>> {
    let second = entry.at % 86_400;
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let took = match entry.micros {
        micros if micros < 10_000 => format!("{:.1} ms", micros as f64 / 1000.0),
        micros => format!("{} ms", micros / 1000),
    };
    // Whose it is matters more than through which door it went.
    let wide = columns >= 100;
    let whose = text::clean(&whose(state, entry.whose)).into_owned();
    let server = text::clean(&entry.server).into_owned();
    let (whose, server) = match columns {
        usize::MAX => (whose, format!(" {server} ")),
        _ => (text::fit(&whose, WHOSE), text::fit(&server, if wide { SERVER } else { 0 })),
    };
    let mut spans = vec![
        Span::styled(format!("{time} "), theme.style(Role::Dim)),
        Span::raw(format!("{whose} ")),
        Span::styled(server, theme.style(Role::Dim)),
        Span::styled(format!("{} ", text::fit_right(&took, 9)), theme.style(Role::Dim)),
    ];
    if let Some(error) = &entry.error {
        let words: Vec<&str> = error.split_whitespace().collect();
        // Where the statement is read whole, the error stands there.
        let why = if columns == usize::MAX { String::new() } else { format!(": {}", words.join(" ")) };
        let failed = format!("failed{why}  ");
        spans.push(Span::styled(text::clean(&failed).into_owned(), theme.style(Role::Error)));
    }
    spans
}
