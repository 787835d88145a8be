//! Keys as a configuration writes them: one, several, or a table of actions in one place.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// One key, several, or a table of actions in one place.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Keys {
    /// One, or several.
    OfAction(KeyList),
    /// Those of the actions of a place.
    OfPlace(BTreeMap<String, KeyList>),
}

/// One key, or several.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum KeyList {
    /// One.
    One(String),
    /// Several; or none, for an action that no key is to do.
    Several(Vec<String>),
}

impl KeyList {
    fn into_vec(self) -> Vec<String> {
        match self {
            KeyList::One(key) => vec![key],
            KeyList::Several(keys) => keys,
        }
    }
}

/// Keys by the names of their actions; those of one place as `place.action`.
pub fn by_name(written: BTreeMap<String, Keys>) -> BTreeMap<String, Vec<String>> {
    let mut named = BTreeMap::new();
    for (name, keys) in written {
        match keys {
            Keys::OfAction(keys) => drop(named.insert(name, keys.into_vec())),
            Keys::OfPlace(actions) => named.extend(
                actions.into_iter().map(|(action, keys)| (format!("{name}.{action}"), keys.into_vec())),
            ),
        }
    }
    named
}

// An untagged enum of serde's would forget where in the text a mistake is.

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;

        impl<'de> Visitor<'de> for Shape {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key as in \"ctrl-s\", a list of keys, or a table of actions")
            }

            fn visit_str<E>(self, key: &str) -> Result<Keys, E> {
                Ok(Keys::OfAction(KeyList::One(key.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, keys: A) -> Result<Keys, A::Error> {
                several(keys).map(Keys::OfAction)
            }

            fn visit_map<A: MapAccess<'de>>(self, actions: A) -> Result<Keys, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(actions)).map(Keys::OfPlace)
            }
        }

        deserializer.deserialize_any(Shape)
    }
}

impl<'de> Deserialize<'de> for KeyList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;

        impl<'de> Visitor<'de> for Shape {
            type Value = KeyList;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key as in \"ctrl-s\", or a list of keys")
            }

            fn visit_str<E>(self, key: &str) -> Result<KeyList, E> {
                Ok(KeyList::One(key.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, keys: A) -> Result<KeyList, A::Error> {
                several(keys)
            }
        }

        deserializer.deserialize_any(Shape)
    }
}

fn several<'de, A: SeqAccess<'de>>(mut keys: A) -> Result<KeyList, A::Error> {
    let mut several = Vec::new();
    while let Some(key) = keys.next_element()? {
        several.push(key);
    }
    Ok(KeyList::Several(several))
}
