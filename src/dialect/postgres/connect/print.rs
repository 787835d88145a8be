//! A URL as text again: for people without its secrets, for a process of our own with them.

use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use super::{ConnectionUrl, DEFAULT_PORT, Host, Roots, Server, SslMode};

impl ConnectionUrl {
    /// The URL without its password and the files that hold secrets, for people.
    pub fn redacted(&self) -> String {
        self.uri(false, false)
    }

    /// The URL without its password, and the environment in which a program of libpq finds that.
    pub(crate) fn for_libpq(&self) -> (String, Option<(&'static str, SecretString)>) {
        let password = self.0.password.as_ref().map(|password| ("PGPASSWORD", password.0.clone()));
        (self.uri(false, true), password)
    }

    /// The URL with everything in it, so that it can be read again without an environment. For the
    /// pipe to a process of our own, and for nothing else.
    pub(crate) fn with_secrets(&self) -> SecretString {
        self.uri(true, true).into()
    }

    fn uri(&self, with_password: bool, with_files: bool) -> String {
        let mut uri = format!("postgresql://{}", encoded(&self.0.user));
        if let Some(password) = self.0.password.as_ref().filter(|_| with_password) {
            uri += &format!(":{}", encoded(password.0.expose_secret()));
        }
        // One socket is written as people write it; several fit only in front of the slash.
        let hosts: Vec<String> = match self.0.servers.as_slice() {
            [Server { host: Host::Socket(_), .. }] => Vec::new(),
            servers => servers.iter().map(Server::uri).collect(),
        };
        uri += &format!("@{}/{}", hosts.join(","), encoded(&self.0.database));
        let mut separator = '?';
        for (name, value) in self.parameters(with_files) {
            uri += &format!("{separator}{name}={}", utf8_percent_encode(&value, IN_PARAMETER));
            separator = '&';
        }
        uri
    }

    /// The parameters that follow the `?`: those that are not at their default.
    fn parameters(&self, with_files: bool) -> Vec<(&'static str, String)> {
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
        if let Some((certificate, key)) = self.0.tls.certificate.as_ref().filter(|_| with_files) {
            parameters.extend([("sslcert", path(certificate)), ("sslkey", path(key))]);
        }
        if let Some(timeout) = self.0.timeout {
            parameters.push(("connect_timeout", timeout.as_secs().to_string()));
        }
        let texts = [
            ("application_name", self.0.application_name.clone()),
            ("options", self.0.options.clone()),
            ("passfile", self.0.passfile.as_deref().filter(|_| with_files).map(path)),
        ];
        parameters.extend(texts.into_iter().filter_map(|(name, value)| Some((name, value?))));
        parameters
    }
}

impl Server {
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
