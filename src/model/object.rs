//! One object of a schema, and what it cannot do without.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Facets, Key};

/// Something of a schema that has a name: a table, a column, a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// By what every side knows it.
    pub key: Key,
    /// The object it is a part of and that takes it along when it is dropped: a column's table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Key>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Facets::is_empty")]
    pub facets: Facets,
    /// Where it stands among the parts of its parent, the first being 1; 0 where that means
    /// nothing. No facet: the order of columns is a difference only where somebody asks for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub position: u32,
    /// What has to exist before it can, as the catalog's own dependencies say. Holds the parent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Requirement>,
}

/// One dependency of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Requirement {
    /// The object that has to be there.
    pub on: Key,
    /// The facet that needs it, where the object can be made without that facet and be given it
    /// later: the default of a column, the owner column of a sequence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facet: Option<String>,
}

impl Object {
    /// An object that requires nothing but its parent.
    pub fn new(key: Key, parent: Option<Key>, facets: Facets) -> Self {
        let requires = parent.iter().map(|parent| Requirement { on: parent.clone(), facet: None }).collect();
        Object { key, parent, facets, position: 0, requires }
    }

    /// Adds a requirement once, and never on itself.
    pub fn require(&mut self, on: Key, facet: Option<String>) {
        let requirement = Requirement { on, facet };
        if requirement.on != self.key && !self.requires.contains(&requirement) {
            // There are many objects, and most require one or two.
            self.requires.reserve_exact(1);
            self.requires.push(requirement);
        }
    }

    /// A hash of what the object is, without its name: equal objects of two names have the same.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.key.kind().name().as_bytes());
        let mut facets: Vec<(&str, &Value)> = self.facets.iter().collect();
        facets.sort_by_key(|(name, _)| *name);
        for (name, value) in facets {
            hasher.update(&[0]).update(name.as_bytes()).update(&[1]);
            hasher.update(value.to_string().as_bytes());
        }
        Fingerprint(hasher.finalize().into())
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A hash of content; printed as 64 hexadecimal digits, shortened by `{:.12}`.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:.12}")
    }
}
