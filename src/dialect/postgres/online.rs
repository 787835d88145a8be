//! The online style: statements that hold nobody up for long.
//!
//! Indexes are built and dropped concurrently, constraints are added first and validated after,
//! keys are made of an index that is there, and every statement gives up rather than queue for a
//! lock in front of everybody else. What can only be done by writing a table anew is refused.

use std::time::Duration;

use super::{aside, column, constraint, expand, index, not_null, table};
use crate::{
    dialect::{Action, Expansion, HazardCode, Patience, Scene, Step, Transaction, Unwritable, quote},
    model::{Key, Object},
};

/// A statement that waits longer than this for a lock holds everybody up who comes after it.
const LOCK: Duration = Duration::from_secs(3);
/// Statements that only change catalogs are done long before.
const QUICK: Duration = Duration::from_secs(30);
/// Statements that read whole tables but let everybody work.
const SLOW: Duration = Duration::from_hours(6);
/// Building an index waits for transactions that are under way, and nobody waits for it.
const PATIENT: Duration = Duration::from_mins(30);
const RETRIES: u32 = 5;

/// Writes the plain statements of one thing that happens so that they hold nobody up for long.
///
/// # Errors
/// Where a table would have to be written anew.
pub fn restyled(scene: &Scene<'_>, steps: Vec<Step>) -> Result<Vec<Step>, Unwritable> {
    let steps = match scene.key.kind() {
        _ if scene.fresh => steps,
        index::KIND => index(scene, steps),
        constraint::KIND => constraint(scene, steps),
        column::KIND => steps.into_iter().flat_map(|step| forbidding_null(scene, step)).collect(),
        _ => steps,
    };
    if let Some(object) = scene.object().filter(|_| !scene.fresh) {
        refuse_rewrites(object, &steps)?;
    }
    Ok(steps.into_iter().map(|step| hurried(scene, step)).collect())
}

/// A change that would write a table anew, in two goes that do not, where there is such a way.
///
/// # Errors
/// Where it has to be written anew.
pub fn expanded(scene: &Scene<'_>, steps: &[Step]) -> Result<Option<Expansion>, Unwritable> {
    let Some(Expansion { expand, contract }) = expand::expanded(scene, steps)? else { return Ok(None) };
    let hurried = |steps: Vec<Step>| steps.into_iter().map(|step| hurried(scene, step)).collect();
    Ok(Some(Expansion { expand: hurried(expand), contract: hurried(contract) }))
}

/// Gives a statement that has none yet the patience of one that only changes catalogs.
fn hurried(scene: &Scene<'_>, mut step: Step) -> Step {
    if step.patience == Patience::default() {
        // Making a materialized view runs its query.
        let runs_query = step.sql.starts_with("CREATE MATERIALIZED VIEW ");
        let whole = if runs_query || scene.fresh { SLOW } else { QUICK };
        step.patience = Patience { lock: Some(LOCK), whole: Some(whole), retries: RETRIES };
    }
    step
}

fn refuse_rewrites(object: &Object, steps: &[Step]) -> Result<(), Unwritable> {
    let rewrites = |step: &&Step| step.hazards.iter().any(|hazard| hazard.code == HazardCode::RewritesTable);
    let Some(step) = steps.iter().find(rewrites) else { return Ok(()) };
    let sql = step.sql.lines().next().unwrap_or_default();
    let reason = format!(
        "`{sql}` writes every row of the table anew while nobody can use it, which the online style does not do: \
         plan this difference in the plain style for a quiet hour"
    );
    Err(Unwritable::new(object, reason))
}

/// A statement outside of a transaction that works on an index while its table is in use.
pub(super) fn concurrent(sql: String, hazards: impl Iterator<Item = crate::dialect::Hazard>) -> Step {
    let mut step = Step::new(sql).transaction(Transaction::Outside);
    step.hazards = hazards.collect();
    step.patience = Patience { lock: Some(PATIENT), whole: Some(SLOW), retries: RETRIES };
    step
}

/// The hazards that are left when nobody is blocked.
fn unblocked(step: &Step) -> impl Iterator<Item = crate::dialect::Hazard> {
    let blocks = [HazardCode::BlocksReads, HazardCode::BlocksWrites];
    step.hazards.iter().filter(move |hazard| !blocks.contains(&hazard.code)).cloned()
}

pub(super) fn drop_concurrently(key: &Key) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {}", quote::qualified(&[key.root(), key.name()]))
}

fn index(scene: &Scene<'_>, mut steps: Vec<Step>) -> Vec<Step> {
    let partitioned = scene.parent().is_some_and(is_partitioned);
    let away = swap(scene);
    match scene.action {
        Action::Create if !steps.is_empty() => {
            let plain = steps.remove(0);
            if let Some(renamed) = expand::takes_its_name(scene) {
                steps.insert(0, renamed);
                return steps;
            }
            let mut online = if partitioned {
                let mut whole = of_partitions(scene, &plain.sql);
                whole.push(plain);
                whole
            } else {
                let mut build = concurrent(concurrently(&plain.sql), unblocked(&plain));
                build.before_retry = Some(drop_concurrently(scene.key));
                vec![build]
            };
            online.append(&mut steps);
            online.extend(away.map(|away| concurrent(drop_concurrently(&away), [].into_iter())));
            online
        }
        Action::Drop if !partitioned => match away {
            Some(away) => {
                let (path, name) = (quote::qualified(&[scene.key.root(), scene.key.name()]), away.name());
                vec![Step::new(format!("ALTER INDEX {path} RENAME TO {}", quote::name(name)))]
            }
            // What makes way for a change comes back in the same transaction.
            None if scene.returns => steps,
            None => vec![concurrent(drop_concurrently(scene.key), [].into_iter())],
        },
        _ => steps,
    }
}

/// Under which name an index that is replaced stays in use until the new one is built; `None` where
/// something that it is on changes too.
fn swap(scene: &Scene<'_>) -> Option<Key> {
    let before = scene.before().filter(|_| scene.returns && scene.cause.is_none())?;
    let unchanged = |on: &Key| {
        let states = scene.from.get(on).zip(scene.to.get(on));
        states.is_some_and(|(from, to)| from.facets == to.facets)
    };
    let partitioned = scene.parent().is_some_and(is_partitioned);
    if partitioned || !before.requires.iter().all(|requirement| unchanged(&requirement.on)) {
        return None;
    }
    // An earlier run may have left one behind.
    let name = aside(&scene.key.as_kind(index::KIND));
    let of_table = |name: &str| scene.key.parent(table::KIND).child(index::KIND, name);
    let free = |name: &String| !scene.from.contains(&of_table(name));
    let mut names = [name.name().to_owned()].into_iter().chain((2..).map(|n| format!("{}{n}", name.name())));
    names.find(free).map(|name| of_table(&name))
}

fn concurrently(sql: &str) -> String {
    sql.replacen("INDEX ", "INDEX CONCURRENTLY ", 1)
}

fn is_partitioned(table: &Object) -> bool {
    table.facets.get("partition by").is_some()
}

/// The same index for each partition that is there and holds rows, built while it is in use. The
/// index of the partitioned table then finds and attaches them (`CREATE INDEX` in the manual).
fn of_partitions(scene: &Scene<'_>, sql: &str) -> Vec<Step> {
    let Some((head, rest)) = sql.split_once("INDEX ") else { return Vec::new() };
    let (_, rest) = quote::split_name(rest);
    let Some((_, definition)) = rest.strip_prefix(" ON ").map(quote::split_name) else { return Vec::new() };
    let mut steps = Vec::new();
    let mut tables: Vec<Key> = scene.parent().map(|table| table.key.clone()).into_iter().collect();
    while let Some(parent) = tables.pop() {
        for partition in partitions(scene, &parent) {
            if is_partitioned(partition) {
                tables.push(partition.key.clone());
                continue;
            }
            let (path, name) = (partition.key.path(), index_name(&partition.key, definition));
            let on = quote::qualified(path);
            let sql =
                format!("{head}INDEX CONCURRENTLY IF NOT EXISTS {} ON {on}{definition}", quote::name(&name));
            let mut build = concurrent(sql, [].into_iter());
            build.before_retry =
                Some(drop_concurrently(&Key::new(index::KIND, [partition.key.root(), &name])));
            steps.push(build);
        }
    }
    steps.sort_by(|a, b| a.sql.cmp(&b.sql));
    steps
}

/// The partitions of a table that are there already.
fn partitions<'a>(scene: &Scene<'a>, parent: &Key) -> Vec<&'a Object> {
    let path: Vec<&str> = parent.path().iter().map(|name| &**name).collect();
    let is_partition = |object: &&Object| {
        let of = object.facets.get("inherits").and_then(serde_json::Value::as_array);
        let of = of.and_then(|parents| parents.first()?.as_array());
        object.facets.get("bound").is_some()
            && of.is_some_and(|of| of.iter().filter_map(serde_json::Value::as_str).eq(path.iter().copied()))
    };
    let tables = scene.to.iter().map(|object| &**object).filter(|object| object.key.kind() == table::KIND);
    tables.filter(is_partition).filter(|partition| scene.from.contains(&partition.key)).collect()
}

/// A name as the server would choose it for the index of a partition: the table, the columns, `idx`.
fn index_name(table: &Key, definition: &str) -> String {
    let columns = definition.split_once('(').map_or("", |(_, columns)| columns);
    let mut columns = columns.split(')').next().unwrap_or_default().split(',');
    let mut words = vec![table.name().to_owned()];
    words.extend(columns.by_ref().map(|column| match quote::split_name(column.trim()).0 {
        "" => "expr".to_owned(),
        name => name.trim_matches('"').replace("\"\"", "\""),
    }));
    let name = words.join("_");
    let room = (0..=name.len().min(59)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    format!("{}_idx", &name[..room])
}

fn constraint(scene: &Scene<'_>, steps: Vec<Step>) -> Vec<Step> {
    let validates = |step: &Step| step.sql.contains(" VALIDATE CONSTRAINT ");
    match scene.action {
        Action::Create => add_constraint(scene, steps),
        Action::Alter => {
            let alone = |step: Step| if validates(&step) { alone(step) } else { step };
            steps.into_iter().map(alone).collect()
        }
        Action::Drop => steps,
    }
}

/// A statement that reads a whole table while everybody works on.
pub(super) fn alone(mut step: Step) -> Step {
    step.hazards.retain(|hazard| hazard.code == HazardCode::MayFail);
    step.patience = Patience { lock: Some(LOCK), whole: Some(SLOW), retries: RETRIES };
    step.transaction(Transaction::Alone)
}

fn add_constraint(scene: &Scene<'_>, mut steps: Vec<Step>) -> Vec<Step> {
    let (Some(object), Some(parent)) = (scene.after(), scene.parent()) else { return steps };
    let foreign = parent.key.kind() == super::foreign_table::KIND;
    if steps.is_empty() || foreign {
        return steps;
    }
    let definition = object.facets.text("definition").unwrap_or_default();
    let add = steps.remove(0);
    let mut online = match object.facets.text("type") {
        // A foreign key of a partitioned table cannot be added without being validated before 18.
        Some("FOREIGN KEY") if is_partitioned(parent) => vec![add],
        Some("FOREIGN KEY" | "CHECK")
            if !add.sql.ends_with(" NOT VALID") && !definition.contains(" NOT ENFORCED") =>
        {
            let validate = Step { sql: constraint::validate(object), ..add.clone() };
            steps.push(alone(validate));
            let mut add = Step { sql: add.sql + " NOT VALID", ..add };
            add.hazards.clear();
            vec![add]
        }
        Some("PRIMARY KEY" | "UNIQUE") if !is_partitioned(parent) => match by_index(object) {
            Some(Built { mut build, key }) => {
                build.hazards = unblocked(&add).collect();
                vec![build, key]
            }
            None => vec![add],
        },
        _ => vec![add],
    };
    online.append(&mut steps);
    online
}

/// A key made of an index that is built first.
pub(super) struct Built {
    /// Builds the index.
    pub build: Step,
    /// Makes the key of it.
    pub key: Step,
}

/// A key made of an index that is built first, where it can be. The index has the key's name from the
/// beginning.
pub(super) fn by_index(object: &Object) -> Option<Built> {
    let definition = object.facets.text("definition").unwrap_or_default();
    let (word, rest) = definition.split_at(definition.find('(').unwrap_or(0));
    let (columns, options) = split_parenthesis(rest);
    let (include, options) = match options.strip_prefix(" INCLUDE ") {
        Some(rest) => split_parenthesis(rest),
        None => ("", options),
    };
    let known = ["PRIMARY KEY ", "UNIQUE ", "UNIQUE NULLS NOT DISTINCT "].contains(&word);
    if !known || columns.contains(" WITHOUT OVERLAPS") {
        return None;
    }
    let include = if include.is_empty() { String::new() } else { format!(" INCLUDE {include}") };
    let nulls = if word.ends_with("DISTINCT ") { " NULLS NOT DISTINCT" } else { "" };
    let (name, on) = (quote::name(object.key.name()), super::common::qualified(&object.key));
    let sql = format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {on} {columns}{include}{nulls}");
    let mut build = concurrent(sql, [].into_iter());
    build.before_retry = Some(drop_concurrently(&object.key));
    let kind = if word.starts_with('P') { "PRIMARY KEY" } else { "UNIQUE" };
    let using = format!("ALTER TABLE {on} ADD CONSTRAINT {name} {kind} USING INDEX {name}{options}");
    Some(Built { build, key: Step::new(using) })
}

/// `(a, "b)") rest` → `(a, "b)")` and ` rest`.
pub(super) fn split_parenthesis(text: &str) -> (&str, &str) {
    let (mut depth, mut quoted) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 && !quoted && c == ')' {
            return text.split_at(at + 1);
        }
    }
    (text, "")
}

/// What forbids NULL is added first, where it is a constraint by itself (since PostgreSQL 18), and
/// validated after. `SET NOT NULL` looks at no row where a validated check says that there is no NULL
/// (`ALTER TABLE` in the manual).
fn forbidding_null(scene: &Scene<'_>, step: Step) -> Vec<Step> {
    let Some(object) = scene.after() else { return vec![step] };
    let on = super::common::qualified(&object.key);
    let column = quote::name(object.key.name());
    let alter = |what: String| Step::new(format!("ALTER TABLE {on} {what}"));
    let validate = |name: &str| {
        alone(Step { sql: format!("ALTER TABLE {on} VALIDATE CONSTRAINT {name}"), ..step.clone() })
    };
    let what = step.sql.strip_prefix(&format!("ALTER TABLE {on} ")).unwrap_or_default();
    if let Some(name) = what.strip_prefix("VALIDATE CONSTRAINT ") {
        return vec![validate(name)];
    }
    let foreign = scene.parent().is_some_and(|parent| parent.key.kind() == super::foreign_table::KIND);
    if what.starts_with("ADD ") && what.contains("NOT NULL ") && !what.ends_with(" NOT VALID") && !foreign {
        let Ok(name) = not_null::name(object) else { return vec![step] };
        let add = Step { sql: format!("{} NOT VALID", step.sql), hazards: Vec::new(), ..step.clone() };
        return vec![add, validate(&quote::name(&name))];
    }
    if what != format!("ALTER COLUMN {column} SET NOT NULL") || foreign {
        return vec![step];
    }
    let name = quote::name(&check_name(scene, object.key.name()));
    vec![
        alter(format!("ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID")),
        validate(&name),
        Step { hazards: Vec::new(), ..step },
        alter(format!("DROP CONSTRAINT {name}")),
    ]
}

/// A name that no constraint of the column's table has.
fn check_name(scene: &Scene<'_>, column: &str) -> String {
    let room = (0..=column.len().min(48)).rev().find(|end| column.is_char_boundary(*end)).unwrap_or(0);
    let taken = |name: &str| {
        let key = scene.key.parent(table::KIND).child(constraint::KIND, name);
        scene.from.contains(&key) || scene.to.contains(&key)
    };
    let first = format!("{}__not_null", &column[..room]);
    let mut names = [first.clone()].into_iter().chain((2..).map(|number| format!("{first}{number}")));
    names.find(|name| !taken(name)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_key_end_at_their_own_parenthesis() {
        assert_eq!(split_parenthesis("(a, \"b)\") INCLUDE (c)"), ("(a, \"b)\")", " INCLUDE (c)"));
        assert_eq!(split_parenthesis(""), ("", ""));
    }

    #[test]
    fn the_index_of_a_partition_is_named_after_its_table_and_columns() {
        let table = Key::new(table::KIND, ["public", "events_2024"]);
        assert_eq!(index_name(&table, " USING btree (a, \"b c\" DESC)"), "events_2024_a_b c_idx");
    }
}
