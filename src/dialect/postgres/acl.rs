//! Grants: from the text of an `aclitem[]` to a facet, and from two facets to GRANT and REVOKE.

use std::collections::BTreeSet;

use super::super::{HazardCode, Step, quote};

/// The classes of objects that have privileges (the manual's table 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantable {
    /// Tables, views, materialized views, foreign tables.
    Relation,
    /// Columns of those.
    Column,
    /// Sequences.
    Sequence,
    /// Functions, procedures, aggregates.
    Routine,
    /// Schemas.
    Schema,
    /// The schema `public`, which everybody may use.
    PublicSchema,
    /// The schema `public` of servers before 15, in which everybody may create as well.
    OpenPublicSchema,
    /// Types and domains.
    Type,
    /// Languages.
    Language,
    /// Foreign-data wrappers and foreign servers.
    Foreign,
    /// Large objects.
    LargeObject,
    /// What default privileges in a schema add to those of new objects: nothing, to begin with.
    Addition,
}

impl Grantable {
    /// The class that a catalog query names, where the rows of one query are of several.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "tables" => Grantable::Relation,
            "sequences" => Grantable::Sequence,
            "functions" => Grantable::Routine,
            "schemas" => Grantable::Schema,
            "public schema" => Grantable::PublicSchema,
            "open public schema" => Grantable::OpenPublicSchema,
            "types" => Grantable::Type,
            "large objects" => Grantable::LargeObject,
            "addition" => Grantable::Addition,
            _ => return None,
        })
    }

    /// What the owner may do, by the letters of the catalog, on a server of a major version.
    fn letters(self, major: u32) -> &'static str {
        match self {
            Grantable::Relation if major < 17 => "arwdDxt",
            Grantable::Relation => "arwdDxtm",
            // A new column has no privileges of its own.
            Grantable::Column | Grantable::Addition => "",
            Grantable::Sequence => "rwU",
            Grantable::Routine => "X",
            Grantable::Schema | Grantable::PublicSchema | Grantable::OpenPublicSchema => "UC",
            Grantable::Type | Grantable::Language | Grantable::Foreign => "U",
            Grantable::LargeObject => "rw",
        }
    }

    fn public_default(self) -> &'static str {
        match self {
            Grantable::Routine => "X",
            Grantable::Type | Grantable::Language | Grantable::PublicSchema => "U",
            Grantable::OpenPublicSchema => "UC",
            _ => "",
        }
    }
}

/// The grants of an object as sorted texts, leaving out what every new object of its class has:
/// `SELECT to app`, `SELECT to app with grant option`, and `no EXECUTE to PUBLIC` for a default
/// that was revoked. Grantors are left out: who granted is no part of the schema. Roles are quoted
/// where SQL would quote them, so that no name can be taken for a word of ours. `major` is the server's version.
pub fn grants(acl: Option<&[String]>, owner: &str, class: Grantable, major: u32) -> Vec<String> {
    let Some(acl) = acl else { return Vec::new() };
    let owner = &*quote::name(owner);
    let mut held: BTreeSet<(String, char, bool)> = BTreeSet::new();
    for (grantee, letters) in acl.iter().filter_map(|item| parse_item(item)) {
        let mut letters = letters.chars().peekable();
        while let Some(letter) = letters.next() {
            let option = letters.next_if_eq(&'*').is_some();
            held.insert((grantee.clone(), letter, option));
        }
    }
    let mut texts = BTreeSet::new();
    let defaults = [(owner, class.letters(major)), (PUBLIC, class.public_default())];
    for (grantee, letter, option) in &held {
        let is_default = defaults.iter().any(|(who, letters)| who == grantee && letters.contains(*letter));
        if let (false, Some(privilege)) = (is_default && !option, privilege(*letter)) {
            let tail = if *option { OPTION } else { "" };
            texts.insert(format!("{privilege} to {grantee}{tail}"));
        }
    }
    let has_any = |who: &str, letter: char| held.iter().any(|(grantee, l, _)| grantee == who && *l == letter);
    for (who, letters) in defaults {
        let lost = letters.chars().filter(|letter| !has_any(who, *letter));
        texts.extend(
            lost.filter_map(privilege).map(|privilege| format!("no {privilege} to {}", as_owner(who, owner))),
        );
    }
    texts.into_iter().collect()
}

const PUBLIC: &str = "PUBLIC";
/// Stands for the owner in a text of [`grants`].
pub const OWNER: &str = "OWNER";
const OPTION: &str = " with grant option";

fn as_owner<'a>(who: &'a str, owner: &str) -> &'a str {
    if who == owner { OWNER } else { who }
}

fn privilege(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a' => "INSERT",
        'r' => "SELECT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'U' => "USAGE",
        'C' => "CREATE",
        'X' => "EXECUTE",
        _ => return None,
    })
}

/// What is left of grants when their object comes to another owner: the old one's privileges pass
/// to the new one, who keeps those it had (`ALTER … OWNER TO`).
pub fn passed_on(grants: &[String], owner: &str) -> Vec<String> {
    let owner = quote::name(owner);
    let parsed: Vec<(&String, Grant<'_>)> =
        grants.iter().filter_map(|text| Some((text, Grant::parse(text)?))).collect();
    let had = |privilege: &str| {
        parsed
            .iter()
            .any(|(_, grant)| grant.grantee == owner && !grant.revoked && grant.privilege == privilege)
    };
    let stays = |grant: &Grant<'_>| {
        let regained = grant.grantee == OWNER && grant.revoked && had(grant.privilege);
        grant.grantee != owner && !regained
    };
    parsed.iter().filter(|(_, grant)| stays(grant)).map(|(text, _)| (*text).clone()).collect()
}

/// A grant of [`grants`] as one on a column.
pub fn on_column(column: &str, grant: &str) -> String {
    format!("{}: {grant}", quote::name(column))
}

/// The column and the grant of a text of [`on_column`].
pub fn column_and_grant(text: &str) -> Option<(String, &str)> {
    let (column, rest) = unquoted(text)?;
    Some((column, rest.strip_prefix(": ")?))
}

/// The name that a text starts with, quoted or plain, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([':', ' ']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices().peekable();
    loop {
        let (at, c) = chars.next()?;
        if c != '"' {
            name.push(c);
        } else if chars.next_if(|(_, next)| *next == '"').is_some() {
            name.push('"');
        } else {
            return Some((name, &quoted[at + 1..]));
        }
    }
}

/// `grantee=letters/grantor`, the grantee quoted where it has to be and empty for PUBLIC; gives it as
/// [`grants`] writes it.
fn parse_item(item: &str) -> Option<(String, &str)> {
    let (grantee, rest) = match item.starts_with('"') {
        true => {
            let (name, rest) = unquoted(item)?;
            (quote::name(&name), rest.strip_prefix('=')?)
        }
        false => {
            let (name, rest) = item.split_once('=')?;
            (if name.is_empty() { PUBLIC.to_owned() } else { quote::name(name) }, rest)
        }
    };
    Some((grantee, rest.split('/').next()?))
}

/// The role that a text of [`grants`] gives something to, if it is a role.
pub fn grantee(text: &str) -> Option<String> {
    let text = column_and_grant(text).map_or(text, |(_, grant)| grant);
    let grantee = Grant::parse(text)?.grantee;
    (grantee != PUBLIC && grantee != OWNER).then_some(unquoted(grantee)?.0)
}

/// Whether a text of [`grants`] is about a privilege.
pub fn is_of(text: &str, privilege: &str) -> bool {
    let text = column_and_grant(text).map_or(text, |(_, grant)| grant);
    Grant::parse(text).is_some_and(|grant| grant.privilege == privilege)
}

#[derive(Clone, Copy, PartialEq)]
struct Grant<'a> {
    privilege: &'a str,
    grantee: &'a str,
    revoked: bool,
    option: bool,
}

impl<'a> Grant<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (text, revoked) = text.strip_prefix("no ").map_or((text, false), |rest| (rest, true));
        let (text, option) = text.strip_suffix(OPTION).map_or((text, false), |rest| (rest, true));
        let (privilege, grantee) = text.split_once(" to ")?;
        privilege.chars().all(|c| c.is_ascii_uppercase()).then_some(Grant {
            privilege,
            grantee,
            revoked,
            option,
        })
    }

    fn role(&self, owner: Option<&str>) -> String {
        match self.grantee {
            PUBLIC => PUBLIC.to_owned(),
            OWNER => owner.map_or_else(|| "CURRENT_USER".to_owned(), quote::name),
            // An inventory may have been edited: what is no name is quoted as a whole.
            role => match unquoted(role) {
                Some((name, "")) => quote::name(&name),
                _ => quote::name(role),
            },
        }
    }
}

/// What grants are on, and whose it is.
#[derive(Clone, Copy)]
pub struct On<'a> {
    /// The rest of the clause after `ON`.
    pub clause: &'a str,
    /// The owner, where it is not whoever runs the statement.
    pub owner: Option<&'a str>,
}

impl<'a> On<'a> {
    /// Something that belongs to whoever runs the statement, for example because it was just made.
    pub fn own(clause: &'a str) -> Self {
        On { clause, owner: None }
    }
}

/// The steps from one set of grants to another. `column` is the column that they are on, if they
/// are on one.
pub fn change(from: &[String], to: &[String], on: On<'_>, column: Option<&str>) -> Vec<Step> {
    let On { clause: on, owner } = on;
    let gone = from.iter().filter(|grant| !to.contains(grant)).filter_map(|text| Grant::parse(text));
    let new = to.iter().filter(|grant| !from.contains(grant)).filter_map(|text| Grant::parse(text));
    let columns = column.map_or(String::new(), |column| format!(" ({})", quote::name(column)));
    let option_only = |grant: &Grant<'_>| {
        let plain = Grant { option: false, ..*grant };
        grant.option
            && !grant.revoked
            && to.iter().filter_map(|text| Grant::parse(text)).any(|kept| kept == plain)
    };
    let (options, gone): (Vec<_>, Vec<_>) = gone.partition(option_only);
    let had = |grant: &Grant<'_>| options.iter().any(|gone| Grant { option: false, ..*gone } == *grant);
    let new: Vec<Grant<'_>> = new.filter(|grant| !had(grant)).collect();
    // A privilege that comes to be one that may be passed on need not be taken away before.
    let gone: Vec<Grant<'_>> =
        gone.into_iter().filter(|gone| !new.contains(&Grant { option: true, ..*gone })).collect();
    let statement = |grant: &Grant<'_>, give: bool| {
        let (privilege, role) = (grant.privilege, grant.role(owner));
        let sql = if give {
            let option = if grant.option { " WITH GRANT OPTION" } else { "" };
            format!("GRANT {privilege}{columns} ON {on} TO {role}{option}")
        } else {
            format!("REVOKE {privilege}{columns} ON {on} FROM {role}")
        };
        let verb = if give { "may" } else { "may no longer" };
        let message = format!("{} {verb} {privilege} on {on}.", grant.grantee);
        Step::new(sql).hazard(HazardCode::ChangesAccess, message)
    };
    let without_option = |grant: &Grant<'_>| {
        let (privilege, role) = (grant.privilege, grant.role(owner));
        let sql = format!("REVOKE GRANT OPTION FOR {privilege}{columns} ON {on} FROM {role}");
        let message = format!("{} may no longer pass {privilege} on {on} on.", grant.grantee);
        Step::new(sql).hazard(HazardCode::ChangesAccess, message)
    };
    let mut steps: Vec<Step> = gone.iter().map(|grant| statement(grant, grant.revoked)).collect();
    steps.extend(options.iter().map(without_option));
    steps.extend(new.iter().map(|grant| statement(grant, !grant.revoked)));
    steps
}

/// The steps from one set of grants on columns to another, each a text of [`on_column`]. They are
/// kept with their relation.
pub fn change_columns(from: &[String], to: &[String], on: On<'_>) -> Vec<Step> {
    let of = |grants: &[String], column: &str| -> Vec<String> {
        let own = grants.iter().filter_map(|grant| column_and_grant(grant));
        own.filter(|(name, _)| name == column).map(|(_, grant)| grant.to_owned()).collect()
    };
    let columns: BTreeSet<String> =
        from.iter().chain(to).filter_map(|grant| Some(column_and_grant(grant)?.0)).collect();
    let of_column = |column: String| change(&of(from, &column), &of(to, &column), on, Some(&column));
    columns.into_iter().flat_map(of_column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn no_acl_means_no_grants() {
        assert_eq!(grants(None, "me", Grantable::Relation, 15), texts(&[]));
    }

    #[test]
    fn everybody_uses_the_public_schema_and_created_in_it_before_15() {
        let old = texts(&["postgres=UC/postgres", "=UC/postgres"]);
        assert_eq!(grants(Some(&old), "postgres", Grantable::OpenPublicSchema, 15), texts(&[]));
        let new = texts(&["pg_database_owner=UC/pg_database_owner", "=U/pg_database_owner"]);
        assert_eq!(grants(Some(&new), "pg_database_owner", Grantable::PublicSchema, 15), texts(&[]));
        let closed = texts(&["postgres=UC/postgres"]);
        assert_eq!(
            grants(Some(&closed), "postgres", Grantable::PublicSchema, 15),
            texts(&["no USAGE to PUBLIC"])
        );
    }

    #[test]
    fn what_every_object_has_is_left_out_and_what_it_lost_is_named() {
        let acl = texts(&["me=X/me", "app=X*/me"]);
        let expected = texts(&["EXECUTE to app with grant option", "no EXECUTE to PUBLIC"]);
        assert_eq!(grants(Some(&acl), "me", Grantable::Routine, 15), expected);
    }

    #[test]
    fn an_owner_can_lose_what_the_server_knows() {
        let acl = texts(&["me=arwdDxt/me"]);
        assert_eq!(grants(Some(&acl), "me", Grantable::Relation, 16), texts(&[]));
        assert_eq!(grants(Some(&acl), "me", Grantable::Relation, 17), texts(&["no MAINTAIN to OWNER"]));
    }

    #[test]
    fn a_grantee_with_odd_characters_is_read_and_quoted() {
        let acl = texts(&["me=arwdDxt/me", "\"o\"\"dd=r\"=r/me"]);
        let read = grants(Some(&acl), "me", Grantable::Relation, 15);
        assert_eq!(read, texts(&["SELECT to \"o\"\"dd=r\""]));
        assert_eq!(grantee(&read[0]).as_deref(), Some("o\"dd=r"));
        let steps = change(&[], &read, On::own("TABLE public.t"), None);
        assert_eq!(steps[0].sql, "GRANT SELECT ON TABLE public.t TO \"o\"\"dd=r\"");
    }

    #[test]
    fn a_name_that_looks_like_a_grant_stays_a_name() {
        let acl = texts(&["\"x with grant option\"=r/me", "\"PUBLIC\"=r/me"]);
        let sql: Vec<String> =
            change(&[], &grants(Some(&acl), "me", Grantable::Column, 15), On::own("TABLE t"), Some("a: b"))
                .into_iter()
                .map(|step| step.sql)
                .collect();
        let expected = [
            "GRANT SELECT (\"a: b\") ON TABLE t TO \"PUBLIC\"",
            "GRANT SELECT (\"a: b\") ON TABLE t TO \"x with grant option\"",
        ];
        assert_eq!(sql, expected);
        let text = on_column("a: SELECT to x", "UPDATE to y");
        assert_eq!(column_and_grant(&text), Some(("a: SELECT to x".to_owned(), "UPDATE to y")));
        assert_eq!(column_and_grant("SELECT to x"), None);
    }

    #[test]
    fn only_the_option_to_pass_a_privilege_on_is_given_and_taken() {
        let (plain, option) = (texts(&["SELECT to app"]), texts(&["SELECT to app with grant option"]));
        let sql = |from: &[String], to: &[String]| -> Vec<String> {
            change(from, to, On::own("TABLE t"), None).into_iter().map(|step| step.sql).collect()
        };
        assert_eq!(sql(&option, &plain), ["REVOKE GRANT OPTION FOR SELECT ON TABLE t FROM app"]);
        assert_eq!(sql(&plain, &option), ["GRANT SELECT ON TABLE t TO app WITH GRANT OPTION"]);
    }

    #[test]
    fn a_new_owner_keeps_what_it_had_and_gets_what_the_old_one_had() {
        let before = texts(&["SELECT to n", "UPDATE to o", "no SELECT to OWNER", "no INSERT to OWNER"]);
        assert_eq!(passed_on(&before, "n"), texts(&["UPDATE to o", "no INSERT to OWNER"]));
    }

    #[test]
    fn what_the_owner_lost_is_given_back_to_the_owner() {
        let on = On { clause: "TABLE t", owner: Some("The Boss") };
        let steps = change(&texts(&["no SELECT to OWNER"]), &[], on, None);
        assert_eq!(steps[0].sql, "GRANT SELECT ON TABLE t TO \"The Boss\"");
    }

    #[test]
    fn a_revoked_default_is_given_back_and_taken_away() {
        let none = texts(&["no EXECUTE to PUBLIC"]);
        assert_eq!(
            change(&none, &[], On::own("FUNCTION f()"), None)[0].sql,
            "GRANT EXECUTE ON FUNCTION f() TO PUBLIC"
        );
        assert_eq!(
            change(&[], &none, On::own("FUNCTION f()"), None)[0].sql,
            "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC"
        );
    }
}
