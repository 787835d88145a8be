//! How large tables are, by the statistics that the catalog keeps.

use std::collections::BTreeMap;

use super::session::{ServerError, Session};
use crate::model::{Key, Kind, Size};

/// Reads the sizes of all tables and materialized views, with their indexes and what is stored
/// beside them (`pg_class.relpages` and `reltuples`): as old as the last `VACUUM` or `ANALYZE`.
///
/// # Errors
/// What the server said.
pub async fn sizes(session: &mut Session) -> Result<BTreeMap<Key, Size>, ServerError> {
    let rows = session.rows(include_str!("size.sql")).await?;
    let size = |row: &crate::dialect::row::Row| {
        let materialized = row.get("is_materialized").and_then(serde_json::Value::as_bool) == Some(true);
        let kind = Kind::of(if materialized { "materialized view" } else { "table" });
        let number = |column| row.number(column).and_then(|number| u64::try_from(number).ok());
        // A table that was never analysed has -1 rows from PostgreSQL 14 on, and none before that.
        let bytes = number("bytes").unwrap_or(0);
        let rows = number("rows").filter(|rows| *rows > 0 || bytes > 0);
        (row.key(kind), Size { rows, bytes })
    };
    Ok(rows.iter().map(size).collect())
}
