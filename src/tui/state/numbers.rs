//! The lines of a script that say what the lines of a definition say.
//!
//! A definition is written anew from what the database knows, so its lines need not be those of the
//! script. Their words are laid beside each other, and a line has the number of the line that most of
//! its words come from.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// From so many words on, a text is too long to be laid beside another while somebody waits.
const MOST_WORDS: usize = 20_000;

/// A statement of a script, for the numbers of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Its text.
    pub text: String,
    /// The line of its first word, the first of the file being 1.
    pub line: u32,
}

/// For each line of a definition the line of the script that says the same, where there is one. No line
/// of the script is given twice.
pub fn numbers(definition: &str, script: &Excerpt) -> Vec<Option<u32>> {
    let (ours, theirs) = (words(definition), words(&script.text));
    let mut found = vec![None; definition.lines().count()];
    if ours.len() > MOST_WORDS || theirs.len() > MOST_WORDS {
        return found;
    }
    let texts = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    let ops = capture_diff_slices(Algorithm::Patience, &texts(&ours), &texts(&theirs));
    let mut lines: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
    for op in &ops {
        if let DiffOp::Equal { old_index, new_index, len } = *op {
            let pairs = ours[old_index..old_index + len].iter().zip(&theirs[new_index..new_index + len]);
            // Signs are everywhere, and tell nothing.
            for (our, their) in pairs.filter(|(our, _)| our.tells) {
                if let Some(line) = lines.get_mut(our.line) {
                    line.push(their.line);
                }
            }
        }
    }
    let mut all = vec![0; found.len()];
    ours.iter().filter(|word| word.tells).for_each(|word| all[word.line] += 1);
    let mut last = None;
    for (at, from) in lines.iter().enumerate() {
        let Some((line, count)) = most_frequent(from) else { continue };
        if count * 2 >= all[at] && last.is_none_or(|last| line > last) {
            last = Some(line);
            found[at] = u32::try_from(line).ok().map(|line| script.line.saturating_add(line));
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

    fn check(definition: &str, script: &str, expected: &[Option<u32>]) {
        let excerpt = Excerpt { text: script.to_owned(), line: 10 };
        assert_eq!(numbers(definition, &excerpt), expected);
    }

    #[test]
    fn the_body_of_a_function_has_the_lines_that_it_has_in_the_script() {
        check(
            "CREATE FUNCTION shop.total(o integer)\n RETURNS numeric\n LANGUAGE sql\nAS $function$\n  SELECT sum(p)\n    FROM lines\n$function$",
            "create function shop.total(o int) -- (why)\nreturns numeric as $$\n  SELECT sum(p)\n\n    FROM lines\n$$ language sql",
            &[Some(10), Some(11), None, None, Some(12), Some(14), None],
        );
    }

    #[test]
    fn a_view_that_is_printed_otherwise_still_has_the_lines_of_its_words() {
        check(
            "CREATE VIEW open_orders AS\n SELECT o.id,\n    o.total\n   FROM orders o\n  WHERE o.paid_at IS NULL;",
            "CREATE VIEW open_orders AS\nSELECT id, total\nFROM orders o\nWHERE paid_at IS NULL",
            &[Some(10), Some(11), None, Some(12), Some(13)],
        );
    }

    #[test]
    fn what_the_script_does_not_say_has_no_number() {
        check("CREATE TABLE a (\n  b integer\n)", "DO $$ something else entirely $$", &[None, None, None]);
    }
}
