//! Reading targets again by themselves, and what has changed since the last look.

use std::time::{Duration, Instant};

use super::world;
use crate::tui::{
    effect::Effect,
    keymap::Action,
    state::{State, Tone, side::SideId},
    text,
};

/// How often targets can be read again by themselves, in seconds.
const INTERVALS: [u64; 3] = [10, 60, 300];

/// Reads targets again at the next interval, and not at all after the last.
pub fn next_interval(state: &mut State) {
    let seconds = state.watch.map(|(every, _)| every.as_secs());
    let next = match seconds {
        None => INTERVALS.first(),
        Some(seconds) => INTERVALS.iter().find(|interval| **interval > seconds),
    };
    state.watch = next.map(|seconds| {
        let every = Duration::from_secs(*seconds);
        (every, state.now + every)
    });
    let key = state.key(Action::Watch);
    match state.watch {
        Some((every, _)) => {
            let every = interval(every);
            state.say(Tone::Note, format!("targets are read again every {every}; {key} changes that"));
        }
        None => state.say(Tone::Note, "targets are read again when you say so only"),
    }
}

/// An interval in words.
pub fn interval(every: Duration) -> String {
    match every.as_secs() {
        seconds if seconds < 60 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}

/// Reads the targets again when it is time to.
pub fn due(state: &mut State, now: Instant) -> Vec<Effect> {
    let Some((every, next)) = state.watch else { return Vec::new() };
    if next > now {
        return Vec::new();
    }
    state.watch = Some((every, now + every));
    // Nobody is interrupted again and again by a question that was declined.
    let asked = |(id, side): &(SideId, &crate::tui::state::side::Side)| {
        !side.reading.is_busy() && !state.passwords.skipped.contains(id)
    };
    let targets: Vec<SideId> = state.sides().skip(1).filter(asked).map(|(id, _)| id).collect();
    targets.into_iter().flat_map(|id| world::reload(state, id)).collect()
}

/// Takes everything that is new as seen.
pub fn seen(state: &mut State) {
    let count: usize = state.targets.iter().map(|target| target.news.len()).sum();
    state.targets.iter_mut().for_each(|target| target.news.clear());
    if state.filter.depends_on_news() {
        state.refresh_tree();
    }
    let words = match count {
        0 => "nothing has changed since you last looked".to_owned(),
        count => format!("{} seen", text::counted(count, "change")),
    };
    state.say(Tone::Note, words);
}
