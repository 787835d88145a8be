//! Colours: what each role on the screen looks like, read from a file.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// The themes that are part of the program, each with the text of its file.
const BUILT_IN: [(&str, &str); 6] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi16", include_str!("../../themes/ansi16.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("colorblind", include_str!("../../themes/colorblind.toml")),
];

/// What something on the screen is there for; the theme says how that looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything that is nothing else; also the background.
    Text,
    /// What is of less importance.
    Dim,
    /// What is of more importance.
    Strong,
    /// The frame of a pane.
    Border,
    /// The frame of the pane that has the focus.
    BorderFocused,
    /// The title of a pane.
    Title,
    /// The title of the pane that has the focus.
    TitleFocused,
    /// The row under the cursor, in the pane that has the focus.
    Cursor,
    /// The row under the cursor, in another pane.
    CursorUnfocused,
    /// Rows of the range that is being selected.
    Range,
    /// The mark of a selected difference.
    Selected,
    /// The target that the plan is for.
    Active,
    /// The label of a target that is protected.
    Protected,
    /// A badge, such as `read-only`.
    Badge,
    /// The status `same`.
    Same,
    /// The status `changed`.
    Changed,
    /// The status `missing`.
    Missing,
    /// The status `extra`.
    Extra,
    /// The status `unknown`.
    Unknown,
    /// A hazard that loses no data.
    Hazard,
    /// A hazard that loses data.
    Danger,
    /// Something that went well.
    Success,
    /// Something that failed.
    Error,
    /// Something that is under way.
    Busy,
    /// A line that stands in canonical alone.
    AddedLine,
    /// Its words that differ.
    AddedWord,
    /// A line that stands in the target alone.
    RemovedLine,
    /// Its words that differ.
    RemovedWord,
    /// The number of a line.
    LineNumber,
    /// A key, in the bar and in the help.
    Key,
    /// The status bar.
    Bar,
    /// What the filter matched.
    Match,
    /// SQL: `CREATE`, `NOT NULL`.
    SqlKeyword,
    /// SQL: `integer`.
    SqlType,
    /// SQL: `'text'`.
    SqlString,
    /// SQL: `42`.
    SqlNumber,
    /// SQL: `-- why`.
    SqlComment,
    /// SQL: `now`.
    SqlFunction,
}

/// How each role looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The theme's name.
    pub name: String,
    styles: BTreeMap<Role, Style>,
}

/// How many colours the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colors {
    /// None: attributes only.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

/// A theme that cannot be used, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// There is none of that name.
    #[error("there is no theme `{name}`; take one of {}", names().join(", "))]
    Unknown {
        /// The name.
        name: String,
    },
    /// Its file is not a theme.
    #[error("the theme `{name}` cannot be read: {reason}")]
    Malformed {
        /// The theme's name.
        name: String,
        /// Where and why.
        reason: String,
    },
    /// One of its styles is not one.
    #[error(
        "in the theme `{name}`, the style of `{role:?}` has the word `{word}`; a style is written as `bold #rrggbb on #rrggbb`, with the words bold, dim, italic, underlined, reversed, the names of the sixteen colours, numbers up to 255, and default"
    )]
    Style {
        /// The theme's name.
        name: String,
        /// The role.
        role: Role,
        /// The word that is no part of a style.
        word: String,
    },
}

/// The names of the themes that are part of the program.
pub fn names() -> Vec<&'static str> {
    BUILT_IN.iter().map(|(name, _)| *name).collect()
}

impl Theme {
    /// The built-in theme of a name.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (name, text) = found.ok_or_else(|| ThemeError::Unknown { name: name.to_owned() })?;
        Theme::parse(name, text)
    }

    /// The theme that a file's text describes.
    ///
    /// # Errors
    /// Where the text is no TOML, names a role that there is not, or has a style that is none.
    pub fn parse(name: &str, text: &str) -> Result<Self, ThemeError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            styles: BTreeMap<Role, String>,
        }
        let malformed = |error: toml::de::Error| ThemeError::Malformed {
            name: name.to_owned(),
            reason: error.to_string(),
        };
        let file: File = toml::from_str(text).map_err(malformed)?;
        let style_of = |(role, text): (Role, String)| match parse_style(&text) {
            Ok(style) => Ok((role, style)),
            Err(word) => Err(ThemeError::Style { name: name.to_owned(), role, word }),
        };
        let styles = file.styles.into_iter().map(style_of).collect::<Result<_, _>>()?;
        Ok(Theme { name: name.to_owned(), styles })
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }

    /// Whether it has any colour.
    pub fn has_colors(&self) -> bool {
        self.styles.values().any(|style| style.fg.is_some() || style.bg.is_some())
    }

    /// The theme as a terminal with fewer colours can show it.
    pub fn for_colors(self, colors: Colors) -> Self {
        let fallback = |name| Theme::built_in(name).unwrap_or_else(|_| self.clone());
        match colors {
            Colors::None => fallback("mono"),
            Colors::Sixteen if self.needs_more_than_sixteen() => fallback("ansi16"),
            Colors::Indexed => self.indexed(),
            Colors::Sixteen | Colors::True => self,
        }
    }

    fn needs_more_than_sixteen(&self) -> bool {
        let colors = self.styles.values().flat_map(|style| [style.fg, style.bg]).flatten();
        colors.into_iter().any(|color| matches!(color, Color::Rgb(..) | Color::Indexed(16..)))
    }

    fn indexed(mut self) -> Self {
        for style in self.styles.values_mut() {
            style.fg = style.fg.map(nearest_of_256);
            style.bg = style.bg.map(nearest_of_256);
        }
        self
    }
}

/// The style that a text describes, or the word that is no part of one.
fn parse_style(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut background = false;
    for word in text.split_whitespace() {
        let modifier = match word {
            "on" => {
                background = true;
                continue;
            }
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            _ => {
                let color = match word {
                    "default" => Color::Reset,
                    _ => word.parse().map_err(|_| word.to_owned())?,
                };
                style = if background { style.bg(color) } else { style.fg(color) };
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

/// The colour of xterm's 6×6×6 cube or grey ramp that is nearest to one of true colour.
fn nearest_of_256(color: Color) -> Color {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let Color::Rgb(red, green, blue) = color else { return color };
    let nearest = |value: u8| {
        let distance = |step: usize| STEPS[step].abs_diff(value);
        (0..STEPS.len()).min_by_key(|step| distance(*step)).unwrap_or(0)
    };
    let (x, y, z) = (nearest(red), nearest(green), nearest(blue));
    let distance = |(a, b, c): (u8, u8, u8)| {
        let squared = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        squared(a, red) + squared(b, green) + squared(c, blue)
    };
    let grey_step = ((u32::from(red) + u32::from(green) + u32::from(blue)) / 3).saturating_sub(3) / 10;
    let grey_step = u8::try_from(grey_step.min(23)).unwrap_or(23);
    let grey = 8 + 10 * grey_step;
    if distance((grey, grey, grey)) < distance((STEPS[x], STEPS[y], STEPS[z])) {
        Color::Indexed(232 + grey_step)
    } else {
        let index = 16 + 36 * x + 6 * y + z;
        Color::Indexed(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_can_be_read_and_knows_the_same_roles() {
        let roles = |name: &str| Theme::built_in(name).unwrap().styles.into_keys().collect::<Vec<_>>();
        let dark = roles("dark");
        assert!(dark.contains(&Role::SqlFunction) && dark.len() == 38, "{}", dark.len());
        for name in names() {
            assert_eq!(roles(name), dark, "{name}");
        }
    }

    #[test]
    fn mono_has_no_colours_and_ansi16_no_others_than_the_terminals_own() {
        let mono = Theme::built_in("mono").unwrap();
        assert!(mono.styles.values().all(|style| style.fg.is_none() && style.bg.is_none()));
        assert!(!Theme::built_in("ansi16").unwrap().needs_more_than_sixteen());
    }

    #[test]
    fn every_theme_tells_the_statuses_apart_and_shows_the_cursor() {
        for name in names() {
            let theme = Theme::built_in(name).unwrap();
            assert_ne!(theme.style(Role::Cursor), theme.style(Role::Text), "{name}");
            assert_ne!(theme.style(Role::Border), theme.style(Role::BorderFocused), "{name}");
            if name != "mono" {
                let statuses = [Role::Changed, Role::Missing, Role::Extra, Role::Unknown];
                let colors: Vec<_> = statuses.iter().map(|role| theme.style(*role).fg).collect();
                for (at, color) in colors.iter().enumerate() {
                    assert!(!colors[..at].contains(color), "{name}: {color:?}");
                }
            }
        }
    }

    #[test]
    fn a_terminal_of_fewer_colours_gets_a_theme_that_it_can_show() {
        let dark = || Theme::built_in("dark").unwrap();
        assert_eq!(dark().for_colors(Colors::None).name, "mono");
        assert_eq!(dark().for_colors(Colors::Sixteen).name, "ansi16");
        let indexed = dark().for_colors(Colors::Indexed);
        assert!(matches!(indexed.style(Role::Changed).fg, Some(Color::Indexed(_))));
        assert_eq!(nearest_of_256(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(nearest_of_256(Color::Rgb(128, 128, 128)), Color::Indexed(244));
    }

    #[test]
    fn a_theme_that_is_wrong_says_where() {
        let role = Theme::parse("mine", "[styles]\ntxt = \"red\"").unwrap_err().to_string();
        assert!(role.contains("unknown variant `txt`"), "{role}");
        let word = Theme::parse("mine", "[styles]\ntext = \"bolt red\"").unwrap_err().to_string();
        assert!(word.contains("`bolt`"), "{word}");
        let name = Theme::built_in("drak").unwrap_err().to_string();
        assert!(name.contains("dark, light, ansi16"), "{name}");
    }
}
