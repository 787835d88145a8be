//! What schemas that are read at the same time have in common, in memory once.

use std::{
    collections::HashSet,
    hash::Hash,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{Facets, Key, Object, catalog::Keyed};

/// What was read. The columns of a schema are much alike, and the sides of a comparison hardly differ: what
/// comes a second time is the first one, shared. The second is gone before anything else is read, so that it
/// leaves no hole in memory either.
#[derive(Debug, Default)]
pub struct Shelf {
    objects: Mutex<HashSet<Keyed>>,
    facets: Mutex<HashSet<Facets>>,
    paths: Mutex<HashSet<Arc<[Arc<str>]>>>,
    /// Whether several readings have had it.
    is_shared: AtomicBool,
}

impl Shelf {
    /// The shelf of all readings that go on now. It goes with the last who holds it.
    pub fn current() -> Arc<Shelf> {
        static CURRENT: Mutex<Weak<Shelf>> = Mutex::new(Weak::new());
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shelf) = current.upgrade() {
            shelf.is_shared.store(true, Ordering::Relaxed);
            return shelf;
        }
        let shelf = Arc::default();
        *current = Arc::downgrade(&shelf);
        shelf
    }

    /// The object, shared with the last one of its key if that was equal.
    pub fn object(&self, object: Object) -> Arc<Object> {
        let mut known = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&object.key) {
            Some(Keyed(last)) if **last == object => Arc::clone(last),
            _ => {
                let object = Arc::new(object);
                known.replace(Keyed(Arc::clone(&object)));
                object
            }
        }
    }

    /// The facets, shared with equal ones that came before.
    pub fn facets(&self, facets: Facets) -> Facets {
        shared(&self.facets, facets)
    }

    /// The key, whose names are shared with those of equal ones that came before. A schema names
    /// everything once: where nobody else reads, there is nothing to share.
    pub fn key(&self, key: Key) -> Key {
        match self.is_shared.load(Ordering::Relaxed) {
            true => key.on_path(|path| shared(&self.paths, path)),
            false => key,
        }
    }
}

fn shared<T: Clone + Eq + Hash>(known: &Mutex<HashSet<T>>, value: T) -> T {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(first) = known.get(&value) {
        return first.clone();
    }
    known.insert(value.clone());
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    #[test]
    fn what_comes_again_is_the_first_one() {
        let shelf = Shelf::default();
        let key = |kind| shelf.key(Key::new(Kind::of(kind), ["public", "orders"]));
        assert!(!std::ptr::eq(key("table").path(), key("table").path()), "there is nobody to share with");
        shelf.is_shared.store(true, Ordering::Relaxed);
        let (table, view) = (key("table"), key("view"));
        assert!(std::ptr::eq(table.path(), view.path()));
        assert_ne!(table, view);
        let facets = || {
            let mut facets = Facets::default();
            facets.set("type", "text");
            shelf.facets(facets)
        };
        assert!(std::ptr::eq(facets().get("type").unwrap(), facets().get("type").unwrap()));
    }

    #[test]
    fn an_object_comes_again_only_as_long_as_it_is_the_same() {
        let shelf = Shelf::default();
        let column = |r#type: &str| {
            let mut facets = Facets::default();
            facets.set("type", r#type);
            shelf.object(Object::new(Key::new(Kind::of("column"), ["orders", "id"]), None, facets))
        };
        let first = column("text");
        assert!(Arc::ptr_eq(&first, &column("text")));
        let other = column("integer");
        assert_eq!(other.facets.text("type"), Some("integer"));
        assert!(Arc::ptr_eq(&other, &column("integer")));
        assert_eq!(first.facets.text("type"), Some("text"));
    }

    #[test]
    fn readings_at_the_same_time_have_one_shelf() {
        let one = Shelf::current();
        assert!(Arc::ptr_eq(&one, &Shelf::current()));
        assert!(one.is_shared.load(Ordering::Relaxed), "also when the other one is gone again");
    }
}
