//! A first `schemascope.toml`, from what is found in a folder.

use std::{fs, path::Path};

use super::{Variables, dot_env};

/// Where teams keep all of the schema that is meant.
const SCHEMAS: &[&str] = &[
    "schema.sql",
    "db/schema.sql",
    "db/structure.sql",
    "database/schema.sql",
    "sql/schema.sql",
    "supabase/schemas",
];

/// Where teams keep the migrations that lead to it, the usual first.
pub const MIGRATIONS: &[&str] = &[
    "migrations",
    "db/migrations",
    "db/migrate",
    "database/migrations",
    "sql/migrations",
    "supabase/migrations",
    "prisma/migrations",
    "src/main/resources/db/migration",
];

/// The variables that tools agree on, with a name for the target that they lead to.
const URLS: &[(&str, &str)] = &[
    ("DATABASE_URL", "local"),
    ("POSTGRES_URL", "postgres"),
    ("STAGING_DATABASE_URL", "staging"),
    ("PRODUCTION_DATABASE_URL", "production"),
    ("PROD_DATABASE_URL", "prod"),
];

const HEAD: &str = "\
# What `schemascope` opens in this repository. Relative paths start here; paths and URLs may hold
# ${VARIABLES}, from the environment or from .env. `schemascope config check` finds mistakes.
";

const MEANT: &str = "# The schema that is meant: a script, a folder of them, an inventory, or a database.\n";

const TARGETS: &str = "
# The databases that ought to have it. No password has to stand here: it comes from ~/.pgpass,
# PGPASSWORD, a service file, a password-command, or a prompt.
";

const EXAMPLE: &str = "
# [targets.production]
# url = \"postgres://readonly@db.example/app\"
# password-command = [\"op\", \"read\", \"op://ops/production/password\"]
# protected = true
# color = \"red\"
";

const TAIL: &str = "
# What comparisons leave out.
# [rules]
# ignore = [\"table:public.schema_migrations\"]
# comments = false

# The terminal. `?` shows the keys that there are.
# theme = \"colorblind\"          belongs above the first [table]
# [keys]
# write = [\"w\", \"ctrl-s\"]
";

/// A configuration that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text of the file.
    pub text: String,
    /// What it was made from, in words.
    pub found: Vec<String>,
    /// Whether it names a canonical schema and a target, so that it can be opened as it is.
    pub complete: bool,
    /// The canonical schema that it names, if it names one.
    pub canonical: Option<String>,
    /// The targets that it names: their names, and where they are.
    pub targets: Vec<(String, String)>,
}

impl Draft {
    /// The text with a canonical schema and a target that somebody named, in place of what was found.
    pub fn with(&self, canonical: &str, name: &str, url: &str) -> String {
        let mut text = format!("{HEAD}\n{MEANT}canonical = {}\n{TARGETS}", quoted(canonical));
        let others = self.targets.iter().skip(1).filter(|(other, _)| other != name);
        let first = (name.to_owned(), url.to_owned());
        for (name, url) in std::iter::once(&first).chain(others) {
            text.push_str(&format!("[targets.{}]\nurl = {}\n", key(name), quoted(url)));
        }
        text + TAIL
    }
}

/// A name as the part of a table's heading.
fn key(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { quoted(name) }
}

/// The configuration that fits what is in a folder. Reads names of files, `.env` and variables; what
/// a URL says is not shown.
pub fn draft(folder: &Path, variables: &Variables<'_>) -> Draft {
    let schemas: Vec<&str> =
        SCHEMAS.iter().chain(MIGRATIONS).copied().filter(|path| holds_sql(&folder.join(path))).collect();
    let targets = targets(folder, variables);
    let mut found: Vec<String> = schemas.iter().map(|path| (*path).to_owned()).collect();
    found.extend(targets.iter().map(|target| target.why.clone()));
    let mut text = HEAD.to_owned();
    text.push_str(&format!("\n{MEANT}"));
    match schemas.split_first() {
        Some((first, others)) => {
            text.push_str(&format!("canonical = {}\n", quoted(first)));
            for other in others {
                text.push_str(&format!("# canonical = {}\n", quoted(other)));
            }
        }
        None => text.push_str("# canonical = \"schema.sql\"\n"),
    }
    text.push_str(TARGETS);
    for Found { name, setting, value, why } in &targets {
        text.push_str(&format!("[targets.{}]\n{setting} = {}  # {why}\n", name, quoted(value)));
    }
    text.push_str(EXAMPLE);
    text.push_str(TAIL);
    Draft {
        text,
        found,
        complete: !schemas.is_empty() && !targets.is_empty(),
        canonical: schemas.first().map(|path| (*path).to_owned()),
        targets: targets.into_iter().map(|target| (target.name.clone(), target.url())).collect(),
    }
}

/// A target that something points to.
struct Found {
    name: String,
    setting: &'static str,
    value: String,
    why: String,
}

impl Found {
    /// Where it is, as the setting `url` has it.
    fn url(self) -> String {
        if self.setting == "url-env" { format!("${{{}}}", self.value) } else { self.value }
    }
}

fn targets(folder: &Path, variables: &Variables<'_>) -> Vec<Found> {
    let env = dot_env::read(&folder.join(".env"));
    let mut targets = Vec::new();
    for (variable, name) in URLS {
        let place = match () {
            () if variables(variable).is_some_and(|value| is_url(&value)) => "the environment",
            () if env.get(*variable).is_some_and(|value| is_url(value)) => ".env",
            () => continue,
        };
        let (name, value) = ((*name).to_owned(), (*variable).to_owned());
        targets.push(Found { name, setting: "url-env", why: format!("{value} in {place}"), value });
    }
    for file in sqlite_files(folder) {
        let stem: String = file.split('.').next().unwrap_or_default().to_owned();
        let plain = stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let name = if plain && !stem.is_empty() { stem } else { "sqlite".to_owned() };
        if targets.iter().all(|target| target.name != name) {
            targets.push(Found { name, setting: "url", value: format!("sqlite://{file}"), why: file });
        }
    }
    targets
}

fn is_url(value: &str) -> bool {
    ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| value.starts_with(scheme))
}

/// A script, or a folder with a script in it or in one of its folders.
fn holds_sql(path: &Path) -> bool {
    let is_script = |path: &Path| path.extension().is_some_and(|extension| extension == "sql");
    let names = |folder: &Path| -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    if path.is_file() {
        return is_script(path);
    }
    let inside = names(path);
    inside
        .iter()
        .any(|path| is_script(path) || path.is_dir() && names(path).iter().any(|path| is_script(path)))
}

/// The names of the files in the folder that look like SQLite databases, in order.
fn sqlite_files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let known = |name: &String| {
        [".db", ".sqlite", ".sqlite3"].iter().any(|end| name.ends_with(end)) && folder.join(name).is_file()
    };
    let mut files: Vec<String> = names.filter(known).collect();
    files.sort();
    files
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PROJECT_FILE, parse};

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn what_is_found_becomes_a_configuration_that_is_right() {
        let files = [
            ("db/schema.sql", ""),
            ("migrations/001/up.sql", ""),
            (".env", "DATABASE_URL=postgres://a:secret@b/c"),
        ];
        let folder = folder(&[&files[..], &[("app.db", ""), ("notes.txt", "")]].concat());
        let draft = draft(folder.path(), &|_| None);
        assert!(draft.complete);
        assert_eq!(draft.found, ["db/schema.sql", "migrations", "DATABASE_URL in .env", "app.db"]);
        assert!(!draft.text.contains("secret"), "{}", draft.text);
        let set = |_: &str| Some("postgres://a@b/c".to_owned());
        let (settings, faults) = parse(&folder.path().join(PROJECT_FILE), &draft.text, &set);
        assert_eq!(faults, []);
        assert!(settings.canonical.unwrap().expose().ends_with("db/schema.sql"));
        assert_eq!(settings.targets.keys().collect::<Vec<_>>(), ["app", "local"]);
    }

    #[test]
    fn what_somebody_named_becomes_a_configuration_that_is_right() {
        let folder =
            folder(&[(".env", "DATABASE_URL=postgres://a:b@c/d\nSTAGING_DATABASE_URL=postgres://e/f")]);
        let draft = draft(folder.path(), &|_| None);
        assert_eq!(draft.targets[0], ("local".to_owned(), "${DATABASE_URL}".to_owned()));
        let text = draft.with("db/my schema.sql", "prod eu", "${DATABASE_URL}");
        let set = |_: &str| Some("postgres://a@b/c".to_owned());
        let (settings, faults) = parse(&folder.path().join(PROJECT_FILE), &text, &set);
        assert_eq!(faults, []);
        assert_eq!(settings.targets.keys().collect::<Vec<_>>(), ["prod eu", "staging"]);
    }

    #[test]
    fn what_is_left_as_a_comment_is_right_too_once_it_is_no_comment() {
        let draft = draft(folder(&[]).path(), &|_| None);
        assert!(!draft.complete && draft.found.is_empty());
        let uncommented = |line: &str| {
            let is_setting = line.contains(" = ") || line.starts_with("# [");
            if is_setting {
                line.trim_start_matches("# ").split("  ").next().unwrap().to_owned()
            } else {
                String::new()
            }
        };
        let (tables, tops): (Vec<String>, Vec<String>) = draft
            .text
            .lines()
            .map(uncommented)
            .partition(|line| !line.starts_with("theme") && !line.starts_with("canonical"));
        let (_, faults) =
            parse(Path::new("schemascope.toml"), &[tops, tables].concat().join("\n"), &|_| None);
        assert_eq!(faults, []);
    }
}
