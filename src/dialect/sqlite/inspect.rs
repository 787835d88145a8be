//! Reads an SQLite catalog into a snapshot: the statements that SQLite has stored, taken apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    COLUMN, CONSTRAINT, INDEX, MAIN, TABLE, TRIGGER, VIEW, VIRTUAL_TABLE,
    constraint::{Constraint, Rule},
    create_table::{Definition, create_table, settled},
    facets,
    index::create_index,
    parse::ParseError,
    requires::{Relations, reaches},
    session::{Session, SqliteError},
    table::Table,
    trigger::create_trigger,
    view::create_view,
    virtual_table::create_virtual_table,
};
use crate::{
    dialect::row::Row,
    model::{FORMAT, Facets, Key, Kind, Object, Snapshot},
};

/// Tells how far a reading has come: what is being read, and how many objects there are so far.
pub type Progress<'a> = dyn Fn(&str, usize) + Send + Sync + 'a;

/// Every object of the file but those that SQLite keeps for itself (`sqlite_sequence`,
/// `sqlite_stat1`, the indexes of keys) and the tables that modules of virtual tables keep.
const OBJECTS: &str = "
SELECT s.type, s.name, s.tbl_name, s.sql, t.type AS table_type
FROM main.sqlite_schema AS s
LEFT JOIN pragma_table_list AS t ON t.schema = 'main' AND t.name = s.name AND s.type = 'table'
WHERE s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND coalesce(t.type, '') <> 'shadow'
ORDER BY s.type = 'trigger', s.type = 'index', s.type = 'view', s.rowid";

/// How many columns SQLite itself sees in each ordinary table.
const COLUMN_COUNTS: &str = "
SELECT t.name, count(c.name) AS columns
FROM pragma_table_list AS t JOIN pragma_table_xinfo(t.name, 'main') AS c
WHERE t.schema = 'main' AND t.type = 'table'
GROUP BY t.name";

/// Reads everything that schemascope knows of from a session.
///
/// An object whose stored statement cannot be taken apart is in the snapshot with that statement,
/// and is listed as unknown with the reason.
///
/// # Errors
/// What SQLite said.
pub async fn inspect(session: &mut Session, progress: &Progress<'_>) -> Result<Snapshot, SqliteError> {
    progress("tables", 0);
    let rows = session.rows(OBJECTS).await?;
    let counts = session.rows(COLUMN_COUNTS).await?;
    let counts = counts.iter().filter_map(|row| Some((row.text("name")?.to_owned(), row.number("columns")?)));
    let mut reading = Reading::new(session, counts.collect());
    for row in &rows {
        reading.object(row);
    }
    progress("dependencies", reading.snapshot.catalog.len());
    reading.dependencies(&rows);
    progress("done", reading.snapshot.catalog.len());
    Ok(reading.snapshot)
}

/// A snapshot in the making.
struct Reading {
    snapshot: Snapshot,
    relations: Relations,
    column_counts: BTreeMap<String, i64>,
}

impl Reading {
    fn new(session: &Session, column_counts: BTreeMap<String, i64>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let snapshot = Snapshot {
            format: FORMAT,
            dialect: "sqlite".to_owned(),
            source: session.source().to_owned(),
            server_version: session.server_version().to_owned(),
            server_version_num: session.server_version_num(),
            taken_at: now,
            complete: true,
            ..Snapshot::default()
        };
        Reading { snapshot, relations: Relations::default(), column_counts }
    }

    fn object(&mut self, row: &Row) {
        let text = |column| row.text(column).unwrap_or_default();
        let (name, sql) = (text("name"), text("sql"));
        let of_main = |kind: Kind| Key::new(kind, [MAIN, name]);
        match (text("type"), text("table_type")) {
            ("table", "virtual") => {
                let key = of_main(VIRTUAL_TABLE);
                self.relations.add(key.clone(), Vec::new());
                self.insert(key, None, sql, create_virtual_table(sql).map(|table| facets(&table)));
            }
            ("table", _) => self.table(of_main(TABLE), sql),
            ("view", _) => {
                let key = of_main(VIEW);
                self.relations.add(key.clone(), Vec::new());
                self.insert(key, None, sql, create_view(sql).map(|view| facets(&view)));
            }
            ("index", _) => {
                let parent = self.parent(text("tbl_name"));
                let index = create_index(sql).map(|mut index| {
                    let columns = self.relations.columns(parent.name());
                    for term in index.columns.iter_mut().chain(&mut index.condition) {
                        *term = settled(term, columns);
                    }
                    facets(&index)
                });
                self.insert(parent.child(INDEX, name), Some(parent), sql, index);
            }
            ("trigger", _) => {
                let parent = self.parent(text("tbl_name"));
                let trigger = create_trigger(sql).map(|trigger| facets(&trigger));
                self.insert(parent.child(TRIGGER, name), Some(parent), sql, trigger);
            }
            (kind, _) => *self.snapshot.not_compared.entry(format!("{kind}s")).or_default() += 1,
        }
    }

    /// The table or view of a name as an index or a trigger spells it.
    fn parent(&self, name: &str) -> Key {
        self.relations.key(name).cloned().unwrap_or_else(|| Key::new(TABLE, [MAIN, name]))
    }

    fn insert(&mut self, key: Key, parent: Option<Key>, sql: &str, read: Result<Facets, ParseError>) {
        let facets = read.unwrap_or_else(|error| {
            self.unknown(&key, error.to_string());
            [("definition".to_owned(), sql.into())].into_iter().collect()
        });
        if key.path().iter().any(|name| name.contains(char::REPLACEMENT_CHARACTER)) {
            self.unknown(&key, "its name is not valid UTF-8".to_owned());
        }
        self.snapshot.catalog.insert(Object::new(key, parent, facets));
    }

    fn unknown(&mut self, key: &Key, reason: String) {
        self.snapshot.unknown.insert(key.clone(), reason);
    }

    fn table(&mut self, key: Key, sql: &str) {
        let definition = match create_table(sql) {
            Ok(definition) => definition,
            Err(error) => {
                self.relations.add(key.clone(), Vec::new());
                return self.insert(key, None, sql, Err(error));
            }
        };
        let Definition { table, columns, constraints } = definition;
        let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let seen = self.column_counts.get(key.name()).and_then(|count| usize::try_from(*count).ok());
        if seen != Some(names.len()) {
            let seen = seen.map_or("none".to_owned(), |count| count.to_string());
            self.unknown(&key, format!("its stored SQL has {} columns, and SQLite sees {seen}", names.len()));
            self.relations.add(key.clone(), names);
            let table = Table { definition: Some(sql.to_owned()), ..Table::default() };
            return self.insert(key, None, sql, Ok(facets(&table)));
        }
        self.relations.add(key.clone(), names);
        self.insert(key.clone(), None, sql, Ok(facets(&table)));
        for (name, column) in columns {
            self.insert(key.child(COLUMN, &name), Some(key.clone()), sql, Ok(facets(&column)));
        }
        for (name, constraint) in constraints {
            let name = name.unwrap_or_else(|| constraint.content_name());
            let own = self.free_key(&key, &name);
            self.insert(own, Some(key.clone()), sql, Ok(facets(&constraint)));
        }
    }

    /// The key of a constraint. SQLite lets several of a table have one name; all but the first
    /// get a number.
    fn free_key(&self, table: &Key, name: &str) -> Key {
        let first = table.child(CONSTRAINT, name);
        let numbered = (2..).map(|number| table.child(CONSTRAINT, &format!("{name} #{number}")));
        let mut keys = std::iter::once(first.clone()).chain(numbered);
        keys.find(|key| !self.snapshot.catalog.contains(key)).unwrap_or(first)
    }

    /// Fills in what every object requires beyond its parent.
    fn dependencies(&mut self, rows: &[Row]) {
        let mut statements: BTreeMap<(Kind, &str), &str> = BTreeMap::new();
        for row in rows {
            let kind = match row.text("type") {
                Some("view") => VIEW,
                Some("trigger") => TRIGGER,
                Some("index") => INDEX,
                _ => continue,
            };
            if let (Some(name), Some(sql)) = (row.text("name"), row.text("sql")) {
                statements.insert((kind, name), sql);
            }
        }
        let keys: Vec<Key> = self.snapshot.catalog.keys().cloned().collect();
        for key in keys {
            let Some(object) = self.snapshot.catalog.get(&key) else { continue };
            let parent = object.parent.as_ref().map_or("", |parent| parent.name());
            let kind = key.kind();
            let needed = if kind == COLUMN {
                self.relations.columns_in(parent, object.facets.text("generated").unwrap_or_default())
            } else if kind == CONSTRAINT {
                self.constraint_needs(parent, object)
            } else if let Some(sql) = statements.get(&(kind, key.name())) {
                let mut needed = if kind == INDEX { BTreeSet::new() } else { self.relations.used_in(sql) };
                if kind != VIEW {
                    needed.extend(self.relations.columns_in(parent, sql));
                }
                needed
            } else {
                continue;
            };
            // Names alone can suggest a circle of views, which SQLite would not have.
            let needed: Vec<Key> = needed
                .into_iter()
                .filter(|on| kind != VIEW || !reaches(&self.snapshot.catalog, on, &key, VIEW))
                .collect();
            let mut object = Object::clone(object);
            for on in needed {
                object.require(on, None);
            }
            self.snapshot.catalog.insert(object);
        }
    }

    fn constraint_needs(&self, table: &str, object: &Object) -> BTreeSet<Key> {
        let Ok(constraint) = object.facets.typed::<Constraint>() else { return BTreeSet::new() };
        match &constraint.rule {
            Rule::PrimaryKey { columns, .. } | Rule::Unique { columns, .. } => {
                self.relations.columns_in(table, &columns.join(", "))
            }
            Rule::Check { expression } => self.relations.columns_in(table, expression),
            Rule::ForeignKey { columns, references, referenced_columns, .. } => {
                let mut needed = self.relations.columns_in(table, &columns.join(", "));
                needed.extend(self.relations.columns_in(references, &referenced_columns.join(", ")));
                needed.extend(self.relations.key(references).cloned());
                needed
            }
        }
    }
}
