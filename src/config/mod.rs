//! What people set once: files, targets, rules, secrets.
//!
//! Nothing here asks the process for its environment: variables come in as a function, folders as
//! paths, and the binary is the only one that looks.

mod baseline;
mod document;
mod dot_env;
mod expand;
mod file;
mod init;
mod keys;
mod locate;
pub mod operation;
mod password;
mod save;
mod schema;
pub mod smoke;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

pub use baseline::{BASELINE_FILE, accept, edit_baseline, load_baseline, parse_baseline, take_back};
pub use document::{Document, nearest, read as read_document};
pub use expand::{Variables, expand};
pub use file::{Apply, ConfigError, parse};
pub use init::{Draft, MIGRATIONS, draft};
pub use locate::{Place, Places, Survey, THEMES, ThemeFile, load, project_file, survey, themes};
pub use password::{Talk, password_of};
pub use save::write_whole;
pub use schema::schema;

use crate::{diff::Rules, verify::Policy};

/// The name of the file that a repository keeps.
pub const PROJECT_FILE: &str = "schemascope.toml";

/// Everything that was configured.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The files it came from, the nearest last.
    pub files: Vec<PathBuf>,
    /// The canonical schema: a path or a URL, expanded.
    pub canonical: Option<Address>,
    /// What kind of source the canonical schema is, where that is not to be recognised.
    pub canonical_kind: Option<String>,
    /// Where scripts are run: `auto`, `embedded`, `local` or a URL.
    pub scratch: Option<Address>,
    /// The file of accepted differences, where one is named.
    pub baseline: Option<PathBuf>,
    /// The folder of the repository's file, or of the one that was named; else the current one.
    pub repository: PathBuf,
    /// The folder of the user's own file, where `themes/` is.
    pub folder: Option<PathBuf>,
    /// The theme of the terminal.
    pub theme: Option<String>,
    /// Whether the terminal takes the mouse, if that is said.
    pub mouse: Option<bool>,
    /// Keys of the terminal, by the name of the action: `select`, or `tree.select` where they are
    /// for one place.
    pub keys: BTreeMap<String, Vec<String>>,
    /// What comparisons leave out.
    pub rules: Rules,
    /// What `apply` asks for.
    pub apply: Apply,
    /// What makes a verification fail.
    pub verify: Policy,
    /// The targets, by their names.
    pub targets: IndexMap<String, Target>,
    /// Where each setting was made, by its dotted name: `FILE:LINE:COLUMN`.
    pub places: BTreeMap<String, String>,
    /// What is kept of inspections.
    pub history: operation::History,
    /// What a healthy target is.
    pub health: operation::Health,
    /// What `watch` does with what it sees.
    pub watch: operation::Watch,
    /// What a smoke test tries.
    pub smoke: smoke::Smoke,
}

/// A target that a file names.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it is; or why that is not known, when a variable is not set.
    pub address: Result<Address, ConfigError>,
    /// The program that prints its password.
    pub password_command: Option<CommandLine>,
    /// Whether it is one to be careful with: the terminal marks it, and `apply` asks for its name.
    pub protected: bool,
    /// How many people have to approve a plan for it, where it says so itself.
    pub approvals: Option<u32>,
    /// The colour of its frame in the terminal.
    pub color: Option<String>,
    /// What the terminal calls it, if not by its name.
    pub label: Option<String>,
}

/// A path or a URL. It may hold a password, so Debug shows nothing of it.
#[derive(Clone, Debug)]
pub struct Address(pub SecretString);

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a line for the shell, or a list of a program and its arguments")]
pub enum CommandLine {
    /// One line for the shell.
    Shell(String),
    /// The program and each argument, without a shell.
    Words(Vec<String>),
}

impl Address {
    /// The text, for whoever is about to connect.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A relative path, also that of an SQLite database, taken from a folder.
    fn based_on(self, folder: &Path) -> Self {
        let text = self.expose();
        let (scheme, path) = match text.split_once(':') {
            None => ("", text),
            Some(("sqlite", rest)) => ("sqlite://", rest.strip_prefix("//").unwrap_or(rest)),
            Some(_) => return self,
        };
        let relative = !path.is_empty() && Path::new(path).is_relative();
        if relative { Address(format!("{scheme}{}", folder.join(path).display()).into()) } else { self }
    }
}

impl Config {
    /// Lays a nearer file's settings over these. Targets are joined; of two with one name the
    /// nearer counts. Rules are taken as a whole.
    fn lay_over(&mut self, nearer: file::Settings) {
        fn replace<T>(old: &mut Option<T>, new: Option<T>) {
            if new.is_some() {
                *old = new;
            }
        }
        self.files.push(nearer.file);
        replace(&mut self.canonical, nearer.canonical);
        replace(&mut self.canonical_kind, nearer.canonical_kind);
        replace(&mut self.scratch, nearer.scratch);
        replace(&mut self.baseline, nearer.baseline);
        replace(&mut self.theme, nearer.theme);
        replace(&mut self.mouse, nearer.mouse);
        self.keys.extend(nearer.keys);
        if let Some(rules) = nearer.rules {
            self.rules = rules;
        }
        if let Some(apply) = nearer.apply {
            self.apply = apply;
        }
        if let Some(policy) = nearer.verify {
            self.verify = policy;
        }
        self.targets.extend(nearer.targets);
        replace(&mut self.history.keep, nearer.history.keep);
        if let Some(health) = nearer.health {
            self.health = health;
        }
        replace(&mut self.watch.webhook, nearer.watch.webhook);
        replace(&mut self.watch.interval, nearer.watch.interval);
        if let Some(smoke) = nearer.smoke {
            self.smoke = smoke;
        }
        self.places.extend(nearer.places);
    }

    /// How many people have to approve a plan before it is run on a target.
    pub fn approvals_for(&self, target: &Target) -> u32 {
        let usual = if target.protected { self.apply.approvals } else { 0 };
        target.approvals.unwrap_or(usual)
    }

    /// What is wrong with a setting, said where the setting was made.
    pub fn fault(&self, setting: &str, message: impl Into<String>, hint: &str) -> ConfigError {
        let place = self.places.get(setting).cloned();
        let hint = if hint.is_empty() { String::new() } else { format!(" {hint}") };
        ConfigError { place: place.unwrap_or_else(|| setting.to_owned()), message: message.into(), hint }
    }
}
