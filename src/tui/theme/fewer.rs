//! A theme on a terminal that has fewer colours than it asks for.

use ratatui::style::Color;

use super::Theme;

/// The sixteen colours as xterm has them; people change theirs, so these only tell the hue.
const SIXTEEN: [(Color, (u8, u8, u8)); 12] = [
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::LightRed, (255, 92, 92)),
    (Color::LightGreen, (92, 255, 92)),
    (Color::LightYellow, (255, 255, 92)),
    (Color::LightBlue, (92, 160, 255)),
    (Color::LightMagenta, (255, 132, 255)),
    (Color::LightCyan, (92, 255, 255)),
];

/// The steps of xterm's 6×6×6 cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Below this difference of the strongest and the weakest part, a colour is a grey.
const GREY: u8 = 40;

impl Theme {
    pub(super) fn needs_more_than_sixteen(&self) -> bool {
        let colors = self.styles.values().flat_map(|style| [style.fg, style.bg]).flatten();
        colors.into_iter().any(|color| matches!(color, Color::Rgb(..) | Color::Indexed(16..)))
    }

    /// With the 256 colours of xterm.
    pub(super) fn indexed(self) -> Self {
        self.map(|_, mut style| {
            style.fg = style.fg.map(nearest_of_256);
            style.bg = style.bg.map(nearest_of_256);
            style
        })
    }

    /// With the terminal's own sixteen colours, of which nobody knows what they look like: the
    /// attributes and backgrounds of a theme that is made for them, in this one's hues.
    pub(super) fn sixteen(self, own: &Theme) -> Self {
        if !self.needs_more_than_sixteen() {
            return self;
        }
        // `dark` and `light` are about the background, and that is the terminal's.
        if matches!(self.name.as_str(), "dark" | "light") {
            return own.clone();
        }
        let hues = self.styles.clone();
        let mapped = own.clone().map(|role, mut style| {
            let hue = hues.get(&role).and_then(|style| style.fg).and_then(nearest_hue);
            if let (Some(hue), Some(_)) = (hue, style.fg) {
                style.fg = Some(hue);
            }
            style
        });
        Theme { name: self.name, ..mapped }
    }
}

/// The colour of the sixteen that has most of the hue; greys have none.
fn nearest_hue(color: Color) -> Option<Color> {
    let (red, green, blue) = match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index @ 16..=231) => {
            let step = |part: u8| STEPS[usize::from(part % 6)];
            let index = index - 16;
            (step(index / 36), step(index / 6), step(index))
        }
        Color::Indexed(232..) => return None,
        own => return Some(own),
    };
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most - least < GREY {
        return None;
    }
    let nearest = SIXTEEN.iter().min_by_key(|(_, rgb)| distance(*rgb, (red, green, blue)));
    nearest.map(|(color, _)| *color)
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let squared = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    squared(one.0, other.0) + squared(one.1, other.1) + squared(one.2, other.2)
}

/// The colour of xterm's 6×6×6 cube or grey ramp that is nearest to one of true colour.
fn nearest_of_256(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else { return color };
    let nearest = |value: u8| (0..STEPS.len()).min_by_key(|step| STEPS[*step].abs_diff(value)).unwrap_or(0);
    let (x, y, z) = (nearest(red), nearest(green), nearest(blue));
    let grey_step = ((u32::from(red) + u32::from(green) + u32::from(blue)) / 3).saturating_sub(3) / 10;
    let grey_step = u8::try_from(grey_step.min(23)).unwrap_or(23);
    let grey = 8 + 10 * grey_step;
    let wanted = (red, green, blue);
    if distance((grey, grey, grey), wanted) < distance((STEPS[x], STEPS[y], STEPS[z]), wanted) {
        Color::Indexed(232 + grey_step)
    } else {
        let index = 16 + 36 * x + 6 * y + z;
        Color::Indexed(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{Colors, Role, Themes};

    #[test]
    fn a_terminal_of_fewer_colours_gets_a_theme_that_it_can_show() {
        let themes = Themes::default();
        assert_eq!(themes.shown("dark", Colors::None).name, "mono");
        assert_eq!(themes.shown("dark", Colors::Sixteen).name, "ansi16");
        let indexed = themes.shown("dark", Colors::Indexed);
        assert!(matches!(indexed.style(Role::Changed).fg, Some(Color::Indexed(_))));
        assert_eq!(nearest_of_256(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(nearest_of_256(Color::Rgb(128, 128, 128)), Color::Indexed(244));
    }

    #[test]
    fn sixteen_colours_keep_the_hues_of_a_theme_and_the_terminals_background() {
        let theme = Themes::default().shown("colorblind", Colors::Sixteen);
        assert_eq!(theme.name, "colorblind");
        assert!(!theme.needs_more_than_sixteen());
        let foreground = |role| theme.style(role).fg;
        assert_eq!(foreground(Role::Missing), Some(Color::LightBlue));
        assert!(![Some(Color::Green), Some(Color::LightGreen)].contains(&foreground(Role::Extra)));
        assert_eq!(theme.style(Role::Text).bg, None);
    }
}
