//! Columns: added and dropped in place where `ALTER TABLE` can, by a rebuild of the table elsewhere.

use serde::{Deserialize, Serialize};

use super::{
    COLUMN, alter_table,
    constraint::{Constraint, Rule},
    create_table::is_constant_word,
    fragment,
    token::{Token, TokenKind, tokens},
    typed,
};
use crate::{
    dialect::{Alteration, Change, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    /// The type as it was written; any text, or none.
    #[serde(rename = "type")]
    pub type_name: String,
    /// `NOT NULL`.
    #[serde(rename = "not null")]
    pub not_null: bool,
    /// What to do with a row that has no value, where it is not `ABORT`.
    #[serde(rename = "not null conflict")]
    pub not_null_conflict: Option<String>,
    /// The name of the `NOT NULL` constraint.
    #[serde(rename = "not null name")]
    pub not_null_name: Option<String>,
    /// The expression of the default, without parentheses around it.
    pub default: Option<String>,
    /// The collation, where it is not `BINARY`.
    pub collation: Option<String>,
    /// The expression of a generated column.
    pub generated: Option<String>,
    /// Whether a generated column is stored, and not computed when it is read.
    pub stored: bool,
    /// Where the column stands, the first being 1. For the order of columns only: never compared.
    pub position: u64,
}

impl Column {
    /// The column as it is written in `CREATE TABLE`, with constraints of its own.
    pub fn definition(
        &self,
        object: &Object,
        constraints: &[(&Object, &Constraint)],
    ) -> Result<String, Unwritable> {
        let mut sql = quote::name(object.key.name());
        let mut add = |text: String| {
            sql.push(' ');
            sql.push_str(&text);
        };
        if !self.type_name.is_empty() {
            add(fragment(object, &self.type_name)?);
        }
        for (key, constraint) in constraints.iter().filter(|(_, c)| matches!(c.rule, Rule::PrimaryKey { .. }))
        {
            add(constraint.column_sql(key)?);
        }
        if self.not_null {
            let name = self.not_null_name.as_ref();
            add(format!(
                "{}NOT NULL",
                name.map_or(String::new(), |n| format!("CONSTRAINT {} ", quote::name(n)))
            ));
            if let Some(conflict) = &self.not_null_conflict {
                add(format!("ON CONFLICT {}", fragment(object, conflict)?));
            }
        }
        if let Some(default) = &self.default {
            let sql = fragment(object, default)?;
            add(if is_literal(default) { format!("DEFAULT {sql}") } else { format!("DEFAULT ({sql})") });
        }
        if let Some(collation) = &self.collation {
            add(format!("COLLATE {}", quote::name(collation)));
        }
        if let Some(expression) = &self.generated {
            let kind = if self.stored { "STORED" } else { "VIRTUAL" };
            add(format!("GENERATED ALWAYS AS ({}) {kind}", fragment(object, expression)?));
        }
        for (key, constraint) in
            constraints.iter().filter(|(_, c)| !matches!(c.rule, Rule::PrimaryKey { .. }))
        {
            add(constraint.column_sql(key)?);
        }
        Ok(sql)
    }

    /// Whether `ALTER TABLE … ADD COLUMN` takes the column also where the table has rows, or can
    /// only fail where no other way works either (sqlite.org/lang_altertable.html#altertabaddcol).
    pub fn can_be_added(&self) -> bool {
        let default_is_constant = self.default.as_ref().is_none_or(|default| is_constant(default));
        default_is_constant && !self.stored
    }

    /// Whether rows that exist have no value for the column.
    pub fn lacks_value(&self) -> bool {
        self.not_null && self.default.is_none() && self.generated.is_none()
    }
}

/// Whether a default needs no parentheses.
fn is_literal(default: &str) -> bool {
    let Ok(tokens) = tokens(default) else { return false };
    let value = |token: &Token<'_>| {
        matches!(token.kind, TokenKind::Number | TokenKind::Text | TokenKind::Blob) || is_constant_word(token)
    };
    match tokens.as_slice() {
        [token] => value(token),
        [sign, token] => (sign.is_symbol("-") || sign.is_symbol("+")) && token.kind == TokenKind::Number,
        _ => false,
    }
}

/// Whether a default is the same whenever it is evaluated.
fn is_constant(default: &str) -> bool {
    is_literal(default) && !default.to_ascii_uppercase().starts_with("CURRENT_")
}

/// Columns.
pub struct Columns;

impl ObjectKind for Columns {
    fn kind(&self) -> Kind {
        COLUMN
    }

    fn plural(&self) -> &'static str {
        "columns"
    }

    fn inline(&self, _object: &Object) -> bool {
        true
    }

    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let column: Column = typed(object)?;
        let constraints: Vec<(&Object, Constraint)> =
            parts.iter().map(|part| Ok((*part, typed(part)?))).collect::<Result<_, Unwritable>>()?;
        let constraints: Vec<(&Object, &Constraint)> = constraints.iter().map(|(o, c)| (*o, c)).collect();
        let mut step = Step::new(format!(
            "{} ADD COLUMN {}",
            alter_table(object)?,
            column.definition(object, &constraints)?
        ));
        if column.lacks_value() {
            step = step.hazard(
                HazardCode::MayFail,
                format!(
                    "{} is NOT NULL and has no default: SQLite refuses it if the table has rows.",
                    object.key.dotted()
                ),
            );
        }
        if constraints.iter().any(|(_, constraint)| matches!(constraint.rule, Rule::Check { .. })) {
            step = step.hazard(
                HazardCode::MayFail,
                format!("Rows that break the check on {} make the statement fail.", object.key.dotted()),
            );
        }
        Ok(vec![step])
    }

    fn create_needs_rebuild(&self, object: &Object) -> bool {
        typed::<Column>(object).is_ok_and(|column| !column.can_be_added())
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let name = quote::name(object.key.name());
        let column: Column = typed(object)?;
        let step = Step::new(format!("{} DROP COLUMN {name}", alter_table(object)?));
        if column.generated.is_some() && !column.stored {
            return Ok(vec![step]);
        }
        let step = step.hazard(HazardCode::RewritesTable, "SQLite writes every row of the table anew.");
        Ok(vec![if column.generated.is_some() {
            step
        } else {
            step.hazard(HazardCode::LosesData, format!("The values of {} are gone.", object.key.dotted()))
        }])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::RebuildParent)
    }
}
