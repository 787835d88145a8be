//! Prisma Migrate: `20240101120000_users/migration.sql`, and the SHA-256 of each.
//!
//! Source: prisma-engines' `schema-connector/src/checksum.rs` and
//! `migrations_table.rs`; the checksum counts files that differ in their line ends as one.

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool, checksum::sha256, folder::words,
};
use crate::dialect::row::Row;

/// Prisma Migrate.
pub struct Prisma;

impl Tool for Prisma {
    fn name(&self) -> &'static str {
        "prisma"
    }

    fn title(&self) -> &'static str {
        "Prisma"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.is_of_folders("migration.sql") {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.all("sql").filter(|file| file.base() == "migration.sql").filter_map(|file| {
            let folder = file.parent();
            let name = folder.split_once('_').map_or(folder, |(_, name)| name);
            (!folder.is_empty() && !folder.contains('/')).then(|| Migration {
                // The whole name is what the history has.
                version: folder.to_owned(),
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                is_sql: true,
                ..Migration::default()
            })
        });
        Ok(found.collect())
    }

    fn tables(&self) -> &'static [&'static str] {
        &["_prisma_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["migration_name", "checksum", "finished_at", "rolled_back_at"]
    }

    fn query(&self, table: &Table) -> String {
        let columns = ["migration_name", "checksum", "started_at", "finished_at", "rolled_back_at", "logs"];
        table.select(&columns, "3, 1")
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let mut applied = Vec::new();
        // A migration that was rolled back and tried again has a row for each attempt.
        for row in rows.iter().filter(|row| row.text("rolled_back_at").is_none()) {
            let name = row.text("migration_name").ok_or("a row has no migration_name")?;
            let finished = row.text("finished_at").map(str::to_owned);
            let logs =
                row.text("logs").and_then(|logs| logs.lines().map(str::trim).find(|line| !line.is_empty()));
            let failed = finished.is_none().then(|| {
                let logs = logs.map_or(String::new(), |logs| format!(" ({logs})"));
                format!(
                    "it began and did not finish{logs}; say what became of it with `prisma migrate resolve`"
                )
            });
            applied.push(Applied {
                at: finished.or_else(|| row.text("started_at").map(str::to_owned)),
                checksum: row.text("checksum").map(str::to_owned),
                failed,
                ..Applied::version(name)
            });
        }
        Ok(applied)
    }

    fn checksum(&self, migration: &Migration, _recorded: &str) -> Option<String> {
        Some(sha256(&migration.text))
    }

    fn checks(&self, migration: &Migration, recorded: &str) -> Option<bool> {
        let unix = migration.text.replace("\r\n", "\n");
        let texts = [migration.text.clone(), unix.replace('\n', "\r\n"), unix];
        Some(texts.iter().any(|text| sha256(text) == recorded))
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("prisma migrate deploy runs it all the same; prisma migrate dev wants to reset the database")
    }

    fn numbering(&self, _folder: &Folder) -> Numbering {
        Numbering::Moment("%Y%m%d%H%M%S")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let path = format!("{}_{}/migration.sql", name.version, name.slug);
        vec![NewFile::new(path, part.header_and(&part.up()))]
    }
}
