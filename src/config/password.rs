//! Programs that print a password, so that none has to stand in a file.

use std::process::Stdio;

use secrecy::SecretString;
use tokio::process::Command;

use super::CommandLine;

/// Whether such a program may talk to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Talk {
    /// It has the terminal: its questions reach the user.
    WithUser,
    /// The terminal is somebody else's.
    WithNobody,
}

/// The first line that a program prints.
///
/// # Errors
/// What went wrong, as the rest of a sentence about the program.
pub async fn password_of(command: &CommandLine, talk: Talk) -> Result<SecretString, String> {
    let mut process = match command {
        CommandLine::Shell(line) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(line);
            shell
        }
        CommandLine::Words(words) => {
            let (program, arguments) = words.split_first().ok_or("names no program")?;
            let mut process = Command::new(program);
            process.args(arguments);
            process
        }
    };
    let end = || if talk == Talk::WithUser { Stdio::inherit() } else { Stdio::null() };
    let process = process.stderr(end()).stdin(end()).kill_on_drop(true);
    let output = process.output().await.map_err(|error| format!("could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("failed ({})", output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "printed something that is not UTF-8")?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned().into()),
        _ => Err("printed nothing".to_owned()),
    }
}
