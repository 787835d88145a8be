//! Cuts SQL text into tokens, as psql and the sqlite3 shell see them.
//!
//! Nothing is understood here but where a token ends: that is all that splitting a script and
//! finding the names of roles take. Every byte of the text is in exactly one token, whatever the
//! text is, so that ranges of tokens are places in the file.

use std::ops::Range;

/// Whose script it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// As psql reads it: dollar quotes, escape strings, nested comments, backslash commands.
    Postgres,
    /// As the sqlite3 shell reads it: names in brackets and backticks, dot commands.
    Sqlite,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and line breaks.
    Space,
    /// A comment, with its marks.
    Comment,
    /// A keyword or a bare name.
    Word,
    /// A name in its quotes.
    QuotedName,
    /// A string in its quotes, of any kind.
    Literal,
    /// A number or a parameter such as `$1`.
    Number,
    /// A backslash command of psql, to the end of its line.
    Meta,
    /// Any other character.
    Symbol,
}

/// A stretch of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

impl Token {
    /// Whether it has no meaning for the database.
    pub fn is_blank(&self) -> bool {
        matches!(self.kind, TokenKind::Space | TokenKind::Comment)
    }

    /// The token's own text.
    pub fn text<'a>(&self, of: &'a str) -> &'a str {
        &of[self.range.clone()]
    }
}

/// Walks through a text token by token.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    syntax: Syntax,
}

impl<'a> Lexer<'a> {
    /// A lexer at the start of a text.
    pub fn new(text: &'a str, syntax: Syntax) -> Self {
        Lexer { text, at: 0, syntax }
    }

    /// Takes the rest of the current line, without its line break, and returns where it ends.
    pub fn skip_line(&mut self) -> usize {
        self.at = end_of_line(self.text.as_bytes(), self.at);
        self.at
    }

    /// Goes on at another place of the text.
    pub fn jump(&mut self, to: usize) {
        self.at = to;
    }

    fn kind_and_end(&self) -> (TokenKind, usize) {
        let (bytes, at) = (self.text.as_bytes(), self.at);
        let next = bytes.get(at + 1).copied();
        let postgres = self.syntax == Syntax::Postgres;
        match bytes[at] {
            b if b.is_ascii_whitespace() || b == 0x0b => (TokenKind::Space, end_of_space(bytes, at)),
            b'-' if next == Some(b'-') => (TokenKind::Comment, end_of_line(bytes, at)),
            b'/' if next == Some(b'*') => (TokenKind::Comment, end_of_comment(bytes, at, postgres)),
            b'\'' => (TokenKind::Literal, end_of_quote(bytes, at, false)),
            b'"' => (TokenKind::QuotedName, end_of_quote(bytes, at, false)),
            b'`' if !postgres => (TokenKind::QuotedName, end_of_quote(bytes, at, false)),
            b'[' if !postgres => (TokenKind::QuotedName, end_of_bracket(bytes, at)),
            b'e' | b'E' if postgres && next == Some(b'\'') => {
                (TokenKind::Literal, end_of_quote(bytes, at + 1, true))
            }
            b'$' if postgres => self.dollar(),
            b'\\' if postgres && !matches!(next, Some(b';' | b':')) => {
                (TokenKind::Meta, end_of_line(bytes, at))
            }
            b if b.is_ascii_digit() => (TokenKind::Number, end_of_number(bytes, at)),
            b if starts_word(b) => (TokenKind::Word, end_of_word(bytes, at)),
            _ => (TokenKind::Symbol, at + 1),
        }
    }

    /// A dollar quote with all it holds, a parameter, or a lonely dollar sign.
    fn dollar(&self) -> (TokenKind, usize) {
        let (bytes, at) = (self.text.as_bytes(), self.at);
        if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            return (TokenKind::Number, end_of_number(bytes, at + 1));
        }
        let mut end = at + 1;
        while bytes.get(end).is_some_and(|&b| starts_word(b) || b.is_ascii_digit()) {
            end += 1;
        }
        if bytes.get(end) != Some(&b'$') {
            return (TokenKind::Symbol, at + 1);
        }
        let body = end + 1;
        let tag = &self.text[at..body];
        let close = self.text[body..].find(tag).map_or(bytes.len(), |found| body + found + tag.len());
        (TokenKind::Literal, close)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        (self.at < self.text.len()).then(|| {
            let (kind, end) = self.kind_and_end();
            let range = self.at..end;
            self.at = end;
            Token { kind, range }
        })
    }
}

/// A byte above 127 belongs to a letter of UTF-8, so a token never ends inside a character.
fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn end_where(bytes: &[u8], from: usize, ends: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|&b| ends(b)).map_or(bytes.len(), |found| from + found)
}

fn end_of_space(bytes: &[u8], at: usize) -> usize {
    end_where(bytes, at, |b| !(b.is_ascii_whitespace() || b == 0x0b))
}

fn end_of_line(bytes: &[u8], at: usize) -> usize {
    end_where(bytes, at, |b| b == b'\n')
}

fn end_of_word(bytes: &[u8], at: usize) -> usize {
    end_where(bytes, at, |b| !(starts_word(b) || b.is_ascii_digit() || b == b'$'))
}

fn end_of_number(bytes: &[u8], at: usize) -> usize {
    end_where(bytes, at, |b| !(starts_word(b) || b.is_ascii_digit() || b == b'.'))
}

fn end_of_bracket(bytes: &[u8], at: usize) -> usize {
    (end_where(bytes, at, |b| b == b']') + 1).min(bytes.len())
}

/// The end of a text in quotes, where a doubled quote stands for one, and in an escape string a
/// backslash takes the next character along.
fn end_of_quote(bytes: &[u8], open: usize, escapes: bool) -> usize {
    let quote = bytes[open];
    let mut at = open + 1;
    while at < bytes.len() {
        if escapes && bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at] != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return at + 1;
        }
    }
    bytes.len()
}

fn end_of_comment(bytes: &[u8], open: usize, nested: bool) -> usize {
    let (mut at, mut depth) = (open + 2, 1_usize);
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'*', b'/') if depth == 1 => return at + 2,
            (b'*', b'/') => (at, depth) = (at + 2, depth - 1),
            (b'/', b'*') if nested => (at, depth) = (at + 2, depth + 1),
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn significant(text: &str, syntax: Syntax) -> Vec<&str> {
        Lexer::new(text, syntax).filter(|token| !token.is_blank()).map(|token| token.text(text)).collect()
    }

    #[test]
    fn quotes_of_every_kind_are_one_token() {
        let text = r#"'it''s' E'\'a' "na""me" $$a;b$$ $t$ $$ $t$ U&'\0041' a$b$c $1 1.5e3"#;
        let expected = [
            "'it''s'",
            r"E'\'a'",
            r#""na""me""#,
            "$$a;b$$",
            "$t$ $$ $t$",
            "U",
            "&",
            r"'\0041'",
            "a$b$c",
            "$1",
            "1.5e3",
        ];
        assert_eq!(significant(text, Syntax::Postgres), expected);
    }

    #[test]
    fn comments_nest_in_postgresql_and_not_in_sqlite() {
        assert_eq!(significant("/* a /* b */ c */ d -- e\nf", Syntax::Postgres), ["d", "f"]);
        assert_eq!(significant("/* a /* b */ c */ d", Syntax::Sqlite), ["c", "*", "/", "d"]);
    }

    #[test]
    fn sqlite_names_stand_in_brackets_and_backticks() {
        assert_eq!(significant("[a;b] `c;d` $x", Syntax::Sqlite), ["[a;b]", "`c;d`", "$", "x"]);
    }

    #[test]
    fn what_is_never_closed_reaches_to_the_end() {
        for text in ["'abc", "\"abc", "$$abc", "/* abc", "E'abc\\", "/*", "/* *"] {
            assert_eq!(Lexer::new(text, Syntax::Postgres).count(), 1, "{text}");
        }
    }
}
