//! The palette: everything that can be done, found by name.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use tui_input::Input;

use super::{cut_line, draw_lines, popup, under_cursor};
use crate::tui::{
    state::State,
    text,
    theme::{Role, Theme},
    update::{self, Offer},
};

/// Draws the palette.
pub fn draw(state: &State, input: &Input, at: usize, theme: &Theme, frame: &mut Frame<'_>) {
    let inner = popup(theme, frame, "Do", 84, frame.area().height.saturating_sub(6));
    let columns = usize::from(inner.width);
    draw_input(input, "› ", theme, frame, inner);
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    let offered = update::palette(state, input.value());
    let first = (at + 1).saturating_sub(usize::from(list.height));
    let lines = offered.iter().enumerate().skip(first).map(|(index, offer)| {
        let keys = match offer {
            Offer::Do { binding, .. } => state.keymap.keys(binding),
            Offer::Theme(_) => String::new(),
        };
        let help = text::clean(&offer.help()).into_owned();
        let spans = vec![
            Span::styled(text::fit_right(&keys, 12), theme.style(Role::Key)),
            Span::raw("  "),
            Span::raw(text::fit(&help, columns.saturating_sub(14))),
        ];
        let line = cut_line(spans, columns);
        if index == at { under_cursor(theme, line, columns) } else { line }
    });
    draw_lines(frame, list, lines, Style::new());
    if offered.is_empty() {
        frame.render_widget(Line::styled("nothing has these words", theme.style(Role::Dim)), list);
    }
}

/// Draws a line that is being typed, with the terminal's own cursor.
pub fn draw_input(input: &Input, prompt: &'static str, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.width).saturating_sub(3);
    let scroll = input.visual_scroll(room);
    let shown = text::clean(text::skip(input.value(), scroll)).into_owned();
    let spans = vec![
        Span::styled(prompt, theme.style(Role::Key)),
        Span::styled(text::cut(&shown, room).into_owned(), theme.style(Role::Strong)),
    ];
    frame.render_widget(Line::from(spans), Rect { height: 1.min(area.height), ..area });
    let column = u16::try_from(input.visual_cursor().saturating_sub(scroll)).unwrap_or(u16::MAX);
    let column = column.min(area.width.saturating_sub(3));
    frame.set_cursor_position((area.x + 2 + column, area.y));
}
