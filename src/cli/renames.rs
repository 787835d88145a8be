//! Renames that were confirmed on the command line.

use super::Error;
use crate::{
    diff::{Rename, Status},
    model::Key,
    plan::{Choice, Request},
};

/// The renames that words such as `table:public.client=customer` stand for, and those of the file of a
/// selection of which both names still differ.
///
/// # Errors
/// Where words are not of that form, or name nothing that could be renamed.
pub fn confirmed(
    words: &[String],
    file: Option<&Choice>,
    request: &Request<'_>,
) -> Result<Vec<Rename>, Error> {
    let mut renames =
        words.iter().map(|word| rename(word, request)).collect::<Result<Vec<Rename>, Error>>()?;
    let differs = |rename: &Rename| {
        let sides =
            [request.target.catalog.contains(&rename.from), request.canonical.catalog.contains(&rename.to)];
        sides == [true, true]
            && !request.target.catalog.contains(&rename.to)
            && !renames.iter().any(|there| there.from == rename.from)
    };
    let chosen: Vec<Rename> =
        file.iter().flat_map(|choice| &choice.renames).filter(|rename| differs(rename)).cloned().collect();
    renames.extend(chosen);
    Ok(renames)
}

fn rename(word: &str, request: &Request<'_>) -> Result<Rename, Error> {
    let hint = "Write it as --rename OLD=NEW, for example --rename table:public.client=customer; \
        `diff` prints what looks like a rename.";
    let error = |what: String| Error::new(what, hint);
    let (old, new) = split(word).ok_or_else(|| error(format!("--rename {word} has no `=`.")))?;
    let from = match old.parse::<Key>() {
        Ok(key) => key,
        Err(_) => only_extra(old, request).ok_or_else(|| {
            error(format!("--rename {word}: `{old}` does not name one object that only the target has."))
        })?,
    };
    let kind = from.kind();
    let to = match new.parse::<Key>().or_else(|_| format!("{kind}:{new}").parse::<Key>()) {
        Ok(key) => key,
        Err(_) => return Err(error(format!("--rename {word}: `{new}` is not a name."))),
    };
    // Just a name: in the same place, which may have a new name itself.
    let to =
        if to.path().len() == 1 && from.path().len() > 1 { beside(&from, to.name(), request) } else { to };
    Ok(Rename::new(from, to))
}

/// The key of a new name, under the parent that canonical has for it.
fn beside(from: &Key, name: &str, request: &Request<'_>) -> Key {
    let here = from.parent(from.kind()).child(from.kind(), name);
    if request.canonical.catalog.contains(&here) {
        return here;
    }
    let missing =
        request.drift.differences.iter().filter(|(_, difference)| difference.status == Status::Missing);
    let mut fits = missing.map(|(key, _)| key).filter(|key| key.kind() == from.kind() && key.name() == name);
    match (fits.next(), fits.next()) {
        (Some(key), None) => key.clone(),
        _ => here,
    }
}

fn only_extra(dotted: &str, request: &Request<'_>) -> Option<Key> {
    let extra = request.drift.differences.iter().filter(|(_, difference)| difference.status == Status::Extra);
    let mut fits = extra.map(|(key, _)| key).filter(|key| key.dotted() == dotted);
    fits.next().cloned().filter(|_| fits.next().is_none())
}

/// Splits at the first `=` that is not in a quoted name.
fn split(word: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = word.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '=' && !quoted
    });
    at.map(|(at, _)| (&word[..at], &word[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equals_sign_in_a_quoted_name_does_not_divide() {
        assert_eq!(split("table:public.\"a=b\"=c"), Some(("table:public.\"a=b\"", "c")));
        assert_eq!(split("table:public.a"), None);
    }
}
