//! The next migration, in its tool's own naming.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};

use super::{Folder, MigrationsError, Named, Numbering, version::natural};

/// What the next migration has to say: one file for each part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it is called, in the user's words.
    pub title: String,
    /// Its parts, in order. Each is one transaction, or one statement outside of any.
    pub parts: Vec<Part>,
}

/// Statements that are run together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Lines of comment before the first statement, without their marks.
    pub header: Vec<String>,
    /// The statements that lead up, each with its semicolon and a newline, comments included.
    pub up: Vec<String>,
    /// The statements that lead back; none where nothing does.
    pub down: Option<Vec<String>>,
    /// Whether the tool must not put a transaction around it.
    pub outside: bool,
}

impl Part {
    /// The statements that lead up as one text.
    pub(super) fn up(&self) -> String {
        self.up.join("\n")
    }

    /// The statements that lead back as one text.
    pub(super) fn down(&self) -> Option<String> {
        self.down.as_ref().map(|down| down.join("\n"))
    }

    /// The header as comments of SQL, and a text behind it.
    pub(super) fn header_and(&self, text: &str) -> String {
        format!("{}{text}", self.comments("--"))
    }

    /// The header as comments, with an empty line behind it.
    pub(super) fn comments(&self, mark: &str) -> String {
        if self.header.is_empty() {
            return String::new();
        }
        let lines: String = self.header.iter().map(|line| format!("{mark} {line}\n")).collect();
        lines + "\n"
    }
}

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Its path below the folder of migrations.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl NewFile {
    /// A file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        NewFile { name: name.into(), text: text.into() }
    }
}

impl Numbering {
    /// As the newest migration has it: the moment by a pattern, where it looks like one or there is
    /// none, and else the next number.
    pub(super) fn like(folder: &Folder, pattern: &'static str) -> Numbering {
        let newest = folder.migrations.iter().filter(|it| !it.repeatable && is_number(&it.version));
        let Some(newest) = newest.max_by(|a, b| natural(&a.version, &b.version)) else {
            return Numbering::Moment(pattern);
        };
        let name = newest.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let digits = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
        match newest.version.parse::<u64>() {
            Ok(number) if digits < 12 => Numbering::Next { number: number.saturating_add(1), digits },
            _ => Numbering::Moment(pattern),
        }
    }

    /// The version of the part at a place. A moment that is not newer than the newest version is
    /// put off until it is.
    fn version(&self, folder: &Folder, now: u64, place: usize) -> String {
        let place = place as u64;
        match self {
            Numbering::Next { number, digits } => format!("{:0digits$}", number.saturating_add(place)),
            Numbering::Moment(pattern) => {
                let newest = folder.migrations.iter().filter(|it| !it.repeatable).map(|it| &it.version);
                let plain = |version: &str| version.replace('-', "");
                let taken = newest.filter(|it| is_number(it)).max_by(|a, b| natural(a, b));
                let mut second = now;
                // Versions of the future would be passed a second at a time: that is for minutes, not for years.
                let limit = now + 3600;
                while second < limit
                    && taken.is_some_and(|taken| natural(&plain(&moment(second, pattern)), taken).is_le())
                {
                    second += 1;
                }
                moment(second + place, pattern)
            }
        }
    }
}

fn is_number(version: &str) -> bool {
    !version.is_empty() && version.chars().all(|c| c.is_ascii_digit())
}

/// A moment in UTC by a pattern of strftime.
pub(super) fn moment(seconds: u64, pattern: &str) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_zoned(TimeZone::UTC);
    moment.strftime(pattern).to_string()
}

/// The files of the next migration. `now` is in seconds since 1970-01-01 UTC.
pub fn next(folder: &Folder, draft: &Draft, now: u64) -> Vec<NewFile> {
    let numbering = folder.tool.numbering(folder);
    let slug = slug(&draft.title);
    let several = draft.parts.len() > 1;
    let parts = draft.parts.iter().enumerate();
    parts
        .flat_map(|(place, part)| {
            let slug = if several { format!("{slug}_{}", place + 1) } else { slug.clone() };
            let named = Named { version: numbering.version(folder, now, place), slug, now };
            folder.tool.files(folder, &named, part)
        })
        .collect()
}

/// A title as a file's name: lower case letters, digits and `_`.
fn slug(title: &str) -> String {
    let plain: String =
        title.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let words: Vec<&str> = plain.split('_').filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("_").chars().take(80).collect();
    if slug.is_empty() { "reconcile".to_owned() } else { slug }
}

/// Writes files into a folder, all of them or none: nothing that is there is replaced.
///
/// # Errors
/// Where a file is there already, or cannot be written.
pub fn write(folder: &Path, files: &[NewFile]) -> Result<Vec<PathBuf>, MigrationsError> {
    let paths: Vec<PathBuf> = files.iter().map(|file| folder.join(&file.name)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        return Err(MigrationsError::Exists { path: there.clone() });
    }
    let mut written = Vec::new();
    for (path, file) in paths.iter().zip(files) {
        if let Err(problem) = write_new(path, &file.text) {
            // What cannot be taken back is named by nobody, but the error is what matters.
            written.iter().for_each(|path| drop(fs::remove_file(path)));
            return Err(MigrationsError::Unwritable { path: path.clone(), problem: problem.to_string() });
        }
        written.push(path);
    }
    Ok(paths)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}
