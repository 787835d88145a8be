//! Questions, with the lines in which they are answered.

use ratatui::{Frame, layout::Rect, text::Line};
use tui_input::Input;

use super::{draw_lines, palette::draw_input, popup};
use crate::tui::{
    keymap::Action,
    state::{
        State,
        planned::Planned,
        question::{About, Field, Question},
        side::{Reading, SideId, Target},
    },
    text,
    theme::{Role, Theme},
};

/// The columns in front of a line, for what it is.
const LABEL: u16 = 8;
/// How many configured targets are shown at once.
const OTHERS: u16 = 8;

/// Draws a question with the lines of its answer, and what there is to know before it is given.
pub fn draw(state: &State, question: &Question, theme: &Theme, frame: &mut Frame<'_>) {
    let notes = notes(state, question);
    let columns = 76.min(frame.area().width.saturating_sub(2));
    let wrapped: Vec<(Role, String)> = notes
        .into_iter()
        .flat_map(|(role, text)| {
            let lines = text::wrap(&text::clean(&text), usize::from(columns));
            lines.into_iter().map(move |line| (role, line))
        })
        .collect();
    let fields = u16::try_from(question.fields.len()).unwrap_or(1);
    let listed = match question.about {
        About::Open { .. } => u16::try_from(state.others.len()).unwrap_or(OTHERS).min(OTHERS),
        _ => 0,
    };
    let height = fields + 1 + listed + u16::from(listed > 0) + u16::try_from(wrapped.len()).unwrap_or(0);
    let inner = popup(theme, frame, question.about.title(), columns + 2, height + 2);
    for (at, field) in question.fields.iter().enumerate() {
        let line = u16::try_from(at).unwrap_or(0);
        let area = Rect { y: inner.y + line, height: 1, ..inner }.intersection(inner);
        draw_field(field, at == question.at, theme, frame, area);
    }
    let mut below =
        Rect { y: inner.y + fields + 1, height: inner.height.saturating_sub(fields + 1), ..inner };
    if let About::Open { marked } = question.about
        && listed > 0
    {
        let area = Rect { height: listed.min(below.height), ..below };
        draw_others(state, marked, theme, frame, area);
        below = Rect { y: below.y + listed + 1, height: below.height.saturating_sub(listed + 1), ..below };
    }
    let lines = wrapped.into_iter().map(|(role, line)| Line::styled(line, theme.style(role)));
    draw_lines(frame, below, lines, theme.style(Role::Text));
}

fn draw_field(field: &Field, typed: bool, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let indent = if field.label.is_empty() { 0 } else { LABEL.min(area.width) };
    let role = if typed { Role::Strong } else { Role::Dim };
    frame.render_widget(Line::styled(field.label, theme.style(role)), area);
    let area = Rect { x: area.x + indent, width: area.width - indent, ..area };
    if typed {
        draw_input(&field.input, "› ", theme, frame, area);
    } else {
        let value = text::clean(field.input.value()).into_owned();
        frame.render_widget(Line::raw(format!("  {value}")), area);
    }
    if field.input.value().is_empty() {
        let area = Rect { x: area.x + 2, width: area.width.saturating_sub(2), ..area };
        let example = text::cut(field.example, usize::from(area.width)).into_owned();
        frame.render_widget(Line::styled(example, theme.style(Role::Dim)), area);
    }
}

/// The configured targets that can be added.
fn draw_others(state: &State, marked: Option<usize>, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let first = marked.map_or(0, |at| (at + 1).saturating_sub(usize::from(area.height)));
    let lines = state.others.iter().enumerate().skip(first).map(|(at, name)| {
        let name = text::fit(&text::clean(name), usize::from(area.width).saturating_sub(2));
        let line = Line::raw(format!("  {name}"));
        if marked == Some(at) { line.style(theme.style(Role::Cursor)) } else { line }
    });
    draw_lines(frame, area, lines, theme.style(Role::Text));
}

/// What there is to know before the answer is given.
fn notes(state: &State, question: &Question) -> Vec<(Role, String)> {
    let mut notes = Vec::new();
    if question.busy {
        notes.push((Role::Busy, question.about.doing().to_owned()));
    } else if let Some(problem) = &question.problem {
        notes.push((Role::Error, problem.clone()));
    }
    let planned = state.target().and_then(Target::current_plan);
    match &question.about {
        About::Sql { exists: Some(path) } | About::Selection { exists: Some(path) } => {
            notes.push((Role::Danger, format!("{path} exists. Enter replaces it; another name keeps it.")));
        }
        About::Sql { .. } | About::Migration => {
            notes.extend(planned.map(|planned| (Role::Text, planned.plan.sentence())));
            if let Some(lossy) = planned.map(Planned::lossy).filter(|lossy| *lossy > 0) {
                let verb = if lossy == 1 { "statement loses" } else { "statements lose" };
                notes.push((Role::Danger, format!("{lossy} {verb} data.")));
            }
            let other = state.key(Action::OtherForm);
            notes.push((
                Role::Dim,
                match question.about {
                    About::Migration => {
                        format!("Its way back is written, too. Tab: next line. {other}: SQL in a file")
                    }
                    _ => "Tab: as the next migration of a folder, or only what is selected".to_owned(),
                },
            ));
        }
        About::Selection { .. } => {
            let selected = text::counted(state.marks.count, "difference");
            notes.push((Role::Text, format!("{selected}, for `schemascope plan --selection FILE`.")));
            notes.push((Role::Dim, "Tab: SQL in a file, or as the next migration of a folder".to_owned()));
        }
        About::Accept { keys } => {
            let what = match keys.as_slice() {
                [key] => format!("{key} is listed as accepted, and not planned,"),
                keys => format!("{} differences are listed as accepted, and not planned,", keys.len()),
            };
            let sentence = format!("{what} until the day is over or the difference is another one.");
            notes.push((Role::Text, sentence));
            notes.push((
                Role::Dim,
                "Written beside schemascope.toml, for everybody. Tab: next line".to_owned(),
            ));
        }
        About::Open { .. } if state.others.is_empty() => {
            notes.push((
                Role::Dim,
                "The session can only read. A password is asked for if one is wanted.".into(),
            ));
        }
        About::Open { .. } => {
            notes.push((Role::Dim, "↓ picks one of the configuration; or type any other.".to_owned()));
        }
        About::FirstRun => notes.extend(first_run(state)),
    }
    notes
}

fn first_run(state: &State) -> Vec<(Role, String)> {
    let Some(first) = &state.first_run else { return Vec::new() };
    let found = &first.draft.found;
    let found = match found.is_empty() {
        true => "Nothing was found here that looks like a schema or a database.".to_owned(),
        false => format!("Found here: {}.", found.join(", ")),
    };
    vec![
        (Role::Text, "There is no schemascope.toml here or in a folder above. Enter writes one and opens it; nothing is sent to the database but questions.".to_owned()),
        (Role::Text, found),
        (Role::Dim, "${NAME} stands for a variable, also of .env. No password has to stand here.".to_owned()),
        (Role::Dim, "Tab: next line. Esc leaves; `schemascope demo` shows everything on sample databases.".to_owned()),
    ]
}

/// Draws the question for a password. What is typed is not shown, and not how long it is beyond what
/// fits.
pub fn draw_password(state: &State, side: SideId, input: &Input, theme: &Theme, frame: &mut Frame<'_>) {
    let Some((_, of)) = state.sides().find(|(id, _)| *id == side) else { return };
    let label = text::clean(&of.label).into_owned();
    let why = match &of.reading {
        Reading::Failed { message, .. } => message.clone(),
        _ => String::new(),
    };
    let more = match state.passwords.waiting.len() {
        0 => String::new(),
        1 => " Another target asks for one, too.".to_owned(),
        more => format!(" {more} other targets ask for one, too."),
    };
    let keeps = "It is kept until the program ends, and written nowhere. Esc goes on without this target.";
    let wide = 72.min(frame.area().width);
    let note = text::wrap(&text::clean(&format!("{why} {keeps}{more}")), usize::from(wide.saturating_sub(2)));
    let height = u16::try_from(note.len()).unwrap_or(u16::MAX).saturating_add(4);
    let inner = popup(theme, frame, &format!("Password for {label}"), wide, height);
    let dots = Input::new("•".repeat(input.value().chars().count()));
    draw_input(&dots, "› ", theme, frame, inner);
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(2), ..inner };
    draw_lines(frame, list, note.into_iter().map(Line::raw), theme.style(Role::Text));
}
