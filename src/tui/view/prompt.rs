//! The question where to write the SQL.

use ratatui::{Frame, layout::Rect, text::Line};
use tui_input::Input;

use super::{draw_lines, palette::draw_input, popup};
use crate::tui::{
    state::{State, side::Target},
    text,
    theme::{Role, Theme},
};

/// Draws the question.
pub fn draw(state: &State, input: &Input, exists: Option<&str>, theme: &Theme, frame: &mut Frame<'_>) {
    let inner = popup(theme, frame, "Write the SQL to", 72, 8);
    let columns = usize::from(inner.width);
    draw_input(input, "› ", theme, frame, inner);
    let mut notes: Vec<Line<'_>> = Vec::new();
    let mut note = |text: &str, role: Role| {
        notes.extend(
            text::wrap(&text::clean(text), columns)
                .into_iter()
                .map(|line| Line::styled(line, theme.style(role))),
        );
    };
    if let Some(path) = exists {
        note(&format!("{path} exists. Enter replaces it; another name keeps it."), Role::Danger);
    } else if let Some(planned) = state.target().and_then(Target::current_plan) {
        note(&planned.plan.sentence(), Role::Text);
        let lossy = planned.lossy();
        if lossy > 0 {
            let verb = if lossy == 1 { "statement loses" } else { "statements lose" };
            note(&format!("{lossy} {verb} data."), Role::Danger);
        }
    }
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    draw_lines(frame, list, notes, theme.style(Role::Text));
}
