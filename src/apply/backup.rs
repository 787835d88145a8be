//! A backup of the target before a plan is run: of its schema, or of all of it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use secrecy::ExposeSecret;

use crate::dialect::{postgres::connect::ConnectionUrl, quote, writer::Writer};

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The schema, as SQL.
    Schema,
    /// The schema and all rows.
    Full,
}

/// Writes a backup whole or not at all.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn postgres(
    url: &ConnectionUrl,
    program: &Path,
    extent: Extent,
    file: &Path,
) -> Result<(), String> {
    let partial = partial(file);
    let mut dump = tokio::process::Command::new(program);
    let (name, password) = url.for_libpq();
    dump.arg("--no-password").arg("--dbname").arg(name).arg("--file").arg(&partial);
    match extent {
        Extent::Schema => dump.arg("--schema-only"),
        Extent::Full => dump.arg("--format=custom"),
    };
    if let Some((variable, password)) = password {
        dump.env(variable, password.expose_secret());
    }
    dump.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = dump
        .output()
        .await
        .map_err(|error| format!("{} could not be started: {error}", program.display()))?;
    if !output.status.success() {
        drop(fs::remove_file(&partial));
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("it did not say why");
        return Err(format!("pg_dump failed: {said}"));
    }
    fs::rename(&partial, file).map_err(|error| format!("{} could not be written: {error}", file.display()))
}

/// Writes a backup of an SQLite file whole or not at all.
///
/// # Errors
/// A sentence about what went wrong.
pub async fn sqlite(writer: &mut Writer, extent: Extent, file: &Path) -> Result<(), String> {
    let partial = partial(file);
    let written = match extent {
        Extent::Full => {
            let sql = format!("VACUUM INTO {}", quote::literal(&partial.to_string_lossy()));
            writer.execute(&sql).await.map_err(|error| error.to_string())
        }
        Extent::Schema => {
            let query = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
            let rows = writer.rows(query).await.map_err(|error| error.to_string())?;
            let text: String =
                rows.iter().filter_map(|row| row.text("sql")).map(|sql| format!("{sql};\n")).collect();
            fs::write(&partial, text).map_err(|error| error.to_string())
        }
    };
    let kept = written.and_then(|()| fs::rename(&partial, file).map_err(|error| error.to_string()));
    kept.map_err(|problem| {
        drop(fs::remove_file(&partial));
        format!("{} could not be written: {problem}", file.display())
    })
}

fn partial(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".partial");
    PathBuf::from(name)
}
