//! Reads a PostgreSQL catalog into a snapshot: one query a kind, then the dependencies.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

use super::{
    acl::{self, Grantable},
    inherited,
    session::{ServerError, Session},
};
use crate::{
    dialect::row::Row,
    model::{Catalog, FORMAT, Key, Kind, Object, Snapshot},
};

/// Tells how far a reading has come: what is being read, and how many objects there are so far.
pub type Progress<'a> = dyn Fn(&str, usize) + Send + Sync + 'a;

/// How the objects of one kind are read.
pub struct Reader {
    /// The kind of object.
    pub kind: Kind,
    /// What is read, for people: the plural.
    pub plural: &'static str,
    /// The system catalog whose rows the objects are.
    pub class: &'static str,
    /// The query; see [`Row`] for its conventions. A line that ends in `-- since N` is left out on
    /// servers before major version N, one that ends in `-- until N` on servers after it.
    pub sql: &'static str,
    /// What privileges the objects have, if any.
    pub grantable: Option<Grantable>,
}

/// A snapshot, and the OID of each object that has one, by which a source can tell which
/// statement made it.
pub struct Reading {
    /// What was read.
    pub snapshot: Snapshot,
    /// The OIDs.
    pub oids: BTreeMap<Key, u32>,
}

/// Reads everything that schemascope knows of from a session.
///
/// # Errors
/// What the server said.
pub async fn inspect(session: &mut Session, progress: &Progress<'_>) -> Result<Reading, ServerError> {
    let major = session.server_version_num() / 10_000;
    let superuser = is_superuser(session).await?;
    let mut addresses = Addresses::new(session, major).await?;
    let mut objects: BTreeMap<Key, Object> = BTreeMap::new();
    let mut oids = BTreeMap::new();
    for reader in super::READERS.iter().filter(|reader| superuser || !reader.sql.contains(SUPERUSERS_ONLY)) {
        progress(reader.plural, objects.len());
        let class = addresses.class(reader.class);
        let rows = session.rows(&for_version(reader.sql, major)).await?;
        for row in &rows {
            let oid = row.number("_oid").unwrap_or_default();
            let sub = row.number("_sub").unwrap_or_default();
            if addresses.in_extension(class, oid) {
                continue;
            }
            let object = object(reader, row);
            grant_columns(&mut objects, &object, row);
            addresses.known.insert((class, oid, sub), object.key.clone());
            if sub == 0 {
                oids.insert(object.key.clone(), u32::try_from(oid).unwrap_or_default());
            }
            objects.insert(object.key.clone(), object);
        }
    }
    drop_orphans(&mut objects);
    inherited::settle(&mut objects);
    progress("dependencies", objects.len());
    for row in session.rows(include_str!("depend.sql")).await? {
        addresses.connect(&row, &mut objects);
    }
    require_named_indexes(&mut objects);
    objects.values_mut().for_each(|object| object.requires.sort());
    let not_compared = not_compared(session).await?;
    let unknown = if superuser { BTreeMap::new() } else { unknown(session).await? };
    let catalog: Catalog = objects.into_values().collect();
    progress("done", catalog.len());
    let snapshot = Snapshot {
        format: FORMAT,
        dialect: "postgres".to_owned(),
        server_version: session.server_version().to_owned(),
        server_version_num: session.server_version_num(),
        role: Some(session.role().to_owned()),
        taken_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        complete: true,
        not_compared,
        unknown,
        catalog,
        ..Snapshot::default()
    };
    Ok(Reading { snapshot, oids })
}

/// Stands in the queries that only a superuser may run; for others there is `unknown.sql`.
const SUPERUSERS_ONLY: &str = "-- superusers only";

async fn is_superuser(session: &mut Session) -> Result<bool, ServerError> {
    let rows =
        session.rows("select rolsuper as superuser from pg_roles where rolname = current_user").await?;
    Ok(rows.first().and_then(|row| row.get("superuser")).is_some_and(|value| value == true))
}

/// A query without the lines that are for newer or for older servers.
fn for_version(sql: &str, major: u32) -> String {
    let bound = |line: &str, word: &str| -> Option<u32> {
        let (_, after) = line.rsplit_once("-- ")?.1.split_once(word)?;
        after.split_whitespace().next()?.parse().ok()
    };
    let fits = |line: &&str| {
        bound(line, "since ").is_none_or(|since| since <= major)
            && bound(line, "until ").is_none_or(|until| major <= until)
    };
    sql.lines().filter(fits).collect::<Vec<_>>().join("\n")
}

fn object(reader: &Reader, row: &Row) -> Object {
    let key = row.key(reader.kind);
    let parent = row.text("parent").map(|kind| key.parent(Kind::named(kind)));
    let mut facets = row.facets();
    let class = row.text("_grantable").and_then(Grantable::named).or(reader.grantable);
    if let Some(class) = class {
        let owner = row.text("owner").or(row.text("_owner")).unwrap_or_default();
        facets.set("grants", acl::grants(texts(row, "_acl").as_deref(), owner, class));
        facets.set("column grants", view_column_grants(row, owner));
    }
    let mut object = Object::new(key, parent, facets);
    object.position = row.number("_sub").and_then(|sub| u32::try_from(sub).ok()).unwrap_or_default();
    object
}

/// Grants on the columns of a view, which are no objects of their own.
fn view_column_grants(row: &Row, owner: &str) -> Vec<String> {
    let columns = row.get("_column_acl").and_then(Value::as_object).into_iter().flatten();
    let grants = columns.flat_map(|(column, items)| {
        let own = acl::grants(strings(items).as_deref(), owner, Grantable::Column);
        own.iter().map(|grant| acl::on_column(column, grant)).collect::<Vec<_>>()
    });
    grants.collect()
}

/// Grants on columns are kept with their table: a `REVOKE` there takes them away too.
fn grant_columns(objects: &mut BTreeMap<Key, Object>, column: &Object, row: &Row) {
    let (Some(items), Some(parent)) = (texts(row, "_acl"), &column.parent) else { return };
    if column.key.kind() != super::column::KIND {
        return;
    }
    if let Some(table) = objects.get_mut(parent) {
        let own = acl::grants(Some(&items), row.text("_owner").unwrap_or_default(), Grantable::Column);
        let mut grants = super::common::texts(table, "column grants");
        grants.extend(own.iter().map(|grant| acl::on_column(column.key.name(), grant)));
        table.facets.set("column grants", grants);
    }
}

fn texts(row: &Row, column: &str) -> Option<Vec<String>> {
    strings(row.get(column)?)
}

fn strings(list: &Value) -> Option<Vec<String>> {
    Some(list.as_array()?.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

/// Parts of what an extension owns go with it.
fn drop_orphans(objects: &mut BTreeMap<Key, Object>) {
    let keys: HashSet<Key> = objects.keys().cloned().collect();
    objects.retain(|_, object| object.parent.as_ref().is_none_or(|parent| keys.contains(parent)));
}

/// Objects that the role may not read, each with the reason.
async fn unknown(session: &mut Session) -> Result<BTreeMap<Key, String>, ServerError> {
    let rows = session.rows(include_str!("unknown.sql")).await?;
    let reasons = rows
        .iter()
        .filter_map(|row| Some((row.key(Kind::named(row.text("kind")?)), row.text("reason")?.to_owned())));
    Ok(reasons.collect())
}

async fn not_compared(session: &mut Session) -> Result<BTreeMap<String, u64>, ServerError> {
    let rows = session.rows(include_str!("not_compared.sql")).await?;
    let counts = rows.iter().filter_map(|row| {
        let count = u64::try_from(row.number("count")?).ok()?;
        Some((row.text("kinds")?.to_owned(), count))
    });
    Ok(counts.filter(|(_, count)| *count > 0).collect())
}

/// Tables name an index in two facets of which `pg_depend` does not know.
fn require_named_indexes(objects: &mut BTreeMap<Key, Object>) {
    let named: Vec<(Key, Key, &str)> = objects
        .values()
        .flat_map(|object| ["clustered on", "replica identity"].map(|facet| (object, facet)))
        .filter_map(|(object, facet)| {
            let text = object.facets.text(facet)?;
            let name = text.strip_prefix("USING INDEX ").unwrap_or(text).trim_matches('"');
            let kinds = [super::index::KIND, super::constraint::KIND];
            let index = kinds
                .into_iter()
                .map(|kind| object.key.child(kind, name))
                .find(|key| objects.contains_key(key))?;
            Some((object.key.clone(), index, facet))
        })
        .collect();
    for (table, index, facet) in named {
        if let Some(table) = objects.get_mut(&table) {
            table.require(index, Some(facet.to_owned()));
        }
    }
}

/// A row of a system catalog: the catalog's OID, the row's, and the column's number or 0.
type Address = (i64, i64, i64);

/// Which object each catalog row is, or is a part of.
struct Addresses {
    classes: HashMap<String, i64>,
    known: HashMap<Address, Key>,
    aliases: HashMap<(i64, i64), (Address, Option<String>)>,
    extension_class: i64,
}

impl Addresses {
    async fn new(session: &mut Session, major: u32) -> Result<Self, ServerError> {
        let catalogs = "select relname as name, oid from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'";
        let rows = session.rows(catalogs).await?;
        let classes: HashMap<String, i64> =
            rows.iter().filter_map(|row| Some((row.text("name")?.to_owned(), row.number("oid")?))).collect();
        let mut aliases = HashMap::new();
        for row in session.rows(&for_version(include_str!("alias.sql"), major)).await? {
            let number = |column| row.number(column).unwrap_or_default();
            let to = (number("to_class"), number("to_oid"), number("to_sub"));
            aliases.insert((number("class"), number("oid")), (to, row.text("facet").map(str::to_owned)));
        }
        let extension_class = classes.get("pg_extension").copied().unwrap_or_default();
        Ok(Addresses { classes, known: HashMap::new(), aliases, extension_class })
    }

    fn class(&self, name: &str) -> i64 {
        self.classes.get(name).copied().unwrap_or_default()
    }

    fn in_extension(&self, class: i64, oid: i64) -> bool {
        self.aliases.get(&(class, oid)).is_some_and(|((to, _, _), _)| *to == self.extension_class)
    }

    /// The object that a row is, or is a part of, and the facet that it is then.
    fn resolve(&self, address: Address) -> Option<(&Key, Option<&str>)> {
        let (mut address, mut facet) = (address, None);
        // Chains are short: a multirange's array, its multirange, its range.
        for _ in 0..6 {
            let (class, oid, _) = address;
            if let Some(key) = self.known.get(&address).or_else(|| self.known.get(&(class, oid, 0))) {
                return Some((key, facet));
            }
            let (to, part) = self.aliases.get(&(class, oid))?;
            address = *to;
            facet = facet.or(part.as_deref());
        }
        None
    }

    /// Turns one row of `pg_depend` into a requirement.
    fn connect(&self, row: &Row, objects: &mut BTreeMap<Key, Object>) {
        let number = |column| row.number(column).unwrap_or_default();
        let from = self.resolve((number("class"), number("oid"), number("sub")));
        let to = self.resolve((number("ref_class"), number("ref_oid"), number("ref_sub")));
        let (Some((from, facet)), Some((to, _))) = (from, to) else { return };
        // A sequence belongs to a column that may need the sequence for its default.
        let owned = from.kind() == super::sequence::KIND && row.text("type") == Some("a");
        let facet = match (from.kind(), to.kind()) {
            _ if owned => Some("owned by"),
            (super::text_search_configuration::KIND, super::text_search_dictionary::KIND) => Some("mappings"),
            _ => facet,
        };
        if let (true, Some(object)) = (objects.contains_key(to), objects.get_mut(from)) {
            object.require(to.clone(), facet.map(str::to_owned));
            if owned {
                object.parent = Some(to.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::for_version;

    #[test]
    fn lines_for_newer_servers_are_left_out() {
        let sql = "select a,\n  b, -- since 14\n  c";
        assert_eq!(for_version(sql, 13), "select a,\n  c");
        assert_eq!(for_version(sql, 14), sql);
    }

    #[test]
    fn lines_for_older_servers_are_left_out() {
        let sql = "select a, -- until 14\n  b, -- since 15 until 16\n  c";
        assert_eq!(for_version(sql, 14), "select a, -- until 14\n  c");
        assert_eq!(for_version(sql, 15), "  b, -- since 15 until 16\n  c");
        assert_eq!(for_version(sql, 17), "  c");
    }
}
