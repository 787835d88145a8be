//! Liquibase: changesets in formatted SQL, XML, YAML or JSON, each known by id, author and file, and
//! the MD5 of each in the version that wrote it.
//!
//! Source: Liquibase's documentation "Checksum" and "SQL changelog", `CheckSum`, `ChangeSet`,
//! `AbstractSQLChange` and `NormalizingStreamV8`. Checksums are made anew for formatted SQL only.

mod changeset;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool, checksum::md5,
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
                    settings: set.settings,
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
            "8" => Some(changeset_sum(8, &with_single_blanks(&migration.settings, sql))),
            // Older ones are made anew by Liquibase itself when it meets them.
            _ => None,
        }
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("Liquibase runs it all the same, after newer ones")
    }

    fn numbering(&self, folder: &Folder) -> Numbering {
        // Files are named as one likes; many teams number them.
        let digits = |name: &str| name.chars().take_while(char::is_ascii_digit).collect::<String>();
        let numbers = folder.listing.files.iter().filter(|file| file.name.ends_with(".sql"));
        let newest =
            numbers.map(|file| digits(file.base())).filter(|it| !it.is_empty() && it.len() < 12).max();
        match newest.as_deref().map(|newest| (newest.len(), newest.parse::<u64>())) {
            Some((digits, Ok(number))) => Numbering::Next { number: number + 1, digits },
            _ => Numbering::Moment("%Y%m%d%H%M%S"),
        }
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let transaction = if part.outside { " runInTransaction:false" } else { "" };
        let mut text = format!(
            "--liquibase formatted sql\n\n--changeset schemascope:{}-{} {AS_IT_STANDS}{transaction}\n{}",
            name.version,
            name.slug,
            part.header_and(&part.up())
        );
        // Several statements behind one --rollback are one text, as its lines are.
        for sql in part.down.iter().flatten() {
            text.extend(sql.lines().map(|line| format!("--rollback {line}\n")));
        }
        vec![NewFile::new(format!("{}_{}.sql", name.version, name.slug), text)]
    }
}

/// Without these Liquibase cuts function bodies at their semicolons, and takes their comments out.
const AS_IT_STANDS: &str = "splitStatements:false rollbackSplitStatements:false stripComments:false";

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

/// As version 8 reads SQL: one blank in place of several, none at the ends, and in front how it is
/// to be cut into statements.
fn with_single_blanks(settings: &str, sql: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> = sql.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty()).collect();
    let mut all = settings.as_bytes().to_vec();
    all.extend(words.join(&b' '));
    all
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::migrations::folder::File;

    const CHANGELOG: &str = "--liquibase formatted sql

--changeset ann:1
--comment: the users
CREATE TABLE users (
    id   int,   -- the id
    name text
);
--rollback DROP TABLE users;

--changeset ann:2 splitStatements:false
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END;
$$;

--changeset bob:3 runOnChange:true
CREATE OR REPLACE VIEW v AS   SELECT id FROM users;
";

    fn read() -> Vec<Migration> {
        let path = Path::new("db/001.sql").to_owned();
        let file = File { path, name: "001.sql".to_owned(), text: CHANGELOG.to_owned() };
        Liquibase.read(&Listing { folder: "db".into(), files: vec![file] }).unwrap()
    }

    #[test]
    fn checksums_are_those_that_liquibase_itself_recorded() {
        // What Liquibase 4.28.0 and 4.4.0 wrote into databasechangelog for this very file.
        let recorded = [
            ["9:032e7b87170502512a4f370619695ca4", "8:6af88833a5049a6b7ac00ecf3ab20281"],
            ["9:80e21c8a20d5cb168cd87ece5187a797", "8:1119137762a7659ae994ead2eab98481"],
            ["9:07050674037d5febfd364375ccf68618", "8:82654dcdc45548fc587f63c00f14520b"],
        ];
        for (migration, recorded) in read().iter().zip(recorded) {
            for checksum in recorded {
                assert_eq!(Liquibase.checksum(migration, checksum).as_deref(), Some(checksum));
            }
        }
    }

    #[test]
    fn changesets_have_their_lines_and_ways_back() {
        let read = read();
        let told: Vec<_> =
            read.iter().map(|it| (&*it.version, it.line, it.reversible, it.repeatable)).collect();
        assert_eq!(
            told,
            [
                ("001.sql::1::ann", 3, true, false),
                ("001.sql::2::ann", 11, false, false),
                ("001.sql::3::bob", 18, false, true)
            ]
        );
    }

    #[test]
    fn a_row_means_the_file_wherever_liquibase_was_started() {
        assert_eq!(known("1", "ann", "src/main/db/001.sql", &read()), "001.sql::1::ann");
        assert_eq!(known("1", "ann", "other-001.sql", &read()), "other-001.sql::1::ann");
    }
}
