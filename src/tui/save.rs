//! Writes a plan to a file: whole or not at all.

use std::{io, path::Path};

use super::message::Written;
use crate::{
    config::write_whole,
    source::migrations::{self, Draft, Folder, MigrationsError},
};

/// Writes a text to a path. A file that is there is replaced only if the user
/// said so; half a file is never there, because the text is written beside it and then moved.
pub fn write(path: &Path, text: &str, replace: bool) -> Written {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if !replace && path.exists() {
        return Written::Exists(path);
    }
    match write_whole(&path, text, replace) {
        Ok(()) => Written::Done(path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !replace => Written::Exists(path),
        Err(error) => Written::Failed(why(&path, &error)),
    }
}

/// Writes the next migration of a folder, as its tool has it. Nothing that is there is replaced.
pub fn migration(folder: &Path, tool: Option<&str>, draft: &Draft, now: u64) -> Written {
    let open = Folder::open(folder, tool);
    let written = open.and_then(|open| migrations::write(folder, &migrations::next(&open, draft, now)));
    match written {
        Ok(paths) => Written::Files(paths),
        Err(error @ MigrationsError::NoMigrations { .. }) => {
            Written::Failed(format!("{error} Name another folder, or the tool that it is for."))
        }
        Err(error @ MigrationsError::UnknownTool { .. }) => {
            Written::Failed(format!("{error} Leave the line empty to have it recognised."))
        }
        Err(error) => {
            let hint = error.hint().map(|hint| format!(" {hint}")).unwrap_or_default();
            Written::Failed(format!("{error}{hint}"))
        }
    }
}

/// Writes the first configuration, if there is still none.
///
/// # Errors
/// Why it was not written, and what to do.
pub fn configuration(file: &Path, text: &str) -> Result<(), String> {
    write_whole(file, text, false).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{} is there meanwhile, and was left as it is: start again.", file.display())
        }
        _ => why(file, &error),
    })
}

fn why(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{shown} was not written: its folder does not exist. Make it, or name another.")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{shown} was not written: you may not write there. Name another place.")
        }
        io::ErrorKind::IsADirectory => format!("{shown} is a folder. Add a file name to it."),
        _ => format!("{shown} was not written: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn written(folder: &tempfile::TempDir, name: &str, text: &str, replace: bool) -> Written {
        write(&folder.path().join(name), text, replace)
    }

    #[test]
    fn a_file_is_written_whole_and_only_replaced_when_told_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sql");
        assert_eq!(written(&folder, "a.sql", "one", false), Written::Done(path.clone()));
        assert_eq!(written(&folder, "a.sql", "two", false), Written::Exists(path.clone()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(written(&folder, "a.sql", "two", true), Written::Done(path.clone()));
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let Written::Failed(why) = written(&folder, "no/such/a.sql", "x", false) else { panic!("written") };
        assert!(why.contains("its folder does not exist"), "{why}");
        let Written::Failed(why) = write(folder.path(), "x", true) else { panic!("written") };
        assert!(why.contains("is a folder"), "{why}");
    }
}
