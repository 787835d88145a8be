//! All objects of one schema, by key.

use std::{
    borrow::Borrow,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    hash::{Hash, Hasher},
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Fingerprint, Key, Kind, Object, in_pieces};

/// All objects of one side, in the order of their keys. Cloning shares the objects.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    objects: BTreeSet<Keyed>,
    /// What follows from the objects: worked out once it is asked for, forgotten when they change.
    users: OnceLock<Arc<[Use]>>,
    fingerprint: OnceLock<Fingerprint>,
}

/// One requirement of an object, found by what is required.
#[derive(Clone, Debug)]
struct Use {
    user: Arc<Object>,
    requirement: usize,
}

impl Use {
    fn of(&self) -> &Key {
        &self.user.requires[self.requirement].on
    }
}

/// An object that is found by its key.
#[derive(Clone, Debug)]
pub(super) struct Keyed(pub Arc<Object>);

impl Catalog {
    /// Adds an object, in the place of the one with its key if there is one.
    pub fn insert(&mut self, object: impl Into<Arc<Object>>) {
        self.forget();
        self.objects.replace(Keyed(object.into()));
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Object>> {
        self.forget();
        self.objects.take(key).map(|Keyed(object)| object)
    }

    fn forget(&mut self) {
        self.users.take();
        self.fingerprint.take();
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.objects.get(key).map(|Keyed(object)| object)
    }

    /// Whether there is an object of this key.
    pub fn contains(&self, key: &Key) -> bool {
        self.objects.contains(key)
    }

    /// Every object, by the order of the keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Object>> {
        self.objects.iter().map(|Keyed(object)| object)
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> {
        self.iter().map(|object| &object.key)
    }

    /// Takes from another catalog the objects that are the same there. Sides of one comparison hardly
    /// differ: so the most of them is in memory once, and found to be equal without looking at it.
    pub fn share(&mut self, other: &Catalog) {
        self.forget();
        let objects = std::mem::take(&mut self.objects);
        let shared = |Keyed(object): Keyed| {
            let same =
                other.get(&object.key).filter(|theirs| Arc::ptr_eq(theirs, &object) || ***theirs == *object);
            Keyed(same.map_or(object, Arc::clone))
        };
        self.objects = objects.into_iter().map(shared).collect();
    }

    /// Every object whose path starts with an object's path, that one among them.
    pub fn below<'a>(&'a self, key: &Key) -> impl Iterator<Item = &'a Object> {
        let path = key.path().to_vec();
        let first = Key::new(Kind::of(""), path.iter().cloned());
        let range = self.objects.range(first..).map(|Keyed(object)| &**object);
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

    /// Those that require an object, each once and by the order of their keys, its parts among them:
    /// the dependency graph, turned around.
    pub fn users(&self, key: &Key) -> impl Iterator<Item = &Object> {
        let users = self.users.get_or_init(|| self.every_use());
        let first = users.partition_point(|one| one.of() < key);
        let own = users[first..].chunk_by(|one, other| one.of() == other.of()).next().unwrap_or_default();
        let own = if own.first().is_some_and(|one| one.of() == key) { own } else { &[] };
        own.chunk_by(|one, other| Arc::ptr_eq(&one.user, &other.user)).map(|same| &*same[0].user)
    }

    /// An object and those of its kind that build on it, directly or not: a table, its partitions and
    /// what inherits from it.
    pub fn with_heirs<'a>(&'a self, whole: &'a Key) -> Vec<&'a Key> {
        let (mut found, mut at) = (vec![whole], 0);
        while let Some(whole) = found.get(at).copied() {
            let users = self.users(whole).map(|user| &user.key);
            let heirs = users.filter(|user| user.kind() == whole.kind() && !found.contains(user));
            let heirs: Vec<&Key> = heirs.collect();
            found.extend(heirs);
            at += 1;
        }
        found
    }

    fn every_use(&self) -> Arc<[Use]> {
        let uses = self.iter().flat_map(|user| {
            (0..user.requires.len()).map(|requirement| Use { user: Arc::clone(user), requirement })
        });
        let mut uses: Vec<Use> = uses.collect();
        // Stable: those of one object stay in the order of the users.
        uses.sort_by(|one, other| one.of().cmp(other.of()));
        uses.into()
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
        *self.fingerprint.get_or_init(|| {
            let of_piece = |piece: &[&Arc<Object>]| {
                let mut bytes = Vec::new();
                for object in piece {
                    bytes.extend_from_slice(object.key.to_string().as_bytes());
                    bytes.push(0);
                    bytes.extend_from_slice(&object.fingerprint().0);
                }
                bytes
            };
            let mut hasher = blake3::Hasher::new();
            let add = |bytes: Vec<u8>| {
                hasher.update(&bytes);
                Ok::<(), Infallible>(())
            };
            let Ok(()) = in_pieces(&self.iter().collect::<Vec<_>>(), of_piece, add);
            Fingerprint(hasher.finalize().into())
        })
    }
}

impl<O: Into<Arc<Object>>> FromIterator<O> for Catalog {
    fn from_iter<I: IntoIterator<Item = O>>(objects: I) -> Self {
        // Made of a list at once: the set sorts it, and is then filled to the brim.
        let objects = objects.into_iter().map(|object| Keyed(object.into())).collect();
        Catalog { objects, ..Catalog::default() }
    }
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Catalog {}

impl Borrow<Key> for Keyed {
    fn borrow(&self) -> &Key {
        &self.0.key
    }
}

impl Hash for Keyed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}

impl Ord for Keyed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.key.cmp(&other.0.key)
    }
}

impl PartialOrd for Keyed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Keyed {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Keyed {}

impl Serialize for Catalog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|object| &**object))
    }
}

impl<'de> Deserialize<'de> for Catalog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Object>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Facets;

    fn table(name: &str, unlogged: bool) -> Object {
        let mut facets = Facets::default();
        facets.set("unlogged", unlogged);
        Object::new(Key::new(Kind::of("table"), ["public", name]), None, facets)
    }

    #[test]
    fn catalogs_share_what_is_the_same_and_stay_what_they_are() {
        let canonical: Catalog = [table("a", false), table("b", false)].into_iter().collect();
        let mut target: Catalog =
            [table("a", false), table("b", true), table("c", false)].into_iter().collect();
        let before = target.clone();
        target.share(&canonical);
        assert_eq!(target, before);
        let shared = |name: &str| {
            let key = Key::new(Kind::of("table"), ["public", name]);
            canonical.get(&key).zip(target.get(&key)).is_some_and(|(own, theirs)| Arc::ptr_eq(own, theirs))
        };
        assert!(shared("a") && !shared("b"));
    }

    #[test]
    fn users_are_those_of_the_catalog_as_it_is_now() {
        let (a, b) = (table("a", false), table("b", false));
        let mut view = table("view", false);
        view.require(a.key.clone(), None);
        view.require(a.key.clone(), Some("definition".to_owned()));
        view.require(b.key.clone(), None);
        let mut other = table("other", false);
        other.require(a.key.clone(), None);
        let mut catalog: Catalog = [a.clone(), b.clone(), view.clone(), other].into_iter().collect();
        let users = |catalog: &Catalog, key: &Key| -> Vec<String> {
            catalog.users(key).map(|user| user.key.name().to_owned()).collect()
        };
        assert_eq!(users(&catalog, &a.key), ["other", "view"]);
        assert_eq!(users(&catalog, &b.key), ["view"]);
        assert_eq!(users(&catalog, &view.key), [""; 0]);
        let before = catalog.fingerprint();
        catalog.remove(&view.key);
        assert_eq!(users(&catalog, &a.key), ["other"]);
        assert_eq!(users(&catalog, &b.key), [""; 0]);
        assert_ne!(catalog.fingerprint(), before);
    }

    #[test]
    fn an_object_takes_the_place_of_the_one_with_its_key() {
        let mut catalog: Catalog = [table("a", false)].into_iter().collect();
        catalog.insert(table("a", true));
        assert_eq!(catalog.len(), 1);
        let object = catalog.remove(&Key::new(Kind::of("table"), ["public", "a"])).unwrap();
        assert!(object.facets.flag("unlogged") && catalog.is_empty());
    }
}
