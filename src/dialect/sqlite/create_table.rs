//! Reads a stored `CREATE TABLE` statement (sqlite.org/lang_createtable.html): the pragmas do not
//! tell checks, collations, generation expressions, conflict clauses and names of constraints.

use super::{
    column::Column,
    constraint::{Constraint, Rule},
    parse::{Cursor, ParseError, create_of, is_type_word},
    table::Table,
    token::{Token, TokenKind, normal, strip_parentheses, tidy, tokens},
};
use crate::dialect::quote;

/// What a `CREATE TABLE` statement says.
#[derive(Debug, Default)]
pub struct Definition {
    /// The table's options.
    pub table: Table,
    /// Its columns with their names, in order.
    pub columns: Vec<(String, Column)>,
    /// Its constraints in order, with their names where they have one.
    pub constraints: Vec<(Option<String>, Constraint)>,
}

/// Reads the statement that SQLite has stored for a table.
///
/// # Errors
/// Where it says something that this program does not know.
pub fn create_table(sql: &str) -> Result<Definition, ParseError> {
    let mut cursor = Cursor::new(sql)?;
    create_of(&mut cursor, "TABLE")?;
    cursor.qualified_name()?;
    cursor.expect_symbol("(")?;
    let mut definition = Definition::default();
    loop {
        definition.column(&mut cursor)?;
        if !cursor.symbol(",") || starts_table_constraint(&cursor) {
            break;
        }
    }
    while !cursor.symbol(")") {
        definition.table_constraint(&mut cursor)?;
        cursor.symbol(",");
    }
    while !cursor.is_done() {
        if cursor.word("STRICT") {
            definition.table.strict = true;
        } else if cursor.word("WITHOUT ROWID") {
            definition.table.without_rowid = true;
        } else if !cursor.symbol(",") {
            return Err(cursor.unexpected("a table option"));
        }
    }
    definition.settle_strings();
    Ok(definition)
}

/// Whether the words to come start a constraint of the table, and not a column of an odd name.
fn starts_table_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.sees(&["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
}

impl Definition {
    fn column(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
        let name = cursor.name()?;
        let mut column = Column { type_name: type_name(cursor)?, ..Column::default() };
        column.position = self.columns.len() as u64 + 1;
        let own = quote::name(&name);
        let mut constraint_name = None;
        loop {
            if cursor.word("CONSTRAINT") {
                constraint_name = Some(cursor.name()?);
                continue;
            }
            let rule = if cursor.word("PRIMARY KEY") {
                Some(column_primary_key(cursor, &own, &column)?)
            } else if cursor.word("UNIQUE") {
                Some(Rule::Unique { columns: vec![own.clone()], conflict: cursor.conflict_clause()? })
            } else if cursor.word("CHECK") {
                Some(check(cursor)?)
            } else if cursor.word("REFERENCES") {
                Some(foreign_key(cursor, vec![own.clone()])?)
            } else {
                None
            };
            if let Some(rule) = rule {
                self.add(constraint_name.take(), rule);
            } else if cursor.word("NOT NULL") {
                column.not_null = true;
                column.not_null_conflict = cursor.conflict_clause()?;
                column.not_null_name = constraint_name.take();
            } else if cursor.word("NULL") {
                cursor.conflict_clause()?;
            } else if cursor.word("DEFAULT") {
                column.default = default_value(cursor)?;
            } else if cursor.word("COLLATE") {
                let collation = cursor.name()?;
                column.collation = (!collation.eq_ignore_ascii_case("BINARY")).then_some(collation);
            } else if cursor.word("GENERATED ALWAYS AS") || cursor.word("AS") {
                column.generated = Some(tidy(strip_parentheses(&cursor.parenthesised()?)));
                column.stored = cursor.word("STORED");
                cursor.word("VIRTUAL");
            } else if !deferred(cursor).1 {
                break;
            }
            constraint_name = None;
        }
        self.columns.push((name, column));
        match cursor.peek() {
            Some(token) if token.is_symbol(",") || token.is_symbol(")") => Ok(()),
            _ if starts_table_constraint(cursor) => Ok(()),
            _ => Err(cursor.unexpected("a column constraint")),
        }
    }

    fn table_constraint(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
        let name = if cursor.word("CONSTRAINT") { Some(cursor.name()?) } else { None };
        let rule = if cursor.word("PRIMARY KEY") {
            let mut items = cursor.list()?;
            let mut autoincrement = false;
            if let Some(last) = items.last_mut()
                && last.len() > 1
                && last.last().is_some_and(|token| token.is_word("AUTOINCREMENT"))
            {
                autoincrement = true;
                last.pop();
            }
            let columns = items.iter().map(|item| term(item)).collect();
            let conflict = cursor.conflict_clause()?;
            Rule::PrimaryKey { columns, autoincrement, not_the_rowid: false, conflict }
        } else if cursor.word("UNIQUE") {
            let columns = cursor.list()?.iter().map(|item| term(item)).collect();
            Rule::Unique { columns, conflict: cursor.conflict_clause()? }
        } else if cursor.word("CHECK") {
            check(cursor)?
        } else if cursor.word("FOREIGN KEY") {
            let columns = cursor.names()?.iter().map(|name| quote::name(name)).collect();
            cursor.expect_word("REFERENCES")?;
            foreign_key(cursor, columns)?
        } else if name.is_some() && cursor.peek().is_some_and(|t| t.is_symbol(",") || t.is_symbol(")")) {
            // A name without a constraint is allowed, and means nothing.
            return Ok(());
        } else {
            return Err(cursor.unexpected("a table constraint"));
        };
        self.add(name, rule);
        Ok(())
    }

    fn add(&mut self, name: Option<String>, rule: Rule) {
        self.constraints.push((name.clone(), Constraint { named: name.is_some(), rule }));
    }

    /// SQLite takes a name in double quotes that is no column's for a text
    /// (sqlite.org/quirks.html#dblquote). It is written as a text here, so that it compares as one.
    fn settle_strings(&mut self) {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        for (_, column) in &mut self.columns {
            if let Some(expression) = &mut column.generated {
                *expression = settled(expression, &names);
            }
        }
        for (_, constraint) in &mut self.constraints {
            if let Rule::Check { expression } = &mut constraint.rule {
                *expression = settled(expression, &names);
            }
        }
    }
}

/// An expression in which the names in double quotes that are no column's are texts.
pub fn settled(expression: &str, columns: &[String]) -> String {
    let Ok(tokens) = tokens(expression) else { return expression.to_owned() };
    let mut text = String::new();
    let mut end = 0;
    for (at, token) in tokens.iter().enumerate() {
        text.push_str(expression.get(end..token.start).unwrap_or(" "));
        end = token.end();
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let is_name = before.is_some_and(|before| before.is_symbol(".") || before.is_word("COLLATE"))
            || tokens.get(at + 1).is_some_and(|next| next.is_symbol(".") || next.is_symbol("("));
        match token.name() {
            Some(name)
                if token.kind == TokenKind::Quoted
                    && token.text.starts_with('"')
                    && !is_name
                    && !is_rowid(&name)
                    && !columns.iter().any(|column| column.eq_ignore_ascii_case(&name)) =>
            {
                text.push_str(&quote::plain_literal(&name));
            }
            _ => text.push_str(token.text),
        }
    }
    text
}

fn is_rowid(name: &str) -> bool {
    ["rowid", "oid", "_rowid_"].iter().any(|rowid| name.eq_ignore_ascii_case(rowid))
}

/// One column or expression of a key or an index: as it was written, without the default `ASC`,
/// a plain name in this program's quotes.
pub fn term(tokens: &[Token<'_>]) -> String {
    let tokens = match tokens {
        [rest @ .., last] if !rest.is_empty() && last.is_word("ASC") => rest,
        all => all,
    };
    match tokens {
        [first, rest @ ..] if is_bare_column(first, rest) => {
            let name = quote::name(&first.name().unwrap_or_default());
            [name, tidy(rest)].join(" ").trim_end().to_owned()
        }
        _ => tidy(tokens),
    }
}

/// Whether a term is a column's name, with no more than a collation and a direction after it.
fn is_bare_column(first: &Token<'_>, rest: &[Token<'_>]) -> bool {
    let is_name = matches!(first.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Text);
    is_name && rest.first().is_none_or(|next| next.is_word("COLLATE") || next.is_word("DESC"))
}

fn type_name(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    let mut words = Vec::new();
    while let Some(token) = cursor.peek()
        && is_type_word(&token)
        && !(token.is_word("GENERATED") && cursor.peek_at(1).is_some_and(|next| next.is_word("ALWAYS")))
    {
        words.push(token.text);
        cursor.next();
    }
    let mut name = words.join(" ");
    if !name.is_empty() && cursor.peek().is_some_and(|token| token.is_symbol("(")) {
        let size: Vec<String> = cursor.list()?.iter().map(|item| tidy(item)).collect();
        name.push_str(&format!("({})", size.join(", ")));
    }
    Ok(name)
}

fn column_primary_key(cursor: &mut Cursor<'_>, own: &str, column: &Column) -> Result<Rule, ParseError> {
    let descending = cursor.word("DESC");
    cursor.word("ASC");
    let conflict = cursor.conflict_clause()?;
    let autoincrement = cursor.word("AUTOINCREMENT");
    // The one place where a key of a column is not the same key of the table: `INTEGER PRIMARY
    // KEY DESC` is no alias of the rowid (sqlite.org/lang_createtable.html#rowid).
    let not_the_rowid = descending && column.type_name.eq_ignore_ascii_case("INTEGER");
    let columns = vec![if descending { format!("{own} DESC") } else { own.to_owned() }];
    Ok(Rule::PrimaryKey { columns, autoincrement, not_the_rowid, conflict })
}

fn check(cursor: &mut Cursor<'_>) -> Result<Rule, ParseError> {
    let inner = cursor.parenthesised()?;
    // SQLite takes a conflict clause here, and does nothing with it.
    cursor.conflict_clause()?;
    Ok(Rule::Check { expression: tidy(strip_parentheses(&inner)) })
}

fn foreign_key(cursor: &mut Cursor<'_>, columns: Vec<String>) -> Result<Rule, ParseError> {
    let references = cursor.name()?;
    let referenced_columns = match cursor.peek() {
        Some(token) if token.is_symbol("(") => cursor.names()?.iter().map(|name| quote::name(name)).collect(),
        _ => Vec::new(),
    };
    let (mut on_update, mut on_delete, mut matching, mut is_deferred) = (None, None, None, false);
    loop {
        if cursor.word("ON UPDATE") {
            on_update = action(cursor)?;
        } else if cursor.word("ON DELETE") {
            on_delete = action(cursor)?;
        } else if cursor.word("ON INSERT") {
            action(cursor)?;
        } else if cursor.word("MATCH") {
            matching = Some(cursor.name()?);
        } else {
            let (value, found) = deferred(cursor);
            if !found {
                break;
            }
            is_deferred = value;
        }
    }
    Ok(Rule::ForeignKey {
        columns,
        references,
        referenced_columns,
        on_update,
        on_delete,
        matching,
        deferred: is_deferred,
    })
}

fn action(cursor: &mut Cursor<'_>) -> Result<Option<String>, ParseError> {
    let action = cursor.one_of(&["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]);
    let action = action.ok_or_else(|| cursor.unexpected("an action of a foreign key"))?;
    Ok((action != "NO ACTION").then(|| action.to_owned()))
}

/// Takes a clause that says when a foreign key is checked: whether it is deferred, and whether
/// there was one at all.
fn deferred(cursor: &mut Cursor<'_>) -> (bool, bool) {
    let found = cursor.word("NOT DEFERRABLE");
    let deferrable = !found && cursor.word("DEFERRABLE");
    let initially = cursor.word("INITIALLY DEFERRED");
    let immediate = cursor.word("INITIALLY IMMEDIATE");
    (deferrable && initially, found || deferrable || initially || immediate)
}

/// The expression of a default without parentheses; nothing for the default `NULL`.
fn default_value(cursor: &mut Cursor<'_>) -> Result<Option<String>, ParseError> {
    let first = cursor.peek().ok_or_else(|| cursor.unexpected("a default"))?;
    let text = if first.is_symbol("(") {
        tidy(strip_parentheses(&cursor.parenthesised()?))
    } else if first.is_symbol("-") || first.is_symbol("+") {
        cursor.next();
        let number = cursor.next().ok_or_else(|| cursor.unexpected("a number"))?;
        format!("{}{}", first.text, number.text)
    } else {
        cursor.next();
        first.text.to_owned()
    };
    // Where a default can stand, a bare or a quoted name is a text.
    let tokens = tokens(&text)?;
    let text = match tokens.as_slice() {
        [only] if matches!(only.kind, TokenKind::Word | TokenKind::Quoted) && !is_constant_word(only) => {
            quote::plain_literal(&only.name().unwrap_or_default())
        }
        _ => text,
    };
    Ok((normal(&text) != "null").then_some(text))
}

/// Whether a word is a value of its own, and not the name of something.
pub fn is_constant_word(token: &Token<'_>) -> bool {
    ["NULL", "TRUE", "FALSE", "CURRENT_TIME", "CURRENT_DATE", "CURRENT_TIMESTAMP"]
        .iter()
        .any(|word| token.is_word(word))
}

#[cfg(test)]
#[path = "create_table_tests.rs"]
mod tests;
