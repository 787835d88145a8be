//! What people set about how the terminal looks and which keys it takes, with what is wrong in it.

use super::{
    keymap::{self, Keymap},
    theme::{self, Themes},
};
use crate::config::{Config, ConfigError, ThemeFile, nearest};

/// How the terminal looks, and what its keys do.
#[derive(Clone, Debug)]
pub struct Appearance {
    pub(super) keymap: Keymap,
    pub(super) themes: Themes,
    /// The theme to start with; by default one that fits the terminal.
    pub(super) theme: Option<String>,
    /// Whether the mouse is ours.
    pub(super) mouse: bool,
}

impl Appearance {
    /// What a configuration and the user's themes come to, with the built-in keys and themes where
    /// something is wrong; and what is wrong: keys, and the theme that was chosen. A mistake in
    /// another theme is none yet.
    pub fn new(config: &Config, files: &[ThemeFile]) -> (Self, Vec<ConfigError>) {
        let (keymap, wrong_keys) = Keymap::with_overrides(&config.keys);
        let (themes, wrong_themes) = Themes::with(files);
        let key_fault = |fault: keymap::KeyFault| {
            config.fault(&format!("keys.{}", fault.setting), fault.message, &fault.hint)
        };
        let mut faults: Vec<ConfigError> = wrong_keys.into_iter().map(key_fault).collect();
        let mut theme = None;
        if let Some(name) = &config.theme {
            let file =
                files.iter().find(|file| file.name == *name).map(|file| file.path.display().to_string());
            let of_it = |fault: &ConfigError| file.as_ref().is_some_and(|file| fault.place.starts_with(file));
            faults.extend(wrong_themes.into_iter().filter(of_it));
            match themes.get(name) {
                Some(found) => theme = Some(found.name.clone()),
                None => faults.push(unknown_theme(config, name, &themes)),
            }
        }
        (Appearance { keymap, themes, theme, mouse: config.mouse.unwrap_or(true) }, faults)
    }
}

fn unknown_theme(config: &Config, name: &str, themes: &Themes) -> ConfigError {
    let hint = nearest(name, themes.names()).map_or(String::new(), |name| format!("Did you mean `{name}`?"));
    let known: Vec<&str> = themes.names().collect();
    config.fault("theme", format!("There is no theme `{name}`; there is {}.", known.join(", ")), &hint)
}

/// Everything that is wrong with what a configuration says about the terminal, and with the user's
/// themes, chosen or not.
pub fn faults(config: &Config, files: &[ThemeFile]) -> Vec<ConfigError> {
    let (_, mut faults) = Appearance::new(config, files);
    let (_, wrong_themes) = Themes::with(files);
    faults.extend(wrong_themes);
    for (name, target) in &config.targets {
        if let Some(color) = target.color.as_ref().filter(|color| theme::parse_color(color).is_none()) {
            faults.push(config.fault(
                &format!("targets.{name}.color"),
                format!("`{color}` is no colour."),
                "A colour is one of the sixteen by its name, a number up to 255, or #rrggbb.",
            ));
        }
    }
    let mut seen = Vec::new();
    faults.retain(|fault| {
        !seen.contains(fault) && {
            seen.push(fault.clone());
            true
        }
    });
    faults
}

/// The names of the themes that are part of the program.
pub fn theme_names() -> Vec<String> {
    Themes::default().names().map(str::to_owned).collect()
}

/// The names that keys can be set for: actions, and places with actions of their own.
pub fn key_names() -> Vec<String> {
    keymap::names()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn config(text: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("schemascope.toml"), text).unwrap();
        let places = crate::config::Places { current_folder: folder.path().to_owned(), ..Default::default() };
        crate::config::load(&places, &|_| None).unwrap()
    }

    fn sentences(faults: &[ConfigError]) -> Vec<String> {
        let name = |place: &str| Path::new(place).file_name().unwrap().to_string_lossy().into_owned();
        faults.iter().map(|fault| format!("{}: {}", name(&fault.place), fault.message)).collect()
    }

    #[test]
    fn what_is_wrong_is_told_where_it_was_set() {
        let config = config(
            "theme = 'drak'\n[keys]\nwirte = 'x'\n[keys.objects]\nselect = 'q'\n\
             [targets.a]\nurl = 'sqlite:a.db'\ncolor = 'bleu'\n",
        );
        let broken = ThemeFile {
            name: "mine".into(),
            path: "themes/mine.toml".into(),
            text: "[styles]\nkey = 'rde'".into(),
        };
        let (_, grave) = Appearance::new(&config, std::slice::from_ref(&broken));
        assert_eq!(grave.len(), 3, "{grave:?}");
        let all = sentences(&faults(&config, &[broken]));
        let expected = [
            "schemascope.toml:3:1: There is no action `wirte`.",
            "schemascope.toml:5:1: `quit` could not be reached in the objects: its key `q` is `select` there.",
            "schemascope.toml:1:1: There is no theme `drak`; there is dark, light, ansi16, mono, high-contrast, colorblind, mine.",
            "mine.toml:2:1: The word `rde` is no part of a style.",
            "schemascope.toml:8:1: `bleu` is no colour.",
        ];
        assert_eq!(all, expected);
    }
}
