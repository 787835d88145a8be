//! The log: which statement is marked, and how it is read whole.

use crate::tui::{
    effect::Effect,
    journal::Entry,
    keymap::Action,
    programs::Program,
    state::{LogView, Overlay, State},
    view,
};

/// Whether a statement is read whole: what closes the log leads back to it first.
pub fn is_open(state: &State) -> bool {
    matches!(state.overlay, Some(Overlay::Log(LogView { open: Some(_), .. })))
}

/// Does an action of the log.
pub fn act(state: &mut State, view: LogView, action: Action) -> Vec<Effect> {
    let Some(entry) = state.logged(view.back) else { return Vec::new() };
    match action {
        Action::Copy => return vec![Effect::Copy { what: "the statement", text: entry.sql.as_str().into() }],
        Action::Page => return vec![Effect::Run(Program::Pager(entry.whole()))],
        _ => {}
    }
    let page = usize::from(state.size.1 / 2).max(1);
    let last = state.log.len().saturating_sub(1);
    let moved = match (view.open, action) {
        (None, Action::Accept) => LogView { open: Some(0), ..view },
        (Some(_), Action::Dismiss) => LogView { open: None, ..view },
        (_, Action::NextDifference) => other(view, view.back.saturating_sub(1)),
        (_, Action::PreviousDifference) => other(view, (view.back + 1).min(last)),
        (None, _) => LogView { back: last - stepped(last - view.back, last, page, action), ..view },
        (Some(top), _) => {
            let last = view::log_lines(entry, state.size).saturating_sub(view::log_height(state.size));
            LogView { open: Some(stepped(top, last, page, action)), ..view }
        }
    };
    state.overlay = Some(Overlay::Log(moved));
    Vec::new()
}

/// Another statement, from its first line on where it is read whole.
fn other(view: LogView, back: usize) -> LogView {
    LogView { back, open: view.open.map(|_| 0) }
}

/// Where an action leads among places up to the last.
fn stepped(at: usize, last: usize, page: usize, action: Action) -> usize {
    let to = match action {
        Action::Next => at + 1,
        Action::Previous => at.saturating_sub(1),
        Action::PageDown => at + page,
        Action::PageUp => at.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => at,
    };
    to.min(last)
}

/// Takes a statement into the log. What is looked at stays what it is, unless that is the end.
pub fn take(state: &mut State, entry: Entry, most: usize) {
    if state.log.len() == most {
        state.log.pop_front();
    }
    state.log.push_back(entry);
    let last = state.log.len() - 1;
    if let Some(Overlay::Log(view)) = &mut state.overlay
        && (view.back > 0 || view.open.is_some())
    {
        view.back = (view.back + 1).min(last);
    }
}
