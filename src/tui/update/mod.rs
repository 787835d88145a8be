//! What each message changes, and what has to be done about it. Pure: the time comes with the
//! message.

mod accept;
#[cfg(test)]
mod accept_tests;
mod check;
#[cfg(test)]
mod difference_tests;
mod edit;
#[cfg(test)]
mod explore_tests;
mod keys;
mod log;
mod look;
mod mouse;
#[cfg(test)]
mod mouse_tests;
#[cfg(test)]
mod outside_tests;
mod overlay;
mod panes;
mod password;
#[cfg(test)]
mod plan_tests;
mod question;
mod rename;
mod select;
mod targets;
#[cfg(test)]
mod tests;
mod tree;
pub mod watch;
mod world;

use std::{sync::Arc, time::Instant};

pub use overlay::{Offer, palette};

use super::{
    effect::Effect,
    highlight, layout,
    message::Message,
    request::PlanRequest,
    state::{
        LogView, Overlay, Pane, State,
        board::Grouping,
        detail::DetailRequest,
        planned::Proving,
        side::{Reading, SideId, Target},
    },
};

/// How many texts keep their colours.
const HIGHLIGHTED: usize = 64;

/// What has to be done at the start: read everything, all at the same time.
pub fn start(state: &mut State) -> Vec<Effect> {
    if state.first_run.is_some() {
        question::ask_for_configuration(state);
        state.canonical.reading = Reading::Cancelled;
        return Vec::new();
    }
    let load = |(side, at): (SideId, u64)| Effect::Load { side, generation: at };
    state.sides().map(|(id, side)| (id, side.generation)).map(load).collect()
}

/// Takes a message in.
pub fn update(state: &mut State, message: Message, now: Instant) -> Vec<Effect> {
    state.now = now;
    let before = (state.focus, state.zoomed, state.size);
    if state.notice.as_ref().is_some_and(|notice| notice.until <= now) {
        state.notice = None;
    }
    let mut effects = match message {
        Message::Key(event) => keys::press(state, event),
        Message::Mouse(event) => mouse::mouse(state, event),
        Message::Paste(text) => keys::paste(state, &text),
        Message::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        Message::Tick => Vec::new(),
        Message::Background(background) => look::take_background(state, background),
        other => world::take(state, other),
    };
    targets::pass_over_failed(state);
    effects.extend(watch::due(state, now));
    effects.extend(follow_up(state));
    if before != (state.focus, state.zoomed, state.size) {
        panes::show_cursors(state);
    }
    effects
}

/// Asks for whatever the screen shows and does not have yet, and keeps what is scrolled in range.
fn follow_up(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    password::ask_next(state);
    let rows = layout::lines_of(state, Pane::Tree).height;
    state.tree.keep_in_view(usize::from(rows));
    state.refresh_marks();
    panes::link(state);
    panes::keep_in_range(state);
    effects.extend(wanted_board(state));
    effects.extend(wanted_search(state));
    effects.extend(wanted_detail(state));
    effects.extend(wanted_plan(state));
    effects.extend(wanted_proof(state));
    effects.extend(wanted_colours(state));
    effects
}

/// Asks for other rows where they are put together otherwise, or by what another target says.
fn wanted_board(state: &mut State) -> Option<Effect> {
    let of_target = state.grouping != Grouping::Schema && state.grouped.1 != state.active;
    (state.grouped.0 != state.grouping || of_target).then(|| world::build_board(state))?
}

/// Asks for what has the words that are being typed.
fn wanted_search(state: &mut State) -> Option<Effect> {
    let Some(Overlay::Search(search)) = &mut state.overlay else { return None };
    if search.is_current() || search.wanted.as_deref() == Some(search.input.value()) {
        return None;
    }
    let words = search.input.value().to_owned();
    search.wanted = Some(words.clone());
    let snapshots = state.sides().filter_map(|(_, side)| side.snapshot.clone()).collect();
    Some(Effect::Search { words, snapshots })
}

fn wanted_detail(state: &mut State) -> Option<Effect> {
    let dialect = state.dialect?.0;
    let of = (state.current_key()?.clone(), state.active, state.board_revision);
    if state.detail_wanted.as_ref() == Some(&of) {
        return None;
    }
    state.detail_wanted = Some(of.clone());
    if state.detail_of.as_ref().is_none_or(|before| before.0 != of.0) {
        (state.diff_at, state.diff_scroll) = (0, 0);
    }
    let request = DetailRequest {
        dialect,
        key: of.0.clone(),
        canonical: Arc::clone(state.canonical.snapshot.as_ref()?),
        targets: state.targets.iter().map(|target| target.comparison.clone()).collect(),
        active: state.active,
        script: Vec::new(),
        unsearched: false,
    };
    Some(Effect::Detail { of, request })
}

/// Asks for the plan of the selection as it is now; what is known of an older one is worth nothing.
fn wanted_plan(state: &mut State) -> Vec<Effect> {
    let is_new = |target: &Target| target.plan_wanted != Some(target.plan_id());
    let Some(request) = state.target().filter(|target| is_new(target)).and_then(|_| plan_request(state))
    else {
        return Vec::new();
    };
    state.targets[state.active].plan_wanted = Some(request.id);
    state.prove_at = None;
    abandon_proof(state);
    vec![Effect::CancelProof, Effect::Plan(request)]
}

/// What the plan of the active target is made from, once that is known.
pub(super) fn plan_request(state: &State) -> Option<PlanRequest> {
    let target = state.target()?;
    Some(PlanRequest {
        target: state.active,
        id: target.plan_id(),
        dialect: state.dialect?,
        canonical: Arc::clone(state.canonical.snapshot.as_ref()?),
        comparison: Arc::clone(target.comparison.as_ref().filter(|c| c.direction == target.shape.direction)?),
        selection: target.selection.shared(),
        hunks: target.selection.hunks().clone(),
        renames: target.selection.renames().iter().cloned().collect(),
        labels: (target.side.label.clone(), state.canonical.label.clone()),
    })
}

/// Starts the proof when the selection has rested for long enough.
fn wanted_proof(state: &mut State) -> Option<Effect> {
    if state.prove_at.is_none_or(|at| at > state.now) {
        return None;
    }
    state.prove_at = None;
    prove(state)
}

/// Starts the proof of the plan on the screen.
fn prove(state: &mut State) -> Option<Effect> {
    let request = plan_request(state)?;
    abandon_proof(state);
    let target = &mut state.targets[state.active];
    let planned = target.planned.as_mut().filter(|planned| planned.id == request.id)?;
    planned.proving = Proving::Running;
    Some(Effect::Prove { request, plan: Arc::clone(&planned.plan) })
}

/// One plan is proven at a time: the proof that is under way gives way.
fn abandon_proof(state: &mut State) {
    let plans = state.targets.iter_mut().filter_map(|target| target.planned.as_mut());
    for planned in plans.filter(|planned| planned.proving == Proving::Running) {
        planned.proving = Proving::Waiting;
    }
}

fn wanted_colours(state: &mut State) -> Vec<Effect> {
    let mut texts: Vec<Arc<str>> = Vec::new();
    if let Some(detail) = state.current_detail() {
        texts.extend([Arc::clone(&detail.canonical), Arc::clone(&detail.live)]);
    }
    texts.extend(
        state.target().and_then(|target| target.current_plan()).map(|planned| Arc::clone(&planned.sql)),
    );
    if let Some(Overlay::Log(LogView { back, open: Some(_) })) = state.overlay {
        texts.extend(state.logged(back).map(|entry| entry.whole().into()));
    }
    if state.highlighted.len() > HIGHLIGHTED {
        let shown: Vec<u64> = texts.iter().map(|text| highlight::id(text)).collect();
        state.highlighted.retain(|id, _| shown.contains(id));
        state.highlight_wanted.retain(|id| shown.contains(id));
    }
    texts.retain(|text| !text.is_empty() && state.highlight_wanted.insert(highlight::id(text)));
    texts.into_iter().map(Effect::Highlight).collect()
}
