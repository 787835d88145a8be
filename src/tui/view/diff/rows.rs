//! The lines of the difference's pane, before they are styled.

use std::path::Path;

use super::facets;
use crate::{
    diff::Status,
    model::Key,
    plan::{Hazard, HazardCode, Hunk},
    tui::{
        keymap::Action,
        state::{
            DiffLayout, State,
            definition::{LinePair, SideLine},
            detail::{Detail, Elsewhere, FacetRow, Part},
        },
        text,
        view::tree::ACCEPTED,
    },
};

/// From this width on, definitions stand side by side.
const SIDE_BY_SIDE: u16 = 96;
/// How many lines that are the same are shown before and after one that is not.
const AROUND: usize = 2;
/// How many of a list of objects are shown.
const LISTED: usize = 100;
/// The columns of a line's sign and of its mark, behind its number.
const SIGNS: usize = 2;
/// The least columns of a line's number and the blank behind it.
const NUMBER: usize = 4;
/// The columns of what a note is about.
pub const LABEL: usize = 13;

/// Everything that the rows are made from.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// Everything.
    pub state: &'a State,
    /// What there is to say about the object.
    pub detail: &'a Detail,
    /// The names of the sides.
    pub labels: &'a Labels,
    /// How wide the pane is.
    pub columns: usize,
}

impl<'a> Page<'a> {
    /// What closing the difference can hurt; nothing where a rename closes it.
    pub fn hazards(&self) -> &'a [Hazard] {
        let (target, key) = (self.state.target(), self.state.current_key());
        let renamed = target.zip(key).is_some_and(|(target, key)| target.selection.is_renamed(key));
        if renamed { &[] } else { &self.detail.hazards }
    }

    /// Whether canonical has the object.
    pub fn is_in_canonical(&self) -> bool {
        let (snapshot, key) = (self.state.canonical.snapshot.as_ref(), self.state.current_key());
        snapshot.zip(key).is_some_and(|(snapshot, key)| snapshot.catalog.contains(key))
    }
}

impl Page<'_> {
    /// The columns of a line's number and the blank behind it.
    pub fn number(&self) -> usize {
        let lines = self.detail.lines.iter().flat_map(|pair| [&pair.canonical, &pair.live]).flatten();
        let largest = lines.filter_map(|line| line.number).max().unwrap_or_default();
        NUMBER.max(largest.to_string().len() + 1)
    }

    /// The columns in front of a line.
    pub fn gutter(&self) -> usize {
        self.number() + SIGNS
    }
}

/// The names of the sides, clean.
pub struct Labels {
    /// Canonical's.
    pub canonical: String,
    /// Those of the targets.
    pub targets: Vec<String>,
    /// Which of them the pane is about.
    pub active: usize,
}

impl Labels {
    /// The names as they are now.
    pub fn of(state: &State) -> Self {
        let clean = |label: &str| text::clean(label).into_owned();
        Labels {
            canonical: clean(&state.canonical.label),
            targets: state.targets.iter().map(|target| clean(&target.side.label)).collect(),
            active: state.active,
        }
    }

    /// The name of the target that the pane is about.
    pub fn live(&self) -> &str {
        self.targets.get(self.active).map_or("", |label| label)
    }
}

/// One line of the pane.
pub enum Row<'a> {
    /// How the object stands.
    Status,
    /// How it stands at other targets.
    Elsewhere(String),
    /// Why it is unknown.
    Reason(String),
    /// Why it is accepted, or why no longer.
    Acceptance(String),
    /// What it looks like: an object under another name.
    Rename(String),
    /// What closing the difference can hurt.
    Hazard {
        /// In one word.
        code: HazardCode,
        /// In a sentence, or a part of it.
        text: String,
        /// Whether it is the sentence's first line.
        first: bool,
    },
    /// A line of such a sentence where there is no room beside the code.
    HazardText(String),
    /// The names of the sides over their facets.
    FacetHead,
    /// A facet whose values fit beside each other.
    Facet(&'a FacetRow),
    /// The name of a facet whose values stand under each other.
    FacetName(&'a FacetRow),
    /// An entry of a facet that is a list, which only one side has.
    Entry {
        /// The facet.
        facet: &'a str,
        /// The entry.
        entry: &'a str,
        /// Whether it is canonical's.
        canonical: bool,
    },
    /// A part of such a value.
    FacetValue {
        /// The part.
        text: String,
        /// Whether it is canonical's.
        canonical: bool,
        /// Whether it is the first part.
        first: bool,
    },
    /// The heading of the parts that differ.
    PartHead,
    /// A part of the object that differs.
    Part(&'a Part),
    /// A note about the object.
    Note(&'static str, String),
    /// Another object that this one has to do with.
    Link(&'static str, &'a Key),
    /// Nothing.
    Blank,
    /// The names of both sides over their definitions.
    DefinitionHead,
    /// The file whose lines the numbers of canonical's lines are from here on.
    File(String),
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
        /// The part of the object that the line is of.
        part: Option<&'a Key>,
    },
    /// A part of one line on one side, or on both where they do not differ.
    One {
        /// The part.
        piece: Piece<'a>,
        /// Whether the other side has another line, or none.
        differs: bool,
        /// Whether it is canonical's.
        canonical: bool,
        /// The part of the object that the line is of.
        part: Option<&'a Key>,
    },
}

impl<'a> Row<'a> {
    /// The object that the row is about, where that is not the object of the pane.
    pub fn key(&self) -> Option<&'a Key> {
        match self {
            Row::Part(part) => Some(&part.key),
            Row::Link(_, key) => Some(key),
            Row::Pair { part, .. } | Row::One { part, .. } => *part,
            _ => None,
        }
    }
}

impl<'a> Row<'a> {
    /// The line of canonical's definition that the row is of.
    pub fn line(&self) -> Option<&'a SideLine> {
        match self {
            Row::Pair { canonical: Some(piece), .. } | Row::One { piece, canonical: true, .. } => {
                Some(piece.line)
            }
            _ => None,
        }
    }

    /// Whether the row is of a definition, whoever has its line.
    pub fn is_of_definition(&self) -> bool {
        matches!(self, Row::Pair { .. } | Row::One { .. } | Row::Fold(_) | Row::File(_))
    }

    /// What a row says that is about the object and no line of its definition.
    pub fn words(&self) -> Option<String> {
        match self {
            Row::Facet(facet) | Row::FacetName(facet) => {
                Some(format!("{} {}", facet.name, facet.canonical.as_deref().unwrap_or_default()))
            }
            Row::Entry { entry, .. } => Some((*entry).to_owned()),
            Row::Note("comment", text) => Some(format!("comment {text}")),
            _ => None,
        }
    }
}

impl Row<'_> {
    /// The part of the object's difference that the row is of, where it can be selected alone.
    pub fn hunk(&self) -> Option<Hunk> {
        match self {
            Row::Facet(facet) | Row::FacetName(facet) => {
                let hunks = facet.hunks();
                hunks.into_iter().next().filter(|hunk| hunk.entry.is_none())
            }
            Row::Entry { facet, entry, .. } => {
                Some(Hunk { facet: (*facet).to_owned(), entry: Some((*entry).to_owned()) })
            }
            _ => None,
        }
    }
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

/// All lines of the pane.
pub fn rows<'a>(page: &Page<'a>) -> Vec<Row<'a>> {
    let Page { detail, columns, .. } = *page;
    let mut rows: Vec<Row<'a>> =
        (!page.labels.targets.is_empty()).then_some(Row::Status).into_iter().collect();
    let reason = detail.reason.iter().flat_map(|reason| text::wrap(&text::clean(reason), columns));
    rows.extend(reason.map(Row::Reason));
    let acceptance =
        detail.acceptance.iter().flat_map(|said| text::wrap(&format!("{ACCEPTED} {said}"), columns));
    rows.extend(acceptance.map(Row::Acceptance));
    let renames = renames(page);
    rows.extend(renames.iter().flat_map(|sentence| text::wrap(sentence, columns)).map(Row::Rename));
    rows.extend(elsewhere(page).into_iter().flat_map(|text| text::wrap(&text, columns)).map(Row::Elsewhere));
    if !detail.facets.is_empty() && detail.status != Some(Status::Missing) {
        rows.push(Row::Blank);
        facets::rows(page, &mut rows);
    }
    if !detail.lines.is_empty() {
        rows.extend((!rows.is_empty()).then_some(Row::Blank));
        rows.push(Row::DefinitionHead);
        definitions(page, &mut rows);
    }
    if !page.hazards().is_empty() {
        rows.push(Row::Blank);
        hazards(page, &mut rows);
    }
    if !detail.parts.is_empty() {
        rows.extend([Row::Blank, Row::PartHead]);
        rows.extend(detail.parts.iter().map(Row::Part));
    }
    if let Some(comment) = &detail.comment {
        rows.push(Row::Blank);
        noted("comment", comment, columns, &mut rows);
    }
    if let Some(size) = detail.size {
        rows.push(Row::Blank);
        noted("size", &text::size(size.rows, size.bytes), columns, &mut rows);
    }
    for (label, keys) in [("requires", &detail.requires), ("required by", &detail.required_by)] {
        rows.extend((!keys.is_empty()).then_some(Row::Blank));
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        rows.extend(keys.iter().zip(labels).take(LISTED).map(|(key, label)| Row::Link(label, key)));
        let more = keys.len().saturating_sub(LISTED);
        rows.extend((more > 0).then(|| Row::Note("", format!("and {more} more"))));
    }
    rows
}

/// A note on as many lines as it takes.
fn noted(label: &'static str, text: &str, columns: usize, rows: &mut Vec<Row<'_>>) {
    let lines = text::wrap(text, columns.saturating_sub(LABEL).max(16)).into_iter().enumerate();
    rows.extend(lines.map(|(at, line)| Row::Note(if at == 0 { label } else { "" }, line)));
}

/// What looks like a rename of the object, or was confirmed to be one.
fn renames(page: &Page<'_>) -> Vec<String> {
    let Page { state, detail, .. } = *page;
    let Some(target) = state.target() else { return Vec::new() };
    let key = state.key(Action::Rename);
    // The first is of the object itself; those of its parts go along.
    let first = detail.renames.first().map(|rename| {
        let (from, to) = (text::clean(&rename.from.dotted()).into_owned(), text::clean(&rename.to.dotted()).into_owned());
        match target.selection.renames().contains(rename) {
            true => format!("{from} is renamed to {to}: nothing is dropped; {key} takes that back"),
            false if rename.ambiguous => {
                format!("{from} may be {to} under an old name, and others are alike; {key} renames it instead of a drop")
            }
            false => format!("{from} looks like {to} under an old name; {key} renames it instead of a drop"),
        }
    });
    first.into_iter().collect()
}

/// What closing the difference can hurt, in full sentences; beside their codes where there is room.
fn hazards(page: &Page<'_>, rows: &mut Vec<Row<'_>>) {
    for hazard in page.hazards() {
        let indent = hazard.code.code().len() + 4;
        let narrow = indent * 3 > page.columns;
        if narrow {
            rows.push(Row::Hazard { code: hazard.code, text: String::new(), first: true });
        }
        let room = page.columns.saturating_sub(if narrow { 2 } else { indent }).max(16);
        let lines = text::wrap(&text::clean(&hazard.message), room).into_iter().enumerate();
        rows.extend(lines.map(|(at, text)| match narrow {
            true => Row::HazardText(text),
            false => Row::Hazard { code: hazard.code, text, first: at == 0 },
        }));
    }
}

/// How the object stands at the other targets, those where it stands alike in one sentence.
fn elsewhere(page: &Page<'_>) -> Vec<String> {
    let names = |fits: &dyn Fn(&Elsewhere) -> bool| -> Vec<&str> {
        let fitting = page.detail.elsewhere.iter().filter(|elsewhere| fits(elsewhere));
        fitting
            .filter_map(|elsewhere| page.labels.targets.get(elsewhere.target))
            .map(String::as_str)
            .collect()
    };
    let mut sentences = Vec::new();
    let mut say = |names: Vec<&str>, words: String| {
        if !names.is_empty() {
            sentences.push(format!("{words} at {}", names.join(", ")));
        }
    };
    let is_same = page.detail.status.is_none_or(|status| status == Status::Same);
    if !is_same {
        say(names(&|elsewhere| elsewhere.alike), "just the same difference".to_owned());
    }
    for status in [Status::Changed, Status::Missing, Status::Extra, Status::Unknown] {
        let otherwise = if is_same || page.detail.status != Some(status) { "" } else { " otherwise" };
        let words = format!("{} {}{otherwise}", status.glyph(), status.word());
        say(names(&|elsewhere| elsewhere.status == status && (is_same || !elsewhere.alike)), words);
    }
    sentences
}

fn definitions<'a>(page: &Page<'a>, rows: &mut Vec<Row<'a>>) {
    let Page { state, detail, columns, .. } = *page;
    let side_by_side = is_side_by_side(state, columns);
    let room = if side_by_side { half(columns) } else { columns }.saturating_sub(page.gutter()).max(8);
    let own = detail.location.as_ref().map(|place| place.file.as_path());
    // Canonical's only file is named above the lines already.
    let first = || {
        let place = detail.lines.iter().find_map(|pair| pair.canonical.as_ref()?.place.as_ref())?;
        let is_named = place.file.file_name().is_some_and(|name| name == page.labels.canonical.as_str());
        is_named.then_some(place.file.as_path())
    };
    let mut file = own.or_else(first);
    for part in parts(&detail.lines, state.whole) {
        match part {
            Shown::Folded(count) => rows.push(Row::Fold(count)),
            Shown::Lines(lines) if side_by_side => {
                for pair in lines {
                    name_file(pair.canonical.as_ref(), &mut file, rows);
                    beside(pair, room, rows);
                }
            }
            Shown::Lines(lines) => under(lines, room, &mut file, rows),
        }
    }
    if detail.unsearched {
        let words = format!(
            "{} is too long to be searched: what later statements say has no number here",
            page.labels.canonical
        );
        rows.extend(text::wrap(&words, columns).into_iter().map(Row::Elsewhere));
    }
}

/// Says in which file a line has its number, where that is another than that of the line before.
fn name_file<'a>(line: Option<&'a SideLine>, file: &mut Option<&'a Path>, rows: &mut Vec<Row<'a>>) {
    let own = line.filter(|line| line.number.is_some()).and_then(|line| line.place.as_ref());
    if let Some(own) = own.map(|place| place.file.as_path())
        && *file != Some(own)
    {
        let name = own.file_name().unwrap_or(own.as_os_str()).to_string_lossy();
        rows.push(Row::File(text::clean(&name).into_owned()));
        *file = Some(own);
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
        rows.push(Row::Pair { canonical, live, differs: pair.differs, part: pair.part() });
    }
}

/// One under the other: of each run that differs, first what the target has, then what canonical
/// has.
fn under<'a>(lines: &'a [LinePair], room: usize, file: &mut Option<&'a Path>, rows: &mut Vec<Row<'a>>) {
    for run in lines.chunk_by(|a, b| a.differs == b.differs) {
        let differs = run[0].differs;
        let live = run.iter().filter(|_| differs).filter_map(|pair| pair.live.as_ref());
        let canonical = run.iter().filter_map(|pair| pair.canonical.as_ref());
        let one = |canonical| {
            move |piece: Piece<'a>| Row::One { piece, differs, canonical, part: piece.line.part.as_ref() }
        };
        rows.extend(live.flat_map(|line| pieces(line, room)).map(one(false)));
        for line in canonical {
            name_file(Some(line), file, rows);
            rows.extend(pieces(line, room).map(one(true)));
        }
    }
}

/// A piece of both definitions.
enum Shown<'a> {
    /// Lines that are shown.
    Lines(&'a [LinePair]),
    /// So many lines that are the same on both sides, and not shown.
    Folded(usize),
}

/// What differs with the lines around it; everything where that is wanted, or where nothing
/// differs.
fn parts(lines: &[LinePair], whole: bool) -> Vec<Shown<'_>> {
    if whole || lines.iter().all(|pair| !pair.differs) {
        return vec![Shown::Lines(lines)];
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
            parts.push(Shown::Lines(run));
        } else {
            let end = run.len() - after;
            parts.extend([
                Shown::Lines(&run[..before]),
                Shown::Folded(end - before),
                Shown::Lines(&run[end..]),
            ]);
        }
    }
    parts
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
            let size = |part: &Shown<'_>| match part {
                Shown::Lines(lines) => lines.len(),
                Shown::Folded(count) => 100 + count,
            };
            parts(&lines, whole).iter().map(size).collect()
        };
        assert_eq!(shape(false), [1, 107, 2, 1, 2, 106, 1]);
        assert_eq!(shape(true), [20]);
    }
}
