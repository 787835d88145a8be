//! Reads a PostgreSQL catalog into a snapshot: one query a kind, then the texts that only the server
//! can print, then the dependencies.

mod addresses;
mod lanes;
pub(super) mod objects;
mod print;
mod query;
mod raw;
mod taking;

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use futures_util::{FutureExt, future::try_join};
use serde_json::Value;

pub use self::query::for_version;
use self::{
    addresses::Addresses,
    lanes::{Lanes, UnderWay},
    objects::Objects,
    print::Printed,
    raw::Raw,
    taking::Inspection,
};
use super::{
    acl::Grantable,
    inherited, partition_names,
    session::{ServerError, Session},
    trigger,
};
use crate::{
    dialect::row::Row,
    model::{FORMAT, Key, Kind, Snapshot},
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
