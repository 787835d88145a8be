//! Copies text: by a program of the desktop, or by the terminal itself when there is no desktop.

use std::{
    io,
    io::Write,
    process::{Command, Stdio},
};

use crossterm::{clipboard::CopyToClipboard, execute};

use crate::dialect::postgres::connect::Environment;

/// Programs that take what comes on standard input, with the variable that says there is a
/// desktop for them.
const PROGRAMS: [(&str, &[&str], Option<&str>); 5] = [
    ("wl-copy", &[], Some("WAYLAND_DISPLAY")),
    ("xclip", &["-selection", "clipboard"], Some("DISPLAY")),
    ("xsel", &["--clipboard", "--input"], Some("DISPLAY")),
    ("pbcopy", &[], None),
    ("clip.exe", &[], None),
];

/// Copies a text and says how; or why not.
///
/// # Errors
/// A sentence, where even the terminal could not be written to.
pub fn copy(what: &str, text: &str, environment: &Environment) -> Result<String, String> {
    let is_set = |name: &str| environment.variable(name).is_some();
    let remote = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].into_iter().any(is_set);
    if !remote {
        let usable = PROGRAMS.iter().filter(|(_, _, display)| display.is_none_or(is_set));
        for (program, arguments, _) in usable {
            if hand_to(program, arguments, text).is_ok() {
                return Ok(format!("copied {what} with {program}"));
            }
        }
    }
    match execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text)) {
        Ok(()) => Ok(format!("copied {what} through the terminal (OSC 52), if it allows that")),
        Err(error) => Err(format!("{what} could not be copied: {error}. Write it to a file instead.")),
    }
}

fn hand_to(program: &str, arguments: &[&str], text: &str) -> io::Result<()> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    if child.wait()?.success() { Ok(()) } else { Err(io::Error::other("it failed")) }
}
