//! Somebody who types commands: the real program in a folder of its own, with a home of its own.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

/// Somebody with a folder.
pub struct User {
    folder: TempDir,
}

/// What a command came to.
pub struct Ended {
    /// The exit status; -1 where a signal ended it.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl User {
    /// Somebody with an empty folder.
    pub fn new() -> Self {
        User { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, with the folders that it is in, and gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path.to_str().expect("a path in UTF-8").to_owned()
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }

    /// Names databases in `schemascope.toml`, each with further settings.
    pub fn targets(&self, targets: &[(&str, &str, &str)]) {
        let one =
            |(name, url, more): &(&str, &str, &str)| format!("[targets.{name}]\nurl = \"{url}\"\n{more}\n");
        self.write("schemascope.toml", &targets.iter().map(one).collect::<String>());
    }

    /// The program, ready to be given arguments.
    pub fn command(&self) -> Command {
        Command::from_std(self.process())
    }

    /// The program as a process of the standard library, for what has to be watched while it runs.
    pub fn process(&self) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_schemascope"));
        let kept = ["PATH", "TMPDIR", "SCHEMASCOPE_PG_BIN"].map(|name| (name, std::env::var_os(name)));
        command.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.folder.path()).env("HOME", self.folder.path().join("home"));
        command.env("USER", "nobody-in-particular");
        // What is dear to make is made once for all tests.
        command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command().args(arguments).output().expect("the program can be run"))
    }

    /// Runs the program, and reads the JSON that it prints.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let Ended { out, err, .. } = self.run(arguments);
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}"))
    }
}

impl Ended {
    /// What a process came to.
    pub fn of(output: Output) -> Self {
        Ended {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Fails the test unless the program ended so, and said so.
    #[track_caller]
    pub fn check(self, status: i32, out: &[&str], err: &[&str]) -> Self {
        assert_eq!(self.status, status, "stdout: {}\nstderr: {}", self.out, self.err);
        for expected in out {
            assert!(self.out.contains(expected), "stdout lacks {expected:?}:\n{}", self.out);
        }
        for expected in err {
            assert!(self.err.contains(expected), "stderr lacks {expected:?}:\n{}", self.err);
        }
        self
    }
}
