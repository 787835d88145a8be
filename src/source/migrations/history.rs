//! Finds the table in which a tool keeps what it has applied, and reads it.

use super::{Applied, Database, Folder, Listing, MigrationsError, Table, Tool, tool};

/// What a database says about the migrations that were applied to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The table; none where the tool has never run there.
    pub table: Option<String>,
    /// What was applied, in the order in which it was.
    pub applied: Vec<Applied>,
}

/// What the user says about the tool and its table.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// The tool's name.
    pub tool: Option<&'a str>,
    /// The table's name, with its schema or without.
    pub table: Option<&'a str>,
}

/// The folder as the tool reads it whose history the database has, and that history.
///
/// Where more than one tool may have written the folder, the history that is there decides.
///
/// # Errors
/// Where the folder or the history cannot be read or is not as any tool has it.
pub async fn history(
    listing: &Listing,
    database: &mut Database,
    wanted: &Wanted<'_>,
) -> Result<(Folder, History), MigrationsError> {
    let candidates = match wanted.tool {
        Some(name) => vec![tool(name)?],
        None => listing.tools(),
    };
    let Some(&likeliest) = candidates.first() else {
        return Err(MigrationsError::NoMigrations { path: listing.folder.clone(), tool: "" });
    };
    let tables = match wanted.table {
        Some(name) => vec![named(name, database).await?],
        None => database.tables(&names(&candidates)).await?,
    };
    // A table that was named by the user may have any name.
    let owns = |tool: &dyn Tool, table: &Table| match wanted.table {
        Some(_) => table.has_all(tool.columns()),
        None => tool.owns(table),
    };
    for &tool in &candidates {
        let own: Vec<&Table> = tables.iter().filter(|table| owns(tool, table)).collect();
        let table = match own[..] {
            [] => continue,
            [table] => table,
            _ => {
                let tables = own.iter().map(|table| table.label()).collect();
                return Err(MigrationsError::Ambiguous { tables });
            }
        };
        let folder = Folder::read(listing, tool)?;
        let rows = database.rows(&tool.query(table)).await?;
        let applied = tool.applied(&rows, &folder.migrations).map_err(|problem| {
            MigrationsError::UnexpectedShape { table: table.label(), tool: tool.title(), problem }
        })?;
        return Ok((folder, History { table: Some(table.label()), applied }));
    }
    if let Some(table) = tables.iter().find(|table| suspicious(likeliest, table, wanted)) {
        return Err(unexpected(likeliest, table));
    }
    let folder = Folder::read(listing, likeliest)?;
    Ok((folder, History { table: None, applied: Vec::new() }))
}

/// Whether a table has the name of the tool's history and not its columns. Several tools keep a
/// table `schema_migrations`, so that alone says nothing where the folder is another's.
fn suspicious(tool: &dyn Tool, table: &Table, wanted: &Wanted<'_>) -> bool {
    wanted.table.is_some() || tool.tables().contains(&table.name.as_str())
}

fn unexpected(tool: &dyn Tool, table: &Table) -> MigrationsError {
    let missing: Vec<&str> = tool.columns().iter().copied().filter(|column| !table.has(column)).collect();
    MigrationsError::UnexpectedShape {
        table: table.label(),
        tool: tool.title(),
        problem: format!("it has no column {}, but {}", missing.join(" and "), table.columns.join(", ")),
    }
}

fn names(tools: &[&'static dyn Tool]) -> Vec<&'static str> {
    let mut names: Vec<&str> = tools.iter().flat_map(|tool| tool.tables()).copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}

async fn named(name: &str, database: &mut Database) -> Result<Table, MigrationsError> {
    let (schema, bare) = match name.split_once('.') {
        Some((schema, bare)) => (Some(schema), bare),
        None => (None, name),
    };
    let found = database.tables(&[bare]).await?;
    let mut fitting: Vec<Table> =
        found.into_iter().filter(|table| schema.is_none_or(|schema| table.schema == schema)).collect();
    match fitting.len() {
        0 => Err(MigrationsError::UnexpectedShape {
            table: name.to_owned(),
            tool: "any tool",
            problem: "there is no such table, or this role may not see it".to_owned(),
        }),
        1 => Ok(fitting.remove(0)),
        _ => Err(MigrationsError::Ambiguous { tables: fitting.iter().map(Table::label).collect() }),
    }
}
