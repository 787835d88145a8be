//! Colour, where it is wanted, and text that cannot take over a terminal.

use std::borrow::Cow;

use crate::diff::Status;

/// Whether and how text is coloured. Only the terminal's own sixteen colours are used, so that the
/// text stays readable on its background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paint {
    /// Whether to colour at all.
    pub coloured: bool,
}

impl Paint {
    /// Text in the colour of a status.
    pub fn status(self, status: Status, text: &str) -> String {
        let code = match status {
            Status::Same => "2",
            Status::Changed => "33",
            Status::Missing => "32",
            Status::Extra => "31",
            Status::Unknown => "35",
        };
        self.sgr(code, text)
    }

    /// A heading.
    pub fn bold(self, text: &str) -> String {
        self.sgr("1", text)
    }

    /// Something of less importance.
    pub fn dim(self, text: &str) -> String {
        self.sgr("2", text)
    }

    /// Something that went wrong.
    pub fn alarm(self, text: &str) -> String {
        self.sgr("1;31", text)
    }

    fn sgr(self, code: &str, text: &str) -> String {
        if self.coloured { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Text on one line that a terminal shows as it is: names and comments come from databases, thus
/// from anyone. Control characters, those that turn the direction of writing around, and those that
/// take no room and so make two names look the same, are printed as `\n`, `\t` or `\u{1b}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_harmful(c) { cleaned.extend(c.escape_default()) } else { cleaned.push(c) }
    }
    Cow::Owned(cleaned)
}

fn is_harmful(c: char) -> bool {
    // Besides Unicode's "Cc": blanks without width, line and paragraph separators, and the
    // bidirectional controls. The zero-width joiner stays: it makes emoji.
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(clean("a\nb\x1b[2J\u{9b}31m\u{202e}c"), "a\\nb\\u{1b}[2J\\u{9b}31m\\u{202e}c");
        assert_eq!(clean("a\u{200b}b\u{feff}"), "a\\u{200b}b\\u{feff}");
        assert_eq!(clean("Größe 👩‍👩‍👧 表"), "Größe 👩‍👩‍👧 表");
    }

    #[test]
    fn text_without_colour_is_untouched() {
        assert_eq!(Paint { coloured: false }.bold("x"), "x");
        assert_eq!(Paint { coloured: true }.bold("x"), "\x1b[1mx\x1b[0m");
    }
}
