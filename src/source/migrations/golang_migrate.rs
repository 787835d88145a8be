//! golang-migrate: `000001_users.up.sql` and `.down.sql`, and one row with the current version.
//!
//! Source: golang-migrate's MIGRATIONS.md, source/parse.go and database/postgres/postgres.go.

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool,
    folder::{numbered, words},
    version::number,
};
use crate::dialect::row::Row;

/// golang-migrate.
pub struct GolangMigrate;

impl Tool for GolangMigrate {
    fn name(&self) -> &'static str {
        "golang-migrate"
    }

    fn title(&self) -> &'static str {
        "golang-migrate"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.top("sql").any(|file| up(&file.name).is_some()) {
            true if listing.is_of_crate("sqlx") => Likeness::Possible,
            true => Likeness::Likely,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.top("sql").filter_map(|file| {
            let (version, name) = up(&file.name)?;
            Some(Migration {
                version: number(version),
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: listing.file(&format!("{version}_{name}.down.sql")).is_some(),
                is_sql: true,
                ..Migration::default()
            })
        });
        Ok(found.collect())
    }

    fn tables(&self) -> &'static [&'static str] {
        &["schema_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version", "dirty"]
    }

    fn query(&self, table: &Table) -> String {
        table.select(&["version", "dirty"], "")
    }

    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let row = match rows {
            // The table is made before the first migration runs.
            [] => return Ok(Vec::new()),
            [row] => row,
            _ => return Err(format!("it has {} rows, and golang-migrate keeps one", rows.len())),
        };
        let version = row.text("version").unwrap_or_default();
        let current: i64 = version.parse().map_err(|_| format!("its version {version:?} is no number"))?;
        // "No version" is -1: all was taken back.
        let reached =
            |migration: &&Migration| migration.version.parse::<i64>().is_ok_and(|own| own <= current);
        let mut applied: Vec<Applied> =
            migrations.iter().filter(reached).map(|it| Applied::version(it.version.clone())).collect();
        applied.sort_by(|a, b| super::version::natural(&a.version, &b.version));
        let version = number(version);
        if current >= 0 && !applied.iter().any(|it| it.version == version) {
            applied.push(Applied::version(version.clone()));
        }
        let dirty = row.text("dirty").is_some_and(|dirty| ["true", "t", "1"].contains(&dirty));
        if dirty && let Some(last) = applied.iter_mut().find(|it| it.version == version) {
            let reason = format!(
                "the history says dirty: it began and did not end; put right what it left, then `migrate force {version}`, \
                 or the version before it"
            );
            last.failed = Some(reason);
        }
        Ok(applied)
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("golang-migrate never runs it: it only looks at what is newer than its one version")
    }

    fn numbering(&self, folder: &Folder) -> Numbering {
        Numbering::like(folder, "%Y%m%d%H%M%S")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let stem = format!("{}_{}", name.version, name.slug);
        let mut files = vec![NewFile::new(format!("{stem}.up.sql"), part.header_and(&part.up()))];
        files.extend(part.down().map(|down| NewFile::new(format!("{stem}.down.sql"), down)));
        files
    }
}

/// Version and title of `{version}_{title}.up.sql`.
fn up(name: &str) -> Option<(&str, &str)> {
    numbered(name.strip_suffix(".up.sql")?)
}
