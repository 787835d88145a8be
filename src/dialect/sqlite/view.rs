//! Views.

use serde::{Deserialize, Serialize};

use super::{
    VIEW, fragment,
    parse::{Cursor, ParseError, create_of},
    typed,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The names of its columns in SQL, where they are given.
    pub columns: Vec<String>,
    /// Its `SELECT`, as it was written.
    pub definition: String,
}

/// Reads the statement that SQLite has stored for a view.
///
/// # Errors
/// Where it says something that this program does not know.
pub fn create_view(sql: &str) -> Result<View, ParseError> {
    let mut cursor = Cursor::new(sql)?;
    create_of(&mut cursor, "VIEW")?;
    cursor.qualified_name()?;
    let columns = match cursor.peek() {
        Some(token) if token.is_symbol("(") => cursor.names()?.iter().map(|name| quote::name(name)).collect(),
        _ => Vec::new(),
    };
    cursor.expect_word("AS")?;
    Ok(View { columns, definition: cursor.rest().to_owned() })
}

/// Views.
pub struct Views;

impl ObjectKind for Views {
    fn kind(&self) -> Kind {
        VIEW
    }

    fn plural(&self) -> &'static str {
        "views"
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let view: View = typed(object)?;
        // Checked, and written as its author wrote it.
        fragment(object, &view.definition)?;
        let mut sql = format!("CREATE VIEW {}", quote::name(object.key.name()));
        if !view.columns.is_empty() {
            let columns: Vec<String> =
                view.columns.iter().map(|column| fragment(object, column)).collect::<Result<_, _>>()?;
            sql.push_str(&format!(" ({})", columns.join(", ")));
        }
        Ok(vec![Step::new(format!("{sql} AS\n{}", view.definition))])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP VIEW {}", quote::name(object.key.name())))])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::Replace)
    }
}
