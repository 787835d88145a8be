//! Asking, and what answers lead to.

use std::sync::Arc;

use super::{accept, panes};
use crate::{
    plan::Choice,
    tui::{
        effect::Effect,
        keymap::Action,
        state::{
            Overlay, State, Tone,
            question::{About, Field, Question},
        },
    },
};

/// Does what a key says while a question is open.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let others = state.others.len();
    let Some(Overlay::Question(question)) = &mut state.overlay else { return Vec::new() };
    if question.busy {
        // Twice the same would be two files, or two targets.
        return Vec::new();
    }
    let forward = matches!(action, Action::Next | Action::NextPane);
    match (action, &mut question.about) {
        (Action::Accept, _) => {
            let effects = answer(state);
            if let Some(Overlay::Question(question)) = &mut state.overlay {
                question.busy = !effects.is_empty();
            }
            return effects;
        }
        (
            Action::Next | Action::Previous | Action::NextPane | Action::PreviousPane,
            About::Open { marked },
        ) => {
            *marked = step(*marked, others, forward);
        }
        (Action::OtherForm, _) => other_form(state, true),
        (Action::NextPane | Action::PreviousPane, _) if question.fields.len() == 1 => {
            other_form(state, forward);
        }
        (Action::Next | Action::Previous | Action::NextPane | Action::PreviousPane, _) => {
            question.step(forward)
        }
        _ => {}
    }
    Vec::new()
}

/// The next of so many choices; none stands before the first and behind the last.
fn step(marked: Option<usize>, count: usize, forward: bool) -> Option<usize> {
    match (marked, forward) {
        (None, true) => (count > 0).then_some(0),
        (None, false) => count.checked_sub(1),
        (Some(at), true) => (at + 1 < count).then_some(at + 1),
        (Some(at), false) => at.checked_sub(1),
    }
}

/// Another answer is being typed: what was said about the last is over.
pub fn typed(question: &mut Question) {
    question.problem = None;
    match &mut question.about {
        About::Sql { exists } | About::Selection { exists } => *exists = None,
        About::Open { marked } => *marked = None,
        About::Migration | About::Accept { .. } | About::FirstRun => {}
    }
}

/// The other ways in which what is selected can be written down.
fn other_form(state: &mut State, forward: bool) {
    let Some(Overlay::Question(question)) = &state.overlay else { return };
    match (&question.about, forward) {
        (About::Sql { .. }, true) | (About::Selection { .. }, false) => ask_for_migration(state),
        (About::Migration, true) | (About::Sql { .. }, false) => ask_for_selection(state),
        (About::Selection { .. }, true) | (About::Migration, false) => ask_where_to_write(state),
        _ => {}
    }
}

fn open(state: &mut State, about: About, fields: Vec<Field>) {
    state.overlay = Some(Overlay::Question(Question::new(about, fields)));
}

/// Asks where to write the SQL, if there is any; or if it is just being made, so that a name that is
/// typed without waiting is not taken for commands.
pub fn ask_where_to_write(state: &mut State) {
    if is_there_sql(state) {
        let path = format!("reconcile-{}.sql", file_name(state));
        open(state, About::Sql { exists: None }, vec![Field::new("", path, "a path")]);
    }
}

/// Asks for the folder of migrations, and what the next one is called.
pub fn ask_for_migration(state: &mut State) {
    if is_there_sql(state) {
        let fields = vec![
            Field::new("folder", state.migrations.clone(), "the folder of migrations"),
            Field::new("name", "reconcile", "what the migration is called"),
            Field::new("tool", "", "goose, sqlx, flyway, …; empty: as the folder looks"),
        ];
        open(state, About::Migration, fields);
    }
}

/// Asks where to write down what is selected.
pub fn ask_for_selection(state: &mut State) {
    if state.target().is_none_or(|target| target.selection.is_empty()) {
        panes::plan_to_hand_out(state);
        return;
    }
    let path = format!("selection-{}.json", file_name(state));
    open(state, About::Selection { exists: None }, vec![Field::new("", path, "a path")]);
}

/// Asks which target to add.
pub fn ask_for_target(state: &mut State) {
    let field = Field::new("", "", "postgres://user@host/database, or a path");
    open(state, About::Open { marked: None }, vec![field]);
}

/// Asks what the first configuration is to say.
pub fn ask_for_configuration(state: &mut State) {
    let Some(first) = state.first_run.clone() else { return };
    let (name, url) = first.draft.targets.first().cloned().unwrap_or_default();
    let name = if name.is_empty() { "production".to_owned() } else { name };
    let canonical = first.draft.canonical.clone().unwrap_or_default();
    let at = [&canonical, &name, &url].iter().position(|answer| answer.is_empty()).unwrap_or(0);
    let fields = vec![
        Field::new("schema", canonical, "schema.sql, a folder of migrations, or a database"),
        Field::new("target", name, "what the database is called"),
        Field::new("its URL", url, "postgres://user@host/database, or sqlite://app.db"),
    ];
    state.overlay = Some(Overlay::Question(Question { at, ..Question::new(About::FirstRun, fields) }));
}

fn is_there_sql(state: &mut State) -> bool {
    let coming =
        state.target().is_some_and(|target| !target.selection.is_empty() && target.current_plan().is_none());
    coming || panes::plan_to_hand_out(state).is_some()
}

/// The active target's name as a part of a file's name.
fn file_name(state: &State) -> String {
    let label = state.target().map(|target| target.side.label.as_str()).unwrap_or_default();
    let words = label.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(32).collect();
    let name = name.trim_matches(|c| c == '-' || c == '.');
    if name.is_empty() { "target".to_owned() } else { name.to_owned() }
}

/// Does what the answer says, or says why it cannot be taken.
fn answer(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Question(question)) = &state.overlay else { return Vec::new() };
    let question = question.clone();
    if let Some(at) = question.missing() {
        if let Some(Overlay::Question(question)) = &mut state.overlay {
            question.at = at;
            let what = question.fields[at].label;
            question.problem = Some(match what {
                "" => "Type something, or Esc leaves.".to_owned(),
                what => format!("The line `{what}` is empty."),
            });
        }
        return Vec::new();
    }
    let text = |field: usize| question.answer(field).to_owned();
    match &question.about {
        About::Sql { exists } => {
            let Some((plan, proof)) = panes::plan_to_hand_out(state) else { return Vec::new() };
            vec![Effect::Write { path: text(0), plan, proof, replace: exists.is_some() }]
        }
        About::Selection { exists } => {
            let replace = exists.is_some();
            let Some(selection) = selection(state) else { return Vec::new() };
            vec![Effect::WriteText { path: text(0), text: selection, replace }]
        }
        About::Migration => {
            let request = super::plan_request(state);
            let Some(((plan, proof), request)) = panes::plan_to_hand_out(state).zip(request) else {
                return Vec::new();
            };
            let tool = Some(text(2)).filter(|tool| !tool.is_empty());
            vec![Effect::WriteMigration { folder: text(0), title: text(1), tool, request, plan, proof }]
        }
        About::Accept { keys } => accept::accept(state, keys, &question),
        About::Open { marked } => {
            let words = marked.and_then(|at| state.others.get(at).cloned()).unwrap_or_else(|| text(0));
            vec![Effect::Open(words)]
        }
        About::FirstRun => state.first_run.clone().map_or_else(Vec::new, |first| {
            let text = first.draft.with(&text(0), &text(1), &text(2));
            vec![Effect::Configure { file: first.file.clone(), text }]
        }),
    }
}

impl Question {
    /// The first line that has to be filled in and is not.
    fn missing(&self) -> Option<usize> {
        let wanted = match &self.about {
            About::Open { marked: Some(_) } => 0,
            About::Accept { .. } => 1,
            About::Migration => 2,
            _ => self.fields.len(),
        };
        (0..wanted).find(|field| self.answer(*field).is_empty())
    }
}

/// What is selected, as a file that `plan --selection` reads.
fn selection(state: &mut State) -> Option<Arc<str>> {
    let target = state.target()?;
    let comparison = target.comparison.as_ref()?;
    let made_for = comparison.snapshot.catalog.fingerprint().to_string();
    let (canonical, label) = (state.canonical.label.clone(), target.side.label.clone());
    let selection = &target.selection;
    let choice = Choice::new(canonical, label, made_for, selection.keys(), &comparison.drift);
    Some(choice.with(selection.hunks().clone(), selection.renames().clone()).to_json().into())
}

/// Shows in the question why its answer was not taken.
pub fn refuse(state: &mut State, why: String) {
    match &mut state.overlay {
        Some(Overlay::Question(question)) => {
            (question.problem, question.busy) = (Some(why), false);
        }
        _ => state.say(Tone::Error, why),
    }
}
