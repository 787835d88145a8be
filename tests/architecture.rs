//! Keeps the house as ARCHITECTURE.md draws it: who may use whom, and what is deliberately absent.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A room, and the rooms that it may use. The first entry whose folder fits a file counts.
///
/// `tui` alone as a used room stands for its front door, `tui::run` and what that takes.
const HOUSE: &[(&str, &[&str])] = &[
    ("codes", &[]),
    ("model", &[]),
    ("dialect", &["codes", "model"]),
    ("signal", &[]),
    ("scratch", &["model", "dialect", "signal"]),
    ("source", &["model", "dialect", "scratch"]),
    ("diff", &["model"]),
    ("plan/proof", &["model", "dialect", "diff", "scratch", "source"]),
    ("plan", &["model", "dialect", "diff"]),
    ("report", &["codes", "model", "diff", "plan"]),
    ("draft", &["plan", "report", "source"]),
    ("verify", &["codes", "model", "diff", "plan", "report"]),
    ("config", &["model", "dialect", "diff", "verify"]),
    ("smoke", &["model", "dialect", "diff", "plan", "scratch", "report", "config"]),
    ("apply", &["model", "dialect", "plan"]),
    ("tui/state", &["model", "dialect", "diff", "plan", "config"]),
    ("tui/update", &["model", "dialect", "diff", "plan", "config"]),
    ("tui/view", &["model", "diff", "plan", "config"]),
    (
        "tui",
        &[
            "codes", "model", "dialect", "source", "scratch", "diff", "plan", "report", "draft", "config",
            "signal",
        ],
    ),
    (
        "cli",
        &[
            "codes", "model", "dialect", "source", "scratch", "diff", "plan", "smoke", "report", "draft",
            "verify", "apply", "config", "signal", "tui",
        ],
    ),
];

/// A crate, and the rooms that it may be seen in.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["dialect/postgres", "dialect/sqlite", "scratch"]),
    ("oliphaunt_wasix", &["scratch"]),
    ("ratatui", &["tui"]),
    ("crossterm", &["tui"]),
    ("tui_tree_widget", &["tui"]),
    ("tui_input", &["tui"]),
    ("syntect", &["tui"]),
    ("clap", &["cli"]),
    ("axum", &["cli/serve"]),
    ("ureq", &["cli/watch"]),
];

/// Where the clock is not looked at: what these do follows from what they are given.
const TIMELESS: &[&str] =
    &["model", "dialect/quote", "diff", "report", "tui/state", "tui/update", "tui/view"];

const LONGEST_FILE: usize = 700;

#[test]
fn every_room_uses_only_the_rooms_that_it_may() {
    let mut offences = Vec::new();
    for (path, code) in sources() {
        let Some((room, allowed)) = HOUSE.iter().find(|(room, _)| lives_in(&path, room)) else { continue };
        let own = room.split('/').next().unwrap_or(room);
        for used in crate_paths(&path, &code) {
            let mut parts = used.split("::");
            let target = parts.next().unwrap_or("");
            let depth = parts.count();
            let permitted = target == own || allowed.contains(&target);
            if !permitted {
                offences.push(format!("src/{path} uses {used}, and {room} may only use {allowed:?}"));
            } else if target == "tui" && own != "tui" && depth > 1 {
                offences.push(format!("src/{path} uses {used}, which is inside the terminal"));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn crates_that_touch_the_world_are_seen_only_where_they_belong() {
    let mut offences = Vec::new();
    for (path, code) in sources() {
        for (name, rooms) in CRATES {
            // A line that starts with the name, or has it behind a blank or a bracket: not `sqlx_x::`.
            let seen = code.match_indices(&format!("{name}::")).any(|(at, _)| {
                let before = code[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
            });
            let main = path == "main.rs" && *name == "clap";
            if seen && !main && !rooms.iter().any(|room| lives_in(&path, room)) {
                offences.push(format!("src/{path} uses the crate {name}, which belongs to {rooms:?}"));
            }
        }
    }
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

#[test]
fn only_apply_opens_a_session_that_writes_to_a_target() {
    // Where such a session is defined, and the one command that asks for it.
    let homes = ["dialect/writer.rs", "dialect/postgres/writer.rs", "dialect/sqlite/writer.rs", "cli/apply"];
    for (path, code) in sources() {
        let home = homes.iter().any(|home| path.starts_with(home));
        for opening in ["Writer::postgres(", "Writer::sqlite(", "Writer::open(", "Session::writing("] {
            assert!(home || !code.contains(opening), "src/{path} opens a session that may write to a target");
        }
    }
}

#[test]
fn what_is_pure_never_asks_for_the_time() {
    for (path, code) in sources() {
        if TIMELESS.iter().any(|room| lives_in(&path, room)) {
            for clock in ["Instant::now", "SystemTime::now"] {
                assert!(!code.contains(clock), "src/{path} asks {clock}; take the time as an argument");
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_two_rooms() {
    for (path, text) in texts(&root().join("src"), "rs").into_iter().chain(texts(&root().join("tests"), "rs"))
    {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines: make two rooms of it", path.display());
    }
}

#[test]
fn every_file_says_its_one_job_first() {
    for (path, text) in texts(&root().join("src"), "rs") {
        if path.to_string_lossy().ends_with("tests.rs") {
            continue;
        }
        assert!(text.starts_with("//! "), "{} does not begin with what it is for", path.display());
    }
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md can be read");
    let named: BTreeSet<&str> = text.split('`').skip(1).step_by(2).filter(|word| is_path(word)).collect();
    assert!(named.len() > 10, "ARCHITECTURE.md names next to no path: {named:?}");
    for path in named {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}, which does not exist");
    }
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let machines = [["/wo", "rk/"], ["/ro", "ot/"], ["/tmp/bash_", "jobs"]].map(|parts| parts.concat());
    for folder in ["src", "tests", "themes", "sample-schemas", "screenshots", ".ci"] {
        for (path, text) in texts(&root().join(folder), "") {
            for machine in &machines {
                assert!(!text.contains(machine.as_str()), "{} names {machine}", path.display());
            }
        }
    }
}

/// Words in backticks that are meant as a path of the repository: with a slash, or a known ending.
fn is_path(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let ending = [".rs", ".sql", ".toml", ".md"].iter().any(|ending| word.ends_with(ending));
    plain && !word.starts_with('/') && (word.contains('/') || ending) && word != "schemascope.toml"
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file by its path below `src`, without comments and texts.
fn sources() -> Vec<(String, String)> {
    let files = texts(&root().join("src"), "rs");
    assert!(files.len() > 20, "the sources were not found");
    let below = |path: &Path| {
        let path = path.strip_prefix(root().join("src")).expect("a path below src");
        path.to_string_lossy().replace('\\', "/")
    };
    files.iter().map(|(path, text)| (below(path), without_comments(text))).collect()
}

fn texts(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path, ending));
        } else if ending.is_empty() || path.extension().is_some_and(|own| own == ending) {
            // What is not text, such as a picture, has nothing to check.
            found.extend(fs::read_to_string(&path).ok().map(|text| (path.clone(), text)));
        }
    }
    found
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Whether a file, by its path below `src`, is in a room or is the room.
fn lives_in(path: &str, room: &str) -> bool {
    path.strip_prefix(room).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

/// Every path that starts at the crate's root, without the `crate::`, with braces spelled out.
fn crate_paths(file: &str, code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for start in starts(file) {
        for (at, _) in code.match_indices(&start) {
            // `super::super::x` must not be found inside a longer chain.
            if code[..at].ends_with("super::") || start != "crate::" && !code[..at].ends_with("use ") {
                continue;
            }
            spell_out("", &code[at + start.len()..], &mut paths);
        }
    }
    paths
}

/// What leads from a file to the root of the crate.
fn starts(file: &str) -> Vec<String> {
    let depth = file.matches('/').count() + usize::from(!file.ends_with("mod.rs"));
    vec!["crate::".to_owned(), "super::".repeat(depth)]
}

/// Adds what `a::{b, c::d}` stands for, and gives what is left of the text.
fn spell_out<'a>(prefix: &str, text: &'a str, paths: &mut Vec<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = spell_out(prefix, rest, paths).trim_start();
            match rest.chars().next() {
                Some(',') => rest = &rest[1..],
                Some(_) => return &rest[1..],
                None => return rest,
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    match rest.strip_prefix("::") {
        Some(deeper) if !name.is_empty() => spell_out(&path, deeper, paths),
        _ => {
            if !name.is_empty() {
                paths.push(path);
            }
            rest.strip_prefix('*').unwrap_or(rest)
        }
    }
}

#[test]
fn the_reader_of_imports_spells_out_braces_and_ways_up() {
    let code = "use crate::{\n    model::{Key, Kind},\n    plan::proof,\n};\nlet x = crate::diff::f(1);\n";
    assert_eq!(crate_paths("report/text.rs", code), ["model::Key", "model::Kind", "plan::proof", "diff::f"]);
    assert_eq!(crate_paths("plan/proof.rs", "use super::super::tui::State;\n"), ["tui::State"]);
    assert!(crate_paths("plan/proof.rs", "use super::Plan;\n").is_empty());
}
