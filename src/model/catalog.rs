//! All objects of one schema, by key.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fingerprint, Key, Kind, Object};

/// All objects of one side, in the order of their keys. Cloning shares the objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    objects: BTreeMap<Key, Arc<Object>>,
}

impl Catalog {
    /// Adds an object, in the place of the one with its key if there is one.
    pub fn insert(&mut self, object: impl Into<Arc<Object>>) {
        let object = object.into();
        self.objects.insert(object.key.clone(), object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Object>> {
        self.objects.remove(key)
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.objects.get(key)
    }

    /// Whether there is an object of this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.objects.contains_key(key)
    }

    /// Every object, by the order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> {
        self.objects.keys()
    }

    /// Every object whose path starts with an object's path, that one among them.
    pub fn below<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a Object> {
        let path = key.path().to_vec();
        let first = Key::new(Kind::of(""), path.iter().cloned());
        let range = self.objects.range(first..).map(|(_, object)| &**object);
        range.take_while(move |object| object.key.path().starts_with(&path))
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// For each object that others require, those others: the dependency graph, turned around.
    pub fn dependents(&self) -> BTreeMap<&Key, BTreeSet<&Key>> {
        let mut dependents: BTreeMap<&Key, BTreeSet<&Key>> = BTreeMap::new();
        for object in self.iter() {
            for requirement in &object.requires {
                dependents.entry(&requirement.on).or_default().insert(&object.key);
            }
        }
        dependents
    }

    /// For each object that has parts, its parts.
    pub fn children(&self) -> BTreeMap<&Key, Vec<&Key>> {
        let mut children: BTreeMap<&Key, Vec<&Key>> = BTreeMap::new();
        for object in self.iter() {
            if let Some(parent) = &object.parent {
                children.entry(parent).or_default().push(&object.key);
            }
        }
        children
    }

    /// A hash of every object with its name: equal for two databases of the same schema.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        for object in self.iter() {
            hasher.update(object.key.to_string().as_bytes()).update(&[0]);
            hasher.update(&object.fingerprint().0);
        }
        Fingerprint(hasher.finalize().into())
    }
}

impl FromIterator<Object> for Catalog {
    fn from_iter<I: IntoIterator<Item = Object>>(objects: I) -> Self {
        // Made of a list at once: the map sorts it, and is then filled to the brim.
        let keyed = objects.into_iter().map(|object| (object.key.clone(), Arc::new(object)));
        Catalog { objects: keyed.collect() }
    }
}

impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.objects.values().map(|object| &**object))
    }
}

impl<'de> Deserialize<'de> for Catalog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Object>::deserialize(deserializer)?.into_iter().collect())
    }
}
