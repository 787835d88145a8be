//! Why a text is no connection URI.

use std::path::PathBuf;

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
