//! SQLite 3: files are read, never written, and changed by the SQL that people run themselves.

mod column;
pub mod connect;
mod constraint;
mod create_table;
mod idempotent;
mod index;
pub mod inspect;
mod parse;
mod rebuild;
mod requires;
pub mod session;
mod table;
mod token;
mod trigger;
mod view;
mod virtual_table;
pub mod writer;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::token::{TokenKind, is_balanced, normal, tidy, tokens};
use super::{Action, Dialect, Hazard, HazardCode, ObjectKind, Scene, Step, Style, Unwritable, quote};
use crate::model::{Catalog, Facets, Key, Kind, Object};

const TABLE: Kind = Kind::of("table");
const VIRTUAL_TABLE: Kind = Kind::of("virtual table");
const COLUMN: Kind = Kind::of("column");
const CONSTRAINT: Kind = Kind::of("constraint");
const INDEX: Kind = Kind::of("index");
const VIEW: Kind = Kind::of("view");
const TRIGGER: Kind = Kind::of("trigger");

/// The name of the one schema that a database file has; every path starts with it.
const MAIN: &str = "main";

/// SQLite.
pub struct Sqlite;

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn title(&self) -> &'static str {
        "SQLite"
    }

    fn kinds(&self) -> &'static [&'static dyn ObjectKind] {
        &[
            &table::Tables,
            &column::Columns,
            &constraint::Constraints,
            &virtual_table::VirtualTables,
            &index::Indexes,
            &view::Views,
            &trigger::Triggers,
        ]
    }

    fn same_meaning(&self, _kind: Kind, facet: &str, a: &Value, b: &Value) -> bool {
        match (facet, a, b) {
            ("collation" | "references" | "match" | "not null name", Value::String(a), Value::String(b)) => {
                a.eq_ignore_ascii_case(b)
            }
            _ => same_sql(a, b),
        }
    }

    fn effect(&self, object: &Object, _to: Option<&Object>, action: Action) -> Option<Hazard> {
        let (kind, name) = (object.key.kind().name(), object.key.dotted());
        let (code, message) = match (action, kind) {
            (Action::Drop, "table" | "virtual table" | "column" | "view") => {
                (HazardCode::BreaksClients, format!("Whoever still names {name} gets an error."))
            }
            (Action::Drop, "index") => {
                (HazardCode::SlowsQueries, format!("Queries that rely on {name} get slower."))
            }
            _ => return None,
        };
        Some(Hazard { code, message })
    }

    fn names_taken(&self, _catalog: &Catalog, object: &Object) -> Vec<String> {
        let kind = object.key.kind();
        // Names are the same in any case of their ASCII letters.
        let name = object.key.name().to_ascii_lowercase();
        let parent = object.parent.as_ref().map_or("", |parent| parent.name()).to_ascii_lowercase();
        if [TABLE, VIRTUAL_TABLE, VIEW, INDEX].contains(&kind) {
            vec![format!("relation {}", quote::always(&name))]
        } else if kind == TRIGGER {
            vec![format!("trigger {}", quote::always(&name))]
        } else if kind == COLUMN {
            vec![format!("column {}.{}", quote::always(&parent), quote::always(&name))]
        } else {
            Vec::new()
        }
    }

    /// A rebuilt table is dropped and comes back under its name: rows of other tables that refer
    /// to it must not be deleted along with it (sqlite.org/lang_altertable.html, section 7). The
    /// setting does nothing inside a transaction, so it goes before all.
    fn preamble(&self) -> &'static [&'static str] {
        &["PRAGMA foreign_keys = OFF"]
    }

    fn rename(&self, object: &Object, _value: Option<&str>, to: &Key) -> Option<Step> {
        let (old, new) = (quote::name(object.key.name()), quote::name(to.name()));
        match object.key.kind() {
            TABLE => Some(Step::new(format!("ALTER TABLE {old} RENAME TO {new}"))),
            COLUMN => {
                let alter = alter_table(object).ok()?;
                Some(Step::new(format!("{alter} RENAME COLUMN {old} TO {new}")))
            }
            _ => None,
        }
    }

    /// There is nobody to hold up who would not wait for any other writer too: online is plain.
    fn restyle(&self, style: Style, scene: &Scene<'_>, steps: Vec<Step>) -> Result<Vec<Step>, Unwritable> {
        match style {
            Style::Plain | Style::Online => Ok(steps),
            Style::Idempotent => idempotent::restyled(scene, steps),
        }
    }
}

/// Whether two values are the same SQL, or lists of the same SQL.
fn same_sql(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => normal(a) == normal(b),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_sql(a, b))
        }
        (a, b) => a == b,
    }
}

/// The facets of an object as the struct of its kind.
fn typed<T: DeserializeOwned>(object: &Object) -> Result<T, Unwritable> {
    object.facets.typed().map_err(|error| Unwritable::new(object, error))
}

/// The struct of a kind as facets.
fn facets(of: &impl Serialize) -> Facets {
    match serde_json::to_value(of) {
        Ok(Value::Object(entries)) => entries.into_iter().collect(),
        _ => Facets::default(),
    }
}

/// A piece of SQL that came out of a catalog or an inventory, for use inside a statement: one that
/// cannot end the statement, or swallow what comes after it.
fn fragment(object: &Object, sql: &str) -> Result<String, Unwritable> {
    let error = |reason: &str| Unwritable::new(object, format!("`{sql}` {reason}"));
    let tokens = tokens(sql).map_err(|lex| error(&format!("has {lex}")))?;
    if !is_balanced(&tokens) || tokens.iter().any(|token| token.is_symbol(";")) {
        return Err(error("is not one piece of SQL"));
    }
    Ok(tidy(&tokens))
}

/// The name that a piece of SQL consists of, if it is just a name.
fn single_name(sql: &str) -> Option<String> {
    match tokens(sql).ok()?.as_slice() {
        [token] if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) => token.name(),
        _ => None,
    }
}

/// Whether SQL would make or open a file beside the database that it is run in: `ATTACH`, and
/// `VACUUM … INTO`.
fn reaches_for_files(sql: &str) -> bool {
    let mut lexer = token::Lexer::new(sql);
    let mut head = None;
    // What cannot be cut into tokens, SQLite does not run either.
    while let Ok(Some(token)) = lexer.next_token() {
        if token.is_symbol(";") {
            head = None;
            continue;
        }
        let head = *head.get_or_insert(token);
        if head.is_word("ATTACH") || head.is_word("VACUUM") && token.is_word("INTO") {
            return true;
        }
    }
    false
}

/// The name of the table or view that an object is a part of, in SQL.
fn parent_name(object: &Object) -> Result<String, Unwritable> {
    match object.key.path() {
        [_, parent, _] => Ok(quote::name(parent)),
        _ => Err(Unwritable::new(object, "its key does not name a table")),
    }
}

/// `ALTER TABLE` with the name of the table that an object is a part of.
fn alter_table(object: &Object) -> Result<String, Unwritable> {
    Ok(format!("ALTER TABLE {}", parent_name(object)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn white_space_comments_quotes_and_case_are_no_differences() {
        let a = json!(["\"Email\" COLLATE NOCASE", "lower( name )"]);
        let b = json!(["email collate nocase", "LOWER(name) -- sorted"]);
        assert!(Sqlite.same_meaning(INDEX, "columns", &a, &b));
        assert!(!Sqlite.same_meaning(INDEX, "columns", &a, &json!(["email"])));
        assert!(!Sqlite.same_meaning(COLUMN, "default", &json!("'A'"), &json!("'a'")));
    }

    #[test]
    fn statements_that_reach_for_files_are_told() {
        for sql in ["/* */ attach 'a.db' AS a", "SELECT 1; VACUUM main INTO 'b.db'", "ATTACH 'a' AS b; 'open"]
        {
            assert!(reaches_for_files(sql), "{sql}");
        }
        assert!(!reaches_for_files("VACUUM; CREATE TABLE attach (a); INSERT INTO attach VALUES ('ATTACH')"));
    }

    #[test]
    fn a_fragment_cannot_leave_its_statement() {
        let object = Object::new(crate::model::Key::new(TABLE, [MAIN, "t"]), None, Facets::default());
        for bad in ["1; DROP TABLE t", "1) --", "(1", "'open"] {
            assert!(fragment(&object, bad).is_err(), "{bad}");
        }
        assert_eq!(fragment(&object, "a  + 1 -- why").unwrap(), "a + 1");
    }
}
