//! The lines of a script that say what the lines of a definition say.
//!
//! A definition is written anew from what the database knows, so its lines need not be those of the
//! script. Their words are laid beside each other, and a line has the number of the line that most of
//! its words come from. What a definition says in later statements of its own, a comment or a grant, may
//! stand anywhere in the script: each is laid beside the one that says it best.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::Location;

/// From so many words on, a text is too long to be laid beside another while somebody waits.
const MOST_WORDS: usize = 20_000;

/// A statement of a script, for the numbers of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Its text.
    pub text: String,
    /// The place of its first word.
    pub place: Location,
}

/// For each line of a definition, given by its statements, the line of the script that says the same,
/// where there is one. The first statement of the script is the one that makes the object; the others say
/// more about it.
pub fn places(definition: &[String], script: &[Excerpt]) -> Vec<Option<Location>> {
    let mut found = Vec::new();
    for (at, piece) in definition.iter().enumerate() {
        let said = match (at, script) {
            (0, [first, ..]) => Some((first, numbers(piece, &first.text))),
            (_, [_, more @ ..]) => best(piece, more),
            (_, []) => None,
        };
        match said {
            Some((said, lines)) => found.extend(lines.into_iter().map(|line| {
                let line = u32::try_from(line?).ok()?;
                Some(Location { file: said.place.file.clone(), line: said.place.line.saturating_add(line) })
            })),
            None => found.extend(piece.lines().map(|_| None)),
        }
    }
    found
}

/// The statement that says best what a piece of a definition says, the last of several, and for each line
/// of the piece its line in the statement. Nothing where none says even two fifths of it in the same verb.
fn best<'a>(piece: &str, statements: &'a [Excerpt]) -> Option<(&'a Excerpt, Vec<Option<usize>>)> {
    let ours = words(piece);
    let verb = ours.first().map(|word| word.text.as_str());
    let all = ours.iter().filter(|word| word.tells).count();
    let rated = statements.iter().filter_map(|statement| {
        let theirs = words(&statement.text);
        if theirs.first().map(|word| word.text.as_str()) != verb {
            return None;
        }
        let pairs = pairs(&ours, &theirs);
        (pairs.len() * 5 >= all * 2).then_some((statement, pairs))
    });
    let (statement, pairs) = rated.max_by_key(|(_, pairs)| pairs.len())?;
    let mut lines = numbered(&ours, &pairs, piece.lines().count());
    // An ALTER may do several things: it is at its end that it says which.
    if let ([line], Some("alter")) = (lines.as_mut_slice(), verb) {
        *line = pairs.last().map(|(_, theirs)| *theirs);
    }
    Some((statement, lines))
}

/// For each line of a text the line of a script that says the same, where there is one, the first being
/// 0. No line of the script is given twice.
fn numbers(text: &str, script: &str) -> Vec<Option<usize>> {
    let (ours, theirs) = (words(text), words(script));
    numbered(&ours, &pairs(&ours, &theirs), text.lines().count())
}

/// The lines of the words that are the same in both texts, in order, without signs: those are everywhere,
/// and tell nothing.
fn pairs(ours: &[Word], theirs: &[Word]) -> Vec<(usize, usize)> {
    if ours.len() > MOST_WORDS || theirs.len() > MOST_WORDS {
        return Vec::new();
    }
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Patience, &texts(ours), &texts(theirs));
    let equal = ops.into_iter().filter_map(|op| match op {
        DiffOp::Equal { old_index, new_index, len } => {
            Some(ours[old_index..old_index + len].iter().zip(&theirs[new_index..new_index + len]))
        }
        _ => None,
    });
    let telling = equal.flatten().filter(|(our, _)| our.tells);
    telling.map(|(our, their)| (our.line, their.line)).collect()
}

fn numbered(ours: &[Word], pairs: &[(usize, usize)], count: usize) -> Vec<Option<usize>> {
    let mut lines: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (our, their) in pairs {
        if let Some(line) = lines.get_mut(*our) {
            line.push(*their);
        }
    }
    let mut all = vec![0; count];
    for word in ours.iter().filter(|word| word.tells) {
        all[word.line] += 1;
    }
    let mut last = None;
    let mut found = vec![None; count];
    for (at, from) in lines.iter().enumerate() {
        let Some((line, count)) = most_frequent(from) else { continue };
        if count * 2 >= all[at] && last.is_none_or(|last| line > last) {
            last = Some(line);
            found[at] = Some(line);
        }
    }
    found
}

/// The line that is there most often, the first of several, and how often. The lines are in order.
fn most_frequent(lines: &[usize]) -> Option<(usize, usize)> {
    let runs = lines.chunk_by(|one, other| one == other).map(|run| (run[0], run.len()));
    runs.fold(None, |best, run| match best {
        Some((_, count)) if count >= run.1 => best,
        _ => Some(run),
    })
}

struct Word {
    text: String,
    line: usize,
    /// Whether it is a word or a number, and no sign.
    tells: bool,
}

/// The words and signs of a text, in lower case.
fn words(text: &str) -> Vec<Word> {
    text.lines()
        .enumerate()
        .flat_map(|(line, text)| {
            pieces(text).map(move |(range, tells)| Word { text: text[range].to_lowercase(), line, tells })
        })
        .collect()
}

fn pieces(line: &str) -> impl Iterator<Item = (Range<usize>, bool)> {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        at += line[at..].find(|c: char| !c.is_whitespace())?;
        let first = line[at..].chars().next()?;
        let rest = &line[at..];
        let length = if in_word(first) {
            rest.find(|c: char| !in_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        at += length;
        Some((at - length..at, in_word(first)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, line: u32) -> Excerpt {
        Excerpt { text: text.to_owned(), place: Location { file: "schema.sql".into(), line } }
    }

    fn check(definition: &[&str], script: &[Excerpt], expected: &[Option<u32>]) {
        let definition: Vec<String> = definition.iter().map(|&piece| piece.to_owned()).collect();
        let found = places(&definition, script);
        let lines: Vec<Option<u32>> = found.iter().map(|place| place.as_ref().map(|it| it.line)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_body_of_a_function_has_the_lines_that_it_has_in_the_script() {
        check(
            &[
                "CREATE FUNCTION shop.total(o integer)\n RETURNS numeric\n LANGUAGE sql\nAS $function$\n  SELECT sum(p)\n    FROM lines\n$function$",
            ],
            &[said(
                "create function shop.total(o int) -- (why)\nreturns numeric as $$\n  SELECT sum(p)\n\n    FROM lines\n$$ language sql",
                10,
            )],
            &[Some(10), Some(11), None, None, Some(12), Some(14), None],
        );
    }

    #[test]
    fn a_view_that_is_printed_otherwise_still_has_the_lines_of_its_words() {
        check(
            &[
                "CREATE VIEW open_orders AS\n SELECT o.id,\n    o.total\n   FROM orders o\n  WHERE o.paid_at IS NULL;",
            ],
            &[said("CREATE VIEW open_orders AS\nSELECT id, total\nFROM orders o\nWHERE paid_at IS NULL", 10)],
            &[Some(10), Some(11), None, Some(12), Some(13)],
        );
    }

    #[test]
    fn what_the_script_does_not_say_has_no_number() {
        let script = [said("DO $$ something else entirely $$", 10)];
        check(&["CREATE TABLE a (\n  b integer\n)"], &script, &[None, None, None]);
    }

    #[test]
    fn what_later_statements_say_has_their_lines() {
        check(
            &[
                "CREATE TABLE shop.a (\n    b integer\n);",
                "ALTER TABLE shop.a ALTER COLUMN b SET STORAGE EXTERNAL;",
                "COMMENT ON TABLE shop.a IS 'One';",
                "COMMENT ON COLUMN shop.a.b IS 'Two';",
                "GRANT SELECT, INSERT ON TABLE shop.a TO app;",
                "GRANT UPDATE ON TABLE shop.a TO other;",
            ],
            &[
                said("create table shop.a (\n  b int\n)", 3),
                said("comment on column shop.a.b is 'Two'", 40),
                said("comment on table shop.a is\n'One'", 30),
                said("alter table shop.a\n  alter b set not null,\n  alter b set storage external", 50),
                said("grant all on shop.a to app", 60),
            ],
            &[Some(3), Some(4), None, Some(52), Some(30), Some(40), Some(60), Some(60)],
        );
    }
}
