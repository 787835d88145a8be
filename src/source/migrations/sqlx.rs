//! sqlx: `20240101120000_users.sql`, or `.up.sql` with `.down.sql`, and the SHA-384 of each file.
//!
//! Source: sqlx-core's `migrate/source.rs` and `migrate/migration.rs`, sqlx-postgres' `migrate.rs`.

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Part, Table, Tool,
    checksum::sha384,
    folder::{numbered, words},
    version::number,
};
use crate::dialect::{quote, row::Row};

/// sqlx.
pub struct Sqlx;

impl Tool for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn title(&self) -> &'static str {
        "sqlx"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.top("sql").any(|file| migration(&file.name).is_some()) {
            true if listing.is_of_crate("sqlx") => Likeness::Likely,
            true => Likeness::Possible,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.top("sql").filter_map(|file| {
            let (version, stem) = migration(&file.name)?;
            let down = format!("{version}_{stem}.down.sql");
            Some(Migration {
                version: number(version),
                name: words(stem),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: listing.file(&down).is_some(),
                is_sql: true,
                ..Migration::default()
            })
        });
        Ok(found.collect())
    }

    fn tables(&self) -> &'static [&'static str] {
        &["_sqlx_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "success", "checksum"]
    }

    fn query(&self, table: &Table) -> String {
        let columns = ["version", "description", "installed_on", "success"];
        let columns: Vec<String> = columns.iter().map(|column| table.column(column)).collect();
        let order = quote::name("version");
        format!(
            "SELECT {}, {} FROM {} ORDER BY {}.{order}",
            columns.join(", "),
            table.bytes("checksum"),
            table.sql(),
            quote::name(&table.name)
        )
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let text = |row: &Row, column| row.text(column).map(str::to_owned);
        let applied = rows.iter().map(|row| {
            let version = row.text("version").ok_or("a row has no version")?;
            let success = row.text("success").is_some_and(|success| ["true", "t", "1"].contains(&success));
            Ok(Applied {
                version: number(version),
                name: text(row, "description"),
                at: text(row, "installed_on"),
                checksum: text(row, "checksum"),
                failed: (!success).then(|| {
                    "the history says that it did not succeed: it ran outside of a transaction, so a part of it may \
                     be there; put that right and delete its row"
                        .to_owned()
                }),
                ..Applied::default()
            })
        });
        applied.collect()
    }

    fn checksum(&self, migration: &Migration, _recorded: &str) -> Option<String> {
        Some(sha384(&migration.text))
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("sqlx runs it all the same, after newer ones")
    }

    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let stem = format!("{}_{}", name.version, name.slug);
        // sqlx looks for this at the very start of the file.
        let mark = if part.outside { "-- no-transaction\n" } else { "" };
        let up = format!("{mark}{}", part.header_and(&part.up()));
        // A folder has either simple or reversible migrations.
        let reversible = folder.migrations.is_empty() || folder.migrations.iter().any(|it| it.reversible);
        match part.down().filter(|_| reversible) {
            Some(down) => vec![
                NewFile::new(format!("{stem}.up.sql"), up),
                NewFile::new(format!("{stem}.down.sql"), format!("{mark}{down}")),
            ],
            None if reversible && !folder.migrations.is_empty() => {
                vec![NewFile::new(format!("{stem}.up.sql"), up)]
            }
            None => vec![NewFile::new(format!("{stem}.sql"), up)],
        }
    }
}

/// Version and description of a file that leads up.
fn migration(name: &str) -> Option<(&str, &str)> {
    let stem = name.strip_suffix(".sql").filter(|stem| !stem.ends_with(".down"))?;
    numbered(stem.strip_suffix(".up").unwrap_or(stem))
}
