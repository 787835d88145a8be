//! A page and its consoles: reading them, running them, and holding one against the other.

use std::{fs, path::Path, process::Command, sync::LazyLock};

use regex::Regex;
use similar_asserts::assert_eq;

use crate::scene::Scene;

/// A command of a console, and what the page says that it prints.
#[derive(Debug)]
struct Shown {
    command: String,
    printed: String,
}

/// A page in pieces: text as it stands, and consoles.
enum Piece {
    Text(String),
    Console(Vec<Shown>),
}

/// Runs the consoles of a page, one after the other in one shell, and fails where one prints something
/// else than what the page says.
pub fn check(name: &str, scene: &Scene) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let text = fs::read_to_string(&path).expect("the page can be read");
    let mut pieces = pieces(&text);
    let commands: Vec<&str> = shown(&pieces).map(|shown| shown.command.as_str()).collect();
    assert!(!commands.is_empty(), "{name} has no console");
    let printed = run(scene, &commands);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        let all = pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Console(shown) => Some(shown),
            Piece::Text(_) => None,
        });
        for (shown, printed) in all.flatten().zip(printed) {
            if steady(&shown.printed) != steady(&printed) {
                shown.printed = printed;
            }
        }
        fs::write(&path, joined(&pieces)).expect("the page can be written");
        return;
    }
    let told: String =
        shown(&pieces).map(|shown| format!("$ {}\n{}", shown.command, steady(&shown.printed))).collect();
    let seen: String = commands
        .iter()
        .zip(&printed)
        .map(|(command, printed)| format!("$ {command}\n{}", steady(printed)))
        .collect();
    assert_eq!(told: told, seen: seen);
}

fn shown(pieces: &[Piece]) -> impl Iterator<Item = &Shown> {
    let consoles = pieces.iter().filter_map(|piece| match piece {
        Piece::Console(shown) => Some(shown),
        Piece::Text(_) => None,
    });
    consoles.flatten()
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("```console\n") {
        let (console, after) = after.split_once("```\n").expect("the console ends");
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Console(commands(console)));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

fn commands(console: &str) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let mut continues = false;
    for line in console.lines() {
        match (line.strip_prefix("$ "), all.last_mut()) {
            (Some(command), _) => all.push(Shown { command: command.to_owned(), printed: String::new() }),
            (None, Some(last)) if continues => last.command += &format!("\n{line}"),
            (None, Some(last)) => last.printed += &format!("{line}\n"),
            (None, None) => panic!("a console begins with a command, and not with {line:?}"),
        }
        continues = all.last().is_some_and(|last| last.printed.is_empty() && last.command.ends_with('\\'));
    }
    for shown in &mut all {
        // The blank line before the next command is not printed.
        shown.printed = shown.printed.trim_end_matches('\n').to_owned();
        if !shown.printed.is_empty() {
            shown.printed.push('\n');
        }
    }
    all
}

fn joined(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Console(all) => {
            let all: Vec<String> =
                all.iter().map(|shown| format!("$ {}\n{}", shown.command, shown.printed)).collect();
            // A blank line after what prints something, so that the next command is seen.
            let mut text = String::new();
            for one in &all {
                let printed = text.lines().last().is_some_and(|line| !line.starts_with("$ "));
                text += if printed { "\n" } else { "" };
                text += one;
            }
            format!("```console\n{text}```\n")
        }
    };
    pieces.iter().map(piece).collect()
}

/// Runs commands in one shell, and gives what each printed on both streams.
fn run(scene: &Scene, commands: &[&str]) -> Vec<String> {
    const MARK: &str = "\u{1}";
    let mut script = "exec 2>&1\nstatus=0\n".to_owned();
    for command in commands {
        script += &format!("printf '{MARK}'\n(exit $status)\n{command}\nstatus=$?\n");
    }
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(script).current_dir(scene.folder()).env_clear().envs(scene.environment());
    let output = shell.output().expect("bash can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let printed: Vec<String> = text.split(MARK).skip(1).map(|printed| scene.as_shown(printed)).collect();
    assert_eq!(printed.len(), commands.len(), "the shell ended early:\n{text}");
    printed.into_iter().map(|printed| printed.trim_end_matches('\n').to_owned() + "\n").map(blank).collect()
}

fn blank(text: String) -> String {
    if text == "\n" { String::new() } else { text }
}

/// A text without what is another one at each run.
fn steady(text: &str) -> String {
    static CHANGING: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let changing = [
            (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?UTC|Z|[+-]\d\d)?", "MOMENT"),
            (r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-UTC", "MOMENT"),
            (r"\b20\d\d-\d\d-\d\d\b", "DAY"),
            (r"\b\d+(\.\d+)? (ms|s)\b", "TIME"),
            (r"\b[0-9a-f]{12,64}\b", "HASH"),
            (r"\b\d{10}-HASH\b", "RUN"),
            (r#""(at|checked_at|taken_at|millis|response_ms|seconds)": ?\d+"#, "$1"),
            (r#"time="[\d.]+""#, "TIME"),
            (r"((local|embedded) )?PostgreSQL \d+\.\d+", "PostgreSQL VERSION"),
            (r#""(server_version)": "[^"]*""#, "$1"),
            // Columns are as wide as the widest time in them.
            (r" {2,}", "  "),
        ];
        changing.map(|(pattern, word)| (Regex::new(pattern).expect("a pattern"), word)).to_vec()
    });
    let mut text = text.to_owned();
    for (pattern, word) in CHANGING.iter() {
        text = pattern.replace_all(&text, *word).into_owned();
    }
    text
}
