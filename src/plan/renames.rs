//! Confirmed renames: the target as it is once they are made, and the statements that make them.
//!
//! The server carries a new name into everything that it keeps by reference: views, constraints,
//! indexes, policies. So these are not different once the name has changed, and nothing of it is torn
//! down. What it keeps as text, such as the body of a function, stays a difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Action, HazardCode, Request, Sides, Statement, segments};
use crate::{
    dialect::{self, Dialect, Scene, quote},
    diff::{self, ENUM_VALUE, Rename, Word, spans, words},
    model::{Catalog, Facets, Key, Kind, Object, Requirement, Snapshot},
};

/// Facets that hold the user's own words, or names that do not follow.
const KEPT: [&str; 13] = [
    "body",
    "comment",
    "index comment",
    "columns",
    "column comments",
    "column compression",
    "column defaults",
    "column options",
    "column statistics",
    "column storage",
    "values",
    "library",
    "security labels",
];

const ENUM: Kind = Kind::of("enum");

/// A request after its renames were made.
pub struct Renamed {
    /// Both sides, the target under its new names.
    pub sides: Sides,
    /// The statements that make the renames, in the first segment.
    pub statements: Vec<Statement>,
    /// Renames that cannot be made, each with the reason.
    pub refused: BTreeMap<Key, String>,
}

/// Makes the renames of a request, if it has any.
pub fn renamed(request: &Request<'_>) -> Option<Renamed> {
    if request.renames.is_empty() {
        return None;
    }
    let Request { canonical, target, .. } = *request;
    let mut refused = BTreeMap::new();
    let mut names = Names::default();
    let mut ordered: Vec<&Rename> = request.renames.iter().collect();
    ordered.sort_by_key(|rename| rename.from.path().len());
    ordered.dedup();
    let mut made = Vec::new();
    for rename in ordered {
        match names.refuses(rename, canonical, target) {
            Some(reason) => drop(refused.insert(rename.to.clone(), reason)),
            None => {
                names.renames.insert(rename.from.clone(), rename.to.clone());
                made.push(rename);
            }
        }
    }
    let catalog = names.catalog(request.dialect, canonical, target, &made);
    let mut statements = Vec::new();
    for rename in made {
        match statement(request, &names, &catalog, rename) {
            Ok(statement) => statements.push(statement),
            Err(reason) => drop(refused.insert(rename.to.clone(), reason)),
        }
    }
    let dialect = request.dialect;
    let target = Snapshot { catalog, ..target.clone() };
    let changed = dialect::judgement(dialect, canonical, &target);
    let drift = diff::compare(canonical, &target, &request.drift.rules, &changed);
    let selection: BTreeSet<Key> = request
        .selection
        .iter()
        .map(|key| names.of(&request.target.catalog, key))
        .filter(|key| drift.differences.contains_key(key))
        .collect();
    let sides = Sides { canonical: canonical.clone(), target, drift, selection, renames: Vec::new() };
    Some(Renamed { sides, statements, refused })
}

/// The statement that makes one rename, given that those of what it is a part of are made.
fn statement(
    request: &Request<'_>,
    names: &Names,
    to: &Catalog,
    rename: &Rename,
) -> Result<Statement, String> {
    let from = &request.target.catalog;
    let is_value = rename.from.kind() == ENUM_VALUE;
    let of = if is_value { rename.from.parent(ENUM) } else { rename.from.clone() };
    let Some(object) = from.get(&of) else { return Err(format!("the target has no {of}")) };
    // What it is a part of has its new name already, and so has an enum whose values are renamed.
    let under = if is_value { names.of(from, &of) } else { names.in_new_place(from, &of) };
    let object = Object { key: under, ..(**object).clone() };
    let value = is_value.then(|| rename.from.name());
    let Some(step) = request.dialect.rename(&object, value, &rename.to) else {
        return Err(format!("{} cannot be renamed in place", rename.from));
    };
    let goes = request.dialect.effect(&object, None, Action::Drop);
    let step = match is_value || goes.is_some_and(|hazard| hazard.code == HazardCode::BreaksClients) {
        true => step.hazard(
            HazardCode::BreaksClients,
            format!("Whoever still names {} gets an error.", rename.from.dotted()),
        ),
        false => step,
    };
    let scene = Scene {
        key: &object.key,
        action: Action::Alter,
        from,
        to,
        fresh: false,
        returns: false,
        cause: None,
    };
    let step = request.dialect.restyle(request.style, &scene, vec![step]);
    let step = step.map_err(|error| error.reason)?.into_iter().next().ok_or("there is nothing to do")?;
    let key = if is_value { names.of(from, &of) } else { rename.to.clone() };
    let facets = vec![if is_value { "values" } else { "name" }.to_owned()];
    let statement = segments::statement(key, Action::Alter, 0, step);
    Ok(Statement { location: request.canonical.location(&rename.to).cloned(), facets, ..statement })
}

/// New names by old keys.
#[derive(Default)]
struct Names {
    renames: BTreeMap<Key, Key>,
}

impl Names {
    /// Why a rename cannot be made, if it cannot.
    fn refuses(&self, rename: &Rename, canonical: &Snapshot, target: &Snapshot) -> Option<String> {
        let Rename { from, to, .. } = rename;
        if from.kind() != to.kind() {
            return Some(format!("{from} is of another kind"));
        }
        let there = |snapshot: &Snapshot, key: &Key| match key.kind() {
            ENUM_VALUE => {
                let of = snapshot.catalog.get(&key.parent(ENUM));
                let values = of.and_then(|of| of.facets.get("values")).and_then(Value::as_array);
                values.is_some_and(|values| values.iter().any(|value| value.as_str() == Some(key.name())))
            }
            _ => snapshot.catalog.contains(key),
        };
        if !there(target, from) {
            return Some(format!("the target has no {from}"));
        }
        if !there(canonical, to) {
            return Some(format!("canonical has no {to}"));
        }
        let place = |key: &Key| key.path()[..key.path().len().saturating_sub(1)].to_vec();
        if place(&self.in_new_place(&target.catalog, from)) != place(to) {
            return Some(format!("{from} is in another place, and a rename changes nothing but the name"));
        }
        // In its new place the old name of it is no difference, or the new name is taken.
        let taken = to.path() != from.path() && there(target, to);
        taken.then(|| format!("the target has a {to} already"))
    }

    /// The key of an object once the renames are made.
    fn of(&self, catalog: &Catalog, key: &Key) -> Key {
        self.renames.get(key).cloned().unwrap_or_else(|| self.in_new_place(catalog, key))
    }

    /// The key of an object once what it is a part of has its new name, and it not yet.
    fn in_new_place(&self, catalog: &Catalog, key: &Key) -> Key {
        let parent = match key.kind() {
            ENUM_VALUE => Some(key.parent(ENUM)),
            _ => catalog.get(key).and_then(|object| object.parent.clone()),
        };
        let Some(parent) = parent.filter(|parent| key.path().starts_with(parent.path())) else {
            return key.clone();
        };
        let new = self.of(catalog, &parent);
        let own = key.path()[parent.path().len()..].iter().cloned();
        Key::new(key.kind(), new.path().iter().cloned().chain(own))
    }

    /// The target's catalog once the renames are made.
    fn catalog(
        &self,
        dialect: &dyn Dialect,
        canonical: &Snapshot,
        target: &Snapshot,
        made: &[&Rename],
    ) -> Catalog {
        let server = target.server_version_num;
        let target = &target.catalog;
        let words: Vec<(&Key, Vec<(Word<'_>, Word<'_>)>)> =
            made.iter().map(|rename| (&rename.from, replacements(rename))).collect();
        let mut renamed = target.clone();
        for object in target.iter() {
            let key = self.of(target, &object.key);
            let relevant: Vec<(Word<'_>, Word<'_>)> = words
                .iter()
                .filter(|(from, _)| concerns(target, object, from))
                .flat_map(|(_, words)| words.clone())
                .collect();
            let columns = columns_of(target, &object.key, made);
            if key == object.key && relevant.is_empty() && columns.is_empty() {
                continue;
            }
            let wanted = canonical.catalog.get(&key).map(|object| &object.facets);
            let mut facets = facets(object, wanted, &relevant, made);
            columns.iter().for_each(|rename| name_column(&mut facets, rename));
            let mut new = Object {
                parent: object.parent.as_ref().map(|parent| self.of(target, parent)),
                facets,
                position: object.position,
                requires: object
                    .requires
                    .iter()
                    .map(|need| Requirement { on: self.of(target, &need.on), ..need.clone() })
                    .collect(),
                key,
            };
            if let Some((facet, name)) = dialect.named_after(object, &new.key, server) {
                new.facets.set(facet, name);
            }
            renamed.remove(&object.key);
            renamed.insert(new);
        }
        renamed
    }
}

/// The renames of columns that a table has, of its own or from those above it.
fn columns_of<'r>(catalog: &Catalog, table: &Key, made: &[&'r Rename]) -> Vec<&'r Rename> {
    let of_it = |rename: &&&Rename| {
        let whole = catalog.get(&rename.from).and_then(|column| column.parent.as_ref());
        rename.from.kind().name() == "column"
            && whole.is_some_and(|whole| whole == table || catalog.with_heirs(whole).contains(&table))
    };
    made.iter().filter(of_it).copied().collect()
}

/// Gives a column its new name in what its table keeps of it.
fn name_column(facets: &mut Facets, rename: &Rename) {
    let [old, new] = [&rename.from, &rename.to].map(|key| quote::name(key.name()));
    if let Some(grants) = facets.get("column grants").and_then(Value::as_array) {
        let named = |grant: &Value| {
            let rest = grant.as_str().and_then(|grant| grant.strip_prefix(&old)?.strip_prefix(": "));
            rest.map_or_else(|| grant.clone(), |rest| Value::from(format!("{new}: {rest}")))
        };
        let grants: Vec<Value> = grants.iter().map(named).collect();
        facets.set("column grants", grants);
    }
    if let Some(key) = facets.text("partition by") {
        let key = replaced_text(key, &replacements(rename));
        facets.set("partition by", key);
    }
}

/// Whether an object is, is a part of, or uses what is renamed.
fn concerns(catalog: &Catalog, object: &Object, from: &Key) -> bool {
    let from = if from.kind() == ENUM_VALUE { from.parent(ENUM) } else { from.clone() };
    let is = |key: &Key| {
        let parent = catalog.get(key).and_then(|object| object.parent.as_ref());
        *key == from || parent == Some(&from)
    };
    is(&object.key) || object.requires.iter().any(|need| is(&need.on))
}

/// The words that stand for a renamed thing in SQL, before and after.
fn replacements(rename: &Rename) -> Vec<(Word<'_>, Word<'_>)> {
    let Rename { from, to, .. } = rename;
    if from.kind() == ENUM_VALUE {
        return vec![(Word::Text(from.name().into()), Word::Text(to.name().into()))];
    }
    let bare = |key: &Key| -> String {
        let name = key.name();
        if key.kind().name() == "function" || key.kind().name() == "procedure" {
            name.split('(').next().unwrap_or(name).to_owned()
        } else {
            name.to_owned()
        }
    };
    let path = |key: &Key| quote::qualified(key.path());
    vec![
        (Word::Name(bare(from).into()), Word::Name(bare(to).into())),
        // As in `nextval('public.orders_id_seq'::regclass)`.
        (Word::Text(path(from).into()), Word::Text(path(to).into())),
    ]
}

/// The facets of an object once the renames are made: as canonical has them where nothing but the
/// names differs.
fn facets(
    object: &Object,
    wanted: Option<&Facets>,
    words: &[(Word<'_>, Word<'_>)],
    made: &[&Rename],
) -> Facets {
    let mut facets = object.facets.clone();
    for (facet, value) in object.facets.iter().filter(|(facet, _)| !KEPT.contains(facet)) {
        let meant = wanted.and_then(|wanted| wanted.get(facet));
        let new = match meant {
            Some(meant) if alike(value, meant, words) => meant.clone(),
            _ => replaced(value, words),
        };
        facets.set(facet, new);
    }
    let values = made.iter().filter(|rename| rename.from.kind() == ENUM_VALUE);
    for rename in values.filter(|rename| rename.from.parent(object.key.kind()) == object.key) {
        let renamed = |value: &Value| match value.as_str() == Some(rename.from.name()) {
            true => Value::from(rename.to.name()),
            false => value.clone(),
        };
        if let Some(values) = facets.get("values").and_then(Value::as_array) {
            let values: Vec<Value> = values.iter().map(renamed).collect();
            facets.set("values", values);
        }
    }
    facets
}

/// Whether two values differ in nothing but the renamed words.
fn alike(old: &Value, new: &Value, replaced: &[(Word<'_>, Word<'_>)]) -> bool {
    match (old, new) {
        (Value::String(old), Value::String(new)) => {
            let (old, new) = (words(old), words(new));
            let same =
                |(a, b): (&Word<'_>, &Word<'_>)| a == b || replaced.iter().any(|(x, y)| a == x && b == y);
            old.len() == new.len() && old.iter().zip(&new).all(same)
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| alike(old, new, replaced))
        }
        (old, new) => old == new,
    }
}

/// A value with the renamed words in it replaced, as the server will print it.
fn replaced(value: &Value, words: &[(Word<'_>, Word<'_>)]) -> Value {
    match value {
        Value::String(text) => Value::from(replaced_text(text, words)),
        Value::Array(items) => items.iter().map(|item| replaced(item, words)).collect(),
        other => other.clone(),
    }
}

fn replaced_text(text: &str, words: &[(Word<'_>, Word<'_>)]) -> String {
    let mut new = String::with_capacity(text.len());
    let mut end = 0;
    for (span, word) in spans(text) {
        let Some((_, replacement)) = words.iter().find(|(old, _)| *old == word) else { continue };
        new.push_str(&text[end..span.start]);
        match replacement {
            Word::Name(name) => new.push_str(&quote::name(name)),
            Word::Text(text) => new.push_str(&quote::literal(text)),
            Word::Mark(mark) => new.push(*mark),
        }
        end = span.end;
    }
    new.push_str(&text[end..]);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_and_nothing_else_is() {
        let name = |text: &'static str| Word::Name(text.into());
        let words = [(name("a"), name("B c")), (Word::Text("x".into()), Word::Text("y'".into()))];
        let sql = "CHECK ((a > 0) AND (\"a\" <> ab) AND ('a'::text <> 'x'::text))";
        let expected = "CHECK ((\"B c\" > 0) AND (\"B c\" <> ab) AND ('a'::text <> 'y'''::text))";
        assert_eq!(replaced_text(sql, &words), expected);
        assert!(alike(&Value::from(sql), &Value::from(expected), &words));
        assert!(!alike(&Value::from(sql), &Value::from(expected.replace('0', "1")), &words));
    }
}
