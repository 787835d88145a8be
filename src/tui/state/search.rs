//! Searching everything: names, comments, definitions and the bodies of functions.

use std::{collections::BTreeSet, sync::Arc};

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{Atom, AtomKind, CaseMatching, Normalization},
};
use serde_json::Value;

use crate::{
    model::{Key, Object, Snapshot},
    tui::text,
};

/// How many finds are shown.
const SHOWN: usize = 200;
/// How much of a text stands around what was found in it, in characters.
const AROUND: usize = 24;

/// An object that has what was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The object.
    pub key: Key,
    /// The facet that has it, where its name has not.
    pub facet: Option<String>,
    /// The words around it.
    pub excerpt: String,
    rank: Rank,
}

/// Where something was found: lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Exact,
    Prefix,
    Name,
    Path,
    Comment,
    Text,
    Similar,
}

/// The objects that have all the words, the best first: by their names, by their comments, by what
/// else is known of them; and if there are none, those whose names are similar. Pure; linear in the
/// size of the snapshots. Of several snapshots that have an object the first counts, unless another
/// one has the words and it does not.
pub fn search(words: &str, snapshots: &[Arc<Snapshot>]) -> Vec<Hit> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Hit> = Vec::new();
    let mut seen: BTreeSet<&Key> = BTreeSet::new();
    for object in snapshots.iter().flat_map(|snapshot| snapshot.catalog.iter()) {
        if !seen.contains(&object.key)
            && let Some(hit) = judge(object, &words)
        {
            seen.insert(&object.key);
            found.push(hit);
        }
    }
    if found.is_empty() {
        found = similar(&words, snapshots);
    }
    found.sort_by(|a, b| (a.rank, a.key.name().len(), &a.key).cmp(&(b.rank, b.key.name().len(), &b.key)));
    found.truncate(SHOWN);
    found
}

fn judge(object: &Object, words: &[String]) -> Option<Hit> {
    let key = &object.key;
    let mut worst = Rank::Exact;
    let mut others: Vec<&str> = Vec::new();
    for word in words {
        let rank = match name_rank(key, word) {
            Some(rank) => rank,
            None => {
                let facet = facet_with(object, word)?;
                others.push(word);
                if facet.ends_with("comment") { Rank::Comment } else { Rank::Text }
            }
        };
        worst = worst.max(rank);
    }
    let (facet, excerpt) = best_line(object, &others).unzip();
    let excerpt = excerpt.unwrap_or_default();
    Some(Hit { key: key.clone(), facet, excerpt, rank: worst })
}

fn name_rank(key: &Key, word: &str) -> Option<Rank> {
    let name = key.name();
    match find(name, word) {
        Some(0) if name.len() == word.len() => Some(Rank::Exact),
        Some(0) => Some(Rank::Prefix),
        Some(_) => Some(Rank::Name),
        None if find(key.kind().name(), word) == Some(0) => Some(Rank::Path),
        None => key.path().iter().any(|part| find(part, word).is_some()).then_some(Rank::Path),
    }
}

/// The first facet whose value has a word.
fn facet_with<'a>(object: &'a Object, word: &str) -> Option<&'a str> {
    object
        .facets
        .iter()
        .find(|(_, value)| texts(value).iter().any(|text| find(text, word).is_some()))
        .map(|it| it.0)
}

/// The line with the most of the words, the first of several: its facet, and what stands around them.
fn best_line(object: &Object, words: &[&str]) -> Option<(String, String)> {
    let mut best: Option<(usize, &str, String)> = None;
    for (facet, value) in object.facets.iter() {
        for line in texts(value).into_iter().flat_map(str::lines) {
            let found = words.iter().filter_map(|word| Some((find(line, word)?, word.len())));
            let found: Vec<(usize, usize)> = found.collect();
            let from = found.iter().map(|(at, _)| *at).min();
            let to = found.iter().map(|(at, length)| at + length).max();
            if let Some((from, to)) = from.zip(to)
                && best.as_ref().is_none_or(|(most, ..)| found.len() > *most)
            {
                best = Some((found.len(), facet, excerpt(line, from, to - from)));
            }
        }
    }
    best.map(|(_, facet, excerpt)| (facet.to_owned(), excerpt))
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// What stands around a find on a line.
fn excerpt(line: &str, at: usize, length: usize) -> String {
    let before = line.get(..at).unwrap_or_default();
    let from = before.char_indices().rev().take(AROUND).last().map_or(at, |(start, _)| start);
    // What is cut off at its beginning starts with a whole word.
    let blank = line.get(from..at).and_then(|before| before.find(' ')).filter(|_| from > 0);
    let rest = line.get(from + blank.map_or(0, |blank| blank + 1)..).unwrap_or_default();
    text::clean(text::cut(rest.trim(), length + AROUND * 4).as_ref()).into_owned()
}

/// Where a text has a word, whatever the case of its letters. The word is in lower case.
fn find(text: &str, word: &str) -> Option<usize> {
    if !word.is_ascii() {
        return text.to_lowercase().find(word);
    }
    let windows = text.as_bytes().windows(word.len().max(1));
    windows.enumerate().find(|(_, window)| window.eq_ignore_ascii_case(word.as_bytes())).map(|(at, _)| at)
}

fn similar(words: &[String], snapshots: &[Arc<Snapshot>]) -> Vec<Hit> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let fuzzy =
        |word: &String| Atom::new(word, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false);
    let atoms: Vec<Atom> = words.iter().map(fuzzy).collect();
    let keys: BTreeSet<&Key> = snapshots.iter().flat_map(|snapshot| snapshot.catalog.keys()).collect();
    let mut characters = Vec::new();
    let fits = |key: &&Key| {
        let path = key.path().join(".");
        let text = Utf32Str::new(&path, &mut characters);
        atoms.iter().all(|atom| atom.score(text, &mut matcher).is_some())
    };
    let hit = |key: &Key| Hit { key: key.clone(), facet: None, excerpt: String::new(), rank: Rank::Similar };
    keys.into_iter().filter(fits).map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    fn found(words: &str) -> Vec<String> {
        let snapshots = [Arc::new(sample::canonical()), Arc::new(sample::live())];
        search(words, &snapshots).iter().map(|hit| hit.key.to_string()).collect()
    }

    #[test]
    fn names_come_before_texts_and_the_exact_one_first() {
        let orders = found("orders");
        assert_eq!(orders[0], "table:public.orders");
        assert!(orders.contains(&"index:public.orders.orders_customer_idx".to_owned()));
    }

    #[test]
    fn what_stands_in_a_definition_is_found_with_the_words_around_it() {
        let snapshots = [Arc::new(sample::canonical())];
        let hits = search("current_tenant", &snapshots);
        assert_eq!(hits.len(), 1);
        assert_eq!(
            (hits[0].facet.as_deref(), hits[0].excerpt.as_str()),
            (Some("using"), "(tenant_id = current_tenant())")
        );
    }

    #[test]
    fn of_several_words_the_line_that_has_the_most_is_shown() {
        let body = "BEGIN\n  total := 0;\n  total := total + new.tax;\n  RETURN tax;\nEND";
        let facets = [("body".to_owned(), Value::from(body))].into_iter().collect();
        let routine = Object::new("function:public.f()".parse().unwrap(), None, facets);
        let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let shown = |of: &str| judge(&routine, &words(of)).map(|hit| hit.excerpt);
        assert_eq!(shown("tax total").as_deref(), Some("total := total + new.tax;"));
        assert_eq!(shown("function return tax").as_deref(), Some("RETURN tax;"));
        assert_eq!(shown("total"), Some("total := 0;".to_owned()));
        assert_eq!(shown("total nonsense"), None);
    }

    #[test]
    fn all_words_have_to_be_there_and_kinds_are_words_too() {
        assert_eq!(found("index customer"), ["index:public.orders.orders_customer_idx"]);
        assert!(found("index nonsense").is_empty());
    }

    #[test]
    fn what_only_a_target_has_is_found_and_similar_names_where_nothing_fits() {
        assert_eq!(found("hotfix"), ["index:public.orders.orders_hotfix_idx"]);
        assert!(found("invcs").contains(&"table:public.invoices".to_owned()));
        assert!(found("").is_empty());
    }
}
