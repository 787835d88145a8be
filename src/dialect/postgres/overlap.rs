//! Whether two partitions of one table claim the same rows, as far as their bounds tell without a server.

use std::cmp::Ordering;

use super::printed::{items, parenthesised};

/// Whether two bounds, as the server prints them, share rows. Nothing where only the server can tell: it
/// knows the order of the values.
pub fn overlap(one: &str, other: &str) -> Option<bool> {
    let (one, other) = (parenthesised(one)?, parenthesised(other)?);
    match (one, other) {
        (("FOR VALUES IN", one, _), ("FOR VALUES IN", other, _)) => {
            let other = items(other);
            Some(items(one).iter().any(|value| other.contains(value)))
        }
        (("FOR VALUES FROM", low, rest), ("FOR VALUES FROM", other_low, other_rest)) => {
            let (high, other_high) = (parenthesised(rest)?.1, parenthesised(other_rest)?.1);
            let begins_before = |low: &str, high: &str| Some(compare(low, high)? == Ordering::Less);
            match (begins_before(low, other_high), begins_before(other_low, high)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (one, other) => Some(one? && other?),
            }
        }
        (("FOR VALUES WITH", one, _), ("FOR VALUES WITH", other, _)) => {
            let ((modulus, remainder), (other_modulus, other_remainder)) = (hashed(one)?, hashed(other)?);
            let common = gcd(modulus, other_modulus);
            Some(common == 0 || remainder % common == other_remainder % common)
        }
        _ => None,
    }
}

/// The order of two ends of ranges of one column: infinities, numbers, and what is printed with the most
/// significant digit first, such as dates.
fn compare(one: &str, other: &str) -> Option<Ordering> {
    if one == other {
        return Some(Ordering::Equal);
    }
    match (one, other) {
        ("MINVALUE", _) | (_, "MAXVALUE") => return Some(Ordering::Less),
        ("MAXVALUE", _) | (_, "MINVALUE") => return Some(Ordering::Greater),
        _ => {}
    }
    if let (Ok(one), Ok(other)) = (one.parse::<f64>(), other.parse::<f64>()) {
        return one.partial_cmp(&other);
    }
    // In quotes stand dates, large numbers and texts: what begins with a digit and has the same shape has
    // the same order as any of them.
    let shape = |text: &str| -> Vec<bool> { text.bytes().map(|byte| byte.is_ascii_digit()).collect() };
    let is_sorted = one.starts_with('\'') && shape(one).get(1) == Some(&true);
    (is_sorted && shape(one) == shape(other)).then(|| one.cmp(other))
}

fn hashed(numbers: &str) -> Option<(u32, u32)> {
    let number = |word: &str| -> Option<u32> {
        items(numbers).into_iter().find_map(|item| item.strip_prefix(word)?.trim().parse().ok())
    };
    Some((number("modulus")?, number("remainder")?))
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_share_what_both_name() {
        assert_eq!(overlap("FOR VALUES IN ('a', 'b')", "FOR VALUES IN ('b')"), Some(true));
        assert_eq!(overlap("FOR VALUES IN ('a', NULL)", "FOR VALUES IN ('c')"), Some(false));
        assert_eq!(overlap("FOR VALUES IN ('a')", "DEFAULT"), None);
    }

    #[test]
    fn ranges_share_what_lies_in_both_and_the_upper_end_is_not_in() {
        let range = |low: &str, high: &str| format!("FOR VALUES FROM ({low}) TO ({high})");
        assert_eq!(overlap(&range("1", "10"), &range("10", "20")), Some(false));
        assert_eq!(overlap(&range("1", "11"), &range("10", "20")), Some(true));
        assert_eq!(overlap(&range("MINVALUE", "9"), &range("10", "MAXVALUE")), Some(false));
        let years = [range("'2024-01-01'", "'2025-01-01'"), range("'2025-06-01'", "'2026-01-01'")];
        assert_eq!(overlap(&years[0], &years[1]), Some(false));
        assert_eq!(overlap(&range("'a'", "'c'"), &range("'b'", "'d'")), None);
        assert_eq!(overlap(&range("'5'", "'9'"), &range("'10'", "'20'")), None);
    }

    #[test]
    fn hashes_share_what_leaves_both_remainders() {
        let hash = |modulus, remainder| format!("FOR VALUES WITH (modulus {modulus}, remainder {remainder})");
        assert_eq!(overlap(&hash(2, 1), &hash(4, 3)), Some(true));
        assert_eq!(overlap(&hash(2, 0), &hash(4, 3)), Some(false));
    }
}
