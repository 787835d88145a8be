//! Which of libpq's connection parameters are honoured, harmless, or refused.
//!
//! The list is that of section 34.1.2 of the PostgreSQL manual, "Parameter Key Words". A parameter
//! that would make a connection safer is never ignored: it is refused by name.

use super::UrlError;

/// Parameters that a connection is made from.
const HONOURED: &[&str] = &[
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "passfile",
    "service",
    "servicefile",
    "connect_timeout",
    "application_name",
    "options",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
];

/// Parameters that change nothing that a reader of catalogs could notice.
const HARMLESS: &[&str] = &[
    "client_encoding",
    "fallback_application_name",
    "gssdelegation",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "sslcompression",
    "sslkeylogfile",
    "sslsni",
    "tcp_user_timeout",
];

/// Parameters of which only the values that ask for nothing are accepted.
const CONDITIONAL: &[(&str, &[&str])] = &[
    ("channel_binding", &["", "disable", "prefer"]),
    ("gssencmode", &["", "disable", "prefer"]),
    ("replication", &["", "0", "false", "no", "off"]),
    ("require_auth", &[""]),
    ("requirepeer", &[""]),
    ("scram_client_key", &[""]),
    ("scram_server_key", &[""]),
    ("ssl_max_protocol_version", &["", "TLSv1.3"]),
    ("ssl_min_protocol_version", &["", "TLSv1", "TLSv1.1", "TLSv1.2"]),
    ("sslcertmode", &["", "allow"]),
    ("sslcrl", &[""]),
    ("sslcrldir", &[""]),
    ("sslnegotiation", &["", "postgres"]),
    ("sslpassword", &[""]),
    ("target_session_attrs", &["", "any"]),
];

/// The environment variables that stand for parameters (section 34.15 of the manual). `PGOPTIONS`
/// and `PGAPPNAME` are missing on purpose: the driver applies the first by itself, and the second
/// would hide from a server's administrator which program is reading.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
];

/// Whether a parameter can be honoured or safely left alone.
///
/// # Errors
/// Names the parameter, never its value.
pub(super) fn check(name: &str, value: &str) -> Result<(), UrlError> {
    if HONOURED.contains(&name) || HARMLESS.contains(&name) {
        return Ok(());
    }
    match CONDITIONAL.iter().find(|(known, _)| *known == name) {
        Some((_, values)) if values.contains(&value) => Ok(()),
        Some((name, values)) => {
            let values: Vec<&str> = values.iter().copied().filter(|value| !value.is_empty()).collect();
            let name = (*name).to_owned();
            Err(UrlError::Unsupported { name, accepted: values.join(", ") })
        }
        None => Err(UrlError::Unknown { name: name.to_owned() }),
    }
}

/// Reads the parameter `options`: settings as the server's command line takes them, `-c name=value`
/// and `--name=value`, with blanks escaped by a backslash.
///
/// # Errors
/// Where there is anything but settings.
pub(super) fn settings(options: &str) -> Result<Vec<(String, String)>, UrlError> {
    let mut words = vec![String::new()];
    let mut chars = options.chars();
    while let Some(c) = chars.next() {
        match (c, words.last_mut()) {
            (c, _) if c.is_ascii_whitespace() => words.push(String::new()),
            ('\\', Some(word)) => word.extend(chars.next()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    let mut words = words.into_iter().filter(|word| !word.is_empty());
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = match (word.as_str(), word.strip_prefix("-c"), word.strip_prefix("--")) {
            ("-c", _, _) => words.next(),
            (_, Some(setting), _) | (_, _, Some(setting)) => Some(setting.to_owned()),
            _ => None,
        };
        let (name, value) = setting.as_deref().and_then(|it| it.split_once('=')).ok_or(UrlError::Options)?;
        settings.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_the_servers_command_line() {
        let read = settings(r"-c geqo=off  -cwork_mem=4MB --search-path=a,\ b").expect("settings");
        let expected = [("geqo", "off"), ("work_mem", "4MB"), ("search_path", "a, b")];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(settings("-B 100"), Err(UrlError::Options));
        assert_eq!(settings("-c"), Err(UrlError::Options));
    }

    #[test]
    fn what_would_weaken_a_connection_is_refused_by_name() {
        assert_eq!(check("channel_binding", "prefer"), Ok(()));
        for (name, value) in
            [("channel_binding", "require"), ("sslcrl", "x"), ("target_session_attrs", "primary")]
        {
            let error = check(name, value).expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains("primary"), "{error}");
        }
        let error = check("pasword", "hunter2").expect_err("unknown").to_string();
        assert!(error.contains("pasword") && !error.contains("hunter2"), "{error}");
    }
}
