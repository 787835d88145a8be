//! Brings a table to another shape: by adding columns where that is enough, else by the way that
//! SQLite documents for every other change (sqlite.org/lang_altertable.html, section 7).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Sqlite,
    column::{Column, Columns},
    constraint::{Constraint, Rule},
    single_name,
    table::Shape,
    token::tokens,
};
use crate::{
    dialect::{HazardCode, ObjectKind, Step, Unwritable, changed_facets, quote},
    model::{Key, Object},
};

/// The statements that bring a table from one shape to another, with its rows. Its indexes and
/// triggers have to be made again afterwards, unless [`only_adds_columns`].
///
/// # Errors
/// Where a facet is not SQL, or the table's own statement could not be taken apart.
pub fn rebuild(from: &Shape<'_>, to: &Shape<'_>) -> Result<Vec<Step>, Unwritable> {
    for shape in [from, to] {
        if shape.table.definition.is_some() {
            let reason = "its statement could not be taken apart, so its rows cannot be moved to a new table";
            return Err(Unwritable::new(shape.object, reason));
        }
    }
    let Some(additions) = additions(from, to) else { return replace(from, to) };
    let mut steps = Vec::new();
    for (column, constraints) in additions {
        steps.extend(Columns.create(column, &constraints)?);
    }
    Ok(steps)
}

/// Whether nothing but columns has to be added, each with constraints of its own, so that
/// indexes, triggers and views can stay.
pub fn only_adds_columns(from: &Shape<'_>, to: &Shape<'_>) -> bool {
    additions(from, to).is_some()
}

/// A new column with its own constraints.
type Addition<'a> = (&'a Object, Vec<&'a Object>);

/// The new columns, if `ALTER TABLE … ADD COLUMN` is enough.
fn additions<'a>(from: &Shape<'a>, to: &Shape<'a>) -> Option<Vec<Addition<'a>>> {
    let same = |a: &Object, b: &Object| changed_facets(&Sqlite, a, b).is_empty();
    let old: BTreeMap<&Key, &Object> = from.parts().map(|part| (&part.key, part)).collect();
    let new: BTreeMap<&Key, &Object> = to.parts().map(|part| (&part.key, part)).collect();
    let stays = |(key, old): (&&Key, &&Object)| new.get(key).is_some_and(|new| same(old, new));
    if !same(from.object, to.object) || !old.iter().all(stays) {
        return None;
    }
    let mut additions: Vec<Addition<'a>> = Vec::new();
    for (object, column) in to.columns.iter().filter(|(object, _)| !old.contains_key(&object.key)) {
        if !column.can_be_added() {
            return None;
        }
        additions.push((object, Vec::new()));
    }
    for (object, constraint) in to.constraints.iter().filter(|(object, _)| !old.contains_key(&object.key)) {
        let owner = own_column(constraint, to)?;
        let (_, own) = additions.iter_mut().find(|(column, _)| column.key.name() == owner)?;
        own.push(object);
    }
    (!additions.is_empty()).then_some(additions)
}

/// The one column that a constraint is about, if it can be written beside it in `ADD COLUMN`.
fn own_column<'s>(constraint: &Constraint, shape: &'s Shape<'_>) -> Option<&'s str> {
    let named = match &constraint.rule {
        Rule::ForeignKey { columns, .. } => match columns.as_slice() {
            [column] => vec![single_name(column)?],
            _ => return None,
        },
        Rule::Check { expression } => tokens(expression).ok()?.iter().filter_map(|t| t.name()).collect(),
        Rule::PrimaryKey { .. } | Rule::Unique { .. } => return None,
    };
    let columns: BTreeSet<&str> =
        named.iter().filter_map(|name| shape.column(name)).map(|(object, _)| object.key.name()).collect();
    let mut columns = columns.into_iter();
    columns.next().filter(|_| columns.next().is_none())
}

/// Makes the table anew beside the old one, moves the rows, and lets it take the old one's place.
fn replace(from: &Shape<'_>, to: &Shape<'_>) -> Result<Vec<Step>, Unwritable> {
    let name = to.object.key.name();
    let dotted = to.object.key.dotted();
    let interim = format!("schemascope_new_{name}");
    let (old, new) = (quote::name(from.object.key.name()), quote::name(&interim));
    let mut steps = vec![Step::new(to.create(&interim)?)];

    let kept: Vec<String> = to
        .columns
        .iter()
        .filter(|(object, column)| is_copied(from, object, column))
        .map(|(o, _)| quote::name(o.key.name()))
        .collect();
    if !kept.is_empty() {
        let columns = kept.join(", ");
        // `OR ABORT`, so that a conflict clause of the new table cannot make rows disappear.
        let sql = format!("INSERT OR ABORT INTO {new} ({columns})\nSELECT {columns} FROM {old}");
        let mut copy = Step::new(sql)
            .hazard(HazardCode::RewritesTable, format!("Every row of {dotted} is written anew."))
            .hazard(
                HazardCode::BlocksWrites,
                "Nobody else can write to the database until the end of the transaction.",
            );
        if let Some(reason) = why_rows_may_not_fit(from, to) {
            copy = copy.hazard(HazardCode::MayFail, reason);
        }
        steps.push(copy);
    }
    if is_autoincrement(from) && is_autoincrement(to) {
        let (old, new) = (quote::plain_literal(from.object.key.name()), quote::plain_literal(&interim));
        steps.push(Step::new(format!("DELETE FROM sqlite_sequence WHERE name = {new}")));
        steps.push(Step::new(format!(
            "INSERT INTO sqlite_sequence (name, seq)\nSELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        )));
    }

    let drop = Step::new(format!("DROP TABLE {old}"));
    steps.push(match what_is_lost(from, to, kept.is_empty()) {
        Some(lost) => drop.hazard(HazardCode::LosesData, lost),
        None => drop,
    });
    // Views and triggers that mention the table do not resolve at this moment. The old behaviour
    // of RENAME leaves their text, and the foreign keys of other tables, as they are.
    steps.push(Step::new("PRAGMA legacy_alter_table = ON"));
    steps.push(Step::new(format!("ALTER TABLE {new} RENAME TO {}", quote::name(name))));
    steps.push(Step::new("PRAGMA legacy_alter_table = OFF"));
    if to.constraints.iter().any(|(_, constraint)| matches!(constraint.rule, Rule::ForeignKey { .. })) {
        // Lists the rows that refer to nothing: SQLite does not look at rows that exist.
        steps.push(Step::new(format!("PRAGMA foreign_key_check({})", quote::plain_literal(name))));
    }
    Ok(steps)
}

/// Whether the values of a column can be taken over from the old table.
fn is_copied(from: &Shape<'_>, object: &Object, column: &Column) -> bool {
    column.generated.is_none() && from.column(object.key.name()).is_some()
}

/// What is no longer there once the old table is gone.
fn what_is_lost(from: &Shape<'_>, to: &Shape<'_>, everything: bool) -> Option<String> {
    if everything {
        return Some(format!("All rows of {} are gone.", from.object.key.dotted()));
    }
    let lost: Vec<String> = from
        .columns
        .iter()
        .filter(|(_, column)| column.generated.is_none())
        .filter(|(object, _)| !to.column(object.key.name()).is_some_and(|(_, c)| c.generated.is_none()))
        .map(|(object, _)| object.key.dotted())
        .collect();
    (!lost.is_empty()).then(|| format!("The values of {} are gone.", lost.join(", ")))
}

/// Why rows of the old table may not be allowed in the new one, if there is any reason.
fn why_rows_may_not_fit(from: &Shape<'_>, to: &Shape<'_>) -> Option<String> {
    let mut reasons = Vec::new();
    for (object, column) in &to.columns {
        let name = object.key.name();
        match from.column(name) {
            None if column.lacks_value() => {
                reasons.push(format!(
                    "{name} is NOT NULL and has no default, so that no row has a value for it"
                ));
            }
            Some((_, old)) if column.not_null && !old.not_null => {
                reasons.push(format!("{name} becomes NOT NULL"))
            }
            Some((_, old)) if to.table.strict && !old.type_name.eq_ignore_ascii_case(&column.type_name) => {
                reasons.push(format!("{name} becomes {} in a STRICT table", column.type_name));
            }
            _ => {}
        }
    }
    if to.table.strict && !from.table.strict {
        reasons.push("the table becomes STRICT".to_owned());
    }
    if to.table.without_rowid && !from.table.without_rowid {
        reasons.push("the columns of the primary key become NOT NULL".to_owned());
    }
    let had = |object: &Object| {
        from.constraints
            .iter()
            .any(|(old, _)| old.key == object.key && changed_facets(&Sqlite, old, object).is_empty())
    };
    for (object, constraint) in &to.constraints {
        if !matches!(constraint.rule, Rule::ForeignKey { .. }) && !had(object) {
            reasons.push(format!("{} is added", constraint.content_name()));
        }
    }
    (!reasons.is_empty())
        .then(|| format!("Rows that do not fit make the statement fail: {}.", reasons.join("; ")))
}

fn is_autoincrement(shape: &Shape<'_>) -> bool {
    shape.constraints.iter().any(|(_, c)| matches!(c.rule, Rule::PrimaryKey { autoincrement: true, .. }))
}
