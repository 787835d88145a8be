//! The connection service file (section 34.17 of the PostgreSQL manual).

use std::path::{Path, PathBuf};

use super::{Environment, UrlError};

/// The parameters of a service, from the user's file or else the system's.
///
/// # Errors
/// Where no file has the service, or a file cannot be read.
pub(super) fn parameters(
    service: &str,
    file: Option<&str>,
    environment: &Environment,
) -> Result<Vec<(String, String)>, UrlError> {
    let own = file.or_else(|| environment.variable("PGSERVICEFILE")).map(PathBuf::from);
    let own = own.or_else(|| environment.home_file(".pg_service.conf"));
    let system = environment.variable("PGSYSCONFDIR").map(|folder| Path::new(folder).join("pg_service.conf"));
    for file in own.into_iter().chain(system.filter(|file| file.is_file())) {
        let text = std::fs::read_to_string(&file)
            .map_err(|error| UrlError::ServiceFile { file: file.clone(), reason: error.to_string() })?;
        if let Some(parameters) = section(&text, service) {
            return parameters
                .ok_or(UrlError::ServiceFile { file, reason: "a line is not `name=value`".into() });
        }
    }
    Err(UrlError::NoService { service: service.to_owned() })
}

/// The lines of one section: nothing if there is no such section, and nothing inside if it has a
/// line that cannot be read.
fn section(text: &str, service: &str) -> Option<Option<Vec<(String, String)>>> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.find(|line| line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) == Some(service))?;
    let lines = lines.take_while(|line| !line.starts_with('['));
    let pair = |line: &str| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some(lines.map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "# mine\n[a]\nhost=/tmp\n\nport=5433\n[b]\nhost=b\n[c]\nldap://x\n";
        let pairs = |service| section(text, service);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(pairs("a"), Some(Some(vec![pair("host", "/tmp"), pair("port", "5433")])));
        assert_eq!(pairs("b"), Some(Some(vec![pair("host", "b")])));
        assert_eq!(pairs("c"), Some(None));
        assert_eq!(pairs("d"), None);
    }
}
