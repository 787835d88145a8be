//! Tells which statement made which object, by the engine's own counter.
//!
//! PostgreSQL numbers everything it makes from one counter (the manual, "Object Identifier
//! Types"). Taking a number after each statement draws a line: what was made by that statement has
//! a smaller number, and a larger one than the line before.

use std::collections::BTreeMap;

use crate::model::{Key, Location};

/// A number taken from the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The number.
    pub oid: u32,
    /// The statement that ran just before, or nothing for the mark before the first.
    pub after: Option<Location>,
}

/// Takes a number and leaves nothing behind: one row with the column `oid`.
pub const TAKE_MARK: &str = "SELECT mark::pg_catalog.int8 AS oid, pg_catalog.lo_unlink(mark) \
                             FROM pg_catalog.lo_create(0) AS mark";

/// Where each object was made, from its OID. Objects older than the first mark have no place.
pub fn locate(marks: &[Mark], oids: &[(Key, u32)]) -> BTreeMap<Key, Location> {
    let place = |oid: u32| marks[marks.partition_point(|mark| mark.oid < oid)..].first()?.after.clone();
    oids.iter().filter_map(|(key, oid)| Some((key.clone(), place(*oid)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn an_object_is_of_the_first_mark_above_it() {
        let at = |line| Location { file: "schema.sql".into(), line };
        let marks = [
            Mark { oid: 100, after: None },
            Mark { oid: 110, after: Some(at(1)) },
            Mark { oid: 111, after: Some(at(5)) },
            Mark { oid: 120, after: Some(at(9)) },
        ];
        let key = |name: &str| Key::new(Kind::of("table"), [name]);
        let oids = [("old", 7), ("first", 101), ("last of first", 109), ("third", 112), ("foreign", 121)];
        let located = locate(&marks, &oids.map(|(name, oid)| (key(name), oid)));
        let expected = [("first", at(1)), ("last of first", at(1)), ("third", at(9))];
        assert_eq!(located, expected.into_iter().map(|(name, at)| (key(name), at)).collect());
    }
}
