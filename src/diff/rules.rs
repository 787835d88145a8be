//! What a comparison leaves out: one value, used by the comparison alone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Key, Object, Snapshot};

/// What to leave out of a comparison. Plan, report and screen see only what it lets through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rules {
    /// Which owners are compared.
    pub owners: Managed,
    /// Which grants are compared.
    pub grants: Managed,
    /// Compare comments.
    pub comments: bool,
    /// Compare the tables in which migration tools keep what they have applied, also where canonical
    /// does not make them.
    pub migration_tables: bool,
    /// Compare the roles of the servers, what they may do and what they are members of. Databases and
    /// inventories that were made with this setting have them; a script says nothing of them.
    pub roles: bool,
    /// Patterns of objects to leave out, as in `table:public.schema_migrations` or `*:audit.*`.
    pub ignore: Vec<String>,
}

/// How far owners or grants are part of what a canonical schema says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// As far as canonical mentions them. A database or an inventory mentions all; a script
    /// mentions those that it sets.
    #[default]
    Mentioned,
    /// Always: what a script does not mention is meant to be absent.
    All,
    /// Never.
    None,
}

impl Managed {
    fn includes(self, mentioned: bool) -> bool {
        match self {
            Managed::Mentioned => mentioned,
            Managed::All => true,
            Managed::None => false,
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            owners: Managed::Mentioned,
            grants: Managed::Mentioned,
            comments: true,
            migration_tables: false,
            roles: false,
            ignore: Vec::new(),
        }
    }
}

impl Rules {
    /// The rules under which nothing is left out that a database itself has.
    pub fn everything() -> Self {
        Rules { migration_tables: true, ..Rules::default() }
    }

    /// Whether the rules leave an object out, by its own key.
    pub fn hides(&self, key: &Key) -> bool {
        self.ignore.iter().any(|pattern| matches(pattern, key))
    }

    /// Whether a facet is compared. Owners and grants that a script leaves open are not managed.
    pub fn compares(&self, facet: &str, canonical: &Snapshot, object: &Object) -> bool {
        match facet {
            // What a script makes belongs to whoever runs it, unless it says otherwise.
            "owner" => {
                let owner = object.facets.text(facet);
                let named = owner.is_some() && (canonical.complete || owner != canonical.role.as_deref());
                self.owners.includes(named)
            }
            // No script makes them in a scratch engine, which knows no provider.
            "security labels" => canonical.complete || object.facets.get(facet).is_some(),
            "grants" | "column grants" => {
                self.grants.includes(canonical.complete || object.facets.get(facet).is_some())
            }
            // A script takes the version of an extension that its engine has.
            "version" => canonical.complete && object.facets.get(facet).is_some(),
            // Nobody wants an index that does not work: one that was not built whole is no aim.
            "invalid" => object.facets.get(facet).is_none(),
            "comment" | "column comments" | "index comment" => self.comments,
            _ => true,
        }
    }
}

/// Whether a pattern of the form `kind:path` fits a key or something that the key is a part of.
///
/// `*` stands for any run of characters. A pattern without a kind fits every kind.
/// `table:public.orders` fits that table alone; `*:public.orders.*` fits its parts.
pub fn matches(pattern: &str, key: &Key) -> bool {
    match pattern.split_once(':') {
        Some((kind, path)) => wildcard(kind, key.kind().name()) && wildcard(path, &key.dotted()),
        None => wildcard(pattern, &key.dotted()),
    }
}

/// Whether a pattern, in which `*` stands for any run of characters, fits all of a text.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(previous) = last.replace(piece) {
            let previous: &str = previous;
            match rest.find(previous) {
                Some(at) => rest = &rest[at + previous.len()..],
                None => return false,
            }
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Kind};

    #[test]
    fn an_owner_counts_where_canonical_names_it() {
        let owned = |owner: Option<&str>| {
            let mut facets = Facets::default();
            facets.set("owner", owner);
            Object::new(Key::new(Kind::of("view"), ["public", "v"]), None, facets)
        };
        let script = Snapshot { role: Some("runner".to_owned()), ..Snapshot::default() };
        let database = Snapshot { complete: true, ..script.clone() };
        let compares =
            |canonical: &Snapshot, owner| Rules::default().compares("owner", canonical, &owned(owner));
        assert!(!compares(&script, Some("runner")), "what a script makes belongs to who runs it");
        assert!(compares(&script, Some("app")));
        assert!(compares(&database, Some("runner")));
        assert!(!compares(&database, None));
    }

    #[test]
    fn a_pattern_fits_by_kind_and_path() {
        let key = Key::new(Kind::of("policy"), ["public", "orders", "tenant"]);
        for fits in
            ["policy:public.orders.*", "policy:*", "*:public.*", "public.orders.tenant", "p*y:*.orders.*t"]
        {
            assert!(matches(fits, &key), "{fits}");
        }
        for misses in ["table:*", "policy:public.orders", "orders", "policy:public.orders.tenant2", "*x*"] {
            assert!(!matches(misses, &key), "{misses}");
        }
    }
}
