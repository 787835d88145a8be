//! The options of foreign objects: `OPTIONS (name 'value', …)`, and what of them is secret.

use super::super::quote;

/// Stands in a facet for a value that may be a secret. The catalog queries put it there, so that
/// the secret stays on the server. Whether there is one is compared, what it is never.
pub const SECRET: &str = "***";

/// What is written behind a value that is not known, for whoever runs the SQL.
pub const WANTS_SECRET: &str = " /* put the secret here: schemascope does not read it */";

/// ` OPTIONS (…)` from the server's `name=value` texts, or nothing without options.
pub fn clause(options: &[String]) -> String {
    if options.is_empty() {
        return String::new();
    }
    let items: Vec<String> = options.iter().map(|option| item(option)).collect();
    format!(" OPTIONS ({})", items.join(", "))
}

/// ` OPTIONS (ADD …, SET …, DROP …)` from one list of options to another, or nothing where they
/// are equal.
pub fn change(from: &[String], to: &[String]) -> String {
    let had = |name: &str| from.iter().any(|option| self::name(option) == name);
    let kept = |name: &str| to.iter().any(|option| self::name(option) == name);
    let gone = from.iter().filter(|option| !kept(name(option)));
    let new = to.iter().filter(|option| !from.contains(option));
    let items: Vec<String> = gone
        .map(|option| format!("DROP {}", quote::name(name(option))))
        .chain(
            new.map(|option| format!("{} {}", if had(name(option)) { "SET" } else { "ADD" }, item(option))),
        )
        .collect();
    if items.is_empty() { String::new() } else { format!(" OPTIONS ({})", items.join(", ")) }
}

fn name(option: &str) -> &str {
    option.split_once('=').map_or(option, |(name, _)| name)
}

fn item(option: &str) -> String {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let note = if value == SECRET { WANTS_SECRET } else { "" };
    format!("{} {}{note}", quote::name(name), quote::literal(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn options_are_added_set_and_dropped() {
        let from = options(&["host=a", "port=1", "user=x"]);
        let to = options(&["host=b", "port=1", "dbname=it's=odd"]);
        let expected = " OPTIONS (DROP \"user\", SET host 'b', ADD dbname 'it''s=odd')";
        assert_eq!(change(&from, &to), expected);
        assert_eq!(change(&to, &to), "");
    }

    #[test]
    fn a_secret_is_asked_for_where_it_has_to_be_written() {
        let sql = clause(&options(&["user=me", "password=***"]));
        assert!(sql.starts_with(" OPTIONS (\"user\" 'me', password '***' /* put the secret here"), "{sql}");
        assert_eq!(clause(&[]), "");
    }
}
