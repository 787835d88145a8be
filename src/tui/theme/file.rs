//! The file of a theme → how each role looks.

use std::{collections::BTreeMap, path::Path};

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::{Role, Theme};
use crate::config::{ConfigError, nearest, read_document};

/// The words of a style that are no colour, and `on`.
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The terminal's own colours, as they are named in a theme.
const COLORS: [&str; 17] = [
    "default",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "gray",
    "darkgray",
    "lightred",
    "lightgreen",
    "lightyellow",
    "lightblue",
    "lightmagenta",
    "lightcyan",
    "white",
];

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The built-in theme that everything comes from that is not said here.
    base: Option<String>,
    /// Names for colours.
    #[serde(default)]
    colors: BTreeMap<String, String>,
    #[serde(default)]
    styles: BTreeMap<Role, String>,
}

/// The theme that a file's text describes, apart from what is wrong with it; and what is wrong. What
/// the file does not say comes from its `base`, one of the themes that are given, or else `dark`.
pub fn parse(name: &str, file: &Path, text: &str, bases: &[Theme]) -> (Theme, Vec<ConfigError>) {
    let document = read_document::<Written>(file, text);
    let mut faults = document.faults;
    let mut fault = |setting: &str, message: String, hint: Option<String>| {
        let place = document.places.get(setting).cloned().unwrap_or_else(|| file.display().to_string());
        let hint = hint.map_or(String::new(), |hint| format!(" {hint}"));
        faults.push(ConfigError { place, message, hint });
    };
    let Written { base, colors: named, styles } = document.written;
    let base_name = base.as_deref().unwrap_or("dark");
    let base = bases.iter().find(|theme| theme.name == base_name);
    if base.is_none() && !bases.is_empty() {
        let names = || bases.iter().map(|theme| theme.name.as_str());
        let message = format!(
            "There is no built-in theme `{base_name}`; there is {}.",
            names().collect::<Vec<_>>().join(", ")
        );
        fault("base", message, nearest(base_name, names()).map(did_you_mean));
    }
    let mut colors = BTreeMap::new();
    for (name, text) in &named {
        match parse_color(text) {
            Some(color) => drop(colors.insert(name.as_str(), color)),
            None => fault(
                &format!("colors.{name}"),
                format!("`{text}` is no colour."),
                Some(
                    "A colour is one of the sixteen by its name, a number up to 255, or #rrggbb.".to_owned(),
                ),
            ),
        }
    }
    let mut theme =
        Theme { name: name.to_owned(), styles: base.map(|base| base.styles.clone()).unwrap_or_default() };
    for (role, text) in styles {
        match parse_style(&text, &colors) {
            Ok(style) => drop(theme.styles.insert(role, style)),
            Err(word) => {
                let known =
                    MODIFIERS.iter().map(|(word, _)| *word).chain(COLORS).chain(colors.keys().copied());
                let hint = nearest(&word, known).map_or_else(
                    || {
                        "A style is written as `bold #rrggbb on #rrggbb`, with the words bold, dim, italic, underlined and \
                         reversed, the names of the sixteen colours, numbers up to 255, default, and names from [colors]."
                            .to_owned()
                    },
                    did_you_mean,
                );
                let message = format!("The word `{word}` is no part of a style.");
                fault(&format!("styles.{}", role_name(role)), message, Some(hint));
            }
        }
    }
    (theme, faults)
}

fn did_you_mean(word: &str) -> String {
    format!("Did you mean `{word}`?")
}

/// A role as it is written in a file.
fn role_name(role: Role) -> String {
    let mut name = String::new();
    for c in format!("{role:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(c.to_lowercase());
    }
    name
}

/// A colour by one of the sixteen names, as a number up to 255, or as `#rrggbb`.
pub fn parse_color(text: &str) -> Option<Color> {
    match text {
        "default" => Some(Color::Reset),
        _ => text.parse().ok(),
    }
}

/// The style that a text describes, or the word that is no part of one.
fn parse_style(text: &str, named: &BTreeMap<&str, Color>) -> Result<Style, String> {
    let mut style = Style::new();
    let mut background = false;
    for word in text.split_whitespace() {
        if word == "on" {
            background = true;
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            let color =
                named.get(word).copied().or_else(|| parse_color(word)).ok_or_else(|| word.to_owned())?;
            style = if background { style.bg(color) } else { style.fg(color) };
        }
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Themes;

    fn faults(text: &str) -> Vec<String> {
        let bases = Themes::default();
        let (_, faults) = parse("mine", Path::new("mine.toml"), text, bases.built_in());
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_theme_says_what_differs_from_its_base_with_colours_of_its_own() {
        let bases = Themes::default();
        let text = "base = 'light'\n[colors]\nsea = '#004488'\n[styles]\nkey = 'bold sea on 7'\n";
        let (theme, faults) = parse("mine", Path::new("mine.toml"), text, bases.built_in());
        assert_eq!(faults, []);
        let style = theme.style(Role::Key);
        assert_eq!((style.fg, style.bg), (Some(Color::Rgb(0, 0x44, 0x88)), Some(Color::Indexed(7))));
        assert_eq!(theme.style(Role::Dim), bases.get("light").unwrap().style(Role::Dim));
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_line_and_a_suggestion() {
        let text =
            "bse = 'dark'\nbase = 'drak'\n[colors]\nsea = 'sea'\n[styles]\ntxt = 'red'\ndim = 'bolt red'\n";
        let faults = faults(text);
        let starts = [
            "mine.toml:1:1: `bse` is no setting here; there is `base`, `colors` and `styles`. Did you mean `base`?",
            "mine.toml:6:1: `txt` is no choice here. Did you mean `text`?",
            "mine.toml:2:1: There is no built-in theme `drak`; there is dark, light, ansi16, mono, high-contrast, \
             colorblind. Did you mean `dark`?",
            "mine.toml:4:1: `sea` is no colour. A colour is",
            "mine.toml:7:1: The word `bolt` is no part of a style. Did you mean `bold`?",
        ];
        assert_eq!(faults.len(), starts.len(), "{faults:#?}");
        for (fault, start) in faults.iter().zip(starts) {
            assert!(fault.starts_with(start), "{fault}");
        }
        assert!(faults[1].ends_with("Did you mean `text`?"), "{}", faults[1]);
    }

    #[test]
    fn every_role_has_the_name_that_files_use() {
        for role in Themes::default().get("dark").unwrap().styles.keys() {
            let json = serde_json::from_value::<Role>(role_name(*role).into());
            assert_eq!(json.unwrap(), *role);
        }
    }
}
