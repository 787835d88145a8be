//! Which part of a schema an inventory is about, where it is not about all of it.

use super::rules::wildcard;
use crate::model::{Catalog, Key, Scope, Snapshot};

/// Kinds whose objects are relations: what `--table` can name.
const RELATIONS: [&str; 5] = ["table", "foreign table", "virtual table", "view", "materialized view"];

/// Whether an object belongs to the part. Of several words of one sort any is enough; words of
/// different sorts all count.
pub fn covers(scope: &Scope, key: &Key) -> bool {
    let any = |words: &[String], fits: &dyn Fn(&str) -> bool| {
        words.is_empty() || words.iter().any(|word| fits(word))
    };
    let kind = key.kind().name();
    any(&scope.kinds, &|word| word == kind)
        && any(&scope.schemas, &|word| schema_of(key).is_some_and(|schema| wildcard(word, schema)))
        && any(&scope.tables, &|word| is_of_table(word, key))
}

/// The snapshot of a part alone, which says that it is about that part.
pub fn narrowed(snapshot: Snapshot, scope: Scope) -> Snapshot {
    let mut catalog = Catalog::default();
    for object in snapshot.catalog.iter().filter(|object| covers(&scope, &object.key)) {
        catalog.insert(std::sync::Arc::clone(object));
    }
    let mut snapshot = Snapshot { catalog, ..snapshot };
    snapshot.unknown.retain(|key, _| covers(&scope, key));
    snapshot.locations.retain(|key, _| covers(&scope, key));
    snapshot.scope = scope;
    snapshot
}

/// The schema that an object is, or is in; none for what belongs to the whole database.
fn schema_of(key: &Key) -> Option<&str> {
    (key.kind().name() == "schema" || key.path().len() > 1).then(|| key.root())
}

/// Whether an object is a table of a name, with or without its schema, or a part of one.
fn is_of_table(name: &str, key: &Key) -> bool {
    let path = key.path();
    let is_relation = RELATIONS.contains(&key.kind().name());
    // SQLite has no schemas: a table stands at the top there.
    let depth = if path.len() == 1 || (path.len() == 2 && !is_relation) { 1 } else { 2 };
    if path.len() == depth && !is_relation {
        return false;
    }
    let table = Key::new(key.kind(), path[..depth].iter().cloned());
    wildcard(name, &table.dotted()) || wildcard(name, table.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scope: &Scope, inside: &[&str], outside: &[&str]) {
        for (keys, expected) in [(inside, true), (outside, false)] {
            for key in keys {
                assert_eq!(covers(scope, &key.parse().unwrap()), expected, "{key}");
            }
        }
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_schema_holds_what_is_in_it_and_nothing_of_the_whole_database() {
        let scope = Scope { schemas: words(&["public", "audit_*"]), ..Scope::default() };
        check(
            &scope,
            &["schema:public", "table:public.a", "column:public.a.b", "schema:audit_1"],
            &["schema:auth", "extension:pgcrypto", "table:auth.public"],
        );
    }

    #[test]
    fn a_table_is_named_with_or_without_its_schema_and_brings_its_parts() {
        let inside = ["table:public.orders", "column:public.orders.id", "policy:public.orders.p"];
        let outside = ["table:public.order", "function:public.orders", "schema:orders", "extension:orders"];
        check(&Scope { tables: words(&["public.orders"]), ..Scope::default() }, &inside, &outside);
        check(&Scope { tables: words(&["orders"]), ..Scope::default() }, &inside, &outside);
        let both = Scope { tables: words(&["orders"]), kinds: words(&["policy"]), ..Scope::default() };
        check(&both, &inside[2..], &inside[..2]);
    }
}
