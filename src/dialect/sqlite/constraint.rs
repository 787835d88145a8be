//! Constraints: part of their table's text, so that every change of them rebuilds the table.

use serde::{Deserialize, Serialize};

use super::{CONSTRAINT, fragment, token::normal};
use crate::{
    dialect::{Alteration, Change, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Whether its name stands in the schema, and is not made here from what it says.
    #[serde(default)]
    pub named: bool,
    /// What it says.
    #[serde(flatten)]
    pub rule: Rule,
}

/// What a constraint says. Columns are terms in SQL, as in `email COLLATE NOCASE DESC`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Rule {
    /// `PRIMARY KEY`.
    #[serde(rename = "primary key")]
    PrimaryKey {
        /// The columns.
        columns: Vec<String>,
        /// `AUTOINCREMENT`.
        #[serde(default)]
        autoincrement: bool,
        /// Whether it is an `INTEGER PRIMARY KEY DESC`, which is no other name of the rowid.
        #[serde(default, rename = "not the rowid")]
        not_the_rowid: bool,
        /// What to do on a conflict, where it is not `ABORT`.
        #[serde(default)]
        conflict: Option<String>,
    },
    /// `UNIQUE`.
    Unique {
        /// The columns.
        columns: Vec<String>,
        /// What to do on a conflict, where it is not `ABORT`.
        #[serde(default)]
        conflict: Option<String>,
    },
    /// `FOREIGN KEY`.
    #[serde(rename = "foreign key")]
    ForeignKey {
        /// The columns.
        columns: Vec<String>,
        /// The name of the table that is referenced.
        references: String,
        /// Its columns; its primary key if there are none.
        #[serde(default, rename = "referenced columns")]
        referenced_columns: Vec<String>,
        /// What happens when the referenced key changes, where it is not `NO ACTION`.
        #[serde(default, rename = "on update")]
        on_update: Option<String>,
        /// What happens when the referenced row goes, where it is not `NO ACTION`.
        #[serde(default, rename = "on delete")]
        on_delete: Option<String>,
        /// The name after `MATCH`, which SQLite keeps and does not heed.
        #[serde(default, rename = "match")]
        matching: Option<String>,
        /// Whether it is checked at the end of the transaction.
        #[serde(default)]
        deferred: bool,
    },
    /// `CHECK`.
    Check {
        /// The expression, without parentheses around it.
        expression: String,
    },
}

impl Constraint {
    /// The name by which both sides know a constraint that has none: what it says.
    pub fn content_name(&self) -> String {
        match &self.rule {
            Rule::PrimaryKey { .. } => "primary key".to_owned(),
            Rule::Unique { columns, .. } => format!("unique ({})", normal_list(columns)),
            Rule::ForeignKey { columns, .. } => format!("foreign key ({})", normal_list(columns)),
            Rule::Check { expression } => format!("check ({})", normal(expression)),
        }
    }

    /// The column that a primary key can be written beside, in SQL; nothing where it has several,
    /// or where the key has to be one of the table to mean the same.
    pub fn primary_key_column(&self, is_integer: impl Fn(&str) -> bool) -> Option<&str> {
        let Rule::PrimaryKey { columns, not_the_rowid, .. } = &self.rule else { return None };
        let [term] = columns.as_slice() else { return None };
        let column = term.strip_suffix(" DESC").unwrap_or(term);
        let same_beside = column == term || *not_the_rowid || !is_integer(column);
        (same_beside && super::single_name(column).is_some()).then_some(column)
    }

    /// The constraint as it is written beside its column.
    pub fn column_sql(&self, object: &Object) -> Result<String, Unwritable> {
        let sql = match &self.rule {
            Rule::PrimaryKey { columns, autoincrement, conflict, .. } => {
                let descending = columns.first().is_some_and(|column| column.ends_with(" DESC"));
                let mut sql = String::from("PRIMARY KEY");
                sql.push_str(if descending { " DESC" } else { "" });
                sql.push_str(&on_conflict(object, conflict.as_deref())?);
                sql.push_str(if *autoincrement { " AUTOINCREMENT" } else { "" });
                sql
            }
            Rule::Unique { conflict, .. } => format!("UNIQUE{}", on_conflict(object, conflict.as_deref())?),
            Rule::ForeignKey { .. } => self.references_sql(object)?,
            Rule::Check { expression } => format!("CHECK ({})", fragment(object, expression)?),
        };
        Ok(self.prefix(object) + &sql)
    }

    /// The constraint as it is written after the columns.
    pub fn table_sql(&self, object: &Object) -> Result<String, Unwritable> {
        let sql = match &self.rule {
            Rule::PrimaryKey { columns, autoincrement, conflict, .. } => {
                let autoincrement = if *autoincrement { " AUTOINCREMENT" } else { "" };
                let columns = sql_list(object, columns)?;
                format!("PRIMARY KEY ({columns}{autoincrement}){}", on_conflict(object, conflict.as_deref())?)
            }
            Rule::Unique { columns, conflict } => {
                format!(
                    "UNIQUE ({}){}",
                    sql_list(object, columns)?,
                    on_conflict(object, conflict.as_deref())?
                )
            }
            Rule::ForeignKey { columns, .. } => {
                format!("FOREIGN KEY ({}) {}", sql_list(object, columns)?, self.references_sql(object)?)
            }
            Rule::Check { expression } => format!("CHECK ({})", fragment(object, expression)?),
        };
        Ok(self.prefix(object) + &sql)
    }

    fn prefix(&self, object: &Object) -> String {
        if self.named { format!("CONSTRAINT {} ", quote::name(object.key.name())) } else { String::new() }
    }

    fn references_sql(&self, object: &Object) -> Result<String, Unwritable> {
        let Rule::ForeignKey {
            references, referenced_columns, on_update, on_delete, matching, deferred, ..
        } = &self.rule
        else {
            return Ok(String::new());
        };
        let mut sql = format!("REFERENCES {}", quote::name(references));
        if !referenced_columns.is_empty() {
            sql.push_str(&format!(" ({})", sql_list(object, referenced_columns)?));
        }
        for (clause, action) in [(" ON UPDATE ", on_update), (" ON DELETE ", on_delete)] {
            if let Some(action) = action {
                sql.push_str(clause);
                sql.push_str(&fragment(object, action)?);
            }
        }
        if let Some(matching) = matching {
            sql.push_str(&format!(" MATCH {}", quote::name(matching)));
        }
        if *deferred {
            sql.push_str(" DEFERRABLE INITIALLY DEFERRED");
        }
        Ok(sql)
    }

    /// Where a constraint stands among those of its table: keys, foreign keys, checks.
    pub fn rank(&self) -> u8 {
        match self.rule {
            Rule::PrimaryKey { .. } => 0,
            Rule::Unique { .. } => 1,
            Rule::ForeignKey { .. } => 2,
            Rule::Check { .. } => 3,
        }
    }
}

fn normal_list(terms: &[String]) -> String {
    terms.iter().map(|term| normal(term)).collect::<Vec<_>>().join(", ")
}

fn sql_list(object: &Object, terms: &[String]) -> Result<String, Unwritable> {
    let terms: Vec<String> = terms.iter().map(|term| fragment(object, term)).collect::<Result<_, _>>()?;
    Ok(terms.join(", "))
}

fn on_conflict(object: &Object, conflict: Option<&str>) -> Result<String, Unwritable> {
    conflict
        .map_or(Ok(String::new()), |resolution| Ok(format!(" ON CONFLICT {}", fragment(object, resolution)?)))
}

/// Constraints.
pub struct Constraints;

impl ObjectKind for Constraints {
    fn kind(&self) -> Kind {
        CONSTRAINT
    }

    fn plural(&self) -> &'static str {
        "constraints"
    }

    fn inline(&self, _object: &Object) -> bool {
        true
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        Err(Unwritable::new(object, "SQLite adds a constraint only by rebuilding its table"))
    }

    fn create_needs_rebuild(&self, _object: &Object) -> bool {
        true
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        Err(Unwritable::new(object, "SQLite drops a constraint only by rebuilding its table"))
    }

    fn drop_needs_rebuild(&self, _object: &Object) -> bool {
        true
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::RebuildParent)
    }
}
