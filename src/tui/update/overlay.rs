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
            let fitting = palette(input.value(), context, &state.themes, &state.history);
            let last = fitting.len().saturating_sub(1);
            match action {
                Action::Next => *at = if *at >= last { 0 } else { *at + 1 },
                Action::Previous => *at = if *at == 0 { last } else { *at - 1 },
                Action::Accept => {
                    let chosen = fitting.into_iter().nth(*at);
                    state.overlay = None;
                    return match chosen {
                        Some(Offer::Do(binding)) => run(state, binding),
                        Some(Offer::Theme(name)) => look::take_theme(state, name),
                        None => Vec::new(),
                    };
                }
                _ => {}
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
    Do(&'static Binding),
    /// To take a theme.
    Theme(String),
}

impl Offer {
    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Offer::Do(binding) => binding.name.replace('-', " "),
            Offer::Theme(name) => format!("theme {name}"),
        }
    }

    /// What it does, in a sentence.
    pub fn help(&self) -> String {
        match self {
            Offer::Do(binding) => binding.help.to_owned(),
            Offer::Theme(name) => format!("take the theme {name}"),
        }
    }
}

/// Does what was chosen in the palette, and remembers that.
fn run(state: &mut State, binding: &'static Binding) -> Vec<Effect> {
    state.history.retain(|name| *name != binding.name);
    state.history.insert(0, binding.name);
    keys::act(state, binding.action)
}

/// What the palette offers: everything that can be done in this pane, and every theme, whose name or
/// description has all the words; what was done last comes first.
pub fn palette(words: &str, context: Context, themes: &[String], history: &[&str]) -> Vec<Offer> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let here = |binding: &&Binding| {
        binding.context == context || matches!(binding.context, Context::Panes | Context::Tree)
    };
    let actions = BINDINGS.iter().filter(here).map(Offer::Do);
    let themes = themes.iter().cloned().map(Offer::Theme);
    let fits = |offer: &Offer| {
        let text = format!("{} {}", offer.name(), offer.help()).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut offered: Vec<Offer> = actions.chain(themes).filter(fits).collect();
    let first = words.first().cloned().unwrap_or_default();
    let used = |offer: &Offer| match offer {
        Offer::Do(binding) => history.iter().position(|name| *name == binding.name),
        Offer::Theme(_) => None,
    };
    offered.sort_by_key(|offer| (!offer.name().starts_with(&first), used(offer).unwrap_or(usize::MAX)));
    offered
}
