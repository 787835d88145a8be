//! `schemascope inspect`: prints what a schema holds.

use super::{Error, Outcome, arguments::Inspect, console::write_file, load, sides::Setup};
use crate::report::{snapshot_json, snapshot_text};

/// Reads and prints.
///
/// # Errors
/// Where the source cannot be read, or the result not be written.
pub async fn run(setup: &Setup<'_>, arguments: &Inspect, json: bool) -> Result<Outcome, Error> {
    let side = setup.single(&arguments.target).await?;
    let read = load::one(setup, &side).await?;
    let text = match json {
        true => snapshot_json(&read.snapshot),
        false => snapshot_text(&read.name, &read.snapshot, setup.console.paint()),
    };
    match &arguments.output {
        Some(file) => {
            write_file(file, &text)?;
            setup.console.note(&format!("{} was written.", file.display()));
        }
        None => setup.console.result(&text)?,
    }
    Ok(Outcome::Same)
}
