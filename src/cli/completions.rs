//! `schemascope completions`: what a shell needs to complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Error, Outcome, arguments::Arguments, console::Console};

/// What `schemascope completions --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  schemascope completions bash > ~/.local/share/bash-completion/completions/schemascope
  schemascope completions zsh > ~/.zfunc/_schemascope
  schemascope completions fish > ~/.config/fish/completions/schemascope.fish";

/// What `completions` takes.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

/// Prints the completions of a shell.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn run(arguments: &Completions, console: &Console) -> Result<Outcome, Error> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut offered(), "schemascope", &mut script);
    console.result(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Same)
}

/// The command line without what is not for people.
fn offered() -> clap::Command {
    let all = Arguments::command();
    let commands = all.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    clap::Command::new("schemascope")
        .version(env!("CARGO_PKG_VERSION"))
        .args(all.get_arguments().cloned())
        .subcommands(commands)
}
