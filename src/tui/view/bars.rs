//! The two lines at the bottom: what is selected, and the keys.

use ratatui::{Frame, layout::Rect, text::Span};

use super::cut_line;
use crate::tui::{
    keymap::{BINDINGS, Binding, Context},
    state::{State, Tone},
    text,
    theme::{Role, Theme},
};

/// Draws what is selected, and a notice if there is one.
pub fn draw_status(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let bar = theme.style(Role::Bar);
    let mut spans = Vec::new();
    if let Some(target) = state.target() {
        let (count, hidden) = (state.marks.count, state.marks.hidden);
        let role = if count > 0 { Role::Selected } else { Role::Bar };
        spans.push(Span::styled(format!(" {count} selected"), theme.style(role)));
        if hidden > 0 {
            spans.push(Span::styled(format!(" ({hidden} hidden by filter)"), theme.style(Role::Hazard)));
        }
        if let Some(planned) = target.current_plan().filter(|planned| !planned.plan.is_empty()) {
            let statements = text::counted(planned.plan.statements.len(), "statement");
            spans.push(Span::styled(format!(" · {statements}"), bar));
            let lossy = planned.lossy();
            if lossy > 0 {
                let verb = if lossy == 1 { "loses" } else { "lose" };
                spans.push(Span::styled(format!(" · {lossy} {verb} data"), theme.style(Role::Danger)));
            }
        }
    }
    if let Some(notice) = &state.notice {
        let role = match notice.tone {
            Tone::Success => Role::Success,
            Tone::Note => Role::Strong,
            Tone::Error => Role::Error,
        };
        spans.push(Span::styled("  │  ", theme.style(Role::Dim)));
        spans.push(Span::styled(text::clean(&notice.text).into_owned(), theme.style(role)));
    }
    frame.render_widget(cut_line(spans, usize::from(area.width)).style(bar), area);
}

/// Draws the keys of the place where the user is, those of the place first.
pub fn draw_keys(state: &State, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let context = state.context();
    let named = |context: Context| {
        BINDINGS.iter().filter(move |binding| binding.context == context && !binding.bar.is_empty())
    };
    let mut bindings: Vec<&Binding> = named(context).collect();
    if context.is_pane() {
        bindings.extend(named(Context::Panes));
    }
    // Help and quit are what somebody who is lost looks for: they keep a place at the end.
    let (last, first): (Vec<&Binding>, Vec<&Binding>) =
        bindings.into_iter().partition(|binding| matches!(binding.name, "help" | "quit"));
    let reserved: usize = last.iter().map(|binding| width(state, binding)).sum();
    let mut room = usize::from(area.width).saturating_sub(reserved);
    let mut spans = Vec::new();
    for binding in first {
        let width = width(state, binding);
        if width > room {
            break;
        }
        room -= width;
        spans.extend(labelled(state, theme, binding));
    }
    last.into_iter().for_each(|binding| spans.extend(labelled(state, theme, binding)));
    frame.render_widget(cut_line(spans, usize::from(area.width)), area);
}

fn first_key(state: &State, binding: &Binding) -> String {
    state.keymap.keys(binding).split(' ').next().unwrap_or_default().to_owned()
}

fn width(state: &State, binding: &Binding) -> usize {
    text::width(&first_key(state, binding)) + text::width(binding.bar) + 3
}

fn labelled<'a>(state: &State, theme: &Theme, binding: &Binding) -> Vec<Span<'a>> {
    vec![
        Span::styled(format!(" {}", first_key(state, binding)), theme.style(Role::Key)),
        Span::styled(format!(" {} ", binding.bar), theme.style(Role::Dim)),
    ]
}
