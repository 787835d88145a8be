//! What became of a schema between two looks at it, for people and for programs.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::{Paint, clean, utc, words::counted};
use crate::{
    diff::{Drift, Status},
    model::{Key, Snapshot},
};

/// How many bytes of a value are shown on a line.
const ONE_LINE: usize = 60;

/// What changed from one look to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// When the first look was, in seconds since 1970-01-01 UTC.
    pub from: u64,
    /// When the second was.
    pub to: u64,
    /// What came, went or changed, by the order of the keys. A part of an object that came or went
    /// as a whole is not listed by itself.
    pub changes: Vec<Change>,
}

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `added`, `removed`, `changed`, or `unknown` where one of the looks could not read it.
    pub change: &'static str,
    /// The object.
    pub object: Key,
    /// What changed in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<FacetChange>,
}

/// What became of one facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetChange {
    /// The facet.
    pub facet: String,
    /// What it was; null if it was at its default.
    pub from: Value,
    /// What it is.
    pub to: Value,
}

impl Changes {
    /// What changed, given how the newer look differs from the older as if that were canonical.
    pub fn between(older: &Snapshot, newer: &Snapshot, drift: &Drift) -> Changes {
        let mut changes = Vec::new();
        for (key, difference) in &drift.differences {
            let side = if difference.status == Status::Missing { older } else { newer };
            let parent = side.catalog.get(key).and_then(|object| object.parent.as_ref());
            let comes_and_goes = matches!(difference.status, Status::Missing | Status::Extra);
            if comes_and_goes && parent.is_some_and(|parent| drift.status(parent) == difference.status) {
                continue;
            }
            let value = |snapshot: &Snapshot, facet: &str| {
                let object = snapshot.catalog.get(key);
                object.and_then(|object| object.facets.get(facet)).cloned().unwrap_or(Value::Null)
            };
            let facets = difference.facets.iter().map(|facet| FacetChange {
                facet: facet.clone(),
                from: value(older, facet),
                to: value(newer, facet),
            });
            changes.push(Change {
                change: word(difference.status),
                object: key.clone(),
                facets: facets.collect(),
            });
        }
        Changes { from: older.taken_at, to: newer.taken_at, changes }
    }

    /// Whether nothing did.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// `2 added, 1 changed`.
    pub fn summary(&self) -> String {
        let count = |word: &str| self.changes.iter().filter(|change| change.change == word).count();
        let counts = ["added", "removed", "changed", "unknown"].map(|word| (count(word), word));
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if counts.is_empty() { "nothing changed".to_owned() } else { counts.join(", ") }
    }

    /// A line for each change, and below it one for each facet.
    pub fn text(&self, paint: Paint) -> String {
        let mut text = String::new();
        for Change { change, object, facets } in &self.changes {
            let (mark, status) = match *change {
                "added" => ("+", Status::Missing),
                "removed" => ("-", Status::Extra),
                "unknown" => ("?", Status::Unknown),
                _ => ("~", Status::Changed),
            };
            let line = format!("{mark} {}", clean(&object.to_string()));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {}", paint.status(status, &line));
            for FacetChange { facet, from, to } in facets {
                let _ = match (from.as_array(), to.as_array()) {
                    (Some(from), Some(to)) => writeln!(text, "      {}: {}", clean(facet), items(from, to)),
                    _ => writeln!(text, "      {}: {} → {}", clean(facet), shown(from), shown(to)),
                };
            }
        }
        text
    }

    /// The changes under a line that says of what, and between which moments.
    pub fn page(&self, from: &str, to: &str, paint: Paint) -> String {
        let count = counted(self.changes.len(), "change");
        let heading = format!("{from} ({}) → {to} ({}): ", utc(self.from), utc(self.to));
        let summary = if self.is_empty() { self.summary() } else { format!("{count}: {}", self.summary()) };
        format!("{}{summary}\n{}", paint.bold(&clean(&heading)), self.text(paint))
    }
}

/// Seen from the older look: what it lacks came, and what the newer lacks went.
fn word(status: Status) -> &'static str {
    match status {
        Status::Extra => "added",
        Status::Missing => "removed",
        Status::Changed | Status::Same => "changed",
        Status::Unknown => "unknown",
    }
}

/// What came into a list and what left it; or that only its order changed.
fn items(from: &[Value], to: &[Value]) -> String {
    let left = from.iter().filter(|item| !to.contains(item)).map(|item| format!("-{}", shown(item)));
    let came = to.iter().filter(|item| !from.contains(item)).map(|item| format!("+{}", shown(item)));
    let items: Vec<String> = left.chain(came).collect();
    if items.is_empty() { "in another order".to_owned() } else { items.join(", ") }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "(default)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text = clean(&text);
    match text.char_indices().nth(ONE_LINE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diff::{Rules, compare},
        model::{Facets, Kind, Object},
    };

    fn table(name: &str, comment: &str) -> Object {
        let mut facets = Facets::default();
        facets.set("comment", comment);
        Object::new(Key::new(Kind::of("table"), ["public", name]), None, facets)
    }

    fn column(of: &str, name: &str) -> Object {
        let parent = Key::new(Kind::of("table"), ["public", of]);
        Object::new(parent.child(Kind::of("column"), name), Some(parent), Facets::default())
    }

    fn changes(older: Vec<Object>, newer: Vec<Object>) -> Changes {
        let snapshot = |objects: Vec<Object>, taken_at| Snapshot {
            catalog: objects.into_iter().collect(),
            taken_at,
            complete: true,
            ..Snapshot::default()
        };
        let (older, newer) = (snapshot(older, 0), snapshot(newer, 60));
        let differing = |_: &Object, _: &Object| vec!["comment".to_owned()];
        Changes::between(&older, &newer, &compare(&older, &newer, &Rules::default(), &differing))
    }

    #[test]
    fn what_came_and_went_is_told_once_and_what_changed_with_both_values() {
        let older = vec![table("a", "one\x1b[2J"), table("b", ""), column("b", "x")];
        let newer = vec![table("a", "two"), table("c", ""), column("c", "y")];
        let page = changes(older, newer).page("then", "now", Paint { coloured: false });
        let expected = "\
then (1970-01-01 00:00:00 UTC) → now (1970-01-01 00:01:00 UTC): 3 changes: 1 added, 1 removed, 1 changed
  ~ table:public.a
      comment: one\\u{1b}[2J → two
  - table:public.b
  + table:public.c
";
        assert_eq!(page, expected);
    }

    #[test]
    fn of_lists_only_what_came_and_left_is_shown() {
        let [from, to] = [&["SELECT to a", "SELECT to b"], &["SELECT to b", "DELETE to a"]]
            .map(|items| items.map(Value::from));
        assert_eq!(items(&from, &to), "-SELECT to a, +DELETE to a");
        assert_eq!(items(&to, &[to[1].clone(), to[0].clone()]), "in another order");
    }

    #[test]
    fn programs_get_the_values_as_they_are() {
        let changes = changes(vec![table("a", "one")], vec![table("a", "two")]);
        let json = serde_json::to_string(&changes).unwrap();
        assert_eq!(
            json,
            r#"{"from":0,"to":60,"changes":[{"change":"changed","object":"table:public.a","facets":[{"facet":"comment","from":"one","to":"two"}]}]}"#
        );
        assert_eq!(changes.summary(), "1 changed");
    }
}
