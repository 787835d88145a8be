//! Where the canonical file says what the user looks at, and the editor that opens there.

use crate::{
    model::Location,
    tui::{
        effect::Effect,
        layout,
        programs::Program,
        state::{Pane, State, Tone, side::Target},
        text, view,
    },
};

/// Opens the canonical file where it says what is under the cursor.
pub fn edit(state: &mut State) -> Vec<Effect> {
    if let Some(place) = place(state) {
        return vec![Effect::Run(Program::Editor(place))];
    }
    let canonical = text::clean(&state.canonical.label).into_owned();
    state.say(Tone::Note, format!("{canonical} has no file that makes this, so there is none to edit"));
    Vec::new()
}

/// The place of what is under the cursor: of the line, the statement or the object.
pub fn place(state: &State) -> Option<Location> {
    let own = match state.focus {
        Pane::Diff => {
            let width = layout::lines_of(state, Pane::Diff).width;
            view::diff_place_at(state, width, state.diff_at)
        }
        Pane::Plan => of_statement(state),
        Pane::Targets | Pane::Tree => None,
    };
    own.or_else(|| of_row(state))
}

/// Where the canonical file says what the statement under the cursor of the plan brings about.
fn of_statement(state: &State) -> Option<Location> {
    let planned = state.target().and_then(Target::current_plan)?;
    let statement = planned.plan.statements.get(state.plan_at)?;
    let detail = state.current_detail().filter(|_| state.current_key() == Some(&statement.key));
    let said = detail.and_then(|detail| detail.place_about(&statement.sql, Some(&statement.key)));
    said.or(statement.location.as_ref()).cloned()
}

/// Where the object under the cursor of the tree is made.
fn of_row(state: &State) -> Option<Location> {
    let canonical = state.canonical.snapshot.as_ref()?;
    let row = state.tree.current()?;
    // What canonical does not have is wanted, if anywhere, where its table is.
    let mut rows = std::iter::once(row).chain(state.board.ancestors(row));
    let of_object = rows.find_map(|row| canonical.location(state.board.node(row).key?)).cloned();
    // A heading is of no object: the file as such is what there is to edit then.
    let beginning = || {
        let first = canonical.locations.values().next().filter(|_| state.board.node(row).key.is_none())?;
        Some(Location { line: 1, ..first.clone() })
    };
    of_object.or_else(beginning)
}
