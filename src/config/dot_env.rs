//! `.env`: the variables that a repository's developers keep in a file.

use std::{collections::BTreeMap, fs, path::Path};

/// The variables of a file; none where it is not there.
pub fn read(file: &Path) -> BTreeMap<String, String> {
    fs::read_to_string(file).map(|text| parse(&text)).unwrap_or_default()
}

/// Lines of `NAME=value`, as shells and `docker compose` take them: with or without `export`, the
/// value bare, in single or in double quotes, comments behind `#`.
fn parse(text: &str) -> BTreeMap<String, String> {
    let variable = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        named.then(|| (name.to_owned(), unquoted(value.trim())))
    };
    text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(variable).collect()
}

fn unquoted(value: &str) -> String {
    for quote in ['\'', '"'] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside.to_owned();
        }
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_bare_or_in_quotes() {
        let text = "# ours\nexport A=one # why\nB='two # words'\nC=\"three\"\nD=a=b#c\nnot a variable\nE =\n";
        let variables = parse(text);
        let value = |name: &str| variables.get(name).map(String::as_str);
        assert_eq!(value("A"), Some("one"));
        assert_eq!(value("B"), Some("two # words"));
        assert_eq!(value("C"), Some("three"));
        assert_eq!(value("D"), Some("a=b#c"));
        assert_eq!(value("E"), Some(""));
        assert_eq!(variables.len(), 5);
    }
}
