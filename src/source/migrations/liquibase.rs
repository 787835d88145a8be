//! Liquibase: changesets in formatted SQL, XML, YAML or JSON, each known by id, author and file, and
//! the MD5 of each in the version that wrote it.
//!
//! Source: Liquibase's documentation "Checksum" and "SQL changelog", `CheckSum`, `ChangeSet`,
//! `AbstractSQLChange` and `NormalizingStreamV8`. Checksums are made anew for formatted SQL only.

mod changeset;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Part, Table, Tool,
    checksum::md5,
};
use crate::dialect::row::Row;

/// Liquibase.
pub struct Liquibase;

impl Tool for Liquibase {
    fn name(&self) -> &'static str {
        "liquibase"
    }

    fn title(&self) -> &'static str {
        "Liquibase"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.files.iter().any(changeset::is_changelog) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let mut migrations = Vec::new();
        for file in listing.files.iter().filter(|file| changeset::is_changelog(file)) {
            for set in changeset::read(file)? {
                let path = set.logical_path.as_deref().unwrap_or(&file.name);
                migrations.push(Migration {
                    version: identity(&set.id, &set.author, path),
                    name: format!("{}:{}", set.author, set.id),
                    file: file.path.clone(),
                    line: set.line,
                    reversible: set.rollback,
                    repeatable: set.again,
                    is_sql: set.is_sql,
                    text: set.text,
                    ..Migration::default()
                });
            }
        }
        Ok(migrations)
    }

    fn order(&self, _a: &Migration, _b: &Migration) -> std::cmp::Ordering {
        // As they stand in their files, and the files by their names.
        std::cmp::Ordering::Equal
    }

    fn tables(&self) -> &'static [&'static str] {
        &["databasechangelog", "DATABASECHANGELOG"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &[]
    }

    fn owns(&self, table: &Table) -> bool {
        let has = |name: &str| table.columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        self.tables().contains(&table.name.as_str())
            && ["id", "author", "filename", "exectype", "md5sum"].into_iter().all(has)
    }

    fn query(&self, table: &Table) -> String {
        // SQLite has the names as Liquibase writes them: in capitals.
        let own = |name: &str| {
            let found = table.columns.iter().find(|column| column.eq_ignore_ascii_case(name));
            table.column(found.map_or(name, String::as_str))
        };
        let columns = ["id", "author", "filename", "dateexecuted", "exectype", "md5sum", "orderexecuted"];
        let columns: Vec<String> = columns.into_iter().map(own).collect();
        format!("SELECT {} FROM {} ORDER BY 4, 7", columns.join(", "), table.sql())
    }

    fn applied(&self, rows: &[Row], migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let applied = rows.iter().map(|row| {
            let text = |column: &str| row.text(column).or_else(|| row.text(&column.to_ascii_uppercase()));
            let field = |column| text(column).ok_or_else(|| format!("a row has no {column}"));
            let (id, author) = (field("id")?, field("author")?);
            let path = field("filename")?.trim_start_matches("classpath:");
            let kind = text("exectype").unwrap_or_default();
            let note = match kind {
                "MARK_RAN" => Some("marked as run without having been run"),
                "SKIPPED" => Some("skipped, because its precondition did not hold"),
                _ => None,
            };
            Ok(Applied {
                name: Some(format!("{author}:{id}")),
                at: text("dateexecuted").map(str::to_owned),
                checksum: text("md5sum").map(str::to_owned),
                failed: (kind == "FAILED").then(|| "the history says that it failed".to_owned()),
                note: note.map(str::to_owned),
                ..Applied::version(known(id, author, path, migrations))
            })
        });
        applied.collect()
    }

    fn checksum(&self, migration: &Migration, recorded: &str) -> Option<String> {
        if !migration.is_sql {
            return None;
        }
        let sql = migration.text.as_bytes();
        match recorded.split_once(':')?.0 {
            "9" => Some(changeset_sum(9, &without_blanks(sql))),
            "8" => Some(changeset_sum(8, &with_single_blanks(sql))),
            // Older ones are made anew by Liquibase itself when it meets them.
            _ => None,
        }
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("Liquibase runs it all the same, after newer ones")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let transaction = if part.outside { " runInTransaction:false" } else { "" };
        let mut text = format!(
            "--liquibase formatted sql\n\n--changeset schemascope:{}-{} splitStatements:false{transaction}\n{}",
            name.version,
            name.slug,
            part.header_and(&part.up())
        );
        // Several statements behind one --rollback are one text, as its lines are.
        for sql in part.down.iter().flatten() {
            let lines = sql.lines().filter(|line| !line.trim().is_empty());
            text.extend(lines.map(|line| format!("--rollback {line}\n")));
        }
        vec![NewFile::new(format!("{}_{}.sql", name.version, name.slug), text)]
    }
}

/// What Liquibase knows a changeset by.
fn identity(id: &str, author: &str, path: &str) -> String {
    format!("{path}::{id}::{author}")
}

/// The identity of the changeset that a row means: the history has its file as it was named to
/// Liquibase, from another folder.
fn known(id: &str, author: &str, path: &str, migrations: &[Migration]) -> String {
    let same = |migration: &&Migration| {
        let Some((own, rest)) = migration.version.split_once("::") else { return false };
        let nested = |long: &str, short: &str| {
            long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        rest == format!("{id}::{author}") && (nested(path, own) || nested(own, path))
    };
    let found = migrations.iter().find(same);
    found.map_or_else(|| identity(id, author, path), |migration| migration.version.clone())
}

/// The checksum of a changeset with one change: that of the text of its changes' checksums.
fn changeset_sum(version: u8, change: &[u8]) -> String {
    format!("{version}:{}", md5(format!("{version}:{}:", md5(change)).as_bytes()))
}

/// As version 9 reads SQL: no blanks at all.
fn without_blanks(sql: &[u8]) -> Vec<u8> {
    sql.iter().copied().filter(|byte| !is_blank(*byte)).collect()
}

/// As version 8 reads SQL: one blank in place of several, none at the ends, and in front the settings
/// that formatted SQL has by default (no delimiter of its own, split, without comments).
fn with_single_blanks(sql: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> = sql.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty()).collect();
    let mut all = b"null:true:true:".to_vec();
    all.extend(words.join(&b' '));
    all
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}
