//! Asking the database about the rows that are in the way of a plan.

use std::sync::Arc;

use crate::{
    plan::{Answer, Direction},
    tui::{
        effect::Effect,
        state::{
            State, Tone,
            planned::{Asking, PlanId},
            side::SideId,
        },
        text,
    },
};

/// Puts the questions of the plan on the screen to the side that it changes.
pub fn ask(state: &mut State) -> Vec<Effect> {
    let active = state.active;
    let Some(target) = state.targets.get_mut(active) else { return Vec::new() };
    let (id, direction) = (target.plan_id(), target.shape.direction);
    let Some(planned) = target.planned.as_mut().filter(|planned| planned.id == id) else {
        state.say(Tone::Note, "there is no plan yet whose rows could be asked about");
        return Vec::new();
    };
    let questions = planned.questions();
    if questions == 0 {
        state.say(Tone::Note, "no statement of this plan depends on rows: there is nothing to ask");
        return Vec::new();
    }
    planned.asking = Asking::Running;
    let plan = Arc::clone(&planned.plan);
    let side = match direction {
        Direction::TargetFollows => SideId::Target(active),
        Direction::CanonicalFollows => SideId::Canonical,
    };
    let asked = text::counted(questions, "question");
    state.say(Tone::Note, format!("asking {asked} in a session that can only read"));
    vec![Effect::Ask { target: active, id, side, plan }]
}

/// Takes the answers in, one for each statement that has a question.
pub fn answered(state: &mut State, at: usize, id: PlanId, result: Result<Vec<Option<Answer>>, String>) {
    let Some(target) = state.targets.get_mut(at) else { return };
    let Some(planned) = target.planned.as_mut().filter(|planned| planned.id == id) else { return };
    match result {
        Ok(answers) => {
            let in_the_way = planned.answered(answers);
            let (tone, sentence) = match in_the_way {
                0 => (Tone::Success, "no row is in the way of this plan".to_owned()),
                count => {
                    let statements = text::counted(count, "statement");
                    (
                        Tone::Error,
                        format!("rows are in the way of {statements}, or would be lost: see the plan"),
                    )
                }
            };
            state.say(tone, sentence);
        }
        Err(why) => {
            planned.asking = Asking::Not;
            let why = why.lines().collect::<Vec<_>>().join(" ");
            state.say(Tone::Error, why);
        }
    }
}
