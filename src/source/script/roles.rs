//! Finds the roles that a script mentions, so that they can be there before it runs.

use std::collections::BTreeSet;

use super::words::{Word, after, starts};
use crate::source::lexer::TokenKind;

/// Words that stand where a role does and are none.
const NO_ROLES: [&str; 8] =
    ["public", "current_user", "current_role", "session_user", "user", "none", "default", "all"];

/// The roles of a script.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// Every role that is mentioned.
    pub mentioned: BTreeSet<String>,
    /// Those of them that the script acts as, by `SET ROLE` or `SET SESSION AUTHORIZATION`.
    pub acting: BTreeSet<String>,
}

impl Roles {
    /// Adds the roles that a statement mentions.
    pub fn note(&mut self, words: &[Word]) {
        mentioned(words, &mut self.mentioned);
        if starts(words, &["set"]) {
            mentioned(words, &mut self.acting);
        }
    }
}

fn mentioned(words: &[Word], roles: &mut BTreeSet<String>) {
    let mut add = |list: &[Word]| roles.extend(names(list));
    let grants = |words: &[Word], add: &mut dyn FnMut(&[Word])| {
        for side in ["to", "from"] {
            after(words, &[side]).iter().for_each(|list| add(list));
        }
        after(words, &["granted", "by"]).iter().for_each(|list| add(list));
    };
    match words {
        _ if starts(words, &["grant"]) || starts(words, &["revoke"]) => {
            grants(words, &mut add);
            if is_membership(words) {
                add(members(words));
            }
        }
        _ if starts(words, &["alter", "default", "privileges"]) => {
            for role in ["role", "user"] {
                after(words, &["for", role]).iter().for_each(|list| add(list));
            }
            grants(words, &mut add);
        }
        _ if starts(words, &["create", "policy"]) => after(words, &["to"]).iter().for_each(|list| add(list)),
        _ if starts(words, &["alter", "policy"]) && after(words, &["rename"]).is_none() => {
            after(words, &["to"]).iter().for_each(|list| add(list));
        }
        _ if starts(words, &["set"]) => {
            let rest = after(words, &["role"]).or_else(|| after(words, &["session", "authorization"]));
            rest.iter().for_each(|list| add(list));
        }
        _ if starts(words, &["create", "schema"]) => {
            after(words, &["authorization"]).iter().for_each(|list| add(list));
        }
        _ if starts(words, &["reassign", "owned", "by"]) => {
            add(&words[3..]);
            after(words, &["to"]).iter().for_each(|list| add(list));
        }
        [_, what, _, ..] if what.is("user") && words[2].is("mapping") => {
            after(words, &["for"]).iter().for_each(|list| add(list));
        }
        [verb, what, name, ..] if (verb.is("create") || verb.is("alter")) && is_role(what) => {
            add(std::slice::from_ref(name));
        }
        _ if starts(words, &["comment", "on", "role"]) => add(&words[3..]),
        _ => {}
    }
    after(words, &["owner", "to"]).iter().for_each(|list| add(list));
}

/// Whether a word says that a role follows.
pub fn is_role(word: &Word) -> bool {
    ["role", "user", "group"].iter().any(|role| word.is(role))
}

/// Whether a GRANT or REVOKE is about membership in roles, not about privileges on objects.
pub fn is_membership(words: &[Word]) -> bool {
    let side = words.iter().position(|word| word.is("to") || word.is("from"));
    side.is_some_and(|side| !words[..side].iter().any(|word| word.is("on")))
}

/// The roles of which membership is granted or revoked.
fn members(words: &[Word]) -> &[Word] {
    after(words, &["option", "for"]).unwrap_or(&words[1..])
}

/// The names of a list, up to the first word that does not belong to it.
fn names(list: &[Word]) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = list.iter().filter(|word| !word.is("group"));
    while let Some(word) = rest.next() {
        let literal = word.kind == TokenKind::Literal;
        let Some(name) = word.name().or(literal.then_some(word.text.as_str())) else { break };
        let stands_for_another = word.kind == TokenKind::Word && NO_ROLES.contains(&name);
        if !(name.is_empty() || stands_for_another || name.starts_with("pg_")) {
            names.push(name.to_owned());
        }
        if !rest.next().is_some_and(|word| word.is_sign(",")) {
            break;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{super::words::words, *};

    fn roles(statement: &str) -> Vec<String> {
        let mut roles = BTreeSet::new();
        mentioned(&words(statement).collect::<Vec<_>>(), &mut roles);
        roles.into_iter().collect()
    }

    #[test]
    fn every_place_where_a_role_can_stand_is_known() {
        for (statement, expected) in [
            (
                "GRANT SELECT (a, b) ON TABLE t TO app, \"Read Only\" WITH GRANT OPTION",
                vec!["Read Only", "app"],
            ),
            ("GRANT a, b TO GROUP c GRANTED BY d", vec!["a", "b", "c", "d"]),
            ("REVOKE ALL ON SCHEMA public FROM PUBLIC, app CASCADE", vec!["app"]),
            ("REVOKE ADMIN OPTION FOR a FROM b", vec!["a", "b"]),
            ("ALTER TABLE public.t OWNER TO app", vec!["app"]),
            ("ALTER TYPE \"to\" OWNER TO CURRENT_USER", vec![]),
            (
                "CREATE POLICY p ON t FOR SELECT TO anon, authenticated USING (true)",
                vec!["anon", "authenticated"],
            ),
            ("ALTER POLICY p ON t RENAME TO q", vec![]),
            ("SET SESSION AUTHORIZATION 'app'", vec!["app"]),
            ("SET LOCAL ROLE app", vec!["app"]),
            ("SET ROLE NONE", vec![]),
            ("CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION app", vec!["app"]),
            (
                "ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA s GRANT SELECT ON TABLES TO app",
                vec!["app", "owner"],
            ),
            ("CREATE ROLE app LOGIN PASSWORD 'x'", vec!["app"]),
            ("CREATE USER MAPPING FOR app SERVER s", vec!["app"]),
            ("GRANT pg_read_all_data TO app", vec!["app"]),
            ("CREATE TABLE owner (to_be text)", vec![]),
            ("ALTER TABLE a RENAME TO b", vec![]),
            ("CREATE TRIGGER t AFTER UPDATE ON a EXECUTE FUNCTION f()", vec![]),
        ] {
            assert_eq!(roles(statement), expected, "{statement}");
        }
    }
}
