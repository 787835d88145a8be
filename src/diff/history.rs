//! The tables in which migration tools keep what they have applied: a target may have them by the
//! way, and they are compared only where canonical has them too.

use crate::model::{Key, Kind, Snapshot};

/// The names that migration tools give to their own tables.
pub const HISTORY_TABLES: [&str; 12] = [
    "_sqlx_migrations",
    "schema_migrations",
    "goose_db_version",
    "flyway_schema_history",
    "databasechangelog",
    "databasechangeloglock",
    "DATABASECHANGELOG",
    "DATABASECHANGELOGLOCK",
    "_prisma_migrations",
    "__diesel_schema_migrations",
    "ar_internal_metadata",
    "alembic_version",
];

/// A schema that holds nothing but the history of a tool.
const HISTORY_SCHEMA: &str = "supabase_migrations";

/// The table that `apply` keeps its rows in, and many teams theirs.
const VERSION_TABLE: &str = "schema_version";

/// Whether an object is the history of a migration tool or a part of it, and the canonical schema
/// does not have that history.
pub fn is_history(key: &Key, canonical: &Snapshot) -> bool {
    let path = key.path();
    if path.first().is_some_and(|first| &**first == HISTORY_SCHEMA) {
        return !canonical.catalog.contains(&Key::new(Kind::of("schema"), [HISTORY_SCHEMA]));
    }
    let Some(place) = path.iter().take(2).position(|name| names_history(name)) else { return false };
    let owner = path[place].trim_end_matches("_id_seq").to_owned();
    let table = path[..place].iter().map(|part| part.to_string()).chain([owner]);
    !canonical.catalog.contains(&Key::new(Kind::of("table"), table))
}

fn names_history(name: &str) -> bool {
    let table = name.strip_suffix("_id_seq").unwrap_or(name);
    HISTORY_TABLES.contains(&table) || table == VERSION_TABLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Facets, Object};

    fn canonical(objects: &[&str]) -> Snapshot {
        let object = |key: &&str| Object::new(key.parse().unwrap(), None, Facets::default());
        Snapshot { catalog: objects.iter().map(object).collect(), ..Snapshot::default() }
    }

    #[test]
    fn a_history_and_its_parts_are_known_in_every_database() {
        let nothing = canonical(&[]);
        for key in [
            "table:public.schema_migrations",
            "column:public._sqlx_migrations.version",
            "sequence:public.goose_db_version_id_seq",
            "table:alembic_version",
            "schema:supabase_migrations",
            "table:supabase_migrations.seed_files",
        ] {
            assert!(is_history(&key.parse().unwrap(), &nothing), "{key}");
        }
        for key in ["table:public.orders", "column:public.orders.schema_migrations", "schema:public"] {
            assert!(!is_history(&key.parse().unwrap(), &nothing), "{key}");
        }
    }

    #[test]
    fn what_canonical_has_it_means() {
        let key: Key = "column:public.schema_migrations.version".parse().unwrap();
        assert!(!is_history(&key, &canonical(&["table:public.schema_migrations"])));
        assert!(is_history(&key, &canonical(&["table:other.schema_migrations"])));
        let key: Key = "table:supabase_migrations.seed_files".parse().unwrap();
        assert!(!is_history(&key, &canonical(&["schema:supabase_migrations"])));
    }
}
