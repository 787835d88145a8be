//! A folder of migrations: what is in it, whose it is, and its migrations in their order.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{Likeness, Migration, MigrationsError, TOOLS, Tool};
use crate::source::{
    SourceError,
    file::{read_text, unreadable},
};

/// How deep a folder is looked into: the deepest that a tool nests its files by itself is one.
const DEPTH: usize = 4;

/// The endings of files that migrations and their settings are written in.
const ENDINGS: [&str; 9] = ["sql", "py", "rb", "xml", "yaml", "yml", "json", "toml", "conf"];

/// What a folder holds, before anybody says whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The folder.
    pub folder: PathBuf,
    /// Its files that may matter, by the order of their names.
    pub files: Vec<File>,
}

/// One file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Its path below the folder, with `/` between the parts.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// Its name without folders.
    pub fn base(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The folder below the listed one that it is in; empty at the top.
    pub fn parent(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(parent, _)| parent)
    }
}

impl Listing {
    /// Reads the files of a folder.
    ///
    /// # Errors
    /// Where a folder or a file cannot be read.
    pub fn read(folder: &Path) -> Result<Self, MigrationsError> {
        let mut listing = Listing { folder: folder.to_owned(), files: Vec::new() };
        listing.add(folder, "", 0)?;
        listing.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(listing)
    }

    fn add(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), SourceError> {
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            let Some(base) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if base.starts_with('.') || ["node_modules", "target", "__pycache__"].contains(&base) {
                continue;
            }
            let name = format!("{prefix}{base}");
            if path.is_dir() {
                if depth < DEPTH {
                    self.add(&path, &format!("{name}/"), depth + 1)?;
                }
            } else if ENDINGS.iter().any(|ending| has_ending(base, ending)) {
                let text = read_text(&path)?;
                self.files.push(File { path, name, text });
            }
        }
        Ok(())
    }

    /// The files with an ending directly in the folder.
    pub fn top<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| !file.name.contains('/') && has_ending(&file.name, ending))
    }

    /// The files with an ending, in whatever folder.
    pub fn all<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| has_ending(&file.name, ending))
    }

    /// Whether its migrations are folders that each hold a script of this name. Where scripts stand
    /// beside such a folder, they are the migrations, and it is another's.
    pub fn is_of_folders(&self, name: &str) -> bool {
        let is_in_folder = |file: &File| file.base() == name && !file.parent().is_empty();
        self.top("sql").next().is_none() && self.files.iter().any(is_in_folder)
    }

    /// The file of a name.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    /// Whether it belongs to a project of Rust that uses a crate: whether the `Cargo.toml` beside it or
    /// above it names the crate.
    pub fn is_of_crate(&self, name: &str) -> bool {
        let folder = std::path::absolute(&self.folder).unwrap_or_else(|_| self.folder.clone());
        let manifests = folder.ancestors().take(5).map(|above| above.join("Cargo.toml"));
        let texts = manifests.filter_map(|path| fs::read_to_string(path).ok());
        texts.into_iter().any(|text| text.lines().any(|line| line.trim_start().starts_with(name)))
    }

    /// The tools that may have written the folder, the likeliest first.
    pub fn tools(&self) -> Vec<&'static dyn Tool> {
        let mut likely: Vec<(Likeness, &'static dyn Tool)> =
            TOOLS.iter().map(|tool| (tool.likeness(self), *tool)).collect();
        likely.retain(|(likeness, _)| *likeness > Likeness::None);
        // Of what is equally likely the earlier in the list is.
        likely.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        // Who is surely one tool's is no other's.
        let surely = likely.first().is_some_and(|(likeness, _)| *likeness == Likeness::Sure);
        likely.retain(|(likeness, _)| !surely || *likeness == Likeness::Sure);
        likely.into_iter().map(|(_, tool)| tool).collect()
    }
}

/// The migrations of a folder, as one tool sees them.
#[derive(Debug)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// Whose it is.
    pub tool: &'static dyn Tool,
    /// The migrations, in the order in which the tool runs them.
    pub migrations: Vec<Migration>,
    /// The listing that it was read from.
    pub listing: Listing,
}

impl Folder {
    /// The folder as the likeliest tool reads it, or as the tool of this name does.
    ///
    /// # Errors
    /// As [`Listing::read`] and [`Folder::read`], and where no tool can be told.
    pub fn open(path: &Path, tool: Option<&str>) -> Result<Self, MigrationsError> {
        let listing = Listing::read(path)?;
        let tool = match tool {
            Some(name) => super::tool(name)?,
            None => *listing
                .tools()
                .first()
                .ok_or_else(|| MigrationsError::NoMigrations { path: path.to_owned(), tool: "" })?,
        };
        Folder::read(&listing, tool)
    }

    /// The migrations of a folder as a tool reads them.
    ///
    /// # Errors
    /// Where a file is malformed, or two have one version.
    pub fn read(listing: &Listing, tool: &'static dyn Tool) -> Result<Self, MigrationsError> {
        let mut migrations = tool.read(listing)?;
        if migrations.is_empty() {
            return Err(MigrationsError::NoMigrations { path: listing.folder.clone(), tool: tool.title() });
        }
        let mut seen: BTreeMap<&str, &Migration> = BTreeMap::new();
        for migration in &migrations {
            if let Some(first) = seen.insert(&migration.version, migration) {
                return Err(MigrationsError::DuplicateVersion {
                    folder: listing.folder.clone(),
                    version: migration.version.clone(),
                    first: first.file.clone(),
                    second: migration.file.clone(),
                });
            }
        }
        migrations.sort_by(|a, b| tool.order(a, b));
        let migrations = after_their_own(migrations);
        Ok(Folder { path: listing.folder.clone(), tool, migrations, listing: listing.clone() })
    }

    /// The migration of a version.
    pub fn get(&self, version: &str) -> Option<&Migration> {
        self.migrations.iter().find(|migration| migration.version == version)
    }
}

/// Puts migrations that come after others, by name, behind them; those that do not keep their place.
fn after_their_own(mut waiting: Vec<Migration>) -> Vec<Migration> {
    let mut placed: Vec<Migration> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready = |migration: &Migration| {
            migration.after.iter().all(|before| !waiting.iter().any(|other| &other.version == before))
        };
        // A circle is run in the order in which it stands.
        let next = waiting.iter().position(is_ready).unwrap_or(0);
        placed.push(waiting.remove(next));
    }
    placed
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(ending))
}

/// The number that a name starts with and what stands behind the `_` after it: `001_users` →
/// (`001`, `users`).
pub fn numbered(name: &str) -> Option<(&str, &str)> {
    let end = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    let (number, rest) = name.split_at(end);
    let rest = rest.strip_prefix('_')?;
    (!number.is_empty()).then_some((number, rest))
}

/// Words of a name that has `_` or `-` between them.
pub fn words(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(files: &[(&str, &str)]) -> Vec<&'static str> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = if files.iter().any(|(name, _)| name.starts_with("m/")) { "m" } else { "" };
        let listing = Listing::read(&folder.path().join(root)).unwrap();
        listing.tools().iter().map(|tool| tool.name()).collect()
    }

    #[test]
    fn a_folder_tells_whose_it_is() {
        for (tool, name, text) in [
            ("goose", "1_a.sql", "-- +goose Up\n"),
            ("dbmate", "1_a.sql", "-- migrate:up\n"),
            ("flyway", "sub/V1__a.sql", ""),
            ("liquibase", "a.sql", "-- liquibase formatted sql\n"),
            ("liquibase", "a.xml", "<databaseChangeLog>"),
            ("prisma", "1_a/migration.sql", ""),
            ("diesel", "2024-01-01-000000_a/up.sql", ""),
            ("rails", "1_a.rb", ""),
            ("alembic", "versions/a.py", "revision = 'a'\ndown_revision = None\n"),
        ] {
            assert_eq!(recognised(&[(name, text)]), [tool], "{name}");
        }
    }

    #[test]
    fn scripts_are_not_of_the_tool_that_has_a_folder_beside_them() {
        for other in ["prisma/20240101120000_a/migration.sql", "prisma/migration.sql", "diesel/1_a/up.sql"] {
            assert_eq!(
                recognised(&[("1_a.sql", ""), (other, "")]),
                recognised(&[("1_a.sql", "")]),
                "{other}"
            );
        }
    }

    #[test]
    fn where_several_are_possible_the_history_has_to_decide() {
        assert_eq!(recognised(&[("1_a.sql", "")]), ["generic", "sqlx", "supabase"]);
        assert_eq!(recognised(&[("1_a.up.sql", "")])[0], "golang-migrate");
        let cargo = ("Cargo.toml", "[dependencies]\nsqlx = \"0.9\"\n");
        assert_eq!(recognised(&[cargo, ("m/1_a.up.sql", "")])[0], "sqlx");
        assert!(recognised(&[("a.txt", "")]).is_empty());
    }

    #[test]
    fn migrations_come_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["V10__c.sql", "V2__b.sql", "R__r.sql", "V1_1__a.sql"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let read = Folder::open(folder.path(), None).unwrap();
        let versions: Vec<&str> = read.migrations.iter().map(|it| it.version.as_str()).collect();
        assert_eq!(versions, ["1.1", "2", "10", "R r"]);
    }
}
