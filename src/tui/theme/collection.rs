//! The themes that can be taken: those of the program, and the user's.

use std::path::Path;

use super::{Colors, Theme, file::parse};
use crate::config::{ConfigError, ThemeFile};

/// The themes that are part of the program, each with the text of its file.
const BUILT_IN: [(&str, &str); 6] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("ansi16", include_str!("../../../themes/ansi16.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colorblind", include_str!("../../../themes/colorblind.toml")),
];

/// The themes that can be taken.
#[derive(Clone, Debug)]
pub struct Themes {
    themes: Vec<Theme>,
}

impl Default for Themes {
    fn default() -> Self {
        let theme = |(name, text)| parse(name, Path::new(name), text, &[]).0;
        Themes { themes: BUILT_IN.into_iter().map(theme).collect() }
    }
}

impl Themes {
    /// The built-in themes with the user's, and what is wrong with those. A theme of the user's
    /// takes the place of a built-in one of the same name, and may build on it.
    pub fn with(files: &[ThemeFile]) -> (Self, Vec<ConfigError>) {
        let mut themes = Themes::default();
        let built_in = themes.themes.clone();
        let mut faults = Vec::new();
        for ThemeFile { name, path, text } in files {
            let (theme, wrong) = parse(name, path, text, &built_in);
            faults.extend(wrong);
            match themes.themes.iter_mut().find(|known| known.name == *name) {
                Some(known) => *known = theme,
                None => themes.themes.push(theme),
            }
        }
        (themes, faults)
    }

    /// The themes that are part of the program.
    #[cfg(test)]
    pub fn built_in(&self) -> &[Theme] {
        &self.themes[..BUILT_IN.len()]
    }

    /// The theme of a name.
    pub fn get(&self, name: &str) -> Option<&Theme> {
        self.themes.iter().find(|theme| theme.name == name)
    }

    /// The names of all of them, those of the program first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.themes.iter().map(|theme| theme.name.as_str())
    }

    /// A theme as a terminal of so many colours can show it; one without colours shows none of any.
    /// For a name that there is not, that is the terminal's own sixteen colours.
    pub fn shown(&self, name: &str, colors: Colors) -> Theme {
        let named = self.get(name).cloned().unwrap_or_else(|| self.own("ansi16"));
        match colors {
            Colors::None if named.has_colors() => self.own("mono"),
            Colors::Sixteen => named.sixteen(&self.own("ansi16")),
            Colors::Indexed => named.indexed(),
            Colors::None | Colors::True => named,
        }
    }

    /// The theme after one of a name, going around at the end, of those that look different from
    /// each other with so many colours.
    pub fn after(&self, name: &str, colors: Colors) -> Theme {
        let count = self.themes.len();
        let at = self.names().position(|known| known == name).unwrap_or(0);
        let mut others = (1..count).map(|step| &self.themes[(at + step) % count]);
        let current = self.shown(name, colors);
        let other = others.find_map(|theme| {
            let shown = self.shown(&theme.name, colors);
            (shown.styles != current.styles && shown.name == theme.name).then_some(shown)
        });
        other.unwrap_or(current)
    }

    fn own(&self, name: &str) -> Theme {
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        found.map_or_else(Theme::default, |(name, text)| parse(name, Path::new(name), text, &[]).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Role;

    #[test]
    fn every_built_in_theme_can_be_read_and_knows_the_same_roles() {
        let themes = Themes::default();
        let roles = |theme: &Theme| theme.styles.keys().copied().collect::<Vec<_>>();
        let dark = roles(themes.get("dark").unwrap());
        assert!(dark.contains(&Role::SqlFunction) && dark.len() >= 38, "{}", dark.len());
        for (name, text) in BUILT_IN {
            let (theme, faults) = parse(name, Path::new(name), text, &[]);
            assert_eq!(faults, [], "{name}");
            assert_eq!(roles(&theme), dark, "{name}");
        }
    }

    #[test]
    fn mono_has_no_colours_and_ansi16_no_others_than_the_terminals_own() {
        let themes = Themes::default();
        assert!(!themes.get("mono").unwrap().has_colors());
        assert!(!themes.get("ansi16").unwrap().needs_more_than_sixteen());
    }

    #[test]
    fn every_theme_tells_the_statuses_apart_and_shows_the_cursor_with_any_number_of_colours() {
        let themes = Themes::default();
        for name in themes.names() {
            for colors in [Colors::True, Colors::Indexed, Colors::Sixteen] {
                let theme = themes.shown(name, colors);
                assert_ne!(theme.style(Role::Cursor), theme.style(Role::Text), "{name}");
                assert_ne!(theme.style(Role::Border), theme.style(Role::BorderFocused), "{name}");
                if name != "mono" {
                    let statuses = [Role::Changed, Role::Missing, Role::Extra, Role::Unknown];
                    let shown: Vec<_> = statuses.iter().map(|role| theme.style(*role).fg).collect();
                    for (at, color) in shown.iter().enumerate() {
                        assert!(!shown[..at].contains(color), "{name} in {colors:?}: {shown:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_theme_of_the_users_can_be_taken_by_its_name_and_takes_its_turn() {
        let file = |name: &str, text: &str| ThemeFile {
            name: name.to_owned(),
            path: format!("{name}.toml").into(),
            text: text.to_owned(),
        };
        let files = [
            file("mine", "[styles]\nkey = 'red'\n"),
            file("light", "base = 'light'\n[styles]\nkey = 'red'\n"),
        ];
        let (themes, faults) = Themes::with(&files);
        assert_eq!(faults, []);
        assert_eq!(themes.names().filter(|name| *name == "light").count(), 1);
        assert_eq!(themes.after("colorblind", Colors::True).name, "mine");
        assert_eq!(themes.after("mine", Colors::True).name, "dark");
        assert_eq!(themes.after("mono", Colors::None).name, "mono");
    }
}
