//! Triggers of tables and views.

use serde::{Deserialize, Serialize};

use super::{
    TRIGGER, fragment, parent_name,
    parse::{Cursor, ParseError, create_of},
    token::{tidy, tokens},
    typed,
};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Trigger {
    /// `BEFORE`, `AFTER` or `INSTEAD OF`.
    pub timing: String,
    /// `INSERT`, `UPDATE` or `DELETE`.
    pub event: String,
    /// The columns in SQL whose update it waits for; all if there are none.
    pub of: Vec<String>,
    /// The condition after `WHEN`.
    pub when: Option<String>,
    /// What it does, from `BEGIN` to `END`, as it was written.
    pub body: String,
}

/// Reads the statement that SQLite has stored for a trigger.
///
/// # Errors
/// Where it says something that this program does not know.
pub fn create_trigger(sql: &str) -> Result<Trigger, ParseError> {
    let mut cursor = Cursor::new(sql)?;
    create_of(&mut cursor, "TRIGGER")?;
    cursor.qualified_name()?;
    let timing = cursor.one_of(&["BEFORE", "AFTER", "INSTEAD OF"]).unwrap_or("BEFORE").to_owned();
    let event = cursor.one_of(&["DELETE", "INSERT", "UPDATE"]);
    let event = event.ok_or_else(|| cursor.unexpected("DELETE, INSERT or UPDATE"))?.to_owned();
    let mut of = Vec::new();
    if cursor.word("OF") {
        of.push(quote::name(&cursor.name()?));
        while cursor.symbol(",") {
            of.push(quote::name(&cursor.name()?));
        }
    }
    cursor.expect_word("ON")?;
    cursor.qualified_name()?;
    cursor.word("FOR EACH ROW");
    let when =
        if cursor.word("WHEN") { Some(tidy(&cursor.until(|token| token.is_word("BEGIN")))) } else { None };
    if !cursor.sees(&["BEGIN"]) {
        return Err(cursor.unexpected("BEGIN"));
    }
    Ok(Trigger { timing, event, of, when, body: cursor.rest().to_owned() })
}

/// Triggers.
pub struct Triggers;

impl ObjectKind for Triggers {
    fn kind(&self) -> Kind {
        TRIGGER
    }

    fn plural(&self) -> &'static str {
        "triggers"
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let trigger: Trigger = typed(object)?;
        let mut event = fragment(object, &trigger.event)?;
        if !trigger.of.is_empty() {
            let columns: Vec<String> =
                trigger.of.iter().map(|column| fragment(object, column)).collect::<Result<_, _>>()?;
            event.push_str(&format!(" OF {}", columns.join(", ")));
        }
        let mut sql = format!(
            "CREATE TRIGGER {} {} {event} ON {} FOR EACH ROW\n",
            quote::name(object.key.name()),
            fragment(object, &trigger.timing)?,
            parent_name(object)?
        );
        if let Some(condition) = &trigger.when {
            sql.push_str(&format!("WHEN {}\n", fragment(object, condition)?));
        }
        Ok(vec![Step::new(sql + whole_body(object, &trigger.body)?)])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(format!("DROP TRIGGER {}", quote::name(object.key.name())))])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::Replace)
    }
}

/// The body, if it is one: from `BEGIN` to the only `; END` in it, so that nothing comes after.
fn whole_body<'b>(object: &Object, body: &'b str) -> Result<&'b str, Unwritable> {
    let tokens = tokens(body).map_err(|error| Unwritable::new(object, format!("its body has {error}")))?;
    let ends = tokens.windows(2).filter(|pair| pair[0].is_symbol(";") && pair[1].is_word("END")).count();
    let is_whole = tokens.first().is_some_and(|token| token.is_word("BEGIN"))
        && tokens.last().is_some_and(|token| token.is_word("END") && token.end() == body.len());
    if is_whole && ends == 1 {
        Ok(body)
    } else {
        Err(Unwritable::new(object, "its body does not go from BEGIN to END"))
    }
}
