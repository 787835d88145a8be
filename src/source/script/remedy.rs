//! What to do about statements that a scratch engine must not run, or that it refused.

use super::{
    roles::{is_membership, is_role},
    words::{Word, after, starts, words},
};
use crate::dialect::postgres::session::ServerError;
use crate::model::Kind;

/// What to do about a statement that the engine refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Make this role, and run it again.
    CreateRole(String),
    /// Make this tablespace, and run it again; or go on without it, see [`without_tablespace`].
    CreateTablespace(String),
    /// Run this in its place, and say why.
    Rewrite(String, &'static str),
    /// Go on without it, and say why.
    LeaveOut(&'static str),
    /// Run it again when what comes later is there.
    Defer,
    /// Nothing: the engine lacks this extension.
    MissingExtension(String),
    /// Nothing: the script is wrong.
    None,
}

/// An object that is used is not there: what can be cured by what comes later in the script.
/// The last is a foreign key whose unique constraint is added later.
const NOT_THERE: [&str; 6] = ["42P01", "42883", "42704", "3F000", "42703", "42830"];

/// Whether the first word of a statement is this one, given in lower case.
pub fn first_word_is(statement: &str, keyword: &str) -> bool {
    words(statement).next().is_some_and(|word| word.is(keyword))
}

/// Kinds of objects that `belongs_to_server` keeps out of every scratch engine.
pub const NEVER_MADE: [Kind; 2] = [Kind::of("subscription"), Kind::of("database")];

/// Why a statement must not be run in a scratch engine, or nothing if it may: it changes the
/// server that other databases share, or reaches out to another one.
pub fn belongs_to_server(words: &[Word]) -> bool {
    match words {
        [verb, what, ..] if ["create", "alter", "drop"].iter().any(|known| verb.is(known)) => {
            let mapping = words.get(2).is_some_and(|word| word.is("mapping"));
            ["database", "tablespace", "subscription", "system"].iter().any(|known| what.is(known))
                || is_role(what) && !mapping
                || verb.is("drop") && what.is("owned")
        }
        [verb, on, what, ..] if verb.is("comment") && on.is("on") => {
            is_role(what) || ["database", "tablespace", "subscription"].iter().any(|known| what.is(known))
        }
        [verb, ..] if verb.is("grant") || verb.is("revoke") => {
            let on = after(words, &["on"]).and_then(<[Word]>::first);
            is_membership(words)
                || on.is_some_and(|what| {
                    ["database", "tablespace", "parameter"].iter().any(|kind| what.is(kind))
                })
        }
        [verb, ..] => verb.is("vacuum"),
        [] => false,
    }
}

/// What to do about a statement that the engine refused.
pub fn remedy(statement: &str, error: &ServerError) -> Remedy {
    let words: Vec<Word> = words(statement).collect();
    let (state, message) = (error.sqlstate.as_str(), error.message.as_str());
    if let Some(role) = missing(message, "role").filter(|_| ["42704", "22023"].contains(&state)) {
        return Remedy::CreateRole(role);
    }
    if starts(&words, &["create", "extension"]) {
        return extension(statement, &words, error);
    }
    if starts(&words, &["comment", "on", "extension"]) && ["42501", "42704"].contains(&state) {
        return Remedy::LeaveOut("the extension belongs to the engine");
    }
    if let Some(tablespace) = missing_tablespace(error) {
        return Remedy::CreateTablespace(tablespace);
    }
    if is_setting(&words) && ["42704", "42501", "22023", "0A000", "55P02"].contains(&state) {
        return Remedy::LeaveOut("the scratch engine does not know the setting or its value");
    }
    if starts(&words, &["create", "schema"]) && state == "42P06" && message.contains("\"public\"") {
        return Remedy::LeaveOut("every database has it");
    }
    if state == "3D000" {
        return Remedy::LeaveOut("it names another database");
    }
    if NOT_THERE.contains(&state) {
        // Run later, it would take away what the script makes after it.
        return if drops(&words) { Remedy::LeaveOut("there is nothing to drop") } else { Remedy::Defer };
    }
    Remedy::None
}

/// The name in messages such as `role "x" does not exist`.
fn missing(message: &str, kind: &str) -> Option<String> {
    let rest = message.strip_prefix(kind)?.strip_prefix(" \"")?;
    Some(rest.strip_suffix("\" does not exist")?.to_owned())
}

/// The tablespace that a statement names and the server lacks. A setting tells it in the detail.
fn missing_tablespace(error: &ServerError) -> Option<String> {
    let in_detail = || missing(error.detail.as_deref()?.strip_suffix('.')?, "Tablespace");
    missing(&error.message, "tablespace").or_else(in_detail)
}

fn is_setting(words: &[Word]) -> bool {
    starts(words, &["set"])
        || starts(words, &["reset"])
        || starts(words, &["select"]) && words.iter().any(|word| word.is("set_config"))
}

fn drops(words: &[Word]) -> bool {
    starts(words, &["drop"]) || starts(words, &["alter"]) && after(words, &["drop"]).is_some()
}

fn extension(statement: &str, words: &[Word], error: &ServerError) -> Remedy {
    let after_exists = after(words, &["exists"]).unwrap_or(&words[2..]);
    let name = after_exists.first().and_then(Word::name).unwrap_or_default().to_owned();
    match error.sqlstate.as_str() {
        "42710" => Remedy::LeaveOut("the extension is there already"),
        "22023" => match without(statement, words, &["version"]) {
            Some(text) => Remedy::Rewrite(text, "the scratch engine has another version of the extension"),
            None => Remedy::None,
        },
        "58P01" => Remedy::MissingExtension(name),
        "0A000" if error.message.contains("must be installed in schema") => {
            match without(statement, words, &["schema"]) {
                Some(text) => Remedy::Rewrite(text, "the extension has a schema of its own"),
                None => Remedy::None,
            }
        }
        "0A000" => Remedy::MissingExtension(name),
        state if NOT_THERE.contains(&state) => Remedy::Defer,
        _ => Remedy::None,
    }
}

/// What to do about a statement that names a tablespace which cannot be made: tablespaces are folders of one
/// server, and not every server is one to make them on.
pub fn without_tablespace(statement: &str) -> Remedy {
    const WHY: &str = "tablespaces belong to the server";
    let words: Vec<Word> = words(statement).collect();
    if is_setting(&words) || after(&words, &["set", "tablespace"]).is_some() {
        return Remedy::LeaveOut(WHY);
    }
    let index = without(statement, &words, &["using", "index", "tablespace"]);
    match index.or_else(|| without(statement, &words, &["tablespace"])) {
        Some(text) => Remedy::Rewrite(text, WHY),
        None => Remedy::None,
    }
}

/// The statement without the first clause of these keywords and the word that follows them.
fn without(statement: &str, words: &[Word], keywords: &[&str]) -> Option<String> {
    let at = words.windows(keywords.len()).position(|window| starts(window, keywords))?;
    let value = words.get(at + keywords.len())?;
    Some(format!("{}{}", &statement[..words[at].start], statement[value.end..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(statement: &str, sqlstate: &str, message: &str) -> Remedy {
        let error = ServerError {
            message: message.to_owned(),
            sqlstate: sqlstate.to_owned(),
            detail: None,
            hint: None,
            position: None,
        };
        remedy(statement, &error)
    }

    #[test]
    fn what_changes_the_server_is_not_run() {
        for statement in [
            "CREATE DATABASE shop",
            "ALTER DATABASE shop SET x = 1",
            "ALTER SYSTEM SET x = 1",
            "DROP ROLE app",
            "ALTER USER app PASSWORD 'x'",
            "GRANT a TO b",
            "GRANT CONNECT ON DATABASE shop TO app",
            "COMMENT ON DATABASE shop IS 'x'",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
            "VACUUM FULL t",
            "DROP OWNED BY app",
        ] {
            assert!(belongs_to_server(&words(statement).collect::<Vec<_>>()), "{statement}");
        }
        for statement in [
            "CREATE USER MAPPING FOR app SERVER s",
            "GRANT SELECT ON t TO app",
            "CREATE TABLE database (a int)",
            "COMMENT ON TABLE t IS 'x'",
            "ALTER TABLE t ADD role text",
        ] {
            assert!(!belongs_to_server(&words(statement).collect::<Vec<_>>()), "{statement}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_tried_again_and_drops_are_not() {
        assert_eq!(told("CREATE VIEW v AS TABLE t", "42P01", "relation \"t\" does not exist"), Remedy::Defer);
        let left_out = Remedy::LeaveOut("there is nothing to drop");
        assert_eq!(told("DROP TABLE t", "42P01", "table \"t\" does not exist"), left_out);
        assert_eq!(told("ALTER TABLE t DROP CONSTRAINT c", "42P01", ""), left_out);
        assert_eq!(told("CREATE TABLE t (", "42601", "syntax error"), Remedy::None);
    }

    #[test]
    fn a_missing_role_is_made() {
        let expected = Remedy::CreateRole("a b".to_owned());
        assert_eq!(told("DO $$ … $$", "42704", "role \"a b\" does not exist"), expected);
    }

    #[test]
    fn settings_of_other_versions_are_passed_over() {
        let remedy = told("SET transaction_timeout = 0", "42704", "unrecognized configuration parameter");
        assert!(matches!(remedy, Remedy::LeaveOut(_)));
    }

    #[test]
    fn an_extension_falls_back_to_the_version_that_is_there_or_is_named() {
        let create = "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public VERSION '9.9'";
        let expected = "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public ";
        let remedy = told(create, "22023", "extension \"uuid-ossp\" has no installation script");
        assert!(matches!(remedy, Remedy::Rewrite(text, _) if text == expected));
        let missing = Remedy::MissingExtension("postgis".to_owned());
        assert_eq!(
            told("CREATE EXTENSION postgis", "0A000", "extension \"postgis\" is not available"),
            missing
        );
    }

    #[test]
    fn tablespaces_are_made_or_taken_out() {
        let fast = Remedy::CreateTablespace("fast".to_owned());
        assert_eq!(
            told("CREATE TABLE t () TABLESPACE fast", "42704", "tablespace \"fast\" does not exist"),
            fast
        );
        let create = "CREATE TABLE t (a int PRIMARY KEY USING INDEX TABLESPACE fast, b int)";
        let expected = "CREATE TABLE t (a int PRIMARY KEY , b int)";
        assert!(matches!(without_tablespace(create), Remedy::Rewrite(text, _) if text == expected));
        for left_out in ["ALTER TABLE t SET TABLESPACE fast", "SET default_tablespace = fast"] {
            assert!(matches!(without_tablespace(left_out), Remedy::LeaveOut(_)), "{left_out}");
        }
    }
}
