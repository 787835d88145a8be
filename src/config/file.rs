//! One configuration file: its shape, and what it comes to.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Address, CommandLine, Target, Variables, document, expand,
    keys::{self, Keys},
    operation::{Health, History, Watch},
    smoke::Smoke,
};
use crate::{diff::Rules, verify::Policy};

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
    pub(super) baseline: Option<PathBuf>,
    pub(super) theme: Option<String>,
    pub(super) mouse: Option<bool>,
    pub(super) keys: BTreeMap<String, Vec<String>>,
    pub(super) rules: Option<Rules>,
    pub(super) apply: Option<Apply>,
    pub(super) verify: Option<Policy>,
    pub(super) targets: IndexMap<String, Target>,
    pub(super) places: BTreeMap<String, String>,
    pub(super) history: History,
    pub(super) smoke: Option<Smoke>,
    pub(super) health: Option<Health>,
    pub(super) watch: Watch,
}

/// What schemascope is told once: in `schemascope.toml`, which a repository keeps, and in
/// `config.toml` in the user's configuration folder. Relative paths start at the file's own folder,
/// and URLs and paths may hold `${VARIABLES}`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "schemascope.toml")]
pub(super) struct Written {
    /// The canonical schema: a script, a folder of scripts, an inventory, or the URL of a database.
    canonical: Option<String>,
    /// What kind of source the canonical schema is, where that is not to be recognised.
    #[serde(alias = "canonical_kind")]
    canonical_kind: Option<String>,
    /// Where scripts are run to see what they mean: `auto`, `embedded`, `local`, or the URL of a
    /// PostgreSQL server.
    scratch: Option<String>,
    /// The file of accepted differences; `schemascope.baseline.toml` beside this file if nothing is
    /// said.
    baseline: Option<PathBuf>,
    /// The theme of the terminal: a built-in one, or the name of a file in the folder `themes`
    /// beside `config.toml`, without its `.toml`.
    theme: Option<String>,
    /// Whether the terminal takes the mouse. Without it the terminal's own selection of text works.
    mouse: Option<bool>,
    /// Keys of the terminal, by the name of the action; those of one place in a table of its own,
    /// as in `[keys.tree]`.
    #[serde(default)]
    keys: BTreeMap<String, Keys>,
    /// What comparisons leave out.
    rules: Option<Rules>,
    /// What `apply` asks for.
    apply: Option<Apply>,
    /// What makes `schemascope verify` fail.
    verify: Option<Policy>,
    /// The databases that ought to have the canonical schema, by their names.
    #[serde(default)]
    targets: BTreeMap<String, WrittenTarget>,
    /// What is kept of inspections.
    #[serde(default)]
    history: History,
    /// What a smoke test tries, and what has to come of it.
    smoke: Option<Smoke>,
    /// What a healthy target is.
    health: Option<Health>,
    /// What `watch` does with what it sees.
    #[serde(default)]
    watch: WrittenWatch,
}

/// What `watch` does with what it sees.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenWatch {
    /// The address that changes are posted to.
    webhook: Option<String>,
    /// How long to wait between two looks, for example `30s`.
    interval: Option<String>,
}

/// What `apply` asks for before it runs a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Apply {
    /// How many people have to approve a plan for a protected target that does not say it itself.
    #[serde(default)]
    pub approvals: u32,
}

/// A database that ought to have the canonical schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenTarget {
    /// Its URL, or any other source.
    url: Option<String>,
    /// The environment variable that has its URL.
    #[serde(alias = "url_env")]
    url_env: Option<String>,
    /// The program that prints its password: a line for the shell, or a list of words.
    #[serde(alias = "password_command")]
    password_command: Option<CommandLine>,
    /// Whether it is precious: the terminal warns, and `apply` asks for its name.
    #[serde(default)]
    protected: bool,
    /// How many people have to approve a plan before `apply` runs it there.
    approvals: Option<u32>,
    /// The colour of its name: one of the sixteen, a number up to 255, or `#rrggbb`.
    color: Option<String>,
    /// What the terminal calls it, if not by its name.
    label: Option<String>,
}

/// Reads the text of a configuration file: what it says without what is wrong in it, and everything
/// that is wrong. Relative paths in it start at the file's own folder.
pub fn parse(file: &Path, text: &str, variables: &Variables<'_>) -> (Settings, Vec<ConfigError>) {
    let document = document::read::<Written>(file, text);
    let (written, places, mut faults) = (document.written, document.places, document.faults);
    let reading = Reading { file, places: &places, variables };
    let mut noted = |fault| faults.push(fault);
    let canonical = written.canonical.map(|text| reading.address("canonical", &text));
    let scratch = written.scratch.map(|text| match text.contains("://") {
        true => reading.address("scratch", &text),
        // `auto`, `embedded` and `local` are words, not paths.
        false => Ok(Address(text.into())),
    });
    let mut targets = IndexMap::new();
    for (name, target) in written.targets {
        match reading.target(&name, target) {
            Ok(target) => {
                if let Err(fault) = &target.address {
                    noted(fault.clone());
                }
                targets.insert(name, target);
            }
            // What was left out may have been its address.
            Err(_) if document.incomplete.contains(&format!("targets.{name}")) => {}
            Err(fault) => noted(fault),
        }
    }
    let webhook = written.watch.webhook.map(|text| reading.address("watch.webhook", &text));
    let webhook = webhook.transpose().unwrap_or_else(|fault| {
        noted(fault);
        None
    });
    let settings = Settings {
        file: file.to_owned(),
        canonical: canonical.transpose().unwrap_or_else(|fault| {
            noted(fault);
            None
        }),
        canonical_kind: written.canonical_kind,
        scratch: scratch.transpose().unwrap_or_else(|fault| {
            noted(fault);
            None
        }),
        baseline: written.baseline.map(|path| file.parent().unwrap_or(Path::new("")).join(path)),
        theme: written.theme,
        mouse: written.mouse,
        keys: keys::by_name(written.keys),
        rules: written.rules,
        apply: written.apply,
        verify: written.verify.map(|policy| policy.based_on(file.parent().unwrap_or(Path::new("")))),
        targets,
        places,
        history: written.history,
        smoke: written.smoke,
        health: written.health,
        watch: Watch { webhook, interval: written.watch.interval },
    };
    (settings, faults)
}

/// What the texts of one file are understood by.
struct Reading<'a> {
    file: &'a Path,
    places: &'a BTreeMap<String, String>,
    variables: &'a Variables<'a>,
}

impl Reading<'_> {
    fn fault(&self, setting: &str, message: String) -> ConfigError {
        let place = self.places.get(setting).cloned();
        let place = place.unwrap_or_else(|| self.file.display().to_string());
        ConfigError { place, message, hint: String::new() }
    }

    fn address(&self, setting: &str, text: &str) -> Result<Address, ConfigError> {
        let secret = expand(text, self.variables).map_err(|message| {
            self.fault(setting, format!("The setting {setting} cannot be used. {message}"))
        })?;
        Ok(Address(secret).based_on(self.file.parent().unwrap_or(Path::new(""))))
    }

    fn target(&self, name: &str, written: WrittenTarget) -> Result<Target, ConfigError> {
        let setting = format!("targets.{name}");
        let WrittenTarget { url, url_env, password_command, protected, approvals, color, label } = written;
        let address = match (url, url_env) {
            (Some(url), None) => self.address(&format!("{setting}.url"), &url),
            (None, Some(variable)) => {
                self.address(&format!("{setting}.url-env"), &format!("${{{variable}}}"))
            }
            _ => {
                let message = format!("The target {name} needs url or url-env, and not both.");
                return Err(self.fault(&setting, message));
            }
        };
        Ok(Target { address, password_command, protected, approvals, color, label })
    }
}
