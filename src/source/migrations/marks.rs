//! Marks in comments that say which part of a file leads up and which leads back.

/// Whether a line is a comment that begins with a mark and one of these words behind it, as in
/// `-- +goose Up`.
pub fn is_mark(line: &str, mark: &str, word: &str) -> bool {
    let comment = line.trim_start().strip_prefix("--").map(str::trim_start);
    let rest = comment.and_then(|comment| comment.strip_prefix(mark)).unwrap_or_default();
    rest.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// Whether a text has a line with a mark.
pub fn has(text: &str, mark: &str, word: &str) -> bool {
    text.lines().any(|line| is_mark(line, mark, word))
}

/// Whether something stands behind the mark besides comments.
pub fn has_section(text: &str, mark: &str, word: &str) -> bool {
    let section = text.lines().skip_while(|line| !is_mark(line, mark, word)).skip(1);
    let mut code = section.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("--"));
    code.next().is_some()
}
