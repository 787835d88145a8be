//! Expressions as the server prints them: writing one so that the server stores it as it was, and
//! telling whether two mean the same.
//!
//! What `pg_get_expr` prints is not always stored the same when it is run again. The known case:
//! `status IN ('a', 'b')` on a `varchar` column is stored as a cast of the whole array, printed
//! `(ARRAY['a'::character varying, …])::text[]`; run again, the parser pushes the cast into each
//! item. Both forms mean the same, and without the outer cast the parser finds it again by itself.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    meaning::{self, Printed},
    procedure,
};
use crate::model::Kind;

const OPEN: &str = "(ARRAY[";
const CLOSE: &str = "])::text[]";
const ITEM_CAST: &str = "::character varying";

/// An expression or a statement that holds some, so that running it stores what was printed.
pub fn writable(text: &str) -> Cow<'_, str> {
    rewrite_array_casts(text, |items, out| {
        out.push_str("ARRAY[");
        out.push_str(items);
        out.push(']');
    })
}

/// Whether two texts of a facet that holds SQL mean the same.
pub fn same_meaning(kind: Kind, facet: &str, a: &Value, b: &Value) -> bool {
    match (a, b) {
        // Servers before 14 leave out that an argument of a procedure is IN.
        (Value::String(a), Value::String(b)) if kind == procedure::KIND && facet == "arguments" => {
            inputs(a) == inputs(b)
        }
        (Value::String(a), Value::String(b)) if holds_sql(facet) => {
            normal(a) == normal(b) || same_form(kind, facet, a, b, Printed::Alike)
        }
        _ => false,
    }
}

/// Whether two texts of a facet that holds SQL are spellings of one.
pub fn same_form(kind: Kind, facet: &str, a: &str, b: &str, printed: Printed) -> bool {
    let form = |text: &str| meaning::form(kind, facet, text, printed);
    holds_sql(facet) && form(a).is_some_and(|own| form(b) == Some(own))
}

/// The arguments of a procedure without the mode that they have by themselves.
fn inputs(arguments: &str) -> Vec<&str> {
    let items = split_items(arguments);
    items.into_iter().map(|item| item.strip_prefix("IN ").unwrap_or(item)).collect()
}

fn holds_sql(facet: &str) -> bool {
    ["definition", "default", "generated", "using", "check", "partition by", "bound"].contains(&facet)
}

/// A form that all spellings of one expression share.
fn normal(text: &str) -> String {
    rewrite_array_casts(text, |items, out| {
        let items: Vec<String> = split_items(items).iter().map(|item| format!("({item})::text")).collect();
        out.push_str("ARRAY[");
        out.push_str(&items.join(", "));
        out.push(']');
    })
    .into_owned()
}

/// Gives every `(ARRAY[…])::text[]` of `varchar` items to `replace`, in the place of its text.
/// An outer pair of parentheses, as in `ANY (( … ))`, stays.
fn rewrite_array_casts(text: &str, replace: impl Fn(&str, &mut String)) -> Cow<'_, str> {
    if !text.contains(CLOSE) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = find_outside_quotes(rest, OPEN) {
        let inside = &rest[at + OPEN.len()..];
        let end = find_outside_quotes(inside, "]");
        let array = end.map(|end| (&inside[..end], &inside[end..]));
        match array {
            Some((items, tail)) if tail.starts_with(CLOSE) && all_varchar(items) => {
                out.push_str(&rest[..at]);
                replace(items, &mut out);
                rest = &tail[CLOSE.len()..];
            }
            _ => {
                out.push_str(&rest[..at + OPEN.len()]);
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn all_varchar(items: &str) -> bool {
    split_items(items).iter().all(|item| item.ends_with(ITEM_CAST))
}

/// The items of a list, split at the commas that stand outside of quotes.
pub fn split_items(list: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut rest = list;
    while let Some(at) = find_outside_quotes(rest, ",") {
        items.push(rest[..at].trim());
        rest = &rest[at + 1..];
    }
    items.push(rest.trim());
    items
}

/// Where a text stands in an expression, outside of `'…'` and `"…"`.
fn find_outside_quotes(text: &str, needle: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if text[at..].starts_with(needle) => return Some(at),
            None if c == '\'' || c == '"' => quote = Some(c),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str =
        "CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b, ]'::character varying])::text[])))";
    const PUSHED: &str = "CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b, ]'::character varying)::text])))";

    #[test]
    fn the_cast_of_a_whole_array_is_left_to_the_server() {
        let expected = "CHECK (((s)::text = ANY (ARRAY['a'::character varying, 'b, ]'::character varying])))";
        assert_eq!(writable(WHOLE), expected);
        assert_eq!(writable(PUSHED), PUSHED);
    }

    #[test]
    fn both_spellings_of_a_list_mean_the_same() {
        let kind = Kind::of("constraint");
        assert!(same_meaning(kind, "definition", &WHOLE.into(), &PUSHED.into()));
        assert!(!same_meaning(kind, "definition", &WHOLE.into(), &PUSHED.replace("'a'", "'c'").into()));
        assert!(!same_meaning(kind, "comment", &WHOLE.into(), &PUSHED.into()));
    }

    #[test]
    fn text_in_quotes_is_left_alone() {
        let text = "'(ARRAY[x::character varying])::text[]'::text";
        assert_eq!(writable(text), text);
    }
}
