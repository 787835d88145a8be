//! A plan and its way back → what the next migration of a folder has to say. Pure.

use crate::{
    plan::{Plan, Proof},
    report::{clean, statements, summary},
    source::migrations::{Draft, Part},
};

/// The migration that a plan is, with its way back. `now` is in seconds since 1970-01-01 UTC.
pub fn migration(title: &str, there: &Plan, back: &Plan, proof: &Proof, now: u64) -> Draft {
    Draft { title: title.to_owned(), parts: parts(there, back, proof, now) }
}

/// One part for each segment of a plan. The way back of all stands in the last part, or part by
/// part from the last one on, if it takes several.
fn parts(there: &Plan, back: &Plan, proof: &Proof, now: u64) -> Vec<Part> {
    let up = segments(there);
    let down = segments(back);
    let count = up.len();
    let leads_back = back.refused.is_empty() && down.len() <= count;
    let parts = up.into_iter().enumerate().map(|(place, (statements, outside))| {
        let mut part = Part { outside, up: statements, ..Part::default() };
        if place == 0 {
            part.header = summary(there, proof, now);
        }
        if leads_back {
            let own = down.get(count - 1 - place).map(|(statements, _)| statements.clone());
            part.down = Some(own.unwrap_or_default());
        }
        part
    });
    let mut parts: Vec<Part> = parts.collect();
    if let Some(down) = parts.last_mut().and_then(|last| last.down.as_mut()) {
        for lost in back.lost.iter().rev() {
            down.insert(0, format!("-- What this cannot bring back: {}\n", clean(lost)));
        }
    }
    parts
}

/// The statements of each segment, and whether it runs outside of a transaction.
fn segments(plan: &Plan) -> Vec<(Vec<String>, bool)> {
    let segments = plan.statements.chunk_by(|a, b| a.segment == b.segment).map(|segment| {
        let outside = segment.iter().any(|statement| !statement.transaction.is_shared());
        // Each is a migration of its own, which cannot rely on what another has set.
        let mut alone = Plan { statements: segment.to_vec(), ..plan.clone() };
        if outside {
            // Many tools send such a file in one go, and what may not be in a transaction has to be
            // the only statement there.
            alone.statements.iter_mut().for_each(|it| (it.lock_timeout, it.statement_timeout) = (None, None));
        }
        (settled(&alone, outside), outside)
    });
    let mut segments: Vec<(Vec<String>, bool)> = segments.collect();
    // In SQLite foreign keys can only be turned off outside of a transaction, and a table that is
    // rebuilt while they are on takes the rows that point at it along.
    if plan.dialect == "sqlite" && plan.statements.iter().any(|it| it.sql.starts_with("DROP TABLE")) {
        for (statements, outside) in &mut segments {
            statements.insert(0, "PRAGMA foreign_keys = OFF;\nBEGIN;\n".to_owned());
            statements.push("COMMIT;\nPRAGMA foreign_keys = ON;\n".to_owned());
            *outside = true;
        }
    }
    segments
}

/// The statements of one segment with the settings that they need, for their own transaction alone.
fn settled(plan: &Plan, outside: bool) -> Vec<String> {
    let mut texts = statements(plan, 0..plan.statements.len());
    if outside || plan.dialect != "postgres" {
        return texts;
    }
    let line = |setting: &String| format!("{setting};\n");
    let local = |setting: &String| line(setting).replacen("SET ", "SET LOCAL ", 1);
    for (place, text) in texts.iter_mut().enumerate() {
        for setting in plan.settings(place) {
            *text = text.replacen(&line(&setting), &local(&setting), 1);
        }
    }
    texts.splice(0..0, plan.preamble.iter().map(local));
    texts
}
