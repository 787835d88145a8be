//! Takes apart what the server printed: the lists and parentheses of index and constraint
//! definitions. Names in them stay quoted as they are, and what does not look as expected is none.

/// What stands before the first parenthesis, between it and the one that closes it, and after.
pub fn parenthesised(text: &str) -> Option<(&str, &str, &str)> {
    let start = tokens(text).find(|(_, token)| *token == "(")?.0;
    let end = start + end_of_group(&text[start..])?;
    Some((text[..start].trim(), text[start + 1..end].trim(), text[end + 1..].trim()))
}

/// What stands before and after a word that is neither quoted nor in parentheses.
pub fn around<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0usize;
    let mut found = tokens(text).filter(|(_, token)| {
        match *token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *token == word
    });
    let at = found.next()?.0;
    Some((text[..at].trim(), text[at + word.len()..].trim()))
}

/// The items of a list, separated by commas that stand outside of parentheses and quotes.
pub fn items(list: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, token) in tokens(list) {
        match token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                items.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(list[start..].trim());
    items
}

/// What an item of an index is made of: its column, function call or parenthesised expression, and
/// what follows (collation, operator class, order).
pub fn expression(item: &str) -> Option<(&str, &str)> {
    let item = item.trim();
    let mut end = 0;
    if !item.starts_with('(') {
        end = next(item)?.len();
        // A function may be qualified.
        while let Some(rest) = item[end..].strip_prefix('.') {
            end += 1 + next(rest)?.len();
        }
    }
    if item[end..].starts_with('(') {
        end += end_of_group(&item[end..])? + 1;
    }
    (end > 0).then(|| (&item[..end], item[end..].trim_start()))
}

/// Where the group ends that a text starts with.
fn end_of_group(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens(text) {
        match token {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Every token with its place.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let token = next(&text[at..])?;
        at += token.len();
        Some((at - token.len(), token))
    })
}

/// The first token: a quoted name or text, a word, or one other character.
fn next(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let escapes = text.len() > 1 && matches!(first, 'E' | 'e') && text[1..].starts_with('\'');
    if matches!(first, '\'' | '"') || escapes {
        return Some(&text[..end_of_quoted(text, usize::from(escapes))]);
    }
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let end = text.find(|c| !word(c)).unwrap_or(text.len());
    Some(&text[..end.max(first.len_utf8())])
}

/// Where a quoted text ends: a doubled quote stands for one, and in `E''` a backslash keeps one.
fn end_of_quoted(text: &str, prefix: usize) -> usize {
    let quote = text.as_bytes()[prefix];
    let mut bytes = text.bytes().enumerate().skip(prefix + 1).peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' && prefix > 0 {
            bytes.next();
        } else if byte == quote && bytes.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_where_their_parenthesis_does() {
        let text = r#"UNIQUE (a, "b,)c", lower(d)) INCLUDE (e)"#;
        let (before, list, rest) = parenthesised(text).unwrap();
        assert_eq!(before, "UNIQUE");
        assert_eq!(list, r#"a, "b,)c", lower(d)"#);
        assert_eq!(rest, "INCLUDE (e)");
        assert_eq!(items(list), ["a", r#""b,)c""#, "lower(d)"]);
        assert_eq!(parenthesised("CHECK ((a <> ')'::text))").unwrap().1, "(a <> ')'::text)");
        assert_eq!(parenthesised(r"CHECK ((a <> E'\'('::text))").unwrap().1, r"(a <> E'\'('::text)");
        assert_eq!(parenthesised(r#"public."a(b"(x)"#), Some((r#"public."a(b""#, "x", "")));
        assert_eq!(parenthesised("(a"), None);
        assert_eq!(parenthesised("no list"), None);
    }

    #[test]
    fn a_word_in_a_name_or_in_parentheses_is_none() {
        let text = r#"INDEX "a USING b" ON t (x USING y) USING btree (z)"#;
        assert_eq!(around(text, "USING"), Some((r#"INDEX "a USING b" ON t (x USING y)"#, "btree (z)")));
        assert_eq!(around(text, "WHERE"), None);
    }

    #[test]
    fn an_item_is_its_expression_and_the_rest() {
        for (item, found) in [
            ("a", ("a", "")),
            (r#""A ""b""" DESC NULLS LAST"#, (r#""A ""b""""#, "DESC NULLS LAST")),
            ("lower(a) text_pattern_ops", ("lower(a)", "text_pattern_ops")),
            ("pg_catalog.lower((a)) COLLATE \"C\"", ("pg_catalog.lower((a))", "COLLATE \"C\"")),
            ("((a || ')'::text)) WITH =", ("((a || ')'::text))", "WITH =")),
            ("größe", ("größe", "")),
        ] {
            assert_eq!(expression(item), Some(found));
        }
        assert_eq!(expression(""), None);
    }
}
