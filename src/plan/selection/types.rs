//! What follows a column that gets another type: views that show it, expressions that cast it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Closure;
use crate::{
    diff::Status,
    model::{Catalog, Key, Object},
    plan::Request,
};

/// The columns of a view, each with its type.
pub(super) type Columns = Vec<(String, String)>;

impl Closure<'_> {
    /// Whether a view shows a column that gets another type, or something made of it: the view cannot
    /// look as it has to before that has happened.
    pub(super) fn gives_its_type(&self, column: &Key, view: &Key) -> bool {
        let Request { canonical, target, .. } = self.request;
        if !self.is_retyped(column) {
            return false;
        }
        let meant = shown(&canonical.catalog, view);
        if !target.catalog.contains(view) {
            return !meant.is_empty();
        }
        let retyped = self.retyped_below(&canonical.catalog, view);
        let before: BTreeMap<String, String> = shown(&target.catalog, view).into_iter().collect();
        let mut changed = meant.iter().filter(|(name, shown)| before.get(name) != Some(shown));
        changed.any(|(name, shown)| {
            let from = self.may_be_shown(&retyped, name, before.get(name), shown);
            from.is_empty() && before.contains_key(name) || from.contains(&column)
        })
    }

    /// Which of some columns a view may show under a name: those with just its types, because a view
    /// may give them other names; of these the one of that name, where there is one.
    fn may_be_shown<'k>(
        &self,
        retyped: &'k BTreeSet<Key>,
        name: &str,
        before: Option<&String>,
        after: &String,
    ) -> Vec<&'k Key> {
        let fits = |column: &&Key| {
            let types = self.types(column);
            types.is_some_and(|(old, new)| before.is_none_or(|before| old == before) && new == after)
        };
        let fitting: Vec<&Key> = retyped.iter().filter(fits).collect();
        match fitting.iter().find(|column| column.name() == name) {
            Some(named) => vec![named],
            None => fitting,
        }
    }

    /// The type that a column has, and the one that it is to have.
    fn types(&self, column: &Key) -> Option<(&str, &str)> {
        let Request { canonical, target, .. } = self.request;
        let [old, new] = [&target.catalog, &canonical.catalog].map(|catalog| catalog.get(column));
        old?.facets.text("type").zip(new?.facets.text("type"))
    }

    /// The columns below a view that get another type, also through other views.
    fn retyped_below(&self, catalog: &Catalog, view: &Key) -> BTreeSet<Key> {
        let (mut seen, mut below) = (BTreeSet::new(), vec![view]);
        while let Some(key) = below.pop() {
            let needs = catalog.get(key).into_iter().flat_map(|object| &object.requires);
            for on in needs.map(|requirement| &requirement.on) {
                if (is_view(on) || self.is_retyped(on)) && seen.insert(on.clone()) && is_view(on) {
                    below.push(on);
                }
            }
        }
        seen.retain(|key| !is_view(key));
        seen
    }

    /// What is made of a column gets its new type with it: a view shows it, and the server casts
    /// otherwise in an expression. Where it differs in nothing else, that closes its difference.
    ///
    /// Returns whether anything came along, which can bring more.
    pub(super) fn settle_types(&mut self) -> bool {
        let Request { canonical, drift, .. } = self.request;
        let before = self.chosen.len();
        let retyped: Vec<Key> = self.chosen.iter().filter(|key| self.is_retyped(key)).cloned().collect();
        for column in &retyped {
            let users = self.request.target.catalog.users(column).map(|user| user.key.clone());
            for user in users.collect::<Vec<_>>() {
                if self.follows_types(&user) && self.has_its_types(&user) {
                    self.close_with(&user, column);
                }
            }
            for view in self.views_on(column) {
                if let (false, Some(columns)) = (self.chosen.contains(&view), self.following(column, &view)) {
                    self.shown.insert(view, columns);
                }
            }
        }
        for (view, columns) in self.shown.clone() {
            let all_of_it = |facets: &[String]| *facets == ["columns"];
            let below = |column: &&Key| self.views_on(column).contains(&view);
            if drift.differences.get(&view).is_some_and(|difference| all_of_it(&difference.facets))
                && shown(&canonical.catalog, &view) == columns
                && let Some(column) = retyped.iter().find(below)
            {
                self.close_with(&view, column);
            }
        }
        self.chosen.len() > before
    }

    /// Whether all that differs about an object is what another type of its columns makes of it: the
    /// casts in its expressions, and the type of what is generated by them.
    pub(super) fn follows_types(&self, key: &Key) -> bool {
        let Request { dialect, canonical, target, drift, .. } = self.request;
        let Some(difference) = drift.differences.get(key) else { return false };
        let sides = target.catalog.get(key).zip(canonical.catalog.get(key));
        let Some((live, meant)) = sides.filter(|_| difference.status == Status::Changed) else {
            return false;
        };
        let in_casts = |facet: &String| {
            let texts = live.facets.text(facet).zip(meant.facets.text(facet));
            texts.is_some_and(|(a, b)| dialect.same_but_for_casts(key.kind(), facet, a, b))
        };
        let is_type = |facet: &String| facet == "type" && key.kind().name() == "column";
        difference.facets.iter().any(in_casts)
            && difference.facets.iter().all(|facet| in_casts(facet) || is_type(facet))
    }

    /// Notes that closing one difference closes another, which needs nothing more for that.
    fn close_with(&mut self, key: &Key, with: &Key) {
        if self.refused.contains_key(key) || !self.chosen.insert(key.clone()) {
            return;
        }
        if !self.request.selection.contains(key) {
            self.needed.insert(key.clone(), with.clone());
        }
    }

    /// Whether every column that stands where an object's expressions differ has the type that it is to
    /// have.
    fn has_its_types(&self, key: &Key) -> bool {
        let Request { canonical, target, drift, .. } = self.request;
        let sides = target.catalog.get(key).zip(canonical.catalog.get(key)).zip(drift.differences.get(key));
        let Some(((live, meant), difference)) = sides else { return false };
        let texts = difference
            .facets
            .iter()
            .filter_map(|facet| Some(differing(live.facets.text(facet)?, meant.facets.text(facet)?)));
        let texts: Vec<&str> = texts.collect();
        let named = |column: &Key| texts.iter().any(|text| text.contains(column.name()));
        let mut needs = meant.requires.iter().map(|requirement| &requirement.on);
        needs.all(|on| !self.is_retyped(on) || self.chosen.contains(on) || !named(on))
    }

    /// Whether the difference is a column or a domain that gets another type.
    pub(super) fn is_retyped(&self, key: &Key) -> bool {
        let difference = self.request.drift.differences.get(key);
        ["column", "domain"].contains(&key.kind().name())
            && difference.is_some_and(|difference| difference.facets.iter().any(|facet| facet == "type"))
    }

    /// The views of the target that stand on a column, also through other views.
    fn views_on(&self, column: &Key) -> BTreeSet<Key> {
        let catalog = &self.request.target.catalog;
        let (mut views, mut below) = (BTreeSet::new(), vec![column.clone()]);
        while let Some(key) = below.pop() {
            let users = catalog.users(&key).map(|user| &user.key);
            for view in users.filter(|user| is_view(user)) {
                if views.insert(view.clone()) {
                    below.push(view.clone());
                }
            }
        }
        views
    }

    /// The columns that a view has once a column below it has its new type; nothing where it shows
    /// none of the old one. Which of them show the column is told by what canonical has there, and
    /// of a view that canonical does not have by their name.
    fn following(&self, column: &Key, view: &Key) -> Option<Columns> {
        let Request { canonical, target, .. } = self.request;
        let (old, new) = self.types(column)?;
        let retyped = self.retyped_below(&target.catalog, view);
        let meant: BTreeMap<String, String> = shown(&canonical.catalog, view).into_iter().collect();
        let now = self.shown.get(view).cloned().unwrap_or_else(|| shown(&target.catalog, view));
        let follow = |(name, shown): (String, String)| {
            let follows = match meant.get(&name) {
                Some(meant) => self.may_be_shown(&retyped, &name, Some(&shown), meant).contains(&column),
                None => name == column.name() && shown == old,
            };
            let shown = if follows { new.to_owned() } else { shown };
            (name, shown)
        };
        let then: Columns = now.iter().cloned().map(follow).collect();
        (then != now).then_some(then)
    }
}

/// The part of an expression in which it differs from another, in the parentheses around it.
fn differing<'a>(one: &str, other: &'a str) -> &'a str {
    let alike = |(a, b): &(char, char)| a == b;
    let ahead: usize = one.chars().zip(other.chars()).take_while(alike).map(|(a, _)| a.len_utf8()).sum();
    let left = &one[ahead..];
    let (before, rest) = other.split_at(ahead);
    let behind: usize =
        left.chars().rev().zip(rest.chars().rev()).take_while(alike).map(|(a, _)| a.len_utf8()).sum();
    let after = &rest[rest.len() - behind..];
    let mut depth = 0;
    let start = before.rfind(|c| {
        depth += i32::from(c == ')') - i32::from(c == '(');
        depth < 0
    });
    depth = 0;
    let end = after.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    });
    &other[start.unwrap_or(0)..end.map_or(other.len(), |end| other.len() - behind + end)]
}

/// Whether an object shows what it selects from others.
pub(in crate::plan) fn is_view(key: &Key) -> bool {
    ["view", "materialized view"].contains(&key.kind().name())
}

/// Whether two states of a view have the same columns, of whatever types.
pub(in crate::plan) fn same_names(one: &Object, other: &Object) -> bool {
    let [one, other] = [one, other].map(columns);
    !one.is_empty() && one.iter().map(|(name, _)| name).eq(other.iter().map(|(name, _)| name))
}

/// The columns that a view has in a catalog; none where it is no view, or not there.
pub(super) fn shown(catalog: &Catalog, view: &Key) -> Columns {
    catalog.get(view).map(|view| columns(view)).unwrap_or_default()
}

fn columns(view: &Object) -> Columns {
    let columns = view.facets.get("columns").filter(|_| is_view(&view.key));
    columns.and_then(|columns| Vec::deserialize(columns).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::differing;

    #[test]
    fn an_expression_differs_in_the_parentheses_around_what_differs() {
        let one = "ON t (a) INCLUDE (b) WHERE ((a > 10) AND (c = f(d)))";
        let differs_in = |other| differing(one, other);
        assert_eq!(
            differs_in("ON t (a) INCLUDE (b) WHERE ((a > (10)::numeric) AND (c = f(d)))"),
            "(a > (10)::numeric"
        );
        assert_eq!(differs_in("ON t (a) INCLUDE (b) WHERE ((a > 10) AND (c = f((d)::text)))"), "((d)::text");
        assert_eq!(differs_in("ON t (a) INCLUDE (é) WHERE ((a > 10) AND (c = f(d)))"), "(é");
    }
}
