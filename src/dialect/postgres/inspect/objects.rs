//! The objects that were read so far, by place and by key.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::model::{Catalog, Facets, Key, Object};

/// Objects in the order in which they were read.
#[derive(Default)]
pub struct Objects {
    list: Vec<Option<Arc<Object>>>,
    places: HashMap<Key, usize>,
    shelf: HashSet<Facets>,
}

impl Objects {
    /// Adds an object, in the place of the one with its key if there is one, and tells the place.
    pub fn insert(&mut self, object: Object) -> usize {
        let next = self.list.len();
        let place = *self.places.entry(object.key.clone()).or_insert(next);
        if place == next {
            self.list.push(Some(Arc::new(object)));
        } else {
            self.list[place] = Some(Arc::new(object));
        }
        place
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
        self.at(*self.places.get(key)?)
    }

    /// The object of a key, to be changed.
    pub fn get_mut(&mut self, key: &Key) -> Option<&mut Object> {
        self.at_mut(*self.places.get(key)?)
    }

    /// Whether there is an object of this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.get(key).is_some()
    }

    /// Every object.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.list.iter().flatten().map(|object| &**object)
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) {
        if let Some(place) = self.places.get(key) {
            self.list[*place] = None;
        }
    }

    /// Equal facets are kept once. Many columns are alike; what has a definition is not.
    pub fn shelved(&mut self, facets: Facets) -> Facets {
        if facets.get("definition").is_some() || facets.get("comment").is_some() {
            return facets;
        }
        if let Some(known) = self.shelf.get(&facets) {
            return known.clone();
        }
        self.shelf.insert(facets.clone());
        facets
    }

    /// Parts of what an extension owns go with it.
    pub fn drop_orphans(&mut self) {
        let orphaned =
            |object: &Object| object.parent.as_ref().is_some_and(|parent| !self.places.contains_key(parent));
        let orphans: Vec<Key> =
            self.iter().filter(|object| orphaned(object)).map(|object| object.key.clone()).collect();
        orphans.iter().for_each(|key| self.remove(key));
    }

    /// All of them.
    pub fn into_catalog(self) -> Catalog {
        let tidy = |mut shared: Arc<Object>| {
            let object = Arc::make_mut(&mut shared);
            object.requires.sort();
            object.requires.shrink_to_fit();
            shared
        };
        self.list.into_iter().flatten().map(tidy).collect()
    }
}
