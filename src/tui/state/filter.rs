//! Narrowing the tree by words and properties.

use std::collections::BTreeSet;

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};

use super::{
    board::{Board, Cell, Node},
    comparison::Comparison,
    selection::Selection,
};
use crate::{diff::Status, model::Key};

/// What the user typed, and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    words: Vec<String>,
    excluded: Vec<String>,
    kinds: Vec<String>,
    schemas: Vec<String>,
    properties: Vec<Property>,
    /// Terms that mean nothing, for telling the user.
    pub unknown: Vec<String>,
}

/// What a difference can be asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Property {
    Status(Status),
    Accepted,
    Danger,
    Selected,
    New,
}

/// How well a row fits: lower is better.
pub type Rank = u8;

const EXACT: Rank = 0;
const PREFIX: Rank = 1;
const SUBSTRING: Rank = 2;
const FUZZY: Rank = 3;
const NO_WORD: Rank = EXACT;

/// What a row is judged by besides its name: the target that the plan is for.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The target.
    pub target: usize,
    /// What was found there.
    pub comparison: Option<&'a Comparison>,
    /// What is selected there.
    pub selection: &'a Selection,
    /// What is new there.
    pub news: Option<&'a BTreeSet<Key>>,
}

impl Filter {
    /// What a text means. Terms are separated by blanks, and all of them have to fit.
    pub fn parse(text: &str) -> Self {
        let mut filter = Filter::default();
        for term in text.split_whitespace().map(str::to_lowercase) {
            if let Some(kind) = term.strip_prefix("kind:") {
                filter.kinds.push(kind.to_owned());
            } else if let Some(schema) = term.strip_prefix("schema:") {
                filter.schemas.push(schema.to_owned());
            } else if let Some(property) = term.strip_prefix("is:") {
                match Property::named(property) {
                    Some(property) => filter.properties.push(property),
                    // A term that is being typed is no mistake yet, and narrows nothing.
                    None if property.is_empty() => {}
                    None => filter.unknown.push(term),
                }
            } else if let Some(word) = term.strip_prefix('!') {
                filter.excluded.extend((!word.is_empty()).then(|| word.to_owned()));
            } else {
                filter.words.push(term);
            }
        }
        filter
    }

    /// Whether everything fits.
    pub fn is_empty(&self) -> bool {
        *self == Filter { unknown: self.unknown.clone(), ..Filter::default() }
    }

    /// Whether accepted differences are what is looked for.
    pub fn asks_for_accepted(&self) -> bool {
        self.properties.contains(&Property::Accepted)
    }

    /// Whether what fits depends on the selection.
    pub fn depends_on_selection(&self) -> bool {
        self.properties.contains(&Property::Selected)
    }

    /// Whether what fits depends on what is new.
    pub fn depends_on_news(&self) -> bool {
        self.properties.contains(&Property::New)
    }

    /// How well each row fits, or nothing for a row that does not. Rows that are only similar
    /// count where no row has the words.
    pub fn ranks(&self, board: &Board, against: Against<'_>) -> Vec<Option<Rank>> {
        let rank = |row: usize| {
            let node = board.node(row);
            if self.lets_through(board, row, node, against) { self.rank(node) } else { None }
        };
        let ranks: Vec<Option<Rank>> = (0..board.len()).map(rank).collect();
        if self.words.is_empty() || ranks.iter().any(Option::is_some) {
            return ranks;
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let atoms: Vec<Atom> = self.words.iter().map(|word| fuzzy(word)).collect();
        let mut characters = Vec::new();
        let similar = |row: usize| {
            let node = board.node(row);
            let text = Utf32Str::new(node.search, &mut characters);
            let fits = self.lets_through(board, row, node, against)
                && atoms.iter().all(|atom| atom.score(text, &mut matcher).is_some());
            fits.then_some(FUZZY)
        };
        (0..board.len()).map(similar).collect()
    }

    fn rank(&self, node: Node<'_>) -> Option<Rank> {
        let name = node.search.rsplit('.').next().unwrap_or_default();
        let mut worst = NO_WORD;
        for word in &self.words {
            let whole = name == word || node.search == *word;
            let rank = match () {
                () if whole => EXACT,
                () if name.starts_with(word.as_str()) => PREFIX,
                () if node.search.contains(word.as_str()) => SUBSTRING,
                () => return None,
            };
            worst = worst.max(rank);
        }
        Some(worst)
    }

    fn lets_through(&self, board: &Board, row: usize, node: Node<'_>, against: Against<'_>) -> bool {
        let Some(key) = node.key else { return false };
        let kind = key.kind().name();
        let fits = |terms: &[String], text: &str| {
            terms.is_empty() || terms.iter().any(|term| text.starts_with(term))
        };
        fits(&self.kinds, kind)
            && (self.schemas.is_empty()
                || self.schemas.iter().any(|schema| key.root().eq_ignore_ascii_case(schema)))
            && !self.excluded.iter().any(|word| node.search.contains(word.as_str()) || kind == word)
            && self.properties.iter().all(|property| match property {
                Property::Status(status) => board.cell(row, against.target) == Cell::Is(*status),
                Property::Accepted => matches!(board.cell(row, against.target), Cell::Accepted(_)),
                Property::Danger => against.comparison.is_some_and(|comparison| {
                    comparison.is_dangerous(key) || comparison.hazards.contains_key(key)
                }),
                Property::Selected => against.selection.contains(key),
                Property::New => against.news.is_some_and(|news| news.contains(key)),
            })
    }
}

impl Property {
    fn named(name: &str) -> Option<Self> {
        let statuses = [Status::Same, Status::Changed, Status::Missing, Status::Extra, Status::Unknown];
        match name {
            "accepted" => Some(Property::Accepted),
            "danger" => Some(Property::Danger),
            "selected" => Some(Property::Selected),
            "new" => Some(Property::New),
            name => statuses.into_iter().find(|status| status.word() == name).map(Property::Status),
        }
    }
}

fn fuzzy(word: &str) -> Atom {
    Atom::new(word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false)
}
