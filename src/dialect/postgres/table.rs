//! Tables, ordinary and partitioned, and partitions.

use serde::Deserialize;

use super::{
    acl::{self, Grantable, On},
    ask, bounds,
    column,
    common::{dress, owned_by, qualified, redress, redress_columns, texts, typed, with},
    constraint,
    inspect::Reader,
};
use crate::{
    dialect::{Alteration, Change, Check, Hazard, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Kind, Object},
};

/// The kind of tables.
pub const KIND: Kind = Kind::of("table");

/// How tables are read.
pub const READER: Reader = Reader {
    kind: KIND,
    plural: "tables",
    class: "pg_class",
    sql: include_str!("table.sql"),
    grantable: Some(Grantable::Relation),
};

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    unlogged: bool,
    #[serde(rename = "partition by")]
    partition_by: Option<String>,
    #[serde(default)]
    inherits: Vec<Vec<String>>,
    bound: Option<String>,
    #[serde(default, rename = "of type")]
    of_type: Vec<String>,
    #[serde(rename = "access method")]
    access_method: Option<String>,
    tablespace: Option<String>,
    #[serde(default, rename = "row security")]
    row_security: bool,
    #[serde(default, rename = "force row security")]
    force_row_security: bool,
    #[serde(rename = "replica identity")]
    replica_identity: Option<String>,
    #[serde(rename = "clustered on")]
    clustered_on: Option<String>,
}

/// What is known about tables.
pub struct Table;

impl ObjectKind for Table {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn create(&self, object: &Object, parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets: Facets = typed(object)?;
        let mut clauses = Vec::new();
        for part in parts.iter().filter(|part| part.key.kind() == column::KIND && column::is_own(part)) {
            clauses.push(column::clause(part)?);
        }
        for part in parts.iter().filter(|part| part.key.kind() == constraint::KIND) {
            clauses.push(constraint::clause(part)?);
        }
        let unlogged = if facets.unlogged { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}TABLE {}", qualified(&object.key));
        let body = if clauses.is_empty() { String::new() } else { format!(" (\n    {}\n)", clauses.join(",\n    ")) };
        match (&facets.bound, facets.inherits.first()) {
            (Some(bound), Some(parent)) => {
                sql.push_str(&format!(" PARTITION OF {}{body} {bound}", quote::qualified(parent)));
            }
            _ if !facets.of_type.is_empty() => {
                sql.push_str(&format!(" OF {}{body}", quote::qualified(&facets.of_type)));
            }
            _ => sql.push_str(if body.is_empty() { " ()" } else { &body }),
        }
        if facets.bound.is_none() && !facets.inherits.is_empty() {
            let parents: Vec<String> = facets.inherits.iter().map(|parent| quote::qualified(parent)).collect();
            sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
        }
        if let Some(key) = &facets.partition_by {
            sql.push_str(&format!(" PARTITION BY {key}"));
        }
        if let Some(method) = &facets.access_method {
            sql.push_str(&format!(" USING {}", quote::name(method)));
        }
        let options: Vec<String> = texts(object, "options").into_iter().chain(texts(object, "toast options")).collect();
        sql.push_str(&with(&options));
        if let Some(tablespace) = &facets.tablespace {
            sql.push_str(&format!(" TABLESPACE {}", quote::name(tablespace)));
        }
        let mut steps = vec![Step::new(sql)];
        let label = label(object);
        steps.extend(row_security(object, facets.row_security, facets.force_row_security));
        steps.extend(facets.replica_identity.as_deref().map(|identity| replica_identity(object, Some(identity))));
        steps.extend(facets.clustered_on.as_deref().map(|index| clustered_on(object, Some(index))));
        steps.extend(dress(object, &label, Some(&label)));
        for part in parts {
            if part.key.kind() == column::KIND {
                steps.extend(column::dressing(part)?);
            } else {
                steps.extend(constraint::dressing(part));
            }
        }
        steps.extend(acl::change_columns(&[], &texts(object, "column grants"), On::own(&label)));
        Ok(steps)
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        let message = format!("All rows of {} are gone.", object.key.dotted());
        let step = Step::new(format!("DROP {}", label(object))).hazard(HazardCode::LosesData, message);
        Ok(vec![step.check(ask::rows(&qualified(&object.key)))])
    }

    fn ask(&self, object: &Object, before: &Catalog, after: &Catalog) -> Option<Check> {
        bounds::ask(object, before, after)
    }

    fn beside(&self, object: &Object, before: &Catalog, after: &Catalog) -> Vec<Hazard> {
        bounds::beside_default(object, before, after)
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        if change.touches("partition by") {
            return Ok(Alteration::Replace);
        }
        let (from, to): (Facets, Facets) = (typed(change.from)?, typed(change.to)?);
        let (label, name) = (label(change.to), change.to.key.dotted());
        let alter = |what: &str| Step::new(format!("ALTER {label} {what}"));
        let rewrites = |step: Step| {
            step.hazard(HazardCode::RewritesTable, format!("Every row of {name} is written anew."))
                .hazard(HazardCode::BlocksReads, format!("Nobody can use {name} meanwhile."))
        };
        let mut steps = Vec::new();
        steps.extend(ancestry(change, &from, &to));
        if change.touches("unlogged") {
            let step = rewrites(alter(if to.unlogged { "SET UNLOGGED" } else { "SET LOGGED" }));
            let message = format!("{name} is {}replicated, and {} a crash.", if to.unlogged { "no longer " } else { "" }, if to.unlogged { "empty after" } else { "survives" });
            steps.push(step.hazard(HazardCode::ChangesReplication, message));
        }
        if change.touches("access method") {
            let method = to.access_method.as_deref().map_or_else(|| "heap".to_owned(), quote::name);
            steps.push(rewrites(alter(&format!("SET ACCESS METHOD {method}"))));
        }
        if change.touches("tablespace") {
            let tablespace = to.tablespace.as_deref().map_or_else(|| "pg_default".to_owned(), quote::name);
            let step = alter(&format!("SET TABLESPACE {tablespace}"));
            // A partitioned table has no rows of its own: its next partitions go there.
            steps.push(if to.partition_by.is_some() { step } else { rewrites(step) });
        }
        for facet in ["options", "toast options"] {
            let (old, new) = (texts(change.from, facet), texts(change.to, facet));
            steps.extend(super::common::change_options(&format!("ALTER {label}"), &old, &new));
        }
        let security = |facet, now: bool| change.touches(facet).then_some(now);
        steps.extend(row_security_change(change.to, security("row security", to.row_security), security("force row security", to.force_row_security)));
        if change.touches("replica identity") {
            steps.push(replica_identity(change.to, to.replica_identity.as_deref()));
        }
        if change.touches("clustered on") {
            steps.push(clustered_on(change.to, to.clustered_on.as_deref()));
        }
        steps.extend(redress(change, &label, Some(&label)));
        steps.extend(redress_columns(change, &label, &steps));
        Ok(Alteration::InPlace(steps))
    }

    fn restore(&self, object: &Object) -> Vec<Step> {
        object.facets.text("owner").map(|owner| owned_by(&label(object), owner)).into_iter().collect()
    }
}

fn label(object: &Object) -> String {
    format!("TABLE {}", qualified(&object.key))
}

/// Leaving and joining parents: partitions and plain inheritance.
fn ancestry(change: &Change<'_>, from: &Facets, to: &Facets) -> Vec<Step> {
    let (table, mut steps) = (qualified(&change.to.key), Vec::new());
    if change.touches("of type") {
        let of = if to.of_type.is_empty() { "NOT OF".to_owned() } else { format!("OF {}", quote::qualified(&to.of_type)) };
        steps.push(Step::new(format!("ALTER TABLE {table} {of}")));
    }
    if !change.touches("inherits") && !change.touches("bound") {
        return steps;
    }
    let moves = from.bound != to.bound || from.inherits != to.inherits;
    if from.bound.is_some() && moves {
        let detach = |parent| Step::new(format!("ALTER TABLE {} DETACH PARTITION {table}", quote::qualified(parent)));
        steps.extend(from.inherits.iter().map(|parent| detach(parent)));
    }
    if let (Some(bound), true) = (&to.bound, moves) {
        steps.extend(leaving(&table, &from.inherits, &from.bound));
        let message = format!("Fails if rows of {table} do not fit the bounds.");
        let attach = |parent| format!("ALTER TABLE {} ATTACH PARTITION {table} {bound}", quote::qualified(parent));
        let held = format!("Nobody can use {table} while its rows are held against the bounds.");
        let beside = change.catalogs.map(|[before, after]| bounds::beside_default(change.to, before, after));
        steps.extend(to.inherits.iter().map(|parent| {
            let step = Step::new(attach(parent)).hazard(HazardCode::MayFail, message.clone());
            let mut step = step.hazard(HazardCode::BlocksReads, held.clone());
            step.hazards.extend(beside.iter().flatten().cloned());
            step
        }));
        return steps;
    }
    // A column that an old and a new parent have stays inherited only if the new one comes first.
    let joined = to.inherits.iter().filter(|parent| !from.inherits.contains(parent) || from.bound.is_some());
    steps.extend(joined.map(|parent| Step::new(format!("ALTER TABLE {table} INHERIT {}", quote::qualified(parent)))));
    let left: Vec<Vec<String>> = from.inherits.iter().filter(|parent| !to.inherits.contains(parent)).cloned().collect();
    steps.extend(leaving(&table, &left, &from.bound));
    steps
}

/// `NO INHERIT`; partitions leave otherwise.
fn leaving(table: &str, parents: &[Vec<String>], bound: &Option<String>) -> Vec<Step> {
    let leave = |parent: &Vec<String>| Step::new(format!("ALTER TABLE {table} NO INHERIT {}", quote::qualified(parent)));
    if bound.is_some() { Vec::new() } else { parents.iter().map(leave).collect() }
}

fn row_security(object: &Object, enabled: bool, forced: bool) -> Vec<Step> {
    row_security_change(object, enabled.then_some(true), forced.then_some(true))
}

fn row_security_change(object: &Object, enabled: Option<bool>, forced: Option<bool>) -> Vec<Step> {
    let (label, name) = (label(object), object.key.dotted());
    let mut steps = Vec::new();
    if let Some(enabled) = enabled {
        let (verb, effect) = if enabled { ("ENABLE", "only") } else { ("DISABLE", "no longer only") };
        let message = format!("Roles see {effect} the rows of {name} that its policies let through.");
        steps.push(Step::new(format!("ALTER {label} {verb} ROW LEVEL SECURITY")).hazard(HazardCode::ChangesAccess, message));
    }
    if let Some(forced) = forced {
        let verb = if forced { "FORCE" } else { "NO FORCE" };
        let message = format!("The policies of {name} bind its owner {}.", if forced { "too" } else { "no longer" });
        steps.push(Step::new(format!("ALTER {label} {verb} ROW LEVEL SECURITY")).hazard(HazardCode::ChangesAccess, message));
    }
    steps
}

fn replica_identity(object: &Object, identity: Option<&str>) -> Step {
    let message = format!("Subscribers know the rows of {} by something else.", object.key.dotted());
    Step::new(format!("ALTER {} REPLICA IDENTITY {}", label(object), identity.unwrap_or("DEFAULT")))
        .hazard(HazardCode::ChangesReplication, message)
}

fn clustered_on(object: &Object, index: Option<&str>) -> Step {
    let what = index.map_or_else(|| "SET WITHOUT CLUSTER".to_owned(), |index| format!("CLUSTER ON {}", quote::name(index)));
    Step::new(format!("ALTER {} {what}", label(object)))
}
