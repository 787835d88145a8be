//! Writes a plan to a file: whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::message::Written;

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

fn write_whole(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let folder = path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut file = tempfile::Builder::new().prefix(".schemascope-").tempfile_in(&folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    give_usual_rights(file.path(), path)?;
    let moved = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    moved.map(drop).map_err(|error| error.error)
}

/// A temporary file is its owner's alone; the written one has the rights of the file that it
/// replaces, or those that any new file has.
#[cfg(unix)]
fn give_usual_rights(temporary: &Path, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let replaced = fs::metadata(path).map(|metadata| metadata.permissions());
    fs::set_permissions(temporary, replaced.unwrap_or_else(|_| fs::Permissions::from_mode(0o644)))
}

#[cfg(not(unix))]
fn give_usual_rights(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
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
