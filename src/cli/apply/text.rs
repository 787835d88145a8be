//! What will happen, and what came of it, for people and for programs.

use std::{fmt::Write, time::Duration};

use serde::Serialize;

use super::{
    Error, Finished, Setup,
    left::{After, Left as Rest},
    prepare::Facts,
};
use crate::{
    apply::{Ending, Left, Outcome as Ran, Stop},
    cli,
    plan::{Plan, Proof, Statement, Transaction, file::PlanFile},
    report::{Outcome, Paint, clean},
};

/// What a run would do: for whom, how safe it is, and every statement with its hazards.
pub fn preview(target: &str, file: &PlanFile, approved_by: &[String], paint: Paint) -> String {
    let PlanFile { plan, proof, hash, canonical, .. } = file;
    let mut text = String::new();
    let line = |text: &mut String, sentence: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", clean(sentence));
    };
    let what = if plan.undoes { "takes back, on" } else { "changes" };
    let to = if plan.undoes { "what made it match" } else { "so that it matches" };
    let _ =
        writeln!(text, "{}", paint.bold(&clean(&format!("This {what} {target} {to} {}.", canonical.name))));
    line(
        &mut text,
        &format!(
            "Plan {}, made for the schema {}, which {target} still has.",
            short(hash),
            short(&plan.made_for)
        ),
    );
    match proof {
        Proof::Proven { engine, .. } => line(&mut text, &format!("{} on {engine}.", plan.rows().proven())),
        Proof::NotTried { reason } => line(&mut text, &format!("Not proven: {reason}")),
        Proof::Failed { engine, reason } => {
            let _ = writeln!(text, "{}", paint.alarm(&clean(&format!("NOT PROVEN on {engine}: {reason}"))));
        }
    }
    if !approved_by.is_empty() {
        line(&mut text, &format!("Approved by {}.", approved_by.join(", ")));
    }
    for lost in &plan.lost {
        line(&mut text, &format!("What it cannot bring back: {lost}"));
    }
    let count = plan.statements.len();
    let mut place = 0;
    for segment in plan.statements.chunk_by(|a, b| a.segment == b.segment) {
        let outside = segment.iter().any(|statement| statement.transaction == Transaction::Outside);
        let how = if outside { "Outside of a transaction" } else { "In one transaction" };
        let _ = writeln!(text, "\n{how}:");
        for statement in segment {
            place += 1;
            let _ = writeln!(text, "  {place:>3} of {count}  {}", clean(&first_line(&statement.sql)));
            for hazard in &statement.hazards {
                let code = paint.alarm(hazard.code.code());
                let _ = writeln!(text, "            {code}: {}", clean(&hazard.message));
            }
        }
    }
    text.push('\n');
    text
}

/// Prints what came of a run.
///
/// # Errors
/// Where the result cannot be written.
pub fn print(setup: &Setup<'_>, facts: &Facts, finished: &Finished, json: bool) -> Result<(), Error> {
    for note in &finished.notes {
        setup.console.note(note);
    }
    if json {
        return setup.console.result(&document(facts, finished));
    }
    let told = told(facts, finished);
    if finished.ran.is_complete() {
        setup.console.result(&told)
    } else {
        setup.console.error(told.trim_end());
        Ok(())
    }
}

/// The exit status of a run.
pub fn outcome(finished: &Finished) -> Outcome {
    let open = finished.left.as_ref().is_ok_and(|left| !left.of_the_plan.is_empty());
    match (finished.ran.is_complete(), &finished.recorded) {
        (false, _) | (_, Some(Err(_))) => Outcome::Incomplete,
        _ if open => Outcome::Drift,
        _ => Outcome::Same,
    }
}

/// What went wrong, if anything did.
pub fn problem(ran: &Ran, plan: &Plan) -> Option<String> {
    match &ran.ending {
        Ending::Complete => None,
        Ending::Interrupted(_) => Some("interrupted".to_owned()),
        Ending::Stopped(stop) => Some(format!("{}: {}", place(stop, plan), stop.error)),
    }
}

/// What is done, what is not, and what is left, in full sentences.
fn told(facts: &Facts, finished: &Finished) -> String {
    let plan = &facts.file.plan;
    let (name, count) = (&facts.target.name, plan.statements.len());
    let done = finished.ran.done;
    let mut text = String::new();
    let mut line = |sentence: String| {
        let _ = writeln!(text, "{}", clean(&sentence));
    };
    match &finished.ran.ending {
        Ending::Complete => line(match count {
            1 => format!("The statement was run on {name} and is committed."),
            2 => format!("Both statements were run on {name} and are committed."),
            _ => format!("All {count} statements were run on {name} and are committed."),
        }),
        Ending::Interrupted(left) => {
            line(format!("Interrupted on {name}. {}", done_so_far(done, count)));
            line(state(*left, &plan.statements[done..]));
        }
        Ending::Stopped(stop) => {
            line(format!("{name}: {} failed.", place(stop, plan)));
            line(format!("  {}", stop.error));
            if let Some(detail) = &stop.error.detail {
                line(format!("  {detail}"));
            }
            if stop.attempts > 1 {
                line(format!("It was tried {} times.", stop.attempts));
            }
            line(done_so_far(done, count));
            line(state(stop.left, &plan.statements[done..]));
        }
    }
    match &finished.recorded {
        Some(Ok(())) => line("The run was recorded in the target.".to_owned()),
        Some(Err(problem)) => line(format!("The run could not be recorded in the target: {problem}")),
        None => {}
    }
    if let (Ending::Complete, Ok(After { fingerprint, as_planned: Some(false) })) =
        (&finished.ran.ending, &finished.after)
    {
        line(format!(
            "The schema is not the one that the plan leads to: it has the fingerprint {}, and {} was meant. \
             Somebody else changed it meanwhile, or this server made something else of the SQL than the \
             scratch copy did.",
            short(fingerprint),
            short(plan.leads_to.as_ref().map_or("", |meant| meant.fingerprint.as_str()))
        ));
    }
    match &finished.left {
        Ok(Rest { of_the_plan, others, canonical }) => {
            line(left_sentence(name, canonical, of_the_plan.len(), *others));
            for key in of_the_plan.iter().take(10) {
                line(format!("  {key}"));
            }
        }
        Err(reason) => {
            let reason = reason.lines().next().unwrap_or_default().trim_end_matches('.');
            line(format!("What is left to do is not known: {reason}."));
        }
    }
    if let Some(journal) = &finished.journal {
        line(format!("Journal: {}", journal.display()));
    }
    text
}

fn left_sentence(name: &str, canonical: &str, own: usize, others: usize) -> String {
    let differences =
        |count: usize| if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") };
    match (own, others) {
        (0, 0) => format!("{name} now matches {canonical}."),
        (0, others) => format!(
            "What was planned is done. {} from {canonical} {} not in the plan.",
            differences(others),
            if others == 1 { "was" } else { "were" }
        ),
        (own, 0) => format!("{name} still has {} from {canonical} that the plan is for:", differences(own)),
        (own, others) => format!(
            "{name} still has {} from {canonical} that the plan is for, and {others} more that it is not for:",
            differences(own)
        ),
    }
}

fn done_so_far(done: usize, count: usize) -> String {
    match (done, count - done) {
        (0, 1) => "The statement is not done.".to_owned(),
        (0, 2) => "Done: nothing. Not done: both statements.".to_owned(),
        (0, rest) => format!("Done: nothing. Not done: all {rest} statements."),
        (1, rest) => format!("Done and committed: statement 1. Not done: {}.", range(2, 1 + rest)),
        (done, rest) => {
            format!("Done and committed: {}. Not done: {}.", range(1, done), range(done + 1, done + rest))
        }
    }
}

fn range(from: usize, to: usize) -> String {
    match to.saturating_sub(from) {
        0 => format!("statement {from}"),
        1 => format!("statements {from} and {to}"),
        _ => format!("statements {from} to {to}"),
    }
}

/// What is known about the segment that did not come to its end.
fn state(left: Left, rest: &[Statement]) -> String {
    match left {
        Left::Nothing => "What had begun was rolled back: nothing of it is left.".to_owned(),
        Left::Perhaps if rest.first().is_some_and(|next| next.sql.contains("CONCURRENTLY")) => {
            "It ran outside of a transaction: an index that it was building may be left behind, not valid. \
             A new plan finds it; drop it first."
                .to_owned()
        }
        Left::Perhaps => "It ran outside of a transaction: a part of it may be done. A new plan finds out.".to_owned(),
        Left::Unknown => "The connection was lost while the transaction was being committed, and the server could \
                          not be asked what became of it: it is either done as a whole or not at all. A new plan \
                          finds out."
            .to_owned(),
    }
}

fn place(stop: &Stop, plan: &Plan) -> String {
    match stop.statement {
        Some(place) => {
            let sql = plan.statements.get(place).map_or(String::new(), |it| first_line(&it.sql));
            format!("statement {} of {} ({sql})", place + 1, plan.statements.len())
        }
        None => "the commit".to_owned(),
    }
}

/// The first line of a statement, cut where it gets long.
pub fn first_line(sql: &str) -> String {
    let mut lines = sql.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let cut: String = first.chars().take(96).collect();
    if cut.len() < first.len() || lines.next().is_some() { format!("{cut} …") } else { cut }
}

/// A hash as one compares it by eye.
pub fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// A time for people: `12 ms`, `3.4 s`, `2 min 5 s`.
pub fn time(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        1000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    command: &'static str,
    outcome: &'static str,
    target: &'a str,
    plan: &'a str,
    statements: usize,
    done: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<Failed<'a>>,
    before: &'a str,
    after: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_planned: Option<bool>,
    left: Option<&'a Rest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_unknown: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup: Option<&'a std::path::Path>,
    #[serde(skip_serializing_if = "Option::is_none")]
    journal: Option<&'a std::path::Path>,
}

#[derive(Serialize)]
struct Failed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<usize>,
    error: &'a str,
    attempts: u32,
    left: &'static str,
}

fn document(facts: &Facts, finished: &Finished) -> String {
    let word = |left: Left| match left {
        Left::Nothing => "nothing",
        Left::Perhaps => "perhaps",
        Left::Unknown => "unknown",
    };
    let failed = match &finished.ran.ending {
        Ending::Complete => None,
        Ending::Interrupted(left) => {
            Some(Failed { statement: None, error: "interrupted", attempts: 1, left: word(*left) })
        }
        Ending::Stopped(stop) => Some(Failed {
            statement: stop.statement.map(|place| place + 1),
            error: &stop.error.message,
            attempts: stop.attempts,
            left: word(stop.left),
        }),
    };
    cli::json(&Document {
        format: 1,
        command: "apply",
        outcome: finished.ran.word(),
        target: &facts.target.name,
        plan: &facts.file.hash,
        statements: facts.file.plan.statements.len(),
        done: finished.ran.done,
        failed,
        before: &facts.before,
        after: finished.after.as_ref().ok().map(|after| after.fingerprint.as_str()),
        as_planned: finished.after.as_ref().ok().and_then(|after| after.as_planned),
        left: finished.left.as_ref().ok(),
        left_unknown: finished.left.as_ref().err().map(String::as_str),
        recorded: finished.recorded.as_ref().map(Result::is_ok),
        backup: facts.backup.as_deref(),
        journal: finished.journal.as_deref(),
    })
}
