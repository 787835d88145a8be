//! What is accepted, as a list for people and for programs.

use jiff::civil::Date;
use serde_json::json;

use super::{Paint, clean, words::counted};
use crate::diff::{Accepted, Baseline};

/// The entries of a baseline, one a line; those that are over by `today` say so.
pub fn text(baseline: &Baseline, today: Date, paint: Paint) -> String {
    let mut text = String::new();
    for entry in &baseline.accepted {
        let target = entry.target.as_ref().map_or(String::new(), |target| format!(" at {target}"));
        let line = format!("{}{target}{}", entry.key, entry);
        let line = clean(&line).into_owned();
        if entry.is_expired(today) {
            text += &format!("{} {}\n", paint.alarm("over:"), line);
        } else {
            text += &format!("{line}\n");
        }
    }
    let over = baseline.accepted.iter().filter(|entry| entry.is_expired(today)).count();
    let over = if over == 0 { String::new() } else { format!(", {over} of them over") };
    text + &paint.dim(&format!("{}{over}", counted(baseline.accepted.len(), "entry"))) + "\n"
}

/// The entries of a baseline as JSON: `{ "format", "command": "baseline list", "accepted": [ … ] }`,
/// each with `expired` beside what its file has.
pub fn json(baseline: &Baseline, today: Date) -> String {
    let entries = baseline.accepted.iter().map(|entry: &Accepted| {
        let mut entry_json = json!(entry);
        entry_json["expired"] = entry.is_expired(today).into();
        entry_json
    });
    let document = json!({
        "format": super::json::FORMAT,
        "command": "baseline list",
        "accepted": entries.collect::<Vec<_>>(),
    });
    super::json::pretty(&document)
}
