//! Confirming that an object is another one under an old name, and taking that back.

use crate::{
    diff::Rename,
    model::Key,
    tui::{
        keymap::Action,
        layout,
        state::{Pane, State, Tone},
        text, view,
    },
};

/// Confirms what looks like a rename of the object under the cursor, with its parts; or takes that
/// back.
pub fn toggle(state: &mut State) {
    let width = layout::lines_of(state, Pane::Diff).width;
    let part = (state.focus == Pane::Diff).then(|| view::diff_key_at(state, width, state.diff_at)).flatten();
    let key = part.or_else(|| state.current_key().cloned());
    let Some((comparison, key)) = state.comparison().cloned().zip(key) else {
        state.say(Tone::Note, "there is nothing here that could be renamed");
        return;
    };
    let found: Vec<Rename> = comparison.renames_of(&key).into_iter().cloned().collect();
    let Some(first) = found.first() else {
        state.say(
            Tone::Note,
            "nothing here looks like a rename: neither name has a counterpart that is alike",
        );
        return;
    };
    let name = |key: &Key| text::clean(&key.dotted()).into_owned();
    let (from, of, undo) = (name(&first.from), name(&first.to), state.key(Action::Undo));
    let selection = &mut state.targets[state.active].selection;
    let (confirmed, new): (Vec<Rename>, Vec<Rename>) =
        found.into_iter().partition(|rename| selection.renames().contains(rename));
    let sentence = match (new.len(), confirmed.len()) {
        (0, _) => format!("{from} is not taken for {of} any more"),
        (1, _) => format!("{from} is renamed to {of}; {undo} takes that back"),
        (count, _) => {
            format!("{from} is renamed to {of}, with {} of its parts; {undo} takes that back", count - 1)
        }
    };
    match new.is_empty() {
        true => selection.rename(Vec::new(), confirmed),
        false => selection.rename(new, Vec::new()),
    }
    state.say(Tone::Note, sentence);
}
