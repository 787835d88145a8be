//! goose: `20240101120000_users.sql` with `-- +goose Up` and `-- +goose Down`.
//!
//! Source: goose's README and `internal/dialect/dialectquery/postgres.go`.

use std::collections::BTreeMap;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Part, Table, Tool,
    folder::{numbered, words},
    marks,
    version::number,
};
use crate::dialect::row::Row;

/// goose.
pub struct Goose;

impl Tool for Goose {
    fn name(&self) -> &'static str {
        "goose"
    }

    fn title(&self) -> &'static str {
        "goose"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.top("sql").any(|file| marks::has(&file.text, "+goose", "up")) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let mut migrations = Vec::new();
        for file in listing.top("sql") {
            let Some((version, name)) = numbered(file.name.trim_end_matches(".sql")) else { continue };
            if !marks::has(&file.text, "+goose", "up") {
                return Err(MigrationsError::Malformed {
                    file: file.path.clone(),
                    line: 1,
                    problem: "goose refuses a migration without a line -- +goose Up".to_owned(),
                });
            }
            migrations.push(Migration {
                version: number(version),
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: marks::has_section(&file.text, "+goose", "down"),
                is_sql: true,
                ..Migration::default()
            });
        }
        Ok(migrations)
    }

    fn tables(&self) -> &'static [&'static str] {
        &["goose_db_version"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version_id", "is_applied"]
    }

    fn query(&self, table: &Table) -> String {
        table.select(&["version_id", "is_applied", "tstamp"], "id")
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        // A row for each way up and each way down: the last one of a version counts.
        let mut last: BTreeMap<String, (usize, bool, Option<String>)> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            let version = row.text("version_id").ok_or("a row has no version_id")?;
            let up = row.text("is_applied").is_some_and(|up| ["true", "t", "1"].contains(&up));
            last.insert(number(version), (place, up, row.text("tstamp").map(str::to_owned)));
        }
        // The row of version 0 is the table's own.
        let mut applied: Vec<_> =
            last.into_iter().filter(|(version, (_, up, _))| *up && version != "0").collect();
        applied.sort_by_key(|(_, (place, ..))| *place);
        let applied = applied.into_iter();
        Ok(applied.map(|(version, (_, _, at))| Applied { version, at, ..Applied::default() }).collect())
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("goose refuses to go on, unless it is called with -allow-missing")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let fenced = |statements: &[String]| -> String {
            let fence = |sql: &String| match sql.trim_end().trim_end_matches(';').contains(';') {
                true => format!("-- +goose StatementBegin\n{sql}-- +goose StatementEnd\n"),
                false => sql.clone(),
            };
            statements.iter().map(fence).collect::<Vec<_>>().join("\n")
        };
        let mark = if part.outside { "-- +goose NO TRANSACTION\n" } else { "" };
        let up = format!("{mark}-- +goose Up\n{}", part.header_and(&fenced(&part.up)));
        let down = part.down.as_ref().map_or(String::new(), |down| fenced(down));
        let text = format!("{up}\n-- +goose Down\n{down}");
        vec![NewFile::new(format!("{}_{}.sql", name.version, name.slug), text)]
    }
}
