//! Statements that the engine refused, told so that they can be found and mended.

use std::fmt;

use super::Statement;
use crate::{
    dialect::{postgres::session::ServerError, sqlite::session::SqliteError},
    model::Location,
    source::lexer::{Lexer, Syntax, TokenKind},
};

/// How many failures are told one by one.
const SHOWN: usize = 10;

/// One statement that the engine refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the statement starts.
    pub at: Location,
    /// Its first line.
    pub statement: String,
    /// What the engine said.
    pub message: String,
    /// The number of it, for example `SQLSTATE 42P01`.
    pub code: String,
    /// What it added.
    pub detail: Option<String>,
    /// What it proposed.
    pub hint: Option<String>,
    /// The line that the server points at, where it is not the first of the statement.
    pub inner: Option<(u32, String)>,
}

/// Every statement that failed, in the order of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// What the engine is.
    pub engine: String,
    /// How many statements there were.
    pub statements: usize,
    /// The failures; at least one.
    pub all: Vec<Failure>,
}

impl Failure {
    /// A statement that PostgreSQL refused.
    pub fn postgres(statement: &Statement, error: ServerError) -> Self {
        Failure {
            at: statement.location(),
            statement: first_line(&statement.text),
            inner: error.position.and_then(|position| inner_line(statement, position)),
            message: error.message,
            code: format!("SQLSTATE {}", error.sqlstate),
            detail: error.detail,
            hint: error.hint,
        }
    }

    /// A statement that SQLite refused.
    pub fn sqlite(statement: &Statement, error: SqliteError) -> Self {
        Failure {
            at: statement.location(),
            statement: first_line(&statement.text),
            inner: None,
            message: error.message,
            code: format!("SQLite result code {}", error.code),
            detail: None,
            hint: None,
        }
    }
}

/// The first line of a statement, without passwords.
pub fn first_line(statement: &str) -> String {
    let mut line = String::new();
    let mut secret = false;
    for token in Lexer::new(statement, Syntax::Postgres) {
        let text = token.text(statement);
        let shown = text.lines().next().unwrap_or_default();
        match token.kind {
            TokenKind::Literal if secret => line.push_str("'***'"),
            _ => line.push_str(shown),
        }
        if text.contains('\n') {
            break;
        }
        if !token.is_blank() {
            secret = ["password", "connection"].iter().any(|word| text.eq_ignore_ascii_case(word));
        }
    }
    line.trim_end().to_owned()
}

/// The line of a statement that holds its character of this number, the first being 1.
fn inner_line(statement: &Statement, position: usize) -> Option<(u32, String)> {
    let (offset, _) = statement.text.char_indices().nth(position.checked_sub(1)?)?;
    let breaks = u32::try_from(statement.text[..offset].matches('\n').count()).ok()?;
    let text = statement.text.lines().nth(breaks as usize)?.trim();
    (breaks > 0).then(|| (statement.line + breaks, text.to_owned()))
}

impl Failures {
    /// What to do next.
    pub fn hint(&self) -> Option<&str> {
        let from_server = self.all.iter().find_map(|failure| failure.hint.as_deref());
        from_server.or(Some("Mend the statement. An empty database says the same about it."))
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (failed, of) = (self.all.len(), self.statements);
        let statements = if of == 1 { "statement" } else { "statements" };
        write!(f, "{failed} of {of} {statements} failed on {}.", self.engine)?;
        for failure in self.all.iter().take(SHOWN) {
            write!(f, "\n{failure}")?;
        }
        match failed.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.at.file.display(), self.at.line, self.statement)?;
        if let Some((line, text)) = &self.inner {
            writeln!(f, "  at line {line}: {text}")?;
        }
        write!(f, "  {} ({})", self.message, self.code)?;
        match &self.detail {
            Some(detail) => write!(f, "\n  {detail}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn failure() -> Failure {
        let text = "CREATE TABLE é (\n  a int,\n  b nope\n)".to_owned();
        let statement = Statement { text, file: Path::new("schema.sql").into(), line: 7 };
        let error = ServerError {
            message: "type \"nope\" does not exist".to_owned(),
            sqlstate: "42704".to_owned(),
            detail: None,
            hint: None,
            position: Some(32),
        };
        Failure::postgres(&statement, error)
    }

    #[test]
    fn a_failure_tells_its_place_its_statement_and_the_servers_words() {
        let expected = "schema.sql:7: CREATE TABLE é (\n  at line 9: b nope\n  type \"nope\" does not exist (SQLSTATE 42704)";
        assert_eq!(failure().to_string(), expected);
    }

    #[test]
    fn a_password_is_not_told() {
        let told =
            first_line("CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password 'secret',\nx 'y')");
        assert_eq!(told, "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password '***',");
    }

    #[test]
    fn ten_failures_are_told_and_the_rest_counted() {
        let failures = Failures {
            engine: "local PostgreSQL 15.18".to_owned(),
            statements: 40,
            all: vec![failure(); 12],
        };
        let text = failures.to_string();
        assert!(text.starts_with("12 of 40 statements failed on local PostgreSQL 15.18.\n"));
        assert!(text.ends_with("\n… and 2 more"));
        assert_eq!(text.matches("schema.sql:7").count(), 10);
    }
}
