//! A file or folder as it was at a git revision: `git:main:db/schema.sql`.

use std::{
    fmt, io,
    path::{Component, Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, process::Command};

/// A file or folder at a revision of the repository that the current folder is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitPath {
    /// The revision, as git understands it: a branch, a tag, a hash, `HEAD~3`.
    pub revision: String,
    /// The path. It starts at the current folder if it begins with `./` or `../`, and else at the
    /// top of the repository, as in `git show REV:PATH`.
    pub path: String,
}

/// Why something cannot be had from git. Whoever prints it says first of what source.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The words are not of the form.
    #[error("It names no file at a revision.")]
    Form,
    /// The program is missing, or cannot be started.
    #[error("git could not be started: {0}.")]
    Start(io::Error),
    /// The path leads out of the repository.
    #[error("The path leads out of the repository.")]
    Outside,
    /// The first line that git printed.
    #[error("It could not be read: git says: {0}")]
    Refused(String),
    /// The files could not be laid out.
    #[error("The files could not be written to a temporary folder: {0}.")]
    Write(io::Error),
}

impl GitError {
    /// What to do next, as full sentences.
    pub fn hint(&self) -> &'static str {
        match self {
            GitError::Form | GitError::Outside => {
                "Write it as git:REVISION:PATH, for example git:main:db/schema.sql."
            }
            GitError::Start(_) => "Install git, or check that it is on the PATH.",
            GitError::Refused(_) => {
                "Check the revision and the path with: git show REVISION:PATH; the command has to run inside the repository."
            }
            GitError::Write(_) => "Check that the disk is not full, and that TMPDIR may be written.",
        }
    }
}

impl fmt::Display for GitPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git:{}:{}", self.revision, self.path)
    }
}

impl GitPath {
    /// Reads `REVISION:PATH`.
    ///
    /// # Errors
    /// Where one of them is missing, or could be taken for an option of git.
    pub fn parse(text: &str) -> Result<GitPath, GitError> {
        match text.split_once(':') {
            Some((revision, path))
                if !revision.is_empty() && !revision.starts_with('-') && !path.is_empty() =>
            {
                Ok(GitPath { revision: revision.to_owned(), path: path.to_owned() })
            }
            _ => Err(GitError::Form),
        }
    }

    /// Lays out the file or folder, and every `.sql` file of the revision beside it, because
    /// scripts include each other, in a folder that goes away when it is dropped.
    ///
    /// # Errors
    /// As [`GitError`] says.
    pub async fn check_out(&self) -> Result<CheckOut, GitError> {
        let folder =
            tempfile::Builder::new().prefix("schemascope-git-").tempdir().map_err(GitError::Write)?;
        let top = self.git(&["rev-parse", "--show-toplevel"], &[]).await?;
        let top = PathBuf::from(top.trim_end_matches('\n'));
        let prefix = self.git(&["rev-parse", "--show-prefix"], &[]).await?;
        let path = self.path_within(prefix.trim_end_matches('\n'))?;
        // Fails with git's own words where the revision or the path does not exist.
        let object = format!("{}:{path}", self.revision);
        self.git(&["cat-file", "-e", &object], &[]).await?;
        let tree = format!("{}^{{tree}}", self.revision);
        let tree = self.git(&["rev-parse", "--verify", "--end-of-options", &tree], &[]).await?;
        let listed =
            self.git(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree.trim_end()], &[]).await?;
        let within = format!("{}/", path.trim_end_matches('/'));
        let wanted = listed.split_terminator('\0').filter(|name| {
            let name = *name;
            let is_sql = Path::new(name).extension().is_some_and(|it| it.eq_ignore_ascii_case("sql"));
            is_sql || name == path || name.starts_with(&within) || path.is_empty()
        });
        let wanted: String = wanted.flat_map(|name| [name, "\0"]).collect();
        // An index of our own: that of the user stays as it is.
        let index = folder.path().join("index");
        let index = index.to_string_lossy();
        let files = folder.path().join("files");
        let prefix = format!("--prefix={}/", files.display());
        let own_index = [("GIT_INDEX_FILE", &*index)];
        self.run(&top, &["read-tree", tree.trim_end()], &own_index, "").await?;
        self.run(&top, &["checkout-index", "-z", "--stdin", &prefix], &own_index, &wanted).await?;
        Ok(CheckOut { path: files.join(&path), top: files, folder })
    }

    /// The path from the top of the repository, of plain names.
    fn path_within(&self, prefix: &str) -> Result<String, GitError> {
        let relative = self.path.starts_with("./") || self.path.starts_with("../");
        let whole = if relative { format!("{prefix}{}", self.path) } else { self.path.clone() };
        let mut names = Vec::new();
        for part in Path::new(&whole).components() {
            match part {
                Component::Normal(name) => names.push(name.to_str().ok_or(GitError::Outside)?.to_owned()),
                Component::CurDir => {}
                Component::ParentDir if !names.is_empty() => drop(names.pop()),
                _ => return Err(GitError::Outside),
            }
        }
        Ok(names.join("/"))
    }

    async fn git(&self, words: &[&str], variables: &[(&str, &str)]) -> Result<String, GitError> {
        self.run(Path::new("."), words, variables, "").await
    }

    async fn run(
        &self,
        folder: &Path,
        words: &[&str],
        variables: &[(&str, &str)],
        input: &str,
    ) -> Result<String, GitError> {
        let mut command = Command::new("git");
        command.args(words).envs(variables.iter().copied()).current_dir(folder).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().map_err(GitError::Start)?;
        if let Some(mut stdin) = process.stdin.take() {
            // Should git not want to hear it, it says why itself.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = process.wait_with_output().await.map_err(GitError::Start)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().find(|line| !line.is_empty()).unwrap_or("nothing.").to_owned();
            return Err(GitError::Refused(said));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Files of a revision in a temporary folder, which is removed with this.
#[derive(Debug)]
pub struct CheckOut {
    /// The file or folder that was asked for.
    pub path: PathBuf,
    /// The folder that stands for the top of the repository.
    pub top: PathBuf,
    #[expect(dead_code, reason = "it holds the folder")]
    folder: TempDir,
}
