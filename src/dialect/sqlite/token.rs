//! Cuts SQLite's SQL into tokens, as SQLite's own tokenizer does.

use crate::dialect::quote;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a bare name.
    Word,
    /// A name in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A text in `'…'`.
    Text,
    /// A blob literal, `x'…'`.
    Blob,
    /// A number.
    Number,
    /// A parameter such as `?1` or `:name`.
    Variable,
    /// An operator or a punctuation mark.
    Symbol,
}

/// One token, without the white space and comments around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text, as written.
    pub text: &'s str,
    /// Where it starts in the source, in bytes.
    pub start: usize,
}

/// A place at which SQL cannot be cut into tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {at}")]
pub struct LexError {
    /// Where, in bytes.
    pub at: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl<'s> Token<'s> {
    /// Where it ends in the source, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this operator or punctuation mark.
    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The name that it spells. SQLite takes a text in single quotes for a name where only a name
    /// can stand.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::Quoted | TokenKind::Text => {
                let close = self.text.chars().next_back()?;
                let inner = self.text.get(1..self.text.len() - 1)?;
                Some(if close == ']' {
                    inner.to_owned()
                } else {
                    inner.replace(&format!("{close}{close}"), &close.to_string())
                })
            }
            _ => None,
        }
    }

    /// The token in the one spelling that all spellings of its meaning share.
    fn normal(&self) -> String {
        match self.kind {
            TokenKind::Word | TokenKind::Number | TokenKind::Blob => self.text.to_ascii_lowercase(),
            TokenKind::Quoted => {
                let name = self.name().unwrap_or_default().to_ascii_lowercase();
                let plain = !name.is_empty() && name.chars().all(is_word_char);
                if plain { name } else { quote::always(&name) }
            }
            TokenKind::Symbol if self.text == "==" => "=".to_owned(),
            TokenKind::Symbol if self.text == "!=" => "<>".to_owned(),
            TokenKind::Text | TokenKind::Variable | TokenKind::Symbol => self.text.to_owned(),
        }
    }
}

/// Walks over a source, token by token.
pub struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    /// A walk that starts at a byte of the source.
    pub fn new(source: &'s str, at: usize) -> Self {
        Lexer { source, at }
    }

    /// Skips white space and comments, and says at which byte the next token starts.
    pub fn skip_blank(&mut self) -> usize {
        loop {
            let rest = &self.source[self.at..];
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c', '\u{feff}']);
            self.at += rest.len() - trimmed.len();
            let comment = if trimmed.starts_with("--") {
                trimmed.find('\n').map_or(trimmed.len(), |end| end + 1)
            } else if trimmed.starts_with("/*") {
                // SQLite lets the end of the text close a comment.
                trimmed[2..].find("*/").map_or(trimmed.len(), |end| end + 4)
            } else {
                return self.at;
            };
            self.at += comment;
        }
    }

    /// The next token, or nothing at the end.
    ///
    /// # Errors
    /// Where a quoted name or a text is not closed, or a character starts no token.
    pub fn next_token(&mut self) -> Result<Option<Token<'s>>, LexError> {
        let start = self.skip_blank();
        let rest = &self.source[start..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let second = rest[first.len_utf8()..].chars().next();
        let error = |reason| LexError { at: start, reason };
        let (kind, length) = match first {
            '\'' => (TokenKind::Text, quoted(rest, '\'').ok_or(error("a text that is not closed"))?),
            '"' | '`' => (TokenKind::Quoted, quoted(rest, first).ok_or(error("a name that is not closed"))?),
            '[' => {
                let end = rest.find(']').ok_or(error("a name that is not closed"))?;
                (TokenKind::Quoted, end + 1)
            }
            'x' | 'X' if second == Some('\'') => {
                let length = quoted(&rest[1..], '\'').ok_or(error("a blob that is not closed"))?;
                (TokenKind::Blob, length + 1)
            }
            '0'..='9' => (TokenKind::Number, number(rest)),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => (TokenKind::Number, number(rest)),
            '?' | ':' | '@' | '#' => (TokenKind::Variable, 1 + run(&rest[1..], is_word_char)),
            c if is_word_char(c) => (TokenKind::Word, run(rest, is_word_char)),
            c if c.is_ascii_punctuation() => (TokenKind::Symbol, symbol(rest)),
            _ => return Err(error("a character that SQL does not know")),
        };
        self.at = start + length;
        Ok(Some(Token { kind, text: &rest[..length], start }))
    }
}

/// All tokens of a source.
///
/// # Errors
/// As [`Lexer::next_token`].
pub fn tokens(source: &str) -> Result<Vec<Token<'_>>, LexError> {
    let mut lexer = Lexer::new(source, 0);
    std::iter::from_fn(|| lexer.next_token().transpose()).collect()
}

/// Tokens printed again as they were written, without comments and with one blank where there was
/// any white space.
pub fn tidy(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut end = None;
    for token in tokens {
        if end.is_some_and(|end| end < token.start) {
            text.push(' ');
        }
        text.push_str(token.text);
        end = Some(token.end());
    }
    text
}

/// A piece of SQL in the one spelling that it shares with every piece that differs from it only in
/// white space, comments, the quoting and case of names, or parentheses around the whole.
pub fn normal(sql: &str) -> String {
    match tokens(sql) {
        Ok(tokens) => strip_parentheses(&tokens).iter().map(Token::normal).collect::<Vec<_>>().join(" "),
        Err(_) => sql.to_owned(),
    }
}

/// The tokens without parentheses that enclose all of them.
pub fn strip_parentheses<'t, 's>(mut tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    while let [open, inner @ .., close] = tokens
        && open.is_symbol("(")
        && close.is_symbol(")")
        && is_balanced(inner)
    {
        tokens = inner;
    }
    tokens
}

/// Whether every parenthesis is closed, and none is closed that was not opened.
pub fn is_balanced(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            let Some(less) = depth.checked_sub(1) else { return false };
            depth = less;
        }
    }
    depth == 0
}

/// `SQLite` takes letters, digits, `_`, `$` and every character beyond ASCII for part of a name.
fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// The length of a quoted token in which a doubled quote stands for one.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(quote)? + 1;
        if !text[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

fn number(text: &str) -> usize {
    if text.starts_with("0x") || text.starts_with("0X") {
        return 2 + run(&text[2..], |c| c.is_ascii_hexdigit() || c == '_');
    }
    let mut length = run(text, |c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    let exponent = text[..length].ends_with(['e', 'E']);
    if exponent && text[length..].starts_with(['+', '-']) {
        length += 1 + run(&text[length + 1..], |c| c.is_ascii_digit());
    }
    length
}

fn symbol(text: &str) -> usize {
    const LONG: [&str; 10] = ["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "==", "!="];
    LONG.iter().find(|long| text.starts_with(**long)).map_or(1, |long| long.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).unwrap().iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_white_space_are_between_tokens() {
        assert_eq!(texts("a -- b\n/* c ' */+1.5e-3/*"), ["a", "+", "1.5e-3"]);
    }

    #[test]
    fn every_way_to_quote_a_name_gives_the_name() {
        let sql = "\"a\"\"b\" `c``d` [e f] 'g''h' x'AB' 🦀";
        let names: Vec<_> = tokens(sql).unwrap().iter().map(Token::name).collect();
        let expected = [Some("a\"b"), Some("c`d"), Some("e f"), Some("g'h"), None, Some("🦀")];
        assert_eq!(names, expected.map(|name| name.map(str::to_owned)));
    }

    #[test]
    fn what_is_not_closed_is_an_error() {
        for sql in ["'a", "\"a", "`a", "[a", "x'1", "\u{1}"] {
            assert!(tokens(sql).is_err(), "{sql:?}");
        }
    }

    #[test]
    fn spellings_of_one_meaning_are_normalised_to_one_text() {
        let spellings = [
            "(\"Price\" != 0 AND Name = 'A')",
            "price<>0 and /* ? */ name=='A'",
            "([price] <> 0) AND name = 'A'",
        ];
        assert_eq!(normal(spellings[0]), normal(spellings[1]));
        assert_ne!(normal(spellings[0]), normal(spellings[2]), "inner parentheses stay");
        assert_ne!(normal("name = 'A'"), normal("name = 'a'"));
    }
}
