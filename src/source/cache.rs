//! Scripts that were evaluated before, kept by their content.
//!
//! The key is made of everything that decides what a script means (its statements and their
//! places, the dialect, the engine that is asked for, this program), so an entry is never out of
//! date, and no engine has to be started to find it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    LoadOptions,
    inventory::{Layout, from_json, to_json, write_whole},
    script::Script,
};
use crate::{
    model::{FORMAT, Snapshot},
    scratch::Choice,
};

/// How many entries are kept: the newest.
const KEPT: usize = 50;

/// The place of one entry.
pub struct Entry {
    path: PathBuf,
}

impl Entry {
    /// The entry of a script, or nothing if nothing is to be kept.
    pub fn of(script: &Script, dialect: &str, options: &LoadOptions) -> Option<Entry> {
        let folder = options.scratch.cache.as_deref()?.join("canonical");
        Some(Entry { path: folder.join(format!("{}.json", key(script, dialect, options))) })
    }

    /// What was kept. A damaged entry counts as none.
    pub fn get(&self) -> Option<Snapshot> {
        from_json(&self.path, &fs::read_to_string(&self.path).ok()?).ok()
    }

    /// Keeps a snapshot, and drops the oldest entries where there are too many. That a cache
    /// cannot be written is no reason to fail.
    pub fn put(&self, snapshot: &Snapshot) {
        let Some(folder) = self.path.parent() else { return };
        if fs::create_dir_all(folder).is_ok()
            && write_whole(&self.path, to_json(snapshot, Layout::Lines).as_bytes()).is_ok()
        {
            forget_oldest(folder);
        }
    }
}

fn key(script: &Script, dialect: &str, options: &LoadOptions) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        // Each part with its length, so that no two lists of parts look the same.
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    };
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(program(&options.scratch.program).as_bytes());
    add(&FORMAT.to_le_bytes());
    add(dialect.as_bytes());
    add(engine(options).as_bytes());
    for file in &script.files {
        add(&(file.len() as u64).to_le_bytes());
        for statement in file {
            add(statement.file.as_os_str().as_encoded_bytes());
            add(&statement.line.to_le_bytes());
            add(statement.text.as_bytes());
        }
    }
    script.notes.iter().for_each(|note| add(note.as_bytes()));
    hasher.finalize()
}

/// A program that was built anew may read more than the one before, under the same version.
fn program(path: &Path) -> String {
    let Ok(about) = fs::metadata(path) else { return String::new() };
    let built = about.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!("{} {}", about.len(), built.map_or(0, |since| since.as_nanos()))
}

/// The engine that is asked for.
fn engine(options: &LoadOptions) -> String {
    let choice = match &options.scratch.choice {
        Choice::Auto => "auto".to_owned(),
        Choice::Embedded => "embedded".to_owned(),
        Choice::Local => "local".to_owned(),
        Choice::Url(url) => url.redacted(),
    };
    format!("{choice} {:?}", options.major)
}

fn forget_oldest(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<(SystemTime, PathBuf)> =
        entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
    entries.sort();
    for (_, path) in entries.iter().rev().skip(KEPT) {
        // Another process may have been faster.
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::script::Statement, *};
    use crate::scratch;

    fn options(cache: &Path, choice: Choice) -> LoadOptions {
        let scratch =
            scratch::Options { choice, program: "/no/such/program".into(), cache: Some(cache.into()) };
        LoadOptions { scratch, dialect: None, major: Some(15), roles: false, sizes: false }
    }

    fn script(text: &str, line: u32) -> Script {
        let statement = Statement { text: text.to_owned(), file: Path::new("a.sql").into(), line };
        Script { files: vec![vec![statement]], notes: Vec::new() }
    }

    fn snapshot() -> Snapshot {
        Snapshot { format: FORMAT, dialect: "postgres".to_owned(), ..Snapshot::default() }
    }

    #[test]
    fn an_entry_is_found_by_what_decides_its_meaning_and_by_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let auto = options(folder.path(), Choice::Auto);
        Entry::of(&script("SELECT 1", 1), "postgres", &auto).unwrap().put(&snapshot());
        let found = |script: &Script, options: &LoadOptions| {
            Entry::of(script, "postgres", options).unwrap().get().is_some()
        };
        assert!(found(&script("SELECT 1", 1), &auto));
        assert!(!found(&script("SELECT 2", 1), &auto));
        assert!(!found(&script("SELECT 1", 2), &auto));
        assert!(!found(&script("SELECT 1", 1), &options(folder.path(), Choice::Embedded)));
    }

    #[test]
    fn a_damaged_entry_counts_as_none_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let entry =
            Entry::of(&script("SELECT 1", 1), "postgres", &options(folder.path(), Choice::Auto)).unwrap();
        entry.put(&snapshot());
        fs::write(&entry.path, "{\"format\": 1").unwrap();
        assert!(entry.get().is_none());
        entry.put(&snapshot());
        assert_eq!(entry.get(), Some(snapshot()));
    }

    #[test]
    fn only_the_newest_entries_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let options = options(folder.path(), Choice::Auto);
        let mut newest = None;
        for line in 0..60 {
            let entry = Entry::of(&script("SELECT 1", line), "postgres", &options).unwrap();
            entry.put(&snapshot());
            newest = Some(entry);
        }
        assert_eq!(fs::read_dir(folder.path().join("canonical")).unwrap().count(), KEPT);
        assert!(newest.unwrap().get().is_some());
    }

    #[test]
    fn nothing_is_kept_without_a_place_for_it() {
        let mut options = options(Path::new("/"), Choice::Auto);
        options.scratch.cache = None;
        assert!(Entry::of(&script("SELECT 1", 1), "postgres", &options).is_none());
    }
}
