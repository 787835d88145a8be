//! Drift, or a schema, for people to read.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::{
    Comparison, Paint, Target, clean,
    comparison::Compared,
    utc,
    words::{counted, plural},
};
use crate::{
    diff::{Acceptance, Difference, Status, renames},
    model::{Key, Kind, Object, Snapshot},
};

/// How many bytes two values may have to be shown on one line.
const ONE_LINE: usize = 60;

/// Drift as text: a line of summary for each target, and below it the differences in the tree of
/// their objects. Targets with the same drift are shown once.
pub fn comparison(comparison: &Comparison, paint: Paint) -> String {
    let mut page = Page { text: String::new(), paint };
    let canonical = &comparison.canonical;
    if let Some(sentence) = canonical.snapshot.not_compared_sentence() {
        page.line(0, &paint.dim(&clean(&format!("{}: {sentence}", canonical.name))));
    }
    let groups = comparison.groups();
    let mut shown = BTreeSet::new();
    for (target, group) in comparison.targets.iter().zip(&groups) {
        if group.is_some_and(|group| !shown.insert(group)) {
            continue;
        }
        let alike = comparison.targets.iter().zip(&groups);
        let alike: Vec<&Target> =
            alike.filter(|(_, other)| group.is_some() && *other == group).map(|(target, _)| target).collect();
        page.target(&canonical.snapshot, target, &alike);
    }
    page.text
}

/// What a schema holds, as text: where it was read, and how many objects of each kind there are.
pub fn snapshot(name: &str, snapshot: &Snapshot, paint: Paint) -> String {
    let mut page = Page { text: String::new(), paint };
    let version = format!("{} {}", snapshot.dialect, snapshot.server_version);
    let role = snapshot.role.as_ref().map_or(String::new(), |role| format!(" as {role}"));
    let when = utc(snapshot.taken_at);
    page.line(
        0,
        &format!("{}: {}", paint.bold(&clean(name)), clean(&format!("{version}, read{role} on {when}"))),
    );
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for key in snapshot.catalog.keys() {
        *counts.entry(key.kind()).or_default() += 1;
    }
    for (kind, count) in counts {
        let noun = if count == 1 { kind.name().to_owned() } else { plural(kind.name()) };
        page.line(0, &format!("{count:>7} {}", clean(&noun)));
    }
    if snapshot.catalog.is_empty() {
        page.line(1, "it is empty");
    }
    page.unread(snapshot);
    page.text
}

struct Page {
    text: String,
    paint: Paint,
}

impl Page {
    fn line(&mut self, depth: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{text}", "", indent = depth * 2);
    }

    fn target(&mut self, canonical: &Snapshot, target: &Target, alike: &[&Target]) {
        let name = self.paint.bold(&clean(&target.name));
        let compared = match &target.result {
            Err(_) => {
                let sentence = self.paint.alarm("could not be compared; the error says why");
                return self.line(0, &format!("{name}: {sentence}"));
            }
            Ok(compared) => compared,
        };
        let names: Vec<String> = alike.iter().map(|target| self.paint.bold(&clean(&target.name))).collect();
        let (names, note) = match names.len() {
            0 | 1 => (name, ""),
            _ => (names.join(", "), "the same in each: "),
        };
        self.line(0, &format!("{names}: {note}{}", summary(canonical, compared)));
        Tree::new(canonical, compared).print(self);
        for rename in renames(canonical, &compared.snapshot, &compared.drift) {
            let sentence = clean(&rename.sentence()).into_owned();
            let how = clean(&format!("plan --rename '{}={}'", rename.from, rename.to)).into_owned();
            self.line(1, &format!("{sentence}: {}", self.paint.dim(&how)));
        }
        self.accepted(canonical, compared);
        if compared.drift.hidden > 0 {
            let hidden = counted(compared.drift.hidden, "more difference");
            self.line(1, &self.paint.dim(&format!("{hidden} hidden by the rules")));
        }
        let alone = [target];
        let all = if alike.is_empty() { &alone } else { alike };
        let snapshots = all.iter().filter_map(|target| Some(&target.result.as_ref().ok()?.snapshot));
        let limits: BTreeSet<String> = snapshots.flat_map(|snapshot| limits(canonical, snapshot)).collect();
        for sentence in limits {
            self.line(1, &self.paint.dim(&clean(&sentence)));
        }
    }

    /// What differs and was accepted, with the reason.
    fn accepted(&mut self, canonical: &Snapshot, compared: &Compared) {
        for (key, difference) in compared.accepted(canonical) {
            if let Some(acceptance) = &difference.acceptance {
                let text = format!("{} {key} accepted{}", difference.status.glyph(), acceptance.accepted);
                self.line(1, &self.paint.dim(&clean(&text)));
            }
        }
    }

    /// What a schema has that could not be read.
    fn unread(&mut self, snapshot: &Snapshot) {
        if let Some(sentence) = snapshot.not_compared_sentence() {
            self.line(0, &self.paint.dim(&clean(&sentence)));
        }
        for (key, reason) in &snapshot.unknown {
            let text = clean(&format!("? {key} could not be read: {reason}")).into_owned();
            self.line(0, &self.paint.status(Status::Unknown, &text));
        }
    }
}

/// What has to be known about a comparison beside its result, in sentences.
fn limits(canonical: &Snapshot, target: &Snapshot) -> Vec<String> {
    let mut sentences: Vec<String> = target.not_compared_sentence().into_iter().collect();
    let major = |snapshot: &Snapshot| snapshot.server_version_num / 10_000;
    let postgres = canonical.dialect == "postgres" && target.dialect == "postgres";
    if postgres && major(canonical) != major(target) {
        let (here, there) = (&canonical.server_version, &target.server_version);
        let versions = format!("canonical was read on PostgreSQL {here}, this target on {there}");
        sentences.push(format!("{versions}: expressions are compared by meaning"));
    }
    sentences
}

/// `7 differences: 2 missing, 1 extra, 4 changed`.
fn summary(canonical: &Snapshot, compared: &Compared) -> String {
    let accepted = match compared.accepted(canonical).count() {
        0 => String::new(),
        count => format!("; {count} accepted"),
    };
    if compared.drift.is_empty() {
        let objects = counted(compared.snapshot.catalog.len(), "object");
        return format!("no differences in {objects}{accepted}");
    }
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    for (_, difference) in compared.whole(canonical) {
        *counts.entry(difference.status).or_default() += 1;
    }
    let total = counted(counts.values().sum(), "difference");
    let statuses = [Status::Missing, Status::Extra, Status::Changed, Status::Unknown];
    let counts =
        statuses.iter().filter_map(|status| Some(format!("{} {}", counts.get(status)?, status.word())));
    format!("{total}: {}{accepted}", counts.collect::<Vec<_>>().join(", "))
}

/// The differences of one target, each below the object that it is a part of.
struct Tree<'a> {
    canonical: &'a Snapshot,
    compared: &'a Compared,
    roots: BTreeSet<&'a Key>,
    children: BTreeMap<&'a Key, BTreeSet<&'a Key>>,
}

impl<'a> Tree<'a> {
    fn new(canonical: &'a Snapshot, compared: &'a Compared) -> Self {
        let mut tree = Tree { canonical, compared, roots: BTreeSet::new(), children: BTreeMap::new() };
        for (key, _) in compared.drift.open() {
            tree.place(key);
        }
        tree
    }

    fn place(&mut self, key: &'a Key) {
        let object = self.compared.object(self.canonical, key);
        match object.and_then(|object| object.parent.as_ref()) {
            Some(parent) => {
                if self.children.entry(parent).or_default().insert(key) {
                    self.place(parent);
                }
            }
            None => {
                self.roots.insert(key);
            }
        }
    }

    fn print(&self, page: &mut Page) {
        for root in &self.roots {
            self.print_branch(page, root, None, 1);
        }
    }

    fn print_branch(&self, page: &mut Page, key: &Key, parent: Option<&Key>, depth: usize) {
        let label = clean(&format!("{} {}", key.kind(), name_below(key, parent))).into_owned();
        let difference = self.compared.drift.differences.get(key).filter(|it| !it.is_accepted());
        let Some(difference) = difference else {
            page.line(depth, &format!("  {label}"));
            return self.print_children(page, key, depth + 1, None);
        };
        // What is new or gone as a whole takes its parts along; counting them says enough.
        let whole = matches!(difference.status, Status::Missing | Status::Extra).then_some(difference.status);
        let parts = whole.map_or(String::new(), |status| self.parts(key, status));
        let glyph = difference.status.glyph();
        page.line(
            depth,
            &format!("{}{parts}", page.paint.status(difference.status, &format!("{glyph} {label}"))),
        );
        self.print_difference(page, key, difference, depth + 2);
        self.print_children(page, key, depth + 1, whole);
    }

    fn print_children(&self, page: &mut Page, key: &Key, depth: usize, folded: Option<Status>) {
        for child in self.children.get(key).into_iter().flatten() {
            let status = self.compared.drift.differences.get(child).map(|difference| difference.status);
            if folded.is_none() || status != folded {
                self.print_branch(page, child, Some(key), depth);
            }
        }
    }

    /// ` (4 columns, 1 primary key)`: the parts that share the status of their whole.
    fn parts(&self, key: &Key, status: Status) -> String {
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        for child in self.children.get(key).into_iter().flatten() {
            if self.compared.drift.status(child) == status {
                *counts.entry(child.kind()).or_default() += 1;
            }
        }
        let counts: Vec<String> = counts.iter().map(|(kind, count)| counted(*count, kind.name())).collect();
        if counts.is_empty() { String::new() } else { format!(" ({})", clean(&counts.join(", "))) }
    }

    fn print_difference(&self, page: &mut Page, key: &Key, difference: &Difference, depth: usize) {
        if let Some(reason) = &difference.reason {
            page.line(depth, &clean(reason));
        }
        if let Some(lapse) = difference.acceptance.as_ref().and_then(Acceptance::lapse) {
            page.line(depth, &page.paint.dim(&clean(&lapse)));
        }
        let canonical = self.canonical.catalog.get(key);
        let live = self.compared.snapshot.catalog.get(key);
        for facet in &difference.facets {
            let value =
                |object: Option<&std::sync::Arc<Object>>| object.and_then(|o| o.facets.get(facet)).cloned();
            print_facet(page, facet, value(canonical), value(live), depth);
        }
    }
}

/// The part of a key's path that its parent does not have.
fn name_below(key: &Key, parent: Option<&Key>) -> String {
    match parent.map(|parent| parent.path()) {
        Some(path) if key.path().len() > path.len() && key.path().starts_with(path) => {
            Key::new(key.kind(), key.path()[path.len()..].iter().cloned()).dotted()
        }
        _ => key.dotted(),
    }
}

fn print_facet(page: &mut Page, facet: &str, canonical: Option<Value>, live: Option<Value>, depth: usize) {
    let (canonical, live) =
        (shown(canonical.as_ref(), live.as_ref()), shown(live.as_ref(), canonical.as_ref()));
    let facet = clean(facet);
    let short = canonical.len() + live.len() <= ONE_LINE;
    if short && !canonical.contains('\n') && !live.contains('\n') {
        let (canonical, live) = (clean(&canonical), clean(&live));
        let live = page.paint.status(Status::Extra, &live);
        let canonical = page.paint.status(Status::Missing, &canonical);
        return page.line(depth, &format!("{facet}: {live}, canonical {canonical}"));
    }
    page.line(depth, &format!("{facet}:"));
    let diff = TextDiff::from_lines(live.as_str(), canonical.as_str());
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        for change in hunk.iter_changes() {
            let text = clean(change.value().trim_end_matches('\n')).into_owned();
            let line = match change.tag() {
                ChangeTag::Equal => page.paint.dim(&format!("  {text}")),
                ChangeTag::Delete => page.paint.status(Status::Extra, &format!("- {text}")),
                ChangeTag::Insert => page.paint.status(Status::Missing, &format!("+ {text}")),
            };
            page.line(depth + 1, &line);
        }
    }
}

/// A facet's value for people; where it is absent, what that means beside the other side's value.
fn shown(value: Option<&Value>, other: Option<&Value>) -> String {
    match (value, other) {
        (Some(Value::String(text)), _) => text.clone(),
        // One item a line: a difference in a list then shows the items that differ.
        (Some(Value::Array(items)), _) => items.iter().map(item).collect::<Vec<_>>().join("\n"),
        (Some(value), _) => value.to_string(),
        (None, Some(Value::Bool(_))) => "false".to_owned(),
        (None, _) => "none".to_owned(),
    }
}

/// An item of a list, on one line.
fn item(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(item).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn drift_is_a_summary_and_a_tree_and_equal_drift_is_shown_once() {
        insta::assert_snapshot!(comparison(&fixture::comparison(), Paint::default()), @r#"
        prod-eu, prod-us: the same in each: 5 differences: 1 missing, 2 extra, 2 changed
          - table public."evil\u{1b}[2J\nname"
            table public.orders
            + policy tenant
            ~ column total
                type: text, canonical numeric
                not null: false, canonical true
          - table public.tmp (2 columns)
          ~ function public.touch()
              source:
                  BEGIN
                -   PERFORM 1;
                    RETURN NEW;
          canonical was read on PostgreSQL 18.4, this target on 15.18: expressions are compared by meaning
          not compared: 3 publications
        staging: no differences in 5 objects
        test: could not be compared; the error says why
        "#);
    }

    #[test]
    fn a_schema_is_its_counts() {
        insta::assert_snapshot!(snapshot("prod-eu", &fixture::drifted(), Paint::default()), @r"
        prod-eu: postgres 15.18, read on 1970-01-01 00:00:00 UTC
              4 columns
              1 function
              3 tables
        not compared: 3 publications
        ");
    }
}
