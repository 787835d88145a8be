//! Text from databases, made safe for a terminal and cut to a width.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use crate::report::{clean, counted};

/// What stands for the part that was cut off.
pub const ELLIPSIS: &str = "…";

/// A text of several lines, each of them clean, tabs as four blanks.
pub fn clean_lines(text: &str) -> Vec<String> {
    text.lines().map(|line| clean(&line.replace('\t', "    ")).into_owned()).collect()
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text if it fits into so many columns, or its beginning with `…` where the rest was.
pub fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > room {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.push_str(ELLIPSIS);
    Cow::Owned(kept)
}

/// The text if it fits into so many columns, or its end with `…` where the rest was.
pub fn cut_left(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut start = text.len();
    for (at, _) in text.grapheme_indices(true).rev() {
        if width(&text[at..]) > room {
            break;
        }
        start = at;
    }
    Cow::Owned(format!("{ELLIPSIS}{}", &text[start..]))
}

/// The text if it fits into so many columns, or its beginning and its end with `…` between them: names
/// that begin alike differ at their ends.
pub fn cut_middle(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let end = cut_left(text, columns / 2);
    let end = end.strip_prefix(ELLIPSIS).unwrap_or_default();
    let start = cut(text, columns - width(end));
    Cow::Owned(format!("{start}{end}"))
}

/// The text without its first columns, for panes that are scrolled to the right.
pub fn skip(text: &str, columns: usize) -> &str {
    let mut passed = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if passed >= columns {
            return &text[at..];
        }
        passed += width(grapheme);
    }
    if columns == 0 { text } else { "" }
}

/// The text in exactly so many columns: cut, or followed by blanks.
pub fn fit(text: &str, columns: usize) -> String {
    let mut fitted = cut(text, columns).into_owned();
    let missing = columns.saturating_sub(width(&fitted));
    fitted.extend(std::iter::repeat_n(' ', missing));
    fitted
}

/// The text in exactly so many columns, at their right end.
pub fn fit_right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{}{text}", " ".repeat(missing))
}

/// The text in lines of at most so many columns, broken at blanks where that is possible.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if width(&line) + width(word.trim_end()) > columns && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for grapheme in word.graphemes(true) {
            if width(&line) + width(grapheme) > columns && grapheme != " " {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(grapheme);
        }
    }
    lines.push(line);
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

/// Where a line has to be broken to fit into so many columns: the parts, from and to in bytes. A
/// line is broken behind a blank where one is near, and not at all where it fits.
pub fn breaks(text: &str, columns: usize) -> Vec<(usize, usize)> {
    let columns = columns.max(2);
    let mut parts = Vec::new();
    let (mut start, mut used, mut blank) = (0, 0, None);
    for (at, grapheme) in text.grapheme_indices(true) {
        let width = width(grapheme);
        if used + width > columns {
            let end = match blank {
                Some((end, before)) if before * 2 > columns => end,
                _ => at,
            };
            parts.push((start, end));
            used = self::width(&text[end..at]);
            (start, blank) = (end, None);
        }
        used += width;
        if grapheme == " " {
            blank = Some((at + 1, used));
        }
    }
    parts.push((start, text.len()));
    parts
}

/// How large a table is, in words: `about 1.2 million rows, 340 MB with indexes, by the statistics`.
pub fn size(rows: Option<u64>, bytes: u64) -> String {
    let rows = match rows {
        None => "rows never estimated".to_owned(),
        Some(rows) if rows < 10_000 => format!("about {rows} rows"),
        Some(rows) if rows < 1_000_000 => format!("about {} thousand rows", rows / 1000),
        Some(rows) => format!("about {}.{} million rows", rows / 1_000_000, rows / 100_000 % 10),
    };
    let units = [(1 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit);
    let bytes =
        unit.map_or_else(|| format!("{bytes} bytes"), |(unit, name)| format!("{} {name}", bytes / unit));
    format!("{rows}, {bytes} with indexes, by the statistics")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_graphemes_and_by_columns() {
        assert_eq!(cut("orders", 6), "orders");
        assert_eq!(cut("orders", 4), "ord…");
        assert_eq!(cut("表表表", 4), "表…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut("orders", 0), "");
        assert_eq!(cut_left("orders", 4), "…ers");
        assert_eq!(cut_left("表表表", 4), "…表");
        assert_eq!((cut_left("orders", 6), cut_left("orders", 0)), ("orders".into(), "".into()));
        assert_eq!(cut_middle("notifications_user_idx", 12), "notifi…r_idx");
        assert_eq!((cut_middle("orders", 6), cut_middle("orders", 3)), ("orders".into(), "or…".into()));
        assert_eq!((cut_middle("表表表表", 7), cut_middle("表表", 1)), ("表表…表".into(), "…".into()));
        assert_eq!(cut_middle("orders", 0), "");
        assert_eq!(fit("表表表", 4), "表… ");
        assert_eq!(fit_right("7", 3), "  7");
    }

    #[test]
    fn a_text_can_be_scrolled_to_the_right() {
        assert_eq!(skip("orders", 2), "ders");
        assert_eq!(skip("orders", 0), "orders");
        assert_eq!(skip("orders", 9), "");
        assert_eq!(skip("表b", 1), "b");
    }

    #[test]
    fn lines_are_broken_behind_blanks_and_nothing_is_lost() {
        let parts = |text: &str, columns| -> Vec<String> {
            breaks(text, columns).into_iter().map(|(from, to)| text[from..to].to_owned()).collect()
        };
        assert_eq!(parts("CREATE INDEX a ON b", 8), ["CREATE ", "INDEX a ", "ON b"]);
        assert_eq!(parts("short", 8), ["short"]);
        assert_eq!(parts("", 8), [""]);
        assert_eq!(parts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(parts("表表表", 4), ["表表", "表"]);
    }

    #[test]
    fn sizes_are_told_in_round_numbers() {
        assert_eq!(
            size(Some(1_250_000), 356_515_840),
            "about 1.2 million rows, 340 MB with indexes, by the statistics"
        );
        assert_eq!(size(Some(12), 8192), "about 12 rows, 8 kB with indexes, by the statistics");
        assert!(size(None, 0).starts_with("rows never estimated, 0 bytes"));
    }

    #[test]
    fn sentences_are_wrapped_between_words() {
        assert_eq!(wrap("rows are lost for good", 9), ["rows are", "lost for", "good"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
