//! Other programs that take the terminal for a while: the editor and the pager.

use std::{path::Path, process::Command};

use crate::{dialect::postgres::connect::Environment, model::Location};

/// What is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// The user's editor on a place in a file.
    Editor(Location),
    /// The user's pager on a text.
    Pager(String),
}

/// Editors that take a line as `+12 file`.
const PLUS: [&str; 12] =
    ["vi", "vim", "nvim", "view", "nano", "emacs", "emacsclient", "kak", "ne", "micro", "joe", "pico"];
/// Editors that take a line as `file:12`.
const COLON: [&str; 4] = ["hx", "helix", "subl", "zed"];
/// Editors that take a line as `--goto file:12`, and come back only if they are told to wait.
const GOTO: [&str; 4] = ["code", "codium", "cursor", "code-insiders"];

/// The command that runs a program as the user's environment says.
///
/// # Errors
/// A sentence, where the environment names a program that cannot be understood.
pub fn command(program: &Program, environment: &Environment) -> Result<Command, String> {
    match program {
        Program::Editor(place) => {
            let (name, words) = words(environment, &["VISUAL", "EDITOR"], "vi")?;
            let mut command = started(&words);
            add_place(&mut command, &name, &place.file, place.line);
            Ok(command)
        }
        Program::Pager(_) => {
            let (name, words) = words(environment, &["PAGER"], "less")?;
            let mut command = started(&words);
            if name == "less" && words.len() == 1 {
                // Colours of the text are shown, and a short text is, too.
                command.arg("-R");
            }
            Ok(command)
        }
    }
}

/// The name of the program that one of some variables names, and all the words of it.
fn words(
    environment: &Environment,
    variables: &[&str],
    usual: &str,
) -> Result<(String, Vec<String>), String> {
    let set = variables.iter().find_map(|name| {
        environment.variable(name).filter(|value| !value.trim().is_empty()).map(|value| (*name, value))
    });
    let (variable, line) = set.unwrap_or(("", usual));
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| format!("{variable} is set to {line}, which is no command line."))?;
    let name = Path::new(&words[0]).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, words))
}

fn started(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}

fn add_place(command: &mut Command, name: &str, file: &Path, line: u32) {
    let with_line = format!("{}:{line}", file.display());
    if PLUS.contains(&name) {
        command.arg(format!("+{line}")).arg(file);
    } else if COLON.contains(&name) {
        command.arg(with_line);
    } else if GOTO.contains(&name) {
        command.args(["--wait", "--goto"]).arg(with_line);
    } else {
        command.arg(file);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn line_of(variables: &[(&str, &str)], program: &Program) -> String {
        let variables: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match command(program, &Environment::new(variables, None, None)) {
            Ok(command) => {
                let words = std::iter::once(command.get_program()).chain(command.get_args());
                words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
            }
            Err(why) => why,
        }
    }

    #[test]
    fn editors_are_opened_at_the_line_in_their_own_way() {
        let place = Program::Editor(Location { file: "db/schema.sql".into(), line: 12 });
        assert_eq!(line_of(&[], &place), "vi +12 db/schema.sql");
        assert_eq!(line_of(&[("EDITOR", "hx")], &place), "hx db/schema.sql:12");
        assert_eq!(
            line_of(&[("EDITOR", "vi"), ("VISUAL", "/usr/bin/code -n")], &place),
            "/usr/bin/code -n --wait --goto db/schema.sql:12"
        );
        assert_eq!(line_of(&[("EDITOR", "ed -p '*'")], &place), "ed -p * db/schema.sql");
        assert_eq!(line_of(&[("EDITOR", "'vi")], &place), "EDITOR is set to 'vi, which is no command line.");
    }

    #[test]
    fn the_pager_is_the_users_or_less() {
        let text = Program::Pager(String::new());
        assert_eq!(line_of(&[], &text), "less -R");
        assert_eq!(line_of(&[("PAGER", "bat --plain")], &text), "bat --plain");
    }
}
