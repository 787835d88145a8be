use proptest::prelude::*;

use super::*;

fn statements(text: &str, syntax: Syntax) -> Vec<&str> {
    let pieces = split(text, syntax).into_iter();
    pieces.filter(|piece| piece.kind == PieceKind::Statement).map(|piece| piece.text).collect()
}

#[test]
fn statements_end_at_semicolons_and_keep_their_first_line() {
    let text = "-- head\n\nSELECT 1;\n/* two\nlines */ SELECT\n 2 ; ; SELECT 3";
    let pieces = split(text, Syntax::Postgres);
    let seen: Vec<(&str, u32)> = pieces.iter().map(|piece| (piece.text, piece.line)).collect();
    assert_eq!(seen, [("SELECT 1", 3), ("SELECT\n 2", 5), ("SELECT 3", 6)]);
    assert!(pieces.iter().all(|piece| &text[piece.range.clone()] == piece.text));
}

#[test]
fn semicolons_in_quotes_comments_and_parentheses_end_nothing() {
    let whole = [
        "SELECT ';', E'\\';', \"a;b\", U&'d;\\0041', $$x;y$$, $q$ $$;$$ $q$ /* ; /* ; */ ; */ -- ;\n, 1",
        "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)",
        "SELECT a[1] -- it's\n",
    ];
    for text in whole {
        assert_eq!(statements(&format!("{text};SELECT 2"), Syntax::Postgres).len(), 2, "{text}");
    }
}

#[test]
fn the_body_of_an_sql_function_is_one_statement() {
    let text = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int\nBEGIN ATOMIC\n SELECT CASE WHEN a > 1 \
                THEN 1 ELSE 2 END; SELECT 3;\nEND;\nSELECT 4;";
    assert_eq!(statements(text, Syntax::Postgres).len(), 2);
    assert_eq!(statements("BEGIN; CREATE TABLE \"begin\" (a int); END;", Syntax::Postgres).len(), 3);
    let plain = "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$; SELECT 2;";
    assert_eq!(statements(plain, Syntax::Postgres).len(), 2);
}

#[test]
fn the_rows_of_a_copy_are_data() {
    let text = "COPY public.t (a, b) FROM stdin;\n1\tit's; \\N\n2\t$$\n\\.\n\nSELECT 1;\nCOPY t FROM STDIN WITH \
                (FORMAT csv);\n\\.\nSELECT 2;";
    let kinds: Vec<(PieceKind, u32)> =
        split(text, Syntax::Postgres).iter().map(|piece| (piece.kind, piece.line)).collect();
    use PieceKind::{Data, Statement};
    assert_eq!(kinds, [(Statement, 1), (Data, 2), (Statement, 6), (Statement, 7), (Statement, 9)]);
}

#[test]
fn commands_of_psql_end_with_their_line() {
    let text = "\\restrict abc;def'\nSELECT 1;\n\\connect other \nSELECT 2\n\\g\nSELECT '\\d' \\;";
    let pieces = split(text, Syntax::Postgres);
    let commands: Vec<&str> =
        pieces.iter().filter(|piece| piece.kind == PieceKind::Command).map(|piece| piece.text).collect();
    assert_eq!(commands, ["\\restrict abc;def'", "\\connect other", "\\g"]);
    assert_eq!(statements(text, Syntax::Postgres), ["SELECT 1", "SELECT 2", "SELECT '\\d' \\"]);
}

#[test]
fn what_follows_a_copy_on_its_line_is_no_data() {
    let text = "COPY t FROM stdin; SELECT 1; SELECT 2\n1\n\\.\nSELECT 3;";
    let seen: Vec<&str> = split(text, Syntax::Postgres).iter().map(|piece| piece.text).collect();
    assert_eq!(seen, ["COPY t FROM stdin", "SELECT 1", "SELECT 2", "1\n", "SELECT 3"]);
    check_coverage("(*/\r\nCOPY t FROM stdin;\n]/**/E'\\'';(", Syntax::Postgres).unwrap();
}

#[test]
fn sqlite_triggers_and_dot_commands_are_whole() {
    let text = ".mode column; x\nCREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN\n UPDATE b SET c = CASE 1 WHEN 1 \
                THEN 2 END; SELECT 1;\nEND;\nPRAGMA foreign_keys=ON;\nCREATE TABLE [a;b](`c;d`);";
    let pieces = split(text, Syntax::Sqlite);
    let seen: Vec<(PieceKind, u32)> = pieces.iter().map(|piece| (piece.kind, piece.line)).collect();
    use PieceKind::{Command, Statement};
    assert_eq!(seen, [(Command, 1), (Statement, 2), (Statement, 5), (Statement, 6)]);
}

#[test]
fn a_dump_of_57000_lines_is_split_far_below_a_blink() {
    let unit = "CREATE TABLE public.orders (\n    id bigint NOT NULL, -- the key\n    note text DEFAULT \
                'it''s; fine',\n    total numeric(10,2)\n);\n\nCREATE FUNCTION f() RETURNS trigger LANGUAGE \
                plpgsql AS $$\nBEGIN\n  RETURN NEW;\nEND;\n$$;\n";
    let text = unit.repeat(5_200);
    assert!(text.lines().count() > 57_000);
    let start = std::time::Instant::now();
    assert_eq!(split(&text, Syntax::Postgres).len(), 10_400);
    // Far more than an unoptimised build needs on a busy machine: only a blow-up is caught here.
    assert!(start.elapsed() < std::time::Duration::from_secs(2), "{:?}", start.elapsed());
}

/// What is outside of all pieces has no meaning: blanks, comments, semicolons, `\.`.
fn check_coverage(text: &str, syntax: Syntax) -> Result<(), TestCaseError> {
    let mut at = 0;
    for piece in split(text, syntax) {
        prop_assert!(piece.range.start >= at, "pieces overlap in {text:?}");
        prop_assert_eq!(piece.text, &text[piece.range.clone()]);
        let lines = text[..piece.range.start].matches('\n').count() + 1;
        prop_assert_eq!(piece.line as usize, lines);
        check_gap(&text[at..piece.range.start], syntax)?;
        at = piece.range.end;
    }
    check_gap(&text[at..], syntax)
}

fn check_gap(gap: &str, syntax: Syntax) -> Result<(), TestCaseError> {
    for token in Lexer::new(gap, syntax).filter(|token| !token.is_blank()) {
        let text = token.text(gap);
        prop_assert!(text == ";" || text.trim_end() == "\\.", "{text:?} in {gap:?} belongs to no piece");
    }
    Ok(())
}

fn fragments() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("'"),
        Just("''"),
        Just("\""),
        Just("$$"),
        Just("$a$"),
        Just("E'\\'"),
        Just("/*"),
        Just("*/"),
        Just("--"),
        Just("\n"),
        Just(";"),
        Just("("),
        Just(")"),
        Just("["),
        Just("]"),
        Just("`"),
        Just("\\"),
        Just("\\."),
        Just("COPY t FROM stdin;\n"),
        Just("CREATE FUNCTION f() BEGIN ATOMIC "),
        Just(" END"),
        Just(" CASE "),
        Just("CREATE TRIGGER t BEGIN "),
        Just("."),
        Just("é"),
        Just("🦀"),
        Just(" x "),
        Just("\r\n"),
    ];
    proptest::collection::vec(fragment, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn nothing_that_means_something_is_left_out(text in fragments()) {
        check_coverage(&text, Syntax::Postgres)?;
        check_coverage(&text, Syntax::Sqlite)?;
    }

    #[test]
    fn any_text_is_split_without_a_panic(text in ".*") {
        check_coverage(&text, Syntax::Postgres)?;
        check_coverage(&text, Syntax::Sqlite)?;
    }
}
