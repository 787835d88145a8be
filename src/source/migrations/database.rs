//! A database that may hold a migration history, whatever it is.

use std::collections::BTreeMap;

use crate::{
    dialect::{postgres, quote, row::Row, sqlite},
    source::{Source, SourceError},
};

use super::MigrationsError;

/// A reading session on a database.
pub enum Database {
    /// PostgreSQL.
    Postgres(Box<postgres::session::Session>),
    /// SQLite.
    Sqlite(Box<sqlite::session::Session>),
}

/// A table that may be a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its schema; empty in SQLite.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether it is a table of SQLite.
    pub is_sqlite: bool,
}

impl Database {
    /// Opens a session that cannot write.
    ///
    /// # Errors
    /// Where the source is no database, or there is no connection.
    pub async fn open(source: &Source) -> Result<Self, MigrationsError> {
        match source {
            Source::Postgres(url) => {
                let session = postgres::session::Session::reader(url).await.map_err(SourceError::Connect)?;
                Ok(Database::Postgres(Box::new(session)))
            }
            Source::Sqlite(path) => {
                let session =
                    sqlite::session::Session::reader(path).await.map_err(SourceError::SqliteConnect)?;
                Ok(Database::Sqlite(Box::new(session)))
            }
            other => Err(MigrationsError::NoDatabase(other.to_string())),
        }
    }

    /// The rows of a query.
    ///
    /// # Errors
    /// What the database said.
    pub async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, MigrationsError> {
        let doing = || "Reading the migration history".to_owned();
        match self {
            Database::Postgres(session) => session
                .rows(sql)
                .await
                .map_err(|error| SourceError::Server { doing: doing(), error: error.into() }.into()),
            Database::Sqlite(session) => {
                session.rows(sql).await.map_err(|error| SourceError::Sqlite { doing: doing(), error }.into())
            }
        }
    }

    /// The tables with one of these names, whatever their schema.
    ///
    /// # Errors
    /// What the database said.
    pub async fn tables(&mut self, names: &[&str]) -> Result<Vec<Table>, MigrationsError> {
        let names: Vec<String> = names.iter().map(|name| quote::literal(name)).collect();
        let names = names.join(", ");
        let is_sqlite = matches!(self, Database::Sqlite(_));
        let query = if is_sqlite {
            format!(
                "SELECT '' AS schema, m.name AS name, c.name AS column FROM sqlite_schema m, \
                 pragma_table_info(m.name) c WHERE m.type IN ('table', 'view') AND m.name IN ({names}) \
                 ORDER BY m.name, c.cid"
            )
        } else {
            format!(
                "SELECT n.nspname::text AS schema, c.relname::text AS name, a.attname::text AS column \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE c.relkind IN ('r', 'p', 'v', 'f') AND c.relname::text IN ({names}) \
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' \
                 ORDER BY n.nspname, c.relname, a.attnum"
            )
        };
        let mut tables: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for row in self.rows(&query).await? {
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            tables.entry((text("schema"), text("name"))).or_default().push(text("column"));
        }
        let tables =
            tables.into_iter().map(|((schema, name), columns)| Table { schema, name, columns, is_sqlite });
        Ok(tables.collect())
    }

    /// Ends the session.
    pub async fn close(self) {
        match self {
            Database::Postgres(session) => session.close().await,
            // Nothing was written: an error here is of no use.
            Database::Sqlite(session) => drop(session.close().await),
        }
    }
}

impl Table {
    /// Whether it has every one of these columns.
    pub fn has_all(&self, columns: &[&str]) -> bool {
        columns.iter().all(|column| self.has(column))
    }

    /// Whether it has a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own == column)
    }

    /// Its name for SQL.
    pub fn sql(&self) -> String {
        if self.schema.is_empty() {
            quote::name(&self.name)
        } else {
            quote::qualified(&[&self.schema, &self.name])
        }
    }

    /// Its name for people: with the schema, where that is not the usual one.
    pub fn label(&self) -> String {
        if self.schema.is_empty() { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }

    /// A query of these columns as text, those that the table does not have as null, in this order.
    pub fn select(&self, columns: &[&str], order: &str) -> String {
        let columns: Vec<String> = columns.iter().map(|column| self.column(column)).collect();
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {order}") };
        format!("SELECT {} FROM {}{order}", columns.join(", "), self.sql())
    }

    /// A column as text under its own name.
    pub fn column(&self, column: &str) -> String {
        let name = quote::name(column);
        match (self.has(column), self.is_sqlite) {
            (false, _) => format!("NULL AS {name}"),
            (true, true) => format!("CAST({name} AS TEXT) AS {name}"),
            (true, false) => format!("{name}::text AS {name}"),
        }
    }

    /// A column of bytes as hexadecimal text under its own name.
    pub fn bytes(&self, column: &str) -> String {
        let name = quote::name(column);
        if self.is_sqlite {
            format!("lower(hex({name})) AS {name}")
        } else {
            format!("encode({name}, 'hex') AS {name}")
        }
    }
}
