//! Numbers with their nouns.

/// `1 table`, `2 policies`, `3 indexes`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {}", plural(noun)) }
}

/// The plural of a kind's name, by the rules that English has for such words.
pub(super) fn plural(noun: &str) -> String {
    let ending = |endings: &[&str]| endings.iter().any(|ending| noun.ends_with(ending));
    match noun.strip_suffix('y') {
        Some(stem) if !ending(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ending(&["s", "x", "ch", "sh"]) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_plurals() {
        for (one, many) in [
            ("table", "tables"),
            ("policy", "policies"),
            ("index", "indexes"),
            ("primary key", "primary keys"),
            ("alias", "aliases"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
