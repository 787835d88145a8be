//! The grammar of connection URIs: text in, parameters by their libpq names out.
//!
//! Follows section 34.1.1.2 of the PostgreSQL manual, "Connection URIs", and the order in which
//! libpq looks for the delimiters.

use super::UrlError;

/// The parameters that a URI spells, in order; a later one overrides an earlier one.
///
/// Hosts and ports of several servers are joined by commas, as libpq has them.
///
/// # Errors
/// Where the text is no connection URI. The error never holds a part that can be a password.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, UrlError> {
    let schemes = ["postgresql://", "postgres://"];
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)).ok_or(UrlError::Scheme)?;
    let mut parameters = Vec::new();

    // As in libpq, what stands before the first `@` is the user only if no `/` comes before it.
    let authority = rest.split('/').next().unwrap_or_default();
    let rest = match authority.split_once('@') {
        Some((user_info, _)) if !authority.starts_with('?') => {
            let (user, password) = user_info
                .split_once(':')
                .map_or((user_info, None), |(user, password)| (user, Some(password)));
            push(&mut parameters, "user", user)?;
            if let Some(password) = password {
                push(&mut parameters, "password", password)?;
            }
            &rest[user_info.len() + 1..]
        }
        _ => rest,
    };

    let (location, query) =
        rest.split_once('?').map_or((rest, None), |(location, query)| (location, Some(query)));
    let (servers, database) =
        location.split_once('/').map_or((location, None), |(servers, database)| (servers, Some(database)));
    // A raw `@` here is the rest of a password that was not percent-encoded: it must not be shown as
    // a host or as a database.
    if servers.contains('@') || database.is_some_and(|database| database.contains('@')) {
        return Err(UrlError::StrayAt);
    }
    hosts(&mut parameters, servers)?;
    if let Some(database) = database {
        push(&mut parameters, "dbname", database)?;
    }
    for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(UrlError::NoValue)?;
        let name = decode("parameter name", name)?;
        if name == "ssl" && value == "true" {
            parameters.push(("sslmode".to_owned(), "require".to_owned()));
        } else {
            let value = decode(&name, value)?;
            parameters.push((name, value));
        }
    }
    Ok(parameters)
}

/// Reads `host:port,[::1]:port,…` into one parameter of hosts and one of ports.
fn hosts(parameters: &mut Vec<(String, String)>, servers: &str) -> Result<(), UrlError> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for server in servers.split(',') {
        let (host, port) = if let Some(literal) = server.strip_prefix('[') {
            let (address, port) = literal.split_once(']').ok_or(UrlError::Bracket)?;
            let port = if port.is_empty() { "" } else { port.strip_prefix(':').ok_or(UrlError::Bracket)? };
            (address, port)
        } else {
            server.split_once(':').unwrap_or((server, ""))
        };
        hosts.push(decode("host", host)?);
        ports.push(decode("port", port)?);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        parameters.push(("host".to_owned(), hosts.join(",")));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.push(("port".to_owned(), ports.join(",")));
    }
    Ok(())
}

fn push(parameters: &mut Vec<(String, String)>, name: &str, value: &str) -> Result<(), UrlError> {
    if !value.is_empty() {
        parameters.push((name.to_owned(), decode(name, value)?));
    }
    Ok(())
}

/// Undoes percent-encoding, strictly: a `%` without two hexadecimal digits is an error, as in libpq.
fn decode(part: &str, text: &str) -> Result<String, UrlError> {
    let error = || UrlError::PercentEncoding { part: part.to_owned() };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or_else(error);
        let value = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(value).ok().filter(|byte| *byte != 0).ok_or_else(error)?);
    }
    String::from_utf8(bytes).map_err(|_| error())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(uri: &str) -> String {
        let pairs = parse(uri).unwrap_or_else(|error| panic!("{uri}: {error}"));
        pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_form_of_the_manual_is_read() {
        for (uri, parameters) in [
            ("postgresql://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgresql://localhost:5433", "host=localhost port=5433"),
            ("postgresql://localhost/mydb", "host=localhost dbname=mydb"),
            ("postgresql://user@localhost", "user=user host=localhost"),
            ("postgresql://user:secret@localhost", "user=user password=secret host=localhost"),
            (
                "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
                "user=other host=localhost dbname=otherdb connect_timeout=10 application_name=myapp",
            ),
            (
                "postgresql://host1:123,host2:456/somedb?target_session_attrs=any&application_name=myapp",
                "host=host1,host2 port=123,456 dbname=somedb target_session_attrs=any application_name=myapp",
            ),
            (
                "postgresql://user@localhost:5433/mydb?options=-c%20synchronous_commit%3Doff",
                "user=user host=localhost port=5433 dbname=mydb options=-c synchronous_commit=off",
            ),
            ("postgresql:///mydb?host=localhost&port=5433", "dbname=mydb host=localhost port=5433"),
            ("postgresql://[2001:db8::1234]/database", "host=2001:db8::1234 dbname=database"),
            ("postgresql://[::1]:5433,[::2]/d", "host=::1,::2 port=5433, dbname=d"),
            ("postgresql:///dbname?host=/var/lib/postgresql", "dbname=dbname host=/var/lib/postgresql"),
            ("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname", "host=/var/lib/postgresql dbname=dbname"),
            (
                "postgres://user@/db?host=/socket/dir&port=5433",
                "user=user dbname=db host=/socket/dir port=5433",
            ),
            ("postgres://u%40x:p%3A%2f%23@h/d%20b", "user=u@x password=p:/# host=h dbname=d b"),
            ("postgres://u:a:b?c@h/d", "user=u password=a:b?c host=h dbname=d"),
            ("postgres://h:1,:2,i/d", "host=h,,i port=1,2, dbname=d"),
            ("postgres://?host=/a@b&user=me", "host=/a@b user=me"),
            ("postgres:///d?ssl=true", "dbname=d sslmode=require"),
            ("postgres://:5433/", "port=5433"),
        ] {
            assert_eq!(spelled(uri), parameters, "{uri}");
        }
    }

    #[test]
    fn what_is_no_uri_is_refused_without_showing_a_password() {
        for (uri, message) in [
            ("mysql://u:hunter2@h/d", "postgres://"),
            ("postgresql:/hunter2", "postgres://"),
            ("host=h password=hunter2", "postgres://"),
            ("postgres://u:p@hunter2@h/d", "%40"),
            ("postgres://u:1/hunter2@h/d", "%40"),
            ("postgres://u:hunter2%@h/d", "password"),
            ("postgres://u:hunter2%zz@h/d", "password"),
            ("postgres://u:hunter2%00@h/d", "password"),
            ("postgres://u:hunter2@[::1/d", "IPv6"),
            ("postgres://u:hunter2@[::1]5/d", "IPv6"),
            ("postgres://h/d?hunter2", "name=value"),
        ] {
            let error = parse(uri).expect_err(uri).to_string();
            assert!(error.contains(message), "{uri}: {error}");
            assert!(!error.contains("hunter2"), "{uri}: {error}");
        }
    }
}
