//! Accepting differences as known, and taking that back.

use std::sync::Arc;

use jiff::civil::Date;

use super::{question, select, world};
use crate::{
    diff::{Accepted, Baseline, Status},
    model::Key,
    tui::{
        effect::Effect,
        keymap::Action,
        state::{
            Overlay, State, Tone,
            comparison::Comparison,
            question::{About, Field, Question},
        },
        text,
    },
};

/// Asks why the differences in reach of the cursor are accepted; where they are accepted already, that
/// is taken back.
pub fn ask(state: &mut State) -> Vec<Effect> {
    let Some(comparison) = state.comparison().cloned() else {
        state.say(Tone::Note, "nothing has been compared yet that could be accepted");
        return Vec::new();
    };
    let rows = select::rows_in_reach(state);
    let board = Arc::clone(&state.board);
    let keys = || rows.iter().filter_map(|row| board.node(*row).key);
    let known = |key: &&Key| comparison.drift.status(key) != Status::Unknown;
    let open: Vec<Key> =
        keys().filter(|key| comparison.whole.contains(*key)).filter(known).cloned().collect();
    if open.is_empty() {
        let accepted: Vec<&Key> = keys().filter(|key| comparison.is_accepted(key)).collect();
        return take_back(state, &comparison, &accepted);
    }
    let name = state.target().map(|target| target.name.clone()).unwrap_or_default();
    let fields = vec![
        Field::new("reason", "", "why it may stay as it is"),
        Field::new("until", "", "the last day, as 2026-12-31; empty: for good"),
        Field::new("at", name, "the target's name, or a pattern such as prod-*; empty: every target"),
    ];
    state.overlay = Some(Overlay::Question(Question::new(About::Accept { keys: open }, fields)));
    Vec::new()
}

fn take_back(state: &mut State, comparison: &Comparison, keys: &[&Key]) -> Vec<Effect> {
    let acceptance = |key: &&Key| comparison.drift.differences.get(*key)?.acceptance.as_ref();
    let mut entries: Vec<Accepted> = Vec::new();
    for accepted in keys.iter().filter_map(acceptance).map(|acceptance| &acceptance.accepted) {
        if !entries.contains(accepted) {
            entries.push(accepted.clone());
        }
    }
    if entries.is_empty() {
        state.say(Tone::Note, "there is no difference here that could be accepted");
        return Vec::new();
    }
    vec![Effect::Unaccept(entries)]
}

/// Accepts differences exactly as they are now, with the reason and the day that were typed.
pub fn accept(state: &mut State, keys: &[Key], answers: &Question) -> Vec<Effect> {
    let until = match answers.answer(1) {
        "" => None,
        day => match day.parse::<Date>() {
            Ok(day) => Some(day),
            Err(_) => {
                let day = text::clean(day).into_owned();
                question::refuse(state, format!("`{day}` is no day; write it as 2026-12-31."));
                return Vec::new();
            }
        },
    };
    let (Some(comparison), Some(canonical)) = (state.comparison(), state.canonical.snapshot.as_ref()) else {
        return Vec::new();
    };
    let target = Some(answers.answer(2)).filter(|target| !target.is_empty()).map(str::to_owned);
    let entry = |key: &Key| {
        let drift = &comparison.drift;
        let entry = Accepted::exactly(key, drift, canonical, &comparison.snapshot, answers.answer(0));
        Accepted { until, target: target.clone(), ..entry }
    };
    // Since the question was asked, the target may have been read again.
    let entries: Vec<Accepted> =
        keys.iter().filter(|key| comparison.whole.contains(*key)).map(entry).collect();
    if entries.is_empty() {
        state.overlay = None;
        state.say(Tone::Note, "this difference is gone meanwhile: nothing was accepted");
        return Vec::new();
    }
    vec![Effect::Accept(entries)]
}

/// Takes in what is accepted now, and compares everything by it.
pub fn accepted(state: &mut State, result: Result<(Baseline, String), String>) -> Vec<Effect> {
    match result {
        Ok((baseline, sentence)) => {
            state.overlay = None;
            state.baseline = Arc::new(baseline);
            let key = state.key(Action::ShowAccepted);
            let hint = if state.tree.show_accepted {
                String::new()
            } else {
                format!("; {key} shows what is accepted")
            };
            state.say(Tone::Success, format!("{sentence}{hint}"));
            compare_all(state)
        }
        Err(why) => {
            question::refuse(state, why);
            Vec::new()
        }
    }
}

/// Compares what the rules leave out, too, or leaves it out again.
pub fn show_ruled_out(state: &mut State) -> Vec<Effect> {
    state.without_rules = !state.without_rules;
    let key = state.key(Action::ShowRuledOut);
    let words = match state.without_rules {
        true => format!("what the rules leave out is compared, too; {key} leaves it out again"),
        false => "the rules hold again".to_owned(),
    };
    state.say(Tone::Note, words);
    compare_all(state)
}

fn compare_all(state: &mut State) -> Vec<Effect> {
    (0..state.targets.len()).filter_map(|target| world::compare(state, target)).collect()
}
