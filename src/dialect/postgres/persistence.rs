//! What becomes LOGGED or UNLOGGED together with a table: since PostgreSQL 15 the sequences that its
//! columns own (`ALTER TABLE` in the manual).

use super::{sequence, table};
use crate::model::{Catalog, Key, Object};

const FACET: &str = "unlogged";

/// Both catalogs, such that each sequence stands before as its table leaves it, and comes after it;
/// nothing where no table that owns one changes. `server` is the number of the version.
pub fn followed(from: &Catalog, to: &Catalog, server: u32) -> Option<(Catalog, Catalog)> {
    if server < 150_000 {
        return None;
    }
    let changes = |table: &Key| {
        let states = from.get(table).zip(to.get(table));
        states.is_some_and(|(old, new)| old.facets.flag(FACET) != new.facets.flag(FACET))
    };
    let sequences = to.iter().filter(|object| object.key.kind() == sequence::KIND);
    let (mut before, mut after) = (None, None);
    for new in sequences {
        let old = from.get(&new.key);
        let left = old.and_then(|old| owner(old)).filter(&changes);
        if let (Some(old), Some(table)) = (old, left.as_ref().and_then(|table| to.get(table))) {
            let mut old = (**old).clone();
            old.facets.set(FACET, table.facets.flag(FACET));
            before.get_or_insert_with(|| from.clone()).insert(old);
        }
        for table in left.into_iter().chain(owner(new).filter(&changes)) {
            let mut new = (**new).clone();
            new.require(table, Some(FACET.to_owned()));
            after.get_or_insert_with(|| to.clone()).insert(new);
        }
    }
    after.map(|after| (before.unwrap_or_else(|| from.clone()), after))
}

/// The table whose column a sequence belongs to.
fn owner(sequence: &Object) -> Option<Key> {
    let path = super::common::texts(sequence, "owned by");
    let [schema, table, _] = &path[..] else { return None };
    Some(Key::new(table::KIND, [schema.as_str(), table]))
}
