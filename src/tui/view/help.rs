//! The help: every key of the pane and of everywhere, made from the table of keys.

use ratatui::{
    Frame,
    style::Style,
    text::{Line, Span},
};

use super::{draw_lines, draw_scrollbar, popup};
use crate::tui::{
    keymap::{Context, Keymap},
    state::State,
    text,
    theme::{Role, Theme},
};

/// The widest the help gets.
const WIDEST: u16 = 96;
/// The columns of the keys.
const KEYS: usize = 20;

/// One line of the help.
enum Row {
    Title(&'static str),
    Keys(String, String),
    Sign(Role, &'static str, String),
    Blank,
}

/// How many lines of the help fit on a screen of so many rows.
pub fn height(rows: u16) -> usize {
    usize::from(rows.saturating_sub(4))
}

/// How many lines the help has on a screen of so many columns.
pub fn line_count(keymap: &Keymap, context: Context, columns: u16) -> usize {
    rows(keymap, context, usize::from(columns.min(WIDEST).saturating_sub(2))).len()
}

/// Draws the help.
pub fn draw(state: &State, scroll: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let rows =
        rows(&state.keymap, state.focus.context(), usize::from(screen.width.min(WIDEST).saturating_sub(2)));
    let wanted = u16::try_from(rows.len() + 2).unwrap_or(u16::MAX);
    let inner = popup(theme, frame, "Keys", WIDEST, wanted);
    let visible = usize::from(inner.height);
    let first = scroll.min(rows.len().saturating_sub(visible));
    let lines = rows.iter().skip(first).map(|row| match row {
        Row::Title(title) => Line::styled(*title, theme.style(Role::Title)),
        Row::Keys(keys, help) => Line::from(vec![
            Span::styled(text::fit_right(keys, KEYS), theme.style(Role::Key)),
            Span::raw(format!("  {help}")),
        ]),
        Row::Sign(role, sign, meaning) => Line::from(vec![
            Span::styled(text::fit_right(sign, KEYS), theme.style(*role)),
            Span::raw(format!("  {meaning}")),
        ]),
        Row::Blank => Line::default(),
    });
    draw_lines(frame, inner, lines, Style::new());
    let frame_area = inner.outer(ratatui::layout::Margin::new(1, 1));
    draw_scrollbar(theme, frame, frame_area, first, visible, rows.len());
}

fn rows(keymap: &Keymap, context: Context, columns: usize) -> Vec<Row> {
    let mut places =
        vec![context, Context::Tree, Context::Plan, Context::Diff, Context::Targets, Context::Panes];
    places.extend([Context::Filter, Context::Palette, Context::Log]);
    let mut rows = Vec::new();
    for (at, place) in places.iter().enumerate() {
        if places[..at].contains(place) {
            continue;
        }
        rows.push(Row::Title(place.title()));
        for (binding, mut keys) in keymap.bindings(*place) {
            let help = text::wrap(binding.help, columns.saturating_sub(KEYS + 2).max(16));
            for line in help {
                rows.push(Row::Keys(std::mem::take(&mut keys), line));
            }
        }
        rows.push(Row::Blank);
    }
    rows.push(Row::Title("Signs"));
    for (role, sign, meaning) in SIGNS {
        for (part, line) in
            text::wrap(meaning, columns.saturating_sub(KEYS + 2).max(16)).into_iter().enumerate()
        {
            rows.push(Row::Sign(role, if part == 0 { sign } else { "" }, line));
        }
    }
    rows
}

/// What the signs in the objects mean.
const SIGNS: [(Role, &str, &str); 11] = [
    (Role::Missing, "+", "missing: canonical has it, the target does not"),
    (Role::Extra, "-", "extra: the target has it, canonical does not"),
    (Role::Changed, "~", "changed: it is there, and differs"),
    (Role::Same, "=", "the same"),
    (Role::Unknown, "?", "unknown: it could not be read"),
    (Role::Dim, "≈", "accepted as known"),
    (Role::Dim, "·", "not read, or not compared yet"),
    (Role::Hazard, "!", "closing the difference can hurt: see the plan"),
    (Role::Match, "•", "changed since you last looked"),
    (Role::Dim, "+2~1", "how many there are inside a row that is collapsed"),
    (Role::Selected, "[x] [-]", "selected; some of what is inside is selected"),
];
