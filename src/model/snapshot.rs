//! A catalog with where, when and by whom it was read.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Catalog, Key, Kind};

/// The version of the inventory format that this program writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// What one reading of one source gave. Serialised, it is the inventory file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The inventory format, see [`FORMAT`].
    pub format: u32,
    /// The dialect that read it: `postgres` or `sqlite`.
    pub dialect: String,
    /// What was read, for people: a file's path, or a URL without its password.
    pub source: String,
    /// The server's version as it prints it, for example `15.18`.
    pub server_version: String,
    /// The server's version as a number that can be compared, for example `150018`.
    pub server_version_num: u32,
    /// The role that read it, where there are roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// When it was read, in seconds since 1970-01-01 UTC.
    pub taken_at: u64,
    /// Whether what is not mentioned is meant to be absent. True for a database, which is always
    /// complete; false for a script, which leaves owners and grants open where it is silent.
    #[serde(default)]
    pub complete: bool,
    /// Which part of the schema it is about; all of it where nothing is said.
    #[serde(default, skip_serializing_if = "Scope::is_everything")]
    pub scope: Scope,
    /// What the database has that is not read yet, by the plural of the kind: `publications` → 3.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_compared: BTreeMap<String, u64>,
    /// Kinds that the source says nothing about, whatever it holds: a script's subscriptions are
    /// never made in a scratch engine, so none of the target's is extra.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent_on: Vec<Kind>,
    /// Objects that are there but could not be read, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<Key, String>,
    /// Where in the source an object was made, for sources that are files.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub locations: BTreeMap<Key, Location>,
    /// What was left out or done otherwise than written when the source was a script, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How large tables are, as far as that is known. No part of the schema, so neither written down
    /// nor compared.
    #[serde(skip)]
    pub sizes: BTreeMap<Key, Size>,
    /// The objects.
    pub catalog: Catalog,
}

/// How large a table is, by the statistics of its database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// About how many rows it has; nothing if that was never estimated.
    pub rows: Option<u64>,
    /// How many bytes it takes with its indexes.
    pub bytes: u64,
}

/// A part of a schema. Names and tables may hold `*`, which stands for anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Only these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Only these schemas and what is in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
    /// Only these tables and views, and their parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
}

impl Scope {
    /// Whether it leaves nothing out.
    pub fn is_everything(&self) -> bool {
        *self == Scope::default()
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file.
    pub file: PathBuf,
    /// The line, the first being 1.
    pub line: u32,
}

impl Snapshot {
    /// The place in the source where an object was made, or else its parent.
    pub fn location(&self, key: &Key) -> Option<&Location> {
        let place = self.locations.get(key);
        place.or_else(|| {
            let parent = self.catalog.get(key)?.parent.as_ref()?;
            self.location(parent)
        })
    }

    /// "not compared: 3 publications, 1 subscription", or nothing if all was read.
    pub fn not_compared_sentence(&self) -> Option<String> {
        let counts: Vec<String> =
            self.not_compared.iter().map(|(kinds, count)| format!("{count} {kinds}")).collect();
        (!counts.is_empty()).then(|| format!("not compared: {}", counts.join(", ")))
    }
}
