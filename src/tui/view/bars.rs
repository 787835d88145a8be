//! The two lines at the bottom: what is selected, and the keys.

use ratatui::{Frame, layout::Rect, text::Span};

use super::cut_line;
use crate::tui::{
    keymap::{Action, Binding, Context},
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
        let bindings = state.keymap.bindings(context);
        bindings.filter(|(binding, keys)| !binding.bar.is_empty() && !keys.is_empty())
    };
    let mut bindings: Vec<Labelled> = named(context).collect();
    if context.is_pane() {
        let own: Vec<Action> = bindings.iter().map(|(binding, _)| binding.action).collect();
        bindings.extend(named(Context::Panes).filter(|(binding, _)| !own.contains(&binding.action)));
    }
    // Help and quit are what somebody who is lost looks for: they keep a place at the end.
    let (last, first): (Vec<Labelled>, Vec<Labelled>) =
        bindings.into_iter().partition(|(binding, _)| matches!(binding.name, "help" | "quit"));
    let reserved: usize = last.iter().map(width).sum();
    let mut room = usize::from(area.width).saturating_sub(reserved);
    let mut spans = Vec::new();
    for binding in first {
        let width = width(&binding);
        if width > room {
            break;
        }
        room -= width;
        spans.extend(labelled(theme, &binding));
    }
    last.iter().for_each(|binding| spans.extend(labelled(theme, binding)));
    frame.render_widget(cut_line(spans, usize::from(area.width)), area);
}

/// A binding with its keys.
type Labelled = (&'static Binding, String);

fn first_key((_, keys): &Labelled) -> &str {
    keys.split(' ').next().unwrap_or_default()
}

fn width(labelled: &Labelled) -> usize {
    text::width(first_key(labelled)) + text::width(labelled.0.bar) + 3
}

fn labelled(theme: &Theme, labelled: &Labelled) -> [Span<'static>; 2] {
    [
        Span::styled(format!(" {}", first_key(labelled)), theme.style(Role::Key)),
        Span::styled(format!(" {} ", labelled.0.bar), theme.style(Role::Dim)),
    ]
}
