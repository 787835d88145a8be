//! What forbids NULL in a column: since PostgreSQL 18 a constraint that has a name, may be unvalidated,
//! and may be for one table alone. The name is a facet where it is not the one that the server chooses.

use serde::Deserialize;

use super::{
    ancestry::forbids_null_above,
    ask,
    common::{comment, own_name, qualified, typed},
    domain, foreign_table, presence,
};
use crate::{
    dialect::{Change, HazardCode, Step, Unwritable, quote},
    model::{Key, Object},
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    inherited: bool,
    #[serde(default, rename = "not null")]
    not_null: bool,
    #[serde(rename = "not null name")]
    name: Option<String>,
    #[serde(default, rename = "not null no inherit")]
    no_inherit: bool,
    #[serde(default, rename = "not null unvalidated")]
    unvalidated: bool,
    #[serde(rename = "not null comment")]
    comment: Option<String>,
}

impl Facets {
    /// `CONSTRAINT name ` where it has one of its own.
    fn named(&self) -> String {
        self.name.as_ref().map_or_else(String::new, |name| format!("CONSTRAINT {} ", quote::name(name)))
    }

    fn tail(&self) -> &'static str {
        if self.no_inherit { " NO INHERIT" } else { "" }
    }

    fn actual_name(&self, column: &Object) -> String {
        self.name.clone().unwrap_or_else(|| usual_name(&column.key))
    }
}

/// The name that the server gives to the not-null constraint of a column or a domain.
pub fn usual_name(key: &Key) -> String {
    format!("{}_not_null", key.path()[1..].join("_"))
}

/// A constraint keeps the name that the server gave it when its column, table or domain gets another.
/// Columns have such constraints since PostgreSQL 18, domains since 17; `server` is a version's number.
pub fn named_after(old: &Object, new: &Key, server: u32) -> Option<(&'static str, String)> {
    let since = if old.key.kind() == domain::KIND { 170_000 } else { 180_000 };
    let has = server >= since && old.facets.flag("not null") && old.facets.get("not null name").is_none();
    (has && old.key.path() != new.path()).then(|| ("not null name", usual_name(&old.key)))
}

/// The name of the not-null constraint that a column has.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn name(column: &Object) -> Result<String, Unwritable> {
    Ok(typed::<Facets>(column)?.actual_name(column))
}

/// ` NOT NULL` as it stands behind a column in `CREATE TABLE` and after `ADD COLUMN`.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn clause(column: &Object) -> Result<String, Unwritable> {
    let facets: Facets = typed(column)?;
    if !facets.not_null || facets.unvalidated {
        return Ok(String::new());
    }
    Ok(format!(" {}NOT NULL{}", facets.named(), facets.tail()))
}

/// What is put on it after the column was made.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn dressing(column: &Object) -> Result<Vec<Step>, Unwritable> {
    let facets: Facets = typed(column)?;
    let added = (facets.not_null && (facets.unvalidated || facets.inherited)).then(|| add(column, &facets));
    let comment = facets.comment.as_deref().map(|text| comment(&label(column, &facets), Some(text)));
    Ok(added.into_iter().chain(comment).collect())
}

/// From one state to another.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn change(change: &Change<'_>) -> Result<Vec<Step>, Unwritable> {
    let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
    let alter = |what: &str| {
        let (table, column) = (qualified(&change.to.key), own_name(&change.to.key));
        Step::new(format!("ALTER TABLE {table} ALTER COLUMN {column} {what}"))
    };
    let on_constraint = |what: String| Step::new(format!("ALTER TABLE {} {what}", qualified(&change.to.key)));
    let mut steps = Vec::new();
    // Tables that inherit it would keep it as their own.
    let leaves_heirs = change.touches("not null no inherit") && to.no_inherit && has_heirs(change);
    match (from.not_null, to.not_null) {
        (true, false) => return Ok(vec![alter("DROP NOT NULL")]),
        (false, false) => return Ok(Vec::new()),
        (false, true) => steps.push(add(change.to, &to)),
        (true, true) => {
            let merged = |state: &Object, of: usize| {
                change.catalogs.is_some_and(|catalogs| forbids_null_above(catalogs[of], state))
            };
            let (was_merged, is_merged) = (merged(change.from, 0), merged(change.to, 1));
            let renamed = change.touches("not null name") && !was_merged && !is_merged;
            if was_merged && !is_merged && change.server >= 180_000 {
                steps.push(renamed_from_any(change.to, &to));
            }
            let altered = change.touches("not null no inherit");
            if leaves_heirs || to.unvalidated && !from.unvalidated {
                steps.extend([alter("DROP NOT NULL"), add(change.to, &to)]);
            } else {
                let name = quote::name(&to.actual_name(change.to));
                if renamed {
                    let old = quote::name(&from.actual_name(change.from));
                    let step = on_constraint(format!("RENAME CONSTRAINT {old} TO {name}"));
                    steps.push(with_heirs(change, &from.actual_name(change.from), step));
                }
                if altered {
                    let inherit = if to.no_inherit { "NO INHERIT" } else { "INHERIT" };
                    steps.push(on_constraint(format!("ALTER CONSTRAINT {name} {inherit}")));
                }
                if from.unvalidated && !to.unvalidated {
                    steps.push(validated(change.to, on_constraint(format!("VALIDATE CONSTRAINT {name}"))));
                }
            }
        }
    }
    let anew = !from.not_null || to.unvalidated && !from.unvalidated || leaves_heirs;
    if anew && to.comment.is_some() || !anew && change.touches("not null comment") {
        steps.push(comment(&label(change.to, &to), to.comment.as_deref()));
    }
    Ok(steps)
}

/// Tables that inherit the constraint get the new name with it, if they have the old one.
fn with_heirs(change: &Change<'_>, old: &str, step: Step) -> Step {
    if !has_heirs(change) {
        return step;
    }
    let (table, column) = (qualified(&change.from.key), change.from.key.name());
    let message = format!("Fails if a table that inherits from {table} calls its constraint otherwise.");
    step.hazard(HazardCode::MayFail, message).check(ask::otherwise_named(&table, column, old))
}

fn has_heirs(change: &Change<'_>) -> bool {
    let catalog = change.catalogs.map(|[before, _]| before);
    change
        .from
        .parent
        .as_ref()
        .zip(catalog)
        .is_some_and(|(table, catalog)| catalog.with_heirs(table).len() > 1)
}

/// A constraint that was one with that of a parent keeps the name that it had there, whatever that is.
fn renamed_from_any(column: &Object, facets: &Facets) -> Step {
    let table = quote::literal(&qualified(&column.key));
    let (name, wanted) = (quote::literal(column.key.name()), quote::literal(&facets.actual_name(column)));
    let body = format!(
        "DECLARE found name; BEGIN\n\
         SELECT c.conname INTO found FROM pg_catalog.pg_constraint c\n\
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)\n\
         WHERE c.conrelid = {table}::regclass AND c.contype = 'n' AND a.attname = {name} AND c.conname <> {wanted};\n\
         IF found IS NOT NULL THEN\n    \
         EXECUTE pg_catalog.format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', {table}::regclass, found, {wanted});\n\
         END IF; END"
    );
    Step::new(format!("DO {}", quote::dollar(&body)))
}

/// Forbids NULL in a column that is there.
fn add(column: &Object, facets: &Facets) -> Step {
    let (table, name) = (qualified(&column.key), own_name(&column.key));
    if facets.name.is_none() && !facets.no_inherit && !facets.unvalidated {
        return checked(column, Step::new(format!("ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL")));
    }
    let (named, tail) = (facets.named(), facets.tail());
    let there = presence::constraint_there(&table, &facets.actual_name(column));
    let add = |valid: &str| {
        Step::new(format!("ALTER TABLE {table} ADD {named}NOT NULL {name}{tail}{valid}"))
            .pending(format!("NOT {there}"))
    };
    if facets.unvalidated { add(" NOT VALID") } else { checked(column, add("")) }
}

/// A step that reads all rows while nobody can use them.
fn checked(column: &Object, step: Step) -> Step {
    let table = column.key.path()[..2].join(".");
    if column.parent.as_ref().is_some_and(|parent| parent.kind() == foreign_table::KIND) {
        return step;
    }
    let message = format!("Nobody can use {table} while its rows are checked.");
    validated(column, step.hazard(HazardCode::BlocksReads, message))
}

/// A step that fails where there is a NULL.
fn validated(column: &Object, step: Step) -> Step {
    step.hazard(HazardCode::MayFail, format!("Fails if {} holds a NULL.", column.key.dotted()))
        .check(ask::nulls(&qualified(&column.key), &own_name(&column.key)))
}

fn label(column: &Object, facets: &Facets) -> String {
    format!("CONSTRAINT {} ON {}", quote::name(&facets.actual_name(column)), qualified(&column.key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Key;

    fn column(facets: serde_json::Value) -> Object {
        let key: Key = "column:public.t.c".parse().unwrap();
        let mut object = Object::new(key, Some("table:public.t".parse().unwrap()), Default::default());
        for (name, value) in facets.as_object().unwrap() {
            object.facets.set(name, value.clone());
        }
        object
    }

    fn sql(from: serde_json::Value, to: serde_json::Value) -> Vec<String> {
        let (from, to) = (column(from), column(to));
        let steps = change(&Change::between(&from, &to)).unwrap();
        steps.into_iter().map(|step| step.sql.replace("ALTER TABLE public.t ", "")).collect()
    }

    #[test]
    fn the_least_is_done_to_a_constraint() {
        let plain = || json!({"not null": true});
        let named = |name: &str| json!({"not null": true, "not null name": name});
        assert_eq!(sql(json!({}), plain()), ["ALTER COLUMN c SET NOT NULL"]);
        assert_eq!(sql(named("a"), json!({})), ["ALTER COLUMN c DROP NOT NULL"]);
        assert_eq!(sql(json!({}), named("a b")), ["ADD CONSTRAINT \"a b\" NOT NULL c"]);
        assert_eq!(sql(named("a"), named("b")), ["RENAME CONSTRAINT a TO b"]);
        assert_eq!(sql(named("a"), plain()), ["RENAME CONSTRAINT a TO t_c_not_null"]);
        assert_eq!(sql(plain(), named("a")), ["RENAME CONSTRAINT t_c_not_null TO a"]);
        let alone = json!({"not null": true, "not null name": "a", "not null no inherit": true});
        assert_eq!(sql(named("a"), alone), ["ALTER CONSTRAINT a NO INHERIT"]);
        let unvalidated =
            |name| json!({"not null": true, "not null name": name, "not null unvalidated": true});
        assert_eq!(sql(unvalidated("a"), named("a")), ["VALIDATE CONSTRAINT a"]);
        let open = json!({"not null": true, "not null unvalidated": true});
        assert_eq!(sql(open, plain()), ["VALIDATE CONSTRAINT t_c_not_null"]);
        assert_eq!(
            sql(named("a"), unvalidated("a")),
            ["ALTER COLUMN c DROP NOT NULL", "ADD CONSTRAINT a NOT NULL c NOT VALID"]
        );
    }
}
