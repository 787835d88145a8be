//! Diesel: `2024-01-01-120000_users/up.sql` and `down.sql`.
//!
//! Source: diesel_migrations' `file_based_migrations.rs` and Diesel's guide "Getting Started".

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool, folder::words,
};
use crate::dialect::row::Row;

/// Diesel.
pub struct Diesel;

impl Tool for Diesel {
    fn name(&self) -> &'static str {
        "diesel"
    }

    fn title(&self) -> &'static str {
        "Diesel"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.is_of_folders("up.sql") {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.all("sql").filter(|file| file.base() == "up.sql").filter_map(|file| {
            let folder = file.parent();
            // The part before the first underscore, without dashes, is the version.
            let (version, name) = folder.split_once('_').unwrap_or((folder, folder));
            let version = version.replace('-', "");
            (!version.is_empty() && !folder.contains('/')).then(|| Migration {
                version,
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: listing.file(&format!("{folder}/down.sql")).is_some(),
                is_sql: true,
                ..Migration::default()
            })
        });
        Ok(found.collect())
    }

    fn tables(&self) -> &'static [&'static str] {
        &["__diesel_schema_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "run_on"]
    }

    fn query(&self, table: &Table) -> String {
        table.select(&["version", "run_on"], "2, 1")
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let version = |row: &Row| {
            let at = row.text("run_on").map(str::to_owned);
            Some(Applied { at, ..Applied::version(row.text("version")?) })
        };
        Ok(rows.iter().filter_map(version).collect())
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("Diesel runs it all the same, after newer ones")
    }

    fn numbering(&self, folder: &Folder) -> Numbering {
        // Diesel's own look like 2024-01-01-120000; newer ones have four digits more.
        match folder.migrations.last().map(|last| last.version.len()) {
            Some(18) => Numbering::Moment("%Y-%m-%d-%H%M%S-0000"),
            _ => Numbering::Moment("%Y-%m-%d-%H%M%S"),
        }
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let folder = format!("{}_{}", name.version, name.slug);
        let down = part.down().unwrap_or_else(|| "-- Nothing leads back.\n".to_owned());
        let mut files = vec![
            NewFile::new(format!("{folder}/up.sql"), part.header_and(&part.up())),
            NewFile::new(format!("{folder}/down.sql"), down),
        ];
        if part.outside {
            let text = "run_in_transaction = false\n".to_owned();
            files.push(NewFile::new(format!("{folder}/metadata.toml"), text));
        }
        files
    }
}
