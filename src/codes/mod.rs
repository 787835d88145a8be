//! What every stable code means: the one table that `schemascope explain` and `docs/hazards.md`
//! are made from.
//!
//! A code is a word that the program prints and that scripts may rely on. It never changes its
//! meaning. A new family is a file with its table, and a line in [`families`].

mod finding;
mod hazard;
mod status;

pub use finding::{FindingCode, ParseFindingCodeError};
pub use hazard::{HazardCode, ParseHazardCodeError};

/// One code, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code as it is printed, for example `loses-data`.
    pub code: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// What is meant by it, and when it is said: full sentences.
    pub meaning: &'static str,
    /// What to do about it: full sentences.
    pub advice: &'static str,
    /// The rules of squawk, the linter for migrations, that say the same or a part of it.
    pub squawk: &'static [&'static str],
}

/// Codes that are said of the same kind of thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// What they are called, in the singular: `hazard`.
    pub name: &'static str,
    /// Where they are met: a full sentence.
    pub about: &'static str,
    /// The codes, gravest first.
    pub codes: Vec<&'static Code>,
}

/// Every code, by family.
pub fn families() -> [Family; 3] {
    [hazard::family(), finding::family(), status::family()]
}

/// The code that is spelled so, with the name of its family.
pub fn find(code: &str) -> Option<(&'static str, &'static Code)> {
    all().find(|(_, known)| known.code == code)
}

/// The code that looks most like a word that is none, if any does.
pub fn nearest(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase().replace(['_', ' '], "-");
    let alike = |known: &str| similar::TextDiff::from_chars(word.as_str(), known).ratio();
    let rated = all().map(|(_, known)| (alike(known.code), known.code));
    rated.filter(|(ratio, _)| *ratio >= 0.5).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, code)| code)
}

/// Every code, with the name of its family.
pub fn all() -> impl Iterator<Item = (&'static str, &'static Code)> {
    families().into_iter().flat_map(|family| family.codes.into_iter().map(move |code| (family.name, code)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_spelled_once_and_explained_in_full_sentences() {
        let mut seen = BTreeSet::new();
        for (_, code) in all() {
            assert!(seen.insert(code.code), "{} is there twice", code.code);
            assert!(code.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", code.code);
            assert!(!code.title.ends_with('.') && !code.title.is_empty(), "{}: {}", code.code, code.title);
            for text in [code.meaning, code.advice] {
                assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", code.code);
            }
        }
        assert!(seen.len() > 10, "{seen:?}");
    }

    #[test]
    fn a_misspelled_code_leads_to_the_one_that_was_meant() {
        assert_eq!(nearest("LOSES_DATA"), Some("loses-data"));
        assert_eq!(nearest("block-reads"), Some("blocks-reads"));
        assert_eq!(nearest("zzz"), None);
    }
}
