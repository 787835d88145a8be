//! The objects that were read so far, by place and by key.

use std::{cmp::Ordering, sync::Arc};

use crate::model::{Catalog, Key, Object, Shelf};

/// Objects in the order in which they were read; once [`Objects::sort`] was called, found by key as well.
pub struct Objects {
    list: Vec<Option<Arc<Object>>>,
    /// The places by the order of the keys: one sorting serves both looking up and the catalog.
    order: Vec<usize>,
    shelf: Arc<Shelf>,
}

impl Objects {
    /// None as yet.
    pub fn new() -> Objects {
        Objects { list: Vec::new(), order: Vec::new(), shelf: Shelf::current() }
    }

    /// Adds an object, and tells its place.
    pub fn insert(&mut self, object: Object) -> usize {
        self.list.push(Some(Arc::new(object)));
        self.list.len() - 1
    }

    /// Lets objects be found by key, when all were read. The last of several with one key stays.
    pub fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.list.len()).filter(|place| self.at(*place).is_some()).collect();
        // Stable: of those with one key, the last read is the last.
        order.sort_by(|one, other| self.key(*one).cmp(&self.key(*other)));
        let again = |pair: &[usize]| (self.key(pair[0]) == self.key(pair[1])).then_some(pair[0]);
        let replaced: Vec<usize> = order.windows(2).filter_map(again).collect();
        self.order = order;
        self.clear(&replaced);
    }

    /// How many were read.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The object at a place, unless it was taken out.
    pub fn at(&self, place: usize) -> Option<&Object> {
        self.list.get(place)?.as_deref()
    }

    /// The object at a place, to be changed.
    pub fn at_mut(&mut self, place: usize) -> Option<&mut Object> {
        self.list.get_mut(place)?.as_mut().map(Arc::make_mut)
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.at(self.place(key)?)
    }

    /// The object of a key, to be changed.
    pub fn get_mut(&mut self, key: &Key) -> Option<&mut Object> {
        self.at_mut(self.place(key)?)
    }

    /// Whether there is an object of this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.get(key).is_some()
    }

    /// Every object.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.list.iter().flatten().map(|object| &**object)
    }

    /// Takes objects out.
    pub fn remove(&mut self, keys: &[Key]) {
        let places: Vec<usize> = keys.iter().filter_map(|key| self.place(key)).collect();
        self.clear(&places);
    }

    fn clear(&mut self, places: &[usize]) {
        if !places.is_empty() {
            places.iter().for_each(|place| self.list[*place] = None);
            self.order.retain(|place| self.list[*place].is_some());
        }
    }

    fn key(&self, place: usize) -> Option<&Key> {
        self.at(place).map(|object| &object.key)
    }

    fn place(&self, key: &Key) -> Option<usize> {
        let found =
            self.order.binary_search_by(|place| self.key(*place).map_or(Ordering::Less, |own| own.cmp(key)));
        found.ok().map(|at| self.order[at])
    }

    /// What equal facets and names of objects are shared by.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Forgets what there is to share, when all was read.
    pub fn close_shelf(&mut self) {
        self.shelf = Arc::default();
    }

    /// Parts of what an extension owns go with it.
    pub fn drop_orphans(&mut self) {
        let mut known: Option<&Key> = None;
        let mut orphans = Vec::new();
        // By the order of the keys the parts of one object stand together.
        for object in self.order.iter().filter_map(|place| self.at(*place)) {
            let Some(parent) = object.parent.as_ref().filter(|parent| known != Some(*parent)) else {
                continue;
            };
            if self.contains(parent) {
                known = Some(parent);
            } else {
                orphans.push(object.key.clone());
            }
        }
        self.remove(&orphans);
    }

    /// All of them.
    pub fn into_catalog(mut self) -> Catalog {
        let tidy = |mut shared: Arc<Object>| {
            let object = Arc::make_mut(&mut shared);
            object.requires.sort();
            object.requires.shrink_to_fit();
            shared
        };
        let sorted = self.order.iter().filter_map(|place| self.list[*place].take());
        sorted.map(tidy).collect()
    }
}
