//! Keys become actions, by the place where they are pressed.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tui_input::{InputRequest, backend::crossterm::EventHandler};

use super::{
    accept, check, edit, look, overlay, panes, prove, question, rename, select, targets, tree, watch, world,
};
use crate::tui::{
    effect::Effect,
    keymap::{Action, Context, Key},
    state::{LogView, Overlay, Pane, Search, State, Tone, planned::Proving, side::SideId},
};

/// Does what a key says. Releases of keys say nothing.
pub fn press(state: &mut State, event: KeyEvent) -> Vec<Effect> {
    if event.kind == KeyEventKind::Release {
        return Vec::new();
    }
    panic_for_a_test(&event);
    state.has_seen_notice();
    let context = state.context();
    let Some(action) = state.keymap.action(context, &event) else {
        if context.is_pane() {
            say_where(state, &event);
        } else {
            type_in(state, context, &Event::Key(event));
        }
        return Vec::new();
    };
    match context {
        Context::Help | Context::Log | Context::Palette | Context::Prompt => overlay::act(state, action),
        Context::Filter => {
            tree::end_filter(state, action == Action::Accept);
            Vec::new()
        }
        Context::Panes | Context::Targets | Context::Tree | Context::Diff | Context::Plan => {
            act(state, action)
        }
    }
}

/// Says where a key does something that does nothing here.
fn say_where(state: &mut State, event: &KeyEvent) {
    let (key, help) = (Key::of(event), state.key(Action::Help));
    let elsewhere = state.keymap.pane_of(event);
    let words = match elsewhere.and_then(|place| Some((place, state.key(place.goes_there()?)))) {
        Some((place, goes)) => format!("{key} does something {}: {goes} goes there", place.whereabouts()),
        None => format!("{key} does nothing here; {help} shows what does"),
    };
    state.say(Tone::Note, words);
}

/// Panics at Ctrl-Alt-F12, so that it can be tested what the terminal is like after a panic. Only in
/// a program that is built for development.
fn panic_for_a_test(event: &KeyEvent) {
    let asked = event.code == KeyCode::F(12) && event.modifiers == KeyModifiers::CONTROL | KeyModifiers::ALT;
    assert!(!(cfg!(debug_assertions) && asked), "a panic was asked for");
}

/// Pasted text goes where text is typed, on one line.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let context = state.context();
    if let Some(input) = overlay::input_of(state, context) {
        let typed = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        for c in typed {
            input.handle(InputRequest::InsertChar(c));
        }
        typed_in(state, context);
    }
    Vec::new()
}

fn type_in(state: &mut State, context: Context, event: &Event) {
    let Some(input) = overlay::input_of(state, context) else { return };
    if input.handle_event(event).is_some_and(|changed| changed.value) {
        typed_in(state, context);
    }
}

fn typed_in(state: &mut State, context: Context) {
    match (context, &mut state.overlay) {
        (Context::Filter, _) => tree::narrow(state),
        (_, Some(Overlay::Palette { at, .. })) => *at = 0,
        (_, Some(Overlay::Question(question))) => super::question::typed(question),
        _ => {}
    }
}

/// Does an action of the panes.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    use Action as A;
    match action {
        A::Toggle
        | A::ToggleDanger
        | A::Range
        | A::SelectAll
        | A::SelectNone
        | A::Invert
        | A::Undo
        | A::Redo => {
            select::act(state, action);
        }
        A::RangeDown | A::RangeUp => select::extend(state, action == A::RangeDown),
        A::Filter => tree::begin_filter(state),
        A::NextMatch | A::PreviousMatch => tree::next_match(state, action == A::NextMatch),
        A::NextDifference | A::PreviousDifference => {
            tree::next_difference(state, action == A::NextDifference)
        }
        A::ShowAll => tree::show_all(state),
        A::ShowAccepted => tree::show_accepted(state),
        A::ShowRuledOut => return accept::show_ruled_out(state),
        A::Known => return accept::ask(state),
        A::Rename => rename::toggle(state),
        A::Group => tree::next_grouping(state),
        A::Search => state.overlay = Some(Overlay::Search(Search::default())),
        A::ExpandAll | A::CollapseAll => tree::open_all(state, action == A::ExpandAll),
        A::Write => question::ask_where_to_write(state),
        A::WriteMigration => question::ask_for_migration(state),
        A::WriteSelection => question::ask_for_selection(state),
        A::Copy => return panes::copy(state),
        A::Edit => return edit::edit(state),
        A::Page => return panes::page(state),
        A::Log => state.overlay = Some(Overlay::Log(LogView::default())),
        A::Prove => return prove_now(state),
        A::Check => return check::ask(state),
        A::Style => panes::next_style(state),
        A::Flip => return panes::flip(state),
        A::WayBack => panes::turn_back(state),
        A::Layout => panes::next_layout(state),
        A::Whole => {
            state.whole = !state.whole;
            (state.diff_at, state.diff_scroll) = (0, 0);
        }
        A::Up | A::Down | A::PageUp | A::PageDown | A::First | A::Last | A::Left | A::Right => {
            panes::step(state, action);
        }
        A::Enter => panes::enter(state),
        A::NextTarget | A::PreviousTarget => panes::next_target(state, action == A::NextTarget),
        A::Refresh => return refresh(state),
        A::Watch => watch::next_interval(state),
        A::Seen => watch::seen(state),
        A::Add => question::ask_for_target(state),
        A::Hide => targets::hide(state),
        A::ShowHidden => targets::show_hidden(state),
        A::MoveUp | A::MoveDown => targets::shift(state, action == A::MoveDown),
        A::RefreshAll => {
            let all: Vec<SideId> = state.sides().map(|(id, _)| id).collect();
            return all.into_iter().flat_map(|id| world::reload(state, id)).collect();
        }
        A::NextPane | A::PreviousPane => panes::next_pane(state, action == A::NextPane),
        A::Pane1 => state.focus = Pane::Targets,
        A::Pane2 => state.focus = Pane::Tree,
        A::Pane3 => state.focus = Pane::Diff,
        A::Pane4 if state.targets.is_empty() => {
            state.say(Tone::Note, "there is no target to make a plan for")
        }
        A::Pane4 => state.focus = Pane::Plan,
        A::Zoom => state.zoomed = !state.zoomed,
        A::Narrower => panes::widen(state, -4),
        A::Wider => panes::widen(state, 4),
        A::Theme => return look::next_theme(state),
        A::Mouse => return look::toggle_mouse(state),
        A::Help => state.overlay = Some(Overlay::Help { scroll: 0 }),
        A::Palette => state.overlay = Some(Overlay::Palette { input: tui_input::Input::default(), at: 0 }),
        A::Suspend => return vec![Effect::Suspend],
        A::Back => tree::back(state),
        A::Cancel => return world::cancel(state).unwrap_or_else(|| vec![Effect::Quit]),
        A::Quit => return vec![Effect::Quit],
        A::OtherForm | A::Accept | A::Dismiss | A::Previous | A::Next => {}
    }
    Vec::new()
}

/// Reads the active target again; canonical too, where that is what failed.
fn refresh(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.canonical.snapshot.is_none() && !state.canonical.reading.is_busy() {
        effects.extend(world::reload(state, SideId::Canonical));
    }
    if !state.targets.is_empty() {
        effects.extend(world::reload(state, SideId::Target(state.active)));
    }
    effects
}

fn prove_now(state: &mut State) -> Vec<Effect> {
    let planned = state.target().and_then(|target| target.current_plan());
    match planned {
        None => state.say(Tone::Note, "there is no plan to prove yet"),
        Some(planned) if planned.plan.is_empty() => {
            state.say(Tone::Note, "there is nothing to prove: the plan is empty");
        }
        Some(planned) if planned.proving == Proving::Running => {
            state.say(Tone::Note, "the plan is being proven already");
        }
        Some(_) => {
            state.prove_at = None;
            return prove(state).into_iter().collect();
        }
    }
    Vec::new()
}
