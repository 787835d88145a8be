//! A selection as a file: the terminal writes it, `plan --selection FILE` reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Hunk;
use crate::{
    diff::{Drift, Rename, Status},
    model::Key,
};

/// The newest version of the format, which this program reads as well as the first. It is written
/// only where it says what the first one cannot: parts and renames.
const FORMAT: u32 = 2;

/// The differences that somebody selected, each with what it was then.
///
/// As a file it is JSON with a key a line:
///
/// ```json
/// { "format": 1, "kind": "selection",
///   "canonical": "schema.sql", "target": "prod-eu",
///   "made_for": "the fingerprint of the target's schema",
///   "selected": { "index:public.orders.orders_note": "missing" } }
/// ```
///
/// Where only parts of a difference are meant, `parts` names its facets, or single entries of them.
/// `renames` holds what was confirmed to be one object under two names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    format: u32,
    kind: Word,
    /// What the canonical schema was called, for people.
    pub canonical: String,
    /// What the target was called, for people.
    pub target: String,
    /// The fingerprint of the target's catalog at the time.
    pub made_for: String,
    /// The selected differences, with their status at the time.
    pub selected: BTreeMap<Key, Status>,
    /// The parts of selected differences that are meant, where not all of them are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<Key, BTreeSet<Hunk>>,
    /// The renames that were confirmed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub renames: BTreeSet<Rename>,
}

/// Tells a selection from other JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Selection,
}

/// Why a text is no selection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// It is none, or was damaged.
    #[error("It is not a selection that schemascope wrote: {0}.")]
    NotAChoice(String),
    /// It is of a newer version of the program.
    #[error("It is a selection of format {0}, and this schemascope reads formats up to {FORMAT}.")]
    Newer(u64),
}

impl Choice {
    /// The choice of these differences of a drift.
    pub fn new(
        canonical: impl Into<String>,
        target: impl Into<String>,
        made_for: impl Into<String>,
        selected: &BTreeSet<Key>,
        drift: &Drift,
    ) -> Self {
        Choice {
            format: 1,
            kind: Word::Selection,
            canonical: canonical.into(),
            target: target.into(),
            made_for: made_for.into(),
            selected: selected.iter().map(|key| (key.clone(), drift.status(key))).collect(),
            parts: BTreeMap::new(),
            renames: BTreeSet::new(),
        }
    }

    /// The same choice, with parts of differences and confirmed renames.
    pub fn with(self, parts: BTreeMap<Key, BTreeSet<Hunk>>, renames: BTreeSet<Rename>) -> Self {
        let format = if parts.is_empty() && renames.is_empty() { 1 } else { FORMAT };
        Choice { format, parts, renames, ..self }
    }

    /// The text of its file, with a newline at its end.
    pub fn to_json(&self) -> String {
        // Keys and words: nothing that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Where it is no selection, or one of a newer format.
    pub fn from_json(text: &str) -> Result<Self, ChoiceError> {
        #[derive(Deserialize)]
        struct Head {
            format: u64,
        }
        let refused = |error: serde_json::Error| ChoiceError::NotAChoice(error.to_string());
        let head: Head = serde_json::from_str(text).map_err(refused)?;
        match head.format > u64::from(FORMAT) {
            true => Err(ChoiceError::Newer(head.format)),
            false => serde_json::from_str(text).map_err(refused),
        }
    }

    /// Those that are still what they were when they were selected; and those that are not, each
    /// with what became of it. What was to be made is never taken for what is to be dropped.
    pub fn still(&self, drift: &Drift) -> (BTreeSet<Key>, Vec<String>) {
        let mut left = Vec::new();
        let mut still = BTreeSet::new();
        for (key, then) in &self.selected {
            match drift.status(key) {
                now if now == *then => drop(still.insert(key.clone())),
                Status::Same => left.push(format!("{key} does not differ any more")),
                now => left.push(format!(
                    "{key} was {} when it was selected, and is {} now",
                    then.word(),
                    now.word()
                )),
            }
        }
        (still, left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Difference;

    fn key(text: &str) -> Key {
        text.parse().unwrap()
    }

    fn drift(differences: &[(&str, Status)]) -> Drift {
        let differences = differences.iter().map(|(name, status)| (key(name), Difference::new(*status)));
        Drift { differences: differences.collect(), ..Drift::default() }
    }

    fn choice() -> Choice {
        let drift =
            drift(&[("table:public.a", Status::Missing), ("index:public.\"odd\n\".i", Status::Extra)]);
        let selected = drift.differences.keys().cloned().collect();
        Choice::new("schema.sql", "prod-eu", "0123", &selected, &drift)
    }

    #[test]
    fn a_choice_reads_back_from_its_file() {
        assert_eq!(Choice::from_json(&choice().to_json()).unwrap(), choice());
        insta::assert_snapshot!(choice().to_json(), @r#"
        {
          "format": 1,
          "kind": "selection",
          "canonical": "schema.sql",
          "target": "prod-eu",
          "made_for": "0123",
          "selected": {
            "table:public.a": "missing",
            "index:public.\"odd\n\".i": "extra"
          }
        }
        "#);
    }

    #[test]
    fn parts_and_renames_are_of_the_newer_format_that_older_programs_refuse() {
        assert_eq!(choice().with(BTreeMap::new(), BTreeSet::new()), choice());
        let hunk = Hunk { facet: "grants".to_owned(), entry: Some("SELECT to app".to_owned()) };
        let parts = BTreeMap::from([(key("table:public.a"), BTreeSet::from([hunk]))]);
        let rename = Rename::new(key("table:public.client"), key("table:public.customer"));
        let choice = choice().with(parts, BTreeSet::from([rename]));
        assert_eq!(Choice::from_json(&choice.to_json()).unwrap(), choice);
        assert!(choice.to_json().contains("\"format\": 2"));
    }

    #[test]
    fn what_has_changed_since_is_left_out() {
        let now = drift(&[("table:public.a", Status::Extra)]);
        let (still, left) = choice().still(&now);
        assert!(still.is_empty());
        insta::assert_snapshot!(left.join("\n"), @r#"
        table:public.a was missing when it was selected, and is extra now
        index:public."odd
        ".i does not differ any more
        "#);
    }

    #[test]
    fn other_files_are_refused() {
        let newer = Choice::from_json("{\"format\": 3, \"kind\": \"selection\"}").unwrap_err();
        assert_eq!(newer, ChoiceError::Newer(3));
        for other in ["", "[]", "{\"format\": 1, \"kind\": \"plan\"}", "{\"format\": 1}"] {
            assert!(matches!(Choice::from_json(other), Err(ChoiceError::NotAChoice(_))), "{other}");
        }
    }
}
