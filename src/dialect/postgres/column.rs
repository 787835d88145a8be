//! Columns.

use serde::Deserialize;

use super::{
    ask, domain,
    common::{comment, own_name, qualified, texts, typed},
    composite, enum_type, expression,
    foreign_table::{self, column_options},
    generated,
    inspect::Reader,
    not_null,
    retype::Cast,
    underlying::column_cast,
    security_label,
    sequence::{self, Options},
};
use crate::{
    dialect::{Alteration, Change, Check, HazardCode, ObjectKind, Step, Unwritable, quote},
    model::{Catalog, Kind, Object},
};

/// The kind of columns.
pub const KIND: Kind = Kind::of("column");

/// How columns are read.
pub const READER: Reader =
    Reader { kind: KIND, plural: "columns", class: "pg_class", sql: include_str!("column.sql"), grantable: None };

#[derive(Deserialize)]
struct Facets {
    #[serde(default)]
    inherited: bool,
    #[serde(default)]
    r#type: String,
    collation: Option<String>,
    #[serde(default, rename = "not null")]
    not_null: bool,
    default: Option<String>,
    #[serde(default, rename = "no default")]
    no_default: bool,
    generated: Option<String>,
    #[serde(default)]
    r#virtual: bool,
    identity: Option<String>,
    #[serde(rename = "identity sequence")]
    sequence: Option<Sequence>,
    storage: Option<String>,
    compression: Option<String>,
    statistics: Option<i64>,
}

#[derive(Deserialize)]
struct Sequence {
    name: Vec<String>,
    #[serde(flatten)]
    options: Options,
}

/// The `schema.name` of the sequence behind an identity column.
pub fn identity_sequence(object: &Object) -> Option<String> {
    let name = object.facets.get("identity sequence")?.get("name")?;
    Some(Vec::<String>::deserialize(name).ok()?.join("."))
}

/// What is known about columns.
pub struct Column;

/// The facets of a column, with all that its identity leaves out.
fn facets(object: &Object) -> Result<Facets, Unwritable> {
    let mut facets: Facets = typed(object)?;
    if let Some(sequence) = &mut facets.sequence {
        sequence.options.settle(&facets.r#type);
    }
    Ok(facets)
}

impl ObjectKind for Column {
    fn kind(&self) -> Kind {
        KIND
    }

    fn plural(&self) -> &'static str {
        READER.plural
    }

    fn inline(&self, _object: &Object) -> bool {
        true
    }

    fn create(&self, object: &Object, _parts: &[&Object]) -> Result<Vec<Step>, Unwritable> {
        let facets = facets(object)?;
        if facets.inherited {
            return dressing(object);
        }
        let table = object.key.path()[..2].join(".");
        let mut step = Step::new(format!("ALTER TABLE {} ADD COLUMN {}", qualified(&object.key), clause(object)?));
        if facets.not_null && facets.default.is_none() && facets.generated.is_none() && facets.identity.is_none() {
            step = step
                .hazard(HazardCode::MayFail, format!("Fails if {table} has any row: the column may not be NULL."))
                .check(ask::rows(&qualified(&object.key)));
        }
        let computed = facets.default.as_deref().is_some_and(|default| default.contains('(') && !default.starts_with("now()"));
        let generated = facets.generated.is_some() && !facets.r#virtual || facets.identity.is_some();
        if computed || generated || is_of_domain(object, &facets.r#type) {
            step = step
                .hazard(HazardCode::RewritesTable, format!("Every row of {table} is written anew to hold its value."))
                .hazard(HazardCode::BlocksReads, format!("Nobody can use {table} meanwhile."));
        }
        Ok([step].into_iter().chain(dressing(object)?).collect())
    }

    fn drop(&self, object: &Object) -> Result<Vec<Step>, Unwritable> {
        if object.facets.flag("inherited") {
            return Ok(Vec::new());
        }
        let sql = format!("ALTER TABLE {} DROP COLUMN {}", qualified(&object.key), own_name(&object.key));
        if object.facets.flag("virtual") {
            return Ok(vec![Step::new(sql)]);
        }
        let message = format!("The values of {} are gone.", object.key.dotted());
        let check = ask::values(&qualified(&object.key), &own_name(&object.key));
        Ok(vec![Step::new(sql).hazard(HazardCode::LosesData, message).check(check)])
    }

    fn alter(&self, change: &Change<'_>) -> Result<Alteration, Unwritable> {
        let (from, to) = (facets(change.from)?, facets(change.to)?);
        if generated::is_made_anew(change) {
            return Ok(Alteration::Replace);
        }
        let alter = |what: &str| {
            Step::new(format!("ALTER TABLE {} ALTER COLUMN {} {what}", qualified(&change.to.key), own_name(&change.to.key)))
        };
        let mut steps = Vec::new();
        steps.extend(generated::sets_expression(change));
        if from.generated.is_some() && to.generated.is_none() {
            steps.push(alter("DROP EXPRESSION"));
        }
        if from.identity.is_some() && to.identity.is_none() {
            let message = format!("The position of the sequence of {} is lost.", change.to.key.dotted());
            steps.push(alter("DROP IDENTITY").hazard(HazardCode::LosesData, message));
        }
        let retyped = !to.inherited && (change.touches("type") || change.touches("collation"));
        let default_differs = change.touches("default") || change.touches("no default");
        if from.default.is_some() && default_differs && (to.default.is_none() || retyped) {
            steps.push(alter("DROP DEFAULT"));
        }
        if retyped {
            let cast = column_cast(change.from, change.to, change.catalogs);
            steps.push(retype(change.to, &from.r#type, &to, cast));
        }
        if let (true, Some(default)) = (default_differs, &to.default) {
            steps.push(alter(&format!("SET DEFAULT {}", expression::writable(default))));
        }
        steps.extend(not_null::change(change)?);
        steps.extend(identity(change, &from, &to));
        if change.touches("storage") {
            steps.push(alter(&format!("SET STORAGE {}", to.storage.as_deref().map_or_else(|| usual_storage(&to.r#type), storage))));
        }
        if change.touches("compression") {
            steps.push(alter(&format!("SET COMPRESSION {}", to.compression.as_deref().map_or("default", compression))));
        }
        if change.touches("statistics") {
            steps.push(statistics(change.to, to.statistics));
        }
        if change.touches("options") {
            let alter = format!("ALTER TABLE {} ALTER COLUMN {}", qualified(&change.to.key), own_name(&change.to.key));
            steps.extend(super::common::change_options(&alter, &texts(change.from, "options"), &texts(change.to, "options")));
        }
        let fdw_options = (texts(change.from, "fdw options"), texts(change.to, "fdw options"));
        steps.extend(column_options(change.to, &fdw_options.0, &fdw_options.1));
        if change.touches("comment") {
            steps.push(comment(&label(change.to), change.to.facets.text("comment")));
        }
        steps.extend(security_label::relabelled(change, &label(change.to)));
        Ok(Alteration::InPlace(steps))
    }

    /// What a column loses with the type that it follows: values of an enum.
    fn ask(&self, object: &Object, before: &Catalog, after: &Catalog) -> Option<Check> {
        let types = object.requires.iter().filter(|need| need.on.kind() == enum_type::KIND);
        types.into_iter().find_map(|need| {
            let gone = enum_type::gone(before.get(&need.on)?, after.get(&need.on)?)?;
            let r#type = object.facets.text("type")?;
            Some(ask::labels(&qualified(&object.key), &own_name(&object.key), r#type, &gone))
        })
    }

    fn retype(&self, from: &Object, to: &Object, made_of: &[(&Object, &Object)]) -> Option<Vec<Step>> {
        let (old, new) = (facets(from).ok()?, facets(to).ok()?);
        if new.inherited {
            return None;
        }
        let (table, name) = (qualified(&to.key), own_name(&to.key));
        let alter = |what: String| Step::new(format!("ALTER TABLE {table} ALTER COLUMN {name} {what}"));
        let mut steps = Vec::new();
        steps.extend(old.default.as_ref().map(|_| alter("DROP DEFAULT".to_owned())));
        steps.push(
            alter(format!("TYPE {} USING {}", new.r#type, carried(&name, &new.r#type, made_of)?))
                .hazard(HazardCode::RewritesTable, format!("Every row of {table} is written anew."))
                .hazard(HazardCode::BlocksReads, format!("Nobody can use {table} meanwhile."))
                .hazard(HazardCode::MayFail, format!("Fails if {} holds a value that the new type does not have.", to.key.dotted())),
        );
        steps.extend(new.default.as_ref().map(|default| alter(format!("SET DEFAULT {}", expression::writable(default)))));
        // What else is to change, with type and default as they are by now.
        let mut between = from.clone();
        for facet in ["type", "default"] {
            between.facets.set(facet, to.facets.get(facet).cloned().unwrap_or_default());
        }
        let facets = between.facets.names(&to.facets).filter(|name| between.facets.get(name) != to.facets.get(name)).collect();
        match self.alter(&Change { facets, ..Change::between(&between, to) }).ok()? {
            Alteration::InPlace(rest) => steps.extend(rest),
            _ => return None,
        }
        Some(steps)
    }

    /// A change of type takes along what the server refuses to carry over: everything but plain
    /// indexes, keys and checks of the same table.
    fn disturbs(&self, change: &Change<'_>, dependent: &Object) -> bool {
        // What is set on a column is set on those that inherit it, over what they have of their own.
        if dependent.key.kind() == KIND && dependent.facets.flag("inherited") {
            let own = |facet: &str| {
                dependent.facets.get(facet).is_some() || facet == "default" && dependent.facets.flag("no default")
            };
            let handed_down = ["default", "not null", "storage", "compression"];
            return handed_down.into_iter().any(|facet| own(facet) && change.touches(facet));
        }
        if !change.touches("type") && !change.touches("collation") {
            return false;
        }
        let carried = ["index", "constraint", "sequence", "statistics", "table"];
        let foreign_key = dependent.facets.text("type") == Some("FOREIGN KEY");
        let generated = dependent.key.kind() == KIND && dependent.facets.text("generated").is_some();
        let expression = ["index", "constraint", "statistics"].contains(&dependent.key.kind().name())
            && dependent.facets.text("type").is_none_or(|kind| kind == "CHECK" || kind == "EXCLUDE");
        generated || foreign_key || expression || !carried.contains(&dependent.key.kind().name()) && dependent.key.kind() != KIND
    }
}

/// The values of a column as those of a new version of its type: through their texts. Where attributes
/// of a composite type have other places than they had, the texts would put them in the wrong ones:
/// then by their names, or `None` where the type is inside of another.
fn carried(column: &str, r#type: &str, made_of: &[(&Object, &Object)]) -> Option<String> {
    let mut moved = made_of.iter().filter(|(old, new)| !composite::keeps_places(old, new));
    match (moved.next(), moved.next()) {
        (None, _) => Some(format!("{column}::text::{type}")),
        (Some((old, new)), None) if qualified(&new.key) == r#type => composite::by_name(old, new, column),
        _ => None,
    }
}

/// `name type …` as it stands in `CREATE TABLE` and after `ADD COLUMN`.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn clause(object: &Object) -> Result<String, Unwritable> {
    let facets = facets(object)?;
    let mut sql = format!("{} {}", own_name(&object.key), facets.r#type);
    if let Some(collation) = &facets.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(expression) = &facets.generated {
        let kind = if facets.r#virtual { "VIRTUAL" } else { "STORED" };
        sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", expression::writable(expression)));
    }
    if let Some(default) = &facets.default {
        sql.push_str(&format!(" DEFAULT {}", expression::writable(default)));
    }
    if let Some(identity) = &facets.identity {
        sql.push_str(&generated_as_identity(identity, facets.sequence.as_ref(), &facets.r#type));
    }
    sql.push_str(&not_null::clause(object)?);
    Ok(sql)
}

/// Whether a column's type is a domain, whose constraints are checked for each row of a new column: even
/// those of NULL.
fn is_of_domain(column: &Object, r#type: &str) -> bool {
    let mut domains = column.requires.iter().filter(|need| need.on.kind() == domain::KIND);
    !r#type.ends_with("[]") && domains.any(|need| r#type.contains(need.on.name()))
}

/// Whether `CREATE TABLE` writes the column at all: what comes from a parent does not.
pub fn is_own(object: &Object) -> bool {
    !object.facets.flag("inherited")
}

/// What is put on a column after it was made.
///
/// # Errors
/// Where the facets are not of the shape.
pub fn dressing(object: &Object) -> Result<Vec<Step>, Unwritable> {
    let facets = facets(object)?;
    let alter = |what: &str| {
        Step::new(format!("ALTER TABLE {} ALTER COLUMN {} {what}", qualified(&object.key), own_name(&object.key)))
    };
    let mut steps = Vec::new();
    if facets.inherited {
        steps.extend(facets.no_default.then(|| alter("DROP DEFAULT")));
        steps.extend(facets.default.as_ref().map(|default| alter(&format!("SET DEFAULT {}", expression::writable(default)))));
    }
    steps.extend(not_null::dressing(object)?);
    steps.extend(facets.storage.as_ref().map(|name| alter(&format!("SET STORAGE {}", storage(name)))));
    steps.extend(facets.compression.as_ref().map(|name| alter(&format!("SET COMPRESSION {}", compression(name)))));
    steps.extend(facets.statistics.map(|target| statistics(object, Some(target))));
    let options = texts(object, "options");
    if !options.is_empty() {
        steps.push(alter(&format!("SET ({})", super::common::options(&options))));
    }
    steps.extend(column_options(object, &[], &texts(object, "fdw options")));
    steps.extend(object.facets.text("comment").map(|text| comment(&label(object), Some(text))));
    steps.extend(security_label::labelled(object, &label(object)));
    Ok(steps)
}

/// `ONLY`, because tables that inherit a column have targets of their own.
fn statistics(object: &Object, target: Option<i64>) -> Step {
    let only = if object.parent.as_ref().is_some_and(|parent| parent.kind() == foreign_table::KIND) { "" } else { "ONLY " };
    let (table, column) = (qualified(&object.key), own_name(&object.key));
    Step::new(format!("ALTER TABLE {only}{table} ALTER COLUMN {column} SET STATISTICS {}", target.unwrap_or(-1)))
}

fn label(object: &Object) -> String {
    format!("COLUMN {}.{}", qualified(&object.key), own_name(&object.key))
}

fn storage(name: &str) -> &'static str {
    match name {
        "PLAIN" => "PLAIN",
        "EXTERNAL" => "EXTERNAL",
        "MAIN" => "MAIN",
        _ => "EXTENDED",
    }
}

/// The storage of a type of variable length that was not told otherwise (`pg_type.typstorage`).
pub fn usual_storage(r#type: &str) -> &'static str {
    let base = r#type.split(['(', ' ']).next().unwrap_or_default();
    if ["numeric", "inet", "cidr"].contains(&base) { "MAIN" } else { "EXTENDED" }
}

/// A way to compress, as SQL says it.
pub fn compression(name: &str) -> &'static str {
    if name == "lz4" { "lz4" } else { "pglz" }
}

fn retype(object: &Object, from: &str, to: &Facets, cast: Cast) -> Step {
    let (table, name) = (object.key.path()[..2].join("."), own_name(&object.key));
    let collation = to.collation.as_ref().map_or(String::new(), |collation| format!(" COLLATE {collation}"));
    // The rows of a foreign table are elsewhere, and what is generated is computed anew: there is nothing
    // to cast.
    let foreign = object.parent.as_ref().is_some_and(|parent| parent.kind() == foreign_table::KIND);
    let using = match cast {
        _ if foreign || to.generated.is_some() => String::new(),
        Cast::Binary | Cast::Assignment => String::new(),
        Cast::Explicit => format!(" USING {name}::{}", to.r#type),
        Cast::ThroughText => format!(" USING {name}::text::{}", to.r#type),
    };
    let sql = format!("ALTER TABLE {} ALTER COLUMN {name} TYPE {}{collation}{using}", qualified(&object.key), to.r#type);
    let check = ask::casts(&qualified(&object.key), &name, from, &to.r#type, cast);
    if foreign || to.r#virtual || cast == Cast::Binary {
        return Step::new(sql);
    }
    let step = Step::new(sql).check(check).hazard(HazardCode::BlocksReads, format!("Nobody can use {table} while the type is changed."));
    step.hazard(HazardCode::RewritesTable, format!("Every row of {table} is written anew."))
        .hazard(HazardCode::MayFail, format!("Fails if {} holds a value that does not fit {}.", object.key.dotted(), to.r#type))
}

fn generated_as_identity(kind: &str, sequence: Option<&Sequence>, r#type: &str) -> String {
    let kind = if kind == "ALWAYS" { "ALWAYS" } else { "BY DEFAULT" };
    let mut clauses = Vec::new();
    if let Some(sequence) = sequence {
        clauses.push(format!("SEQUENCE NAME {}", quote::qualified(&sequence.name)));
        clauses.extend(sequence.options.clauses(None, r#type));
    }
    let options = if clauses.is_empty() { String::new() } else { format!(" ({})", clauses.join(" ")) };
    format!(" GENERATED {kind} AS IDENTITY{options}")
}

fn identity(change: &Change<'_>, from: &Facets, to: &Facets) -> Vec<Step> {
    let Some(kind) = &to.identity else { return Vec::new() };
    let alter = format!("ALTER TABLE {} ALTER COLUMN {}", qualified(&change.to.key), own_name(&change.to.key));
    if from.identity.is_none() {
        return vec![Step::new(format!("{alter} ADD{}", generated_as_identity(kind, to.sequence.as_ref(), &to.r#type)))];
    }
    let mut steps = Vec::new();
    if change.touches("identity") {
        let kind = if kind == "ALWAYS" { "ALWAYS" } else { "BY DEFAULT" };
        steps.push(Step::new(format!("{alter} SET GENERATED {kind}")));
    }
    if let (Some(old), Some(new)) = (&from.sequence, &to.sequence) {
        if old.name != new.name {
            let renamed = new.name.last().map_or("", String::as_str);
            steps.push(Step::new(format!("ALTER SEQUENCE {} RENAME TO {}", quote::qualified(&old.name), quote::name(renamed))));
        }
        steps.extend(sequence::raised(&quote::qualified(&new.name), &old.options, &new.options));
        let base = old.options.retyped(&from.r#type, &to.r#type, &new.options.increment);
        let clauses = new.options.clauses(Some(&base), &to.r#type);
        if !clauses.is_empty() {
            let set: Vec<String> = clauses.iter().map(|clause| format!("SET {clause}")).collect();
            steps.push(Step::new(format!("{alter} {}", set.join(" "))));
        }
    }
    steps
}
