//! `schemascope inventory`, and `inspect`, which prints the same for people: what a schema holds.

use std::path::PathBuf;

use clap::Args;

use super::{Error, Outcome, console::write_file, load, sides::Setup};
use crate::{
    config::nearest,
    dialect,
    diff::narrowed,
    model::{Scope, Snapshot},
    report::snapshot_text,
    source::inventory::{Layout, to_json, write_json},
};

pub(super) const HELP: &str = "\
An inventory is the whole schema as one JSON file in a stable order, with the server's version, the
time and a fingerprint. Every command takes it in place of a database, also as CANONICAL. Its shape
is described by docs/inventory.schema.json.

One that was narrowed says so, and only that part is compared with it.

Examples:
  schemascope inventory prod-eu --output prod-eu.json
  schemascope inventory prod-eu --lines | grep '\"policy:'
  schemascope inventory prod-eu --schema billing --kind table --kind column
  schemascope diff prod-eu.json prod-eu                what has changed since then?";

/// What `inventory` and `inspect` take.
#[derive(Debug, Default, Args)]
pub struct Inventory {
    /// What to read: a database, its name in schemascope.toml, or any other source
    target: String,
    /// Write to this file instead of standard output; it is written whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only objects of this kind, as in `policy`; can be given more than once
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,
    /// Only this schema and what is in it; * stands for anything; can be given more than once
    #[arg(long, value_name = "NAME")]
    schema: Vec<String>,
    /// Only this table or view and its parts, as in `orders` or `public.orders`; can be given more
    /// than once
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// One object a line: shorter, and good to grep and to compare
    #[arg(long)]
    lines: bool,
}

impl Inventory {
    /// All of one source, to standard output.
    pub fn of(target: &str) -> Self {
        Inventory { target: target.to_owned(), ..Inventory::default() }
    }
}

/// How a schema is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As an inventory.
    Json,
    /// For people.
    Text,
}

/// Reads and prints for people, or as JSON.
///
/// # Errors
/// As [`run`].
pub async fn inspect(setup: &Setup<'_>, arguments: &Inventory, json: bool) -> Result<Outcome, Error> {
    run(setup, arguments, if json { Form::Json } else { Form::Text }).await
}

/// Reads and prints.
///
/// # Errors
/// Where the source cannot be read, there is no such kind, or the result cannot be written.
pub async fn run(setup: &Setup<'_>, arguments: &Inventory, form: Form) -> Result<Outcome, Error> {
    let side = setup.single(&arguments.target).await?;
    let read = load::one(setup, &side).await?;
    let snapshot = narrow(read.snapshot, arguments)?;
    if snapshot.catalog.is_empty() && !snapshot.scope.is_everything() {
        setup.console.note(&format!("{}: nothing is in what was asked for.", read.name));
    }
    let layout = if arguments.lines { Layout::Lines } else { Layout::Pretty };
    let is_json = form == Form::Json || arguments.lines;
    let text = |snapshot: &Snapshot| match is_json {
        true => to_json(snapshot, layout),
        false => snapshot_text(&read.name, snapshot, setup.console.paint()),
    };
    match &arguments.output {
        Some(file) => {
            write_file(file, &text(&snapshot))?;
            setup.console.note(&format!("{} was written.", file.display()));
        }
        None if is_json => setup.console.result_by(|out| write_json(out, &snapshot, layout))?,
        None => setup.console.result(&text(&snapshot))?,
    }
    // The command ends here: the system takes the memory back faster than we could.
    std::mem::forget(snapshot);
    Ok(Outcome::Same)
}

fn narrow(snapshot: Snapshot, arguments: &Inventory) -> Result<Snapshot, Error> {
    let kinds = arguments.kind.iter().map(|word| known_kind(&snapshot, word)).collect::<Result<_, _>>()?;
    let scope = Scope { kinds, schemas: arguments.schema.clone(), tables: arguments.table.clone() };
    Ok(if scope.is_everything() { snapshot } else { narrowed(snapshot, scope) })
}

/// The kind that a word means, in the singular or in the plural.
fn known_kind(snapshot: &Snapshot, word: &str) -> Result<String, Error> {
    let kinds = dialect::by_name(&snapshot.dialect).map(|dialect| dialect.kinds()).unwrap_or_default();
    let wanted = word.to_lowercase();
    let found = kinds.iter().find(|kind| kind.kind().name() == wanted || kind.plural() == wanted);
    found.map(|kind| kind.kind().name().to_owned()).ok_or_else(|| {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.kind().name()).collect();
        let hint = match nearest(&wanted, names.iter().copied()) {
            Some(kind) => format!("Did you mean {kind:?}?"),
            None => format!("There are: {}.", names.join(", ")),
        };
        Error::new(format!("A {} schema has no kind of object called {word:?}.", snapshot.dialect), hint)
    })
}
