//! The part of a migration that leads up, where one file holds both ways.

use std::borrow::Cow;

/// The marks of goose, sql-migrate and dbmate: what stands between `--` and the direction.
const MARKS: [&str; 3] = ["+goose", "+migrate", "migrate:"];

/// The text with everything but its up sections blanked out, so that every byte and line that is
/// left stands where it stood. A text without such marks is left as it is.
pub fn up(text: &str) -> Cow<'_, str> {
    if !text.lines().any(|line| direction(line).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut keeping = false;
    for line in text.split_inclusive('\n') {
        keeping = direction(line).unwrap_or(keeping);
        if keeping {
            kept.push_str(line);
        } else {
            let body = line.trim_end_matches(['\n', '\r']);
            kept.extend(std::iter::repeat_n(' ', body.len()));
            kept.push_str(&line[body.len()..]);
        }
    }
    Cow::Owned(kept)
}

/// Whether a line starts an up section, or a down section.
fn direction(line: &str) -> Option<bool> {
    let comment = line.trim_start().strip_prefix("--")?.trim_start();
    let rest = MARKS.iter().find_map(|mark| comment.strip_prefix(mark))?;
    match rest.split_whitespace().next()? {
        word if word.eq_ignore_ascii_case("up") => Some(true),
        word if word.eq_ignore_ascii_case("down") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_way_up_is_kept_and_stays_in_its_place() {
        for (up_mark, down_mark) in
            [("-- +goose Up", "-- +goose Down"), ("-- migrate:up transaction:false", "--migrate:down")]
        {
            let text = format!("-- é\n{up_mark}\nCREATE TABLE a ();\n{down_mark}\r\nDROP TABLE a; -- é\n");
            let kept = up(&text);
            assert_eq!(kept.len(), text.len());
            assert_eq!(kept.lines().count(), text.lines().count());
            assert_eq!(kept.find("CREATE"), text.find("CREATE"));
            assert!(!kept.contains("DROP"));
        }
    }

    #[test]
    fn a_script_without_marks_is_left_alone() {
        let text = "-- up and down\nSELECT 1;";
        assert!(matches!(up(text), Cow::Borrowed(_)));
    }
}
