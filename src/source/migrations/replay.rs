//! The scripts of a folder in the order in which its tool runs them.

use std::path::{Path, PathBuf};

use super::{Folder, Likeness, Listing, MigrationsError};
use crate::source::SourceError;

/// The scripts that lead up, in the order in which the folder's tool runs them. Nothing where the
/// folder is not clearly a tool's: then it is just scripts.
///
/// # Errors
/// Where its migrations are programs, or two of them have one version.
pub fn scripts(folder: &Path) -> Result<Option<Vec<PathBuf>>, SourceError> {
    let Ok(listing) = Listing::read(folder) else { return Ok(None) };
    let Some(&tool) = listing.tools().first() else { return Ok(None) };
    let sure = tool.likeness(&listing) == Likeness::Sure;
    let read = match Folder::read(&listing, tool) {
        Ok(read) => read,
        // The tool would run one of the two, and nobody can say which.
        Err(error @ MigrationsError::DuplicateVersion { .. }) if sure => {
            return Err(SourceError::Migrations(Box::new(error)));
        }
        // A folder with files that the tool would refuse is a folder of scripts all the same.
        Err(_) => return Ok(None),
    };
    let numbered = |it: &super::Migration| it.version.chars().all(|c| c.is_ascii_digit());
    if !sure && !read.migrations.iter().all(numbered) {
        return Ok(None);
    }
    if read.migrations.iter().any(|migration| !migration.is_sql) {
        let (what, hint) = match tool.name() {
            "alembic" => (
                "programs of Python",
                "Let Alembic run them on a throwaway database, or print them as SQL with `alembic upgrade head --sql`, \
                 and name that.",
            ),
            "rails" => (
                "programs of Ruby",
                "Let Rails run them on a throwaway database, or keep db/structure.sql (config.active_record.schema_format \
                 = :sql), and name that.",
            ),
            _ => (
                "descriptions of changes",
                "Let Liquibase run them on a throwaway database, or print them as SQL with `liquibase update-sql`, and \
                 name that.",
            ),
        };
        let error = MigrationsError::Programs { path: folder.to_owned(), what, hint };
        return Err(SourceError::Migrations(Box::new(error)));
    }
    let mut files: Vec<PathBuf> = read.migrations.into_iter().map(|migration| migration.file).collect();
    // A file of several changesets is one script.
    files.dedup();
    Ok(Some(files))
}
