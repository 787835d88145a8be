//! The configuration as a user meets it: found, checked, begun, and described to editors and shells.

use std::{fs, path::Path};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// The program in a folder of its own with these files, and a home of its own.
struct User {
    folder: TempDir,
}

struct Said {
    status: i32,
    out: String,
    err: String,
}

impl User {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        User { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schemascope"));
        let home = self.folder.path().join("home");
        command.env_clear().env("HOME", home).envs(variables.iter().copied()).current_dir(self.folder.path());
        let output = command.args(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What `config check` finds, each with the file's name in place of its path.
    fn check(&self) -> (i32, Vec<String>) {
        let said = self.run(&["config", "check"], &[]);
        let folder = format!("{}/", self.folder.path().display());
        (said.status, said.out.lines().map(|line| line.replace(&folder, "")).collect())
    }
}

#[test]
fn a_first_file_is_written_from_what_is_there_and_never_overwritten() {
    let user = User::with(&[("db/schema.sql", ""), (".env", "DATABASE_URL='postgres://a:hidden@b/c'")]);
    let said = user.run(&["config", "init"], &[("STAGING_DATABASE_URL", "postgres://x@y/z")]);
    assert_eq!((said.status, said.out.trim()), (0, &*user.path("schemascope.toml")), "{}", said.err);
    let text = fs::read_to_string(user.path("schemascope.toml")).unwrap();
    assert!(text.contains("\ncanonical = \"db/schema.sql\"\n"), "{text}");
    assert!(text.contains("[targets.local]\nurl-env = \"DATABASE_URL\""), "{text}");
    assert!(text.contains("[targets.staging]\nurl-env = \"STAGING_DATABASE_URL\""), "{text}");
    assert!(!format!("{text}{}{}", said.out, said.err).contains("hidden"));
    fs::write(user.path("schemascope.toml"), "# mine\n").unwrap();
    let said = user.run(&["config", "init"], &[]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("is there already, and was left as it is"), "{}", said.err);
    assert_eq!(fs::read_to_string(user.path("schemascope.toml")).unwrap(), "# mine\n");
}

#[test]
fn every_mistake_is_told_with_its_line_and_a_suggestion() {
    let user = User::with(&[
        (
            "schemascope.toml",
            "theme = 'nigth'\nscratch = 'embeded'\ncanonical-kind = 'sqll'\n[keys.objects]\nselct = 'x'\n\
             [targets.a]\nulr = 'x'\n",
        ),
        ("home/.config/schemascope/config.toml", "mouse = 'yes'\n"),
        ("home/.config/schemascope/themes/night.toml", "base = 'dark'\n[styles]\nkye = 'red'\n"),
    ]);
    let (status, faults) = user.check();
    assert_eq!(status, 1);
    let expected = [
        ("home/.config/schemascope/config.toml:1:9: ", "expected a boolean."),
        ("schemascope.toml:7:1: `ulr` is no setting here", "Did you mean `url`?"),
        ("schemascope.toml:3:1: ", "sqlite."),
        ("schemascope.toml:2:1: There is no scratch engine called `embeded`.", "Did you mean `embedded`?"),
        ("schemascope.toml:5:1: There is no action `selct` in the objects.", "Did you mean `select`?"),
        ("schemascope.toml:1:1: There is no theme `nigth`", "Did you mean `night`?"),
        ("home/.config/schemascope/themes/night.toml:3:1: `kye` is no choice here", "Did you mean `key`?"),
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, (start, end)) in faults.iter().zip(expected) {
        assert!(fault.starts_with(start) && fault.ends_with(end), "{fault}");
    }
}

#[test]
fn what_is_right_is_said_to_be_right_and_where_it_is() {
    let user = User::with(&[
        ("schemascope.toml", "theme = 'night'\n[keys]\nwrite = ['w', 'ctrl-s']\n"),
        ("home/.config/schemascope/themes/night.toml", "[styles]\nkey = 'bold red'\n"),
    ]);
    assert_eq!(user.check(), (0, vec![]));
    let said = user.run(&["config", "path", "--json"], &[]);
    let places: Value = serde_json::from_str(&said.out).unwrap();
    let there = |what: &str| {
        let places = places.as_array().unwrap();
        places.iter().find(|place| place["what"] == what).unwrap()["there"].clone()
    };
    assert_eq!((there("the repository's"), there("your themes")), (true.into(), true.into()));
    assert_eq!(there("yours"), Value::Bool(false));
    let elsewhere = user.path("elsewhere");
    let said = user.run(&["config", "path"], &[("XDG_CONFIG_HOME", &elsewhere)]);
    assert!(said.out.contains("elsewhere/schemascope/config.toml"), "{}", said.out);
    let said = user.run(&["config", "check"], &[("SCHEMASCOPE_CONFIG", "missing.toml")]);
    assert!(said.status == 1 && said.out.starts_with("missing.toml: "), "{}", said.out);
}

#[test]
fn the_schema_of_the_configuration_fits_what_the_program_takes() {
    let user = User::with(&[]);
    let schema: Value = serde_json::from_str(&user.run(&["config", "schema"], &[]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let fits = |text: &str| {
        let instance: Value = toml::from_str::<toml::Value>(text).unwrap().try_into().unwrap();
        validator.is_valid(&instance)
    };
    assert!(fits(
        "canonical = 'a.sql'\n[targets.x]\nurl = 'b'\n[keys]\nquit = 'q'\n[keys.objects]\nselect = []"
    ));
    for wrong in ["canonicl = 'a'", "mouse = 'yes'", "[targets.x]\nulr = 'b'", "[keys]\nqiut = 'q'"] {
        assert!(!fits(wrong), "{wrong}");
    }
}

#[test]
fn shells_and_man_get_what_they_need() {
    let user = User::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = user.run(&["completions", shell], &[]);
        assert!(script.status == 0 && script.out.contains("no-prove"), "{shell}: {}", script.err);
        let offered = script.out.contains("Serve the built-in PostgreSQL");
        assert!(!offered, "{shell}: the command engine is not for people");
    }
    let page = user.run(&["man"], &[]).out;
    assert!(page.contains(".TH schemascope 1") && page.contains("SCHEMASCOPE CONFIG INIT"), "{page}");
    assert!(Path::new(&user.path("home")).read_dir().is_err(), "nothing was written at home");
}
