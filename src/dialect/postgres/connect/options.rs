//! A connection URL as options of the driver, one attempt for each way to reach a server.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::ExposeSecret;
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{ConnectionUrl, Host, Roots, Server, SslMode, parameters, passfile};

/// How long a connection may take if the URL does not say.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The name by which a server's administrator knows the sessions.
const APPLICATION_NAME: &str = "schemascope";

/// One way to reach one server.
pub(in crate::dialect::postgres) struct Attempt {
    /// What the driver needs.
    pub(in crate::dialect::postgres) options: PgConnectOptions,
    /// Where it leads, for people: `localhost port 5433`, `the socket /tmp/.s.PGSQL.5432`.
    pub(in crate::dialect::postgres) place: String,
    /// How long it may take; nothing means for ever.
    pub(in crate::dialect::postgres) timeout: Option<Duration>,
    /// Whether there is a password to answer the server with.
    pub(in crate::dialect::postgres) has_password: bool,
    /// Another encryption that libpq would try if the server refuses this one.
    pub(in crate::dialect::postgres) otherwise: Option<PgConnectOptions>,
}

impl ConnectionUrl {
    /// The attempts to make, in order.
    pub(in crate::dialect::postgres) fn attempts(&self) -> Vec<Attempt> {
        self.0.servers.iter().map(|server| self.attempt(server)).collect()
    }

    /// A file of certificates that the URL names and that is not there.
    pub(in crate::dialect::postgres) fn missing_file(&self) -> Option<&Path> {
        let roots = match &self.0.tls.roots {
            Roots::File(file) if self.0.tls.mode >= SslMode::VerifyCa => Some(file),
            _ => None,
        };
        let own = self.0.tls.certificate.iter().flat_map(|(certificate, key)| [certificate, key]);
        roots.into_iter().chain(own).find(|file| !file.is_file()).map(PathBuf::as_path)
    }

    fn attempt(&self, server: &Server) -> Attempt {
        let socket = match &server.host {
            _ if server.address.is_some() => None,
            Host::Default => default_socket(server.port),
            Host::Socket(folder) => Some(folder.clone()),
            Host::Name(_) => None,
        };
        let name = match &server.host {
            Host::Name(name) => name,
            Host::Default | Host::Socket(_) => "localhost",
        };
        let (place, host) = match &socket {
            Some(folder) => {
                let file = folder.join(format!(".s.PGSQL.{}", server.port));
                (format!("the socket {}", file.display()), folder.to_string_lossy().into_owned())
            }
            None => {
                let host = server.address.as_deref().unwrap_or(name);
                (format!("{host} port {}", server.port), host.to_owned())
            }
        };
        let password = self.0.password.as_ref().map(|password| password.0.expose_secret().to_owned());
        let password = password.or_else(|| {
            // A socket in a usual folder goes by the name of localhost in the password file.
            let usual = socket.as_deref().is_some_and(|folder| USUAL_FOLDERS.iter().any(|it| folder == *it));
            let host = if socket.is_some() && !usual { &host } else { name };
            passfile::password(self.0.passfile.as_deref()?, host, server.port, &self.0.database, &self.0.user)
        });

        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&host)
            .port(server.port)
            .username(&self.0.user)
            .database(&self.0.database)
            // The driver would take PGPASSWORD where none is set.
            .password(password.as_deref().unwrap_or_default())
            .application_name(self.0.application_name.as_deref().unwrap_or(APPLICATION_NAME))
            .extra_float_digits(None)
            .disable_statement_logging();
        if let Some(Ok(settings)) = self.0.options.as_deref().map(parameters::settings) {
            options = options.options(settings);
        }
        options = match &self.0.tls.roots {
            Roots::System => options.ssl_root_cert_from_pem(Vec::new()),
            Roots::File(file) => options.ssl_root_cert(file),
        };
        if let Some((certificate, key)) = &self.0.tls.certificate {
            options = options.ssl_client_cert(certificate).ssl_client_key(key);
        }
        // Nobody listens in on a socket of the file system: libpq uses no TLS there.
        let mode = if socket.is_some() { SslMode::Disable } else { self.0.tls.mode };
        let (first, otherwise) = match mode {
            SslMode::Disable => (PgSslMode::Disable, None),
            SslMode::Allow => (PgSslMode::Disable, Some(PgSslMode::Require)),
            SslMode::Prefer => (PgSslMode::Prefer, Some(PgSslMode::Disable)),
            SslMode::Require => (PgSslMode::Require, None),
            SslMode::VerifyCa => (PgSslMode::VerifyCa, None),
            SslMode::VerifyFull => (PgSslMode::VerifyFull, None),
        };
        Attempt {
            otherwise: otherwise.map(|mode| options.clone().ssl_mode(mode)),
            options: options.ssl_mode(first),
            place,
            timeout: Some(self.0.timeout.unwrap_or(DEFAULT_TIMEOUT)).filter(|timeout| !timeout.is_zero()),
            has_password: password.is_some(),
        }
    }
}

/// Where the servers of the usual packages keep their sockets.
const USUAL_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// The first usual folder in which there is a socket for the port.
fn default_socket(port: u16) -> Option<PathBuf> {
    let folders = USUAL_FOLDERS.iter().map(PathBuf::from);
    folders.into_iter().find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists())
}
