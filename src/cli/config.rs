//! `schemascope config`: where the configuration is, whether it is right, and a first one.

use std::{fs, io::Write, path::PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Error, Outcome, Surroundings, arguments::Global, console::Console, sides};
use crate::{
    config::{self, ConfigError, PROJECT_FILE, Places, Survey},
    source::SourceKind,
    tui,
};

/// What `schemascope config --help` ends with.
pub const EXAMPLES: &str = "\
Examples:
  schemascope config path                     where settings and themes are looked for
  schemascope config check                    every mistake, with its place and what to write
  schemascope config init                     a first schemascope.toml from what is in this folder
  schemascope config schema > schemascope.schema.json
                                              for editors: \"#:schema ./schemascope.schema.json\"
                                              on the first line of schemascope.toml

Exit status: 0 all is well, 1 `check` found mistakes, 2 failed.";

/// What `config` takes.
#[derive(Debug, Args)]
pub struct Config {
    /// What to do with the configuration.
    #[command(subcommand)]
    pub what: What,
}

/// What can be done with the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum What {
    /// Print where the configuration is looked for, and what is there
    Path,
    /// Look for mistakes in all of it: settings, targets, keys and themes
    Check,
    /// Write a first schemascope.toml from what is found in this folder; nothing is ever overwritten
    Init,
    /// Print the JSON Schema of the configuration
    Schema,
}

/// Does it.
///
/// # Errors
/// Where a file cannot be written, or is there already.
pub fn run(
    arguments: &Config,
    global: &Global,
    surroundings: &Surroundings,
    console: &Console,
) -> Result<Outcome, Error> {
    let variables = |name: &str| surroundings.environment.variable(name).map(str::to_owned);
    let survey = || config::survey(&places(global, surroundings), &variables);
    match arguments.what {
        What::Path => path(&survey(), global.json, console),
        What::Check => check(survey(), global.json, console),
        What::Init => {
            let draft = config::draft(&surroundings.current_folder, &variables);
            init(&surroundings.current_folder.join(PROJECT_FILE), &draft, console)
        }
        What::Schema => {
            console.result(&pretty(&schema()))?;
            Ok(Outcome::Same)
        }
    }
}

/// Where the configuration is looked for.
pub fn places(global: &Global, surroundings: &Surroundings) -> Places {
    Places {
        explicit: global.config.clone(),
        current_folder: surroundings.current_folder.clone(),
        home: surroundings.home.clone(),
    }
}

fn path(survey: &Survey, json: bool, console: &Console) -> Result<Outcome, Error> {
    let themes = survey.config.folder.as_ref().map(|folder| folder.join(config::THEMES));
    let mut rows: Vec<(PathBuf, &str, bool)> =
        survey.places.iter().map(|place| (place.path.clone(), place.role, place.read)).collect();
    rows.extend(themes.map(|folder| (folder.clone(), "your themes", folder.is_dir())));
    let text = if json {
        let row = |(path, role, there): &(PathBuf, &str, bool)| json!({ "path": path, "what": role, "there": there });
        pretty(&rows.iter().map(row).collect())
    } else {
        let width = rows.iter().map(|(path, ..)| path.display().to_string().chars().count()).max();
        let width = width.unwrap_or_default();
        let row = |(path, role, there): &(PathBuf, &str, bool)| {
            let there = if *there { "" } else { " (not there)" };
            format!("{:width$}  {role}{there}\n", path.display().to_string())
        };
        rows.iter().map(row).collect()
    };
    console.result(&text)?;
    if !survey.places.iter().any(|place| place.path.ends_with(PROJECT_FILE)) {
        console.note(
            "There is no schemascope.toml in this folder or above it: schemascope config init writes one.",
        );
    }
    Ok(Outcome::Same)
}

fn check(survey: Survey, json: bool, console: &Console) -> Result<Outcome, Error> {
    let Survey { config, places, mut faults } = survey;
    faults.extend(words(&config));
    let (themes, unreadable) = config::themes(config.folder.as_deref());
    faults.extend(unreadable);
    faults.extend(tui::faults(&config, &themes));
    let text = if json {
        let fault = |fault: &ConfigError| json!({ "place": fault.place, "message": fault.message, "hint": fault.hint.trim() });
        let read: Vec<_> = places.iter().filter(|place| place.read).map(|place| &place.path).collect();
        pretty(&json!({ "read": read, "faults": faults.iter().map(fault).collect::<Vec<_>>() }))
    } else {
        faults.iter().map(|fault| format!("{fault}\n")).collect()
    };
    console.result(&text)?;
    let files = places.iter().filter(|place| place.read).count() + themes.len();
    match (files, faults.len()) {
        (0, 0) => console.note("There is no configuration to check: schemascope config init writes one."),
        (1, 0) => console.note("1 file was read, and there is no mistake in it."),
        (files, 0) => console.note(&format!("{files} files were read, and there is no mistake in them.")),
        _ => {}
    }
    Ok(if faults.is_empty() { Outcome::Same } else { Outcome::Drift })
}

/// What is wrong with settings that name something of the program.
fn words(config: &config::Config) -> Vec<ConfigError> {
    let kind = config.canonical_kind.as_deref().and_then(|kind| {
        let message = kind.parse::<SourceKind>().err()?.to_string();
        Some(config.fault("canonical-kind", format!("{message}."), ""))
    });
    let scratch = config.scratch.as_ref().and_then(|scratch| {
        let word = scratch.expose();
        let known = sides::ENGINES.contains(&word) || word.contains("://");
        let nearest = config::nearest(word, sides::ENGINES.iter().copied());
        let hint = nearest.map_or(String::new(), |nearest| format!("Did you mean `{nearest}`?"));
        let message = format!("There is no scratch engine called `{word}`.");
        (!known).then(|| config.fault("scratch", message, &hint))
    });
    kind.into_iter().chain(scratch).collect()
}

fn init(file: &std::path::Path, draft: &config::Draft, console: &Console) -> Result<Outcome, Error> {
    // Whoever opens it like this does not overwrite what somebody else has just written.
    let opened = fs::OpenOptions::new().write(true).create_new(true).open(file);
    let written = opened.and_then(|mut opened| opened.write_all(draft.text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::new(
            format!("{} is there already, and was left as it is.", file.display()),
            "schemascope config check looks for mistakes in it.",
        ),
        _ => Error::new(
            format!("{} could not be written: {error}.", file.display()),
            "Check the folder and its permissions.",
        ),
    })?;
    console.result(&format!("{}\n", file.display()))?;
    for found in &draft.found {
        console.note(&format!("found {found}"));
    }
    console.note(if draft.complete {
        "Look at it, then start schemascope without words."
    } else {
        "It is not complete yet: name what is missing in it, then start schemascope without words."
    });
    Ok(Outcome::Same)
}

/// The schema of the configuration, with the names of what the program has.
fn schema() -> Value {
    let mut schema = config::schema();
    let settings = &mut schema["properties"];
    settings["canonical-kind"]["enum"] = json!(SourceKind::ALL.map(SourceKind::name));
    settings["theme"]["examples"] = json!(tui::theme_names());
    settings["keys"]["propertyNames"] = json!({ "enum": tui::key_names() });
    schema
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value);
    // A value of plain strings, numbers and lists can always be written.
    text.unwrap_or_default() + "\n"
}
