//! Private folders for engines, and the removal of those that a crash left behind.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::TempDir;

/// How the folders of all engines begin.
const PREFIX: &str = "schemascope-engine-";

/// The file that a living engine holds a lock on.
const LOCK: &str = "lock";

/// A folder without a lock is one that is being set up, unless it is older than this.
const SET_UP: Duration = Duration::from_secs(3600);

/// The longest folder in which a socket can have its path: systems allow it about 100 bytes.
const LONGEST: usize = 50;

/// Makes a new folder that nobody else can look into. Servers that must not run as root can still
/// pass through it to folders of their own.
pub(super) fn create() -> io::Result<TempDir> {
    let usual = std::env::temp_dir();
    let root = if suits(&usual) { usual } else { PathBuf::from("/tmp") };
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(root)?;
    #[cfg(unix)]
    if is_root(folder.path()) {
        use std::os::unix::fs::PermissionsExt;

        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
    }
    Ok(folder)
}

/// Whether sockets of servers fit into a folder and, for root, whether servers of another user can
/// get there.
fn suits(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        let open = |folder: &Path| fs::metadata(folder).is_ok_and(|it| it.permissions().mode() & 0o001 != 0);
        folder.as_os_str().len() <= LONGEST && folder.ancestors().all(open)
    }
    #[cfg(not(unix))]
    {
        let _ = (folder, LONGEST);
        true
    }
}

/// Whether what we make belongs to root, which is to say that we are root.
#[cfg(unix)]
pub(super) fn is_root(ours: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    fs::metadata(ours).is_ok_and(|it| it.uid() == 0)
}

/// Marks a folder as in use for as long as the file is open.
pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join(LOCK))?;
    file.lock()?;
    Ok(file)
}

/// Removes the folders beside this one whose engines were killed before they could tidy up. A server
/// that outlived its engine ends by itself: it looks once a minute whether its folder is still there.
pub(super) fn remove_stale(ours: &Path) {
    let Some(entries) = ours.parent().and_then(|parent| fs::read_dir(parent).ok()) else { return };
    for folder in entries.flatten().map(|entry| entry.path()).filter(|folder| folder != ours) {
        let name = folder.file_name().map(|name| name.to_string_lossy().starts_with(PREFIX));
        if name == Some(true) && is_stale(&folder) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn is_stale(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = fs::metadata(folder).and_then(|it| it.modified()).ok();
            made.and_then(|made| made.elapsed().ok()).is_some_and(|age| age > SET_UP)
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_that_nobody_holds_are_removed() {
        let root = tempfile::tempdir().expect("a folder");
        let [ours, alive, dead, new, foreign] =
            ["ours", "alive", "dead", "new", "foreign"].map(|name| match name {
                "foreign" => root.path().join(name),
                name => root.path().join(format!("{PREFIX}{name}")),
            });
        for folder in [&ours, &alive, &dead, &new, &foreign] {
            fs::create_dir(folder).expect("a folder");
        }
        let held = lock(&alive).expect("a lock");
        drop(lock(&dead).expect("a lock"));
        remove_stale(&ours);
        assert!(!dead.exists());
        assert!([ours, alive, new, foreign].iter().all(|folder| folder.exists()));
        drop(held);
    }
}
