//! Versions of migrations: when two spellings are one version, and which comes first.

use std::cmp::Ordering;

/// A version that is a whole number, without the zeros in front of it: `007` and `7` are one.
pub fn number(version: &str) -> String {
    let trimmed = version.trim_start_matches('0');
    if trimmed.is_empty() && !version.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

/// A version of numbers with dots or underscores between them, without zeros that mean nothing:
/// `1.0`, `01` and `1_0` are one.
pub fn dotted(version: &str) -> String {
    let mut parts: Vec<String> = version.split(['.', '_']).map(number).collect();
    while parts.len() > 1 && parts.last().is_some_and(|last| last == "0") {
        parts.pop();
    }
    parts.join(".")
}

/// The order in which people read names with numbers in them: `2` before `10`, `a2` before `a10`.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    while !a_rest.is_empty() && !b_rest.is_empty() {
        let (a_piece, a_next) = piece(a_rest);
        let (b_piece, b_next) = piece(b_rest);
        let by_number = match (leads_with_digit(a_piece), leads_with_digit(b_piece)) {
            (true, true) => {
                let (x, y) = (number(a_piece), number(b_piece));
                x.len().cmp(&y.len()).then_with(|| x.cmp(&y))
            }
            _ => a_piece.cmp(b_piece),
        };
        if by_number != Ordering::Equal {
            return by_number;
        }
        (a_rest, b_rest) = (a_next, b_next);
    }
    a_rest.len().cmp(&b_rest.len())
}

/// The digits, or the text without digits, that a text starts with, and the rest.
fn piece(text: &str) -> (&str, &str) {
    let digits = leads_with_digit(text);
    let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
    text.split_at(end)
}

fn leads_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_in_front_and_behind_mean_nothing() {
        assert_eq!((number("007"), number("0"), number("")), ("7".to_owned(), "0".to_owned(), String::new()));
        assert_eq!([dotted("1.0"), dotted("01"), dotted("1_2_0"), dotted("0.1")], ["1", "1", "1.2", "0.1"]);
    }

    #[test]
    fn numbers_count_by_their_size() {
        let mut versions = ["10", "2", "1.10", "1.9", "20240101", "a10", "a2", "b"];
        versions.sort_by(|a, b| natural(a, b));
        assert_eq!(versions, ["1.9", "1.10", "2", "10", "20240101", "a2", "a10", "b"]);
    }
}
