//! Passwords that servers want: each is asked for in turn.

use secrecy::SecretString;

use super::world;
use crate::tui::{
    effect::Effect,
    state::{Hidden, Overlay, State, side::SideId},
};

/// A server wants a password: its turn comes when nothing else is being answered.
pub fn want(state: &mut State, side: SideId) {
    if !state.passwords.waiting.contains(&side) {
        state.passwords.waiting.push_back(side);
    }
}

/// Asks for the next password that is still wanted, unless something else is being typed or read.
pub fn ask_next(state: &mut State) {
    if state.overlay.is_some() || state.filtering {
        return;
    }
    while let Some(side) = state.passwords.waiting.pop_front() {
        let busy = state.sides().any(|(id, known)| id == side && known.reading.is_busy());
        if !busy {
            state.overlay = Some(Overlay::Password { side, input: Hidden::default() });
            return;
        }
    }
}

/// Takes the password that was typed, and reads its side with it.
pub fn give(state: &mut State, side: SideId, input: &Hidden) -> Vec<Effect> {
    let password = SecretString::from(input.0.value().to_owned());
    state.overlay = None;
    let mut effects = vec![Effect::Password { side, password }];
    effects.extend(world::reload(state, side));
    effects
}

/// Goes on without it: it is asked for again when the user reads the side again, and not by itself.
pub fn skip(state: &mut State, side: SideId) {
    state.overlay = None;
    state.passwords.skipped.insert(side);
}
