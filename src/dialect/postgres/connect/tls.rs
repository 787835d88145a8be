//! What a URL asks of TLS, as libpq has it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Environment, UrlError};

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

impl SslMode {
    const ALL: [SslMode; 6] = [
        SslMode::Disable,
        SslMode::Allow,
        SslMode::Prefer,
        SslMode::Require,
        SslMode::VerifyCa,
        SslMode::VerifyFull,
    ];

    pub(super) fn name(self) -> &'static str {
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
    pub(super) fn from_settings(
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
