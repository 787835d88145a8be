//! What comes back from the world: readings, comparisons, plans, proofs, files.

use std::sync::Arc;

use super::{accept, check, log, panes, password, question, select, tree};
use crate::{
    plan::Proof,
    tui::{
        effect::Effect,
        keymap::Action,
        message::{Loaded, Message, Unread, Written},
        programs::Program,
        state::{
            Overlay, State, TargetSetup, Tone,
            board::Sides,
            comparison::Comparison,
            planned::{PlanId, Planned},
            question::About,
            side::{Reading, SideId},
        },
        text,
    },
};

/// How many statements the log keeps.
const LOGGED: usize = 2000;

/// Takes in what came of an effect.
pub fn take(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Progress { side, generation, phase, count } => {
            progress(state, side, generation, phase, count)
        }
        Message::Loaded { side, generation, result } => return loaded(state, side, generation, result),
        Message::Compared { target, generations, result } => {
            return compared(state, target, generations, result);
        }
        Message::BoardBuilt { revision, board } if revision == state.board_revision => {
            state.board = board;
            state.refresh_tree();
            if !state.has_begun {
                tree::go_to_first_difference(state);
            }
            select::select_what_waited(state);
        }
        Message::Detailed { of, detail } if state.detail_wanted.as_ref() == Some(&of) => {
            state.detail = Some(detail);
            state.detail_of = Some(of);
        }
        Message::Planned { target, id, plan } => {
            if let Some(target) = state.targets.get_mut(target).filter(|target| target.plan_id() == id) {
                target.planned = Some(Planned::new(id, *plan));
            }
            state.prove_soon();
        }
        Message::Found { words, hits } => {
            if let Some(Overlay::Search(search)) = &mut state.overlay {
                (search.found, search.hits, search.at) = (words, hits, 0);
            }
        }
        Message::Proved { target, id, proof } => proved(state, target, id, proof),
        Message::Highlighted { id, highlighted } => {
            state.highlighted.insert(id, highlighted);
        }
        Message::Sent(entry) => log::take(state, entry, LOGGED),
        Message::Edited => {
            let label = text::clean(&state.canonical.label).into_owned();
            state.say(Tone::Note, format!("{label} was edited, and is read again"));
            return reload(state, SideId::Canonical);
        }
        Message::Paged(text) => return vec![Effect::Run(Program::Pager(text))],
        Message::Written(written) => self::written(state, written),
        Message::Accepted(result) => return accept::accepted(state, result),
        Message::Answered { target, id, result } => check::answered(state, target, id, result),
        Message::Opened(result) => return opened(state, result),
        Message::Configured(Ok(())) => return vec![Effect::Reopen],
        Message::Configured(Err(why)) => question::refuse(state, why),
        Message::Copied(Ok(how)) => state.say(Tone::Success, how),
        Message::Copied(Err(why)) | Message::Broken(why) => state.say(Tone::Error, why),
        _ => {}
    }
    Vec::new()
}

fn progress(state: &mut State, id: SideId, generation: u64, phase: String, count: usize) {
    let Some(side) = state.side_mut(id).filter(|side| side.generation == generation) else { return };
    if let Reading::Connecting { since } | Reading::Catalog { since, .. } = side.reading {
        side.reading = Reading::Catalog { since, phase, count };
    }
}

fn loaded(state: &mut State, id: SideId, generation: u64, result: Result<Loaded, Unread>) -> Vec<Effect> {
    let now = state.now;
    let Some(side) = state.side_mut(id).filter(|side| side.generation == generation) else {
        return Vec::new();
    };
    let took = match side.reading {
        Reading::Connecting { since } | Reading::Catalog { since, .. } => now.duration_since(since),
        _ => return Vec::new(),
    };
    let loaded = match result {
        Ok(loaded) => loaded,
        Err(error) => {
            side.reading = Reading::failed(&error.text);
            if error.wants_password {
                password::want(state, id);
            }
            return Vec::new();
        }
    };
    side.snapshot = Some(loaded.snapshot);
    match id {
        SideId::Canonical => {
            side.reading = Reading::Ready { took, at: now };
            state.dialect = Some(loaded.dialect);
            let targets = 0..state.targets.len();
            let mut effects: Vec<Effect> = targets.filter_map(|target| compare(state, target)).collect();
            if effects.is_empty() {
                effects.extend(build_board(state));
            }
            effects
        }
        SideId::Target(at) => {
            side.reading = Reading::Comparing { took, at: now };
            compare(state, at).into_iter().collect()
        }
    }
}

/// Compares a target, if both sides have been read.
pub fn compare(state: &mut State, at: usize) -> Option<Effect> {
    let dialect = state.dialect?;
    let canonical = Arc::clone(state.canonical.snapshot.as_ref()?);
    let target = state.targets.get_mut(at)?;
    let snapshot = Arc::clone(target.side.snapshot.as_ref()?);
    if let Reading::Ready { took, at } = target.side.reading {
        target.side.reading = Reading::Comparing { took, at };
    }
    let generations = (state.canonical.generation, target.side.generation);
    let direction = target.shape.direction;
    let (baseline, without_rules) = (Arc::clone(&state.baseline), state.without_rules);
    Some(Effect::Compare {
        target: at,
        generations,
        dialect,
        canonical,
        snapshot,
        direction,
        baseline,
        without_rules,
    })
}

fn compared(
    state: &mut State,
    at: usize,
    generations: (u64, u64),
    result: Result<Arc<Comparison>, String>,
) -> Vec<Effect> {
    let canonical = state.canonical.generation;
    let Some(target) = state.targets.get_mut(at).filter(|t| (canonical, t.side.generation) == generations)
    else {
        return Vec::new();
    };
    match result {
        // Since then the direction was changed, and it is being compared anew.
        Ok(comparison) if comparison.direction != target.shape.direction => return Vec::new(),
        Ok(comparison) => {
            if let Reading::Comparing { took, at } = target.side.reading {
                target.side.reading = Reading::Ready { took, at };
            }
            let before = target.comparison.replace(Arc::clone(&comparison));
            target.news.extend(before.iter().flat_map(|before| comparison.news_since(before)));
            let gone = before.map_or(0, |before| target.selection.settle(&before, &comparison));
            let label = text::clean(&target.side.label).into_owned();
            if gone > 0 {
                let words = match gone {
                    1 => "1 selected difference is no longer what it was".to_owned(),
                    gone => format!("{gone} selected differences are no longer what they were"),
                };
                state.say(Tone::Note, format!("{label}: {words}, and not selected any more"));
            }
        }
        Err(why) => target.side.reading = Reading::failed(&why),
    }
    build_board(state).into_iter().collect()
}

/// Asks for the board as it is to be now.
pub fn build_board(state: &mut State) -> Option<Effect> {
    let dialect = state.dialect?.0;
    let canonical = Arc::clone(state.canonical.snapshot.as_ref()?);
    state.board_revision += 1;
    state.grouped = (state.grouping, state.active);
    let targets = state.targets.iter().map(|target| target.comparison.clone()).collect();
    let (grouping, active) = state.grouped;
    let sides = Sides { dialect, canonical, targets, grouping, active };
    Some(Effect::BuildBoard { revision: state.board_revision, sides })
}

fn proved(state: &mut State, target: usize, id: PlanId, proof: Proof) {
    let Some(target) = state.targets.get_mut(target) else { return };
    if let Some(planned) = target.planned.as_mut().filter(|planned| planned.id == id) {
        planned.proved(proof);
    }
}

fn written(state: &mut State, written: Written) {
    match written {
        Written::Done(path) => {
            state.overlay = None;
            let path = path.display().to_string();
            state.say(Tone::Success, format!("written to {}", text::clean(&path)));
        }
        Written::Files(paths) => {
            if let Some(Overlay::Question(question)) = &state.overlay
                && question.about == About::Migration
            {
                // The next one belongs beside it.
                state.migrations = question.answer(0).to_owned();
            }
            state.overlay = None;
            let names = paths.iter().map(|path| text::clean(&path.display().to_string()).into_owned());
            let names: Vec<String> = names.collect();
            state.say(Tone::Success, format!("written: {}", names.join(", ")));
        }
        Written::Exists(path) => {
            if let Some(Overlay::Question(question)) = &mut state.overlay
                && let About::Sql { exists } | About::Selection { exists } = &mut question.about
            {
                *exists = Some(path.display().to_string());
                question.busy = false;
            }
        }
        Written::Failed(why) => question::refuse(state, why),
    }
}

/// Reads a target that was added, and makes it the one that the plan is for.
fn opened(state: &mut State, result: Result<TargetSetup, String>) -> Vec<Effect> {
    match result {
        Ok(setup) => {
            state.overlay = None;
            state.others.retain(|name| *name != setup.name);
            let at = state.add_target(setup);
            panes::use_target(state, at);
            let side = SideId::Target(at);
            let mut effects = vec![Effect::Load { side, generation: state.targets[at].side.generation }];
            // The rows get a cell for it.
            effects.extend(build_board(state));
            effects
        }
        Err(why) => {
            question::refuse(state, why);
            Vec::new()
        }
    }
}

/// Reads a side again. What is on the screen stays until something newer is there.
pub fn reload(state: &mut State, id: SideId) -> Vec<Effect> {
    let now = state.now;
    let Some(side) = state.side_mut(id) else { return Vec::new() };
    side.generation += 1;
    side.reading = Reading::Connecting { since: now };
    let generation = side.generation;
    state.passwords.skipped.remove(&id);
    vec![Effect::CancelLoad(id), Effect::Load { side: id, generation }]
}

/// Stops every reading that is under way. Says whether there was one.
pub fn cancel(state: &mut State) -> Option<Vec<Effect>> {
    let busy: Vec<SideId> =
        state.sides().filter(|(_, side)| side.reading.is_busy()).map(|(id, _)| id).collect();
    if busy.is_empty() {
        return None;
    }
    for id in &busy {
        if let Some(side) = state.side_mut(*id) {
            side.generation += 1;
            side.reading = Reading::Cancelled;
        }
    }
    let again = state.key(Action::RefreshAll);
    state.say(Tone::Note, format!("stopped reading; {again} reads again, Ctrl-c once more quits"));
    Some(busy.into_iter().map(Effect::CancelLoad).collect())
}
