//! `schemascope migrations create`: a plan, and its way back, as the next migration of a folder.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;
use serde::Serialize;

use super::{Error, Outcome, Setup, Which, failure, shown};
use crate::{
    cli::{
        arguments::style,
        load, renames,
        selection::{self, Selection},
    },
    dialect, draft,
    plan::{Proof, Request, Sides, Style, partly, plan, proof::prove, reverse},
    source::migrations::{self, Database, Folder, Listing, NewFile, Wanted},
};

/// What `migrations create` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of migrations
    folder: PathBuf,
    /// The schema that is meant: a file, a folder, an inventory or a database
    canonical: String,
    /// What the migration is for: a database, or any other source; without it, what the migrations
    /// in the folder lead to
    target: Option<String>,
    /// What the migration is called
    #[arg(long, value_name = "NAME", default_value = "reconcile")]
    name: String,
    #[command(flatten)]
    selection: Selection,
    /// How the SQL is written: plain, idempotent or online
    ///
    /// See `schemascope plan --help`.
    #[arg(long, value_name = "STYLE", value_parser = style(), default_value = Style::default().name())]
    style: Style,
    /// Let the target stay as it is, and write down how canonical gets there
    #[arg(long)]
    adopt: bool,
    #[command(flatten)]
    which: Which,
    /// Print the files instead of writing them
    #[arg(long)]
    dry_run: bool,
    /// Do not run the SQL on a scratch copy first
    #[arg(long)]
    no_prove: bool,
}

/// Compares, plans, proves, and writes the files of the next migration.
///
/// # Errors
/// Where nothing was selected, a side or the folder cannot be read, or a file not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Arguments, json: bool) -> Result<Outcome, Error> {
    selection::require(&arguments.selection)?;
    let file = selection::read(&arguments.selection)?;
    let folder = open_folder(setup, arguments).await?;
    let own_folder = arguments.folder.display().to_string();
    let target = vec![arguments.target.clone().unwrap_or(own_folder)];
    let (canonical, targets) = setup.sides(Some(&arguments.canonical), &target).await?;
    let comparison = load::compare(setup, &canonical, &targets).await?;
    let canonical = comparison.canonical;
    let Some(target) = comparison.targets.into_iter().next() else {
        return Err(Error::new("There is no target.", ""));
    };
    let compared = target.result.map_err(|problem| Error::new(format!("{}: {problem}", target.name), ""))?;
    let Some(dialect) = dialect::by_name(&canonical.snapshot.dialect) else {
        return Err(Error::new("The dialect of the schema is not known.", ""));
    };
    let nothing = BTreeSet::new();
    let request = Request::new(dialect, &canonical.snapshot, &compared.snapshot, &compared.drift, &nothing);
    let renames = renames::confirmed(&[], file.as_ref(), &request)?;
    let request = Request { style: arguments.style, renames: &renames, ..request };
    let turned;
    let (request, leads, follows) = if arguments.adopt {
        turned = Sides::turned(&request);
        (turned.request(&request), &target.name, &canonical.name)
    } else {
        (request, &canonical.name, &target.name)
    };
    let selected = selection::select(setup, &arguments.selection, file.as_ref(), &request, &compared.drift);
    for pattern in &selected.idle_patterns {
        setup.console.note(&format!("The pattern {pattern} fits no difference."));
    }
    let request = Request { selection: &selected.keys, ..request };
    let parts = partly(&request, &selected.parts);
    let request = parts.as_ref().map_or(request, |sides| sides.request(&request));
    let mut there = plan(&request);
    there.canonical.clone_from(leads);
    there.target.clone_from(follows);
    for (key, reason) in &there.refused {
        setup.console.note(&format!("left open: {key}: {reason}"));
    }
    if there.is_empty() {
        setup.console.note("Nothing to write: what was selected needs no SQL.");
        return Ok(Outcome::Same);
    }
    let mut back = reverse(&request);
    back.canonical.clone_from(leads);
    back.target.clone_from(follows);
    let proof = if arguments.no_prove {
        Proof::NotTried { reason: "--no-prove was given.".to_owned() }
    } else {
        setup.console.progress(follows, "proving the SQL on a scratch copy", 0);
        prove(&request, &there, &setup.scratch).await
    };
    setup.console.clear_progress();
    let draft = draft::migration(&arguments.name, &there, &back, &proof, (setup.now)());
    let files = migrations::next(&folder, &draft, (setup.now)());
    put(setup, arguments, &files, json, follows)
}

/// The folder as its tool has it. Where a target with a history is named, that tells the tool.
async fn open_folder(setup: &Setup<'_>, arguments: &Arguments) -> Result<Folder, Error> {
    let listing = Listing::read(&arguments.folder).map_err(|error| failure(&error))?;
    let live = match (&arguments.target, &arguments.which.tool) {
        (Some(target), None) => super::open(setup, &setup.single(target).await?).await.ok(),
        _ => None,
    };
    let wanted = Wanted { tool: arguments.which.tool.as_deref(), table: arguments.which.table.as_deref() };
    if let Some(mut database) = live {
        let found = migrations::history(&listing, &mut database, &wanted).await;
        Database::close(database).await;
        return found.map(|(folder, _)| folder).map_err(|error| failure(&error));
    }
    Folder::open(&arguments.folder, wanted.tool).map_err(|error| failure(&error))
}

/// Writes the files, or prints them.
fn put(
    setup: &Setup<'_>,
    arguments: &Arguments,
    files: &[NewFile],
    json: bool,
    follows: &str,
) -> Result<Outcome, Error> {
    let paths: Vec<PathBuf> = if arguments.dry_run {
        files.iter().map(|file| arguments.folder.join(&file.name)).collect()
    } else {
        migrations::write(&arguments.folder, files).map_err(|error| failure(&error))?
    };
    if json {
        let files = paths.iter().zip(files).map(|(path, file)| FileDocument { path, text: &file.text });
        let document = Document {
            format: 1,
            command: "migrations create",
            target: follows,
            written: !arguments.dry_run,
            files: files.collect(),
        };
        setup.console.result(&crate::cli::json(&document))?;
        return Ok(Outcome::Same);
    }
    for (path, file) in paths.iter().zip(files) {
        if arguments.dry_run {
            setup.console.result(&format!("{}:\n{}\n", shown(path), file.text))?;
        } else {
            setup.console.result(&format!("{}\n", shown(path)))?;
        }
    }
    if !arguments.dry_run {
        let plural = if files.len() == 1 { "1 file was" } else { &format!("{} files were", files.len()) };
        setup.console.note(&format!("{plural} written. Read before you run."));
    }
    Ok(Outcome::Same)
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    target: &'a str,
    written: bool,
    files: Vec<FileDocument<'a>>,
}

#[derive(Serialize)]
struct FileDocument<'a> {
    path: &'a PathBuf,
    text: &'a str,
}
