//! Splits a script into statements, commands of the shell, and data.
//!
//! The rules are those of psql (the PostgreSQL manual, psql, "Entering SQL Commands") and of
//! `sqlite3_complete` (sqlite.org/c3ref/complete.html).

use std::ops::Range;

pub use super::lexer::Syntax;
use super::lexer::{Lexer, Token, TokenKind};

/// What a piece of a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A statement, without its semicolon.
    Statement,
    /// A command of the shell, such as `\connect db` or `.tables`: one line.
    Command,
    /// The lines between a `COPY … FROM stdin` and its `\.`, both not included.
    Data,
}

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: PieceKind,
    /// Its text: from its first token, past leading comments, to its last.
    pub text: &'a str,
    /// Where that text is, in bytes from the start of the script.
    pub range: Range<usize>,
    /// The line on which it starts, the first of the script being 1.
    pub line: u32,
}

/// The pieces of a script, in order. Takes any text; what is never closed reaches to its end.
pub fn split(text: &str, syntax: Syntax) -> Vec<Piece<'_>> {
    let mut splitter = Splitter {
        text,
        syntax,
        lexer: Lexer::new(text, syntax),
        pieces: Vec::new(),
        lines: LineCounter { text, at: 0, line: 1 },
        pending: Pending::default(),
    };
    splitter.run();
    splitter.pieces
}

struct Splitter<'a> {
    text: &'a str,
    syntax: Syntax,
    lexer: Lexer<'a>,
    pieces: Vec<Piece<'a>>,
    lines: LineCounter<'a>,
    pending: Pending,
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Pending {
    /// From its first token to its last so far.
    range: Option<Range<usize>>,
    /// Open parentheses and brackets, which hide semicolons in PostgreSQL.
    depth: usize,
    /// Open `BEGIN ATOMIC` and `CASE`, which do as well.
    blocks: usize,
    /// Its first words, in lower case.
    head: Vec<String>,
    /// Whether the last tokens were `FROM STDIN`.
    stdin: Stdin,
    /// How far the end of an SQLite trigger has been seen: 1 after `;`, 2 after `; END`.
    trigger_end: u8,
    /// Whether the last token was the word `BEGIN`.
    after_begin: bool,
}

#[derive(Default, PartialEq, Eq)]
enum Stdin {
    #[default]
    No,
    From,
    Yes,
}

/// How many words decide what a statement is: `CREATE OR REPLACE TEMP TRIGGER`.
const HEAD: usize = 5;

impl Pending {
    fn starts(&self, words: &[&str]) -> bool {
        self.head.len() >= words.len() && self.head.iter().zip(words).all(|(a, b)| a == b)
    }

    /// Whether a body of `BEGIN ATOMIC … END` may follow.
    fn makes_routine(&self) -> bool {
        ["function", "procedure"]
            .iter()
            .any(|kind| self.starts(&["create", kind]) || self.starts(&["create", "or", "replace", kind]))
    }

    fn makes_sqlite_trigger(&self) -> bool {
        ["temp", "temporary"].iter().any(|temp| self.starts(&["create", temp, "trigger"]))
            || self.starts(&["create", "trigger"])
    }

    fn reads_stdin(&self) -> bool {
        self.starts(&["copy"]) && self.stdin == Stdin::Yes
    }
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        while let Some(token) = self.lexer.next() {
            match token.kind {
                TokenKind::Space | TokenKind::Comment => {}
                TokenKind::Meta => self.command(token.range),
                TokenKind::Symbol if self.is_dot_command(&token) => {
                    let end = self.lexer.skip_line();
                    self.command(token.range.start..end);
                }
                TokenKind::Symbol if token.text(self.text) == ";" && self.ends_here() => {
                    self.finish(token.range.end);
                }
                _ => self.take(&token),
            }
        }
        self.close();
    }

    /// Takes a token into the pending statement.
    fn take(&mut self, token: &Token) {
        let text = token.text(self.text);
        let pending = &mut self.pending;
        let start = pending.range.as_ref().map_or(token.range.start, |range| range.start);
        pending.range = Some(start..token.range.end);
        let after_begin = std::mem::take(&mut pending.after_begin);
        let before_end = std::mem::take(&mut pending.trigger_end);
        match token.kind {
            TokenKind::Word => self.take_word(text, after_begin, before_end == 1),
            TokenKind::Symbol => match text {
                "(" | "[" => pending.depth += 1,
                ")" | "]" => pending.depth = pending.depth.saturating_sub(1),
                ";" => pending.trigger_end = 1,
                _ => {}
            },
            _ => {}
        }
    }

    fn take_word(&mut self, word: &str, after_begin: bool, after_semicolon: bool) {
        let pending = &mut self.pending;
        if pending.head.len() < HEAD {
            pending.head.push(word.to_ascii_lowercase());
        }
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        pending.stdin = match pending.stdin {
            _ if is("from") => Stdin::From,
            Stdin::From if is("stdin") => Stdin::Yes,
            Stdin::Yes => Stdin::Yes,
            _ => Stdin::No,
        };
        if is("end") && after_semicolon {
            pending.trigger_end = 2;
        }
        if self.syntax == Syntax::Postgres && pending.depth == 0 && pending.makes_routine() {
            pending.after_begin = is("begin");
            match pending.blocks {
                0 if after_begin && is("atomic") => pending.blocks = 1,
                0 => {}
                _ if is("case") => pending.blocks += 1,
                _ if is("end") => pending.blocks -= 1,
                _ => {}
            }
        }
    }

    /// Whether a semicolon here ends the pending statement.
    fn ends_here(&self) -> bool {
        match self.syntax {
            Syntax::Postgres => self.pending.depth == 0 && self.pending.blocks == 0,
            Syntax::Sqlite => !self.pending.makes_sqlite_trigger() || self.pending.trigger_end == 2,
        }
    }

    /// A dot command stands at the very start of a line, outside of any statement.
    fn is_dot_command(&self, token: &Token) -> bool {
        self.syntax == Syntax::Sqlite
            && self.pending.range.is_none()
            && token.text(self.text) == "."
            && matches!(self.text.as_bytes()[..token.range.start].last(), None | Some(b'\n'))
    }

    /// Ends the pending statement at its semicolon, and skips the data that belongs to it.
    fn finish(&mut self, end: usize) {
        let copies = self.syntax == Syntax::Postgres && self.pending.reads_stdin();
        self.close();
        if copies {
            self.data(end);
        }
    }

    /// The data of a `COPY` begins on the next line, whatever follows its semicolon on the same.
    fn data(&mut self, semicolon: usize) {
        let line_end = self.lexer.skip_line();
        for piece in split(&self.text[semicolon..line_end], self.syntax) {
            self.push(piece.kind, semicolon + piece.range.start..semicolon + piece.range.end);
        }
        let start = (line_end + 1).min(self.text.len());
        let (mut end, mut after) = (start, start);
        for line in self.text[start..].split_inclusive('\n') {
            after += line.len();
            if line.trim_end_matches(['\n', '\r']) == "\\." {
                break;
            }
            end = after;
        }
        self.lexer.jump(after);
        if end > start {
            self.push(PieceKind::Data, start..end);
        }
    }

    fn command(&mut self, range: Range<usize>) {
        self.close();
        let trimmed = self.text[range.clone()]
            .trim_end_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}')
            .len();
        self.push(PieceKind::Command, range.start..range.start + trimmed);
    }

    fn close(&mut self) {
        if let Some(range) = std::mem::take(&mut self.pending).range {
            self.push(PieceKind::Statement, range);
        }
    }

    fn push(&mut self, kind: PieceKind, range: Range<usize>) {
        let line = self.lines.line_at(range.start);
        self.pieces.push(Piece { kind, text: &self.text[range.clone()], range, line });
    }
}

/// Counts lines on the way forward through a text.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl LineCounter<'_> {
    fn line_at(&mut self, offset: usize) -> u32 {
        let breaks = self.text.as_bytes()[self.at..offset].iter().filter(|&&b| b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.at = offset;
        self.line
    }
}

#[cfg(test)]
mod tests;
