//! Numbered scripts and a hand-made table: `001_users.sql`, and `schema_version(version, applied_at,
//! checksum, migrations_applied)` or something like it.
//!
//! A row stands for one script, by its number or its name; or for a release, with the names of its
//! scripts in `migrations_applied`. The checksum is told by its length, see [`super::checksum::like`].

use serde_json::Value;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Part, Table, Tool,
    checksum,
    folder::{numbered, words},
    version::number,
};
use crate::dialect::row::Row;

/// A table that nobody's tool but the team's own writes.
pub struct Generic;

impl Tool for Generic {
    fn name(&self) -> &'static str {
        "generic"
    }

    fn title(&self) -> &'static str {
        "a hand-made table"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.top("sql").any(|file| !is_down(&file.name)) {
            true => Likeness::Possible,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.top("sql").filter(|file| !is_down(&file.name)).map(|file| {
            let stem = file.name.trim_end_matches(".sql").trim_end_matches(".up");
            let (version, name) = match numbered(stem) {
                Some((version, name)) => (number(version), name),
                None => (stem.to_owned(), stem),
            };
            let downs = [format!("{stem}.down.sql"), format!("{stem}_down.sql")];
            Migration {
                version,
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: downs.iter().any(|down| listing.file(down).is_some()),
                is_sql: true,
                ..Migration::default()
            }
        });
        Ok(found.collect())
    }

    fn tables(&self) -> &'static [&'static str] {
        &["schema_version", "schema_versions", "schema_migrations", "migration_history", "migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn owns(&self, table: &Table) -> bool {
        // A bare list of versions is another tool's.
        self.tables().contains(&table.name.as_str()) && table.has("version") && table.columns.len() > 1
    }

    fn query(&self, table: &Table) -> String {
        let mut columns: Vec<String> =
            ["version", "name", "checksum", "applied_at", "applied_by", "success", "dirty"]
                .iter()
                .map(|column| table.column(column))
                .collect();
        let applied = if table.has("migrations_applied") { "migrations_applied" } else { "NULL" };
        columns.push(format!("{applied} AS migrations_applied"));
        let order = if table.has("applied_at") { "4, 1" } else { "1" };
        format!("SELECT {} FROM {} ORDER BY {order}", columns.join(", "), table.sql())
    }

    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let mut applied = Vec::new();
        for row in rows {
            match row.get("migrations_applied").and_then(names) {
                Some(names) if !names.is_empty() => applied.extend(release(row, &names, migrations)),
                _ => applied.push(single(row, migrations)?),
            }
        }
        Ok(applied)
    }

    fn checksum(&self, migration: &Migration, recorded: &str) -> Option<String> {
        checksum::like(recorded, &migration.text)
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("whether it is still run depends on what runs it")
    }

    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let stem = format!("{}_{}", name.version, name.slug);
        let up = part.header_and(&part.up());
        let reversible = folder.migrations.iter().any(|migration| migration.reversible);
        match part.down().filter(|_| reversible) {
            Some(down) => {
                let marked = folder.listing.files.iter().any(|file| file.name.ends_with(".up.sql"));
                let up_ending = if marked { ".up.sql" } else { ".sql" };
                let dotted = folder.listing.files.iter().any(|file| file.name.ends_with(".down.sql"));
                let down_ending = if dotted { ".down.sql" } else { "_down.sql" };
                vec![
                    NewFile::new(format!("{stem}{up_ending}"), up),
                    NewFile::new(format!("{stem}{down_ending}"), down),
                ]
            }
            None => vec![NewFile::new(format!("{stem}.sql"), up)],
        }
    }
}

fn is_down(name: &str) -> bool {
    let stem = name.trim_end_matches(".sql");
    stem.ends_with(".down") || stem.ends_with("_down")
}

/// The migration that a word in a history means: its version, its number, its file or its name.
fn meant<'a>(word: &str, migrations: &'a [Migration]) -> Option<&'a Migration> {
    let stem = |migration: &Migration| {
        migration.file.file_stem().is_some_and(|stem| stem == word.trim_end_matches(".sql"))
    };
    let by_file = migrations.iter().find(|migration| stem(migration));
    by_file.or_else(|| migrations.iter().find(|it| it.version == number(word) || it.version == word))
}

fn single(row: &Row, migrations: &[Migration]) -> Result<Applied, String> {
    let text = |column| row.text(column).map(str::to_owned);
    let version = row.text("version").ok_or("a row has no version")?;
    let by_name = row.text("name").and_then(|name| meant(name, migrations));
    let known = meant(version, migrations).or(by_name);
    let is = |column| row.text(column).map(|value| ["true", "t", "1"].contains(&value));
    let failed = is("success") == Some(false) || is("dirty") == Some(true);
    Ok(Applied {
        version: known.map_or_else(|| version.to_owned(), |migration| migration.version.clone()),
        name: text("name"),
        at: text("applied_at"),
        by: text("applied_by"),
        checksum: text("checksum"),
        failed: failed.then(|| "the history says that it did not succeed".to_owned()),
        ..Applied::default()
    })
}

/// The migrations of a release, whose checksum is that of their texts one after the other.
fn release(row: &Row, names: &[String], migrations: &[Migration]) -> Vec<Applied> {
    let version = row.text("version").unwrap_or_default();
    let members: Vec<(&String, Option<&Migration>)> =
        names.iter().map(|name| (name, meant(name, migrations))).collect();
    let whole: Option<String> = members.iter().map(|(_, it)| it.map(|it| it.text.as_str())).collect();
    let recorded = row.text("checksum").map(str::trim);
    let made = recorded.zip(whole).and_then(|(recorded, whole)| checksum::like(recorded, &whole));
    let fits = made.as_deref() == recorded || made.is_none();
    let one = |(name, known): (&String, Option<&Migration>)| {
        Applied {
        version: known.map_or_else(|| name.clone(), |migration| migration.version.clone()),
        name: Some(words(name)),
        at: row.text("applied_at").map(str::to_owned),
        by: row.text("applied_by").map(str::to_owned),
        mismatch: (!fits).then(|| {
            format!("it, or another one of release {version}, is not what was run: the release has one checksum for all")
        }),
        held: made.is_some(),
        note: Some(format!("release {version}")),
        ..Applied::default()
    }
    };
    members.into_iter().map(one).collect()
}

/// The names in a list: an array, or one text with commas between them.
fn names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(names) => Some(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        Value::String(text) => {
            let text = text.trim().trim_matches(['{', '}', '[', ']']);
            let names = text.split(',').map(|name| name.trim().trim_matches('"').to_owned());
            let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
            // A number counts migrations and names none.
            (!names.iter().all(|name| name.parse::<u64>().is_ok() && names.len() == 1)).then_some(names)
        }
        _ => None,
    }
}
