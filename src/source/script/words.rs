//! A statement as words, for telling what it is about without parsing it.

use crate::source::lexer::{Lexer, Syntax, TokenKind};

/// One word, name, string or sign of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// A bare word in lower case, a name or string out of its quotes, or the sign itself.
    pub text: String,
    /// How it is written.
    pub kind: TokenKind,
    /// Where it starts in the statement.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Word {
    /// Whether it is this keyword, given in lower case.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text == keyword
    }

    /// Whether it is this sign.
    pub fn is_sign(&self, sign: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == sign
    }

    /// The name it spells, if it can be one.
    pub fn name(&self) -> Option<&str> {
        matches!(self.kind, TokenKind::Word | TokenKind::QuotedName).then_some(&*self.text)
    }
}

/// The words of a PostgreSQL statement, without blanks and comments.
pub fn words(statement: &str) -> impl Iterator<Item = Word> {
    Lexer::new(statement, Syntax::Postgres).filter(|token| !token.is_blank()).map(|token| {
        let text = token.text(statement);
        let text = match token.kind {
            TokenKind::Word => text.to_ascii_lowercase(),
            TokenKind::QuotedName => inner(text).replace("\"\"", "\""),
            TokenKind::Literal if text.starts_with('\'') => inner(text).replace("''", "'"),
            _ => text.to_owned(),
        };
        Word { text, kind: token.kind, start: token.range.start, end: token.range.end }
    })
}

fn inner(quoted: &str) -> &str {
    let mut chars = quoted.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}

/// Whether a statement starts with these keywords, given in lower case.
pub fn starts(words: &[Word], keywords: &[&str]) -> bool {
    words.len() >= keywords.len() && words.iter().zip(keywords).all(|(word, keyword)| word.is(keyword))
}

/// What follows the first place where these keywords stand in a row.
pub fn after<'a>(words: &'a [Word], keywords: &[&str]) -> Option<&'a [Word]> {
    let at = words.windows(keywords.len()).position(|window| starts(window, keywords))?;
    Some(&words[at + keywords.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_of_their_quotes_and_keywords_in_lower_case() {
        let seen: Vec<String> =
            words("GRANT /* x */ \"A \"\"b\"\"\" TO 'it''s'").map(|word| word.text).collect();
        assert_eq!(seen, ["grant", "A \"b\"", "to", "it's"]);
    }

    #[test]
    fn a_quoted_keyword_is_a_name() {
        let all: Vec<Word> = words("alter table \"owner\" owner to me").collect();
        assert_eq!(after(&all, &["owner", "to"]).map(|rest| rest[0].text.as_str()), Some("me"));
        assert!(starts(&all, &["alter", "table"]));
    }
}
