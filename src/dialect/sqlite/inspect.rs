//! Reads an SQLite catalog into a snapshot: the statements that SQLite has stored, taken apart.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    COLUMN, CONSTRAINT, INDEX, MAIN, TABLE, TRIGGER, VIEW, VIRTUAL_TABLE,
    constraint::{Constraint, Rule},
    create_table::{Definition, create_table, settled},
    facets,
    index::create_index,
    parse::ParseError,
    requires::{Circles, Relations, reaches, relation},
    session::{Session, SqliteError},
    table::Table,
    trigger::create_trigger,
    view::create_view,
    virtual_table::create_virtual_table,
};
use crate::{
    dialect::row::Row,
    model::{FORMAT, Facets, Key, Kind, Object, Shelf, Snapshot},
};

/// Tells how far a reading has come: what is being read, and how many objects there are so far.
pub type Progress<'a> = dyn Fn(&str, usize) + Send + Sync + 'a;

/// Every object of the file but those that SQLite keeps for itself (`sqlite_sequence`,
/// `sqlite_stat1`, the indexes of keys), with how many columns SQLite itself sees in a table. A virtual
/// table has no page of its own, and asking for its columns could fail for want of its module.
const OBJECTS: &str = "
SELECT type, name, tbl_name, sql,
       CASE WHEN type = 'table' AND rootpage > 0
            THEN (SELECT count(*) FROM pragma_table_xinfo(s.name, 'main')) END AS columns
FROM main.sqlite_schema AS s
WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY type = 'trigger', type = 'index', type = 'view', rowid";

/// The tables that modules of virtual tables keep. Asked for only where there are virtual tables: SQLite
/// goes through all tables again for each view that it lists.
const SHADOWS: &str = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";

/// Reads everything that schemascope knows of from a session.
///
/// An object whose stored statement cannot be taken apart is in the snapshot with that statement,
/// and is listed as unknown with the reason.
///
/// # Errors
/// What SQLite said.
pub async fn inspect(session: &mut Session, progress: &Progress<'_>) -> Result<Snapshot, SqliteError> {
    progress("tables", 0);
    Ok(Stored::read(session).await?.take_apart(progress))
}

/// What a file has stored. SQLite keeps every schema that it was asked about for as long as the session
/// lasts, and taking apart needs none: the session may be closed before.
pub struct Stored {
    rows: Vec<Row>,
    heading: Snapshot,
}

impl Stored {
    /// Reads the statements of a file.
    ///
    /// # Errors
    /// What SQLite said.
    pub async fn read(session: &mut Session) -> Result<Stored, SqliteError> {
        let mut rows = session.rows(OBJECTS).await?;
        let has_virtual = rows.iter().any(is_virtual);
        let shadows = if has_virtual { session.rows(SHADOWS).await? } else { Vec::new() };
        let shadows: BTreeSet<&str> = shadows.iter().filter_map(|row| row.text("name")).collect();
        let is_shadow = |row: &Row| {
            row.text("type") == Some("table") && row.text("name").is_some_and(|name| shadows.contains(name))
        };
        rows.retain(|row| !is_shadow(row));
        Ok(Stored { rows, heading: heading(session) })
    }

    /// The objects that the statements make.
    pub fn take_apart(self, progress: &Progress<'_>) -> Snapshot {
        let mut reading = Reading::new(self.heading);
        let mut statements = Statements::new();
        for row in self.rows {
            reading.object(&row);
            statements.extend(statement(&row));
        }
        progress("dependencies", reading.snapshot.catalog.len());
        reading.dependencies(&statements);
        progress("done", reading.snapshot.catalog.len());
        reading.snapshot
    }
}

/// The statements of what is taken apart only as far as it has facets, by kind and name.
type Statements = BTreeMap<Named, Box<str>>;

/// An object's kind and name.
type Named = (Kind, Box<str>);

fn statement(row: &Row) -> Option<(Named, Box<str>)> {
    let kind = match row.text("type")? {
        "view" => VIEW,
        "trigger" => TRIGGER,
        "index" => INDEX,
        _ => return None,
    };
    Some(((kind, row.text("name")?.into()), row.text("sql")?.into()))
}

/// A snapshot without objects.
fn heading(session: &Session) -> Snapshot {
    Snapshot {
        format: FORMAT,
        dialect: "sqlite".to_owned(),
        source: session.source().to_owned(),
        server_version: session.server_version().to_owned(),
        server_version_num: session.server_version_num(),
        taken_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        complete: true,
        ..Snapshot::default()
    }
}

/// A snapshot in the making.
struct Reading {
    snapshot: Snapshot,
    relations: Relations,
    shelf: Arc<Shelf>,
}

/// Whether a row of [`OBJECTS`] is a virtual table.
fn is_virtual(row: &Row) -> bool {
    row.text("type") == Some("table") && row.number("columns").is_none()
}

/// Whether an object may require more than its parent, which is known when all have been read.
fn needs_more(object: &Object) -> bool {
    let kind = object.key.kind();
    [CONSTRAINT, INDEX, TRIGGER, VIEW].contains(&kind) || object.facets.get("generated").is_some()
}

impl Reading {
    fn new(heading: Snapshot) -> Self {
        Reading { snapshot: heading, relations: Relations::default(), shelf: Shelf::current() }
    }

    fn object(&mut self, row: &Row) {
        let text = |column| row.text(column).unwrap_or_default();
        let (name, sql) = (text("name"), text("sql"));
        let of_main = |kind: Kind| Key::new(kind, [MAIN, name]);
        match text("type") {
            "table" if is_virtual(row) => {
                let key = of_main(VIRTUAL_TABLE);
                self.relations.add(key.clone(), Vec::new());
                self.insert(key, None, sql, create_virtual_table(sql).map(|table| facets(&table)));
            }
            "table" => self.table(of_main(TABLE), sql, row.number("columns")),
            "view" => {
                let key = of_main(VIEW);
                self.relations.add(key.clone(), Vec::new());
                self.insert(key, None, sql, create_view(sql).map(|view| facets(&view)));
            }
            "index" => {
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
            "trigger" => {
                let parent = self.parent(text("tbl_name"));
                let trigger = create_trigger(sql).map(|trigger| facets(&trigger));
                self.insert(parent.child(TRIGGER, name), Some(parent), sql, trigger);
            }
            kind => *self.snapshot.not_compared.entry(format!("{kind}s")).or_default() += 1,
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
        self.add(Object::new(self.shelf.key(key), parent, self.shelf.facets(facets)));
    }

    /// Adds an object, shared if all is known of it.
    fn add(&mut self, object: Object) {
        let object = if needs_more(&object) { Arc::new(object) } else { self.shelf.object(object) };
        self.snapshot.catalog.insert(object);
    }

    fn unknown(&mut self, key: &Key, reason: String) {
        self.snapshot.unknown.insert(key.clone(), reason);
    }

    fn table(&mut self, key: Key, sql: &str, seen: Option<i64>) {
        let key = self.shelf.key(key);
        let definition = match create_table(sql) {
            Ok(definition) => definition,
            Err(error) => {
                self.relations.add(key.clone(), Vec::new());
                return self.insert(key, None, sql, Err(error));
            }
        };
        let Definition { table, columns, mut constraints } = definition;
        // As they are written, so that a table that was made from what was read reads the same.
        constraints.sort_by_key(|(_, constraint)| constraint.rank());
        let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let seen = seen.and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
        if seen != names.len() {
            self.unknown(&key, format!("its stored SQL has {} columns, and SQLite sees {seen}", names.len()));
            self.relations.add(key.clone(), names);
            let table = Table { definition: Some(sql.to_owned()), ..Table::default() };
            return self.insert(key, None, sql, Ok(facets(&table)));
        }
        self.relations.add(key.clone(), names);
        self.insert(key.clone(), None, sql, Ok(facets(&table)));
        for ((name, column), position) in columns.iter().zip(1..) {
            self.part(key.child(COLUMN, name), &key, facets(column), position);
        }
        for ((name, constraint), position) in constraints.into_iter().zip(1..) {
            let name = name.unwrap_or_else(|| constraint.content_name());
            self.part(self.free_key(&key, &name), &key, facets(&constraint), position);
        }
    }

    fn part(&mut self, key: Key, table: &Key, facets: Facets, position: u32) {
        let (key, facets) = (self.shelf.key(key), self.shelf.facets(facets));
        self.add(Object { position, ..Object::new(key, Some(table.clone()), facets) });
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
    fn dependencies(&mut self, statements: &Statements) {
        let needs: Vec<(Key, Vec<Key>)> = self
            .snapshot
            .catalog
            .iter()
            .filter(|object| needs_more(object))
            .filter_map(|object| {
                let (kind, name) = (object.key.kind(), object.key.name());
                let parent = object.parent.as_ref().map_or("", |parent| parent.name());
                let needed = if kind == COLUMN {
                    self.relations.columns_in(parent, object.facets.text("generated")?)
                } else if kind == CONSTRAINT {
                    self.constraint_needs(parent, object)
                } else {
                    let sql = statements.get(&(kind, name.into()))?;
                    let mut needed =
                        if kind == INDEX { BTreeSet::new() } else { self.relations.used_in(sql) };
                    if kind != VIEW {
                        needed.extend(self.relations.columns_in(parent, sql));
                    }
                    needed
                };
                Some((object.key.clone(), needed.into_iter().map(|key| self.shelf.key(key)).collect()))
            })
            .collect();
        // Tables that refer to each other need no order, and views in a circle, which names
        // alone can suggest, are none: the requirement that would close a circle is left out.
        let circles = Circles::of(&needs);
        for (key, needed) in needs {
            let closes_circle = |on: &Key| {
                circles.may_close(&key, on) && reaches(&self.snapshot.catalog, on, &relation(&key))
            };
            let needed: Vec<Key> = needed.into_iter().filter(|on| !closes_circle(on)).collect();
            let Some(object) = self.snapshot.catalog.get(&key) else { continue };
            let mut object = Object::clone(object);
            for on in needed {
                object.require(on, None);
            }
            self.snapshot.catalog.insert(self.shelf.object(object));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of [`OBJECTS`] of which SQLite sees two columns, if any.
    fn row(values: [&str; 4]) -> Row {
        let columns = ["type", "name", "tbl_name", "sql", "columns"].map(str::to_owned);
        let values = values.map(Into::into).into_iter().chain([2.into()]).collect();
        Row { columns: Arc::new(columns), values }
    }

    #[tokio::test]
    async fn what_cannot_be_taken_apart_is_unknown_with_its_statement_and_the_reason() {
        let session = Session::scratch().await.unwrap();
        let mut reading = Reading::new(heading(&session));
        let odd = "CREATE TABLE odd (a EXCLUSIVELY FOR b)";
        reading.object(&row(["table", "odd", "odd", odd]));
        reading.object(&row(["table", "two", "two", "CREATE TABLE two (a)"]));
        reading.object(&row(["index", "i", "odd", "CREATE INDEX i USING odd"]));
        reading.object(&row(["oracle", "o", "o", "CREATE ORACLE o"]));
        let Snapshot { catalog, unknown, not_compared, .. } = reading.snapshot;
        let reason = |key: &str| unknown.get(&key.parse().unwrap()).map(String::as_str);
        assert_eq!(reason("table:main.two"), Some("its stored SQL has 1 columns, and SQLite sees 2"));
        assert_eq!(reason("index:main.odd.i"), Some("its stored SQL has `USING` where ON was expected"));
        assert_eq!(
            catalog.get(&"table:main.odd".parse().unwrap()).unwrap().facets.text("definition"),
            Some(odd)
        );
        assert!(reason("table:main.odd").is_some());
        assert_eq!(not_compared.get("oracles"), Some(&1));
    }
}
