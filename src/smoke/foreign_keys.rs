//! Whether rows have the parents that they name: rows that came in while triggers were off, or
//! before a key was validated, may not.

use std::time::Instant;

use super::{Area, Check, Outcome};
use crate::{
    config::smoke::Smoke,
    dialect::{
        postgres::{session::ServerError, trial::Trial},
        quote,
        row::Row,
    },
    diff::matches,
    model::{Key, Kind},
};

/// How many rows of each key are looked at unless the configuration says otherwise.
const SAMPLE: u32 = 1000;

/// Looks at some rows of each foreign key.
///
/// # Errors
/// Where the connection is lost.
pub async fn check(trial: &mut Trial, smoke: &Smoke) -> Result<Vec<Check>, ServerError> {
    let mut checks = Vec::new();
    for row in trial.attempt(include_str!("foreign_keys.sql")).await? {
        let Some((key, sql)) = sample(&row, smoke.sample.unwrap_or(SAMPLE)) else { continue };
        if !(smoke.only.is_empty() || smoke.only.iter().any(|pattern| matches(pattern, &key))) {
            continue;
        }
        let begun = Instant::now();
        let (outcome, sentence) = match trial.attempt(&sql).await {
            Ok(rows) => judged(&key, rows.first(), row.flag("validated")),
            Err(error) if error.is_disconnect() => return Err(error),
            Err(error) => (Outcome::Unknown, format!("Rows of {key} could not be looked at: {error}.")),
        };
        checks.push(Check {
            area: Area::ForeignKeys,
            role: None,
            verb: None,
            subject: key.to_string(),
            outcome,
            sentence,
            micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        });
    }
    Ok(checks)
}

/// The query that counts the rows that were looked at, and those without a parent.
fn sample(row: &Row, limit: u32) -> Option<(Key, String)> {
    let (schema, table) = (row.text("schema")?, row.text("table")?);
    let columns = row.texts("columns");
    let parents = row.texts("parent_columns");
    if columns.is_empty() || columns.len() != parents.len() {
        return None;
    }
    let named = columns.iter().map(|column| quote::name(column)).collect::<Vec<_>>();
    // A row with a NULL among its columns has no parent, and needs none.
    let whole = named.iter().map(|column| format!("{column} IS NOT NULL")).collect::<Vec<_>>().join(" AND ");
    let same =
        named.iter().zip(&parents).map(|(column, parent)| format!("p.{} = c.{column}", quote::name(parent)));
    let same = same.collect::<Vec<_>>().join(" AND ");
    let child = quote::qualified(&[schema, table]);
    let parent = quote::qualified(&[row.text("parent_schema")?, row.text("parent_table")?]);
    let sql = format!(
        "SELECT count(*) AS sampled, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM {parent} AS p WHERE {same})) AS orphans \
         FROM (SELECT {} FROM {child} WHERE {whole} LIMIT {limit}) AS c",
        named.join(", ")
    );
    Some((Key::new(Kind::of("constraint"), [schema, table, row.text("name")?]), sql))
}

fn judged(key: &Key, row: Option<&Row>, validated: bool) -> (Outcome, String) {
    let number = |column| row.and_then(|row| row.number(column)).unwrap_or_default();
    let (sampled, orphans) = (number("sampled"), number("orphans"));
    let not_valid = if validated { "" } else { " It is NOT VALID, so old rows were never looked at." };
    match orphans {
        0 => (Outcome::Pass, format!("{key}: {sampled} rows looked at, each has its parent.")),
        _ => (
            Outcome::Fail,
            format!("{key}: of {sampled} rows looked at, {orphans} have no parent.{not_valid}"),
        ),
    }
}
