//! What the scenarios share: databases in temporary files, and the SQL from one schema to another.

use std::{collections::BTreeSet, path::PathBuf};

use schemascope::{
    dialect::{Alteration, Change, Dialect, Family, Step, by_name, changed_facets, sqlite::session::Session},
    model::{Catalog, Object, Snapshot},
    scratch::sqlite::Database,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// A database file that is gone with this value.
pub struct File {
    pub folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl File {
    /// A file in which a script was run.
    pub async fn new(script: &str) -> File {
        let folder = tempfile::tempdir().unwrap();
        let file = File { path: folder.path().join("app.db"), folder };
        file.run(script).await;
        file
    }

    /// A connection that may write.
    pub async fn writer(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(&self.path).create_if_missing(true);
        options.foreign_keys(true).connect().await.unwrap()
    }

    /// Runs a script as a user would.
    pub async fn run(&self, script: &str) {
        let mut connection = self.writer().await;
        sqlx::raw_sql(AssertSqlSafe(script))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{error} in\n{script}"));
        connection.close().await.unwrap();
    }

    /// The values of a query, each row as one text.
    pub async fn values(&self, query: &str) -> Vec<String> {
        let mut connection = self.writer().await;
        let values = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        values
    }

    /// The schema, as schemascope reads it.
    pub async fn inspect(&self) -> Snapshot {
        let mut session = Session::reader(&self.path).await.unwrap();
        let snapshot =
            schemascope::dialect::sqlite::inspect::inspect(&mut session, &|_, _| {}).await.unwrap();
        session.close().await.unwrap();
        snapshot
    }
}

/// The schema that a script makes in memory.
pub async fn schema_of(script: &str) -> Snapshot {
    let mut database = Database::new().await.unwrap();
    database.execute(script).await.unwrap_or_else(|error| panic!("{error} in\n{script}"));
    database.inspect(&|_, _| {}).await.unwrap()
}

pub fn dialect() -> &'static dyn Dialect {
    by_name("sqlite").unwrap()
}

/// The object of a key as it prints.
pub fn object<'a>(snapshot: &'a Snapshot, key: &str) -> &'a Object {
    let found = snapshot.catalog.get(&key.parse().unwrap());
    found.unwrap_or_else(|| panic!("no {key} in {:#?}", snapshot.catalog.keys().collect::<Vec<_>>()))
}

/// Every key that differs in meaning, with the facets.
pub fn differences(from: &Catalog, to: &Catalog) -> Vec<String> {
    let mut found = Vec::new();
    for object in to.iter() {
        match from.get(&object.key) {
            None => found.push(format!("+ {}", object.key)),
            Some(old) => {
                let facets = changed_facets(dialect(), old, object);
                if !facets.is_empty() {
                    found.push(format!("~ {} {facets:?}", object.key));
                }
            }
        }
    }
    found.extend(from.keys().filter(|key| !to.contains(key)).map(|key| format!("- {key}")));
    found
}

/// The statements that make every object of a schema in an empty database.
pub fn creation(catalog: &Catalog) -> Vec<Step> {
    let mut objects: Vec<&Object> = catalog.iter().map(|object| &**object).filter(|o| !inline(o)).collect();
    objects.sort_by_key(|object| dialect().rank(object.key.kind()));
    objects.into_iter().flat_map(|object| create(catalog, object)).collect()
}

/// The statements from one schema to another: a plain planner for these tests, which lets every
/// index, view and trigger that changes or stands on a rebuilt table step aside.
pub fn migration(from: &Catalog, to: &Catalog) -> Vec<Step> {
    let mut rebuilt = BTreeSet::new();
    for table in to.iter().filter(|object| object.key.kind().name() == "table") {
        let Some(old) = from.get(&table.key) else { continue };
        let differs = !changed_facets(dialect(), old, table).is_empty();
        let (old_parts, parts) = (parts(from, old), parts(to, table));
        let same =
            |a: &&Object| parts.iter().any(|b| a.key == b.key && changed_facets(dialect(), a, b).is_empty());
        if differs || old_parts.len() != parts.len() || !old_parts.iter().all(same) {
            rebuilt.insert(&table.key);
        }
    }
    let stays = |object: &Object| {
        let other = from.get(&object.key).zip(to.get(&object.key));
        let same = other.is_some_and(|(a, b)| changed_facets(dialect(), a, b).is_empty());
        same && !object.requires.iter().any(|requirement| rebuilt.contains(&requirement.on))
    };
    let movable = |object: &&Object| !inline(object) && object.key.kind().name() != "table";
    let mut steps = Vec::new();
    let mut gone: Vec<&Object> = from.iter().map(|o| &**o).filter(movable).filter(|o| !stays(o)).collect();
    gone.sort_by_key(|object| std::cmp::Reverse(dialect().rank(object.key.kind())));
    let tables = from.iter().map(|o| &**o).filter(|o| o.key.kind().name() == "table");
    gone.extend(tables.filter(|table| !to.contains(&table.key)));
    for object in gone {
        steps.extend(dialect().kind(object.key.kind()).unwrap().drop(object).unwrap());
    }
    for key in &rebuilt {
        let (old, new) = (from.get(key).unwrap(), to.get(key).unwrap());
        let old = Family { object: old, parts: parts(from, old) };
        let new = Family { object: new, parts: parts(to, new) };
        steps.extend(dialect().kind(key.kind()).unwrap().rebuild(&old, &new).unwrap());
    }
    let mut new: Vec<&Object> = to
        .iter()
        .map(|object| &**object)
        .filter(|o| if movable(o) { !stays(o) } else { !inline(o) && !from.contains(&o.key) })
        .collect();
    new.sort_by_key(|object| dialect().rank(object.key.kind()));
    steps.extend(new.into_iter().flat_map(|object| create(to, object)));
    steps
}

/// The statements as one script, in one transaction.
pub fn script(steps: &[Step]) -> String {
    let statements: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
    let preamble = dialect().preamble().join(";\n");
    format!("{preamble};\nBEGIN;\n{};\nCOMMIT;\n", statements.join(";\n"))
}

pub fn parts<'a>(catalog: &'a Catalog, of: &Object) -> Vec<&'a Object> {
    let parts = catalog.iter().map(|object| &**object);
    parts.filter(|object| object.parent.as_ref() == Some(&of.key) && inline(object)).collect()
}

/// How a change of one object is made, as a word.
pub fn alteration(from: &Object, to: &Object) -> &'static str {
    let change = Change { from, to, facets: changed_facets(dialect(), from, to) };
    match dialect().kind(from.key.kind()).unwrap().alter(&change).unwrap() {
        Alteration::InPlace(_) => "in place",
        Alteration::Replace => "replace",
        Alteration::RebuildParent => "rebuild",
    }
}

fn create(catalog: &Catalog, object: &Object) -> Vec<Step> {
    dialect().kind(object.key.kind()).unwrap().create(object, &parts(catalog, object)).unwrap()
}

fn inline(object: &Object) -> bool {
    dialect().kind(object.key.kind()).unwrap().inline(object)
}
