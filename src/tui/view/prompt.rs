//! Questions: where to write the SQL, and passwords.

use ratatui::{Frame, layout::Rect, text::Line};
use tui_input::Input;

use super::{draw_lines, palette::draw_input, popup};
use crate::tui::{
    state::{
        State,
        side::{Reading, SideId, Target},
    },
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

/// Draws the question for a password. What is typed is not shown, and not how long it is beyond what
/// fits.
pub fn draw_password(state: &State, side: SideId, input: &Input, theme: &Theme, frame: &mut Frame<'_>) {
    let Some((_, of)) = state.sides().find(|(id, _)| *id == side) else { return };
    let label = text::clean(&of.label).into_owned();
    let inner = popup(theme, frame, &format!("Password for {label}"), 72, 8);
    let columns = usize::from(inner.width);
    let dots = Input::new("•".repeat(input.value().chars().count()));
    draw_input(&dots, "› ", theme, frame, inner);
    let why = match &of.reading {
        Reading::Failed { message, .. } => message.clone(),
        _ => String::new(),
    };
    let note = format!("{why} It is kept until the program ends, and written nowhere.");
    let lines = text::wrap(&text::clean(&note), columns).into_iter();
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    draw_lines(frame, list, lines.map(Line::raw), theme.style(Role::Text));
}
