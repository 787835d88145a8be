//! One form for all spellings of an SQL text that servers of different versions print.
//!
//! Texts are compared as parse trees: what a tree does not tell apart is spelling. Beyond that only
//! what is the same by definition is made one: a function and the syntax that calls it, `IS NOT
//! DISTINCT FROM` and its negation, a cast of an array and of its items, and a column with and
//! without the name of the only table that there is. A text that cannot be parsed has no form, and
//! a doubt is always decided for "different".

mod nodes;

use nodes::{
    argument, bare, bound, in_parentheses, is_expression, is_word, name_of, text_of, trim, type_name,
    without_cast, word,
};
use squawk_syntax::{
    SourceFile, SyntaxElement,
    SyntaxKind::{self, *},
    SyntaxNode, SyntaxToken,
};

use crate::model::Kind;

/// Longer texts are compared to the letter.
const LONGEST: usize = 200_000;

/// Whose spellings are to be made one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// Those of any two servers from 14 on, or of any two before.
    Alike,
    /// Those of a server before 14 and of one after it: before, `EXTRACT` was `date_part` of another
    /// type, and what a function that SQL has a syntax for takes was printed with its casts.
    Across14,
    /// Those that differ in casts at most: what is printed of one expression where a column in it has
    /// one type, and where it has another.
    WithoutCasts,
}

/// The form of the SQL text of a facet, if there is one.
pub fn form(kind: Kind, facet: &str, text: &str, printed: Printed) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let statement = match (kind.name(), facet) {
        ("constraint", "definition") => format!("ALTER TABLE t ADD {text}"),
        (_, "definition") => text.to_owned(),
        (_, "default" | "generated" | "using" | "check") => format!("SELECT ({text})"),
        (_, "partition by") => format!("CREATE TABLE t () PARTITION BY {text}"),
        _ => return None,
    };
    let parsed = SourceFile::parse(&statement);
    if !parsed.errors().is_empty() {
        return None;
    }
    let root = parsed.syntax_node();
    let mut statements = root.children();
    let (first, None) = (statements.next()?, statements.next()) else { return None };
    let mut writer = Writer { out: String::with_capacity(text.len()), only: Only::of(&first), printed };
    writer.node(&first);
    Some(writer.out)
}

/// The only table of a query, whose columns need no name before them.
struct Only {
    query: SyntaxNode,
    name: String,
    /// The names that the query gives to what it selects: `ORDER BY` means those first.
    given: Vec<String>,
}

impl Only {
    fn of(query: &SyntaxNode) -> Option<Only> {
        if query.kind() != SELECT {
            return None;
        }
        let from = query.children().find(|child| child.kind() == FROM_CLAUSE)?;
        let mut items = from.children();
        let (item, None) = (items.next()?, items.next()) else { return None };
        let tables = [RELATION_FROM_ITEM, FUNCTION_FROM_ITEM, ROWS_FROM_ITEM, PAREN_FROM_ITEM];
        if !tables.contains(&item.kind()) {
            return None;
        }
        let last_name = |node: &SyntaxNode| {
            let tokens = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
            tokens.filter(is_word).last().map(|token| word(&token))
        };
        // An alias may name the columns as well, behind the table.
        let alias_name = |alias: SyntaxNode| {
            let tokens = alias.descendants_with_tokens().filter_map(SyntaxElement::into_token);
            tokens
                .filter(is_word)
                .find(|token| !token.text().eq_ignore_ascii_case("as"))
                .map(|token| word(&token))
        };
        let part = |kind| item.children().find(|child| child.kind() == kind);
        let name = match part(FROM_ALIAS) {
            Some(alias) => alias_name(alias)?,
            None => last_name(&part(RELATION_NAME_REF)?)?,
        };
        let targets = query.children().filter(|child| child.kind() == SELECT_CLAUSE);
        let given = targets.flat_map(|clause| clause.descendants().collect::<Vec<_>>());
        let given = given.filter(|node| node.kind() == AS_NAME).filter_map(|node| last_name(&node)).collect();
        Some(Only { name, query: query.clone(), given })
    }

    /// The column that `name.column` is, where the name is that of the only table.
    fn column(&self, field: &SyntaxNode) -> Option<SyntaxNode> {
        let mut parts = field.children();
        let (table, column, None) = (parts.next()?, parts.next()?, parts.next()) else { return None };
        if table.kind() != NAME_REF || column.kind() != NAME_REF || name_of(&table)? != self.name {
            return None;
        }
        let mut around = field.ancestors().skip(1);
        // What an aggregate or a window is sorted by is never one of the names that are given.
        let sorts_query = |node: &SyntaxNode| {
            node.kind() == ORDER_BY_CLAUSE && node.parent().is_some_and(|parent| is_query(parent.kind()))
        };
        let inner = around.find(|node| sorts_query(node) || is_query(node.kind()))?;
        let sorts = inner.kind() == ORDER_BY_CLAUSE;
        let of = if sorts { inner.parent()? } else { inner };
        let hidden = sorts && self.given.contains(&name_of(&column)?);
        (of == self.query && !hidden).then_some(column)
    }
}

fn is_query(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SELECT | COMPOUND_SELECT | PAREN_SELECT | VALUES | TABLE | INSERT | UPDATE | DELETE | MERGE
    )
}

/// Writes a tree as text with every bound made plain: `[kind part part]`.
struct Writer {
    out: String,
    only: Option<Only>,
    printed: Printed,
}

impl Writer {
    fn node(&mut self, node: &SyntaxNode) {
        match node.kind() {
            PAREN_EXPR => self.parenthesised(node),
            FIELD_EXPR => match self.only.as_ref().and_then(|only| only.column(node)) {
                Some(column) => self.node(&column),
                None => self.plain(node),
            },
            BIN_EXPR => self.binary(node),
            CALL_EXPR => self.call(node),
            CAST_EXPR => self.cast(node),
            POSTFIX_EXPR if node.children_with_tokens().any(|part| part.kind() == IS_NORMALIZED) => {
                match node.children().next() {
                    Some(text) => self.syntax("is_normalized", &[&text]),
                    None => self.plain(node),
                }
            }
            _ => self.plain(node),
        }
    }

    /// A node as it is.
    fn plain(&mut self, node: &SyntaxNode) {
        self.open(&format!("{:?}", node.kind()));
        for part in node.children_with_tokens() {
            match part {
                SyntaxElement::Node(node) => self.node(&node),
                SyntaxElement::Token(token) => self.token(&token),
            }
        }
        self.out.push(']');
    }

    fn open(&mut self, name: &str) {
        self.out.push('[');
        self.out.push_str(name);
    }

    fn token(&mut self, token: &SyntaxToken) {
        if !token.kind().is_trivia() {
            self.out.push(' ');
            let text = if is_word(token) { word(token) } else { token.text().to_owned() };
            self.out.push_str(&text);
        }
    }

    /// Parentheses are in the tree by its shape. Those before a dot or a bracket, and those around
    /// a query, mean something themselves.
    fn parenthesised(&mut self, node: &SyntaxNode) {
        let before_part =
            node.parent().is_some_and(|parent| [FIELD_EXPR, INDEX_EXPR, SLICE_EXPR].contains(&parent.kind()));
        let mut children = node.children();
        match (children.next(), children.next()) {
            (Some(child), None) if !before_part && (!is_query(child.kind()) || in_parentheses(node)) => {
                self.node(&child)
            }
            _ => self.plain(node),
        }
    }

    fn binary(&mut self, node: &SyntaxNode) {
        let parts: Vec<SyntaxNode> = node.children().collect();
        let operator = |kind: SyntaxKind| node.children_with_tokens().any(|part| part.kind() == kind);
        match &parts[..] {
            [a, _, b] if operator(AT_TIME_ZONE) => self.syntax("timezone", &[b, a]),
            [a, _, b] if operator(IS_NOT_DISTINCT_FROM) => {
                self.open("PREFIX_EXPR");
                self.out.push_str(" not");
                self.open(bound(node, &parts));
                self.open("BIN_EXPR");
                self.node(a);
                self.out.push_str("[IS_DISTINCT_FROM is distinct from]");
                self.node(b);
                self.out.push_str("]]]");
            }
            [a, b] if operator(OVERLAPS_KW) && a.kind() == TUPLE_EXPR && b.kind() == TUPLE_EXPR => {
                let items: Vec<SyntaxNode> = a.children().chain(b.children()).collect();
                self.syntax("overlaps", &items.iter().collect::<Vec<_>>());
            }
            _ => {
                self.open(bound(node, &parts));
                self.plain(node);
                self.out.push(']');
            }
        }
    }

    /// A call by syntax is written as the call of the function that it is (`\df` of the manual's
    /// chapter 9: these functions are in `pg_catalog`, and so is what has no schema here).
    fn call(&mut self, node: &SyntaxNode) {
        let mut children = node.children();
        let Some(callee) = children.next() else { return self.plain(node) };
        let flat = |kinds: &[SyntaxKind]| -> Vec<SyntaxNode> {
            let inside = callee.children().flat_map(|child| {
                if kinds.contains(&child.kind()) { child.children().collect() } else { vec![child] }
            });
            inside.collect()
        };
        let (name, arguments) = match callee.kind() {
            EXTRACT_FN if self.printed == Printed::Across14 => {
                let parts: Vec<SyntaxNode> = callee.children().collect();
                let [field, from] = &parts[..] else { return self.plain(node) };
                let field = field.text().to_string().trim_matches(['\'', '"']).to_lowercase();
                return self.part_of_date(&field, from);
            }
            COLLATION_FOR_FN => ("pg_collation_for", flat(&[])),
            POSITION_FN => ("position", flat(&[]).into_iter().rev().collect()),
            OVERLAY_FN => ("overlay", flat(&[OVERLAY_PLACING])),
            // Without FROM, the first number is a length.
            SUBSTRING_FN if !callee.descendants_with_tokens().any(|part| part.kind() == FROM_KW) => {
                return self.plain(node);
            }
            SUBSTRING_FN => ("substring", flat(&[SUBSTRING_FROM_FOR])),
            TRIM_FN => match trim(&callee) {
                Some(call) => call,
                None => return self.plain(node),
            },
            NAME_REF => {
                let arguments = children.next().filter(|list| list.kind() == ARG_LIST);
                let others = |list: &SyntaxNode| {
                    let mut tokens = list.children_with_tokens().filter_map(SyntaxElement::into_token);
                    tokens.any(|token| {
                        !token.kind().is_trivia() && ![L_PAREN, R_PAREN, COMMA].contains(&token.kind())
                    })
                };
                match (name_of(&callee), arguments, children.next()) {
                    // A star, DISTINCT, VARIADIC, FILTER and OVER are tokens and nodes of their own.
                    (Some(name), Some(list), None) if !others(&list) => {
                        let arguments: Vec<SyntaxNode> = list.children().flat_map(argument).collect();
                        return match &arguments[..] {
                            [field, from] if name == "date_part" && self.printed == Printed::Across14 => {
                                match text_of(field) {
                                    Some(field) => self.part_of_date(&field, from),
                                    None => self.function(&name, &[field, from]),
                                }
                            }
                            all => self.syntax(&name, &all.iter().collect::<Vec<_>>()),
                        };
                    }
                    _ => return self.plain(node),
                }
            }
            _ => return self.plain(node),
        };
        // A form with other words than these (SIMILAR, FOR alone) stays as it is.
        if arguments.iter().all(|argument| is_expression(argument.kind())) {
            self.syntax(name, &arguments.iter().collect::<Vec<_>>());
        } else {
            self.plain(node);
        }
    }

    /// `EXTRACT(year FROM day)` and `date_part('year'::text, day)`.
    fn part_of_date(&mut self, field: &str, from: &SyntaxNode) {
        self.open("date_part ");
        self.out.push_str(field);
        self.out.push(',');
        self.node(&without_cast(from.clone()));
        self.out.push(']');
    }

    /// The call of a function that may be one that SQL has a syntax for. What that takes is printed
    /// without its casts from 14 on.
    fn syntax(&mut self, name: &str, arguments: &[&SyntaxNode]) {
        if self.printed == Printed::Across14 && WITH_SYNTAX.contains(&name.trim_matches('"')) {
            let bare: Vec<SyntaxNode> = arguments.iter().map(|node| without_cast((*node).clone())).collect();
            self.function(name, &bare.iter().collect::<Vec<_>>());
        } else {
            self.function(name, arguments);
        }
    }

    fn function(&mut self, name: &str, arguments: &[&SyntaxNode]) {
        self.open("call ");
        self.out.push_str(name.trim_matches('"'));
        for argument in arguments {
            self.out.push(',');
            self.node(argument);
        }
        self.out.push(']');
    }

    /// `(ARRAY['a'::varchar])::text[]` is `ARRAY[('a'::varchar)::text]`: the cast of an array is
    /// that of its items.
    fn cast(&mut self, node: &SyntaxNode) {
        let mut children = node.children().filter(|child| child.kind() != COLON_COLON);
        let (Some(operand), Some(r#type), None) = (children.next(), children.next(), children.next()) else {
            return self.plain(node);
        };
        let operand = bare(operand);
        if self.printed == Printed::WithoutCasts {
            return self.node(&operand);
        }
        let item_type = type_name(&r#type).and_then(|name| name.strip_suffix("[]").map(str::to_owned));
        let items: Vec<SyntaxNode> = operand.children().collect();
        let of_varchar = |item: &SyntaxNode| {
            let item = bare(item.clone());
            item.kind() == CAST_EXPR
                && item
                    .children()
                    .last()
                    .and_then(|last| type_name(&last))
                    .is_some_and(|name| name == "varchar")
        };
        match item_type {
            Some(name) if name == "text" && operand.kind() == ARRAY_EXPR && items.iter().all(of_varchar) => {
                self.out.push_str("[ARRAY_EXPR array [");
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { " ," });
                    self.open("cast text");
                    self.node(item);
                    self.out.push(']');
                }
                self.out.push_str(" ]]");
            }
            _ => {
                self.open("cast ");
                match type_name(&r#type) {
                    // A part of a date is of the one type or of the other.
                    Some(name) if self.printed == Printed::Across14 && name == "double precision" => {
                        self.out.push_str("numeric");
                    }
                    Some(name) => self.out.push_str(&name),
                    None => self.node(&r#type),
                }
                self.node(&operand);
                self.out.push(']');
            }
        }
    }
}

/// The functions that SQL has a syntax for (`get_func_sql_syntax` prints it from 14 on).
const WITH_SYNTAX: [&str; 10] = [
    "btrim",
    "is_normalized",
    "ltrim",
    "normalize",
    "overlaps",
    "overlay",
    "position",
    "rtrim",
    "substring",
    "timezone",
];

#[cfg(test)]
mod tests {
    use super::{Printed, form};
    use crate::model::Kind;

    fn same(facet: &str, a: &str, b: &str) -> bool {
        same_as(Printed::Alike, facet, a, b)
    }

    fn same_as(printed: Printed, facet: &str, a: &str, b: &str) -> bool {
        let kind = Kind::of(if facet == "definition" { "view" } else { "column" });
        let forms = [a, b].map(|text| form(kind, facet, text, printed));
        assert!(forms.iter().all(Option::is_some), "one of these cannot be parsed: {a} | {b}");
        forms[0] == forms[1]
    }

    #[test]
    fn casts_are_all_that_another_type_of_a_column_changes() {
        let same = |a: &str, b: &str| same_as(Printed::WithoutCasts, "using", a, b);
        assert!(same("(amount > 0)", "(amount > (0)::numeric)"));
        assert!(same("(((code)::text = 'a'::text) AND (b > 1))", "((code = 'a'::text) AND (b > 1))"));
        assert!(!same("(amount > 0)", "(amount > (1)::numeric)"));
    }

    #[test]
    fn what_servers_before_14_print_otherwise_is_the_same_across_14_alone() {
        for (a, b) in [
            (
                "(date_part('year'::text, day) > (1900)::double precision)",
                "(EXTRACT(year FROM day) > (1900)::numeric)",
            ),
            ("btrim((name)::text)", "TRIM(BOTH FROM name)"),
            ("\"normalize\"((name)::text)", "NORMALIZE(name)"),
            ("is_normalized((name)::text)", "(name IS NORMALIZED)"),
            ("\"overlaps\"((a)::timestamp with time zone, b, c, d)", "((a, b) OVERLAPS (c, d))"),
        ] {
            assert!(same_as(Printed::Across14, "default", a, b), "{a} | {b}");
            assert!(!same("default", a, b), "{a} | {b}");
        }
        let other = ("date_part('year'::text, day)", "EXTRACT(month FROM day)");
        assert!(!same_as(Printed::Across14, "default", other.0, other.1));
        let (before, after) = ("RANGE (date_part('year'::text, at), n)", "RANGE (EXTRACT(year FROM at), n)");
        assert!(same_as(Printed::Across14, "partition by", before, after));
    }

    #[test]
    fn what_aggregates_and_windows_are_sorted_by_needs_no_table_name() {
        let long = " SELECT array_agg(a.id ORDER BY a.id DESC) AS ids, rank() OVER (PARTITION BY a.n ORDER BY a.id) AS id FROM s.a WINDOW w AS (ORDER BY a.id)";
        let short = " SELECT array_agg(id ORDER BY id DESC) AS ids, rank() OVER (PARTITION BY n ORDER BY id) AS id FROM s.a WINDOW w AS (ORDER BY id)";
        assert!(same("definition", long, short));
        let (long, short) =
            (" SELECT a.n AS id FROM s.a ORDER BY a.id", " SELECT a.n AS id FROM s.a ORDER BY id");
        assert!(!same("definition", long, short));
    }

    #[test]
    fn spellings_of_an_expression_are_one() {
        for (a, b) in [
            ("timezone('utc'::text, now())", "(now() AT TIME ZONE 'utc'::text)"),
            ("(NOT (a IS DISTINCT FROM b))", "(a IS NOT DISTINCT FROM b)"),
            ("\"position\"(b, 'a'::text)", "POSITION(('a'::text) IN (b))"),
            ("\"substring\"(a, 1, 2)", "SUBSTRING(a FROM 1 FOR 2)"),
            ("\"overlay\"(a, b, 1, 2)", "OVERLAY(a PLACING b FROM 1 FOR 2)"),
            ("btrim(a, 'x'::text)", "TRIM(BOTH 'x'::text FROM a)"),
            ("ltrim(a)", "TRIM(LEADING FROM a)"),
            ("\"overlaps\"(a, b, c, d)", "((a, b) OVERLAPS (c, d))"),
            ("((a + b))", "(a + b)"),
            ("((s)::text = 'a'::text)", "(s::text = 'a'::text)"),
            ("('a'::varchar)::text", "('a'::character varying)::text"),
            ("(n = ANY (ARRAY[1, 2]))", "n = ANY (ARRAY[1, 2])"),
            (
                "((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
                "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))",
            ),
            ("(\"json\" IS NULL)", "(json IS NULL)"),
        ] {
            assert!(same("check", a, b), "{a} | {b}");
        }
    }

    #[test]
    fn what_means_something_else_stays_different() {
        for (a, b) in [
            ("((a + b) * c)", "(a + (b * c))"),
            ("(a + b * c)", "((a + b) * c)"),
            ("((a OR b) AND c)", "(a OR (b AND c))"),
            ("(NOT (a AND b))", "((NOT a) AND b)"),
            ("((- 1)::integer)", "(- (1::integer))"),
            ("(\"Name\" = 1)", "(name = 1)"),
            ("(\"Name\" = 1)", "(\"NAME\" = 1)"),
            ("('Text'::text = a)", "('text'::text = a)"),
            ("(a = 'x y'::text)", "(a = 'x  y'::text)"),
            ("(a = '((1))'::text)", "(a = '(1)'::text)"),
            ("(a)::integer", "(a)::bigint"),
            ("(a)::numeric(10,2)", "(a)::numeric(10,3)"),
            ("(a)::character varying(3)", "(a)::character varying"),
            ("(a)::\"char\"", "(a)::char"),
            ("one.f(a)", "two.f(a)"),
            ("f(a)", "one.f(a)"),
            ("\"F\"(a)", "f(a)"),
            ("((a).b)", "(a.b)"),
            ("(\"current_user\" = a)", "(CURRENT_USER = a)"),
            ("(a = ANY (ARRAY[1, 2]))", "(a = ANY (ARRAY[2, 1]))"),
            ("(a = ANY (ARRAY[1]))", "(a = ALL (ARRAY[1]))"),
            ("(a = ANY ((SELECT b.c FROM b)))", "(a = ANY (SELECT b.c FROM b))"),
            ("timezone('utc'::text, now())", "(now() AT TIME ZONE 'UTC'::text)"),
            ("timezone(now(), 'utc'::text)", "(now() AT TIME ZONE 'utc'::text)"),
            ("\"position\"('a'::text, b)", "POSITION(('a'::text) IN (b))"),
            ("date_part('year'::text, a)", "EXTRACT(year FROM a)"),
            ("btrim(a)", "TRIM(LEADING FROM a)"),
            ("(a IS DISTINCT FROM b)", "(a IS NOT DISTINCT FROM b)"),
            ("(ARRAY['a'::bpchar])::text[]", "ARRAY[('a'::character varying)::text]"),
            ("(ARRAY[1, 2])::bigint[]", "ARRAY[1, 2]"),
            ("sum(DISTINCT a)", "sum(a)"),
            ("count(*)", "count()"),
            ("SUBSTRING(a FOR 2)", "\"substring\"(a, 2)"),
            ("f(VARIADIC a)", "f(a)"),
            ("(a = B'1')", "(a = '1')"),
            ("(a || (b || c))", "(a || b || c)"),
        ] {
            assert!(!same("check", a, b), "{a} | {b}");
        }
    }

    #[test]
    fn columns_of_the_only_table_may_bear_its_name() {
        for (a, b) in [
            (
                " SELECT t.id,\n    t.n AS m\n   FROM public.t\n  WHERE (t.n > 1);",
                " SELECT id,\n n AS m\n FROM public.t WHERE (n > 1);",
            ),
            ("SELECT x.id FROM public.t x GROUP BY x.id", "SELECT id FROM public.t x GROUP BY id"),
            (
                "WITH r AS (SELECT u.id FROM public.u) SELECT r.id FROM r",
                "WITH r AS (SELECT u.id FROM public.u) SELECT id FROM r",
            ),
            (
                "SELECT t.id FROM t WHERE (EXISTS ( SELECT 1 FROM u WHERE (u.id = t.id)))",
                "SELECT id FROM t WHERE (EXISTS ( SELECT 1 FROM u WHERE (u.id = t.id)))",
            ),
            ("SELECT \"T\".id FROM \"T\"", "SELECT id FROM \"T\""),
            ("SELECT f.a FROM public.f(1) f(a, b)", "SELECT a FROM public.f(1) f(a, b)"),
            (
                "SELECT f.a FROM ROWS FROM(f(1), g(2)) WITH ORDINALITY f(a, b, n)",
                "SELECT a FROM ROWS FROM(f(1), g(2)) WITH ORDINALITY f(a, b, n)",
            ),
            ("SELECT x.n FROM ( SELECT t.n FROM t) x", "SELECT n FROM ( SELECT t.n FROM t) x"),
            ("SELECT v.a FROM (VALUES (1, 2)) v(a, b)", "SELECT a FROM (VALUES (1, 2)) v(a, b)"),
            ("SELECT t.x FROM u t(x)", "SELECT x FROM u t(x)"),
        ] {
            assert!(same("definition", a, b), "{a} | {b}");
        }
    }

    #[test]
    fn names_before_columns_that_tell_tables_apart_stay() {
        for (a, b) in [
            ("SELECT a.id FROM a JOIN b ON ((a.n = b.n))", "SELECT b.id FROM a JOIN b ON ((a.n = b.n))"),
            ("SELECT a.id FROM a, b", "SELECT id FROM a, b"),
            ("SELECT t.id FROM one.t", "SELECT t.id FROM two.t"),
            (
                "SELECT id FROM t WHERE (EXISTS ( SELECT 1 FROM u WHERE (u.id = t.id)))",
                "SELECT id FROM t WHERE (EXISTS ( SELECT 1 FROM u WHERE (u.id = id)))",
            ),
            ("SELECT t.a AS b, t.b AS a FROM t ORDER BY t.b", "SELECT a AS b, b AS a FROM t ORDER BY b"),
            ("SELECT t.id FROM t", "SELECT \"T\".id FROM t"),
            ("SELECT t.id FROM u t", "SELECT t.id FROM t"),
            ("SELECT (t.pair).a FROM t", "SELECT pair.a FROM t"),
            ("SELECT x.n FROM ( SELECT t.n FROM t) x", "SELECT x.n FROM ( SELECT x.n FROM t) x"),
            ("SELECT b.a FROM f() a(b)", "SELECT a FROM f() a(b)"),
        ] {
            assert!(!same("definition", a, b), "{a} | {b}");
        }
    }
}
