//! What a command does, for those who want to know: sentences on standard error with `--verbose`,
//! JSON lines in a file with `--log`.

use std::{fs::File, io, path::Path, sync::Mutex};

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::filter_fn, fmt::writer::BoxMakeWriter, layer::SubscriberExt, registry::LookupSpan,
};

use super::Error;

/// Events of other programs' libraries are theirs, and could hold what nobody may read.
const OURS: &str = "schemascope";

/// Starts to write what is done to a file, an event a line, behind what is there; `-` is standard
/// error. Every event is an object with `timestamp`, `level`, `target` and its fields: what is said
/// to people under `schemascope::said`, every statement with the server, the time in microseconds,
/// whether it failed and with which error under `schemascope::sql`, and the exit status under
/// `schemascope::ended`.
///
/// # Errors
/// Where the file cannot be written.
pub fn start(file: &Path) -> Result<(), Error> {
    let writer = if file == Path::new("-") {
        BoxMakeWriter::new(io::stderr)
    } else {
        let opened = File::options().create(true).append(true).open(file).map_err(|error| {
            Error::new(
                format!("The log {} could not be opened: {error}.", file.display()),
                "Check the folder and its permissions.",
            )
        })?;
        BoxMakeWriter::new(Mutex::new(opened))
    };
    let subscriber = tracing_subscriber::registry().with(lines(writer));
    // A program that embeds the commands may listen already, and is told instead.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

fn lines<S>(writer: BoxMakeWriter) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let ours = filter_fn(|event| event.target().starts_with(OURS));
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(writer);
    lines.with_filter(ours).with_filter(LevelFilter::DEBUG)
}
