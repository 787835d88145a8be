//! The statements of canonical's files that say something about an object.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    model::{Key, Location},
    source::{
        Source,
        script::{Script, all_in, subjects},
        split::{PieceKind, Syntax, split},
    },
    tui::{Named, state::numbers::Excerpt},
};

/// How much of a file is read for the statement that makes an object, in bytes.
const MOST: u64 = 256 * 1024;
/// How much of a file is read for one that says more about it, in bytes.
const MOST_MORE: u64 = 16 * 1024;
/// How many statements that say more about an object are read.
const MOST_ABOUT: usize = 100;
/// Up to so many bytes a canonical file is looked through as a whole.
const MOST_LOOKED_THROUGH: u64 = 32 * 1024 * 1024;

/// What says more about which object, found once for each reading of canonical.
#[derive(Clone, Default)]
pub struct Statements {
    kept: Arc<Mutex<Option<Arc<More>>>>,
}

/// The statements that say more about objects that others make, by the names in them.
#[derive(Default)]
struct More {
    files: Vec<Arc<Path>>,
    /// Each statement's file and line.
    places: Vec<(u32, u32)>,
    names: HashMap<String, Vec<u32>>,
}

impl Statements {
    /// Forgets what was found: canonical is read again.
    pub fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The statement at a place in the canonical file, and those that say more about the object that it
    /// makes; nothing where there is none by now, and where canonical is no file on this disk.
    pub fn about(&self, canonical: &Named, dialect: &str, key: &Key, place: &Location) -> Vec<Excerpt> {
        let Ok(source @ (Source::SqlFile(_) | Source::Folder(_))) = canonical else { return Vec::new() };
        let syntax = if dialect == "sqlite" { Syntax::Sqlite } else { Syntax::Postgres };
        let Some(first) = excerpt(place, syntax, MOST) else { return Vec::new() };
        let more = self.more(source, syntax).of(key);
        let more = more.into_iter().filter_map(|place| excerpt(&place, syntax, MOST_MORE));
        std::iter::once(first).chain(more).collect()
    }

    fn more(&self, source: &Source, syntax: Syntax) -> Arc<More> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get_or_insert_with(|| Arc::new(More::find(source, syntax))))
    }
}

impl More {
    fn find(source: &Source, syntax: Syntax) -> Self {
        let script = match source {
            Source::SqlFile(path) if is_short(path) => Script::from_file(path, syntax),
            Source::Folder(path) => Script::from_folder(path, syntax),
            _ => return More::default(),
        };
        let mut more = More::default();
        for statement in script.iter().flat_map(Script::statements) {
            let names = subjects(&statement.text);
            if names.is_empty() {
                continue;
            }
            if more.files.last() != Some(&statement.file) {
                more.files.push(Arc::clone(&statement.file));
            }
            let numbered = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let at = numbered(more.places.len());
            more.places.push((numbered(more.files.len() - 1), statement.line));
            names.into_iter().for_each(|name| more.names.entry(name).or_default().push(at));
        }
        more
    }

    /// The places of the statements that speak of an object, in order.
    fn of(&self, key: &Key) -> Vec<Location> {
        let name = key.name().split('(').next().unwrap_or_default().to_lowercase();
        let schema = key.path().first().filter(|_| key.path().len() > 1).map(|schema| schema.to_lowercase());
        let whole = schema.iter().flat_map(|schema| [format!("{schema}.{name}"), all_in(schema)]);
        let names: Vec<String> = std::iter::once(name.clone()).chain(whole).collect();
        let mut found: Vec<u32> =
            names.iter().filter_map(|name| self.names.get(name)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        let place = |at: u32| {
            let (file, line) = *self.places.get(at as usize)?;
            Some(Location { file: self.files.get(file as usize)?.to_path_buf(), line })
        };
        found.into_iter().filter_map(place).take(MOST_ABOUT).collect()
    }
}

/// Whether canonical is a file that is too long to be looked through for what says more about objects.
pub fn is_too_long(canonical: &Named) -> bool {
    matches!(canonical, Ok(Source::SqlFile(file)) if !is_short(file))
}

fn is_short(file: &Path) -> bool {
    file.metadata().is_ok_and(|about| about.len() <= MOST_LOOKED_THROUGH)
}

/// The statement at a place in a file, as far as it stands in so many bytes.
fn excerpt(place: &Location, syntax: Syntax, most: u64) -> Option<Excerpt> {
    let mut file = BufReader::new(File::open(&place.file).ok()?);
    for _ in 1..place.line {
        file.skip_until(b'\n').ok()?;
    }
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let pieces = split(&text, syntax);
    let first = pieces.iter().find(|piece| piece.kind == PieceKind::Statement)?;
    let line = place.line + first.line - 1;
    Some(Excerpt { text: first.text.to_owned(), place: Location { file: place.file.clone(), line } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(file: &Path, key: &str, line: u32) -> Vec<(String, u32)> {
        let place = Location { file: file.to_owned(), line };
        let canonical = Ok(Source::SqlFile(file.to_owned()));
        let found = Statements::default().about(&canonical, "postgres", &key.parse().unwrap(), &place);
        found.into_iter().map(|excerpt| (excerpt.text, excerpt.place.line)).collect()
    }

    #[test]
    fn the_statement_at_a_line_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("schema.sql");
        std::fs::write(&file, "SELECT 1;\n\nCREATE VIEW a AS\nSELECT ';';\nSELECT 2;\n").unwrap();
        assert_eq!(about(&file, "view:public.a", 3), [("CREATE VIEW a AS\nSELECT ';'".to_owned(), 3)]);
        assert_eq!(about(&file, "view:public.a", 9), []);
        assert_eq!(about(&file.with_extension("gone"), "view:public.a", 1), []);
    }

    #[test]
    fn a_file_that_is_too_long_to_be_looked_through_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("schema.sql");
        std::fs::write(&file, "CREATE TABLE a (b int);\n").unwrap();
        let canonical = Ok(Source::SqlFile(file.clone()));
        assert!(!is_too_long(&canonical));
        std::fs::File::options().write(true).open(&file).unwrap().set_len(MOST_LOOKED_THROUGH + 1).unwrap();
        assert!(is_too_long(&canonical));
    }

    #[test]
    fn what_says_more_about_an_object_is_found_wherever_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("schema.sql");
        let script = "CREATE TABLE shop.a (b int);\nCREATE TABLE other.a (b int);\n\
                      COMMENT ON TABLE shop.a IS 'x';\nCOMMENT ON TABLE other.a IS 'y';\n\
                      GRANT SELECT ON ALL TABLES IN SCHEMA shop TO app;\n";
        std::fs::write(&file, script).unwrap();
        let lines = |key, line| -> Vec<u32> { about(&file, key, line).into_iter().map(|it| it.1).collect() };
        assert_eq!(lines("table:shop.a", 1), [1, 3, 5]);
        assert_eq!(lines("table:other.a", 2), [2, 4]);
    }
}
