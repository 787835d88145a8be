//! Supabase: `supabase/migrations/20240101120000_users.sql`, and the statements of each as they were run.
//!
//! Source: the Supabase CLI's `pkg/migration/history.go` and `file.go`.

use serde_json::Value;

use super::{
    Applied, Folder, Likeness, Listing, Migration, MigrationsError, Named, NewFile, Numbering, Part, Table,
    Tool,
    folder::{numbered, words},
};
use crate::dialect::row::Row;

/// The Supabase CLI.
pub struct Supabase;

impl Tool for Supabase {
    fn name(&self) -> &'static str {
        "supabase"
    }

    fn title(&self) -> &'static str {
        "Supabase"
    }

    fn likeness(&self, listing: &Listing) -> Likeness {
        if !listing.top("sql").any(|file| numbered(&file.name).is_some()) {
            return Likeness::None;
        }
        let folder = std::path::absolute(&listing.folder).unwrap_or_else(|_| listing.folder.clone());
        match folder.ends_with("supabase/migrations") {
            true => Likeness::Sure,
            false => Likeness::Possible,
        }
    }

    fn read(&self, listing: &Listing) -> Result<Vec<Migration>, MigrationsError> {
        let found = listing.top("sql").filter_map(|file| {
            // As the CLI's `^([0-9]+)_(.*)\.sql$` has it.
            let (version, name) = numbered(file.name.strip_suffix(".sql")?)?;
            Some(Migration {
                version: version.to_owned(),
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
        &["schema_migrations"]
    }

    fn columns(&self) -> &'static [&'static str] {
        &["version"]
    }

    fn owns(&self, table: &Table) -> bool {
        table.schema == "supabase_migrations" && table.name == "schema_migrations" && table.has("version")
    }

    fn query(&self, table: &Table) -> String {
        let statements = if table.has("statements") { "statements" } else { "NULL AS statements" };
        format!(
            "SELECT {}, {}, {statements} FROM {} ORDER BY 1",
            table.column("version"),
            table.column("name"),
            table.sql()
        )
    }

    fn applied(&self, rows: &[Row], _migrations: &[Migration]) -> Result<Vec<Applied>, String> {
        let applied = rows.iter().map(|row| {
            let version = row.text("version").ok_or("a row has no version")?;
            let statements = row.get("statements").and_then(Value::as_array);
            let statements =
                statements.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
            let name = row.text("name").map(str::to_owned);
            Ok(Applied { name, statements, ..Applied::version(version) })
        });
        applied.collect()
    }

    fn on_late(&self) -> Option<&'static str> {
        Some("supabase db push refuses to go on, unless it is called with --include-all")
    }

    fn numbering(&self, _folder: &Folder) -> Numbering {
        Numbering::Moment("%Y%m%d%H%M%S")
    }

    fn files(&self, _folder: &Folder, name: &Named, part: &Part) -> Vec<NewFile> {
        let path = format!("{}_{}.sql", name.version, name.slug);
        vec![NewFile::new(path, part.header_and(&part.up()))]
    }
}
