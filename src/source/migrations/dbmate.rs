//! dbmate: `20240101120000_users.sql` with `-- migrate:up` and `-- migrate:down`.
//!
//! Source: dbmate's README and `pkg/dbmate/migration.go`.

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Part, Table, Tool,
    folder::words, marks,
};
use crate::dialect::row::Row;

/// dbmate.
pub struct Dbmate;

impl Tool for Dbmate {
    fn name(&self) -> &'static str {
        "dbmate"
    }

    fn title(&self) -> &'static str {
        "dbmate"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.top("sql").any(|file| marks::has(&file.text, "migrate:", "up")) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let mut migrations = Vec::new();
        for file in listing.top("sql") {
            // As dbmate's `^(\d+).*\.sql$` has it.
            let end = file.name.find(|c: char| !c.is_ascii_digit()).unwrap_or_default();
            let (version, rest) = file.name.split_at(end);
            if version.is_empty() {
                continue;
            }
            if !marks::has(&file.text, "migrate:", "up") {
                return Err(MigrationsError::Malformed {
                    file: file.path.clone(),
                    line: 1,
                    problem: "dbmate refuses a migration without a line -- migrate:up".to_owned(),
                });
            }
            migrations.push(Migration {
                version: version.to_owned(),
                name: words(rest.trim_end_matches(".sql")),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: marks::has_section(&file.text, "migrate:", "down"),
                is_sql: true,
                ..Migration::default()
            });
        }
        Ok(migrations)
    }

    fn tables(&self) -> &'static [&'static str] {
        &["schema_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn owns(&self, table: &Table) -> bool {
        self.tables().contains(&table.name.as_str()) && table.columns == ["version"]
    }

    fn query(&self, table: &Table) -> String {
        table.select(&["version"], "1")
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let version = |row: &Row| Some(Applied::version(row.text("version")?));
        Ok(rows.iter().filter_map(version).collect())
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("dbmate runs it all the same, after newer ones, unless it is called with --strict")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let option = if part.outside { " transaction:false" } else { "" };
        let up = part.header_and(&part.up());
        let down = part.down().unwrap_or_default();
        let text = format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}");
        vec![NewFile::new(format!("{}_{}.sql", name.version, name.slug), text)]
    }
}
