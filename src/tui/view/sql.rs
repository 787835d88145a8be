//! One line of SQL with its colours, its marked words and its background.

use ratatui::{style::Style, text::Span};

use crate::tui::{
    highlight::{self, Highlighted},
    state::State,
    text,
    theme::Theme,
};

/// How a line of SQL looks.
pub struct Look<'a> {
    /// The colours of the text that the line is of, and which line it is.
    pub colours: Option<(&'a Highlighted, usize)>,
    /// The parts, in bytes, that the other side does not have.
    pub marked: &'a [(usize, usize)],
    /// What lies under everything.
    pub base: Style,
    /// What lies over the marked parts.
    pub mark: Style,
}

/// The colours of a text, if they are known by now.
pub fn colours<'a>(state: &'a State, sql: &str) -> Option<&'a Highlighted> {
    state.highlighted.get(&highlight::id(sql)).map(|highlighted| &**highlighted)
}

/// A part of a line, from and to in bytes, in so many columns, filled with blanks to the end.
pub fn spans(
    theme: &Theme,
    line: &str,
    look: &Look<'_>,
    (start, end): (usize, usize),
    columns: usize,
) -> Vec<Span<'static>> {
    let mut edges: Vec<usize> = vec![start, end];
    let parts = look.colours.map(|(highlighted, index)| highlighted.line(index)).unwrap_or_default();
    let ranges = parts.iter().map(|(from, to, _)| (*from, *to)).chain(look.marked.iter().copied());
    edges.extend(ranges.flat_map(|(from, to)| [from, to]).filter(|edge| (start..end).contains(edge)));
    edges.retain(|edge| line.is_char_boundary(*edge));
    edges.sort_unstable();
    edges.dedup();
    let mut spans: Vec<Span<'static>> = Vec::with_capacity(edges.len() + 1);
    for pair in edges.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let role =
            parts.iter().find(|(first, last, _)| (*first..*last).contains(&from)).map(|(_, _, role)| *role);
        let marked = look.marked.iter().any(|(first, last)| (*first..*last).contains(&from));
        let mut style = look.base;
        if let Some(role) = role {
            style = style.patch(theme.style(role));
        }
        if marked {
            style = style.patch(look.mark);
        }
        spans.push(Span::styled(line.get(from..to).unwrap_or_default().to_owned(), style));
    }
    let rest = columns.saturating_sub(text::width(line.get(start..end).unwrap_or_default()));
    spans.push(Span::styled(" ".repeat(rest), look.base));
    spans
}

/// A look without marks.
pub fn plain<'a>(colours: Option<&'a Highlighted>, line: usize, base: Style) -> Look<'a> {
    Look { colours: colours.map(|colours| (colours, line)), marked: &[], base, mark: Style::new() }
}
