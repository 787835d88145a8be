//! Somebody who runs the program: the real binary in a folder of its own.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The program in a folder of its own, with a home of its own.
pub struct User {
    /// The folder that the program is run in.
    pub folder: TempDir,
}

/// What came of a run.
pub struct Result {
    /// The exit status.
    pub status: i32,
    /// What it printed on standard output.
    pub out: String,
    /// What it said on standard error.
    pub err: String,
}

impl User {
    /// A user in a new folder.
    pub fn new() -> Self {
        User { folder: tempfile::tempdir().unwrap() }
    }

    /// Writes a file into the folder, and tells its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with nothing of this process's environment but what it needs.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schemascope"));
        let home = self.folder.path().join("home");
        let kept = ["PATH", "TMPDIR", "SCHEMASCOPE_PG_BIN"].map(|name| (name, std::env::var_os(name)));
        command.env_clear().envs(kept.into_iter().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(self.folder.path()).env("HOME", home).env("USER", "nobody-in-particular");
        // What is dear to make is made once for all tests.
        command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        command
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> Result {
        Result::of(self.command().args(arguments).output().unwrap())
    }

    /// Runs the program, and reads the JSON that it prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let result = self.run(arguments);
        serde_json::from_str(&result.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", result.out, result.err))
    }
}

impl Result {
    /// What came of a process.
    pub fn of(output: Output) -> Self {
        Result {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
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
