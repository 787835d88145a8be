//! Tables, made with their columns and constraints.

use serde::{Deserialize, Serialize};

use super::{COLUMN, TABLE, column::Column, constraint::Constraint, rebuild, single_name, typed};
use crate::{
    dialect::{Alteration, Change, Family, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Kind, Object},
};

/// The facets of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    /// `STRICT`: values have to be of their column's type.
    pub strict: bool,
    /// `WITHOUT ROWID`: the rows are stored by primary key.
    #[serde(rename = "without rowid")]
    pub without_rowid: bool,
    /// The whole statement, for a table whose statement could not be taken apart.
    pub definition: Option<String>,
}

/// A table with its columns, in order, and its constraints.
pub struct Shape<'a> {
    /// The object that is the table.
    pub object: &'a Object,
    /// Its own facets.
    pub table: Table,
    /// Its columns.
    pub columns: Vec<(&'a Object, Column)>,
    /// Its constraints.
    pub constraints: Vec<(&'a Object, Constraint)>,
}

impl<'a> Shape<'a> {
    /// A table with those of its parts that are columns and constraints.
    ///
    /// # Errors
    /// Where facets are not of their kind's shape.
    pub fn of(object: &'a Object, parts: &[&'a Object]) -> Result<Self, Unwritable> {
        let (mut columns, mut constraints) = (Vec::new(), Vec::new());
        for part in parts {
            if part.key.kind() == COLUMN {
                columns.push((*part, typed::<Column>(part)?));
            } else {
                constraints.push((*part, typed::<Constraint>(part)?));
            }
        }
        columns.sort_by_key(|(_, column)| column.position);
        constraints.sort_by_key(|(_, constraint)| constraint.rank());
        Ok(Shape { object, table: typed(object)?, columns, constraints })
    }

    /// The statement that makes the table under a name.
    ///
    /// # Errors
    /// Where a facet is not SQL.
    pub fn create(&self, name: &str) -> Result<String, Unwritable> {
        if let Some(definition) = &self.table.definition {
            return Ok(definition.clone());
        }
        let mut lines = Vec::new();
        let mut beside = None;
        for (object, column) in &self.columns {
            let own = self.primary_key_beside(object);
            beside = beside.or(own.map(|(key, _)| key));
            let own: Vec<(&Object, &Constraint)> = own.into_iter().collect();
            lines.push(column.definition(object, &own)?);
        }
        for (object, constraint) in &self.constraints {
            if !beside.is_some_and(|key| key.key == object.key) {
                lines.push(constraint.table_sql(object)?);
            }
        }
        let mut options = Vec::new();
        options.extend(self.table.strict.then_some("STRICT"));
        options.extend(self.table.without_rowid.then_some("WITHOUT ROWID"));
        let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
        Ok(format!("CREATE TABLE {} (\n    {}\n){options}", quote::name(name), lines.join(",\n    ")))
    }

    /// Its columns and constraints.
    pub fn parts(&self) -> impl Iterator<Item = &'a Object> {
        let constraints = self.constraints.iter().map(|(object, _)| *object);
        self.columns.iter().map(|(object, _)| *object).chain(constraints)
    }

    /// The column of a name, in any case.
    pub fn column(&self, name: &str) -> Option<&(&'a Object, Column)> {
        self.columns.iter().find(|(object, _)| object.key.name().eq_ignore_ascii_case(name))
    }

    /// The primary key, if it can be written beside this column.
    fn primary_key_beside(&self, column: &Object) -> Option<(&'a Object, &Constraint)> {
        let is_integer = |name: &str| {
            let column = single_name(name).and_then(|name| self.column(&name));
            column.is_some_and(|(_, column)| column.type_name.eq_ignore_ascii_case("INTEGER"))
        };
        self.constraints.iter().find_map(|(object, constraint)| {
            let name = single_name(constraint.primary_key_column(is_integer)?)?;
            name.eq_ignore_ascii_case(column.key.name()).then_some((*object, constraint))
        })
    }
}

/// Tables.
pub struct Tables;

impl ObjectKind for Tables {
    fn kind(&self) -> Kind {
        TABLE
    }

    fn plural(&self) -> &'static str {
        "tables"
    }

    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        Ok(vec![Step::new(Shape::of(object, parts)?.create(object.key.name())?)])
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let step = Step::new(format!("DROP TABLE {}", quote::name(object.key.name())));
        let message = format!("All rows of {} are gone.", object.key.dotted());
        Ok(vec![step.hazard(HazardCode::LosesData, message)])
    }

    fn alter(&self, _change: &Change<'_>) -> Result<Alteration, Unwritable> {
        Ok(Alteration::RebuildParent)
    }

    fn rebuild(&self, from: &Family<'_>, to: &Family<'_>) -> Result<Vec<Step>, Unwritable> {
        rebuild::rebuild(&Shape::of(from.object, &from.parts)?, &Shape::of(to.object, &to.parts)?)
    }

    fn rebuild_keeps_dependents(&self, from: &Family<'_>, to: &Family<'_>) -> bool {
        let shapes = (Shape::of(from.object, &from.parts), Shape::of(to.object, &to.parts));
        matches!(shapes, (Ok(from), Ok(to)) if rebuild::only_adds_columns(&from, &to))
    }
}
