//! A script: the statements of a `.sql` file or of a folder of them.

mod actors;
mod failure;
mod item;
mod notes;
mod parts;
mod remedy;
mod roles;
mod run;
mod sections;
mod shell;
mod sqlite;
mod subjects;
mod words;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use actors::{Actors, Engine};
pub use failure::{Failure, Failures};
pub use parts::place_parts;
pub use remedy::NEVER_MADE;
pub use run::{Outcome, run};
pub use sqlite::{Made, run_sqlite};
pub use subjects::{all_in, subjects};

use super::{
    SourceError,
    file::{read_text, unreadable},
    migrations,
    split::{PieceKind, Syntax, split},
};
use crate::model::Location;
use shell::Command;

/// The statements of a file or folder, ready to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The statements, one list for each file that is given to the engine as psql would be given
    /// it: files that it includes are part of it.
    pub files: Vec<Vec<Statement>>,
    /// What was left out, for people.
    pub notes: Vec<String>,
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The statement, without its semicolon.
    pub text: String,
    /// The file it stands in.
    pub file: Arc<Path>,
    /// The line of its first word, the first of the file being 1.
    pub line: u32,
}

impl Statement {
    /// Where it stands.
    pub fn location(&self) -> Location {
        Location { file: self.file.to_path_buf(), line: self.line }
    }
}

impl Script {
    /// Reads a file, with the files that it includes.
    ///
    /// # Errors
    /// Where a file cannot be read, or a command of the shell cannot be followed.
    pub fn from_file(path: &Path, syntax: Syntax) -> Result<Script, SourceError> {
        Script::from_files(path, &[path.to_path_buf()], Vec::new(), syntax)
    }

    /// The script with the files in a folder named by their paths in it.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Script {
        for statement in self.files.iter_mut().flatten() {
            if let Ok(path) = statement.file.strip_prefix(folder) {
                statement.file = path.into();
            }
        }
        let prefix = format!("{}/", folder.display());
        for note in &mut self.notes {
            *note = note.replace(&prefix, "");
        }
        self
    }

    /// Reads the migrations of a folder, in the order in which their tool runs them; or else the
    /// `.sql` files directly in it, in the byte order of their names. Hidden files and the down
    /// migrations of migration tools are left out.
    ///
    /// # Errors
    /// As [`Script::from_file`], and where there is no such file.
    pub fn from_folder(folder: &Path, syntax: Syntax) -> Result<Script, SourceError> {
        if let Some(files) = migrations::scripts(folder)? {
            let notes = left_out(downs(folder, &files)?);
            return Script::from_files(folder, &files, notes, syntax);
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            if is_script(&path) && path.is_file() {
                files.push(path);
            }
        }
        files.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
        let (down, up): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|path| is_down(path));
        if up.is_empty() {
            return Err(SourceError::NoScripts { path: folder.into() });
        }
        Script::from_files(folder, &up, left_out(down.len()), syntax)
    }

    fn from_files(
        source: &Path,
        paths: &[PathBuf],
        notes: Vec<String>,
        syntax: Syntax,
    ) -> Result<Script, SourceError> {
        let mut reader =
            Reader { syntax, script: Script { files: Vec::new(), notes }, open: Vec::new(), copies: 0 };
        for path in paths {
            reader.script.files.push(Vec::new());
            reader.file(path)?;
        }
        if reader.script.statements().next().is_none() {
            return Err(SourceError::Empty { path: source.into() });
        }
        if reader.copies > 0 {
            let rows =
                format!("the rows of {} COPY commands were left out: only the schema counts", reader.copies);
            reader.script.notes.push(rows);
        }
        Ok(reader.script)
    }

    /// Every statement, in order.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.files.iter().flatten()
    }
}

/// How many scripts beside those that lead up lead back.
fn downs(folder: &Path, up: &[PathBuf]) -> Result<usize, SourceError> {
    let mut count = 0;
    let folders: BTreeSet<&Path> = up.iter().filter_map(|path| path.parent()).chain([folder]).collect();
    for folder in folders {
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
            let path = entry.map_err(|error| unreadable(folder, &error))?.path();
            count += usize::from(is_script(&path) && is_down(&path));
        }
    }
    Ok(count)
}

fn left_out(downs: usize) -> Vec<String> {
    match downs {
        0 => Vec::new(),
        1 => vec!["1 down migration was left out".to_owned()],
        count => vec![format!("{count} down migrations were left out")],
    }
}

fn is_script(path: &Path) -> bool {
    let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension == "sql")
}

/// `0001_users.down.sql` (golang-migrate, sqlx) and `0001_users_down.sql` take back what their
/// neighbours do.
fn is_down(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().as_encoded_bytes();
    stem.ends_with(b".down") || stem.ends_with(b"_down") || stem == b"down"
}

/// Follows a script through the files that it includes.
struct Reader {
    syntax: Syntax,
    script: Script,
    /// The files that are being read, each included by the one before.
    open: Vec<PathBuf>,
    copies: usize,
}

impl Reader {
    fn file(&mut self, path: &Path) -> Result<(), SourceError> {
        let text = read_text(path)?;
        self.open.push(fs::canonicalize(path).map_err(|error| unreadable(path, &error))?);
        let file: Arc<Path> = path.into();
        for piece in split(&sections::up(&text), self.syntax) {
            let at = Location { file: path.into(), line: piece.line };
            match piece.kind {
                PieceKind::Statement if self.is_copy(piece.text) => self.copies += 1,
                PieceKind::Statement => {
                    let statement =
                        Statement { text: piece.text.to_owned(), file: Arc::clone(&file), line: piece.line };
                    if let Some(statements) = self.script.files.last_mut() {
                        statements.push(statement);
                    }
                }
                PieceKind::Data => {}
                PieceKind::Command => match shell::command(piece.text, self.syntax) {
                    Command::Nothing => {}
                    Command::Quit => break,
                    Command::LeftOut => {
                        let note = format!("{}:{}: {} was left out", path.display(), at.line, piece.text);
                        self.script.notes.push(note);
                    }
                    Command::Include { name, beside } => self.include(path, &name, beside, at)?,
                    Command::Unsupported(command) => return Err(SourceError::Command { at, command }),
                },
            }
        }
        self.open.pop();
        Ok(())
    }

    fn is_copy(&self, statement: &str) -> bool {
        self.syntax == Syntax::Postgres && remedy::first_word_is(statement, "copy")
    }

    /// `\i` starts at the current folder and `\ir` at the including file's; many scripts say `\i`
    /// and are meant to be run from their own folder.
    fn include(&mut self, from: &Path, name: &str, beside: bool, at: Location) -> Result<(), SourceError> {
        let sibling = from.parent().unwrap_or(Path::new("")).join(name);
        let path = if beside || !Path::new(name).is_file() { sibling } else { PathBuf::from(name) };
        let same = fs::canonicalize(&path).map_err(|error| unreadable(&path, &error))?;
        if self.open.contains(&same) {
            return Err(SourceError::IncludeCycle { at, included: path });
        }
        self.file(&path)
    }
}

#[cfg(test)]
mod tests;
