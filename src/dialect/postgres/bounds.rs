//! Asking the target which rows lie outside of the bounds that a table gets as a partition.

use super::printed::{expression, items, parenthesised};
use crate::dialect::{Check, quote};

/// How many rows lie outside of new bounds. `partition_by` is `RANGE (created_at)`, as the server
/// prints it of the partitioned table `parent`, where that is there already; names are as SQL writes
/// them. Nothing for a default partition: what it takes is what the others leave.
pub fn outside(table: &str, parent: Option<&str>, partition_by: &str, bound: &str) -> Option<Check> {
    let (method, keys, _) = parenthesised(partition_by)?;
    let keys: Vec<&str> =
        items(keys).into_iter().map(|key| Some(expression(key)?.0)).collect::<Option<_>>()?;
    let inside = match (method, parenthesised(bound)?) {
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
    };
    let sql = format!("SELECT count(*) FROM {table} WHERE ({inside}) IS NOT TRUE");
    Some(Check::new(format!("How many rows of {table} lie outside of its bounds?"), sql))
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
        let check = outside("public.t", Some("public.p"), partition_by, bound).unwrap();
        check.sql.replace("SELECT count(*) FROM public.t WHERE ", "")
    }

    #[test]
    fn one_column_is_held_against_its_bounds() {
        assert_eq!(
            asked("RANGE (at)", "FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)"),
            "(at IS NOT NULL AND at >= '2026-01-01') IS NOT TRUE"
        );
        assert_eq!(asked("LIST (a)", "FOR VALUES IN ('x', NULL)"), "(a IS NULL OR a IN ('x')) IS NOT TRUE");
        assert!(outside("t", None, "RANGE (a)", "DEFAULT").is_none());
    }

    #[test]
    fn more_columns_are_compared_in_their_order() {
        assert_eq!(
            asked("RANGE (a, b)", "FOR VALUES FROM (1, '2') TO (3, MAXVALUE)"),
            "(a IS NOT NULL AND b IS NOT NULL AND (a, b) >= (1, '2') AND a <= 3) IS NOT TRUE"
        );
        assert_eq!(
            asked("RANGE (a, b)", "FOR VALUES FROM (1, MAXVALUE) TO (3, MINVALUE)"),
            "(a IS NOT NULL AND b IS NOT NULL AND a > 1 AND a < 3) IS NOT TRUE"
        );
    }

    #[test]
    fn a_hash_is_asked_of_the_server() {
        assert_eq!(
            asked("HASH (a, b)", "FOR VALUES WITH (modulus 4, remainder 1)"),
            "(pg_catalog.satisfies_hash_partition('public.p'::regclass, 4, 1, a, b)) IS NOT TRUE"
        );
    }
}
