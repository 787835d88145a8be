//! Tables of URLs, and of what becomes of them.

use super::*;

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Environment::new(variables, None, Some("me".to_owned()))
}

fn parsed(uri: &str) -> ConnectionUrl {
    ConnectionUrl::parse(uri, &environment(&[])).unwrap_or_else(|error| panic!("{uri}: {error}"))
}

#[test]
fn what_is_left_open_gets_libpqs_defaults() {
    for (uri, printed) in [
        ("postgres://", "postgresql://me@/me"),
        ("postgresql://h", "postgresql://me@h/me"),
        ("postgresql://you@h", "postgresql://you@h/you"),
        ("postgresql://you:secret@h:5433/d", "postgresql://you@h:5433/d"),
        ("postgresql://you@/d?host=/socket/dir&port=5433", "postgresql://you@/d?host=/socket/dir&port=5433"),
        ("postgresql://%2Fsocket%2Fdir/d", "postgresql://me@/d?host=/socket/dir"),
        ("postgresql://[::1]:5433/d", "postgresql://me@[::1]:5433/d"),
        ("postgresql://a:1,b:2/d?sslmode=verify-full", "postgresql://me@a:1,b:2/d?sslmode=verify-full"),
        ("postgresql://a,b:7777/d?port=6666", "postgresql://me@a:6666,b:6666/d"),
        ("postgresql://h/d?password=secret&user=u", "postgresql://u@h/d"),
        ("postgresql://h/d?sslrootcert=system", "postgresql://me@h/d?sslmode=verify-full"),
        (
            "postgresql://h/d?sslmode=require&sslrootcert=/r",
            "postgresql://me@h/d?sslmode=verify-ca&sslrootcert=/r",
        ),
        ("postgresql://h/d?host=&keepalives=1", "postgresql://me@/d"),
        ("postgresql:///d?hostaddr=127.0.0.1", "postgresql://me@127.0.0.1/d?hostaddr=127.0.0.1"),
        ("postgresql://h/a%20b%3F?connect_timeout=3", "postgresql://me@h/a%20b%3F?connect_timeout=3"),
    ] {
        let url = parsed(uri);
        assert_eq!(url.to_string(), printed, "{uri}");
        let again = ConnectionUrl::from_str(url.with_secrets().expose_secret());
        assert_eq!(again.as_ref(), Ok(&url), "{uri} has to survive being printed");
    }
}

#[test]
fn no_print_of_a_url_has_its_password() {
    let url = parsed("postgres://u:hunter2@h/d?application_name=x");
    assert!(url.has_password());
    let prints = [url.to_string(), url.redacted(), url.host_label(), format!("{url:?}"), format!("{url:#?}")];
    assert!(prints.iter().all(|print| !print.contains("hunter2")), "{prints:?}");
    let url = parsed("postgres://u@h/d").with_password("hunter2".into());
    assert!(url.has_password() && !format!("{url:?}{url}").contains("hunter2"));
    let surroundings = environment(&[("PGPASSWORD", "hunter2")]);
    assert!(!format!("{surroundings:?}").contains("hunter2"));
}

#[test]
fn what_cannot_be_honoured_is_refused_without_its_value() {
    for (uri, error) in [
        ("postgres://h:hunter2/d", UrlError::Port),
        ("postgres://h:0/d", UrlError::Port),
        ("postgres://h:65536/d", UrlError::Port),
        ("postgres://a:1,b,c/d?port=1,2", UrlError::PortCount { hosts: 3, ports: 2 }),
        ("postgres://h/d?sslmode=hunter2", UrlError::SslMode),
        ("postgres://h/d?sslrootcert=system&sslmode=require", UrlError::SystemRoots),
        ("postgres://h/d?sslcert=/hunter2", UrlError::HalfCertificate),
        ("postgres://h/d?hostaddr=127.0.0.1&sslmode=verify-full", UrlError::HostAddress),
        ("postgres://h/d?connect_timeout=hunter2", UrlError::Timeout),
        ("postgres://h/d?options=hunter2", UrlError::Options),
        ("postgres://h/d?sslpasword=hunter2", UrlError::Unknown { name: "sslpasword".into() }),
        ("postgres://h/d?service=nowhere", UrlError::NoService { service: "nowhere".into() }),
        ("postgres:///d?host=@abstract", UrlError::AbstractSocket { host: "@abstract".into() }),
        (
            "postgres://h/d?target_session_attrs=hunter2",
            UrlError::Unsupported { name: "target_session_attrs".into(), accepted: "any".into() },
        ),
    ] {
        let refused = ConnectionUrl::parse(uri, &environment(&[]));
        assert_eq!(refused.as_ref(), Err(&error), "{uri}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    assert_eq!(ConnectionUrl::from_str("postgres://h/d"), Err(UrlError::NoUser));
}

#[test]
fn the_environment_fills_what_the_url_leaves_open() {
    let surroundings = environment(&[
        ("PGHOST", "/run/x"),
        ("PGPORT", "5433"),
        ("PGUSER", "env"),
        ("PGDATABASE", "envdb"),
        ("PGSSLMODE", "require"),
        ("PGCONNECT_TIMEOUT", "3"),
        ("PGPASSWORD", "p"),
        ("PGOPTIONS", "-c geqo=off"),
    ]);
    let url = ConnectionUrl::parse("postgres://", &surroundings).expect("a URL");
    let printed = "postgresql://env@/envdb?host=/run/x&port=5433&sslmode=require&connect_timeout=3";
    assert_eq!(url.to_string(), printed);
    assert!(url.has_password());
    let url = ConnectionUrl::parse("postgres://u@h:1/d?sslmode=disable", &surroundings).expect("a URL");
    assert_eq!(url.to_string(), "postgresql://u@h:1/d?sslmode=disable&connect_timeout=3");
}

#[test]
fn a_service_comes_before_the_environment_and_after_the_url() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "[s]\nhost=service\nport=7\ndbname=sdb\n").expect("written");
    let path = file.path().to_str().expect("a path");
    let surroundings = environment(&[("PGSERVICEFILE", path), ("PGHOST", "env"), ("PGPORT", "8")]);
    let url = ConnectionUrl::parse("postgres://:9/?service=s", &surroundings).expect("a URL");
    assert_eq!(url.to_string(), "postgresql://me@service:9/sdb");
    let surroundings = environment(&[("PGSERVICEFILE", path), ("PGSERVICE", "s")]);
    let url = ConnectionUrl::parse("postgres:///d", &surroundings).expect("a URL");
    assert_eq!(url.to_string(), "postgresql://me@service:7/d");
}

#[test]
fn hosts_are_named_for_people() {
    for (uri, label) in [
        ("postgres://", "the local server"),
        ("postgres://h", "h"),
        ("postgres://h:5433,[::1]:5434", "h:5433, [::1]:5434"),
        ("postgres:///?host=/tmp", "socket /tmp"),
    ] {
        assert_eq!(parsed(uri).host_label(), label, "{uri}");
    }
}

#[test]
fn sockets_are_never_asked_for_tls_and_get_their_own_attempts() {
    let attempts = parsed("postgres://%2Fnowhere:1,h:2/d?sslmode=verify-full").attempts();
    let modes: Vec<String> = attempts.iter().map(|it| format!("{:?}", it.options.get_ssl_mode())).collect();
    assert_eq!(modes, ["Disable", "VerifyFull"]);
    let places: Vec<&str> = attempts.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["the socket /nowhere/.s.PGSQL.1", "h port 2"]);
}
