//! Reads a PostgreSQL catalog into a snapshot: one query a kind, then the texts that only the server
//! can print, then the dependencies.

mod addresses;
mod lanes;
pub(super) mod objects;
mod print;
mod query;
mod raw;

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use futures_util::{FutureExt, TryFutureExt, future::try_join};
use serde_json::Value;
use tokio::sync::mpsc;

pub use self::query::for_version;
use self::{
    addresses::{Addresses, Dependency},
    lanes::{Lanes, Take, UnderWay},
    objects::Objects,
    print::{Printed, Waiting},
    query::{Layout, Query},
    raw::Raw,
};
use super::{
    acl::{self, Grantable},
    inherited, partition_names,
    session::{Group, ServerError, Session},
    trigger,
};
use crate::{
    dialect::row::Row,
    model::{FORMAT, Key, Kind, Object, Snapshot},
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
    /// The query; see [`Row`] for its conventions. What is a part of the relation in `_relation` may give
    /// its own name alone; facets that few rows have may be in one JSON object, `_more`. A line that ends in `-- since N` is left out on
    /// servers before major version N, one that ends in `-- until N` on servers after it. A line
    /// `-- print FACET: EXPRESSION` says how the server prints the facet, for which the query gives
    /// the OID that the expression finds as `t.oid`. All that can wait for a lock is to be printed
    /// so, with the OID of the table or view whose lock that is in the column `_relation`.
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
    pub oids: Vec<(Key, u32)>,
}

/// Reads everything that schemascope knows of from a session. What cannot be printed because of
/// another session's lock is unknown, with the reason.
///
/// # Errors
/// What the server said.
pub async fn inspect(session: &mut Session, progress: &Progress<'_>) -> Result<Reading, ServerError> {
    let major = session.server_version_num() / 10_000;
    let _under_way = UnderWay::begin();
    let superuser = is_superuser(session).await?;
    let addresses = Addresses::new(session).await?;
    let raw = Raw::new(session).await?;
    let mut lanes = Lanes::over(session).await?;
    let kinds = super::READERS.iter().filter(|kind| superuser || !kind.sql.contains(SUPERUSERS_ONLY));
    let read = Inspection::new(major, addresses, raw).read_all(&mut lanes, kinds.collect(), progress).await?;
    let Inspection { addresses, raw, objects, oids, waiting, labels, dependencies, .. } = read;
    drop(raw);
    progress("definitions", objects.len());
    let sorting = lanes.beside(move || sorted(objects, addresses, &labels)).map(Ok);
    let (printed, (mut objects, addresses)) = try_join(print::all(&mut lanes, waiting), sorting).await?;
    let Lanes { first: session, second } = lanes;
    if let Some(second) = second {
        second.close().await;
    }
    let mut unknown = settle_texts(printed, &mut objects);
    inherited::settle(&mut objects);
    progress("dependencies", objects.len());
    dependencies.into_iter().for_each(|dependency| addresses.connect(dependency, &mut objects));
    drop(addresses);
    require_named_indexes(&mut objects);
    require_named_partitions(&mut objects);
    let not_compared = not_compared(session).await?;
    if !superuser {
        unknown.extend(hidden(session).await?);
    }
    let catalog = objects.into_catalog();
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

/// Lets objects be found by their keys, and leaves those out whose whole is not there.
fn sorted(mut objects: Objects, addresses: Addresses, labels: &[Row]) -> (Objects, Addresses) {
    objects.sort();
    objects.close_shelf();
    labels.iter().for_each(|row| addresses.label(row, &mut objects));
    objects.drop_orphans();
    (objects, addresses)
}

/// What was read so far.
struct Inspection {
    /// The server's version.
    major: u32,
    addresses: Addresses,
    raw: Raw,
    objects: Objects,
    oids: Vec<(Key, u32)>,
    waiting: Vec<Waiting>,
    labels: Vec<Row>,
    dependencies: Vec<Dependency>,
}

impl Inspection {
    fn new(major: u32, addresses: Addresses, raw: Raw) -> Inspection {
        Inspection {
            major,
            addresses,
            raw,
            objects: Objects::new(),
            oids: Vec::new(),
            waiting: Vec::new(),
            labels: Vec::new(),
            dependencies: Vec::new(),
        }
    }

    /// Reads what rows stand for, then kind by kind, and then what belongs to all of them.
    async fn read_all(
        self,
        lanes: &mut Lanes<'_>,
        kinds: Vec<&'static Reader>,
        progress: &Progress<'_>,
    ) -> Result<Inspection, ServerError> {
        let queries: Vec<Query> = kinds.iter().map(|kind| Query::of(kind, self.major)).collect();
        let mut sql = vec![Addresses::aliases(self.major)];
        sql.extend(queries.iter().map(|query| query.sql.clone()));
        sql.extend([include_str!("security_label.sql"), include_str!("depend.sql")].map(str::to_owned));
        let (tell, mut told) = mpsc::unbounded_channel();
        let layouts = kinds.iter().map(|_| None).collect();
        let taking = Taking { read: self, kinds, queries, layouts, tell };
        let reading = lanes.in_turn(&sql, taking).map_ok(|taken| taken.read);
        let telling = async {
            while let Some((what, count)) = told.recv().await {
                progress(what, count);
            }
            Ok(())
        };
        Ok(try_join(reading, telling).await?.0)
    }

    fn add(&mut self, reader: &Reader, layout: &Layout, mut row: Row) {
        let number = |at: Option<usize>| at.and_then(|at| row.values[at].as_i64());
        let sub = number(layout.sub).unwrap_or_default();
        let relation = number(layout.relation);
        let oid = number(layout.oid).or(relation).unwrap_or_default();
        let class = self.addresses.class(reader.class);
        if self.addresses.in_extension(class, oid) {
            return;
        }
        let likeness = match self.raw.print(reader.kind, &row) {
            Some(text) => {
                layout.set(&mut row, "definition", text.into());
                None
            }
            None => self.raw.likeness(reader.kind, &row),
        };
        let owner = relation.and_then(|relation| self.addresses.relation(relation));
        let whole = owner.and_then(|place| self.objects.at(place)).map(|object| object.key.clone());
        if layout.is_of_relation() && whole.is_none() {
            return;
        }
        let key = self.objects.shelf().key(layout.key(reader.kind, &mut row, whole.as_ref()));
        let parent = match whole {
            Some(whole) if layout.is_of_relation() => Some(whole),
            whole => layout.parent_kind(&row).map(|kind| match whole {
                Some(whole) if whole.kind() == kind => whole,
                _ => self.objects.shelf().key(key.parent(kind)),
            }),
        };
        self.raw.learn(&key, &row, relation, sub);
        let grants = grants(reader, layout, &row, self.major);
        let column_acl = texts(&row, layout.acl);
        let column_owner = layout.owner.and_then(|at| row.values[at].as_str()).unwrap_or_default().to_owned();
        let wanted: Vec<(usize, i64)> = layout.wanted(&row).collect();
        let mut facets = layout.facets(&mut row);
        for (facet, value) in grants.into_iter().flatten() {
            facets.set(facet, value);
        }
        // What is to be printed is not yet what it will be.
        let facets = if wanted.is_empty() { self.objects.shelf().facets(facets) } else { facets };
        let mut object = Object::new(key, parent, facets);
        object.position = u32::try_from(sub).unwrap_or_default();
        if reader.kind == super::column::KIND {
            self.grant_columns(owner, &object.key, column_acl, &column_owner);
        }
        if sub == 0 {
            self.oids.push((object.key.clone(), u32::try_from(oid).unwrap_or_default()));
        }
        let place = self.objects.insert(object);
        self.addresses.know(class, oid, sub, place);
        self.waiting.extend(wanted.into_iter().map(|(print, oid)| {
            let print = layout.prints[print];
            let likeness = likeness.clone();
            Waiting { place, print, oid, relation: relation.unwrap_or(oid), likeness }
        }));
    }

    /// Grants on columns are kept with their table: a `REVOKE` there takes them away too.
    fn grant_columns(&mut self, table: Option<usize>, column: &Key, items: Option<Vec<String>>, owner: &str) {
        let (Some(items), Some(table)) = (items, table) else { return };
        if let Some(table) = self.objects.at_mut(table) {
            let own = acl::grants(Some(&items), owner, Grantable::Column, self.major);
            let mut grants = super::common::texts(table, "column grants");
            grants.extend(own.iter().map(|grant| acl::on_column(column.name(), grant)));
            grants.sort();
            table.facets.set("column grants", grants);
        }
    }
}

/// The reading of all queries: of what rows stand for, of each kind, and of what belongs to all of them.
struct Taking {
    read: Inspection,
    kinds: Vec<&'static Reader>,
    queries: Vec<Query>,
    layouts: Vec<Option<Layout>>,
    tell: mpsc::UnboundedSender<(&'static str, usize)>,
}

impl Take for Taking {
    fn begin(&mut self, at: usize) {
        if let Some(kind) = at.checked_sub(1).and_then(|at| self.kinds.get(at)) {
            // Whoever no longer listens has stopped waiting for any of this.
            let _ = self.tell.send((kind.plural, self.read.objects.len()));
        }
    }

    fn take(&mut self, at: usize, rows: Group) {
        let (read, count) = (&mut self.read, self.kinds.len());
        match at.checked_sub(1) {
            None => rows.rows().for_each(|row| read.addresses.stand_for(&row)),
            Some(at) if at < count => {
                for row in rows.rows() {
                    let layout = self.layouts[at].get_or_insert_with(|| Layout::of(&row, &self.queries[at]));
                    read.add(self.kinds[at], layout, row);
                }
            }
            Some(at) if at == count => read.labels.extend(rows.rows()),
            Some(_) => read.dependencies.extend(rows.rows().map(|row| Dependency::of(&row))),
        }
    }
}

/// What the grants of an object are as facets, where its kind has any.
fn grants(
    reader: &Reader,
    layout: &Layout,
    row: &Row,
    major: u32,
) -> Option<[(&'static str, Vec<String>); 2]> {
    let text = |at: Option<usize>| at.and_then(|at| row.values[at].as_str());
    let class = text(layout.grantable).and_then(Grantable::named).or(reader.grantable)?;
    // Where both are told, the facet goes by a name that is not the one in the privileges.
    let owner = text(layout.owner).or(text(layout.facet_owner)).unwrap_or_default();
    let own = acl::grants(texts(row, layout.acl).as_deref(), owner, class, major);
    Some([("grants", own), ("column grants", view_column_grants(row, owner, major))])
}

/// Grants on the columns of a view, which are no objects of their own.
fn view_column_grants(row: &Row, owner: &str, major: u32) -> Vec<String> {
    let columns = row.get("_column_acl").and_then(Value::as_object).into_iter().flatten();
    let grants = columns.flat_map(|(column, items)| {
        let own = acl::grants(strings(items).as_deref(), owner, Grantable::Column, major);
        own.iter().map(|grant| acl::on_column(column, grant)).collect::<Vec<_>>()
    });
    grants.collect()
}

fn texts(row: &Row, at: Option<usize>) -> Option<Vec<String>> {
    strings(&row.values[at?])
}

fn strings(list: &Value) -> Option<Vec<String>> {
    Some(list.as_array()?.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

/// Puts in the place of OIDs what the server printed for them, and tells what it could not print.
fn settle_texts(printed: Vec<Printed>, objects: &mut Objects) -> BTreeMap<Key, String> {
    let mut unknown = BTreeMap::new();
    for Printed { place, facet, text } in printed {
        let Some(object) = objects.at_mut(place) else { continue };
        match text {
            Ok(text) => object.facets.set(facet, text),
            Err(reason) => {
                object.facets.set(facet, Value::Null);
                unknown.insert(object.key.clone(), reason);
            }
        }
    }
    unknown
}

async fn is_superuser(session: &mut Session) -> Result<bool, ServerError> {
    let rows =
        session.rows("select rolsuper as superuser from pg_roles where rolname = current_user").await?;
    Ok(rows.first().and_then(|row| row.get("superuser")).is_some_and(|value| value == true))
}

/// Objects that the role may not read, each with the reason.
async fn hidden(session: &mut Session) -> Result<BTreeMap<Key, String>, ServerError> {
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
fn require_named_indexes(objects: &mut Objects) {
    let named: Vec<(Key, Key, &str)> = objects
        .iter()
        .flat_map(|object| ["clustered on", "replica identity"].map(|facet| (object, facet)))
        .filter_map(|(object, facet)| {
            let text = object.facets.text(facet)?;
            let name = text.strip_prefix("USING INDEX ").unwrap_or(text).trim_matches('"');
            let kinds = [super::index::KIND, super::constraint::KIND];
            let index = kinds
                .into_iter()
                .map(|kind| object.key.child(kind, name))
                .find(|key| objects.contains(key))?;
            Some((object.key.clone(), index, facet))
        })
        .collect();
    for (table, index, facet) in named {
        if let Some(table) = objects.get_mut(&table) {
            table.require(index, Some(facet.to_owned()));
        }
    }
}

/// Triggers, indexes and keys name partitions in facets of which `pg_depend` does not know.
fn require_named_partitions(objects: &mut Objects) {
    let named: Vec<(Key, &str, Vec<Key>)> = objects
        .iter()
        .filter_map(|object| {
            let has = |facet: &str| object.facets.get(facet).is_some();
            let key = object.key.clone();
            if has(trigger::IN_PARTITIONS) {
                return Some((key, trigger::IN_PARTITIONS, trigger::partitions(object)));
            }
            has(partition_names::FACET)
                .then(|| (key, partition_names::FACET, partition_names::partitions(object)))
        })
        .collect();
    for (key, facet, partitions) in named {
        let known: Vec<Key> = partitions.into_iter().filter(|table| objects.contains(table)).collect();
        if let Some(object) = objects.get_mut(&key) {
            known.into_iter().for_each(|table| object.require(table, Some(facet.to_owned())));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::query::for_version;

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
