//! Every connection URI that psql takes, as options of a driver that takes fewer.

mod environment;
mod error;
mod options;
mod parameters;
mod passfile;
mod print;
mod servers;
mod service;
mod tls;
mod uri;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

pub use environment::Environment;
pub use error::UrlError;
pub(super) use options::Attempt;
use servers::{DEFAULT_PORT, Host, Server, servers};
use tls::{Roots, SslMode, Tls};

/// A PostgreSQL connection URI, parsed as libpq parses it, with what was missing in it filled from
/// the service file, the environment and libpq's defaults. Prints without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionUrl(Arc<Parts>);

/// What a URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    servers: Vec<Server>,
    user: String,
    database: String,
    password: Option<Password>,
    passfile: Option<PathBuf>,
    tls: Tls,
    timeout: Option<Duration>,
    application_name: Option<String>,
    options: Option<String>,
}

/// A password that can be compared, and that no Debug shows.
#[derive(Clone, Debug)]
struct Password(SecretString);

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for Password {}

impl ConnectionUrl {
    /// Reads a URI as psql does. What it leaves open comes from the service it names, then from the
    /// environment, then from libpq's defaults.
    ///
    /// # Errors
    /// As [`UrlError`] says; never with a part of a password.
    pub fn parse(text: &str, environment: &Environment) -> Result<Self, UrlError> {
        let mut settings: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in uri::parse(text)? {
            parameters::check(&name, &value)?;
            settings.insert(name, value);
        }
        let service =
            settings.get("service").map(String::as_str).or_else(|| environment.variable("PGSERVICE"));
        if let Some(service) = service.map(str::to_owned) {
            let file = settings.get("servicefile").map(String::as_str);
            for (name, value) in service::parameters(&service, file, environment)? {
                parameters::check(&name, &value)?;
                settings.entry(name).or_insert(value);
            }
        }
        for (name, value) in environment.parameters() {
            if !settings.contains_key(name) {
                parameters::check(name, value)?;
                settings.insert(name.to_owned(), value.to_owned());
            }
        }
        settings.retain(|_, value| !value.is_empty());
        Self::from_settings(&settings, environment)
    }

    fn from_settings(
        settings: &BTreeMap<String, String>,
        environment: &Environment,
    ) -> Result<Self, UrlError> {
        let get = |name: &str| settings.get(name).map(String::as_str);
        let user = get("user").or_else(|| environment.user()).ok_or(UrlError::NoUser)?.to_owned();
        let passfile = get("passfile").map(PathBuf::from);
        let tls = Tls::from_settings(settings, environment)?;
        if tls.mode == SslMode::VerifyFull && get("hostaddr").is_some() {
            return Err(UrlError::HostAddress);
        }
        if let Some(options) = get("options") {
            parameters::settings(options)?;
        }
        Ok(ConnectionUrl(Arc::new(Parts {
            servers: servers(get("host"), get("hostaddr"), get("port"))?,
            database: get("dbname").unwrap_or(&user).to_owned(),
            user,
            password: get("password").map(|password| Password(password.into())),
            passfile: passfile.or_else(|| environment.home_file(".pgpass")),
            tls,
            timeout: get("connect_timeout").map(timeout).transpose()?,
            application_name: get("application_name").map(str::to_owned),
            options: get("options").map(str::to_owned),
        })))
    }

    /// The URL of a database behind a socket in a folder, for servers of our own.
    pub fn local(folder: &Path, user: &str, database: &str) -> Self {
        ConnectionUrl(Arc::new(Parts {
            servers: vec![Server {
                host: Host::Socket(folder.to_owned()),
                address: None,
                port: DEFAULT_PORT,
            }],
            user: user.to_owned(),
            database: database.to_owned(),
            password: None,
            passfile: None,
            tls: Tls { mode: SslMode::Disable, roots: Roots::System, certificate: None },
            timeout: None,
            application_name: None,
            options: None,
        }))
    }

    /// The URL with this password.
    pub fn with_password(mut self, password: SecretString) -> Self {
        Arc::make_mut(&mut self.0).password = Some(Password(password));
        self
    }

    /// The URL of another database of the same server.
    pub fn with_database(mut self, database: &str) -> Self {
        database.clone_into(&mut Arc::make_mut(&mut self.0).database);
        self
    }

    /// Whether the URL or the environment gave a password; a password file may still have one.
    pub fn has_password(&self) -> bool {
        self.0.password.is_some()
    }

    /// The name of the database.
    pub fn database(&self) -> &str {
        &self.0.database
    }

    /// The role to connect as.
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Where the server is, for people: `db.example.com`, `localhost:5433`, `socket /tmp`.
    pub fn host_label(&self) -> String {
        let labels: Vec<String> = self.0.servers.iter().map(Server::label).collect();
        labels.join(", ")
    }
}

impl fmt::Display for ConnectionUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.redacted())
    }
}

impl FromStr for ConnectionUrl {
    type Err = UrlError;

    /// Reads a URI that leaves nothing to the environment.
    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text, &Environment::default())
    }
}

/// Seconds; zero or less means to wait for ever, as in libpq.
fn timeout(text: &str) -> Result<Duration, UrlError> {
    let seconds: i64 = text.trim().parse().map_err(|_| UrlError::Timeout)?;
    Ok(Duration::from_secs(seconds.max(0).unsigned_abs()))
}

#[cfg(test)]
mod tests;
