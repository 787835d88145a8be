//! The journal: a line of JSON for each run of a plan that begins, and one for how it ended.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, Debug, Serialize)]
pub struct Line<'a> {
    /// The format of the line.
    pub format: u32,
    /// What ties the two lines of a run together.
    pub run: &'a str,
    /// `begins`, or how it ended: `done`, `failed`, `interrupted`, `unknown`.
    pub event: &'a str,
    /// When, as [`super::written`] writes it.
    pub at: String,
    /// Who: the user of the machine, and the role in the database.
    pub who: &'a str,
    /// The target's name.
    pub target: &'a str,
    /// Where the target is, without its password.
    pub source: &'a str,
    /// The plan's file.
    pub file: &'a Path,
    /// The plan's hash.
    pub plan: &'a str,
    /// Who approved it.
    pub approved_by: Vec<&'a str>,
    /// How many statements it has.
    pub statements: usize,
    /// How many of them are done and committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<usize>,
    /// The fingerprint of the target's schema before.
    pub before: &'a str,
    /// The fingerprint after, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
    /// Whether that is the schema that the plan leads to, where the plan says which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_planned: Option<bool>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
    /// The backup that was made first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<&'a Path>,
}

/// A line about a plan that was read back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The hash of the plan.
    plan: String,
    /// The target's name.
    pub target: String,
    /// As in [`Line::event`].
    pub event: String,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// How many statements were done and committed.
    pub done: Option<usize>,
    /// The fingerprint after.
    pub after: Option<String>,
    /// Whether that is the schema that the plan leads to.
    pub as_planned: Option<bool>,
    /// What went wrong.
    pub error: Option<String>,
}

/// The lines about a plan, the oldest first. There are none where there is no journal; lines that are
/// not understood are passed over.
pub fn entries(path: &Path, plan: &str) -> Vec<Entry> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok());
    lines.filter(|entry| entry.plan == plan).collect()
}

/// When a plan was last run to its end on a target, as a journal has it.
pub fn last_run(path: &Path, plan: &str, target: &str) -> Option<String> {
    let ended = |entry: &Entry| entry.event == "done" && entry.target == target;
    entries(path, plan).into_iter().rfind(ended).map(|entry| entry.at)
}

/// A journal that is open for writing.
pub struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Opens a journal, and makes it with its folder where there is none.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Journal { file, path: path.to_owned() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, in one piece, and returns when it is on the disk.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add(&mut self, line: &Line<'_>) -> io::Result<()> {
        let text = serde_json::to_string(line).map_err(io::Error::other)? + "\n";
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()
    }
}
