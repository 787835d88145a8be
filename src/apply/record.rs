//! The row about a run in a table of the target, such as `schema_version`.

use crate::dialect::{
    quote,
    writer::{WriteError, WriteFault, Writer},
};

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The table, with its schema or without.
    pub table: &'a str,
    /// The version that the row gets.
    pub version: &'a str,
    /// The plan's hash.
    pub checksum: &'a str,
    /// What was run: the name of the plan's file.
    pub applied: &'a str,
}

/// The columns of such a table.
const COLUMNS: [&str; 4] = ["version", "applied_at", "checksum", "migrations_applied"];

/// Adds the row, and makes the table first where there is none.
///
/// # Errors
/// Where the table is of another shape, or the database refuses.
pub async fn record(writer: &mut Writer, record: &Record<'_>) -> Result<(), WriteError> {
    let sqlite = matches!(writer, Writer::Sqlite(_));
    let path: Vec<&str> = match record.table.split_once('.') {
        Some((schema, table)) => vec![schema, table],
        None if sqlite => vec![record.table],
        None => vec!["public", record.table],
    };
    let table = quote::qualified(&path);
    let columns = columns(writer, &path, sqlite).await?;
    if columns.is_empty() {
        let (moment, list) = if sqlite { ("text", "text") } else { ("timestamptz", "text[]") };
        let now = if sqlite { "CURRENT_TIMESTAMP" } else { "now()" };
        writer
            .execute(&format!(
                "CREATE TABLE {table} (version text PRIMARY KEY, applied_at {moment} NOT NULL DEFAULT {now}, \
                 checksum text NOT NULL, migrations_applied {list})"
            ))
            .await?;
    } else if let Some(missing) = COLUMNS.iter().find(|name| !columns.iter().any(|(own, _)| own == *name)) {
        return Err(WriteError {
            message: format!("the table {} has no column {missing}", record.table),
            detail: Some(format!("Its columns have to be {}.", COLUMNS.join(", "))),
            fault: WriteFault::Refused,
        });
    }
    let kind = columns.iter().find(|(name, _)| name == "migrations_applied").map_or("", |(_, kind)| kind);
    let applied = match (sqlite, kind) {
        (false, "" | "text[]" | "character varying[]") => {
            format!("ARRAY[{}]", quote::literal(record.applied))
        }
        (_, "integer" | "bigint" | "smallint" | "INTEGER") => "1".to_owned(),
        _ => quote::literal(record.applied),
    };
    writer
        .execute(&format!(
            "INSERT INTO {table} (version, checksum, migrations_applied, applied_at) VALUES ({}, {}, {applied}, {})",
            quote::literal(record.version),
            quote::literal(record.checksum),
            if sqlite { "CURRENT_TIMESTAMP" } else { "now()" },
        ))
        .await
}

/// The names and types of the columns of a table; none where it is not there.
async fn columns(
    writer: &mut Writer,
    path: &[&str],
    sqlite: bool,
) -> Result<Vec<(String, String)>, WriteError> {
    let query = match (sqlite, path) {
        (false, [schema, table]) => format!(
            "SELECT a.attname::text AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = {} AND c.relname = {} AND a.attnum > 0 AND NOT a.attisdropped",
            quote::literal(schema),
            quote::literal(table)
        ),
        _ => format!(
            "SELECT name, type FROM pragma_table_info({})",
            quote::literal(path.last().copied().unwrap_or_default())
        ),
    };
    let rows = writer.rows(&query).await?;
    let text = |row: &crate::dialect::row::Row, column| row.text(column).unwrap_or_default().to_owned();
    Ok(rows.iter().map(|row| (text(row, "name"), text(row, "type"))).collect())
}
