//! Two definitions of one object, line by line, with the part of the object that each line is of.

use std::collections::{HashMap, HashSet};

use similar::{ChangeTag, DiffOp, TextDiff};

use super::numbers::{Excerpt, places};
use crate::{
    dialect::Dialect,
    model::{Key, Location, Object, Snapshot},
    plan,
    tui::text,
};

/// One line of both definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinePair {
    /// Whether the sides differ here.
    pub differs: bool,
    /// The line in canonical.
    pub canonical: Option<SideLine>,
    /// The line in the target.
    pub live: Option<SideLine>,
}

impl LinePair {
    /// The part of the object that the line is of, a column for example.
    pub fn part(&self) -> Option<&Key> {
        let part = |line: &'_ Option<SideLine>| line.as_ref().is_some_and(|line| line.part.is_some());
        let line = if part(&self.canonical) { &self.canonical } else { &self.live };
        line.as_ref()?.part.as_ref()
    }
}

/// One line of one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideLine {
    /// Which line it is, the first being 0.
    pub index: usize,
    /// The number in front of it: the line of the script that says the same where the script is known,
    /// and else which line of the definition it is, the first being 1.
    pub number: Option<u32>,
    /// The place in the script that says the same, where there is one.
    pub place: Option<Location>,
    /// Its text, clean.
    pub text: String,
    /// The parts of the text, in bytes, that the other side does not have.
    pub marked: Vec<(usize, usize)>,
    /// The part of the object that the line is of, a column for example.
    pub part: Option<Key>,
}

/// The lines of a script that make an object.
#[derive(Clone, Debug)]
struct Places {
    /// Where it begins.
    first: Location,
    /// Where it has those parts that are on lines of their own.
    parts: HashMap<Key, Location>,
    /// Where it says what the other lines say, by the line of the definition.
    others: Vec<Option<Location>>,
}

impl Places {
    /// Where the script has an object, those of its parts that it has on lines of their own, and the other
    /// lines of its definition.
    fn of(
        snapshot: &Snapshot,
        key: &Key,
        parts: &HashMap<String, Key>,
        others: Vec<Option<Location>>,
    ) -> Option<Self> {
        let first = snapshot.locations.get(key)?;
        let own = |part: &Key| {
            // What has no line of its own has the place of the whole.
            let place = snapshot.locations.get(part).filter(|place| *place != first)?;
            Some((part.clone(), place.clone()))
        };
        let parts: HashMap<Key, Location> = parts.values().filter_map(own).collect();
        let known = !others.is_empty() || !parts.is_empty();
        known.then(|| Places { first: first.clone(), parts, others })
    }

    fn place(&self, index: usize, part: Option<&Key>) -> Option<Location> {
        if index == 0 {
            return Some(self.first.clone());
        }
        let own = part.and_then(|part| self.parts.get(part)).cloned();
        own.or_else(|| self.others.get(index).cloned().flatten())
    }
}

/// One side's definition of an object.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// Its text, clean.
    pub text: String,
    parts: HashMap<String, Key>,
    /// The lines of the script, where that is known.
    places: Option<Places>,
}

impl Definition {
    /// The definition of an object, empty if the snapshot does not have it; with the lines of the
    /// statements that make it, if those are known.
    pub fn of(dialect: &dyn Dialect, snapshot: &Snapshot, key: &Key, script: &[Excerpt]) -> Self {
        let steps: Vec<String> = plan::definition_steps(dialect, snapshot, key)
            .iter()
            .map(|step| text::clean_lines(step).join("\n"))
            .collect();
        let parts = part_lines(dialect, snapshot, key);
        let others = if script.is_empty() { Vec::new() } else { places(&steps, script) };
        let places = Places::of(snapshot, key, &parts, others);
        Definition { text: steps.join("\n"), parts, places }
    }

    /// What of each line tells it from others: a comma behind a part only says that another follows.
    fn telling(&self) -> Vec<&str> {
        let is_part = |line: &str| self.parts.contains_key(bare(line));
        let lines = self.text.lines();
        lines.map(|line| if is_part(line) { line.trim_end_matches(',') } else { line }).collect()
    }

    fn lines(&self) -> Vec<SideLine> {
        let mut last = None;
        let line = |(index, text): (usize, &str)| {
            let part = self.parts.get(bare(text));
            let place = self.places.as_ref().and_then(|places| places.place(index, part));
            let number = match (&self.places, &place) {
                (None, _) => u32::try_from(index + 1).ok(),
                (Some(_), place) => place.as_ref().map(|place| place.line),
            };
            // What the script has on one line has its number once.
            let file = place.as_ref().map(|place| place.file.clone());
            let numbered =
                number.map(|number| (file, number)).filter(|numbered| last.as_ref() != Some(numbered));
            let number = numbered.as_ref().map(|(_, number)| *number);
            last = numbered.or(last.take());
            SideLine {
                index,
                number,
                place,
                text: text.to_owned(),
                part: part.cloned(),
                ..SideLine::default()
            }
        };
        self.text.lines().enumerate().map(line).collect()
    }
}

/// A line without what only joins it to its neighbours.
fn bare(line: &str) -> &str {
    line.trim().trim_end_matches(',')
}

/// The lines that each part brings into the definition of its parent: those that are there twice
/// where the part is.
fn part_lines(dialect: &dyn Dialect, snapshot: &Snapshot, key: &Key) -> HashMap<String, Key> {
    let mut found = HashMap::new();
    let (Some(object), Some(kind)) = (snapshot.catalog.get(key), dialect.kind(key.kind())) else {
        return found;
    };
    let is_inline = |part: &&Object| {
        part.parent.as_ref() == Some(key)
            && dialect.kind(part.key.kind()).is_some_and(|kind| kind.inline(part))
    };
    for part in snapshot.catalog.below(key).filter(is_inline) {
        let steps = kind.create(object, &[part, part]).unwrap_or_default();
        let lines = steps.iter().flat_map(|step| text::clean_lines(&step.sql));
        let mut seen = HashSet::new();
        for line in lines.map(|line| bare(&line).to_owned()) {
            if seen.contains(&line) {
                found.insert(line, part.key.clone());
            } else {
                seen.insert(line);
            }
        }
    }
    found
}

/// The lines of the only definition that there is.
pub fn alone(canonical: &Definition) -> Vec<LinePair> {
    let pair = |line| LinePair { differs: false, canonical: Some(line), live: None };
    canonical.lines().into_iter().map(pair).collect()
}

/// The lines of both definitions, each beside the one it became, with the words that changed.
pub fn line_pairs(canonical: &Definition, live: &Definition) -> Vec<LinePair> {
    let (olds, news) = (live.telling(), canonical.telling());
    let diff = TextDiff::from_slices(&olds, &news);
    let (mut old, mut new) = (live.lines(), canonical.lines());
    if canonical.places.is_some() {
        // Numbers of two kinds beside each other would be read as one.
        old.iter_mut().for_each(|line| line.number = None);
    }
    let mut pairs = Vec::new();
    for op in diff.ops() {
        if !matches!(op, DiffOp::Equal { .. }) {
            mark(&diff, op, &mut old, &mut new);
        }
        let (olds, news) = (op.old_range(), op.new_range());
        for step in 0..olds.len().max(news.len()) {
            let line = |lines: &[SideLine], range: &std::ops::Range<usize>| {
                (step < range.len()).then(|| lines.get(range.start + step).cloned()).flatten()
            };
            pairs.push(LinePair {
                differs: !matches!(op, DiffOp::Equal { .. }),
                live: line(&old, &olds),
                canonical: line(&new, &news),
            });
        }
    }
    pairs
}

fn mark(diff: &TextDiff<'_, '_, str>, op: &DiffOp, old: &mut [SideLine], new: &mut [SideLine]) {
    for change in diff.iter_inline_changes(op) {
        let line = match change.tag() {
            ChangeTag::Delete => change.old_index().and_then(|at| old.get_mut(at)),
            ChangeTag::Insert => change.new_index().and_then(|at| new.get_mut(at)),
            ChangeTag::Equal => None,
        };
        let Some(line) = line else { continue };
        let mut at = 0;
        for (emphasized, piece) in change.values() {
            let end = (at + piece.len()).min(line.text.len());
            if *emphasized && end > at {
                line.marked.push((at, end));
            }
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    fn definition(text: &str) -> Definition {
        Definition { text: text.to_owned(), ..Definition::default() }
    }

    #[test]
    fn lines_stand_beside_what_they_became_with_the_changed_words_marked() {
        let pairs = line_pairs(
            &definition("create t (\n  a int,\n  b numeric(12,2)\n);\n"),
            &definition("create t (\n  b numeric(10,2)\n);\n"),
        );
        let text = |side: &Option<SideLine>| side.as_ref().map(|line| line.text.clone());
        let ends = [pairs.first().unwrap(), pairs.last().unwrap()];
        assert!(ends.iter().all(|pair| text(&pair.canonical) == text(&pair.live) && !pair.differs));
        let live = pairs.iter().filter(|pair| pair.differs).find_map(|pair| pair.live.as_ref()).unwrap();
        let marked: String = live.marked.iter().map(|(from, to)| &live.text[*from..*to]).collect();
        assert!(marked.contains("10"), "{marked}");
    }

    #[test]
    fn a_comma_behind_the_last_part_and_the_end_of_the_text_are_no_differences() {
        let with_parts = |text: &str| {
            let key = sample::key("column:public.orders.id");
            Definition { parts: HashMap::from([("a int".to_owned(), key)]), ..definition(text) }
        };
        let differing = |canonical: &str, live: &str| -> Vec<Option<String>> {
            let pairs = line_pairs(&with_parts(canonical), &with_parts(live));
            let differing = pairs.into_iter().filter(|pair| pair.differs);
            differing.map(|pair| pair.canonical.or(pair.live).map(|line| line.text)).collect()
        };
        let new = differing("t (\n  a int,\n  b int\n);\ngrant x;", "t (\n  a int\n);\ngrant x;\ngrant y;");
        assert_eq!(new, [Some("  b int".to_owned()), Some("grant y;".to_owned())]);
        // In a body a comma can mean everything.
        assert_eq!(differing("select b,\n c", "select b\n c").len(), 1);
    }

    #[test]
    fn a_line_of_a_table_knows_its_column() {
        let (dialect, table) = (sample::dialect().0, sample::key("table:public.orders"));
        let pairs = line_pairs(
            &Definition::of(dialect, &sample::canonical(), &table, &[]),
            &Definition::of(dialect, &sample::live(), &table, &[]),
        );
        let parts: Vec<String> = pairs.iter().filter_map(LinePair::part).map(ToString::to_string).collect();
        assert_eq!(
            parts,
            ["id", "customer_id", "total", "note"].map(|column| format!("column:public.orders.{column}"))
        );
        assert!(pairs[0].part().is_none());
    }
}
