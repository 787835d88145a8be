//! Walks over the tokens of a `CREATE` statement that SQLite has stored.

use super::token::{LexError, Token, TokenKind, tidy, tokens};

/// A stored statement that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// It has a token that SQLite itself would not take.
    #[error("its stored SQL has {0}")]
    Lex(#[from] LexError),
    /// It says something that this program does not know.
    #[error("its stored SQL has {found} where {expected} was expected")]
    Unexpected {
        /// What stands there.
        found: String,
        /// What was expected.
        expected: String,
    },
}

/// A place among the tokens of a statement.
pub struct Cursor<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    at: usize,
}

impl<'s> Cursor<'s> {
    /// Stands before the first token of a statement.
    ///
    /// # Errors
    /// Where the text cannot be cut into tokens.
    pub fn new(source: &'s str) -> Result<Self, ParseError> {
        Ok(Cursor { source, tokens: tokens(source)?, at: 0 })
    }

    /// The token to come.
    pub fn peek(&self) -> Option<Token<'s>> {
        self.peek_at(0)
    }

    /// The token that comes after so many others.
    pub fn peek_at(&self, ahead: usize) -> Option<Token<'s>> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// Takes the token to come.
    pub fn next(&mut self) -> Option<Token<'s>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Whether all tokens are taken.
    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Whether one of these keywords comes next.
    pub fn sees(&self, words: &[&str]) -> bool {
        self.peek().is_some_and(|token| words.iter().any(|word| token.is_word(word)))
    }

    /// Takes these keywords if they all come next, in this order.
    pub fn word(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let fits = words
            .split(' ')
            .enumerate()
            .all(|(ahead, word)| self.peek_at(ahead).is_some_and(|token| token.is_word(word)));
        if fits {
            self.at += count;
        }
        fits
    }

    /// Takes one of these keywords, and gives it as it is in the list.
    pub fn one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|word| self.word(word))
    }

    /// Takes a punctuation mark if it comes next.
    pub fn symbol(&mut self, symbol: &str) -> bool {
        let fits = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(fits);
        fits
    }

    /// Takes these keywords.
    ///
    /// # Errors
    /// If something else comes.
    pub fn expect_word(&mut self, words: &str) -> Result<(), ParseError> {
        if self.word(words) { Ok(()) } else { Err(self.unexpected(words)) }
    }

    /// Takes a punctuation mark.
    ///
    /// # Errors
    /// If something else comes.
    pub fn expect_symbol(&mut self, symbol: &str) -> Result<(), ParseError> {
        if self.symbol(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    /// Takes a name.
    ///
    /// # Errors
    /// If something else comes.
    pub fn name(&mut self) -> Result<String, ParseError> {
        let name = self.peek().and_then(|token| token.name()).ok_or_else(|| self.unexpected("a name"))?;
        self.at += 1;
        Ok(name)
    }

    /// Takes a name that may have the name of a schema in front, and gives the last part.
    ///
    /// # Errors
    /// If something else comes.
    pub fn qualified_name(&mut self) -> Result<String, ParseError> {
        let first = self.name()?;
        if self.symbol(".") { self.name() } else { Ok(first) }
    }

    /// Takes a pair of parentheses, and gives the tokens between them.
    ///
    /// # Errors
    /// If something else comes, or the closing one is missing.
    pub fn parenthesised(&mut self) -> Result<Vec<Token<'s>>, ParseError> {
        self.expect_symbol("(")?;
        let first = self.at;
        let mut depth = 1_usize;
        while let Some(token) = self.next() {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    return Ok(self.tokens[first..self.at - 1].to_vec());
                }
            }
        }
        Err(self.unexpected("`)`"))
    }

    /// Takes a pair of parentheses, and gives what is between its commas.
    ///
    /// # Errors
    /// As [`Cursor::parenthesised`].
    pub fn list(&mut self) -> Result<Vec<Vec<Token<'s>>>, ParseError> {
        let inner = self.parenthesised()?;
        let mut items = vec![Vec::new()];
        let mut depth = 0_usize;
        for token in inner {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            }
            if depth == 0 && token.is_symbol(",") {
                items.push(Vec::new());
            } else if let Some(item) = items.last_mut() {
                item.push(token);
            }
        }
        Ok(items)
    }

    /// Takes a list of names in parentheses.
    ///
    /// # Errors
    /// As [`Cursor::parenthesised`], or where something else than a name is in the list.
    pub fn names(&mut self) -> Result<Vec<String>, ParseError> {
        let items = self.list()?;
        let name = |item: &Vec<Token<'s>>| match item.as_slice() {
            [token] => token.name(),
            _ => None,
        };
        items
            .iter()
            .map(|item| {
                name(item).ok_or_else(|| ParseError::Unexpected {
                    found: format!("`{}`", tidy(item)),
                    expected: "a name".to_owned(),
                })
            })
            .collect()
    }

    /// Takes every token up to one that ends the run, outside of parentheses.
    pub fn until(&mut self, ends: impl Fn(&Token<'s>) -> bool) -> Vec<Token<'s>> {
        let first = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            if depth == 0 && ends(&token) {
                break;
            }
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                let Some(less) = depth.checked_sub(1) else { break };
                depth = less;
            }
            self.at += 1;
        }
        self.tokens[first..self.at].to_vec()
    }

    /// Takes the rest, as it was written, without what comes after the last token.
    pub fn rest(&mut self) -> &'s str {
        let start = self.peek().map(|token| token.start);
        let end = self.tokens.last().map(Token::end);
        self.at = self.tokens.len();
        start.zip(end).and_then(|(start, end)| self.source.get(start..end)).unwrap_or("")
    }

    /// The error that something else was expected here.
    pub fn unexpected(&self, expected: &str) -> ParseError {
        let found = self.peek().map_or("its end".to_owned(), |token| format!("`{}`", token.text));
        ParseError::Unexpected { found, expected: expected.to_owned() }
    }

    /// Takes a conflict clause if there is one, and gives what to do on a conflict. `ABORT` is the
    /// default, and no clause.
    ///
    /// # Errors
    /// If the clause has no resolution that SQLite knows.
    pub fn conflict_clause(&mut self) -> Result<Option<String>, ParseError> {
        if !self.word("ON CONFLICT") {
            return Ok(None);
        }
        let resolution = self
            .one_of(&["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"])
            .ok_or_else(|| self.unexpected("a conflict resolution"))?;
        Ok((resolution != "ABORT").then(|| resolution.to_owned()))
    }
}

/// What comes after `CREATE`, as far as all kinds of objects have it in common.
///
/// # Errors
/// If the statement is no `CREATE` of one of these kinds.
pub fn create_of(cursor: &mut Cursor<'_>, kind: &str) -> Result<(), ParseError> {
    cursor.expect_word("CREATE")?;
    let _ = cursor.word("TEMP") || cursor.word("TEMPORARY");
    cursor.expect_word(kind)?;
    cursor.word("IF NOT EXISTS");
    Ok(())
}

/// Whether a token may be a part of the name of a type.
pub fn is_type_word(token: &Token<'_>) -> bool {
    const ENDS: [&str; 12] = [
        "CONSTRAINT",
        "DEFAULT",
        "NULL",
        "NOT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "REFERENCES",
        "DEFERRABLE",
        "COLLATE",
        "AS",
        "ON",
    ];
    match token.kind {
        TokenKind::Word => !ENDS.iter().any(|end| token.is_word(end)),
        TokenKind::Quoted | TokenKind::Text => true,
        _ => false,
    }
}
