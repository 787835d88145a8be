//! Writes files whole or not at all.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes a text to a path: beside it first, and then moved, so that half a file is never there. A
/// file that is there is replaced only if that is wanted.
///
/// # Errors
/// What the system said; [`io::ErrorKind::AlreadyExists`] where there is a file that is to stay, and
/// [`io::ErrorKind::IsADirectory`] where there is a folder.
pub fn write_whole(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let named = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = named.map_or_else(|| PathBuf::from("."), Path::to_owned);
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
