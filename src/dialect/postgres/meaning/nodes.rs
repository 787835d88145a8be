//! What a node of a parse tree is, whatever its spelling: without casts and parentheses around it, a type
//! by its shortest name, a name without the quotes that it does not need.

use squawk_syntax::{
    SyntaxElement,
    SyntaxKind::{self, *},
    SyntaxNode, SyntaxToken,
};

use super::is_query;
use crate::dialect::quote;

/// An expression without the cast around it.
pub(super) fn without_cast(node: SyntaxNode) -> SyntaxNode {
    let inner = bare(node);
    let operand = if inner.kind() == CAST_EXPR { inner.children().next() } else { None };
    operand.map_or(inner, bare)
}

/// The text of a literal, `'year'` or `'year'::text`.
pub(super) fn text_of(node: &SyntaxNode) -> Option<String> {
    let literal = without_cast(node.clone());
    let text = literal.text().to_string();
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (literal.kind() == LITERAL).then(|| inner.to_lowercase())
}

/// Where the parser alone decides what binds closer, that counts as a difference.
pub(super) fn bound(node: &SyntaxNode, parts: &[SyntaxNode]) -> &'static str {
    let joins = node.children_with_tokens().any(|part| [AND_KW, OR_KW].contains(&part.kind()));
    let bare = !joins && parts.iter().any(|part| part.kind() == BIN_EXPR);
    if bare { "bare" } else { "" }
}

/// The argument of a call without its wrapper.
pub(super) fn argument(node: SyntaxNode) -> Vec<SyntaxNode> {
    let children: Vec<SyntaxNode> = node.children().collect();
    let plain = node.kind() == ARG
        && children.len() == 1
        && node.first_token().is_some_and(|first| children[0].first_token() == Some(first));
    if plain { children } else { vec![node] }
}

pub(super) fn trim(callee: &SyntaxNode) -> Option<(&'static str, Vec<SyntaxNode>)> {
    let side = |kind: SyntaxKind| callee.descendants_with_tokens().any(|part| part.kind() == kind);
    let name = match (side(LEADING_KW), side(TRAILING_KW)) {
        (true, false) => "ltrim",
        (false, true) => "rtrim",
        (false, false) => "btrim",
        _ => return None,
    };
    let from = callee.children().find(|child| [TRIM_FROM, TRIM_EXPR_FROM].contains(&child.kind()))?;
    // What is trimmed comes last in the syntax and first in the call.
    Some((name, from.children().collect::<Vec<_>>().into_iter().rev().collect()))
}

pub(super) fn is_expression(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        NAME_REF
            | FIELD_EXPR
            | INDEX_EXPR
            | SLICE_EXPR
            | LITERAL
            | PAREN_EXPR
            | CAST_EXPR
            | CALL_EXPR
            | BIN_EXPR
            | PREFIX_EXPR
            | POSTFIX_EXPR
            | CASE_EXPR
            | ARRAY_EXPR
            | TUPLE_EXPR
    )
}

/// An expression without the parentheses around it.
pub(super) fn bare(node: SyntaxNode) -> SyntaxNode {
    let mut node = node;
    while node.kind() == PAREN_EXPR {
        let mut children = node.children();
        match (children.next(), children.next()) {
            (Some(child), None) if !is_query(child.kind()) => node = child,
            _ => break,
        }
    }
    node
}

pub(super) fn in_parentheses(node: &SyntaxNode) -> bool {
    node.parent().is_some_and(|parent| parent.kind() == PAREN_EXPR)
}

/// The shortest name of a type that is spelled in several ways.
pub(super) fn type_name(node: &SyntaxNode) -> Option<String> {
    let tokens = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    let words: Vec<String> = tokens
        .filter(|token| !token.kind().is_trivia())
        .map(|token| if is_word(&token) { word(&token) } else { token.text().to_owned() })
        .collect();
    let joined = words.join(" ");
    let (name, rest) = joined.split_at(joined.find([' ', '(', '[']).unwrap_or(joined.len()));
    let compact = |text: &str| {
        text.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(" [", "[").replace("[ ]", "[]")
    };
    Some(match joined.as_str() {
        "character varying" => "varchar".to_owned(),
        "character varying [ ]" => "varchar[]".to_owned(),
        _ if joined.starts_with("character varying (") => {
            compact(&joined.replacen("character varying", "varchar", 1))
        }
        _ => match name {
            "int" | "int4" => format!("integer{}", compact(rest)),
            "int8" => format!("bigint{}", compact(rest)),
            "int2" => format!("smallint{}", compact(rest)),
            "bool" => format!("boolean{}", compact(rest)),
            "varchar" | "text" => format!("{name}{}", compact(rest)),
            _ => compact(&joined),
        },
    })
}

pub(super) fn name_of(node: &SyntaxNode) -> Option<String> {
    let mut tokens = node.children_with_tokens().filter_map(SyntaxElement::into_token).filter(is_word);
    let (name, None) = (tokens.next()?, tokens.next()) else { return None };
    Some(word(&name))
}

/// Whether a token is a name or a keyword.
pub(super) fn is_word(token: &SyntaxToken) -> bool {
    token.text().starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"')
        && ![STRING, ESC_STRING, UNICODE_ESC_STRING, BIT_STRING, BYTE_STRING, DOLLAR_QUOTED_STRING]
            .contains(&token.kind())
}

/// A word as the server understands it: names without quotes are in lower case, and quotes that
/// change nothing are left out.
pub(super) fn word(token: &SyntaxToken) -> String {
    let text = token.text();
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_lowercase();
    };
    // Which words need quotes differs from version to version, but those that mean something where
    // a column stands do so in all.
    let before_call = token.parent().is_some_and(|node| {
        node.kind() == NAME_REF && node.parent().is_some_and(|call| call.kind() == CALL_EXPR)
    });
    let plain = quote::name(inner) == inner
        || NAMES_OF_COLUMNS.contains(&inner)
            && (before_call || token.parent().is_some_and(|node| node.kind() == NAME_REF));
    if plain { inner.to_owned() } else { text.to_owned() }
}

/// Keywords that newer servers quote and older ones do not, or the other way, and that are a plain
/// name wherever a column is named.
const NAMES_OF_COLUMNS: [&str; 22] = [
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "merge_action",
    "normalize",
    "none",
    "out",
    "overlay",
    "position",
    "precision",
    "setof",
    "substring",
    "trim",
    "values",
];
