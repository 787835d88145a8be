//! Everything about one object: definitions side by side, facets at every target, what it can hurt
//! to close its difference, its parts and its dependencies.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use similar::TextDiff;

use super::{
    comparison::Comparison,
    definition::{Definition, LinePair, SideLine, alone, line_pairs},
    numbers::Excerpt,
};
use crate::{
    dialect::Dialect,
    diff::{Acceptance, Rename, Status},
    model::{Catalog, Key, Location, Object, Size, Snapshot},
    plan::{Hazard, Hunk},
    tui::text,
};

/// What a detail is made from.
#[derive(Clone)]
pub struct DetailRequest {
    /// How everything is spelled.
    pub dialect: &'static dyn Dialect,
    /// The object.
    pub key: Key,
    /// The schema that is meant.
    pub canonical: Arc<Snapshot>,
    /// The targets, those that have been compared.
    pub targets: Vec<Option<Arc<Comparison>>>,
    /// The target that it is about.
    pub active: usize,
    /// The statement of the canonical file that makes it, then those that say more about it; nothing where
    /// canonical is no file.
    pub script: Vec<Excerpt>,
    /// Whether canonical is a file that is too long to be looked through for those that say more.
    pub unsearched: bool,
}

/// What there is to say about one object, at one target above all.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// How it stands there; nothing if the target has not been compared.
    pub status: Option<Status>,
    /// Why it is unknown.
    pub reason: Option<String>,
    /// What the baseline says about the difference: why it is accepted, or why no longer.
    pub acceptance: Option<String>,
    /// What the object was called, or is called in canonical, if it looks like a rename.
    pub renames: Vec<Rename>,
    /// How it stands at the other targets.
    pub elsewhere: Vec<Elsewhere>,
    /// What closing the difference can hurt.
    pub hazards: Vec<Hazard>,
    /// The facets that differ at any target.
    pub facets: Vec<FacetRow>,
    /// The parts of the difference that can be selected alone: facets, and entries of lists.
    pub hunks: BTreeSet<Hunk>,
    /// The comment in the catalog, of canonical or else of the target.
    pub comment: Option<String>,
    /// How large the table is at the target, for knowing what it means to rewrite it.
    pub size: Option<Size>,
    /// Where canonical makes it.
    pub location: Option<Location>,
    /// Its parts that differ and stand in no definition of its own.
    pub parts: Vec<Part>,
    /// What it requires, besides what it is a part of.
    pub requires: Vec<Key>,
    /// What requires it, besides its own parts.
    pub required_by: Vec<Key>,
    /// The definitions, line by line.
    pub lines: Vec<LinePair>,
    /// Whether canonical's file is too long to be looked through for what says more about the object.
    pub unsearched: bool,
    /// Canonical's definition.
    pub canonical: Arc<str>,
    /// The target's definition.
    pub live: Arc<str>,
}

/// How an object stands at another target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The target.
    pub target: usize,
    /// How it stands there.
    pub status: Status,
    /// Whether it is there just what it is at the target that the detail is about.
    pub alike: bool,
}

/// One facet in canonical and at each target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetRow {
    /// The facet.
    pub name: String,
    /// Its value in canonical.
    pub canonical: Option<String>,
    /// Its value at each target.
    pub live: Vec<Option<String>>,
    /// Whether it is canonical's at each target.
    pub same: Vec<bool>,
    /// Whether it differs at the target that the detail is about.
    pub differs: bool,
    /// The entries in which it differs there, where it is a list, with whether canonical has them.
    pub entries: Vec<(String, bool)>,
}

impl FacetRow {
    /// The parts of the difference that the row is of.
    pub fn hunks(&self) -> Vec<Hunk> {
        let hunk = |entry: Option<&String>| Hunk { facet: self.name.clone(), entry: entry.cloned() };
        match (self.differs, self.entries.is_empty()) {
            (false, _) => Vec::new(),
            (true, true) => vec![hunk(None)],
            (true, false) => self.entries.iter().map(|(entry, _)| hunk(Some(entry))).collect(),
        }
    }
}

/// A part of the object that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub key: Key,
    /// How.
    pub status: Status,
}

impl Detail {
    /// Whether a part of it differs, in its definition or beside it.
    pub fn has_parts_that_differ(&self) -> bool {
        !self.parts.is_empty() || self.lines.iter().any(|line| line.differs && line.part().is_some())
    }

    /// Works out everything about one object. Pure; bounded by what the object has to do with.
    pub fn make(request: &DetailRequest) -> Self {
        let DetailRequest { dialect, key, canonical, .. } = request;
        let comparison = request.comparison();
        let live = comparison.map(|comparison| &*comparison.snapshot);
        let Some(either) = request.object() else { return Detail::default() };
        let subject = subject(*dialect, either);
        let difference = comparison.and_then(|comparison| comparison.drift.differences.get(key));
        let own = Definition::of(*dialect, canonical, &subject, &request.script);
        let other = live.map(|live| Definition::of(*dialect, live, &subject, &[])).unwrap_or_default();
        let lines = if live.is_some() { line_pairs(&own, &other) } else { alone(&own) };
        let is_own = |on: &&Key| either.parent.as_ref() != Some(on);
        let requires = either.requires.iter().map(|requirement| &requirement.on).filter(is_own);
        let facets = request.facets();
        let catalogs = [Some(&canonical.catalog), live.map(|live| &live.catalog)];
        Detail {
            status: comparison.map(|comparison| comparison.drift.status(key)),
            reason: difference.and_then(|difference| difference.reason.clone()),
            acceptance: difference.and_then(|difference| difference.acceptance.as_ref()).map(said),
            renames: comparison.map(|c| c.renames_of(key).into_iter().cloned().collect()).unwrap_or_default(),
            elsewhere: request.elsewhere(),
            hazards: comparison.and_then(|c| c.hazards.get(key).cloned()).unwrap_or_default(),
            hunks: facets.iter().flat_map(FacetRow::hunks).collect(),
            facets,
            comment: either.facets.text("comment").map(|comment| text::clean(comment).into_owned()),
            size: live.and_then(|live| size(live, either)),
            location: canonical.location(key).cloned(),
            parts: comparison.map(|comparison| parts(comparison, key, &lines)).unwrap_or_default(),
            requires: requires.cloned().collect::<BTreeSet<Key>>().into_iter().collect(),
            required_by: users(key, catalogs.into_iter().flatten()),
            lines,
            unsearched: request.unsearched,
            canonical: own.text.into(),
            live: other.text.into(),
        }
    }

    /// The definitions as a text: what differs in the manner of `diff -u`, or the only one there is.
    pub fn as_text(&self, canonical: &str, target: Option<&str>) -> String {
        let (ours, theirs) = (format!("{}\n", self.canonical), format!("{}\n", self.live));
        let Some(target) = target.filter(|_| self.canonical != self.live) else { return ours };
        let place = self.place().unwrap_or_else(|| text::clean(canonical).into_owned());
        let diff = TextDiff::from_lines(theirs.as_str(), ours.as_str());
        diff.unified_diff().context_radius(usize::MAX / 2).header(&text::clean(target), &place).to_string()
    }

    /// Where canonical makes it, for people: the file's name and the line.
    pub fn place(&self) -> Option<String> {
        self.location.as_ref().map(place)
    }

    /// Where the script says what a text is about: the line of the definition with the most of its words,
    /// of at least two fifths of them; among the lines of a part, where the text is about one.
    pub fn place_about(&self, text: &str, part: Option<&Key>) -> Option<&Location> {
        let of_words = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
        };
        let wanted = of_words(text);
        let lines = || self.lines.iter().filter_map(|pair| pair.canonical.as_ref());
        let is_own = |line: &&SideLine| part.is_some() && line.part.as_ref() == part;
        let own = lines().any(|line| is_own(&line));
        let lines = lines().filter(|line| !own || is_own(line));
        let rated = lines.filter_map(|line| {
            let same = of_words(&line.text).intersection(&wanted).count();
            (same * 5 >= wanted.len() * 2).then_some((same, line.place.as_ref()?))
        });
        // The first of those that are as good.
        rated.rev().max_by_key(|(same, _)| *same).map(|(_, place)| place)
    }
}

/// A place for people: the file's name and the line.
pub fn place(Location { file, line }: &Location) -> String {
    let file = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    text::clean(&format!("{file}:{line}")).into_owned()
}

impl DetailRequest {
    fn comparison(&self) -> Option<&Comparison> {
        self.targets.get(self.active)?.as_deref()
    }

    /// What the definition is of, the table of a column for example, and where canonical makes that.
    pub fn subject(&self) -> Option<(Key, &Location)> {
        let subject = subject(self.dialect, self.object()?);
        let place = self.canonical.locations.get(&subject)?;
        Some((subject, place))
    }

    /// The object in canonical, or else at the target, or at any other.
    fn object(&self) -> Option<&Object> {
        let active = self.comparison().map(|comparison| &*comparison.snapshot);
        let mut snapshots = std::iter::once(&*self.canonical).chain(active).chain(self.snapshots());
        snapshots.find_map(|snapshot| snapshot.catalog.get(&self.key)).map(|object| &**object)
    }

    fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        self.targets.iter().flatten().map(|comparison| &*comparison.snapshot)
    }

    fn elsewhere(&self) -> Vec<Elsewhere> {
        let state = |comparison: &Comparison| {
            comparison.snapshot.catalog.get(&self.key).map(|object| object.facets.clone())
        };
        let here =
            self.comparison().map(|comparison| (comparison.drift.status(&self.key), state(comparison)));
        let others = self.targets.iter().enumerate().filter(|(at, _)| *at != self.active);
        let others = others.filter_map(|(target, comparison)| Some((target, comparison.as_deref()?)));
        let of = |(target, comparison): (usize, &Comparison)| {
            let status = comparison.drift.status(&self.key);
            Elsewhere { target, status, alike: Some((status, state(comparison))) == here }
        };
        others.map(of).collect()
    }

    /// The facets that differ at any target, in the order in which the object has them.
    fn facets(&self) -> Vec<FacetRow> {
        let wanted = self.canonical.catalog.get(&self.key);
        let compared = || self.targets.iter().flatten();
        let mut names: Vec<&str> = Vec::new();
        for comparison in compared() {
            let difference = comparison.drift.differences.get(&self.key);
            for facet in difference.iter().flat_map(|difference| &difference.facets) {
                if !names.contains(&facet.as_str()) {
                    names.push(facet);
                }
            }
        }
        let meant = |name: &str| wanted?.facets.get(name);
        let live = |target: &'_ Option<Arc<Comparison>>, name: &str| {
            let object = target.as_ref()?.snapshot.catalog.get(&self.key)?;
            object.facets.get(name).cloned()
        };
        let shown = |value: Option<&Value>, name: &str| {
            let other = value.is_some() && value != meant(name);
            value.map(|value| of_facet(value, other))
        };
        let own = self.comparison().and_then(|comparison| comparison.drift.differences.get(&self.key));
        let row = |name: &str| {
            let differs = own.is_some_and(|own| own.facets.iter().any(|facet| facet == name));
            let here = self.targets.get(self.active).and_then(|target| live(target, name));
            FacetRow {
                name: text::clean(name).into_owned(),
                canonical: shown(meant(name), name),
                live: self.targets.iter().map(|target| shown(live(target, name).as_ref(), name)).collect(),
                same: self.targets.iter().map(|target| live(target, name).as_ref() == meant(name)).collect(),
                differs,
                entries: if differs { entries(here.as_ref(), meant(name)) } else { Vec::new() },
            }
        };
        names.into_iter().map(row).collect()
    }
}

/// The parts that differ and are neither in the definition nor part of another part.
fn parts(comparison: &Comparison, key: &Key, lines: &[LinePair]) -> Vec<Part> {
    let shown: BTreeSet<&Key> = lines.iter().filter_map(LinePair::part).collect();
    let below = comparison.drift.differences.range(key.clone()..);
    let below = below.take_while(|(part, _)| part.path().starts_with(key.path()));
    let own = below.filter(|(part, _)| *part != key && comparison.whole.contains(*part));
    let outside = own.filter(|(part, _)| part.path().len() > key.path().len() && !shown.contains(part));
    outside.map(|(part, difference)| Part { key: part.clone(), status: difference.status }).collect()
}

/// An acceptance as a sentence.
fn said(acceptance: &Acceptance) -> String {
    let sentence = acceptance.lapse().unwrap_or_else(|| format!("accepted{}", acceptance.accepted));
    text::clean(&sentence).into_owned()
}

/// How large an object is, or the table that it is a part of.
fn size(snapshot: &Snapshot, object: &Object) -> Option<Size> {
    let own = snapshot.sizes.get(&object.key);
    let table = || object.parent.as_ref().and_then(|parent| snapshot.catalog.get(parent));
    // What the target does not have yet comes to a table that it may have.
    own.copied().or_else(|| size(snapshot, table()?))
}

/// What requires an object, besides its own parts.
fn users<'a>(key: &Key, catalogs: impl Iterator<Item = &'a Catalog>) -> Vec<Key> {
    let users = catalogs.flat_map(|catalog| catalog.users(key));
    let users = users.filter(|object| object.parent.as_ref() != Some(key));
    let unique: BTreeSet<&Key> = users.map(|object| &object.key).collect();
    unique.into_iter().cloned().collect()
}

/// A column is best understood in its table.
fn subject(dialect: &dyn Dialect, object: &Object) -> Key {
    let inline = dialect.kind(object.key.kind()).is_some_and(|kind| kind.inline(object));
    match &object.parent {
        Some(parent) if inline => parent.clone(),
        _ => object.key.clone(),
    }
}

/// The entries that only one of two lists of texts has, with whether it is canonical's. Where entries
/// stand in an order that means something, single ones cannot be taken.
fn entries(live: Option<&Value>, canonical: Option<&Value>) -> Vec<(String, bool)> {
    let listed = |value: Option<&Value>| -> Option<Vec<String>> {
        let Some(value) = value else { return Some(Vec::new()) };
        value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect()
    };
    let (Some(live), Some(canonical)) = (listed(live), listed(canonical)) else { return Vec::new() };
    if !live.is_sorted() || !canonical.is_sorted() {
        return Vec::new();
    }
    let gone = live.iter().filter(|entry| !canonical.contains(entry)).map(|entry| (entry.clone(), false));
    let new = canonical.iter().filter(|entry| !live.contains(entry)).map(|entry| (entry.clone(), true));
    gone.chain(new).collect()
}

/// A facet's value for people, on one line; `other` says that it is not canonical's. A body is better
/// read in the definition.
fn of_facet(value: &Value, other: bool) -> String {
    match value.as_str().map(|text| text.trim().lines().count()) {
        Some(lines) if lines > 1 && other => format!("{lines} other lines"),
        Some(lines) if lines > 1 => format!("{lines} lines, see the definition"),
        _ => shown(value),
    }
}

/// A value for people, on one line.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    text::clean(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_left_to_the_definition() {
        assert_eq!(of_facet(&Value::from("\nBEGIN\nEND;\n"), false), "2 lines, see the definition");
        assert_eq!(of_facet(&Value::from("now()"), true), "now()");
    }

    #[test]
    fn a_facet_that_is_a_list_is_written_on_one_line() {
        assert_eq!(shown(&serde_json::json!(["a", "b\nc"])), "a, b\\nc");
        assert_eq!(shown(&serde_json::json!(true)), "yes");
    }
}
