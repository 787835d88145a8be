//! `schemascope explain`: what a code means, and what to do.

use clap::Args;

use super::{Error, Outcome, console::Console};
use crate::{
    codes::{self, Code},
    report::{code_text, codes_json, codes_markdown, codes_text},
};

/// The end of the help of `explain`.
pub const HELP: &str = "\
Examples:
  schemascope explain                   every code
  schemascope explain blocks-writes
  schemascope explain --json | jq -r '.codes[].code'";

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct Explain {
    /// A code that another command printed; without it, every code is listed
    #[arg(value_name = "CODE", conflicts_with = "markdown")]
    pub code: Option<String>,
    /// Print the whole table as Markdown
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
}

/// Prints.
///
/// # Errors
/// Where there is no such code, or the result cannot be written.
pub fn run(console: &Console, arguments: &Explain, json: bool) -> Result<Outcome, Error> {
    let families = codes::families();
    let text = match &arguments.code {
        _ if arguments.markdown => codes_markdown(&families),
        None if json => codes_json(codes::all()),
        None => codes_text(&families, console.paint()),
        Some(word) => {
            let (family, code) = find(word)?;
            if json {
                codes_json([(family, code)].into_iter())
            } else {
                code_text(family, code, console.paint())
            }
        }
    };
    console.result(&text)?;
    Ok(Outcome::Same)
}

fn find(word: &str) -> Result<(&'static str, &'static Code), Error> {
    let hint = || match codes::nearest(word) {
        Some(code) => format!("Did you mean {code}? Every code: schemascope explain"),
        None => "Every code: schemascope explain".to_owned(),
    };
    codes::find(word).ok_or_else(|| Error::new(format!("There is no code {word}."), hint()))
}
