//! One configuration file: its shape, and errors that say where and what to write instead.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;
use serde::Deserialize;

use super::{Address, CommandLine, Target, Variables, expand};
use crate::diff::Rules;

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}{hint}")]
pub struct ConfigError {
    /// The file, with line and column where they are known.
    pub place: String,
    /// What is wrong, as a full sentence.
    pub message: String,
    /// What to do, as a full sentence with a blank before it; empty if the message says it.
    pub hint: String,
}

/// What one file says, with everything in it made absolute.
#[derive(Debug, Default)]
pub struct Settings {
    pub(super) file: PathBuf,
    pub(super) canonical: Option<Address>,
    pub(super) canonical_kind: Option<String>,
    pub(super) scratch: Option<Address>,
    pub(super) theme: Option<String>,
    pub(super) keys: IndexMap<String, Vec<String>>,
    pub(super) rules: Option<Rules>,
    pub(super) targets: IndexMap<String, Target>,
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    canonical: Option<String>,
    #[serde(alias = "canonical_kind")]
    canonical_kind: Option<String>,
    scratch: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    keys: IndexMap<String, Keys>,
    rules: Option<Rules>,
    #[serde(default)]
    targets: BTreeMap<String, WrittenTarget>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenTarget {
    url: Option<String>,
    #[serde(alias = "url_env")]
    url_env: Option<String>,
    #[serde(alias = "password_command")]
    password_command: Option<CommandLine>,
    #[serde(default)]
    protected: bool,
    color: Option<String>,
    label: Option<String>,
}

/// Reads the text of a configuration file. Relative paths in it start at the file's own folder.
///
/// # Errors
/// Where it is not TOML, has a setting that does not exist, or names a variable that is not set.
pub fn parse(file: &Path, text: &str, variables: &Variables<'_>) -> Result<Settings, ConfigError> {
    let written: Written = toml::from_str(text).map_err(|error| explain(file, text, &error))?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let place = file.display().to_string();
    let address = |setting: &str, text: &str| -> Result<Address, ConfigError> {
        let secret = expand(text, variables).map_err(|message| ConfigError {
            place: place.clone(),
            message: format!("The setting {setting} cannot be used. {message}"),
            hint: String::new(),
        })?;
        Ok(Address(secret).based_on(folder))
    };
    let mut targets = IndexMap::new();
    for (name, target) in written.targets {
        let setting = format!("targets.{name}");
        let address = match (&target.url, &target.url_env) {
            (Some(url), None) => address(&setting, url)?,
            (None, Some(variable)) => address(&setting, &format!("${{{variable}}}"))?,
            _ => {
                let message = format!("The target {name} needs url or url-env, and not both.");
                return Err(ConfigError { place, message, hint: String::new() });
            }
        };
        let WrittenTarget { password_command, protected, color, label, .. } = target;
        targets.insert(name, Target { address, password_command, protected, color, label });
    }
    let keys = written.keys.into_iter().map(|(action, keys)| match keys {
        Keys::One(key) => (action, vec![key]),
        Keys::Several(keys) => (action, keys),
    });
    Ok(Settings {
        file: file.to_owned(),
        canonical: written.canonical.map(|text| address("canonical", &text)).transpose()?,
        canonical_kind: written.canonical_kind,
        // `auto`, `embedded` and `local` are words, not paths.
        scratch: match written.scratch {
            Some(text) if text.contains("://") => Some(address("scratch", &text)?),
            word => word.map(|word| Address(word.into())),
        },
        theme: written.theme,
        keys: keys.collect(),
        rules: written.rules,
        targets,
    })
}

/// The parser's error with its place, and the nearest name where one was not known.
fn explain(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let (line, column) = error.span().map_or((1, 1), |span: Range<usize>| place(text, span.start));
    let message = error.message().trim().replace('\n', " ");
    let words: Vec<&str> = message.split('`').collect();
    let hint = match (message.starts_with("unknown field"), words.get(1)) {
        (true, Some(unknown)) => {
            let known = words.iter().skip(3).step_by(2);
            nearest(unknown, known.copied()).map_or(String::new(), |known| format!(" Did you mean {known}?"))
        }
        _ => String::new(),
    };
    let mut sentence = message;
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    ConfigError { place: format!("{}:{line}:{column}", file.display()), message: sentence, hint }
}

/// Line and column of a byte of a text, both from 1, the column in characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The known word that looks most like one that was written, if any does.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |known: &str| similar::TextDiff::from_chars(written, known).ratio();
    let rated = known.map(|known| (alike(known), known));
    rated.filter(|(ratio, _)| *ratio >= 0.6).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}
