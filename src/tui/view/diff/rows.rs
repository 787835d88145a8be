//! The lines of the difference's pane, before they are styled.

use crate::{
    diff::Status,
    tui::{
        state::{
            DiffLayout, State,
            detail::{Detail, FacetRow, LinePair, SideLine},
        },
        text,
    },
};

/// From this width on, definitions stand side by side.
const SIDE_BY_SIDE: u16 = 96;
/// How many lines that are the same are shown before and after one that is not.
const AROUND: usize = 2;
/// The columns of a line's number and of its sign.
pub const GUTTER: usize = 6;
/// The columns of what a note is about.
pub const LABEL: usize = 13;

/// One line of the pane.
pub enum Row<'a> {
    /// How the object stands, and what closing the difference can hurt.
    Status,
    /// Why it is unknown.
    Reason(String),
    /// The names of both sides over their facets.
    FacetHead,
    /// A facet whose values fit beside each other.
    Facet(&'a FacetRow),
    /// The name of a facet whose values stand under each other.
    FacetName(&'a str),
    /// A part of such a value.
    FacetValue {
        /// The part.
        text: String,
        /// Whether it is canonical's.
        canonical: bool,
        /// Whether it is the first part.
        first: bool,
    },
    /// A note about the object.
    Note(&'static str, String),
    /// Nothing.
    Blank,
    /// The names of both sides over their definitions.
    DefinitionHead,
    /// So many lines that are the same, and not shown.
    Fold(usize),
    /// A part of one line on both sides.
    Pair {
        /// Canonical's.
        canonical: Option<Piece<'a>>,
        /// The target's.
        live: Option<Piece<'a>>,
        /// Whether they differ.
        differs: bool,
    },
    /// A part of one line on one side, or on both where they do not differ.
    One {
        /// The part.
        piece: Piece<'a>,
        /// Whether the other side has another line, or none.
        differs: bool,
        /// Whether it is canonical's.
        canonical: bool,
    },
}

/// As much of a line as fits into a row.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// The whole line.
    pub line: &'a SideLine,
    /// Where the part begins and ends, in bytes.
    pub range: (usize, usize),
}

/// Whether definitions stand side by side in so many columns.
pub fn is_side_by_side(state: &State, columns: usize) -> bool {
    match state.layout {
        DiffLayout::Auto => columns >= usize::from(SIDE_BY_SIDE),
        DiffLayout::SideBySide => true,
        DiffLayout::Inline => false,
    }
}

/// The columns of each side.
pub fn half(columns: usize) -> usize {
    columns.saturating_sub(3) / 2
}

/// The widths of a facet's name and of both its values; the values are wide enough for all, or
/// nothing is where they do not fit beside each other.
pub fn facet_widths(detail: &Detail, labels: (&str, &str), columns: usize) -> (usize, usize, usize) {
    let widest = |value: fn(&FacetRow) -> Option<&String>, label: &str| {
        let values = detail.facets.iter().filter_map(value).filter(|text| text.len() <= columns);
        values.map(String::as_str).chain([label]).map(text::width).max().unwrap_or(0)
    };
    let name = detail.facets.iter().map(|facet| text::width(&facet.name)).max().unwrap_or(0).clamp(6, 18);
    let room = columns.saturating_sub(name + 4);
    let own = widest(|facet| facet.canonical.as_ref(), labels.0).min(room / 2);
    let other = widest(|facet| facet.live.as_ref(), labels.1).min(room - own);
    (name, own, other)
}

/// All lines of the pane, for so many columns.
pub fn rows<'a>(state: &State, detail: &'a Detail, labels: (&str, &str), columns: usize) -> Vec<Row<'a>> {
    let mut rows = vec![Row::Status];
    rows.extend(
        detail.reason.iter().flat_map(|reason| text::wrap(&text::clean(reason), columns)).map(Row::Reason),
    );
    if detail.status == Some(Status::Changed) && !detail.facets.is_empty() {
        rows.push(Row::Blank);
        facets(detail, labels, columns, &mut rows);
    }
    if !detail.lines.is_empty() {
        rows.push(Row::Blank);
        rows.push(Row::DefinitionHead);
        definitions(state, detail, columns, &mut rows);
    }
    let comment = detail.comment.iter().map(|comment| ("comment", comment.clone()));
    let requires = listed(&detail.requires).map(|names| ("requires", names));
    let required_by = listed(&detail.required_by).map(|names| ("required by", names));
    for (label, note) in comment.chain(requires).chain(required_by) {
        rows.push(Row::Blank);
        let lines = text::wrap(&note, columns.saturating_sub(LABEL).max(16));
        rows.extend(
            lines.into_iter().enumerate().map(|(at, line)| Row::Note(if at == 0 { label } else { "" }, line)),
        );
    }
    rows
}

fn facets<'a>(detail: &'a Detail, labels: (&str, &str), columns: usize, rows: &mut Vec<Row<'a>>) {
    let (_, own, other) = facet_widths(detail, labels, columns);
    let fits = |facet: &&FacetRow| {
        let width = |value: &Option<String>| value.as_deref().map_or(0, text::width);
        width(&facet.canonical) <= own && width(&facet.live) <= other
    };
    let (short, long): (Vec<&FacetRow>, Vec<&FacetRow>) = detail.facets.iter().partition(fits);
    if !short.is_empty() {
        rows.push(Row::FacetHead);
        rows.extend(short.into_iter().map(Row::Facet));
    }
    for facet in long {
        rows.push(Row::FacetName(&facet.name));
        for (value, canonical) in [(&facet.live, false), (&facet.canonical, true)] {
            let value = value.as_deref().unwrap_or("—");
            let parts = text::wrap(value, columns.saturating_sub(2).max(16)).into_iter().enumerate();
            rows.extend(parts.map(|(at, text)| Row::FacetValue { text, canonical, first: at == 0 }));
        }
    }
}

fn definitions<'a>(state: &State, detail: &'a Detail, columns: usize, rows: &mut Vec<Row<'a>>) {
    let side_by_side = is_side_by_side(state, columns);
    let room = if side_by_side { half(columns) } else { columns }.saturating_sub(GUTTER).max(8);
    for part in parts(&detail.lines, state.whole) {
        match part {
            Part::Folded(count) => rows.push(Row::Fold(count)),
            Part::Lines(lines) if side_by_side => lines.iter().for_each(|pair| beside(pair, room, rows)),
            Part::Lines(lines) => under(lines, room, rows),
        }
    }
}

fn pieces(line: &SideLine, room: usize) -> impl Iterator<Item = Piece<'_>> {
    text::breaks(&line.text, room).into_iter().map(move |range| Piece { line, range })
}

fn beside<'a>(pair: &'a LinePair, room: usize, rows: &mut Vec<Row<'a>>) {
    let mut canonical = pair.canonical.iter().flat_map(|line| pieces(line, room));
    let mut live = pair.live.iter().flat_map(|line| pieces(line, room));
    loop {
        let (canonical, live) = (canonical.next(), live.next());
        if canonical.is_none() && live.is_none() {
            return;
        }
        rows.push(Row::Pair { canonical, live, differs: pair.differs });
    }
}

/// One under the other: of each run that differs, first what the target has, then what canonical
/// has.
fn under<'a>(lines: &'a [LinePair], room: usize, rows: &mut Vec<Row<'a>>) {
    for run in lines.chunk_by(|a, b| a.differs == b.differs) {
        let differs = run[0].differs;
        let live = run.iter().filter(|_| differs).filter_map(|pair| pair.live.as_ref());
        let canonical = run.iter().filter_map(|pair| pair.canonical.as_ref());
        let one = |canonical| move |piece| Row::One { piece, differs, canonical };
        rows.extend(live.flat_map(|line| pieces(line, room)).map(one(false)));
        rows.extend(canonical.flat_map(|line| pieces(line, room)).map(one(true)));
    }
}

/// A part of both definitions.
enum Part<'a> {
    /// Lines that are shown.
    Lines(&'a [LinePair]),
    /// So many lines that are the same on both sides, and not shown.
    Folded(usize),
}

/// What differs with the lines around it; everything where that is wanted, or where nothing
/// differs.
fn parts(lines: &[LinePair], whole: bool) -> Vec<Part<'_>> {
    if whole || lines.iter().all(|pair| !pair.differs) {
        return vec![Part::Lines(lines)];
    }
    let mut parts = Vec::new();
    let mut at = 0;
    for run in lines.chunk_by(|a, b| a.differs == b.differs) {
        let (first, last) = (at == 0, at + run.len() == lines.len());
        at += run.len();
        let before = if first { 1 } else { AROUND };
        let after = if last { 1 } else { AROUND };
        // A fold is a line, too: it has to be worth it.
        if run[0].differs || run.len() <= before + after + 1 {
            parts.push(Part::Lines(run));
        } else {
            let end = run.len() - after;
            parts.extend([Part::Lines(&run[..before]), Part::Folded(end - before), Part::Lines(&run[end..])]);
        }
    }
    parts
}

/// The first names of a list, and how many more there are.
fn listed(names: &[String]) -> Option<String> {
    const SHOWN: usize = 8;
    let more = names.len().saturating_sub(SHOWN);
    let first = names.iter().take(SHOWN).cloned();
    let rest = (more > 0).then(|| format!("and {more} more"));
    let all: Vec<String> = first.chain(rest).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_runs_that_are_the_same_are_folded_around_what_differs() {
        let pair = |differs| LinePair { differs, ..LinePair::default() };
        let mut lines = vec![pair(false); 20];
        lines[10].differs = true;
        let shape = |whole| -> Vec<usize> {
            let size = |part: &Part<'_>| match part {
                Part::Lines(lines) => lines.len(),
                Part::Folded(count) => 100 + count,
            };
            parts(&lines, whole).iter().map(size).collect()
        };
        assert_eq!(shape(false), [1, 107, 2, 1, 2, 106, 1]);
        assert_eq!(shape(true), [20]);
    }
}
