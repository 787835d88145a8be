//! The only way a name or a literal gets into SQL.

/// A name in double quotes if it needs them, as both PostgreSQL and SQLite read it.
///
/// A name needs none if it is lower-case ASCII, starts with a letter or `_`, and is not a word
/// that PostgreSQL or SQLite reserves in any place where a name can stand.
pub fn name(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && KEYWORDS.binary_search(&name).is_err();
    if plain { name.to_owned() } else { always(name) }
}

/// A name in double quotes, always.
pub fn always(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A path of names with dots between them.
pub fn qualified<S: AsRef<str>>(path: &[S]) -> String {
    path.iter().map(|part| self::name(part.as_ref())).collect::<Vec<_>>().join(".")
}

/// Splits a path of names, quoted or not, off the start of SQL.
pub fn split_name(sql: &str) -> (&str, &str) {
    let mut end = 0;
    loop {
        let rest = &sql[end..];
        end += match rest.strip_prefix('"') {
            Some(quoted) => 1 + end_of_quoted(quoted),
            None => rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len()),
        };
        if !sql[end..].starts_with('.') {
            return sql.split_at(end);
        }
        end += 1;
    }
}

/// Splits a literal, as [`literal`] writes it, off the start of SQL.
pub fn split_literal(sql: &str) -> (&str, &str) {
    let escapes = sql.starts_with('E');
    let mut chars = sql.char_indices().skip(usize::from(escapes) + 1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if escapes => drop(chars.next()),
            '\'' if chars.next_if(|(_, next)| *next == '\'').is_none() => return sql.split_at(at + 1),
            _ => {}
        }
    }
    (sql, "")
}

/// The name that a name of SQL stands for.
pub fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// Where a quoted name ends whose opening quote is cut off.
fn end_of_quoted(text: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find('"') {
        from += at + 1;
        if !text[from..].starts_with('"') {
            return from;
        }
        from += 1;
    }
    text.len()
}

/// A text as an SQL literal that PostgreSQL reads the same whatever
/// `standard_conforming_strings` says: a text with a backslash becomes an escape string.
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if text.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// A text as an SQL literal for a database without escape strings: SQLite.
pub fn plain_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text between dollar quotes, with a tag that the text does not contain.
pub fn dollar(text: &str) -> String {
    let mut tag = String::from("$$");
    let mut number = 0;
    // A text that ends in `$` would run into the closing tag.
    while text.contains(&tag) || text.ends_with('$') && tag == "$$" {
        number += 1;
        tag = if number == 1 { "$body$".to_owned() } else { format!("$body{number}$") };
    }
    format!("{tag}{text}{tag}")
}

/// Every word that PostgreSQL 18 or SQLite 3.51 does not take as a bare name everywhere, sorted:
/// the reserved, type-or-function and column-name words of PostgreSQL's keyword list (appendix C
/// of its manual), and the keywords of SQLite's tokenizer.
const KEYWORDS: &[&str] = &[
    "add",
    "all",
    "alter",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "autoincrement",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "commit",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "if",
    "ilike",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "inout",
    "insert",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
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
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "nothing",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "raise",
    "real",
    "references",
    "returning",
    "right",
    "rollback",
    "row",
    "select",
    "session_user",
    "set",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "transaction",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_split_off_whatever_is_in_it() {
        for text in ["it's", "a\\", "\\' TO '", "''", ""] {
            let written = literal(text);
            let sql = format!("{written} TO 'x'");
            assert_eq!(split_literal(&sql), (written.as_str(), " TO 'x'"), "{text}");
        }
    }

    #[test]
    fn a_path_of_names_is_split_off_whatever_is_in_it() {
        for (sql, rest) in [
            ("t ADD x", " ADD x"),
            ("\"a \"\" ADD\".\"b.c\" ADD x", " ADD x"),
            ("public.\"T\"(integer)", "(integer)"),
            ("\"open", ""),
            ("", ""),
        ] {
            assert_eq!(split_name(sql).1, rest, "{sql}");
        }
    }

    #[test]
    fn the_keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn plain_names_stay_bare_and_others_are_quoted() {
        assert_eq!(name("orders"), "orders");
        assert_eq!(name("user"), "\"user\"");
        assert_eq!(name("Orders"), "\"Orders\"");
        assert_eq!(name("x\"; DROP TABLE y; --"), "\"x\"\"; DROP TABLE y; --\"");
        assert_eq!(name(""), "\"\"");
        assert_eq!(qualified(&["public", "my table"]), "public.\"my table\"");
    }

    #[test]
    fn literals_cannot_be_left() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }

    #[test]
    fn a_dollar_quote_never_ends_early() {
        assert_eq!(dollar("a"), "$$a$$");
        assert_eq!(dollar("a $$ b"), "$body$a $$ b$body$");
        assert_eq!(dollar("a $$ $body$ b"), "$body2$a $$ $body$ b$body2$");
        assert_eq!(dollar("cost in $"), "$body$cost in $$body$");
    }
}
