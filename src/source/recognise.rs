//! Tells from what a user gave what kind of source it is.

use std::{
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    str::FromStr,
};

use super::{
    GitPath, Source, SourceError,
    file::{SQLITE_MAGIC, unreadable},
};
use crate::dialect::{
    postgres::connect::{ConnectionUrl, Environment},
    sqlite::connect::path_of,
};

/// The kinds of sources, as they are named on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A `.sql` script.
    Sql,
    /// A folder of scripts.
    Folder,
    /// An inventory file.
    Inventory,
    /// A PostgreSQL database.
    Postgres,
    /// An SQLite database.
    Sqlite,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [SourceKind; 5] = [
        SourceKind::Sql,
        SourceKind::Folder,
        SourceKind::Inventory,
        SourceKind::Postgres,
        SourceKind::Sqlite,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            SourceKind::Sql => "sql",
            SourceKind::Folder => "folder",
            SourceKind::Inventory => "inventory",
            SourceKind::Postgres => "postgres",
            SourceKind::Sqlite => "sqlite",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no kind of source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of source; the kinds are sql, folder, inventory, postgres and sqlite")]
pub struct UnknownKind(String);

impl FromStr for SourceKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let known = SourceKind::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// Databases that have URLs and are meant to be read one day.
const PLANNED: [&str; 2] = ["mysql", "mariadb"];

impl Source {
    /// The source that a text names: a URL by its scheme, a path by what is there. What a URL
    /// leaves open comes from the environment.
    ///
    /// # Errors
    /// For a URL of an unknown scheme or in a wrong form, a path that leads nowhere, and a source
    /// that is not of the kind that was asked for.
    pub fn recognise(
        text: &str,
        force: Option<SourceKind>,
        environment: &Environment,
    ) -> Result<Source, SourceError> {
        if let Some(path) = text.strip_prefix("git:") {
            return GitPath::parse(path).map(Source::Git).map_err(SourceError::Git);
        }
        match scheme(text) {
            Some("postgres" | "postgresql") => {
                allow(force, SourceKind::Postgres, "A PostgreSQL URL")?;
                ConnectionUrl::parse(text, environment).map(Source::Postgres).map_err(SourceError::Url)
            }
            Some("sqlite") => {
                allow(force, SourceKind::Sqlite, "An SQLite URL")?;
                Ok(Source::Sqlite(path_of(text)))
            }
            Some(scheme) => Err(SourceError::UnknownScheme {
                scheme: scheme.to_owned(),
                planned: PLANNED.contains(&scheme.to_ascii_lowercase().as_str()),
            }),
            None => {
                let path = PathBuf::from(text);
                let kind = match force {
                    Some(kind) => kind,
                    None => kind_of_path(&path)?,
                };
                match kind {
                    SourceKind::Sql => Ok(Source::SqlFile(path)),
                    SourceKind::Folder => Ok(Source::Folder(path)),
                    SourceKind::Inventory => Ok(Source::Inventory(path)),
                    SourceKind::Sqlite => Ok(Source::Sqlite(path)),
                    SourceKind::Postgres => {
                        Err(SourceError::WrongKind { what: "A path", wanted: SourceKind::Postgres })
                    }
                }
            }
        }
    }
}

fn allow(force: Option<SourceKind>, kind: SourceKind, what: &'static str) -> Result<(), SourceError> {
    match force.filter(|forced| *forced != kind) {
        Some(wanted) => Err(SourceError::WrongKind { what, wanted }),
        None => Ok(()),
    }
}

/// What stands before `://`, or before the colon of `sqlite:path`. One letter is a drive.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    let well_formed = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    (well_formed && scheme.len() > 1 && (rest.starts_with("//") || scheme == "sqlite")).then_some(scheme)
}

pub(super) fn kind_of_path(path: &Path) -> Result<SourceKind, SourceError> {
    if path.is_dir() {
        return Ok(SourceKind::Folder);
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    file.take(512).read_to_end(&mut head).map_err(|error| unreadable(path, &error))?;
    if head.starts_with(SQLITE_MAGIC) {
        return Ok(SourceKind::Sqlite);
    }
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Ok(match extension.to_ascii_lowercase().as_str() {
        "sql" => SourceKind::Sql,
        "json" => SourceKind::Inventory,
        "db" | "sqlite" | "sqlite3" => SourceKind::Sqlite,
        _ if head.trim_ascii_start().starts_with(b"{") => SourceKind::Inventory,
        _ => SourceKind::Sql,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn recognise(text: &str, force: Option<SourceKind>) -> Result<Source, SourceError> {
        Source::recognise(text, force, &Environment::default())
    }

    #[test]
    fn urls_are_known_by_their_scheme() {
        for url in ["postgres://u:secret@h/db", "postgresql://u@/db?host=/tmp"] {
            let source = recognise(url, None).unwrap();
            assert!(matches!(source, Source::Postgres(_)), "{url}");
            assert!(!format!("{source} {source:?}").contains("secret"));
        }
        for (url, path) in [
            ("sqlite:app.db", "app.db"),
            ("sqlite://app.db?mode=ro", "app.db"),
            ("sqlite:///var/my%20app.db", "/var/my app.db"),
        ] {
            assert_eq!(recognise(url, None).unwrap(), Source::Sqlite(path.into()));
        }
    }

    #[test]
    fn an_unknown_scheme_is_told_those_that_are_known() {
        let error = recognise("mysql://root:secret@h/db", None).unwrap_err();
        assert_eq!(error.to_string(), "schemascope does not read mysql:// databases yet.");
        let error = recognise("mssql://h/db", None).unwrap_err();
        assert_eq!(error.to_string(), "schemascope does not read mssql:// databases.");
        assert!(error.hint().unwrap().contains("postgres:// or sqlite://"));
    }

    #[test]
    fn paths_are_known_by_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            recognise(path.to_str().unwrap(), None).unwrap()
        };
        assert!(matches!(at("a.sql", b"SELECT 1"), Source::SqlFile(_)));
        assert!(matches!(at("a.json", b"{}"), Source::Inventory(_)));
        assert!(matches!(at("a.txt", b" \n{\"format\": 1}"), Source::Inventory(_)));
        assert!(matches!(at("a.ddl", b"CREATE TABLE a (b int);"), Source::SqlFile(_)));
        assert!(matches!(at("a.sqlite3", b""), Source::Sqlite(_)));
        assert!(matches!(at("a.data", b"SQLite format 3\0rest"), Source::Sqlite(_)));
        assert!(matches!(recognise(folder.path().to_str().unwrap(), None).unwrap(), Source::Folder(_)));
        let error = recognise("no/such/file.sql", None).unwrap_err();
        assert_eq!(error.to_string(), "There is no file or folder no/such/file.sql.");
    }

    #[test]
    fn a_kind_can_be_forced_where_it_can_be_read_so() {
        assert_eq!("folder".parse(), Ok(SourceKind::Folder));
        assert!("yaml".parse::<SourceKind>().is_err());
        let forced = recognise("schema.json", Some(SourceKind::Sql)).unwrap();
        assert_eq!(forced, Source::SqlFile("schema.json".into()));
        let error = recognise("postgres://u:secret@h/db", Some(SourceKind::Folder)).unwrap_err();
        assert_eq!(error.to_string(), "A PostgreSQL URL cannot be read as folder.");
    }
}
