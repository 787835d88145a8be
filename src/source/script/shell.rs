//! What the commands of psql and of the sqlite3 shell mean to a script that is only run.

use crate::source::split::Syntax;

/// What to do about a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// It changes nothing about the schema.
    Nothing,
    /// It asks for something that a scratch engine must not or need not do.
    LeftOut,
    /// Nothing after it counts.
    Quit,
    /// Another file goes here.
    Include {
        /// The file, as it is written.
        name: String,
        /// Whether it is looked for beside the including file only.
        beside: bool,
    },
    /// What comes after it cannot be understood without it.
    Unsupported(String),
}

/// What to do about one line that is a command of the shell.
pub fn command(line: &str, syntax: Syntax) -> Command {
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match syntax {
        Syntax::Postgres => psql(name, argument.trim()),
        Syntax::Sqlite if name == ".read" => Command::Unsupported(name.to_owned()),
        Syntax::Sqlite if matches!(name, ".quit" | ".exit") => Command::Quit,
        Syntax::Sqlite => Command::LeftOut,
    }
}

fn psql(name: &str, argument: &str) -> Command {
    match name {
        r"\restrict" | r"\unrestrict" | r"\echo" | r"\qecho" | r"\warn" | r"\pset" | r"\timing" | r"\g"
        | r"\." | r"\o" | r"\x" | r"\t" | r"\a" | r"\prompt" | r"\errverbose" => Command::Nothing,
        r"\set" if argument.starts_with("ON_ERROR_") || argument.starts_with("QUIET") => Command::Nothing,
        r"\i" | r"\include" => Command::Include { name: unquoted(argument), beside: false },
        r"\ir" | r"\include_relative" => Command::Include { name: unquoted(argument), beside: true },
        r"\q" | r"\quit" => Command::Quit,
        r"\if" | r"\elif" | r"\else" | r"\endif" | r"\gset" | r"\gexec" | r"\bind" | r"\parse" => {
            Command::Unsupported(name.to_owned())
        }
        _ => Command::LeftOut,
    }
}

/// The first argument of a psql command, out of its quotes.
fn unquoted(argument: &str) -> String {
    match argument.chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let inner = &argument[1..];
            let end = inner.rfind(quote).unwrap_or(inner.len());
            inner[..end].replace("''", "'")
        }
        _ => argument.split_whitespace().next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dump_writes_is_passed_over_in_silence() {
        for line in [r"\restrict Qx1", r"\unrestrict Qx1", r"\set ON_ERROR_STOP on", r"\."] {
            assert_eq!(command(line, Syntax::Postgres), Command::Nothing, "{line}");
        }
        assert_eq!(command(r"\connect other", Syntax::Postgres), Command::LeftOut);
    }

    #[test]
    fn included_files_may_stand_in_quotes() {
        let include = |name: &str, beside| Command::Include { name: name.to_owned(), beside };
        assert_eq!(command(r"\i tables.sql", Syntax::Postgres), include("tables.sql", false));
        assert_eq!(command(r"\ir 'it''s here.sql'", Syntax::Postgres), include("it's here.sql", true));
    }

    #[test]
    fn conditions_are_refused() {
        assert_eq!(command(r"\if :prod", Syntax::Postgres), Command::Unsupported(r"\if".to_owned()));
        assert_eq!(command(".read x.sql", Syntax::Sqlite), Command::Unsupported(".read".to_owned()));
    }
}
