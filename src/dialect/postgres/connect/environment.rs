//! What a connection may take from around the program: variables, the home folder, the user.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::parameters::VARIABLES;

/// The environment that the missing parts of a connection URI are filled from.
///
/// The library never looks at the process's own environment; the binary builds this value once, and
/// tests build what they need. Debug prints names of variables only: one of them is a password.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
    user: Option<String>,
}

impl Environment {
    /// The environment of the running process. For the binary.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let user = sqlx::postgres::PgConnectOptions::new_without_pgpass().get_username().to_owned();
        Environment::new(variables, std::env::home_dir(), Some(user))
    }

    /// An environment made of these variables, this home folder and this name of a user.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
        user: Option<String>,
    ) -> Self {
        Environment { variables: variables.into_iter().collect(), home, user }
    }

    /// A variable; one that is set to nothing counts as missing, as in libpq.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every parameter that a variable stands for.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        VARIABLES.iter().filter_map(|(variable, name)| Some((*name, self.variable(variable)?)))
    }

    /// A file in the home folder, if there is such a file.
    pub(super) fn home_file(&self, name: impl AsRef<Path>) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(name)).filter(|file| file.is_file())
    }

    /// The name of the user who runs the program.
    pub(super) fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.variables.keys().map(String::as_str).collect();
        f.debug_struct("Environment")
            .field("variables", &names)
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}
