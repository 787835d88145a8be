//! Virtual tables: what their module is told. The tables that a module keeps for itself are left out.

use serde::{Deserialize, Serialize};

use super::{
    VIRTUAL_TABLE, fragment,
    parse::{Cursor, ParseError, create_of},
    typed,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a virtual table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VirtualTable {
    /// The module with its arguments, as in `fts5(title, body)`.
    pub using: String,
}

/// Reads the statement that SQLite has stored for a virtual table.
///
/// # Errors
/// Where it says something that this program does not know.
pub fn create_virtual_table(sql: &str) -> Result<VirtualTable, ParseError> {
    let mut cursor = Cursor::new(sql)?;
    create_of(&mut cursor, "VIRTUAL TABLE")?;
    cursor.qualified_name()?;
    cursor.expect_word("USING")?;
    Ok(VirtualTable { using: cursor.rest().to_owned() })
}

/// Virtual tables.
pub struct VirtualTables;

impl ObjectKind for VirtualTables {
    fn kind(&self) -> Kind {
        VIRTUAL_TABLE
    }

    fn plural(&self) -> &'static str {
        "virtual tables"
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let table: VirtualTable = typed(object)?;
        fragment(object, &table.using)?;
        let name = quote::name(object.key.name());
        Ok(vec![Step::new(format!("CREATE VIRTUAL TABLE {name} USING {}", table.using))])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let step = Step::new(format!("DROP TABLE {}", quote::name(object.key.name())));
        let message = format!("All that {} stores is gone.", object.key.dotted());
        Ok(vec![step.hazard(HazardCode::LosesData, message)])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::Replace)
    }
}
