//! The bounds of partitions: which rows lie outside of them, and which the default partition has had.

use std::sync::Arc;

use super::{
    common::qualified,
    printed::{expression, items, parenthesised},
    table,
};
use crate::{
    dialect::{Check, Hazard, HazardCode, quote},
    model::{Catalog, Key, Object},
};

/// The hazards for the default partition that is there, of a table that gets another one.
pub fn beside_default(object: &Object, before: &Catalog, after: &Catalog) -> Vec<Hazard> {
    let Some(default) = default_beside(object, before, after) else { return Vec::new() };
    let (name, default) = (object.key.dotted(), default.key.dotted());
    let read = format!("Nobody can use {default} while it is searched for rows that belong into {name}.");
    let fails = format!("Fails if {default} has rows that belong into {name}.");
    vec![
        Hazard { code: HazardCode::BlocksReads, message: read },
        Hazard { code: HazardCode::MayFail, message: fails },
    ]
}

/// What to ask before an object gets its bounds: how many of its own rows lie outside of them, and how
/// many of the default partition's inside.
pub fn ask(object: &Object, before: &Catalog, after: &Catalog) -> Option<Check> {
    let partitioned = whole(object, after)?;
    let partition_by = partitioned.facets.text("partition by")?;
    let parent = before.get(&partitioned.key).map(|parent| qualified(&parent.key));
    let name = qualified(&object.key);
    let inside = |bound| inside(parent.as_deref(), partition_by, bound);
    let bound = object.facets.text("bound")?;
    let moves =
        |old: &Arc<Object>| ["inherits", "bound"].iter().any(|f| old.facets.get(f) != object.facets.get(f));
    let own =
        before.get(&object.key).filter(|old| old.key.kind() == table::KIND && moves(old)).and_then(|_| {
            match bound {
                // What a default partition takes is what the others leave.
                "DEFAULT" => {
                    let others = partitions(&partitioned.key, after).filter(|other| other.key != object.key);
                    let others: Option<Vec<String>> =
                        others.map(|other| inside(other.facets.text("bound")?)).collect();
                    let taken = others.filter(|taken| !taken.is_empty())?.join(") OR (");
                    Some(outside(&name, &format!("({taken})")))
                }
                _ => Some(outside(&name, &format!("({}) IS NOT TRUE", inside(bound)?))),
            }
        });
    let default = default_beside(object, before, after).and_then(|default| {
        let default = qualified(&default.key);
        let question = format!("How many rows of {default} belong into {name}?");
        Some(Check::new(question, format!("SELECT count(*) FROM {default} WHERE {}", inside(bound)?)))
    });
    match (own, default) {
        (Some(own), Some(default)) => {
            let sql = format!("SELECT ({}) + ({})", own.sql, default.sql);
            Some(Check::new(format!("{} {}", own.question, default.question), sql))
        }
        (own, default) => own.or(default),
    }
}

/// The default partition that is beside another one, before and after. What is no table has no rows that
/// the server looks at.
fn default_beside<'a>(object: &Object, before: &'a Catalog, after: &Catalog) -> Option<&'a Object> {
    object.facets.text("bound").filter(|bound| *bound != "DEFAULT")?;
    let stays = |default: &&Object| {
        after.get(&default.key).is_some_and(|after| {
            ["inherits", "bound"].iter().all(|facet| after.facets.get(facet) == default.facets.get(facet))
        })
    };
    let is_default =
        |other: &&Object| other.facets.text("bound") == Some("DEFAULT") && other.key.kind() == table::KIND;
    partitions(&whole(object, before)?.key, before).find(|other| is_default(other) && stays(other))
}

/// The partitioned table of a partition.
fn whole<'a>(object: &Object, catalog: &'a Catalog) -> Option<&'a Object> {
    let parents: Vec<Vec<String>> = serde_json::from_value(object.facets.get("inherits")?.clone()).ok()?;
    let [parent] = &parents[..] else { return None };
    catalog.get(&Key::new(table::KIND, parent.iter().map(String::as_str))).map(|whole| &**whole)
}

fn partitions<'a>(whole: &Key, catalog: &'a Catalog) -> impl Iterator<Item = &'a Object> {
    catalog.users(whole).filter(|user| user.facets.get("bound").is_some())
}

/// How many rows are not what they have to be. Names are as SQL writes them.
fn outside(table: &str, condition: &str) -> Check {
    let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
    Check::new(format!("How many rows of {table} lie outside of its bounds?"), sql)
}

/// The condition for rows inside of bounds. `partition_by` is `RANGE (created_at)`, as the server prints it
/// of the partitioned table `parent`, where that is there already. Nothing for a default partition.
fn inside(parent: Option<&str>, partition_by: &str, bound: &str) -> Option<String> {
    let (method, keys, _) = parenthesised(partition_by)?;
    let keys: Vec<&str> =
        items(keys).into_iter().map(|key| Some(expression(key)?.0)).collect::<Option<_>>()?;
    Some(match (method, parenthesised(bound)?) {
        ("LIST", ("FOR VALUES IN", list, _)) => among(keys.first()?, list),
        ("RANGE", ("FOR VALUES FROM", low, rest)) => {
            let (_, high, _) = parenthesised(rest)?;
            let filled = keys.iter().map(|key| format!("{key} IS NOT NULL"));
            let ends = [end(&keys, &items(low), [">=", ">"]), end(&keys, &items(high), ["<", "<="])];
            filled.chain(ends.into_iter().flatten()).collect::<Vec<_>>().join(" AND ")
        }
        ("HASH", ("FOR VALUES WITH", numbers, _)) => {
            let number = |word: &str| -> Option<u32> {
                items(numbers).into_iter().find_map(|item| item.strip_prefix(word)?.trim().parse().ok())
            };
            let (modulus, remainder) = (number("modulus")?, number("remainder")?);
            let parent = quote::literal(parent?);
            format!(
                "pg_catalog.satisfies_hash_partition({parent}::regclass, {modulus}, {remainder}, {})",
                keys.join(", ")
            )
        }
        _ => return None,
    })
}

fn among(key: &str, list: &str) -> String {
    let (nulls, values): (Vec<&str>, Vec<&str>) = items(list).into_iter().partition(|value| *value == "NULL");
    let mut either = Vec::new();
    either.extend((!nulls.is_empty()).then(|| format!("{key} IS NULL")));
    either.extend((!values.is_empty()).then(|| format!("{key} IN ({})", values.join(", "))));
    either.join(" OR ")
}

/// On which side of one end of a range a row has to be: rows are compared column by column, and what
/// follows an infinite bound does not count. `signs` are for an end that is finite, or infinite below,
/// and for one that is infinite above.
fn end(keys: &[&str], values: &[&str], [sign, above]: [&str; 2]) -> Option<String> {
    let infinite = |value: &&str| ["MINVALUE", "MAXVALUE"].contains(value);
    let finite = values.iter().position(infinite).unwrap_or(values.len());
    let sign = if values.get(finite) == Some(&"MAXVALUE") { above } else { sign };
    match finite {
        0 => None,
        1 => Some(format!("{} {sign} {}", keys.first()?, values.first()?)),
        _ => Some(format!("({}) {sign} ({})", keys.get(..finite)?.join(", "), values[..finite].join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(partition_by: &str, bound: &str) -> String {
        inside(Some("public.p"), partition_by, bound).unwrap()
    }

    #[test]
    fn one_column_is_held_against_its_bounds() {
        assert_eq!(
            asked("RANGE (at)", "FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)"),
            "at IS NOT NULL AND at >= '2026-01-01'"
        );
        assert_eq!(asked("LIST (a)", "FOR VALUES IN ('x', NULL)"), "a IS NULL OR a IN ('x')");
        assert!(inside(None, "RANGE (a)", "DEFAULT").is_none());
    }

    #[test]
    fn more_columns_are_compared_in_their_order() {
        assert_eq!(
            asked("RANGE (a, b)", "FOR VALUES FROM (1, '2') TO (3, MAXVALUE)"),
            "a IS NOT NULL AND b IS NOT NULL AND (a, b) >= (1, '2') AND a <= 3"
        );
        assert_eq!(
            asked("RANGE (a, b)", "FOR VALUES FROM (1, MAXVALUE) TO (3, MINVALUE)"),
            "a IS NOT NULL AND b IS NOT NULL AND a > 1 AND a < 3"
        );
    }

    #[test]
    fn a_hash_is_asked_of_the_server() {
        assert_eq!(
            asked("HASH (a, b)", "FOR VALUES WITH (modulus 4, remainder 1)"),
            "pg_catalog.satisfies_hash_partition('public.p'::regclass, 4, 1, a, b)"
        );
    }
}
