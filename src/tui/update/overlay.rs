//! What lies over the panes: help, palette, and where to write.

use tui_input::Input;

use super::{keys, look, panes};
use crate::tui::{
    effect::Effect,
    keymap::{Action, BINDINGS, Binding, Context},
    state::{Overlay, State},
    view,
};

/// The line that is being typed in a place.
pub fn input_of(state: &mut State, context: Context) -> Option<&mut Input> {
    match (context, &mut state.overlay) {
        (Context::Filter, _) => Some(&mut state.filter_input),
        (Context::Palette, Some(Overlay::Palette { input, .. })) => Some(input),
        (Context::Prompt, Some(Overlay::Write { input, .. })) => Some(input),
        _ => None,
    }
}

/// Does an action of an overlay.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Dismiss {
        state.overlay = None;
        return Vec::new();
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
            let fitting = palette(input.value(), context, &state.themes);
            let last = fitting.len().saturating_sub(1);
            match action {
                Action::Next => *at = if *at >= last { 0 } else { *at + 1 },
                Action::Previous => *at = if *at == 0 { last } else { *at - 1 },
                Action::Accept => {
                    let chosen = fitting.into_iter().nth(*at);
                    state.overlay = None;
                    return match chosen {
                        Some(Offer::Do(binding)) => keys::act(state, binding.action),
                        Some(Offer::Theme(name)) => look::take_theme(state, name),
                        None => Vec::new(),
                    };
                }
                _ => {}
            }
            Vec::new()
        }
        Some(Overlay::Write { input, exists }) => {
            let (path, replace) = (input.value().trim().to_owned(), exists.is_some());
            match panes::plan_to_hand_out(state) {
                Some((plan, proof)) if !path.is_empty() => vec![Effect::Write { path, plan, proof, replace }],
                _ => Vec::new(),
            }
        }
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

/// What the palette offers: everything that can be done in this pane, and every theme, whose name or
/// description has all the words.
pub fn palette(words: &str, context: Context, themes: &[String]) -> Vec<Offer> {
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
    offered.sort_by_key(|offer| !offer.name().starts_with(&first));
    offered
}

/// Asks where to write the SQL, if there is any; or if it is just being made, so that a name that is
/// typed without waiting is not taken for commands.
pub fn ask_where_to_write(state: &mut State) {
    let coming =
        state.target().is_some_and(|target| !target.selection.is_empty() && target.current_plan().is_none());
    if !coming && panes::plan_to_hand_out(state).is_none() {
        return;
    }
    let label = state.target().map(|target| target.side.label.as_str()).unwrap_or_default();
    let words = label.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(32).collect();
    let name = name.trim_matches(|c| c == '-' || c == '.');
    let name = if name.is_empty() { "target" } else { name };
    state.overlay = Some(Overlay::Write { input: format!("reconcile-{name}.sql").into(), exists: None });
}
