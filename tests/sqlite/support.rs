//! What the scenarios share: databases in temporary files, and the SQL from one schema to another.

use std::path::PathBuf;

use schemascope::{
    dialect::{Alteration, Change, Dialect, by_name, changed_facets, sqlite::session::Session},
    diff::{Rules, compare},
    model::{Catalog, Object, Snapshot},
    plan::{Plan, Request, every_difference, plan},
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

/// The plan that makes every object of a schema in an empty database.
pub fn creation(schema: &Snapshot) -> Plan {
    migration(&Snapshot::default(), schema)
}

/// The plan for every difference between two schemas. Nothing may be left open.
pub fn migration(from: &Snapshot, to: &Snapshot) -> Plan {
    let changed = |a: &Object, b: &Object| -> Vec<String> {
        changed_facets(dialect(), a, b).into_iter().map(str::to_owned).collect()
    };
    let drift = compare(to, from, &Rules::everything(), &changed);
    let selection = every_difference(&drift);
    let plan = plan(&Request::new(dialect(), to, from, &drift, &selection));
    assert!(plan.refused.is_empty(), "{:#?}", plan.refused);
    plan
}

/// A plan as one script, in one transaction.
pub fn script(plan: &Plan) -> String {
    assert!(plan.segments() <= 1, "{plan:#?}");
    let statements: String =
        plan.statements.iter().map(|statement| format!("{};\n", statement.sql)).collect();
    let preamble: String = plan.preamble.iter().map(|sql| format!("{sql};\n")).collect();
    format!("{preamble}BEGIN;\n{statements}COMMIT;\n")
}

/// How a change of one object is made, as a word.
pub fn alteration(from: &Object, to: &Object) -> &'static str {
    let change = Change { facets: changed_facets(dialect(), from, to), ..Change::between(from, to) };
    match dialect().kind(from.key.kind()).unwrap().alter(&change).unwrap() {
        Alteration::InPlace(_) => "in place",
        Alteration::Replace => "replace",
        Alteration::RebuildParent => "rebuild",
        Alteration::Supersede => "supersede",
    }
}
