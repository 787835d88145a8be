//! The password file (section 34.16 of the PostgreSQL manual).

use std::path::Path;

/// The password of the first line that fits. A file that others can read is passed over, as libpq
/// does it.
pub(super) fn password(file: &Path, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
    if !private(file) {
        return None;
    }
    let bytes = std::fs::read(file).ok()?;
    let wanted = [host, &port.to_string(), database, user];
    String::from_utf8_lossy(&bytes).lines().find_map(|line| fitting(line, wanted))
}

#[cfg(unix)]
fn private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(file).is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn private(file: &Path) -> bool {
    file.is_file()
}

/// The password of a line whose first four fields fit, each being `*` or the wanted text.
fn fitting(line: &str, wanted: [&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut rest = line;
    for wanted in wanted {
        let (raw, field, after) = field(rest);
        (raw == "*" || field == wanted).then_some(())?;
        rest = after?;
    }
    Some(field(rest).1)
}

/// The next field as it stands and without its escapes, and what follows its colon.
fn field(text: &str) -> (&str, String, Option<&str>) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            ':' => return (&text[..at], value, Some(&text[at + 1..])),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            c => value.push(c),
        }
    }
    (text, value, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_gives_the_password() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let lines = "# localhost:5432:db:me:comment\n\
                     localhost:5432:other:me:wrong\n\
                     *:5433:*:me:by\\:port\n\
                     \\:\\:1:5432:db:me:six\n\
                     localhost:*:db:*:any\n";
        std::fs::write(file.path(), lines).expect("written");
        let found = |host, port, database, user| password(file.path(), host, port, database, user);
        assert_eq!(found("localhost", 5432, "db", "me").as_deref(), Some("any"));
        assert_eq!(found("elsewhere", 5433, "x", "me").as_deref(), Some("by:port"));
        assert_eq!(found("::1", 5432, "db", "me").as_deref(), Some("six"));
        assert_eq!(found("elsewhere", 5432, "db", "me"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_passed_over() {
        use std::os::unix::fs::PermissionsExt;

        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "*:*:*:*:secret\n").expect("written");
        std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o640)).expect("mode");
        assert_eq!(password(file.path(), "h", 5432, "d", "u"), None);
    }
}
