//! Scenarios of configuration files.

use std::fs;

use super::*;

fn variables(name: &str) -> Option<String> {
    (name == "DB_PASSWORD").then(|| "secret".to_owned())
}

fn settings(text: &str) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    let (settings, faults) = parse(Path::new("/repo/schemascope.toml"), text, &variables);
    config.lay_over(settings);
    faults.into_iter().next().map_or(Ok(config), Err)
}

fn check_error(text: &str, expected: &str) {
    assert_eq!(settings(text).unwrap_err().to_string(), expected);
}

fn check_errors(text: &str, expected: &[&str]) {
    let (_, faults) = parse(Path::new("schemascope.toml"), text, &variables);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, expected);
}

#[test]
fn a_file_names_a_canonical_schema_and_its_targets() {
    let config = settings(
        r#"
        canonical = "db/schema.sql"
        [targets.prod-eu]
        url = "postgres://app:${DB_PASSWORD}@eu/app"
        protected = true
        label = "PROD EU"
        [targets.local]
        url = "sqlite://app.db"
        [rules]
        ignore = ["table:public.schema_migrations"]
        [keys]
        quit = "q"
        "#,
    )
    .unwrap();
    assert_eq!(config.canonical.as_ref().map(Address::expose), Some("/repo/db/schema.sql"));
    let eu = &config.targets["prod-eu"];
    assert_eq!(eu.address.as_ref().unwrap().expose(), "postgres://app:secret@eu/app");
    assert!(eu.protected);
    assert_eq!(config.targets["local"].address.as_ref().unwrap().expose(), "sqlite:///repo/app.db");
    assert_eq!(config.rules.ignore, ["table:public.schema_migrations"]);
    assert_eq!(config.keys["quit"], ["q"]);
}

#[test]
fn no_secret_is_printed() {
    let config = settings("[targets.a]\nurl = 'postgres://a:${DB_PASSWORD}@h/d'").unwrap();
    assert!(!format!("{config:?}").contains("secret@"), "{config:?}");
}

#[test]
fn an_unknown_setting_is_shown_with_its_place_and_the_nearest_name() {
    check_error(
        "canonical = 'a'\n[targets.x]\nulr = 'b'\n",
        "/repo/schemascope.toml:3:1: `ulr` is no setting here; there is `url`, `url-env`, `password-command`, \
         `protected`, `color` and `label`. Did you mean `url`?",
    );
}

#[test]
fn every_mistake_is_found_at_once_and_what_is_right_is_kept() {
    check_errors(
        "canonical = 7\nmouse = 'no'\n[targets.x]\nurl = 'b'\nprotectd = true\n[rules]\nowners = 'al'\n\
         [keys.tree]\nselect = 1\n[tragets.y]\nurl = 'c'\n",
        &[
            "schemascope.toml:1:13: Invalid type: integer `7`, expected a string.",
            "schemascope.toml:2:9: Invalid type: string \"no\", expected a boolean.",
            "schemascope.toml:5:1: `protectd` is no setting here; there is `url`, `url-env`, `password-command`, \
             `protected`, `color` and `label`. Did you mean `protected`?",
            "schemascope.toml:7:10: `al` is no choice here; there is `mentioned`, `all` and `none`. Did you mean `all`?",
            "schemascope.toml:9:10: Invalid type: integer `1`, expected a key as in \"ctrl-s\", or a list of keys.",
            "schemascope.toml:10:2: `tragets` is no setting here; there is `canonical`, `canonical-kind`, `scratch`, \
             `baseline`, `theme`, `mouse`, `keys`, `rules`, `verify` and `targets`. Did you mean `targets`?",
        ],
    );
    let (settings, _) = parse(Path::new("x.toml"), "mouse = 3\ntheme = 'mono'", &variables);
    assert_eq!(settings.theme.as_deref(), Some("mono"));
}

#[test]
fn a_variable_that_is_not_set_is_the_trouble_of_its_target_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = "canonical = 'a.sql'\n[targets.a]\nurl-env = 'NOPE'\n[targets.b]\nurl-env = 'DB_PASSWORD'\n\
                [targets.c]\nurl = '${FROM_FILE}'";
    fs::write(folder.path().join("schemascope.toml"), text).unwrap();
    fs::write(folder.path().join(".env"), "FROM_FILE='postgres://a@b/c'\n").unwrap();
    let places = Places { current_folder: folder.path().to_owned(), ..Places::default() };
    let config = load(&places, &variables).unwrap();
    let address = |name: &str| config.targets[name].address.as_ref();
    assert!(address("a").unwrap_err().to_string().contains("toml:3:1: The setting targets.a.url-env"));
    assert!(address("b").unwrap().expose().ends_with("/secret"));
    assert_eq!(address("c").unwrap().expose(), "postgres://a@b/c");
    assert_eq!(survey(&places, &variables).faults.len(), 1);
}

#[test]
fn a_file_that_is_not_toml_is_shown_with_its_place() {
    let error = settings("canonical = \n").unwrap_err().to_string();
    assert!(error.starts_with("/repo/schemascope.toml:1:13: "), "{error}");
}

#[test]
fn a_target_without_an_address_is_refused() {
    check_error(
        "[targets.x]\nprotected = true\n",
        "/repo/schemascope.toml:1:10: The target x needs url or url-env, and not both.",
    );
}

#[test]
fn a_variable_that_is_not_set_is_named_with_its_setting() {
    check_error(
        "[targets.x]\nurl-env = 'NOPE'\n",
        "/repo/schemascope.toml:2:1: The setting targets.x.url-env cannot be used. The environment variable NOPE is not set. \
         Set it, or write $$ for a plain $.",
    );
}

#[test]
fn the_repository_lies_over_the_user_and_an_explicit_file_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("home/.config/schemascope/config.toml", "theme = 'mono'\ncanonical = 'user.sql'\n");
    write("repo/schemascope.toml", "canonical = 'repo.sql'\n");
    write("repo/deep/down/.keep", "");
    write("other.toml", "theme = 'light'\n");
    let mut places = Places {
        explicit: None,
        current_folder: folder.path().join("repo/deep/down"),
        home: Some(folder.path().join("home")),
    };
    let config = load(&places, &|_| None).unwrap();
    assert_eq!(config.theme.as_deref(), Some("mono"));
    let repo = folder.path().join("repo/repo.sql");
    assert_eq!(config.canonical.unwrap().expose(), repo.to_str().unwrap());

    places.explicit = Some(folder.path().join("other.toml"));
    let config = load(&places, &|_| None).unwrap();
    assert_eq!(config.theme.as_deref(), Some("light"));
    assert!(config.canonical.is_none());

    places.explicit = Some(folder.path().join("missing.toml"));
    assert!(load(&places, &|_| None).unwrap_err().to_string().contains("missing.toml"));
}
