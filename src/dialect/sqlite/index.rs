//! Indexes that were made by `CREATE INDEX`; those of keys belong to their constraints.

use serde::{Deserialize, Serialize};

use super::{
    INDEX,
    create_table::term,
    fragment, parent_name,
    parse::{Cursor, ParseError},
    token::{strip_parentheses, tidy},
    typed,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Index {
    /// `UNIQUE`.
    pub unique: bool,
    /// Its columns and expressions in SQL, each with its collation and `DESC`.
    pub columns: Vec<String>,
    /// The condition of a partial index.
    #[serde(rename = "where")]
    pub condition: Option<String>,
}

/// Reads the statement that SQLite has stored for an index.
///
/// # Errors
/// Where it says something that this program does not know.
pub fn create_index(sql: &str) -> Result<Index, ParseError> {
    let mut cursor = Cursor::new(sql)?;
    cursor.expect_word("CREATE")?;
    let unique = cursor.word("UNIQUE");
    cursor.expect_word("INDEX")?;
    cursor.word("IF NOT EXISTS");
    cursor.qualified_name()?;
    cursor.expect_word("ON")?;
    cursor.name()?;
    let columns = cursor.list()?.iter().map(|item| term(item)).collect();
    let condition =
        if cursor.word("WHERE") { Some(tidy(strip_parentheses(&cursor.until(|_| false)))) } else { None };
    if cursor.is_done() {
        Ok(Index { unique, columns, condition })
    } else {
        Err(cursor.unexpected("its end"))
    }
}

/// Indexes.
pub struct Indexes;

impl ObjectKind for Indexes {
    fn kind(&self) -> Kind {
        INDEX
    }

    fn plural(&self) -> &'static str {
        "indexes"
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let index: Index = typed(object)?;
        let columns: Vec<String> =
            index.columns.iter().map(|column| fragment(object, column)).collect::<Result<_, _>>()?;
        let mut sql = format!(
            "CREATE {}INDEX {} ON {} ({})",
            if index.unique { "UNIQUE " } else { "" },
            quote::name(object.key.name()),
            parent_name(object)?,
            columns.join(", ")
        );
        if let Some(condition) = &index.condition {
            sql.push_str(&format!(" WHERE {}", fragment(object, condition)?));
        }
        let step = Step::new(sql).hazard(
            HazardCode::BlocksWrites,
            "Nobody else can write to the database while the index is built.",
        );
        Ok(vec![if index.unique {
            step.hazard(HazardCode::MayFail, "Rows that are equal in these columns make the statement fail.")
        } else {
            step
        }])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP INDEX {}", quote::name(object.key.name())))])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::Replace)
    }
}
