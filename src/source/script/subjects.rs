//! What a statement speaks of, when it says more about an object that another one makes.

use super::words::{Word, words};

/// How many words may stand before and in the name of what an `ALTER` is about.
const HEAD: usize = 12;

/// The names that the head of an `ALTER`, `COMMENT`, `GRANT` or `REVOKE` has, as they are written but in
/// lower case: `shop.orders.note` as `shop`, `shop.orders` and `shop.orders.note`. What is granted on all
/// in a schema has the name of [`all_in`]. Nothing for other statements.
pub fn subjects(statement: &str) -> Vec<String> {
    let mut words = words(statement).peekable();
    let Some(first) = words.next() else { return Vec::new() };
    let is_end = |word: &Word| word.is_sign("(") || word.is("is");
    let head: Vec<Word> = if first.is("alter") || first.is("comment") || first.is("security") {
        words.take(HEAD).take_while(|word| !is_end(word)).collect()
    } else if first.is("grant") || first.is("revoke") {
        let named = words.skip_while(|word| !word.is("on")).skip(1);
        named.take_while(|word| !word.is("to") && !word.is("from")).collect()
    } else {
        return Vec::new();
    };
    let mut found = paths(&head);
    if head.first().is_some_and(|word| word.is("all")) {
        let schemas = head.iter().skip_while(|word| !word.is("schema")).skip(1);
        found.extend(schemas.filter_map(Word::name).map(all_in));
    }
    found
}

/// The name under which a grant on all in a schema is found.
pub fn all_in(schema: &str) -> String {
    format!("* in {}", schema.to_lowercase())
}

/// Every name and the beginnings of those that have points in them.
fn paths(head: &[Word]) -> Vec<String> {
    let mut found = Vec::new();
    let mut path = String::new();
    let mut goes_on = false;
    for word in head {
        if word.is_sign(".") {
            goes_on = !path.is_empty();
            continue;
        }
        let Some(name) = word.name() else {
            path.clear();
            continue;
        };
        let name = name.to_lowercase();
        path = if std::mem::take(&mut goes_on) { format!("{path}.{name}") } else { name };
        found.push(path.clone());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statement: &str, has: &[&str], has_not: &[&str]) {
        let found = subjects(statement);
        let missing: Vec<&&str> = has.iter().filter(|name| !found.contains(&(**name).to_owned())).collect();
        assert!(missing.is_empty(), "{missing:?} is not in {found:?}");
        assert!(!has_not.iter().any(|name| found.contains(&(*name).to_owned())), "{found:?}");
    }

    #[test]
    fn what_says_more_about_an_object_has_its_name_with_and_without_schema() {
        check("ALTER TABLE IF EXISTS ONLY shop.\"Orders\" ADD note text", &["shop.orders"], &["orders"]);
        check("COMMENT ON COLUMN shop.orders.note IS 'x'", &["shop.orders", "shop.orders.note"], &["x"]);
        check("COMMENT ON POLICY mine ON orders IS 'x'", &["mine", "orders"], &[]);
        check("ALTER FUNCTION shop.f(a int) STABLE", &["shop.f"], &["a"]);
        check(
            "GRANT UPDATE (note), SELECT ON shop.orders, lines TO app",
            &["shop.orders", "lines"],
            &["app"],
        );
        check("GRANT SELECT ON ALL TABLES IN SCHEMA Shop TO app", &["* in shop"], &["app"]);
        check("CREATE TABLE orders (id int)", &[], &["orders"]);
    }
}
