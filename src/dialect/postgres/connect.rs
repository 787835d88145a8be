//! Every connection URI that psql takes, as options of a driver that takes fewer.

mod environment;
mod options;
mod parameters;
mod passfile;
mod service;
mod uri;

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

pub use environment::Environment;
pub(super) use options::Attempt;

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

/// A text that is no connection URI, or one that cannot be honoured. No message holds a value that
/// can be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each message says what its variant means")]
pub enum UrlError {
    #[error("A PostgreSQL URL starts with postgres:// or postgresql://, and this one does not.")]
    Scheme,
    #[error(
        "The URL has an `@` where no `@` can be. In a password, write `@` as %40, `/` as %2F and `:` as %3A."
    )]
    StrayAt,
    #[error("The IPv6 address in the URL has no proper end. Write it as [::1] or [::1]:5432.")]
    Bracket,
    #[error("Each parameter after the `?` of the URL has to be written as name=value.")]
    NoValue,
    #[error("The {part} in the URL is not properly percent-encoded. Write a plain `%` as %25.")]
    PercentEncoding { part: String },
    #[error(
        "PostgreSQL has no connection parameter `{name}`. Check its spelling in the URL or service file."
    )]
    Unknown { name: String },
    #[error(
        "The connection parameter `{name}` asks for something that schemascope cannot do, so the connection \
         is not made.{}",
        if accepted.is_empty() { " Leave it out.".to_owned() } else { format!(" Accepted are: {accepted}.") }
    )]
    Unsupported { name: String, accepted: String },
    #[error(
        "A port is not a number between 1 and 65535. If the password holds `:`, `/` or `@`, write them as \
         %3A, %2F and %40."
    )]
    Port,
    #[error("There are {ports} ports for {hosts} hosts. Give one port for all of them, or one for each.")]
    PortCount { hosts: usize, ports: usize },
    #[error(
        "The host `{host}` is an abstract socket, which schemascope cannot use. Use the folder of the socket."
    )]
    AbstractSocket { host: String },
    #[error("The parameter sslmode is none of disable, allow, prefer, require, verify-ca and verify-full.")]
    SslMode,
    #[error("sslrootcert=system works with sslmode=verify-full only. Leave sslmode out, or set it to that.")]
    SystemRoots,
    #[error("sslmode=verify-full checks the host's name, which hostaddr hides. Leave hostaddr out.")]
    HostAddress,
    #[error("The parameters sslcert and sslkey belong together, and only one of them is given.")]
    HalfCertificate,
    #[error("The parameter connect_timeout is not a whole number of seconds.")]
    Timeout,
    #[error("The parameter options holds more than settings. Write them as -c name=value.")]
    Options,
    #[error("The connection service file {} cannot be used: {reason}.", file.display())]
    ServiceFile { file: PathBuf, reason: String },
    #[error("There is no service `{service}` in the connection service file (~/.pg_service.conf).")]
    NoService { service: String },
    #[error("The URL names no user, and the name of the user who runs the program is unknown. Add a user.")]
    NoUser,
}

/// One place where a server may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) host: Host,
    /// The address to connect to where it is not the host's name that is looked up.
    pub(super) address: Option<String>,
    pub(super) port: u16,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// The usual folder of sockets if there is a server's socket in it, else `localhost`.
    Default,
    /// The folder of a socket.
    Socket(PathBuf),
    /// A name or an address.
    Name(String),
}

/// What is asked of TLS, see section 34.19 of the PostgreSQL manual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) mode: SslMode,
    pub(super) roots: Roots,
    pub(super) certificate: Option<(PathBuf, PathBuf)>,
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    Disable,
    Allow,
    #[default]
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Whose signature on a server's certificate is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// The system's authorities.
    System,
    /// Those of this file too.
    File(PathBuf),
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

    /// The URL without its password and the files that hold secrets, for people.
    pub fn redacted(&self) -> String {
        self.uri(false)
    }

    /// The URL with everything in it, so that it can be read again without an environment. For the
    /// pipe to a process of our own, and for nothing else.
    pub(crate) fn with_secrets(&self) -> SecretString {
        self.uri(true).into()
    }

    fn uri(&self, secrets: bool) -> String {
        let mut uri = format!("postgresql://{}", encoded(&self.0.user));
        if let Some(password) = self.0.password.as_ref().filter(|_| secrets) {
            uri += &format!(":{}", encoded(password.0.expose_secret()));
        }
        // One socket is written as people write it; several fit only in front of the slash.
        let hosts: Vec<String> = match self.0.servers.as_slice() {
            [Server { host: Host::Socket(_), .. }] => Vec::new(),
            servers => servers.iter().map(Server::uri).collect(),
        };
        uri += &format!("@{}/{}", hosts.join(","), encoded(&self.0.database));
        let mut separator = '?';
        for (name, value) in self.parameters(secrets) {
            uri += &format!("{separator}{name}={}", utf8_percent_encode(&value, IN_PARAMETER));
            separator = '&';
        }
        uri
    }

    /// The parameters that follow the `?`: those that are not at their default.
    fn parameters(&self, secrets: bool) -> Vec<(&'static str, String)> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let mut parameters = Vec::new();
        if let [Server { host: Host::Socket(folder), port, .. }] = self.0.servers.as_slice() {
            parameters.push(("host", path(folder)));
            if *port != DEFAULT_PORT {
                parameters.push(("port", port.to_string()));
            }
        }
        if self.0.servers.iter().any(|server| server.address.is_some()) {
            let addresses = self.0.servers.iter().map(|server| server.address.clone().unwrap_or_default());
            parameters.push(("hostaddr", addresses.collect::<Vec<_>>().join(",")));
        }
        if self.0.tls.mode != SslMode::default() {
            parameters.push(("sslmode", self.0.tls.mode.name().to_owned()));
        }
        if let Roots::File(file) = &self.0.tls.roots {
            parameters.push(("sslrootcert", path(file)));
        }
        if let Some((certificate, key)) = self.0.tls.certificate.as_ref().filter(|_| secrets) {
            parameters.extend([("sslcert", path(certificate)), ("sslkey", path(key))]);
        }
        if let Some(timeout) = self.0.timeout {
            parameters.push(("connect_timeout", timeout.as_secs().to_string()));
        }
        let texts = [
            ("application_name", self.0.application_name.clone()),
            ("options", self.0.options.clone()),
            ("passfile", self.0.passfile.as_deref().filter(|_| secrets).map(path)),
        ];
        parameters.extend(texts.into_iter().filter_map(|(name, value)| Some((name, value?))));
        parameters
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

impl Server {
    /// The host and the port, for people.
    pub(super) fn label(&self) -> String {
        match &self.host {
            Host::Default => "the local server".to_owned(),
            Host::Socket(folder) => format!("socket {}", folder.display()),
            Host::Name(name) if self.port == DEFAULT_PORT => name.clone(),
            Host::Name(name) if name.contains(':') => format!("[{name}]:{}", self.port),
            Host::Name(name) => format!("{name}:{}", self.port),
        }
    }

    fn uri(&self) -> String {
        let host = match &self.host {
            Host::Default => String::new(),
            Host::Socket(folder) => encoded(&folder.to_string_lossy()),
            Host::Name(name) if name.contains(':') => format!("[{name}]"),
            Host::Name(name) => encoded(name),
        };
        if self.port == DEFAULT_PORT { host } else { format!("{host}:{}", self.port) }
    }
}

impl SslMode {
    const ALL: [SslMode; 6] = [
        SslMode::Disable,
        SslMode::Allow,
        SslMode::Prefer,
        SslMode::Require,
        SslMode::VerifyCa,
        SslMode::VerifyFull,
    ];

    fn name(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }
}

impl Tls {
    fn from_settings(
        settings: &BTreeMap<String, String>,
        environment: &Environment,
    ) -> Result<Self, UrlError> {
        let get = |name: &str| settings.get(name).map(String::as_str);
        let mode =
            |name: &str| SslMode::ALL.into_iter().find(|mode| mode.name() == name).ok_or(UrlError::SslMode);
        let mode = get("sslmode").map(mode).transpose()?;
        let (mode, roots) = match get("sslrootcert") {
            Some("system") if mode.is_some_and(|mode| mode != SslMode::VerifyFull) => {
                return Err(UrlError::SystemRoots);
            }
            Some("system") => (SslMode::VerifyFull, Roots::System),
            named => {
                let file = named.map(PathBuf::from);
                let file = file.or_else(|| environment.home_file(".postgresql/root.crt"));
                match (mode.unwrap_or_default(), file) {
                    // With a root certificate at hand, libpq takes `require` for `verify-ca`.
                    (SslMode::Require, Some(file)) => (SslMode::VerifyCa, Roots::File(file)),
                    (mode, Some(file)) => (mode, Roots::File(file)),
                    (mode, None) => (mode, Roots::System),
                }
            }
        };
        let own = |name: &str, usual: &str| {
            get(name)
                .map(PathBuf::from)
                .or_else(|| environment.home_file(Path::new(".postgresql").join(usual)))
        };
        let certificate = match (own("sslcert", "postgresql.crt"), own("sslkey", "postgresql.key")) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            _ if get("sslcert").is_some() || get("sslkey").is_some() => {
                return Err(UrlError::HalfCertificate);
            }
            _ => None,
        };
        Ok(Tls { mode, roots, certificate })
    }
}

/// PostgreSQL's registered port.
const DEFAULT_PORT: u16 = 5432;

/// What has to be written otherwise in a parameter's value; slashes stay readable.
const IN_PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b',');

/// What has to be written otherwise in front of the `?`.
const IN_AUTHORITY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, IN_AUTHORITY).to_string()
}

/// The servers that the parameters `host`, `hostaddr` and `port` name, each a list with commas.
fn servers(
    hosts: Option<&str>,
    addresses: Option<&str>,
    ports: Option<&str>,
) -> Result<Vec<Server>, UrlError> {
    let list = |text: Option<&str>| text.map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>());
    let (hosts, addresses) = (list(hosts), list(addresses));
    let ports = list(ports).unwrap_or_else(|| vec![String::new()]);
    let count = [&hosts, &addresses].into_iter().flatten().map(Vec::len).max().unwrap_or(ports.len());
    if ports.len() != 1 && ports.len() != count {
        return Err(UrlError::PortCount { hosts: count, ports: ports.len() });
    }
    let nth = |list: &Option<Vec<String>>, at: usize| {
        list.as_ref().and_then(|list| list.get(at)).filter(|item| !item.is_empty()).cloned()
    };
    let server = |at: usize| {
        let address = nth(&addresses, at);
        let port = if ports.len() == 1 { &ports[0] } else { &ports[at] };
        let host = match nth(&hosts, at).or_else(|| address.clone()) {
            None => Host::Default,
            Some(host) if host.starts_with('@') => return Err(UrlError::AbstractSocket { host }),
            Some(host) if host.starts_with('/') => Host::Socket(host.into()),
            Some(host) => Host::Name(host),
        };
        Ok(Server { host, address, port: self::port(port)? })
    };
    (0..count).map(server).collect()
}

fn port(text: &str) -> Result<u16, UrlError> {
    let port = if text.is_empty() { Ok(DEFAULT_PORT) } else { text.trim().parse() };
    port.ok().filter(|port| *port != 0).ok_or(UrlError::Port)
}

/// Seconds; zero or less means to wait for ever, as in libpq.
fn timeout(text: &str) -> Result<Duration, UrlError> {
    let seconds: i64 = text.trim().parse().map_err(|_| UrlError::Timeout)?;
    Ok(Duration::from_secs(seconds.max(0).unsigned_abs()))
}

#[cfg(test)]
mod tests;
