//! Rails: `20240101120000_create_users.rb`, programs that name no checksum.
//!
//! Source: the Rails guide "Active Record Migrations" and `ActiveRecord::SchemaMigration`.

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool,
    folder::{numbered, words},
};
use crate::dialect::row::Row;

/// Active Record of Ruby on Rails.
pub struct Rails;

impl Tool for Rails {
    fn name(&self) -> &'static str {
        "rails"
    }

    fn title(&self) -> &'static str {
        "Rails"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        match listing.all("rb").any(|file| numbered(file.base()).is_some()) {
            true => Likeness::Sure,
            false => Likeness::None,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.all("rb").filter_map(|file| {
            let (version, name) = numbered(file.base().strip_suffix(".rb")?)?;
            let one_way = file.text.contains("IrreversibleMigration");
            Some(Migration {
                version: super::version::number(version),
                name: words(name),
                file: file.path.clone(),
                line: 1,
                text: file.text.clone(),
                reversible: !one_way && (file.text.contains("def change") || file.text.contains("def down")),
                ..Migration::default()
            })
        });
        Ok(found.collect())
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
        let version = |row: &Row| Some(Applied::version(super::version::number(row.text("version")?)));
        Ok(rows.iter().filter_map(version).collect())
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("rails db:migrate runs it all the same, after newer ones")
    }

    fn numbering(&self, _folder: &Folder) -> Numbering {
        Numbering::Moment("%Y%m%d%H%M%S")
    }

    fn files(&self, folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let class: String = name.slug.split('_').map(capital).collect();
        let no_transaction = if part.outside { "  disable_ddl_transaction!\n\n" } else { "" };
        let down = match &part.down {
            Some(down) => executes(down),
            None => "    raise ActiveRecord::IrreversibleMigration\n".to_owned(),
        };
        let text = format!(
            "{}class {class} < ActiveRecord::Migration{}\n{no_transaction}  def up\n{}  end\n\n  def down\n{down}  end\nend\n",
            part.comments("#"),
            release(folder),
            executes(&part.up),
        );
        vec![NewFile::new(format!("{}_{}.rb", name.version, name.slug), text)]
    }
}

/// `[7.1]`, as the newest migration has it.
fn release(folder: &Folder) -> String {
    let newest = folder.migrations.iter().rev();
    let found = newest.filter_map(|migration| {
        let (_, rest) = migration.text.split_once("ActiveRecord::Migration[")?;
        rest.split_once(']').map(|(release, _)| release.to_owned())
    });
    let plain = |release: &String| release.chars().all(|c| c.is_ascii_digit() || c == '.');
    format!("[{}]", found.into_iter().find(plain).unwrap_or_else(|| "7.0".to_owned()))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// Statements in here-documents that Ruby takes as they stand.
fn executes(statements: &[String]) -> String {
    let mark = free_mark(statements);
    let one = |sql: &String| format!("    execute <<~'{mark}'\n{}    {mark}\n", indented(sql, "      "));
    statements.iter().map(one).collect()
}

/// A mark that no line of the statements is.
fn free_mark(statements: &[String]) -> String {
    let mut mark = "SQL".to_owned();
    while statements.iter().any(|sql| sql.lines().any(|line| line.trim() == mark)) {
        mark.push('_');
    }
    mark
}

/// Every line with these blanks in front, save empty ones.
fn indented(text: &str, blanks: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("{blanks}{line}\n") };
    text.lines().map(line).collect()
}
