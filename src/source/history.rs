//! Inspections that were kept: what a target looked like, and when.
//!
//! A folder for each target: `index.jsonl` has a line for each inspection, oldest first, and what
//! was read lies beside it under the hash of its content, compressed. An inspection that found
//! nothing new costs one line.

mod moment;

use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};

pub use moment::{Moment, UnknownMoment};

use super::{
    SourceError,
    inventory::{Layout, from_json, to_json, write_whole},
};
use crate::model::Snapshot;

/// How many inspections of a target are kept unless the configuration says otherwise.
pub const KEPT: usize = 100;

/// The longest inventory that is unpacked, in bytes: a damaged file must not fill the memory.
const LONGEST: u64 = 4 << 30;

/// The inspections of every target that were kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    folder: PathBuf,
    limit: usize,
}

/// One inspection of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// When it was, in seconds since 1970-01-01 UTC.
    pub taken_at: u64,
    /// The hash of all that was read, without the time: 64 hexadecimal digits. Two inspections
    /// that read the same have the same.
    pub content: String,
    /// The fingerprint of the catalog, as plans and reports print it.
    pub fingerprint: String,
    /// How many objects there were.
    pub objects: usize,
    /// The version that the server told.
    pub server_version: String,
}

/// Why something kept cannot be had, or something cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// Nothing of this target was kept.
    #[error("No inspection of {target} was kept yet.")]
    Nothing {
        /// The target.
        target: String,
    },
    /// All that was kept is younger.
    #[error("No inspection of {target} is that old: the oldest that was kept is of {oldest}.")]
    TooEarly {
        /// The target.
        target: String,
        /// When the oldest was, for people.
        oldest: String,
    },
    /// There are fewer inspections than that.
    #[error("Only {kept} inspections of {target} are kept.")]
    TooFew {
        /// The target.
        target: String,
        /// How many there are.
        kept: usize,
    },
    /// No inspection, or more than one, begins so.
    #[error("{count} kept states of {target} have a hash that begins with {prefix}.")]
    Hash {
        /// The target.
        target: String,
        /// What was looked for.
        prefix: String,
        /// How many there are.
        count: usize,
    },
    /// A file of the history is damaged.
    #[error("{} is damaged: {problem}.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The operating system refused.
    #[error("{} could not be {doing}: {error}.", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the operating system said.
        error: io::Error,
    },
}

impl HistoryError {
    /// What to do next, as full sentences.
    pub fn hint(&self) -> &'static str {
        match self {
            HistoryError::Nothing { .. } => {
                "Each inspection of a target of schemascope.toml is kept; see what there is with: schemascope history list"
            }
            HistoryError::TooEarly { .. } | HistoryError::TooFew { .. } | HistoryError::Hash { .. } => {
                "See what there is with: schemascope history list TARGET"
            }
            HistoryError::Damaged { .. } => "Remove the file; what else was kept stays.",
            HistoryError::File { .. } => {
                "Check the folder and its permissions, and that the disk is not full."
            }
        }
    }
}

impl History {
    /// The history in a folder, which need not exist, with the number of inspections of a target
    /// that are kept: the newest.
    pub fn new(folder: PathBuf, limit: usize) -> Self {
        History { folder, limit }
    }

    /// The names of the targets that something was kept of, sorted.
    pub fn targets(&self) -> Vec<String> {
        let folders = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let names = folders.filter(|entry| entry.path().join(INDEX).is_file());
        let mut names: Vec<String> =
            names.filter_map(|entry| name_of(&entry.file_name().to_string_lossy())).collect();
        names.sort();
        names
    }

    /// Whether something was kept of a target.
    pub fn knows(&self, target: &str) -> bool {
        self.folder_of(target).join(INDEX).is_file()
    }

    /// The inspections of a target that were kept, oldest first. A line that is damaged, by a
    /// disk that was full, say, is left out.
    ///
    /// # Errors
    /// Where there are none, or they cannot be read.
    pub fn list(&self, target: &str) -> Result<Vec<Inspection>, HistoryError> {
        let nothing = || HistoryError::Nothing { target: target.to_owned() };
        let path = self.folder_of(target).join(INDEX);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(nothing()),
            result => result.map_err(|error| HistoryError::File { path, doing: "read", error })?,
        };
        let inspections: Vec<Inspection> =
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        if inspections.is_empty() { Err(nothing()) } else { Ok(inspections) }
    }

    /// Keeps an inspection, and forgets the oldest where there are more than the limit.
    ///
    /// Returns whether it found something else than the one before.
    ///
    /// # Errors
    /// Where it cannot be written; nothing is half-written then.
    pub fn keep(&self, target: &str, snapshot: &Snapshot) -> Result<bool, HistoryError> {
        if self.limit == 0 {
            return Ok(false);
        }
        let folder = self.folder_of(target);
        let failed = |path: &Path, doing| {
            let path = path.to_owned();
            move |error| HistoryError::File { path, doing, error }
        };
        fs::create_dir_all(&folder).map_err(failed(&folder, "created"))?;
        // Two processes may look at one target at the same time.
        let lock = folder.join("lock");
        let lock_file = File::create(&lock).map_err(failed(&lock, "created"))?;
        lock_file.lock().map_err(failed(&lock, "locked"))?;

        let timeless = to_json(&Snapshot { taken_at: 0, ..snapshot.clone() }, Layout::Lines);
        let inspection = Inspection {
            taken_at: snapshot.taken_at,
            content: blake3::hash(timeless.as_bytes()).to_hex().to_string(),
            fingerprint: snapshot.catalog.fingerprint().to_string(),
            objects: snapshot.catalog.iter().count(),
            server_version: snapshot.server_version.clone(),
        };
        let path = content_path(&folder, &inspection.content);
        if !path.is_file() {
            let packed = packed(timeless.as_bytes()).map_err(failed(&path, "packed"))?;
            write_whole(&path, &packed).map_err(failed(&path, "written"))?;
        }
        let mut known = self.list(target).unwrap_or_default();
        let is_new = known.last().is_none_or(|last| last.content != inspection.content);
        known.push(inspection);
        let index = folder.join(INDEX);
        match known.len().checked_sub(self.limit).filter(|surplus| *surplus > 0) {
            None => {
                let line = known.last().map(line).unwrap_or_default();
                let file = OpenOptions::new().append(true).create(true).open(&index);
                file.and_then(|mut file| file.write_all(line.as_bytes()))
                    .map_err(failed(&index, "written"))?;
            }
            Some(surplus) => {
                let forgotten: Vec<Inspection> = known.drain(..surplus).collect();
                let text: String = known.iter().map(line).collect();
                write_whole(&index, text.as_bytes()).map_err(failed(&index, "written"))?;
                for Inspection { content, .. } in forgotten {
                    if known.iter().all(|kept| kept.content != content) {
                        // Should it stay, it is only a file too many.
                        let _ = fs::remove_file(content_path(&folder, &content));
                    }
                }
            }
        }
        Ok(is_new)
    }

    /// The inspection that tells what a target was at a moment: the newest that is not younger.
    ///
    /// # Errors
    /// Where none was kept that is old enough.
    pub fn at(&self, target: &str, moment: &Moment, now: u64) -> Result<Inspection, HistoryError> {
        let inspections = self.list(target)?;
        let target = target.to_owned();
        match moment {
            Moment::Back(steps) => {
                let kept = inspections.len();
                let found = inspections.into_iter().rev().nth(*steps);
                found.ok_or(HistoryError::TooFew { target, kept })
            }
            Moment::Content(prefix) => {
                let mut found: Vec<Inspection> =
                    inspections.into_iter().filter(|it| it.content.starts_with(prefix.as_str())).collect();
                found.sort_by(|a, b| (&a.content, b.taken_at).cmp(&(&b.content, a.taken_at)));
                found.dedup_by(|a, b| a.content == b.content);
                match found.len() {
                    1 => Ok(found.remove(0)),
                    count => Err(HistoryError::Hash { target, prefix: prefix.clone(), count }),
                }
            }
            Moment::At(_) | Moment::Ago(_) => {
                let wanted = moment.seconds(now);
                let oldest = inspections.iter().map(|it| it.taken_at).min().unwrap_or_default();
                let old_enough = inspections.into_iter().filter(|it| it.taken_at <= wanted);
                let found = old_enough.max_by_key(|it| it.taken_at);
                found.ok_or_else(|| HistoryError::TooEarly { target, oldest: moment::utc(oldest) })
            }
        }
    }

    /// What an inspection read.
    ///
    /// # Errors
    /// Where it is damaged, or gone since the list was read.
    pub fn read(&self, target: &str, inspection: &Inspection) -> Result<Snapshot, HistoryError> {
        let path = content_path(&self.folder_of(target), &inspection.content);
        let packed = fs::read(&path).map_err(|error| HistoryError::File {
            path: path.clone(),
            doing: "read",
            error,
        })?;
        let damaged = |problem: String| HistoryError::Damaged { path: path.clone(), problem };
        let mut json = String::new();
        let mut unpacked = GzDecoder::new(packed.as_slice()).take(LONGEST);
        unpacked.read_to_string(&mut json).map_err(|error| damaged(error.to_string()))?;
        if blake3::hash(json.as_bytes()).to_hex().as_str() != inspection.content {
            return Err(damaged("its content is not what its name says".to_owned()));
        }
        let snapshot = from_json(&path, &json);
        let snapshot = snapshot.map_err(|error: SourceError| damaged(error.to_string()))?;
        Ok(Snapshot { taken_at: inspection.taken_at, ..snapshot })
    }

    fn folder_of(&self, target: &str) -> PathBuf {
        self.folder.join(file_name(target))
    }
}

const INDEX: &str = "index.jsonl";

fn content_path(folder: &Path, content: &str) -> PathBuf {
    folder.join(format!("{content}.json.gz"))
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes)?;
    packer.finish()
}

fn line(inspection: &Inspection) -> String {
    let mut line = serde_json::to_string(inspection).unwrap_or_default();
    line.push('\n');
    line
}

/// A name that every file system takes: all but letters, digits, `-` and `_` as `%` and the byte.
fn file_name(target: &str) -> String {
    let mut name = String::new();
    for byte in target.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            let _ = write!(name, "%{byte:02X}");
        }
    }
    name
}

fn name_of(file_name: &str) -> Option<String> {
    percent_encoding::percent_decode_str(file_name).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests;
