//! The idempotent style: statements that can be run again, also after half of the plan was run.
//!
//! Where PostgreSQL has `IF [NOT] EXISTS` or `OR REPLACE`, that is written. Policies and triggers are
//! dropped before they are made. Everything else is asked of the catalogs first, in a `DO` block;
//! and what they cannot be asked simply may be there, or gone, already.

use super::{policy, presence, publication, sequence, trigger};
use crate::{
    dialect::{Action, Change, Scene, Step, quote},
    model::Object,
};

/// Objects that `CREATE` leaves alone where they are.
const IF_NOT_EXISTS: [&str; 14] = [
    "CREATE SCHEMA ",
    "CREATE EXTENSION ",
    "CREATE COLLATION ",
    "CREATE SEQUENCE ",
    "CREATE UNLOGGED SEQUENCE ",
    "CREATE TABLE ",
    "CREATE UNLOGGED TABLE ",
    "CREATE FOREIGN TABLE ",
    "CREATE MATERIALIZED VIEW ",
    "CREATE INDEX ",
    "CREATE UNIQUE INDEX ",
    "CREATE STATISTICS ",
    "CREATE SERVER ",
    "CREATE USER MAPPING ",
];

/// Objects that `CREATE` can put in the place of the one that is there.
const OR_REPLACE: [&str; 8] = [
    "CREATE VIEW ",
    "CREATE FUNCTION ",
    "CREATE PROCEDURE ",
    "CREATE AGGREGATE ",
    "CREATE RULE ",
    "CREATE TRANSFORM ",
    "CREATE LANGUAGE ",
    "CREATE TRUSTED LANGUAGE ",
];

/// The kinds whose names are more than one word; all others are named by one.
const LONG_NOUNS: [&str; 16] = [
    "ACCESS METHOD ",
    "EVENT TRIGGER ",
    "FOREIGN DATA WRAPPER ",
    "FOREIGN TABLE ",
    "MATERIALIZED VIEW ",
    "OPERATOR CLASS ",
    "OPERATOR FAMILY ",
    "PROCEDURAL LANGUAGE ",
    "TEXT SEARCH CONFIGURATION ",
    "TEXT SEARCH DICTIONARY ",
    "TEXT SEARCH PARSER ",
    "TEXT SEARCH TEMPLATE ",
    "USER MAPPING ",
    "CREATE OR REPLACE ",
    "DEFAULT PRIVILEGES ",
    "LARGE OBJECT ",
];

/// What says that something is there already, where the catalogs are not asked.
const THERE: &str = "duplicate_object OR duplicate_function OR duplicate_table OR unique_violation";

/// What says that something is gone already, or that it has its new users already.
const GONE: &str = "undefined_object OR undefined_function OR wrong_object_type OR fdw_option_name_not_found OR dependent_objects_still_exist";

/// Writes the plain statements of one thing that happens so that they can be run again.
pub fn restyled(scene: &Scene<'_>, steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().flat_map(|step| again(scene, step)).collect()
}

fn again(scene: &Scene<'_>, step: Step) -> Vec<Step> {
    let sql = step.sql.as_str();
    let verb = sql.split(' ').next().unwrap_or_default();
    if let Some(condition) = &step.pending {
        return vec![Step { sql: guarded(condition, sql), ..step }];
    }
    if let Some(parts) = Alter::parse(sql).and_then(|alter| unpublished(scene, &alter)) {
        return parts.into_iter().map(|sql| Step { sql, ..step.clone() }).collect();
    }
    let one = match verb {
        "CREATE" => match scene.object().filter(|_| makes_by_dropping(scene)) {
            Some(object) if sql.starts_with("CREATE ") => return made_anew(object, step),
            _ => created(scene, sql),
        },
        "DROP" => dropped(scene, sql),
        "ALTER" => altered(scene, sql),
        _ => return vec![step],
    };
    vec![Step { sql: one, ..step }]
}

fn makes_by_dropping(scene: &Scene<'_>) -> bool {
    scene.action == Action::Create && [policy::KIND, trigger::KIND].contains(&scene.key.kind())
}

/// A policy or a trigger: they hold nothing, and nobody can tell two of one name apart.
fn made_anew(object: &Object, step: Step) -> Vec<Step> {
    let (on, name) = (super::common::qualified(&object.key), quote::name(object.key.name()));
    let noun = if object.key.kind() == policy::KIND { "POLICY" } else { "TRIGGER" };
    let drop = Step { sql: format!("DROP {noun} IF EXISTS {name} ON {on}"), ..step.clone() };
    vec![drop, step]
}

fn created(scene: &Scene<'_>, sql: &str) -> String {
    let behind = |heads: &[&'static str]| {
        let head = heads.iter().find(|head| sql.starts_with(**head))?;
        Some((*head, &sql[head.len()..]))
    };
    if let Some((head, rest)) = behind(&OR_REPLACE) {
        return format!("CREATE OR REPLACE {}{rest}", head.trim_start_matches("CREATE "));
    }
    match behind(&IF_NOT_EXISTS) {
        Some((_, rest)) if rest.starts_with("IF NOT EXISTS ") => return sql.to_owned(),
        Some((head, rest)) => return format!("{head}IF NOT EXISTS {rest}"),
        None => {}
    }
    if sql.starts_with("CREATE OR REPLACE ") {
        return sql.to_owned();
    }
    unless_there(scene, sql)
}

fn dropped(scene: &Scene<'_>, sql: &str) -> String {
    let Some(rest) = sql.strip_prefix("DROP ") else { return sql.to_owned() };
    let long = LONG_NOUNS.iter().find(|noun| rest.starts_with(**noun)).map(|noun| noun.len());
    let noun = long.or_else(|| rest.find(' ').map(|at| at + 1)).unwrap_or(0);
    let (noun, rest) = rest.split_at(noun);
    unless_done(scene, format!("DROP {noun}IF EXISTS {rest}"))
}

/// What comes back goes only as long as the change is not made for which it goes, and so does what
/// somebody else takes the place of.
fn unless_done(scene: &Scene<'_>, sql: String) -> String {
    let of_another = |object: &Object| {
        let path = object.key.path();
        let mut namesakes = scene.to.below(&object.key).filter(|other| other.key.path() == path);
        namesakes.any(|other| other.key.kind() != object.key.kind())
    };
    // A trigger of its whole may have its name by then.
    let is_in_partition = |object: &Object| {
        object.key.kind() == trigger::KIND
            && scene.parent().is_some_and(|table| table.facets.get("bound").is_some())
    };
    let condition = match scene.before().filter(|_| scene.action == Action::Drop) {
        Some(_) if scene.returns => match scene.change() {
            Some(change) => presence::pending(&change),
            None => {
                scene.cause.and_then(|cause| scene.from.get(cause)).and_then(|cause| presence::there(cause))
            }
        },
        // The sequence of an identity column may have its name by then.
        Some(before)
            if of_another(before) || before.key.kind() == sequence::KIND || is_in_partition(before) =>
        {
            presence::there(before).or_else(|| presence::routine_of_kind(before))
        }
        _ => None,
    };
    match condition {
        Some(condition) => guarded(&condition, &sql),
        None if scene.action == Action::Drop && scene.returns => attempted(&sql, GONE),
        None => sql,
    }
}

/// An `ALTER`, taken apart.
struct Alter<'a> {
    sql: &'a str,
    /// All of it before `what`.
    head: &'a str,
    /// The words between `ALTER` and the name.
    noun: &'a str,
    /// The name, as it is written.
    name: &'a str,
    /// What comes after the name.
    what: &'a str,
}

impl<'a> Alter<'a> {
    fn parse(sql: &'a str) -> Option<Self> {
        let rest = sql.strip_prefix("ALTER ")?;
        let long = LONG_NOUNS.iter().find(|noun| rest.starts_with(**noun)).map(|noun| noun.len());
        let (noun, rest) = rest.split_at(long.or_else(|| rest.find(' ').map(|at| at + 1))?);
        let (name, what) = quote::split_name(rest);
        let what = match what.strip_prefix('(') {
            // The signature of a routine: what is done to one can be done again.
            Some(signature) => signature,
            None => what.strip_prefix(' ')?,
        };
        Some(Alter { sql, head: &sql[..sql.len() - what.len()], noun: noun.trim_end(), name, what })
    }

    /// The same with words put in behind others that it starts with.
    fn with(&self, start: &str, words: &str) -> Option<String> {
        Some(format!("{}{start}{words}{}", self.head, self.what.strip_prefix(start)?))
    }

    /// The name that comes behind the words with which it starts.
    fn behind(&self, start: &str) -> Option<&'a str> {
        self.what.strip_prefix(start).map(|rest| quote::split_name(rest).0)
    }
}

fn altered(scene: &Scene<'_>, sql: &str) -> String {
    let either = format!("{THERE} OR {GONE}");
    let Some(alter) = Alter::parse(sql) else { return attempted(sql, &either) };
    let renames = alter.what.starts_with("RENAME TO ");
    match alter.noun {
        "TABLE" | "FOREIGN TABLE" | "SEQUENCE" | "INDEX" | "VIEW" | "MATERIALIZED VIEW" if renames => {
            guarded(&presence::relation_there(alter.name), sql)
        }
        "TABLE" | "FOREIGN TABLE" => altered_table(scene, &alter),
        "TYPE" => altered_type(scene, &alter),
        "DOMAIN" => altered_domain(scene, &alter),
        "FUNCTION" | "PROCEDURE" if scene.after().is_none() => {
            guarded(&presence::routine_there(&super::common::routine(scene.key)), sql)
        }
        "SEQUENCE" | "INDEX" | "VIEW" | "MATERIALIZED VIEW" | "POLICY" | "FUNCTION" | "PROCEDURE"
        | "AGGREGATE" | "SCHEMA" | "STATISTICS" | "EVENT TRIGGER" | "DEFAULT PRIVILEGES" => sql.to_owned(),
        _ if alter.what.contains("OWNER TO ") => sql.to_owned(),
        _ if alter.what.starts_with("ADD ") => attempted(sql, THERE),
        _ if alter.what.starts_with("DROP ") => attempted(sql, GONE),
        _ => attempted(sql, &either),
    }
}

fn altered_table(scene: &Scene<'_>, alter: &Alter<'_>) -> String {
    let (sql, table) = (alter.sql, alter.name);
    if let Some(column) = alter.behind("RENAME COLUMN ") {
        return guarded(&presence::attribute_there(table, &quote::unquoted(column)), sql);
    }
    if let Some(constraint) = alter.behind("RENAME CONSTRAINT ") {
        return guarded(&presence::constraint_there(table, &quote::unquoted(constraint)), sql);
    }
    if let Some(sql) = alter.with("ADD COLUMN ", "IF NOT EXISTS ") {
        return sql;
    }
    let gone =
        alter.with("DROP COLUMN ", "IF EXISTS ").or_else(|| alter.with("DROP CONSTRAINT ", "IF EXISTS "));
    if let Some(sql) = gone {
        // The table itself may be gone already.
        let sql = sql.replacen("TABLE ", "TABLE IF EXISTS ", 1);
        let typed = |table: &Object| table.facets.get("of type").is_some();
        return match alter.behind("DROP COLUMN ").filter(|_| scene.parent().is_some_and(typed)) {
            // A typed table refuses even to do nothing.
            Some(column) => guarded(&presence::attribute_there(table, &quote::unquoted(column)), &sql),
            None => unless_done(scene, sql),
        };
    }
    if alter.what.starts_with("ADD CONSTRAINT ") {
        return unless_there(scene, sql);
    }
    if let Some(rest) = alter.what.strip_prefix("ALTER COLUMN ") {
        return altered_column(scene, alter, rest);
    }
    if let Some(parent) = alter.behind("INHERIT ") {
        return guarded(&format!("NOT {}", presence::inherits(table, parent, None)), sql);
    }
    if let Some(parent) = alter.behind("NO INHERIT ") {
        return guarded(&presence::inherits(table, parent, None), sql);
    }
    if let Some(child) = alter.behind("ATTACH PARTITION ") {
        return guarded(&format!("NOT {}", presence::inherits(child, table, None)), sql);
    }
    if let Some(child) = alter.behind("DETACH PARTITION ") {
        let bound = scene.before().and_then(|before| before.facets.text("bound"));
        return guarded(&presence::inherits(child, table, bound), sql);
    }
    match alter.what {
        "NOT OF" => guarded(&presence::is_typed(table), sql),
        what if what.starts_with("OPTIONS ") => attempted(sql, &format!("{THERE} OR {GONE}")),
        _ => sql.to_owned(),
    }
}

fn unless_there(scene: &Scene<'_>, sql: &str) -> String {
    let there = scene.after().and_then(presence::there);
    there.map_or_else(|| attempted(sql, THERE), |there| guarded(&format!("NOT {there}"), sql))
}

fn altered_column(scene: &Scene<'_>, alter: &Alter<'_>, rest: &str) -> String {
    let (sql, column) = (alter.sql, scene.key.name());
    let (name, what) = quote::split_name(rest);
    match what.trim_start() {
        what if what.starts_with("TYPE ") => match scene.after() {
            Some(after) if quote::name(column) == name => {
                let r#type =
                    after.facets.text("type").map(|r#type| presence::type_differs(scene.key, r#type));
                let collation = touches(scene, "collation")
                    .then(|| presence::collation_differs(scene.key, after.facets.text("collation")));
                let differs: Vec<String> = r#type.into_iter().chain(collation).collect();
                guarded(&differs.join(" OR "), sql)
            }
            _ => sql.to_owned(),
        },
        "DROP DEFAULT" if is_to_be_identity(scene) => {
            guarded(&format!("NOT {}", presence::is_identity(alter.name, column)), sql)
        }
        "DROP IDENTITY" | "DROP EXPRESSION" => format!("{sql} IF EXISTS"),
        what if what.starts_with("ADD GENERATED ") => {
            guarded(&format!("NOT {}", presence::is_identity(alter.name, column)), sql)
        }
        what if what.starts_with("OPTIONS ") => attempted(sql, &format!("{THERE} OR {GONE}")),
        _ => sql.to_owned(),
    }
}

fn altered_type(scene: &Scene<'_>, alter: &Alter<'_>) -> String {
    let there =
        alter.with("ADD VALUE ", "IF NOT EXISTS ").or_else(|| alter.with("DROP ATTRIBUTE ", "IF EXISTS "));
    if let Some(sql) = there {
        return sql;
    }
    if let Some(attribute) = alter.behind("ADD ATTRIBUTE ") {
        let there = presence::attribute_there(alter.name, &quote::unquoted(attribute));
        return guarded(&format!("NOT {there}"), alter.sql);
    }
    if let Some(rest) = alter.what.strip_prefix("RENAME VALUE ") {
        let (value, _) = quote::split_literal(rest);
        return guarded(&presence::value_there(alter.name, value), alter.sql);
    }
    match alter.what.strip_prefix("ALTER ATTRIBUTE ").map(quote::split_name) {
        Some((attribute, what)) => {
            let r#type = what.strip_prefix(" TYPE ").unwrap_or_default();
            let r#type = r#type.split(" COLLATE ").next().unwrap_or_default();
            let there = presence::attribute_has_type(alter.name, &quote::unquoted(attribute), r#type);
            guarded(&format!("NOT {there}"), alter.sql)
        }
        None => set_aside(scene, alter),
    }
}

fn altered_domain(scene: &Scene<'_>, alter: &Alter<'_>) -> String {
    if let Some(constraint) = alter.behind("RENAME CONSTRAINT ") {
        return guarded(&presence::constraint_there(alter.name, &quote::unquoted(constraint)), alter.sql);
    }
    match alter.with("DROP CONSTRAINT ", "IF EXISTS ") {
        // The domain may be set aside already.
        Some(sql) => guarded(&presence::type_there(alter.name), &unless_done(scene, sql)),
        None if alter.what.starts_with("ADD CONSTRAINT ") => unless_there(scene, alter.sql),
        None => set_aside(scene, alter),
    }
}

/// A type makes room for its new version once.
fn set_aside(scene: &Scene<'_>, alter: &Alter<'_>) -> String {
    let Some(aside) = alter.what.strip_prefix("RENAME TO ") else { return alter.sql.to_owned() };
    let (Some(before), Some(after)) = (scene.before(), scene.after()) else {
        return guarded(&presence::type_there(alter.name), alter.sql);
    };
    let aside = format!("{}.{aside}", quote::name(scene.key.root()));
    let mut conditions = vec![format!("NOT {}", presence::type_there(&aside))];
    conditions.push(presence::type_there(alter.name));
    let own = presence::pending(&Change::between(before, after));
    let of_cause = scene.cause.and_then(|_| presence::made_of_another(after));
    let pending: Vec<String> = own.into_iter().chain(of_cause).collect();
    conditions.extend((!pending.is_empty()).then(|| format!("({})", pending.join(" OR "))));
    guarded(&conditions.join(" AND "), alter.sql)
}

/// What a publication gives up, each by itself, and what it gets: `SET` says all of it.
fn unpublished(scene: &Scene<'_>, alter: &Alter<'_>) -> Option<Vec<String>> {
    if alter.noun != "PUBLICATION" {
        return None;
    }
    if alter.what.starts_with("ADD ") {
        let members = publication::all_members(scene.after()?)?;
        return Some(vec![format!("{}SET {members}", alter.head)]);
    }
    let (mut rest, mut schemas, mut parts) = (alter.what.strip_prefix("DROP ")?, false, Vec::new());
    while !rest.is_empty() {
        for (word, are_schemas) in [("TABLE ", false), ("TABLES IN SCHEMA ", true)] {
            if let Some(names) = rest.strip_prefix(word) {
                (rest, schemas) = (names, are_schemas);
            }
        }
        let (member, others) = quote::split_name(rest.strip_prefix("ONLY ").unwrap_or(rest));
        rest = others.strip_prefix(", ").unwrap_or_default();
        let (condition, noun) = match schemas {
            true => (presence::publishes_schema(alter.name, member), "TABLES IN SCHEMA"),
            false => (presence::publishes_table(alter.name, member), "TABLE ONLY"),
        };
        parts.push(guarded(&condition, &format!("{}DROP {noun} {member}", alter.head)));
    }
    Some(parts)
}

/// A statement that is run where a condition holds.
fn guarded(condition: &str, sql: &str) -> String {
    let sql = sql.trim_end();
    let body = format!(
        "\nBEGIN\n    IF {condition} THEN\n        EXECUTE {};\n    END IF;\nEND\n",
        quote::dollar(sql)
    );
    format!("DO {}", quote::dollar(&body))
}

fn is_to_be_identity(scene: &Scene<'_>) -> bool {
    scene.after().is_some_and(|after| after.facets.get("identity").is_some())
}

fn touches(scene: &Scene<'_>, facet: &str) -> bool {
    scene.change().is_some_and(|change| change.touches(facet))
}

/// A statement whose failing because it was run before is no failure.
fn attempted(sql: &str, already: &str) -> String {
    let sql = quote::dollar(sql.trim_end());
    let body = format!("\nBEGIN\n    EXECUTE {sql};\nEXCEPTION WHEN {already} THEN\n    NULL;\nEND\n");
    format!("DO {}", quote::dollar(&body))
}
