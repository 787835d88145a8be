//! The record of a decision: what was done about drift, by whom and why, for a changelog.

use std::collections::BTreeSet;

use super::{code, counted, prose, sql::proof_sentence};
use crate::{
    diff::{Accepted, Status},
    model::Key,
    plan::{Plan, file::PlanFile},
};

/// A decision, and what is known of how it was carried out.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The plan that was decided on.
    pub file: &'a PlanFile,
    /// What it is called: an incident, a ticket. Without one, the heading says who follows whom.
    pub title: Option<&'a str>,
    /// Who decided.
    pub by: Option<&'a str>,
    /// Why.
    pub reason: &'a str,
    /// When it was written down, as `2026-03-09T17:05:00Z`.
    pub at: &'a str,
    /// Who agreed to the plan.
    pub agreed: Vec<Agreed<'a>>,
    /// How the plan was run the last time, on each database that it was run on.
    pub done: Vec<Done>,
}

/// An agreement to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: &'a str,
}

/// How a run of a plan ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The name of the database.
    pub target: String,
    /// `done`, `failed`, `interrupted` or `unknown`; `begins` where nothing is known of the end.
    pub event: String,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// How many statements are committed.
    pub done: usize,
    /// The fingerprint of the schema afterwards, where it was read.
    pub after: Option<String>,
    /// Whether that is the schema that the plan leads to.
    pub as_planned: Option<bool>,
    /// What went wrong.
    pub error: Option<String>,
}

/// How much of a hash people read.
const SHORT: usize = 12;

/// A section in Markdown, with a heading of the third level.
pub fn decision(decision: &Decision<'_>) -> String {
    let PlanFile { plan, decisions, .. } = decision.file;
    let (target, canonical) = (code(&plan.target), code(&plan.canonical));
    let follows = match plan.undoes {
        false => format!("{target} follows {canonical}"),
        true => format!("{target} goes back to before it followed {canonical}"),
    };
    let day: String = decision.at.chars().take("2026-03-09".len()).collect();
    let mut text = match decision.title {
        Some(title) => format!("### {} ({day})\n\n{follows}.\n\n", prose(title)),
        None => format!("### {follows} ({day})\n\n"),
    };
    facts(&mut text, decision);
    let closed = decisions.closed.iter().map(|(key, status)| {
        let by = plan.needed.get(key).map_or(String::new(), |by| format!(", needed by {}", name(by)));
        let part = if decisions.in_part.contains(key) { ", in part" } else { "" };
        format!("{}: {}{part}{by}", name(key), becomes(*status, plan.undoes))
    });
    list(&mut text, "Closed", closed);
    let hazards: BTreeSet<String> = plan
        .statements
        .iter()
        .flat_map(|statement| &statement.hazards)
        .map(|hazard| format!("{}: {}", hazard.code, prose(&hazard.message)))
        .collect();
    list(&mut text, "Hazards", hazards.into_iter());
    list(&mut text, "Cannot be brought back", plan.lost.iter().map(|lost| prose(lost)));
    let accepted = decisions.accepted.iter().map(|(key, entry)| accepted(key, entry));
    list(&mut text, "Accepted as they are", accepted);
    let open = decisions.open.iter().map(|(key, status)| {
        let reason = plan.refused.get(key).map_or(String::new(), |reason| format!(": {}", prose(reason)));
        format!("{}, {}{reason}", name(key), status.word())
    });
    list(&mut text, "Left open", open);
    text
}

fn facts(text: &mut String, decision: &Decision<'_>) {
    let PlanFile { plan, hash, proof, made_at, .. } = decision.file;
    let by = decision.by.map_or(String::new(), |by| format!(" by {}", prose(by)));
    *text += &format!("- Decided{by}: {}\n", prose(decision.reason));
    for Agreed { by, reason, at } in &decision.agreed {
        *text += &format!("- Approved by {}, {at}: {}\n", prose(by), prose(reason));
    }
    let made = made_at.as_ref().map_or(String::new(), |at| format!(", made {}", prose(at)));
    let leads = plan
        .leads_to
        .as_ref()
        .map_or(String::new(), |to| format!(", which leads to {}", short(&to.fingerprint)));
    *text += &format!(
        "- Plan {}{made}: {} for the schema {}{leads}.\n",
        short(hash),
        counted(plan.statements.len(), "statement"),
        short(&plan.made_for)
    );
    *text += &format!("- {}\n", prose(&proof_sentence(plan, proof)));
    if decision.done.is_empty() {
        *text += "- Not run by schemascope so far.\n";
    }
    for done in &decision.done {
        *text += &format!("- {}\n", run(plan, done));
    }
}

fn run(plan: &Plan, Done { target, event, at, who, done, after, as_planned, error }: &Done) -> String {
    let (at, who, all) = (prose(at), prose(who), plan.statements.len());
    let run = format!("Run on {} by {who}, {at}", code(target));
    if event != "done" {
        let how = match event.as_str() {
            "begins" => "begun, and its end is not known",
            "unknown" => "run, and what became of the last transaction is not known",
            "interrupted" => "interrupted",
            _ => "failed",
        };
        let error = error.as_ref().map_or(String::new(), |error| format!(": {}", prose(error)));
        return format!("{run}: {how} after {done} of {all} statements{error}");
    }
    let after = match (after, &plan.leads_to) {
        (Some(after), _) if *as_planned == Some(true) => {
            format!(", and the schema was {} as it should be", short(after))
        }
        (Some(after), Some(meant)) if *as_planned == Some(false) => {
            format!(", and the schema was {} where {} was meant", short(after), short(&meant.fingerprint))
        }
        (Some(after), _) => format!(", and the schema was {}", short(after)),
        (None, _) => String::new(),
    };
    format!("{run}: {}{after}.", counted(all, "statement"))
}

fn list(text: &mut String, heading: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.map(|item| format!("- {item}\n")).collect();
    if !items.is_empty() {
        *text += &format!("\n{heading} ({}):\n\n{}", items.len(), items.concat());
    }
}

fn becomes(status: Status, undoes: bool) -> &'static str {
    match (status, undoes) {
        (Status::Missing, false) => "missing, is made",
        (Status::Missing, true) => "was missing, goes again",
        (Status::Extra, false) => "extra, goes",
        (Status::Extra, true) => "was extra, is made again",
        (_, false) => "changed, is made alike",
        (_, true) => "was changed, becomes so again",
    }
}

fn accepted(key: &Key, entry: &Accepted) -> String {
    let by = entry.by.as_ref().map_or(String::new(), |by| format!(" by {}", prose(by)));
    let until = entry.until.map_or(String::new(), |day| format!(" until {day}"));
    format!("{}{by}{until}: {}", name(key), prose(&entry.reason))
}

fn name(key: &Key) -> String {
    code(&key.to_string())
}

fn short(hash: &str) -> String {
    code(&hash.chars().take(SHORT).collect::<String>())
}

/// A document with the record of a plan in it: in the place of an earlier record of the same plan, else
/// below the heading of what is not released yet, else before the first section, else at the end.
pub fn enter(document: &str, plan: &str, record: &str) -> String {
    let (begin, end) = (format!("<!-- decision {plan} -->"), format!("<!-- /decision {plan} -->"));
    let mut block = format!("{begin}\n{}\n{end}\n", record.trim_end());
    if document.contains("\r\n") {
        block = block.replace('\n', "\r\n");
    }
    if let Some((before, rest)) = document.split_once(&begin)
        && let Some((_, after)) = rest.split_once(&end)
    {
        return format!("{before}{}{after}", block.trim_end());
    }
    let newline = if document.contains("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = document.split_at(place(document));
    let gap = match before {
        "" => "",
        _ if before.ends_with("\n\n") || before.ends_with("\r\n\r\n") => "",
        _ if before.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    let after = after.trim_start_matches(['\n', '\r']);
    let rest = if after.is_empty() { String::new() } else { format!("{newline}{after}") };
    format!("{before}{gap}{block}{rest}")
}

/// Where a new record goes.
fn place(document: &str) -> usize {
    let mut start = 0;
    let mut first_section = None;
    for line in document.split_inclusive('\n') {
        if let Some(heading) = line.strip_prefix("## ") {
            if heading.trim().trim_matches(['[', ']']).eq_ignore_ascii_case("unreleased") {
                return start + line.len();
            }
            first_section.get_or_insert(start);
        }
        start += line.len();
    }
    first_section.unwrap_or(document.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "### It\n\n- why\n";

    #[test]
    fn a_record_goes_below_what_is_not_released_yet() {
        let changelog = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- x\n\n## 1.0\n";
        assert_eq!(
            enter(changelog, "ab", RECORD),
            "# Changelog\n\n## [Unreleased]\n\n<!-- decision ab -->\n### It\n\n- why\n<!-- /decision ab -->\n\n\
             ### Added\n\n- x\n\n## 1.0\n"
        );
    }

    #[test]
    fn without_such_a_heading_it_goes_before_the_first_section_or_to_the_end() {
        let block = "<!-- decision ab -->\n### It\n\n- why\n<!-- /decision ab -->\n";
        assert_eq!(enter("# C\n\n## 1.0\n", "ab", RECORD), format!("# C\n\n{block}\n## 1.0\n"));
        assert_eq!(enter("# C", "ab", RECORD), format!("# C\n\n{block}"));
        assert_eq!(enter("", "ab", RECORD), block);
        assert!(enter("a\r\n", "ab", RECORD).starts_with("a\r\n\r\n<!-- decision ab -->\r\n### It\r\n"));
    }

    #[test]
    fn a_record_takes_the_place_of_the_one_before_it() {
        let first = enter("# C\n\n## Unreleased\n\n- x\n", "ab", RECORD);
        let second = enter(&first, "ab", "### It\n\n- done\n");
        assert_eq!(second, first.replace("- why", "- done"));
        assert_eq!(enter(&second, "cd", RECORD).matches("### It").count(), 2);
    }
}
