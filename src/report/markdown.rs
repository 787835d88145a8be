//! Texts from anywhere in Markdown, in which nothing of them is markup and nobody is mentioned.

use super::clean;

/// Text in a code span: fenced by more backticks than it has in a row.
pub fn code(text: &str) -> String {
    let text = clean(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Sentences on one line, with what could be markup in them taken as it stands.
pub fn prose(text: &str) -> String {
    let text = clean(text);
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<>|#@".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\n# b"), "`a\\n# b`");
        assert_eq!(prose("@ann: *no* <b>\x1b[1m"), "\\@ann: \\*no\\* \\<b\\>\\\\u{1b}\\[1m");
    }
}
