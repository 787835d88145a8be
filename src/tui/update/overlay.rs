//! What lies over the panes: help, palette, search, log and passwords.

use tui_input::Input;

use super::{keys, log, look, password, question, tree};
use crate::tui::{
    effect::Effect,
    keymap::{Action, BINDINGS, Binding, Context},
    state::{Overlay, Pane, State},
    view,
};

/// The line that is being typed in a place.
pub fn input_of(state: &mut State, context: Context) -> Option<&mut Input> {
    match (context, &mut state.overlay) {
        (Context::Filter, _) => Some(&mut state.filter_input),
        (Context::Palette, Some(Overlay::Palette { input, .. })) => Some(input),
        (Context::Palette, Some(Overlay::Search(search))) => Some(&mut search.input),
        (Context::Prompt, Some(Overlay::Question(question))) => question.input(),
        (Context::Prompt, Some(Overlay::Password { input, .. })) => Some(&mut input.0),
        _ => None,
    }
}

/// Does an action of an overlay.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Dismiss && !log::is_open(state) {
        // Without a configuration there is nothing under the question for the first one.
        let leaves = state.first_run.is_some();
        if let Some(Overlay::Password { side, .. }) = state.overlay {
            password::skip(state, side);
        }
        state.overlay = None;
        return if leaves { vec![Effect::Quit] } else { Vec::new() };
    }
    let context = state.focus.context();
    let (columns, rows) = state.size;
    match &mut state.overlay {
        Some(Overlay::Help { scroll }) => {
            let page = usize::from(rows / 2).max(1);
            let last =
                view::help_lines(&state.keymap, context, columns).saturating_sub(view::help_height(rows));
            *scroll = match action {
                Action::Next => *scroll + 1,
                Action::Previous => scroll.saturating_sub(1),
                Action::PageDown => *scroll + page,
                Action::PageUp => scroll.saturating_sub(page),
                Action::First => 0,
                Action::Last => last,
                _ => *scroll,
            }
            .min(last);
            Vec::new()
        }
        Some(Overlay::Palette { input, at }) => {
            let (words, marked) = (input.value().to_owned(), *at);
            let fitting = palette(state, &words);
            let last = fitting.len().saturating_sub(1);
            let moved = match action {
                Action::Next => {
                    if marked >= last {
                        0
                    } else {
                        marked + 1
                    }
                }
                Action::Previous => marked.checked_sub(1).unwrap_or(last),
                Action::Accept => {
                    let chosen = fitting.into_iter().nth(marked);
                    state.overlay = None;
                    return chosen.map_or_else(Vec::new, |chosen| run(state, chosen));
                }
                _ => marked,
            };
            if let Some(Overlay::Palette { at, .. }) = &mut state.overlay {
                *at = moved;
            }
            Vec::new()
        }
        Some(Overlay::Log(view)) => {
            let view = *view;
            log::act(state, view, action)
        }
        Some(Overlay::Password { side, input }) if action == Action::Accept => {
            let (side, input) = (*side, input.clone());
            password::give(state, side, &input)
        }
        Some(Overlay::Password { .. }) => Vec::new(),
        Some(Overlay::Search(search)) => {
            let last = search.hits.len().saturating_sub(1);
            match action {
                Action::Next => search.at = if search.at >= last { 0 } else { search.at + 1 },
                Action::Previous => search.at = search.at.checked_sub(1).unwrap_or(last),
                Action::Accept => {
                    if let Some(key) = search.hits.get(search.at).map(|hit| hit.key.clone()) {
                        state.overlay = None;
                        state.focus = Pane::Tree;
                        tree::go_to_object(state, &key);
                    }
                }
                _ => {}
            }
            Vec::new()
        }
        Some(Overlay::Question(_)) => question::act(state, action),
        None => Vec::new(),
    }
}

/// Something that the palette offers.
#[derive(Clone, Debug)]
pub enum Offer {
    /// To do what keys do.
    Do {
        /// What.
        binding: &'static Binding,
        /// Whether it belongs to another pane than the one that has the focus.
        elsewhere: bool,
    },
    /// To take a theme.
    Theme(String),
}

impl Offer {
    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Offer::Do { binding, .. } => binding.name.replace('-', " "),
            Offer::Theme(name) => format!("theme {name}"),
        }
    }

    /// What it does, in a sentence.
    pub fn help(&self) -> String {
        match self {
            Offer::Do { binding, elsewhere: true } => {
                format!("{}: {}", binding.context.name(), binding.help)
            }
            Offer::Do { binding, .. } => binding.help.to_owned(),
            Offer::Theme(name) => format!("take the theme {name}"),
        }
    }
}

/// Does what was chosen in the palette, and remembers that.
fn run(state: &mut State, chosen: Offer) -> Vec<Effect> {
    let name = chosen.name();
    state.history.retain(|known| *known != name);
    state.history.insert(0, name);
    match chosen {
        Offer::Theme(name) => look::take_theme(state, name),
        Offer::Do { binding, .. } => {
            // What is about the line under the cursor is about that of its own pane.
            let pane = Pane::ALL.into_iter().find(|pane| pane.context() == binding.context);
            if let Some(pane) = pane.filter(|_| binding.action.is_about_a_line()) {
                state.focus = pane;
            }
            keys::act(state, binding.action)
        }
    }
}

/// What the palette offers: everything that can be done in any pane, and every theme, whose name or
/// description has all the words. What was done last comes first, then what belongs to the pane with the
/// focus, to every pane, and to the others.
pub fn palette(state: &State, words: &str) -> Vec<Offer> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let here = state.focus.context();
    let alone = state.targets.is_empty();
    let of_panes = BINDINGS.iter().filter(|binding| {
        let in_vain = alone && (binding.context == Context::Plan || binding.action.is_about_a_target());
        (binding.context.is_pane() || binding.context == Context::Panes) && !in_vain
    });
    let actions = of_panes.map(|binding| {
        let elsewhere = binding.context != here && binding.context != Context::Panes;
        Offer::Do { binding, elsewhere }
    });
    let themes = state.themes.iter().cloned().map(Offer::Theme);
    let fits = |offer: &Offer| {
        let text = format!("{} {}", offer.name(), offer.help()).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut offered: Vec<Offer> = actions.chain(themes).filter(fits).collect();
    let first = words.first().cloned().unwrap_or_default();
    let place = |offer: &Offer| match offer {
        Offer::Do { binding, .. } if binding.context == here => 0,
        Offer::Do { elsewhere, .. } => 1 + u8::from(*elsewhere),
        Offer::Theme(_) => 3,
    };
    offered.sort_by_cached_key(|offer| {
        let name = offer.name();
        let used = state.history.iter().position(|known| *known == name);
        (!name.starts_with(&first), used.unwrap_or(usize::MAX), place(offer))
    });
    offered
}
