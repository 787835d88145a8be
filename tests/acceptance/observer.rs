//! The second observer: what `pg_dump --schema-only` says of a database.
//!
//! A tool that reads both sides with one reader cannot see what that reader overlooks. `pg_dump`
//! knows every kind of object, and shares no line of code with us. Its output is made comparable:
//!
//! - it is cut into entries at the headings that it puts above each, and these are sorted: it
//!   prints tables and such in an order that depends on when they were made;
//! - what stands before the first heading goes: settings of the session and a random `\restrict`
//!   key, and so does what stands after the last entry;
//! - `SET default_…` goes: it is printed only where it changes on the way, which depends on the order;
//! - the lines of a table are sorted and lose their commas: no `ALTER TABLE` can put a column in
//!   its place, so the order of columns is no difference;
//! - the lines of grants are sorted: they are printed in the order in which they were given.

const HEADING: &str = "\n--\n-- Name: ";

/// The entries of a dump, comparable and sorted.
pub fn statements(dump: &str) -> Vec<String> {
    let dump = dump.split("\n--\n-- PostgreSQL database dump complete").next().unwrap_or_default();
    let mut entries: Vec<String> = dump.split(HEADING).skip(1).map(entry).collect();
    entries.sort();
    entries
}

fn entry(text: &str) -> String {
    let (heading, body) = text.split_once('\n').unwrap_or((text, ""));
    let lines = body.lines().filter(|line| !line.starts_with("SET default_t") && !line.is_empty());
    let mut lines: Vec<&str> = lines.collect();
    if ["; Type: TABLE; ", "; Type: ACL; "].iter().any(|unordered| heading.contains(unordered)) {
        lines.iter_mut().for_each(|line| *line = line.trim_end_matches(','));
        lines.sort_unstable();
    }
    format!("{heading}\n{}", lines.join("\n"))
}

/// Fails the test with the entries that stand on one side only.
pub fn assert_equal(found: &[String], expected: &[String]) {
    let difference = difference(found, expected);
    assert!(difference.is_empty(), "pg_dump sees a difference:\n{difference}");
}

/// The entries that stand on one side only, or nothing.
pub fn difference(found: &[String], expected: &[String]) -> String {
    let only = |these: &[String], those: &[String], mark: &str| -> String {
        let lone = these.iter().filter(|entry| !those.contains(entry));
        lone.map(|entry| format!("{mark} {}\n", entry.replace('\n', &format!("\n{mark} ")))).collect()
    };
    only(found, expected, "found   ") + &only(expected, found, "expected")
}

#[test]
fn entries_are_compared_without_their_order_and_that_of_columns() {
    let a = "\\restrict x\nSET a;\n\n--\n-- Name: t; Type: TABLE; Schema: s\n--\n\nSET default_tablespace = '';\n\n\
             CREATE TABLE s.t (\n    a integer,\n    b text\n);\n\n\n--\n-- Name: v; Type: VIEW; Schema: s\n--\n\n\
             CREATE VIEW v;\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n";
    let b = "\\restrict y\n\n--\n-- Name: v; Type: VIEW; Schema: s\n--\n\nCREATE VIEW v;\n\n\n--\n-- Name: t; Type: TABLE; \
             Schema: s\n--\n\nCREATE TABLE s.t (\n    b text,\n    a integer\n);\n\n\n--\n-- PostgreSQL database dump \
             complete\n--\n\n\\unrestrict y\n";
    assert_eq!(statements(a), statements(b));
    assert_ne!(statements(a), statements(&b.replace("b text", "b date")));
}
