//! The idempotent style: statements that can be run again. A plan for SQLite is one transaction, so
//! that half of it is never there; but all of it may be.

use super::{COLUMN, TABLE};
use crate::dialect::{Scene, Step, Unwritable};

/// What SQLite can be told to do only where it is not done.
const ONLY_IF: [(&str, &str); 9] = [
    ("CREATE TABLE ", "IF NOT EXISTS "),
    ("CREATE VIRTUAL TABLE ", "IF NOT EXISTS "),
    ("CREATE INDEX ", "IF NOT EXISTS "),
    ("CREATE UNIQUE INDEX ", "IF NOT EXISTS "),
    ("CREATE VIEW ", "IF NOT EXISTS "),
    ("CREATE TRIGGER ", "IF NOT EXISTS "),
    ("DROP INDEX ", "IF EXISTS "),
    ("DROP VIEW ", "IF EXISTS "),
    ("DROP TRIGGER ", "IF EXISTS "),
];

/// Writes the plain statements of one thing that happens so that they can be run again.
///
/// # Errors
/// Where columns come or go: SQLite cannot be asked whether a column is there, and a table that is
/// rebuilt twice would lose what was written to its new columns in between.
pub fn restyled(scene: &Scene<'_>, steps: Vec<Step>) -> Result<Vec<Step>, Unwritable> {
    if let Some(object) = scene.object().filter(|_| changes_columns(scene)) {
        let reason = "SQLite cannot add or drop a column only where that is not done yet; plan this difference in \
            the plain style, which happens whole or not at all";
        return Err(Unwritable::new(object, reason));
    }
    let again = |mut step: Step| {
        let known = ONLY_IF
            .iter()
            .find(|(head, words)| step.sql.strip_prefix(head).is_some_and(|rest| !rest.starts_with(words)));
        match known {
            Some((head, words)) => step.sql.insert_str(head.len(), words),
            None if step.sql.starts_with("DROP TABLE ") && rebuilt(scene).is_none() => {
                step.sql.insert_str("DROP TABLE ".len(), "IF EXISTS ");
            }
            None => {}
        }
        step
    };
    Ok(steps.into_iter().map(again).collect())
}

/// A table that is there before and after.
fn rebuilt(scene: &Scene<'_>) -> Option<()> {
    scene.before().zip(scene.after()).map(|_| ())
}

fn changes_columns(scene: &Scene<'_>) -> bool {
    let table = match scene.key.kind() {
        TABLE if rebuilt(scene).is_some() => scene.key.clone(),
        COLUMN => scene.key.parent(TABLE),
        _ => return false,
    };
    let columns = |catalog: &crate::model::Catalog| -> Vec<crate::model::Key> {
        let of_table = catalog.below(&table).filter(|object| object.key.kind() == COLUMN);
        of_table.map(|column| column.key.clone()).collect()
    };
    columns(scene.from) != columns(scene.to)
}
