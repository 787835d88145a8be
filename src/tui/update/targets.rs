//! Which targets are shown, and in which order.

use super::{panes, tree};
use crate::tui::{
    keymap::Action,
    state::{
        State, Tone,
        side::{Reading, Target},
    },
    text,
};

/// Takes the active target off the screen; it stays as it is, and can be shown again.
pub fn hide(state: &mut State) {
    if state.shown.len() < 2 {
        state.say(Tone::Note, "the last target stays on the screen");
        return;
    }
    let place = state.place();
    let hidden = state.shown.remove(place);
    panes::use_place(state, place);
    let label = text::clean(&state.targets[hidden].side.label).into_owned();
    let key = state.key(Action::ShowHidden);
    state.say(Tone::Note, format!("{label} is hidden; {key} shows it again"));
}

/// Shows all targets again, those that were hidden behind the others.
pub fn show_hidden(state: &mut State) {
    let hidden: Vec<usize> =
        (0..state.targets.len()).filter(|target| !state.shown.contains(target)).collect();
    if hidden.is_empty() {
        state.say(Tone::Note, "no target is hidden");
    }
    state.shown.extend(hidden);
}

/// As long as the user took no target, one that cannot be read gives way to the first that may be.
pub fn pass_over_failed(state: &mut State) {
    let failed = |target: &Target| {
        target.comparison.is_none() && matches!(target.side.reading, Reading::Failed { .. })
    };
    if state.target_taken || !state.target().is_some_and(failed) {
        return;
    }
    let is_left = |at: &usize| state.targets.get(*at).is_some_and(|target| !failed(target));
    if let Some(other) = state.shown.iter().copied().find(is_left) {
        let failed = state.target().map(|target| text::clean(&target.side.label).into_owned());
        let key = state.key(Action::Pane1);
        state.say(Tone::Error, format!("{} could not be read: {key} shows why", failed.unwrap_or_default()));
        panes::use_target(state, other);
        if !state.has_begun {
            tree::go_to_first_difference(state);
        }
    }
}

/// Moves the active target up or down among the others.
pub fn shift(state: &mut State, down: bool) {
    let place = state.place();
    let other = if down { place + 1 } else { place.wrapping_sub(1) };
    if other < state.shown.len() {
        state.shown.swap(place, other);
    }
}
