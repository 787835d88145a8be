//! What the rows of all queries become: objects, and what is said of them later.

use futures_util::{TryFutureExt, future::try_join};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{
    Progress, Reader,
    addresses::{Addresses, Dependency},
    lanes::{Lanes, Take},
    objects::Objects,
    print::Waiting,
    query::{Layout, Query},
    raw::Raw,
};
use crate::{
    dialect::{
        postgres::{
            acl::{self, Grantable},
            column, common,
            session::{Group, ServerError},
        },
        row::Row,
    },
    model::{Key, Object},
};

/// What was read so far.
pub struct Inspection {
    /// The server's version.
    major: u32,
    /// Which object each row is.
    pub addresses: Addresses,
    /// What printing takes.
    pub raw: Raw,
    /// The objects, by the order in which they came.
    pub objects: Objects,
    /// The OIDs of those that have one.
    pub oids: Vec<(Key, u32)>,
    /// What the server is still to print.
    pub waiting: Vec<Waiting>,
    /// The security labels.
    pub labels: Vec<Row>,
    /// What needs what.
    pub dependencies: Vec<Dependency>,
}

impl Inspection {
    /// Nothing was read yet.
    pub fn new(major: u32, addresses: Addresses, raw: Raw) -> Inspection {
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
    ///
    /// # Errors
    /// What the server said.
    pub async fn read_all(
        self,
        lanes: &mut Lanes<'_>,
        kinds: Vec<&'static Reader>,
        progress: &Progress<'_>,
    ) -> Result<Inspection, ServerError> {
        let queries: Vec<Query> = kinds.iter().map(|kind| Query::of(kind, self.major)).collect();
        let mut sql = vec![Addresses::aliases(self.major)];
        sql.extend(queries.iter().map(|query| query.sql.clone()));
        sql.extend([include_str!("../security_label.sql"), include_str!("../depend.sql")].map(str::to_owned));
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
        if reader.kind == column::KIND {
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
            let mut grants = common::texts(table, "column grants");
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
