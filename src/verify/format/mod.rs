//! A verification in the forms that people and pipelines read.

mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use super::{Severity, Verification, Verified};
use crate::{model::Location, report::Paint};

/// A form that a verification is printed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// The XML that test runners write, for the test reports of pipelines.
    Junit,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Markdown, for a comment on a pull request or an entry of a log of decisions.
    Markdown,
    /// Workflow commands of GitHub: annotations at lines of the canonical schema.
    Github,
}

impl Format {
    /// Every form.
    pub const ALL: [Format; 6] =
        [Format::Text, Format::Json, Format::Junit, Format::Sarif, Format::Markdown, Format::Github];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Junit => "junit",
            Format::Sarif => "sarif",
            Format::Markdown => "markdown",
            Format::Github => "github",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is no form.
#[derive(Debug, thiserror::Error)]
#[error("there is no format called {0}")]
pub struct ParseFormatError(String);

impl FromStr for Format {
    type Err = ParseFormatError;

    fn from_str(text: &str) -> Result<Self, ParseFormatError> {
        Format::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| ParseFormatError(text.to_owned()))
    }
}

/// Where the files of the canonical schema are, for formats that name files.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// The folder that paths are written relative to: that of the repository.
    pub base: &'a Path,
    /// The folder that relative paths start at.
    pub here: &'a Path,
    /// The canonical schema's own file, for what has no line in it.
    pub canonical: Option<&'a Path>,
}

impl Files<'_> {
    /// The place of a finding: its own, else the first line of the canonical file.
    fn place(&self, location: Option<&Location>) -> Option<(String, u32)> {
        let (file, line) = match location {
            Some(location) => (location.file.as_path(), location.line.max(1)),
            None => (self.canonical?, 1),
        };
        Some((self.relative(file), line))
    }

    /// A path below the base without it, with `/` between its parts.
    fn relative(&self, file: &Path) -> String {
        let absolute = self.here.join(file);
        let path: PathBuf = absolute.strip_prefix(self.base).map_or(absolute.clone(), Path::to_owned);
        let parts: Vec<String> = path
            .components()
            .filter(|part| !matches!(part, std::path::Component::CurDir))
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        parts.join("/").replacen("//", "/", 1)
    }
}

/// The verification in a form. `paint` is for the text alone.
///
/// # Errors
/// Where the XML cannot be written, which names from a database cannot bring about.
pub fn format(
    verification: &Verification,
    form: Format,
    files: Files<'_>,
    paint: Paint,
) -> Result<String, String> {
    Ok(match form {
        Format::Text => text::text(verification, files, paint),
        Format::Json => json::json(verification, files),
        Format::Junit => junit::junit(verification, files)?,
        Format::Sarif => sarif::sarif(verification, files),
        Format::Markdown => markdown::markdown(verification, files),
        Format::Github => github::github(verification, files),
    })
}

/// `2 errors, 1 warning`, or `nothing found`.
fn counts(target: &Verified) -> String {
    let counts = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let counts = counts.map(|(severity, noun)| (target.count(severity), noun));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| if *count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") })
        .collect();
    if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") }
}

/// A duration as `12 ms` or `3.4 s`.
fn time(duration: Duration) -> String {
    match duration.as_millis() {
        millis @ ..1000 => format!("{millis} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;
