//! Codes and what they mean → text for people, JSON for programs, Markdown for the documentation.

use std::fmt::Write;

use serde::Serialize;

use super::{Paint, json::pretty};
use crate::codes::{Code, Family};

/// The documentation begins with how it comes to be and how else to get it.
const PREFACE: &str = "\
# Codes

<!-- Made by `schemascope explain --markdown`. Change the tables in src/codes/ instead. -->

Every code that schemascope prints is stable: it never changes its meaning, and scripts may rely on it. \
`schemascope explain CODE` prints what is said here about one.
";

/// What one code means, as text.
pub fn code_text(family: &str, code: &Code, paint: Paint) -> String {
    let mut text =
        format!("{} {}\n{}.\n", paint.bold(code.code), paint.dim(&format!("({family})")), code.title);
    text += &format!("\n{}\n\n{}\n", wrapped(code.meaning), wrapped(code.advice));
    if !code.squawk.is_empty() {
        text += &format!("\n{}\n", wrapped(&format!("In squawk: {}", code.squawk.join(", "))));
    }
    text
}

/// Every code with its title, as text.
pub fn codes_text(families: &[Family], paint: Paint) -> String {
    let codes = families.iter().flat_map(|family| &family.codes);
    let width = codes.map(|code| code.code.len()).max().unwrap_or(0);
    let mut text = String::new();
    for family in families {
        let _ = writeln!(text, "{} {}", paint.bold(family.name), paint.dim(family.about));
        for code in &family.codes {
            let _ = writeln!(text, "  {:width$}  {}", code.code, code.title);
        }
        text.push('\n');
    }
    text + "What one of them means: schemascope explain CODE\n"
}

/// Codes as JSON: `{ "format", "command": "explain", "codes": [ { "code", "family", "title",
/// "meaning", "advice", "squawk": […] } ] }`.
pub fn codes_json<'a>(codes: impl Iterator<Item = (&'a str, &'a Code)>) -> String {
    let codes = codes.map(|(family, code)| {
        let Code { code, title, meaning, advice, squawk } = *code;
        CodeDocument { code, family, title, meaning, advice, squawk }
    });
    pretty(&Document { format: super::json::FORMAT, command: "explain", codes: codes.collect() })
}

/// Every code with all that is known about it, as the Markdown of `docs/hazards.md`.
pub fn codes_markdown(families: &[Family]) -> String {
    let mut text = PREFACE.to_owned();
    for family in families {
        let _ = write!(text, "\n## {}\n\n{}\n", capitalised(family.name), family.about);
        for code in &family.codes {
            let _ = write!(text, "\n### `{}`\n\n**{}.** {}\n", code.code, code.title, code.meaning);
            let _ = write!(text, "\nWhat to do: {}\n", code.advice);
            if !code.squawk.is_empty() {
                let rules: Vec<String> = code.squawk.iter().map(|rule| format!("`{rule}`")).collect();
                let _ = write!(text, "\nIn squawk: {}.\n", rules.join(", "));
            }
        }
    }
    text
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text in lines of at most 80 characters.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    codes: Vec<CodeDocument<'a>>,
}

#[derive(Serialize)]
struct CodeDocument<'a> {
    code: &'a str,
    family: &'a str,
    title: &'a str,
    meaning: &'a str,
    advice: &'a str,
    squawk: &'a [&'a str],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{families, find};

    #[test]
    fn one_code_reads_as_a_short_page() {
        let (family, code) = find("slows-queries").expect("a known code");
        insta::assert_snapshot!(code_text(family, code, Paint::default()), @r"
        slows-queries (hazard)
        Queries that are fast today can become slow.

        An index or a set of extended statistics is gone afterwards, and plans that rely
        on it with it.

        Look into pg_stat_user_indexes whether the index is used, on the replicas too.
        Keep its definition at hand: building it anew takes time.

        In squawk: ban-drop-index, require-concurrent-index-deletion
        ");
    }

    #[test]
    fn the_documentation_is_made_from_the_table() {
        let written = include_str!("../../docs/hazards.md");
        assert_eq!(
            written,
            codes_markdown(&families()),
            "run: schemascope explain --markdown > docs/hazards.md"
        );
    }
}
