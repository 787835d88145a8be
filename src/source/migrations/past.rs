//! Earlier states of a migration's file, from the git repository that it is in.

use std::process::Command;

use super::Migration;

/// An earlier state of a file.
pub struct Past {
    /// The commit, by its first twelve digits.
    pub commit: String,
    /// The day of the commit.
    pub day: String,
    /// What it held of the migration.
    pub text: String,
}

/// How many commits are looked through.
const DEEPEST: &str = "100";

/// The newest earlier state of a migration's file that is accepted. Nothing without a repository,
/// or without git.
pub fn find(migration: &Migration, accepts: &dyn Fn(&str) -> Option<String>) -> Option<Past> {
    let folder = migration.file.parent()?;
    let name = migration.file.file_name()?.to_str()?;
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        // A repository's own settings must not run programs, and nothing in it is written.
        git.args(["-c", "core.fsmonitor=false", "--no-optional-locks", "--no-pager", "-C"]).arg(folder);
        let output = git.args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
    };
    let commits = git(&["log", "--no-ext-diff", "-n", DEEPEST, "--format=%H %cs", "--", name])?;
    commits.lines().find_map(|line| {
        let (commit, day) = line.split_once(' ')?;
        let held = git(&["show", "--no-textconv", "--no-ext-diff", &format!("{commit}:./{name}")])?;
        let text = accepts(&held)?;
        Some(Past { commit: commit.chars().take(12).collect(), day: day.to_owned(), text })
    })
}
