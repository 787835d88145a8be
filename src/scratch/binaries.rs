//! Finds the PostgreSQL server programs of this machine.

use std::{
    collections::BTreeSet,
    env::consts::EXE_SUFFIX,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::dialect::postgres::connect::Environment;

/// Where packages put the programs; a `*` stands for the part that has the version.
const USUAL_FOLDERS: [&str; 9] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
];

/// The server programs of one installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    /// The folder that `postgres`, `initdb` and `pg_ctl` are in.
    pub(super) folder: PathBuf,
    /// The version as people write it: `15.18`, `18beta1`.
    pub(super) version: String,
    /// Its first number.
    pub(super) major: u32,
}

impl Binaries {
    /// A program of the installation.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        program(&self.folder, name)
    }
}

/// Every installation: first those that `SCHEMASCOPE_PG_BIN` lists, then those in usual places, then
/// those on the `PATH`.
pub(super) fn find(environment: &Environment) -> Vec<Binaries> {
    let listed = |variable: &str| {
        let list = environment.variable(variable).unwrap_or_default();
        std::env::split_paths(list).collect::<Vec<_>>()
    };
    let path = listed("PATH");
    let named_by_config = path.iter().map(|folder| program(folder, "pg_config")).find(|it| it.is_file());
    let folders = listed("SCHEMASCOPE_PG_BIN")
        .into_iter()
        .chain(USUAL_FOLDERS.iter().flat_map(|pattern| expand(pattern)))
        .chain(named_by_config.and_then(|config| output(&config, "--bindir")).map(PathBuf::from))
        .chain(path);
    let mut seen = BTreeSet::new();
    let folders = folders.filter_map(|folder| fs::canonicalize(folder).ok());
    folders.filter(|folder| seen.insert(folder.clone())).filter_map(|folder| installation(&folder)).collect()
}

/// The installation of the wanted major version, or else the newest. Of several with one version, the
/// first.
pub(super) fn choose(found: &[Binaries], major: Option<u32>) -> Option<&Binaries> {
    let wanted = found.iter().find(|binaries| Some(binaries.major) == major);
    wanted.or_else(|| found.iter().rev().max_by_key(|binaries| binaries.major))
}

fn installation(folder: &Path) -> Option<Binaries> {
    let complete = ["postgres", "initdb", "pg_ctl"].iter().all(|name| program(folder, name).is_file());
    let printed = output(&program(folder, "postgres"), "--version").filter(|_| complete)?;
    let (version, major) = version(&printed)?;
    Some(Binaries { folder: folder.to_owned(), version, major })
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-1)`.
fn version(printed: &str) -> Option<(String, u32)> {
    let (_, version) = printed.split_once("(PostgreSQL) ")?;
    let version = version.split_whitespace().next()?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((version.to_owned(), digits.parse().ok()?))
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{EXE_SUFFIX}"))
}

fn output(program: &Path, argument: &str) -> Option<String> {
    let run = Command::new(program).arg(argument).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    run.status.success().then(|| String::from_utf8_lossy(&run.stdout).trim().to_owned())
}

/// The folders that a pattern with at most one `*` stands for, in the order of their names.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let after = after.trim_start_matches('/');
    let entries = fs::read_dir(format!("{parent}/")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name()).filter(|it| it.to_string_lossy().starts_with(prefix));
    let folders: BTreeSet<PathBuf> = names.map(|name| Path::new(parent).join(name).join(after)).collect();
    folders.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_print_them() {
        for (printed, read) in [
            ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", Some(("15.20", 15))),
            ("postgres (PostgreSQL) 18beta1", Some(("18beta1", 18))),
            ("postgres (PostgreSQL) 13.23 (Homebrew)", Some(("13.23", 13))),
            ("postgres (EnterpriseDB) x", None),
        ] {
            assert_eq!(version(printed), read.map(|(text, major)| (text.to_owned(), major)), "{printed}");
        }
    }

    #[test]
    fn the_wanted_version_is_taken_or_else_the_newest() {
        let binaries =
            |folder: &str, major: u32| Binaries { folder: folder.into(), version: major.to_string(), major };
        let found = [binaries("a", 13), binaries("b", 17), binaries("c", 15), binaries("d", 17)];
        let chosen = |major| choose(&found, major).map(|it| it.folder.to_string_lossy().into_owned());
        assert_eq!(chosen(Some(15)).as_deref(), Some("c"));
        assert_eq!(chosen(Some(18)).as_deref(), Some("b"));
        assert_eq!(chosen(None).as_deref(), Some("b"));
        assert_eq!(choose(&[], None), None);
    }

    #[test]
    fn patterns_expand_to_folders_that_exist() {
        let root = tempfile::tempdir().expect("a folder");
        for name in ["pg-15/bin", "pg-9/bin", "other/bin"] {
            fs::create_dir_all(root.path().join(name)).expect("a folder");
        }
        let pattern = format!("{}/pg-*/bin", root.path().display());
        let names = ["pg-15/bin", "pg-9/bin"].map(|name| root.path().join(name));
        assert_eq!(expand(&pattern), names);
        assert_eq!(expand("/no/such/*/bin"), Vec::<PathBuf>::new());
    }
}
