//! Questions to the target about the rows that it has now: what can make a statement fail, and what
//! it would lose. Queries that only read, of one row with one number.
//!
//! Names come quoted, by `dialect::quote` or from the server that printed the definition.

use super::{
    common::{own_name, qualified},
    printed::{around, expression, items, parenthesised},
    retype::{Cast, is_text},
};
use crate::{
    dialect::{Check, quote},
    model::Object,
};

/// How many rows there are, for a relation that goes or that must be empty. Names are as SQL writes
/// them, here and below.
pub fn rows(table: &str) -> Check {
    Check::new(format!("How many rows does {table} have?"), format!("SELECT count(*) FROM {table}"))
}

/// How many rows hold something in a column that goes.
pub fn values(table: &str, column: &str) -> Check {
    let sql = format!("SELECT count({column}) FROM {table}");
    Check::new(format!("How many rows of {table} hold a value in {column}?"), sql)
}

/// How many rows are NULL in a column that must not be.
pub fn nulls(table: &str, column: &str) -> Check {
    let sql = format!("SELECT count(*) FROM {table} WHERE {column} IS NULL");
    Check::new(format!("How many rows of {table} are NULL in {column}?"), sql)
}

/// How many rows hold a value of an enum that goes.
pub fn labels(table: &str, column: &str, r#type: &str, labels: &[String]) -> Check {
    let list: Vec<String> = labels.iter().map(|label| quote::literal(label)).collect();
    let list = list.join(", ");
    let held = match r#type.ends_with("[]") {
        true => format!("{column}::text[] && ARRAY[{list}]"),
        false => format!("{column}::text IN ({list})"),
    };
    let question = format!("How many rows of {table} hold a value in {column} that goes: {list}?");
    Check::new(question, format!("SELECT count(*) FROM {table} WHERE {held}"))
}

/// How many values of a domain, in the columns of it, do not hold to a condition on `value`.
pub fn domain<'a>(
    domain: &Object,
    columns: impl Iterator<Item = &'a Object>,
    condition: &str,
) -> Option<Check> {
    let counts: Vec<String> = columns
        .filter(|column| {
            let uses = column.requires.iter().any(|need| need.on == domain.key);
            uses && column.facets.text("type").is_some_and(|r#type| !r#type.ends_with("[]"))
        })
        .map(|column| {
            let (table, column) = (qualified(&column.key), own_name(&column.key));
            format!(
                "(SELECT count(*) FROM (SELECT {column} AS value FROM {table}) AS held WHERE {condition})"
            )
        })
        .collect();
    let question =
        format!("How many rows hold a value of the domain {} that breaks it?", qualified(&domain.key));
    (!counts.is_empty()).then(|| Check::new(question, format!("SELECT {}", counts.join(" + "))))
}

/// Whether a sequence stands above its new highest value. One below the lowest is moved up.
pub fn position(sequence: &str, maximum: i64) -> Check {
    let sql = format!("SELECT count(*) FROM {sequence} WHERE last_value > {maximum}");
    Check::new(format!("Does the sequence {sequence} stand above {maximum}?"), sql)
}

/// How many rows hold a value that does not become one of another type.
pub fn casts(table: &str, column: &str, from: &str, to: &str, cast: Cast) -> Option<Check> {
    let question = format!("How many rows of {table} hold a value in {column} that is no {to}?");
    let count =
        |held: &str| Some(Check::new(&question, format!("SELECT count(*) FROM {table} WHERE {held}")));
    if let Some(limit) = text_limit(to) {
        return count(&format!("char_length(rtrim({column}::text)) > {limit}"));
    }
    if let (Some((least, most)), true) = (whole_numbers(to), is_number(from)) {
        let whole = whole_numbers(from).map_or_else(|| format!("round({column})"), |_| column.to_owned());
        return count(&format!("{whole} NOT BETWEEN {least} AND {most}"));
    }
    match cast {
        Cast::Binary => None,
        Cast::ThroughText => Some(valid(table, column, to, &question, &format!("{column}::text::{to}"))),
        Cast::Explicit if is_text(from) => {
            Some(valid(table, column, to, &question, &format!("{column}::{to}")))
        }
        // A domain says of a text whether it is one of its values.
        Cast::Assignment if to.contains('.') => {
            Some(valid(table, column, to, &question, &format!("{column}::{to}")))
        }
        Cast::Explicit | Cast::Assignment => Some(tried(table, &question, &format!("{column}::{to}"))),
    }
}

/// How many tables that inherit a column call what forbids NULL in it otherwise. `table` is as SQL writes it.
pub fn otherwise_named(table: &str, column: &str, name: &str) -> Check {
    let question = format!("How many tables that inherit from {table} call the constraint otherwise?");
    let (regclass, column, name) = (quote::literal(table), quote::literal(column), quote::literal(name));
    let heirs = format!(
        "SELECT inhrelid FROM pg_catalog.pg_inherits WHERE inhparent = {regclass}::regclass \
         UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN heirs h ON i.inhparent = h.inhrelid"
    );
    let sql = format!(
        "WITH RECURSIVE heirs AS ({heirs}) SELECT count(*) FROM heirs \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = inhrelid AND a.attname = {column} \
         JOIN pg_catalog.pg_constraint c ON c.conrelid = inhrelid AND c.contype = 'n' AND c.conkey[1] = a.attnum \
         WHERE c.conname <> {name}"
    );
    Check::new(question, sql)
}

/// Counts by what PostgreSQL 16 and later say of a text. Before, the cast is tried, and the server
/// names the first value that does not fit.
fn valid(table: &str, column: &str, to: &str, question: &str, cast: &str) -> Check {
    let valid = format!("pg_catalog.pg_input_is_valid({column}::text, {})", quote::literal(to));
    let sql = format!("SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND NOT {valid}");
    Check { otherwise: Some(tried(table, question, cast).sql), ..Check::new(question, sql) }
}

fn tried(table: &str, question: &str, cast: &str) -> Check {
    Check::new(question, format!("SELECT 0 * count({cast}) FROM {table}"))
}

/// The `n` of `character varying(n)` and `character(n)`.
fn text_limit(r#type: &str) -> Option<u32> {
    let limit = r#type.strip_prefix("character varying(").or_else(|| r#type.strip_prefix("character("))?;
    limit.strip_suffix(')')?.parse().ok()
}

fn whole_numbers(r#type: &str) -> Option<(&'static str, &'static str)> {
    match r#type {
        "smallint" => Some(("-32768", "32767")),
        "integer" => Some(("-2147483648", "2147483647")),
        "bigint" => Some(("-9223372036854775808", "9223372036854775807")),
        _ => None,
    }
}

fn is_number(r#type: &str) -> bool {
    ["smallint", "integer", "bigint", "numeric", "real", "double precision"]
        .contains(&r#type.split('(').next().unwrap_or_default())
}

/// How many rows stand in the way of a constraint, as the server prints its definition.
pub fn constraint(table: &str, definition: &str) -> Option<Check> {
    if let Some(column) = definition.strip_prefix("NOT NULL ") {
        return Some(nulls(table, expression(column)?.0));
    }
    let (kind, list, rest) = parenthesised(definition)?;
    match kind {
        "PRIMARY KEY" => keys(&Keys { table, list, condition: "true", nulls_alike: false, primary: true }),
        "UNIQUE" => keys(&Keys { table, list, condition: "true", nulls_alike: false, primary: false }),
        "UNIQUE NULLS NOT DISTINCT" => {
            keys(&Keys { table, list, condition: "true", nulls_alike: true, primary: false })
        }
        "CHECK" => {
            let sql = format!("SELECT count(*) FROM {table} WHERE NOT ({list})");
            Some(Check::new(format!("How many rows of {table} break the check?"), sql))
        }
        "FOREIGN KEY" => orphans(table, list, rest),
        _ => kind.strip_prefix("EXCLUDE").and_then(|_| conflicts(table, list, rest)),
    }
}

/// How many rows repeat the keys of a unique index, as the server prints its definition.
pub fn unique_index(table: &str, definition: &str) -> Option<Check> {
    let (_, rest) = around(definition, "USING")?;
    let (rest, condition) = around(rest, "WHERE").unwrap_or((rest, "true"));
    let (_, list, rest) = parenthesised(rest)?;
    let keyed: Option<Vec<&str>> = items(list).into_iter().map(|item| Some(expression(item)?.0)).collect();
    let nulls_alike = rest.contains("NULLS NOT DISTINCT");
    keys(&Keys { table, list: &keyed?.join(", "), condition, nulls_alike, primary: false })
}

/// What makes rows alike.
struct Keys<'a> {
    table: &'a str,
    list: &'a str,
    condition: &'a str,
    nulls_alike: bool,
    primary: bool,
}

/// Rows beyond the first of those that are alike, and for a primary key those that are NULL.
fn keys(keys: &Keys<'_>) -> Option<Check> {
    let Keys { table, list, condition, nulls_alike, primary } = *keys;
    if list.contains("WITHOUT OVERLAPS") {
        return None;
    }
    let counted = if nulls_alike { "true".to_owned() } else { format!("ROW({list}) IS NOT NULL") };
    let repeated = format!(
        "SELECT COALESCE(sum(alike - 1), 0)::int8 FROM (SELECT count(*) AS alike FROM {table} \
         WHERE ({condition}) AND {counted} GROUP BY {list}) AS found"
    );
    if !primary {
        return Some(Check::new(format!("How many rows of {table} repeat {list}?"), repeated));
    }
    let missing = format!("SELECT count(*) FROM {table} WHERE NOT (ROW({list}) IS NOT NULL)");
    let question = format!("How many rows of {table} repeat {list}, or are NULL in it?");
    Some(Check::new(question, format!("SELECT ({repeated}) + ({missing})")))
}

/// Rows without one that they refer to: `rest` is `REFERENCES other(x, y) …`.
fn orphans(table: &str, own: &str, rest: &str) -> Option<Check> {
    let (parent, other, rest) = parenthesised(rest.strip_prefix("REFERENCES ")?)?;
    let count = items(own).len();
    if around(own, "PERIOD").is_some() || count != items(other).len() {
        return None;
    }
    let names = |letter: &str| (1..=count).map(|at| format!("{letter}{at}")).collect::<Vec<_>>();
    let (own_names, other_names) = (names("c"), names("p"));
    // A simple match lets a row go that is NULL in one column, a full one only if it is in all.
    let bound: Vec<String> = own_names.iter().map(|name| format!("{name} IS NOT NULL")).collect();
    let bound = bound.join(if around(rest, "FULL").is_some() { " OR " } else { " AND " });
    let pairs = other_names.iter().zip(&own_names);
    let same: Vec<String> = pairs.map(|(other, own)| format!("{other} = {own}")).collect();
    let sql = format!(
        "SELECT count(*) FROM (SELECT {own} FROM {table}) AS child ({}) WHERE ({bound}) AND NOT EXISTS \
         (SELECT FROM (SELECT {other} FROM {parent}) AS parent ({}) WHERE {})",
        own_names.join(", "),
        other_names.join(", "),
        same.join(" AND ")
    );
    Some(Check::new(format!("How many rows of {table} have no row of {parent} to refer to?"), sql))
}

/// Pairs of rows that exclude each other: the list is `room WITH =, during WITH &&`.
fn conflicts(table: &str, list: &str, rest: &str) -> Option<Check> {
    let condition =
        around(rest, "WHERE").and_then(|(_, rest)| Some(parenthesised(rest)?.1)).unwrap_or("true");
    let mut parts = Vec::new();
    for item in items(list) {
        let (expression, rest) = expression(item)?;
        parts.push((expression, around(rest, "WITH")?.1));
    }
    let columns = parts.iter().enumerate().map(|(at, (expression, _))| format!("{expression} AS e{at}"));
    let columns: Vec<String> = columns.collect();
    let same = parts.iter().enumerate().map(|(at, (_, operator))| format!("a.e{at} {operator} b.e{at}"));
    let same: Vec<String> = same.collect();
    let side =
        format!("(SELECT tableoid AS t, ctid AS r, {} FROM {table} WHERE {condition})", columns.join(", "));
    let sql = format!(
        "SELECT count(*) FROM {side} AS a JOIN {side} AS b ON (a.t, a.r) < (b.t, b.r) AND {}",
        same.join(" AND ")
    );
    Some(Check::new(format!("How many pairs of rows of {table} exclude each other?"), sql))
}
