//! Everything about one object at one target: definitions side by side, facets, dependencies.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use similar::{ChangeTag, DiffOp, TextDiff};

use super::comparison::Comparison;
use crate::{
    dialect::Dialect,
    diff::Status,
    model::{Key, Object, Snapshot},
    plan::{self, HazardCode},
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
    /// The target, if it has been compared.
    pub comparison: Option<Arc<Comparison>>,
}

/// What there is to say about one object at one target.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// How it stands there; nothing if the target has not been compared.
    pub status: Option<Status>,
    /// Why it is unknown.
    pub reason: Option<String>,
    /// What closing the difference can hurt.
    pub hazards: BTreeSet<HazardCode>,
    /// The facets: those that differ, or all where the object stands on one side only.
    pub facets: Vec<FacetRow>,
    /// The comment in the catalog, of canonical or else of the target.
    pub comment: Option<String>,
    /// Where canonical makes it: file and line.
    pub location: Option<String>,
    /// What it requires, besides what it is a part of.
    pub requires: Vec<String>,
    /// What requires it, besides its own parts.
    pub required_by: Vec<String>,
    /// The definitions, line by line.
    pub lines: Vec<LinePair>,
    /// Canonical's definition.
    pub canonical: Arc<str>,
    /// The target's definition.
    pub live: Arc<str>,
}

/// One facet on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetRow {
    /// The facet.
    pub name: String,
    /// Its value in canonical.
    pub canonical: Option<String>,
    /// Its value in the target.
    pub live: Option<String>,
}

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

/// One line of one definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideLine {
    /// Which line it is, the first being 0.
    pub index: usize,
    /// Its text, clean.
    pub text: String,
    /// The parts of the text, in bytes, that the other side does not have.
    pub marked: Vec<(usize, usize)>,
}

impl Detail {
    /// Works out everything about one object. Pure; linear in the size of both catalogs.
    pub fn make(request: &DetailRequest) -> Self {
        let DetailRequest { dialect, key, canonical, comparison, .. } = request;
        let live = comparison.as_deref().map(|comparison| &*comparison.snapshot);
        let wanted = canonical.catalog.get(key);
        let found = live.and_then(|live| live.catalog.get(key));
        let either = wanted.or(found);
        let subject = either.map(|object| subject(*dialect, object));
        let difference = comparison.as_ref().and_then(|comparison| comparison.drift.differences.get(key));
        let definition = |snapshot: &Snapshot| {
            let text = subject.as_ref().map(|subject| plan::definition(*dialect, snapshot, subject));
            text::clean_lines(&text.unwrap_or_default()).join("\n")
        };
        let (canonical_text, live_text) = (definition(canonical), live.map(definition).unwrap_or_default());
        let mut detail = Detail {
            status: comparison.as_ref().map(|comparison| comparison.drift.status(key)),
            reason: difference.and_then(|difference| difference.reason.clone()),
            hazards: comparison.as_ref().and_then(|c| c.hazards.get(key).cloned()).unwrap_or_default(),
            comment: either
                .and_then(|object| object.facets.text("comment"))
                .map(|c| text::clean(c).into_owned()),
            location: canonical.location(key).map(|place| {
                let file = place.file.file_name().unwrap_or(place.file.as_os_str()).to_string_lossy();
                text::clean(&format!("{file}:{}", place.line)).into_owned()
            }),
            lines: if live.is_some() {
                line_pairs(&canonical_text, &live_text)
            } else {
                alone(&canonical_text)
            },
            canonical: canonical_text.into(),
            live: live_text.into(),
            ..Detail::default()
        };
        let changed = difference.map(|difference| difference.facets.as_slice()).unwrap_or_default();
        detail.facets = facets(wanted.map(|o| &**o), found.map(|o| &**o), changed);
        if let Some(object) = either {
            let own = |key: &&Key| object.parent.as_ref() != Some(key);
            let requires = object.requires.iter().map(|requirement| &requirement.on).filter(own);
            detail.requires = names(requires);
        }
        let catalogs = [Some(&canonical.catalog), live.map(|live| &live.catalog)];
        let users = catalogs.into_iter().flatten().flat_map(|catalog| catalog.iter()).filter(|object| {
            object.parent.as_ref() != Some(key)
                && object.requires.iter().any(|requirement| requirement.on == *key)
        });
        detail.required_by = names(users.map(|object| &object.key));
        detail
    }
}

fn names<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<String> {
    let unique: BTreeSet<&Key> = keys.collect();
    unique
        .into_iter()
        .map(|key| text::clean(&format!("{} {}", key.kind(), key.dotted())).into_owned())
        .collect()
}

/// A column is best understood in its table.
fn subject(dialect: &dyn Dialect, object: &Object) -> Key {
    let inline = dialect.kind(object.key.kind()).is_some_and(|kind| kind.inline(object));
    match &object.parent {
        Some(parent) if inline => parent.clone(),
        _ => object.key.clone(),
    }
}

fn facets(wanted: Option<&Object>, found: Option<&Object>, changed: &[String]) -> Vec<FacetRow> {
    let value = |object: Option<&Object>, name: &str| object?.facets.get(name).map(of_facet);
    let row = |name: &str| FacetRow {
        name: text::clean(name).into_owned(),
        canonical: value(wanted, name),
        live: value(found, name),
    };
    match (wanted, found) {
        (Some(_), Some(_)) => changed.iter().map(|name| row(name)).collect(),
        (Some(one), None) | (None, Some(one)) => one.facets.iter().map(|(name, _)| row(name)).collect(),
        (None, None) => Vec::new(),
    }
}

/// A facet's value for people, on one line. A body is better read in the definition.
fn of_facet(value: &Value) -> String {
    match value.as_str().map(|text| text.trim().lines().count()) {
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

fn side_lines(text: &str) -> Vec<SideLine> {
    let line = |(index, text): (usize, &str)| SideLine { index, text: text.to_owned(), marked: Vec::new() };
    text.lines().enumerate().map(line).collect()
}

fn alone(canonical: &str) -> Vec<LinePair> {
    let pair = |line| LinePair { differs: false, canonical: Some(line), live: None };
    side_lines(canonical).into_iter().map(pair).collect()
}

/// The lines of both texts, each beside the one it became, with the words that changed.
fn line_pairs(canonical: &str, live: &str) -> Vec<LinePair> {
    let diff = TextDiff::from_lines(live, canonical);
    let (mut old, mut new) = (side_lines(live), side_lines(canonical));
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
            let end = (at + piece.trim_end_matches('\n').len()).min(line.text.len());
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

    #[test]
    fn lines_stand_beside_what_they_became_with_the_changed_words_marked() {
        let pairs = line_pairs(
            "create t (\n  a int,\n  b numeric(12,2)\n);\n",
            "create t (\n  b numeric(10,2)\n);\n",
        );
        let sides: Vec<(Option<&str>, Option<&str>)> = pairs
            .iter()
            .map(|pair| {
                let text = |side: &Option<SideLine>| side.as_ref().map(|line| line.text.clone());
                (text(&pair.canonical), text(&pair.live))
            })
            .map(|(a, b)| (a.map(|a| &*a.leak()), b.map(|b| &*b.leak())))
            .collect();
        assert_eq!(sides[0], (Some("create t ("), Some("create t (")));
        assert_eq!(sides.last().unwrap(), &(Some(");"), Some(");")));
        let changed: Vec<&LinePair> = pairs.iter().filter(|pair| pair.differs).collect();
        let marked = |side: &Option<SideLine>| -> Vec<String> {
            let line = side.as_ref().unwrap();
            line.marked.iter().map(|(from, to)| line.text[*from..*to].to_owned()).collect()
        };
        let live = changed.iter().find(|pair| pair.live.is_some()).unwrap();
        assert!(marked(&live.live).concat().contains("10"), "{:?}", marked(&live.live));
    }

    #[test]
    fn a_body_is_left_to_the_definition() {
        assert_eq!(of_facet(&Value::from("\nBEGIN\nEND;\n")), "2 lines, see the definition");
        assert_eq!(of_facet(&Value::from("now()")), "now()");
    }

    #[test]
    fn a_facet_that_is_a_list_is_written_on_one_line() {
        assert_eq!(shown(&serde_json::json!(["a", "b\nc"])), "a, b\\nc");
        assert_eq!(shown(&serde_json::json!(true)), "yes");
    }
}
