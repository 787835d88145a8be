//! The servers that a URL names, tried in order.

use std::path::PathBuf;

use super::UrlError;

/// PostgreSQL's registered port.
pub(super) const DEFAULT_PORT: u16 = 5432;

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
}

/// The servers that the parameters `host`, `hostaddr` and `port` name, each a list with commas.
pub(super) fn servers(
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
