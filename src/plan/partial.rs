//! Differences that are closed only in part: single facets, single grants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Request, Sides};
use crate::model::{Key, Object};

/// A part of the difference of one object that stands on both sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hunk {
    /// The facet that differs.
    pub facet: String,
    /// The entry of it, where it is a list of which only one entry is meant: `SELECT to app`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// The sides of a request in which some objects differ in nothing but some parts: canonical is, for
/// these objects, what the target has, with those parts as canonical has them. None where everything
/// is meant as a whole.
pub fn partly(request: &Request<'_>, hunks: &BTreeMap<Key, BTreeSet<Hunk>>) -> Option<Sides> {
    if hunks.is_empty() {
        return None;
    }
    let Request { target, selection, renames, .. } = *request;
    let (mut canonical, mut drift) = (request.canonical.clone(), request.drift.clone());
    for (key, hunks) in hunks {
        let both = target.catalog.get(key).zip(request.canonical.catalog.get(key));
        let Some((live, wanted)) = both else { continue };
        let mut facets = live.facets.clone();
        for Hunk { facet, entry } in hunks {
            let meant = wanted.facets.get(facet);
            let value = match entry {
                None => meant.cloned(),
                Some(entry) => Some(exchanged(facets.get(facet), meant, entry)),
            };
            facets.set(facet, value.unwrap_or(Value::Null));
        }
        canonical.catalog.insert(Arc::new(Object { facets, ..(**wanted).clone() }));
        if let Some(difference) = drift.differences.get_mut(key) {
            difference.facets.retain(|facet| hunks.iter().any(|hunk| hunk.facet == *facet));
        }
    }
    let (target, selection, renames) = (target.clone(), selection.clone(), renames.to_vec());
    Some(Sides { canonical, target, drift, selection, renames })
}

/// A list with one entry in it, or not in it, as another list has it.
fn exchanged(list: Option<&Value>, meant: Option<&Value>, entry: &str) -> Value {
    let entries = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let is_it = |value: &Value| value.as_str() == Some(entry);
    let mut list = entries(list);
    list.retain(|value| !is_it(value));
    if entries(meant).iter().any(is_it) {
        list.push(Value::from(entry));
        list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    if list.is_empty() { Value::Null } else { Value::from(list) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        dialect,
        diff::{Rules, compare},
        model::Snapshot,
        plan::plan,
    };

    fn snapshot(grants: Value, comment: &str) -> Snapshot {
        let facets = [("grants".to_owned(), grants), ("comment".to_owned(), json!(comment))];
        let table = Object::new("table:public.t".parse().unwrap(), None, facets.into_iter().collect());
        let catalog = [table].into_iter().collect();
        Snapshot { dialect: "postgres".to_owned(), complete: true, catalog, ..Snapshot::default() }
    }

    fn planned(hunks: &[(&str, Option<&str>)]) -> Vec<String> {
        let canonical = snapshot(json!(["INSERT to app", "SELECT to app"]), "new");
        let live = snapshot(json!(["DELETE to app", "SELECT to app"]), "old");
        let dialect = dialect::by_name("postgres").unwrap();
        let changed = |a: &Object, b: &Object| {
            dialect::changed_facets(dialect, a, b).into_iter().map(str::to_owned).collect()
        };
        let drift = compare(&canonical, &live, &Rules::default(), &changed);
        let key: Key = "table:public.t".parse().unwrap();
        let selection = BTreeSet::from([key.clone()]);
        let request = Request::new(dialect, &canonical, &live, &drift, &selection);
        let hunk = |(facet, entry): &(&str, Option<&str>)| Hunk {
            facet: (*facet).to_owned(),
            entry: entry.map(str::to_owned),
        };
        let sides = partly(&request, &[(key, hunks.iter().map(hunk).collect())].into()).unwrap();
        plan(&sides.request(&request)).statements.into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn a_single_grant_is_given_or_taken_alone() {
        assert_eq!(planned(&[("grants", Some("INSERT to app"))]), ["GRANT INSERT ON TABLE public.t TO app"]);
        assert_eq!(
            planned(&[("grants", Some("DELETE to app"))]),
            ["REVOKE DELETE ON TABLE public.t FROM app"]
        );
    }

    #[test]
    fn a_single_facet_is_changed_alone() {
        assert_eq!(planned(&[("comment", None)]), ["COMMENT ON TABLE public.t IS 'new'"]);
        assert_eq!(planned(&[("grants", None), ("comment", None)]).len(), 3);
    }
}
