//! The pictures show what the program shows: every scene of `screenshots/scenes/` is played by the
//! built binary, and each of its snaps compared with the text beside the picture.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use termlens::{Key, Terminal};

/// The engine is unpacked first where nothing is cached yet.
const PATIENCE: Duration = Duration::from_secs(300);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_picture_shows_what_the_program_shows() {
    let mut scenes: Vec<PathBuf> =
        fs::read_dir(root().join("screenshots/scenes")).unwrap().map(|entry| entry.unwrap().path()).collect();
    scenes.sort();
    let mut differing = Vec::new();
    for scene in &scenes {
        play(scene, &mut differing);
    }
    assert!(
        differing.is_empty(),
        "these pictures show something else than the program does; look at what changed, then run \
         screenshots/make:\n{}",
        differing.join("\n\n")
    );
}

/// Plays a scene, and notes the pictures that differ.
fn play(scene: &Path, differing: &mut Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let mut size = (160, 48);
    let mut folder = root().to_path_buf();
    let mut variables = vec![("COLORTERM".to_owned(), "truecolor".to_owned())];
    let mut terminal: Option<Terminal> = None;
    let text = fs::read_to_string(scene).unwrap();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').map_or((line, ""), |(word, rest)| (word, rest.trim()));
        match word {
            "size" => {
                let (columns, rows) = rest.split_once('x').unwrap();
                size = (columns.parse().unwrap(), rows.parse().unwrap());
            }
            "folder" => folder = root().join(rest),
            "env" => {
                let (name, value) = rest.split_once('=').unwrap();
                variables.push((name.to_owned(), value.to_owned()));
            }
            "run" => terminal = Some(run(rest, size, &variables, home.path(), &folder)),
            "wait" => {
                begun(&mut terminal).wait_until(|screen| screen.contains(rest)).unwrap();
            }
            "gone" => {
                begun(&mut terminal).wait_until(|screen| !screen.contains(rest)).unwrap();
            }
            "settle" => {
                begun(&mut terminal).wait_idle(Duration::from_secs(1)).unwrap();
            }
            "keys" => {
                for name in rest.split_whitespace() {
                    // Escape with something right behind it would be that with Alt.
                    let terminal = begun(&mut terminal);
                    terminal.send_after(Duration::from_millis(100), key(name)).unwrap();
                }
            }
            "type" => begun(&mut terminal).send_str(rest).unwrap(),
            "snap" => {
                let screen = begun(&mut terminal).screen();
                let shown: Vec<String> =
                    (0..screen.rows()).map(|row| screen.row_text(row).trim_end().to_owned()).collect();
                let kept =
                    fs::read_to_string(root().join(format!("screenshots/{rest}.txt"))).unwrap_or_default();
                let (shown, kept) = (without_times(&shown.join("\n")), without_times(&kept));
                if shown != kept {
                    let diff = similar_asserts::SimpleDiff::from_str(&kept, &shown, "picture", "program");
                    differing.push(format!("{rest}: {diff}"));
                }
            }
            other => panic!("{}: {other} is not a word of scenes", scene.display()),
        }
    }
}

fn begun(terminal: &mut Option<Terminal>) -> &mut Terminal {
    terminal.as_mut().expect("a scene runs the program before anything else")
}

fn run(
    command: &str,
    size: (u16, u16),
    variables: &[(String, String)],
    home: &Path,
    folder: &Path,
) -> Terminal {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("schemascope"), "scenes are of this program");
    let path = std::env::var_os("PATH").unwrap_or_default();
    Terminal::builder()
        .size(size.0, size.1)
        .timeout(PATIENCE)
        .env_clear()
        .env("PATH", path)
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", home)
        .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
        .envs(variables.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .current_dir(folder)
        .args(words)
        .spawn(env!("CARGO_BIN_EXE_schemascope"))
        .unwrap()
}

/// A key as tmux names it.
fn key(name: &str) -> Key {
    match name {
        "Space" => Key::Char(' '),
        "Enter" => Key::Enter,
        "Escape" => Key::Esc,
        "Tab" => Key::Tab,
        name => {
            let mut characters = name.chars();
            match (characters.next(), characters.next()) {
                (Some(c), None) => Key::Char(c),
                _ => panic!("{name} is no key of scenes"),
            }
        }
    }
}

/// The text without how long things took and without the age of what was read, and with what is left
/// to the frame of a title: how fast the machine is is no matter of the picture's.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| {
        let number = word.trim_end_matches(['s', 'm', 'h']);
        !number.is_empty()
            && number.len() < word.len()
            && number.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let line = |line: &str| {
        let words: Vec<&str> = line.split([' ', '─']).filter(|word| !word.is_empty()).collect();
        let mut kept: Vec<&str> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let before_unit = matches!(words.get(at + 1), Some(&"s" | &"ms" | &"min"));
            let number = word.chars().all(|c| c.is_ascii_digit() || c == '.');
            let unit = matches!(*word, "s" | "ms" | "min") && at > 0;
            if !(is_time(word) || number && before_unit || unit) {
                kept.push(word);
            }
        }
        kept.join(" ")
    };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}
