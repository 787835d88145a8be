//! How the screen looks, and whose the mouse is.

use crate::tui::{
    background::Background,
    effect::Effect,
    keymap::Action,
    state::{State, Tone},
};

/// Takes the next theme.
pub fn next_theme(state: &mut State) -> Vec<Effect> {
    state.theme_taken = true;
    vec![Effect::NextTheme]
}

/// Takes the theme of a name.
pub fn take_theme(state: &mut State, name: String) -> Vec<Effect> {
    state.theme_taken = true;
    state.say_theme(&name);
    vec![Effect::Theme(name)]
}

/// Takes the theme that fits the terminal's background, unless the user took one already.
pub fn take_background(state: &mut State, background: Background) -> Vec<Effect> {
    if state.theme_taken {
        return Vec::new();
    }
    let name = match background {
        Background::Dark => "dark",
        Background::Light => "light",
    };
    vec![Effect::Theme(name.to_owned())]
}

/// Takes the mouse, or leaves it to the terminal.
pub fn toggle_mouse(state: &mut State) -> Vec<Effect> {
    state.mouse = !state.mouse;
    let key = state.key(Action::Mouse);
    let sentence = match state.mouse {
        true => "the mouse is used here again".to_owned(),
        false => format!("the mouse is the terminal's: select text with it; {key} takes it back"),
    };
    state.say(Tone::Note, sentence);
    vec![Effect::Mouse(state.mouse)]
}
