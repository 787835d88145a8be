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
    /// `type is text, canonical has numeric`, cut where it is long.
    pub fn short(&self) -> String {
        let shown = |value: &Option<String>| match value {
            None => "none".to_owned(),
            Some(text) => cut(&clean(text)),
        };
        format!("{} is {}, canonical has {}", self.facet, shown(&self.target), shown(&self.canonical))
    }
}

/// Enough of a value to know it again.
fn cut(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
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
