//! Flyway: `V1.2__users.sql`, `U1.2__users.sql`, `R__views.sql`, and the CRC-32 of the lines of each.
//!
//! Source: Flyway's documentation "Migrations", `ResourceNameParser`, `MigrationVersion` and
//! `LoadableResource.calculateChecksum`: the lines without their ends, the byte order mark left out,
//! as a signed number of 32 bits.

use std::cmp::Ordering;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool,
    folder::words,
    version::{dotted, natural},
};
use crate::dialect::row::Row;

/// Flyway.
pub struct Flyway;

impl Tool for Flyway {
    fn name(&self) -> &'static str {
        "flyway"
    }

    fn title(&self) -> &'static str {
        "Flyway"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.all("sql").any(|file| Name::of(file.base()).is_some()) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let names: Vec<(Name<'_>, _)> =
            listing.all("sql").filter_map(|file| Some((Name::of(file.base())?, file))).collect();
        let undone = |version: &str| {
            names.iter().any(|(name, _)| name.prefix == 'U' && dotted(name.version) == version)
        };
        let found = names.iter().filter(|(name, _)| "VR".contains(name.prefix)).map(|(name, file)| {
            let repeatable = name.prefix == 'R';
            let version = if repeatable { identity(&words(name.description)) } else { dotted(name.version) };
            Migration {
                reversible: !repeatable && undone(&version),
                version,
                name: words(name.description),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                repeatable,
                is_sql: true,
                ..Migration::default()
            }
        });
        Ok(found.collect())
    }

    fn order(&self, a: &Migration, b: &Migration) -> Ordering {
        a.repeatable.cmp(&b.repeatable).then_with(|| natural(&a.version, &b.version))
    }

    fn tables(&self) -> &'static [&'static str] {
        &["flyway_schema_history", "schema_version"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["installed_rank", "version", "description", "type", "script", "checksum", "success"]
    }

    fn query(&self, table: &Table) -> String {
        let columns = [
            "version",
            "description",
            "type",
            "checksum",
            "installed_by",
            "installed_on",
            "success",
            "installed_rank",
        ];
        table.select(&columns, "installed_rank")
    }

    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let mut applied: Vec<Applied> = Vec::new();
        for row in rows {
            let text = |column| row.text(column).map(str::to_owned);
            let kind = row.text("type").ok_or("a row has no type")?;
            let description = row.text("description").unwrap_or_default();
            let version = match row.text("version") {
                Some(version) => dotted(version),
                None => identity(description),
            };
            match kind {
                // The row that tells that Flyway made the schema.
                "SCHEMA" => continue,
                "BASELINE" => {
                    let below = |it: &&Migration| !it.repeatable && natural(&it.version, &version).is_le();
                    applied.extend(migrations.iter().filter(below).map(|it| Applied {
                        at: text("installed_on"),
                        note: Some(format!("below the baseline {version}, so Flyway did not run it")),
                        ..Applied::version(it.version.clone())
                    }));
                    continue;
                }
                _ if kind.starts_with("UNDO") || kind == "DELETE" => {
                    applied.retain(|it| it.version != version);
                    continue;
                }
                _ => {}
            }
            // A repeatable migration has a row for each time that it was run.
            applied.retain(|it| it.version != version);
            let success = row.text("success").is_some_and(|it| ["true", "t", "1"].contains(&it));
            applied.push(Applied {
                version,
                name: Some(description.to_owned()),
                at: text("installed_on"),
                by: text("installed_by"),
                checksum: text("checksum"),
                failed: (!success).then(|| {
                    "the history says that it failed; put right what it left, then `flyway repair`".to_owned()
                }),
                ..Applied::default()
            });
        }
        Ok(applied)
    }

    fn checksum(&self, migration: &Migration, _recorded: &str) -> Option<String> {
        Some(crc(&migration.text).to_string())
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("Flyway refuses to go on, unless outOfOrder is set")
    }

    fn numbering(&self, folder: &Folder) -> Numbering {
        let newest = folder.migrations.iter().rev().find(|migration| !migration.repeatable);
        match newest.map(|newest| (newest, newest.version.split('.').next().unwrap_or_default())) {
            Some((newest, first)) if first.len() < 12 => {
                // V001 stays three digits wide.
                let name = newest.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let digits = name[1..].find(|c: char| !c.is_ascii_digit()).unwrap_or(1);
                Numbering::Next { number: first.parse().unwrap_or(0) + 1, digits }
            }
            _ => Numbering::Moment("%Y%m%d%H%M%S"),
        }
    }

    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let stem = format!("{}__{}", name.version, name.slug);
        let mut files = vec![NewFile::new(format!("V{stem}.sql"), part.header_and(&part.up()))];
        if part.outside {
            // Flyway takes the settings of one script from a file of its name with .conf behind it.
            files.push(NewFile::new(format!("V{stem}.sql.conf"), "executeInTransaction=false\n".to_owned()));
        }
        // Undo migrations are not part of every edition: they are written where there are some.
        let undoes = folder.migrations.iter().any(|migration| migration.reversible);
        if let Some(down) = part.down().filter(|_| undoes) {
            files.push(NewFile::new(format!("U{stem}.sql"), down));
        }
        files
    }
}

/// What a repeatable migration is known by.
fn identity(description: &str) -> String {
    format!("R {description}")
}

/// The parts of a file's name.
struct Name<'a> {
    prefix: char,
    version: &'a str,
    description: &'a str,
}

impl<'a> Name<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let stem = name.strip_suffix(".sql")?;
        let prefix = stem.chars().next().filter(|prefix| "VURB".contains(*prefix))?;
        let (version, description) = stem[1..].split_once("__")?;
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && version.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '_');
        (is_version != (prefix == 'R') && (prefix != 'R' || version.is_empty())).then_some(Name {
            prefix,
            version,
            description,
        })
    }
}

/// The checksum: that of the lines as Java's `BufferedReader` reads them.
fn crc(text: &str) -> i32 {
    let mut hasher = crc32fast::Hasher::new();
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
        hasher.update(line.as_bytes());
    }
    hasher.finalize().cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_lines_without_their_ends() {
        // CRC-32 of "123456789" is cbf43926 (the check value of the standard).
        assert_eq!(crc("123456789"), 0xcbf4_3926_u32.cast_signed());
        assert_eq!(crc("\u{feff}1234\r\n567\n\r89\n"), crc("123456789"));
        assert_ne!(crc("1234 56789"), crc("123456789"));
    }

    #[test]
    fn names_are_read_as_flyway_reads_them() {
        let read = |name| Name::of(name).map(|it| (it.prefix, it.version, it.description));
        assert_eq!(read("V1.2__add_users.sql"), Some(('V', "1.2", "add_users")));
        assert_eq!(read("U2_1__x.sql"), Some(('U', "2_1", "x")));
        assert_eq!(read("R__views.sql"), Some(('R', "", "views")));
        for other in ["V1_users.sql", "R1__x.sql", "Vx__y.sql", "V__y.sql", "schema.sql"] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
