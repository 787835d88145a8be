//! SQL as its words: enough to tell whether two texts differ in nothing but names.

use std::{borrow::Cow, ops::Range};

/// A word of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// A name or a keyword, without quotes.
    Name(Cow<'a, str>),
    /// A string constant, without quotes.
    Text(Cow<'a, str>),
    /// Any other character that is no blank.
    Mark(char),
}

/// The words of a text.
pub fn words(text: &str) -> Vec<Word<'_>> {
    spans(text).into_iter().map(|(_, word)| word).collect()
}

/// The words of a text, each with the bytes at which it stands.
pub fn spans(text: &str) -> Vec<(Range<usize>, Word<'_>)> {
    let mut spans = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let (word, length) = match c {
            '"' | '\'' => {
                let (inside, length) = quoted(rest, c);
                (if c == '"' { Word::Name(inside) } else { Word::Text(inside) }, length)
            }
            c if c.is_alphanumeric() || c == '_' => {
                let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                (Word::Name(Cow::Borrowed(&rest[..length])), length)
            }
            c => (Word::Mark(c), c.len_utf8()),
        };
        let start = text.len() - rest.len();
        spans.push((start..start + length, word));
        rest = rest[length..].trim_start();
    }
    spans
}

/// What stands between quotes at the start of a text, and how long it is with them.
fn quoted(text: &str, quote: char) -> (Cow<'_, str>, usize) {
    let mut from = 1;
    while let Some(at) = text[from..].find(quote) {
        from += at + 1;
        if !text[from..].starts_with(quote) {
            let inside = &text[1..from - 1];
            let double = [quote, quote].iter().collect::<String>();
            let plain = inside.contains(quote).then(|| inside.replace(&double, &quote.to_string()));
            return (plain.map_or(Cow::Borrowed(inside), Cow::Owned), from);
        }
        from += 1;
    }
    (Cow::Borrowed(text.get(1..).unwrap_or_default()), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_texts_and_marks_are_told_apart() {
        let name = |text| Word::Name(Cow::Borrowed(text));
        let expected = [name("a \"b"), Word::Mark('='), Word::Text(Cow::Borrowed("it's")), name("x")];
        assert_eq!(words(" \"a \"\"b\" = 'it''s'  x"), expected);
        assert_eq!(words("'open"), [Word::Text(Cow::Borrowed("open"))]);
        assert_eq!(words("'"), [Word::Text(Cow::Borrowed(""))]);
    }
}
