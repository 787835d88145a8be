//! One finding: what is not as it has to be, where canonical says so, and how grave that is.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{code::Code, component::Component, severity::Severity};
use crate::{
    diff::Acceptance,
    model::{Key, Location},
    report::clean,
};

/// Something that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of finding it is.
    pub code: Code,
    /// How grave it is.
    pub severity: Severity,
    /// Where it belongs.
    pub component: Component,
    /// The object; none for what is about no object.
    pub key: Option<Key>,
    /// What was found, as one sentence.
    pub sentence: Sentence,
    /// What differs, value by value.
    pub details: Vec<Detail>,
    /// Where canonical says how it has to be: the object's place, else that of what it is a part of.
    pub location: Option<Location>,
    /// What the baseline says about it.
    pub acceptance: Option<Acceptance>,
    /// Equal for the same finding at the same target in two runs.
    pub fingerprint: String,
}

/// One value that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// The facet.
    pub facet: String,
    /// Its value in canonical; none where it is at its default.
    pub canonical: Option<String>,
    /// Its value at the target; none where it is at its default.
    pub target: Option<String>,
}

impl Detail {
    /// `type is text, canonical has numeric`; of what is long, the part around the first difference.
    pub fn short(&self) -> String {
        let sides = [&self.canonical, &self.target].map(|value| value.as_deref().unwrap_or("none"));
        let [mut canonical, mut target] = sides.map(one_line);
        if canonical == target {
            // Nothing but blanks differs: they are shown.
            [canonical, target] = sides.map(|side| clean(side).into_owned());
        }
        let start = if canonical.chars().count().max(target.chars().count()) <= LONGEST {
            0
        } else {
            before_difference(&canonical, &target)
        };
        format!("{} is {}, canonical has {}", self.facet, part(&target, start), part(&canonical, start))
    }
}

/// How many characters of a value are shown.
const LONGEST: usize = 80;

/// A text on one line, with one blank where there are several or a new line.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(clean).collect();
    words.join(" ")
}

/// Where the word begins, or one a little before it, in which two texts begin to differ.
fn before_difference(one: &str, other: &str) -> usize {
    const CONTEXT: usize = 24;
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(CONTEXT);
    if from == 0 {
        return 0;
    }
    let blank = one.chars().skip(from).take(same - from).position(char::is_whitespace);
    blank.map_or(from, |blank| from + blank + 1)
}

/// Enough of a value to know it again, from a character on.
fn part(text: &str, start: usize) -> String {
    let before = if start > 0 { "…" } else { "" };
    let shown: String = text.chars().skip(start).take(LONGEST).collect();
    let after = if text.chars().count() > start + LONGEST { "…" } else { "" };
    format!("{before}{shown}{after}")
}

/// A sentence in which our own words are told from names, which come from databases and thus from
/// anyone: each format escapes those in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence(pub Vec<Piece>);

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Our own words.
    Words(String),
    /// A name or a value from outside.
    Name(String),
}

impl Sentence {
    /// Adds words of our own.
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Words(words.into()));
        self
    }

    /// Adds a name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.0.push(Piece::Name(name.into()));
        self
    }
}

impl fmt::Display for Sentence {
    /// On one line, with control characters spelled out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(text) | Piece::Name(text) => f.write_str(&clean(text)),
        })
    }
}

impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What tells a finding from others: the same in two runs, and of no meaning beyond that.
pub fn fingerprint(target: &str, code: Code, about: &str) -> String {
    let words = [target, code.code(), about].join("\0");
    blake3::hash(words.as_bytes()).to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(target: &str, canonical: &str) -> String {
        let some = |text: &str| Some(text.to_owned());
        Detail { facet: "definition".to_owned(), canonical: some(canonical), target: some(target) }.short()
    }

    #[test]
    fn of_long_values_the_part_is_shown_that_differs() {
        assert_eq!(short("text", "numeric"), "definition is text, canonical has numeric");
        let index = |predicate: &str| {
            format!(
                "CREATE INDEX i ON public.t USING btree (a, b, c, d, e, f, g) WHERE {predicate} AND NOT is_deleted"
            )
        };
        assert_eq!(
            short(&index("(state = 'open')"), &index("(state = 'new')")),
            "definition is …f, g) WHERE (state = 'open') AND NOT is_deleted, \
             canonical has …f, g) WHERE (state = 'new') AND NOT is_deleted"
        );
        let body = |text: &str| format!("BEGIN\n  {text}\nEND");
        assert_eq!(short(&body("a"), &body("b")), "definition is BEGIN a END, canonical has BEGIN b END");
        assert_eq!(short("a\n b", "a b"), "definition is a\\n b, canonical has a b");
        assert!(short(&"x".repeat(200), &"x".repeat(90)).starts_with("definition is …x"));
    }
}
