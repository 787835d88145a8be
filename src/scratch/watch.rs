//! Watches what a statement does to the relations of a scratch database: locks, storage, rows read.

use std::collections::{BTreeMap, BTreeSet};

use super::copy::CopyError;
use crate::dialect::{Lock, Observed, Touched, postgres::session::Session, quote, row::Row};

const TOUCHED: &str = include_str!("touched.sql");

/// The query for the relations that another session has locked, or waits to lock.
pub(super) fn touched_by(process: i32) -> String {
    TOUCHED.replace("pg_catalog.pg_backend_pid()", &process.to_string()).replace(" AND l.granted", "")
}

/// The relations that were there when the watch began. What a statement does to others, which the
/// plan has made itself, concerns nobody.
pub(super) struct Watch {
    relations: BTreeMap<i64, Relation>,
    /// What the server had counted for relations when they were looked at last. It counts on over
    /// several transactions, and starts anew when it likes.
    scans: BTreeMap<i64, i64>,
    /// Whether statements have been run since then that were not watched.
    blind: bool,
}

struct Relation {
    name: String,
    kind: String,
    /// The table, where the relation is an index.
    table: Option<i64>,
    filenode: Option<i64>,
    dropped: i64,
    /// How many columns hold no values of their own.
    computed: i64,
}

impl Watch {
    /// Looks at what is there.
    pub(super) async fn begin(session: &mut Session) -> Result<Self, CopyError> {
        let rows = session.rows(include_str!("relations.sql")).await.map_err(CopyError::new)?;
        let relations = rows.iter().filter_map(|row| Some((row.number("oid")?, Relation::of(row)))).collect();
        Ok(Watch { relations, scans: scans(&rows), blind: false })
    }

    /// Whether there is anything to watch.
    pub(super) fn is_idle(&self) -> bool {
        self.relations.is_empty()
    }

    /// Notes that a statement is run unwatched.
    pub(super) fn look_away(&mut self) {
        self.blind = true;
    }

    /// Notes what the server has counted so far, at the beginning of the transaction of one statement.
    pub(super) async fn before(&mut self, session: &mut Session) -> Result<(), CopyError> {
        let counted: Vec<String> = match self.blind {
            true => self.relations.keys().map(i64::to_string).collect(),
            false => self.scans.keys().map(i64::to_string).collect(),
        };
        if counted.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT oid, pg_catalog.pg_stat_get_xact_numscans(oid::oid)::int8 AS scans \
             FROM pg_catalog.unnest('{{{}}}'::int8[]) AS counted (oid)",
            counted.join(",")
        );
        let rows = session.rows(&sql).await.map_err(CopyError::new)?;
        self.scans = scans(&rows);
        self.blind = false;
        Ok(())
    }

    /// What the statement did that was run since, before its transaction is committed.
    pub(super) async fn after(&mut self, session: &mut Session) -> Result<Observed, CopyError> {
        let rows = session.rows(TOUCHED).await.map_err(CopyError::new)?;
        let observed = self.seen(&rows);
        self.scans.extend(scans(&rows));
        rows.iter().for_each(|row| self.note(row));
        Ok(observed)
    }

    /// What a statement did that holds these locks.
    pub(super) fn seen(&self, rows: &[Row]) -> Observed {
        let mut found: BTreeMap<i64, Touched> = BTreeMap::new();
        let mut read: BTreeSet<i64> = BTreeSet::new();
        for row in rows {
            let (Some(oid), Some(lock)) =
                (row.number("oid"), row.text("mode").and_then(|mode| mode.parse().ok()))
            else {
                continue;
            };
            if self.was_read(oid, row) {
                read.insert(self.relations.get(&oid).and_then(|known| known.table).unwrap_or(oid));
            }
            let Some(known) = self.relations.get(&oid).filter(|known| known.table.is_none()) else {
                continue;
            };
            let fresh = || Touched {
                relation: known.name.clone(),
                lock: Lock::AccessShare,
                rewritten: known.is_rewritten(row),
                scanned: false,
                lost: known.has_lost(row),
            };
            let touched = found.entry(oid).or_insert_with(fresh);
            touched.lock = touched.lock.max(lock);
        }
        for (oid, touched) in &mut found {
            touched.scanned = read.contains(oid);
        }
        let mut relations: Vec<Touched> = found.into_values().collect();
        relations.sort_by(|a, b| a.relation.cmp(&b.relation));
        Observed { relations, unseen: None }
    }

    /// Whether the server read a relation's rows since [`Watch::before`].
    fn was_read(&self, oid: i64, row: &Row) -> bool {
        let Some(scans) = row.number("scans").filter(|scans| *scans > 0) else { return false };
        scans > self.scans.get(&oid).copied().unwrap_or(0)
    }

    /// Remembers how a relation stands now.
    fn note(&mut self, row: &Row) {
        let Some(oid) = row.number("oid") else { return };
        if let (Some(known), Some(_)) = (self.relations.get_mut(&oid), row.text("name")) {
            known.name = name(row);
            known.filenode = row.number("filenode");
            known.dropped = row.number("dropped").unwrap_or(0);
            known.computed = row.number("virtual").unwrap_or(0);
        }
    }
}

impl Relation {
    fn of(row: &Row) -> Self {
        Relation {
            name: name(row),
            kind: row.text("kind").unwrap_or_default().to_owned(),
            table: row.number("table"),
            filenode: row.number("filenode"),
            dropped: row.number("dropped").unwrap_or(0),
            computed: row.number("virtual").unwrap_or(0),
        }
    }

    fn is_rewritten(&self, row: &Row) -> bool {
        let holds_rows = matches!(self.kind.as_str(), "r" | "m");
        holds_rows && row.number("filenode").is_some_and(|now| Some(now) != self.filenode)
    }

    /// Tables, columns and sequences hold what nothing else can bring back.
    fn has_lost(&self, row: &Row) -> bool {
        let gone = row.text("name").is_none();
        match self.kind.as_str() {
            "r" | "p" => {
                let computed_ones = (self.computed - row.number("virtual").unwrap_or(0)).max(0);
                gone || row.number("dropped").is_some_and(|now| now > self.dropped + computed_ones)
            }
            "S" => gone,
            _ => false,
        }
    }
}

/// The relations of which the server says that it has read them.
fn scans(rows: &[Row]) -> BTreeMap<i64, i64> {
    let counted = rows.iter().filter_map(|row| Some((row.number("oid")?, row.number("scans")?)));
    counted.filter(|(_, scans)| *scans > 0).collect()
}

fn name(row: &Row) -> String {
    quote::qualified(&[row.text("schema").unwrap_or_default(), row.text("name").unwrap_or_default()])
}
