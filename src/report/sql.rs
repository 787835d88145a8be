//! A plan as a script: what it does, for whom and how dangerous it is, and then the SQL.

use std::{collections::BTreeMap, fmt::Write, ops::Range};

use super::{clean, utc, words::counted};
use crate::plan::{Answer, Check, HazardCode, Observed, Plan, Proof, Style, Transaction};

/// The plan as a script that `psql -v ON_ERROR_STOP=1 -f` runs, and `sqlite3 -bail` likewise.
///
/// `made_at` is in seconds since 1970-01-01 UTC. A plan without statements gives comments only.
/// Nothing that comes from a database can break out of a comment.
pub fn script(plan: &Plan, proof: &Proof, made_at: u64) -> String {
    let mut script = Script::default();
    script.header(plan, proof, made_at);
    if !plan.is_empty() {
        for setting in &plan.preamble {
            script.statement(setting);
        }
        let mut place = 0;
        for segment in plan.statements.chunk_by(|a, b| a.segment == b.segment) {
            script.segment(plan, proof, place..place + segment.len());
            place += segment.len();
        }
    }
    script.text
}

/// Each of these statements of a plan as text: its hazards as comments, the settings that it needs,
/// and the statement with its semicolon and a newline. Transactions are left to whoever runs them.
pub fn statements(plan: &Plan, places: Range<usize>) -> Vec<String> {
    let one = |place: usize| {
        let mut script = Script::default();
        script.planned(plan, None, place);
        script.text
    };
    places.filter(|place| *place < plan.statements.len()).map(one).collect()
}

/// What the first lines of a plan's script say, one sentence a line, without comment marks.
pub fn summary(plan: &Plan, proof: &Proof, made_at: u64) -> Vec<String> {
    let mut script = Script::default();
    script.header(plan, proof, made_at);
    let lines = script.text.lines().filter_map(|line| line.strip_prefix("-- "));
    // How to run it is the migration tool's business.
    lines.filter(|line| !line.starts_with("Stop at the first error")).map(str::to_owned).collect()
}

#[derive(Default)]
struct Script {
    text: String,
}

impl Script {
    fn header(&mut self, plan: &Plan, proof: &Proof, made_at: u64) {
        if plan.is_empty() {
            self.comment(&format!(
                "Nothing to run: no SQL is needed to close what was selected of {}.",
                plan.target
            ));
        } else {
            self.comment(&plan.sentence());
        }
        let version = env!("CARGO_PKG_VERSION");
        self.comment(&format!("Made by schemascope {version} on {}.", utc(made_at)));
        if plan.style != Style::Plain {
            self.comment(&style_sentence(plan.style));
        }
        self.exceptions(plan);
        if plan.is_empty() {
            return;
        }
        self.comment(&format!(
            "Made for a schema with the fingerprint {}: make it anew if that has changed.",
            plan.made_for
        ));
        if let Some(after) = &plan.leads_to {
            let by = after.role.as_ref().map_or(String::new(), |role| format!(", where {role} runs it"));
            let as_spelled =
                after.spelled_by.as_ref().map_or(String::new(), |it| format!(", as version {it} spells it"));
            self.comment(&format!(
                "It leads to a schema with the fingerprint {}{by}{as_spelled}.",
                after.fingerprint
            ));
        }
        self.comment(&format!(
            "{}, {}.",
            counted(plan.statements.len(), "statement"),
            segments_sentence(plan)
        ));
        self.comment(&hazards_sentence(plan));
        if let Some(sentence) = checks_sentence(plan) {
            self.comment(&sentence);
        }
        if plan.statements.iter().any(|statement| statement.retries > 0) {
            self.comment(
                "What cannot have its lock in time fails instead of holding others up: run its transaction again.",
            );
        }
        self.comment(&proof_sentence(plan, proof));
        if let Proof::Proven { limits, .. } = proof {
            limits.iter().for_each(|limit| self.comment(limit));
        }
        self.comment(
            "Stop at the first error: psql -v ON_ERROR_STOP=1 -f FILE, or sqlite3 -bail DATABASE < FILE.",
        );
        self.text.push('\n');
    }

    /// What was not selected and is in the plan, and what was selected and is not.
    fn exceptions(&mut self, plan: &Plan) {
        for (key, by) in &plan.needed {
            self.comment(&format!("Not selected, but {}: {key}", plan.came_along(key, by)));
        }
        for (key, reason) in &plan.refused {
            self.comment(&format!("Selected, but left open: {key}: {reason}"));
        }
        for lost in &plan.lost {
            self.comment(&format!("What this cannot bring back: {lost}"));
        }
    }

    fn segment(&mut self, plan: &Plan, proof: &Proof, places: Range<usize>) {
        let statements = &plan.statements[places.clone()];
        let apart = statements.iter().map(|s| s.transaction).find(|transaction| !transaction.is_shared());
        self.text.push('\n');
        match apart {
            Some(Transaction::Alone) => self.comment("By itself, because it takes long and holds nobody up."),
            Some(_) => self.comment("Outside of a transaction, because the database refuses this in one."),
            None => self.text.push_str("BEGIN;\n"),
        }
        for place in places {
            self.text.push('\n');
            self.planned(plan, Some(proof), place);
        }
        if apart.is_none() {
            self.text.push_str("\nCOMMIT;\n");
            if statements.iter().any(|s| s.transaction == Transaction::CommitBeforeUse) {
                self.comment("Committed here, because what was just added cannot be used before that.");
            }
        }
    }

    /// One statement of a plan, with what has to be known about it in front.
    fn planned(&mut self, plan: &Plan, proof: Option<&Proof>, place: usize) {
        let statement = &plan.statements[place];
        for hazard in &statement.hazards {
            self.comment(&format!("hazard {}: {}", hazard.code, hazard.message));
        }
        if let Some(seen) = proof.and_then(|proof| proof.observed(place)).and_then(Observed::sentence) {
            self.comment(&format!("observed: {seen}"));
        }
        if let Some(check) = &statement.check {
            self.comment(&format!("check: {}", check_words(check)));
        }
        if let Some(because_of) = &statement.because_of {
            self.comment(&format!("needed by {because_of}"));
        }
        if let Some(sql) = &statement.before_retry {
            self.comment(&format!("If this fails, run this before you try it again: {sql};"));
        }
        for setting in plan.settings(place) {
            self.statement(&setting);
        }
        self.statement(&statement.sql);
    }

    /// One line of comment; what would end the line is spelled out.
    fn comment(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "-- {}", clean(text));
    }

    fn statement(&mut self, sql: &str) {
        let sql = sql.trim_end();
        self.text.push_str(sql);
        // A semicolon behind a comment would be a part of it.
        let last_line = sql.lines().next_back().unwrap_or("");
        self.text.push_str(if last_line.contains("--") { "\n;\n" } else { ";\n" });
    }
}

fn style_sentence(style: Style) -> String {
    let what = match style {
        Style::Plain => "the plainest SQL that does it.",
        Style::Idempotent => "it can be run twice, and run whole after half of it was run.",
        Style::Online => "no long locks, for a database that is in use.",
    };
    format!("Style {style}: {what}")
}

fn segments_sentence(plan: &Plan) -> String {
    let segments = plan.statements.chunk_by(|a, b| a.segment == b.segment);
    let (outside, inside): (Vec<_>, Vec<_>) =
        segments.partition(|segment| segment.iter().any(|s| !s.transaction.is_shared()));
    match (inside.len(), outside.len()) {
        (1, 0) => "all in one transaction: it happens whole or not at all".to_owned(),
        (inside, 0) => format!("in {inside} transactions, each of which happens whole or not at all"),
        (0, apart) => format!("{apart} outside of a transaction"),
        (inside, apart) => {
            format!("in {} and {apart} outside of any", counted(inside, "transaction"))
        }
    }
}

fn hazards_sentence(plan: &Plan) -> String {
    let mut counts: BTreeMap<HazardCode, usize> = BTreeMap::new();
    for hazard in plan.statements.iter().flat_map(|statement| &statement.hazards) {
        *counts.entry(hazard.code).or_default() += 1;
    }
    if counts.is_empty() {
        return "Hazards: none.".to_owned();
    }
    let counts: Vec<String> = counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
    format!("Hazards: {}.", counts.join(", "))
}

/// What the target answered, on the whole; nothing where there was nothing to ask.
fn checks_sentence(plan: &Plan) -> Option<String> {
    let checks: Vec<&Check> =
        plan.statements.iter().filter_map(|statement| statement.check.as_ref()).collect();
    let answered = |found: fn(&Answer) -> bool| {
        checks.iter().filter(|check| check.answer.as_ref().is_some_and(found)).count()
    };
    let open = checks.iter().filter(|check| check.answer.is_none()).count();
    let rows = answered(|answer| matches!(answer, Answer::Count(count) if *count > 0));
    let failed = answered(|answer| matches!(answer, Answer::Failed(_)));
    match (checks.len(), open) {
        (0, _) => None,
        (count, open) if open == count => Some(format!(
            "Checks: {} of rows that exist, not asked yet (plan --check).",
            counted(count, "question")
        )),
        (count, open) => Some(format!(
            "Checks: {} of rows that exist: {rows} found rows, {} found none, {} not answered.",
            counted(count, "question"),
            count - open - rows - failed,
            failed + open
        )),
    }
}

/// A question with its answer, or with the query that answers it.
fn check_words(check: &Check) -> String {
    match &check.answer {
        Some(answer) => format!("{} {answer}", check.question),
        None => format!("{} {}", check.question, check.sql),
    }
}

pub(super) fn proof_sentence(plan: &Plan, proof: &Proof) -> String {
    match proof {
        Proof::NotTried { reason } => format!("Not proven: {reason}"),
        Proof::Proven { engine, .. } => format!(
            "{} on {engine}: run on a copy of the schema, it closed what was selected and moved nothing else.",
            plan.rows().proven()
        ),
        Proof::Failed { engine, reason } => format!("NOT PROVEN on {engine}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        plan::{Action, Hazard, Statement},
        report::fixture::key,
    };

    fn statement(segment: usize, transaction: Transaction, sql: &str) -> Statement {
        Statement {
            sql: sql.to_owned(),
            key: key("table:public.orders"),
            action: Action::Alter,
            segment,
            transaction,
            hazards: Vec::new(),
            check: None,
            because_of: None,
            facets: Vec::new(),
            lock_timeout: None,
            statement_timeout: None,
            retries: 0,
            before_retry: None,
            location: None,
        }
    }

    fn plan() -> Plan {
        let mut drop = statement(1, Transaction::Inside, "DROP TABLE tmp");
        let message = "DROP TABLE tmp takes its rows along.".to_owned();
        drop.hazards.push(Hazard { code: HazardCode::LosesData, message });
        let mut create = statement(1, Transaction::Inside, "CREATE VIEW v AS SELECT 1 -- one");
        create.because_of = Some(key("table:\"new\nline\".orders"));
        Plan {
            preamble: vec!["SET check_function_bodies = off".to_owned()],
            statements: vec![
                statement(0, Transaction::CommitBeforeUse, "ALTER TYPE status ADD VALUE 'new'"),
                drop,
                create,
                statement(2, Transaction::Outside, "CREATE INDEX CONCURRENTLY i ON orders (id)"),
            ],
            needed: [(key("enum:public.status"), key("table:public.orders"))].into(),
            refused: [(key("table:public.x"), "nobody\nknows how; DROP TABLE orders;".to_owned())].into(),
            made_for: "0123456789abcdef".to_owned(),
            target: "prod\n; DROP TABLE users; --".to_owned(),
            canonical: "schema.sql".to_owned(),
            ..Plan::default()
        }
    }

    #[test]
    fn a_script_says_what_it_does_before_it_does_it() {
        let proof = Proof::proven_on("embedded PostgreSQL 18.4");
        insta::assert_snapshot!(script(&plan(), &proof, 1_772_323_200), @r#"
        -- This SQL changes prod\n; DROP TABLE users; -- so that it matches schema.sql.
        -- Made by schemascope 0.1.0 on 2026-03-01 00:00:00 UTC.
        -- Not selected, but needed by table:public.orders: enum:public.status
        -- Selected, but left open: table:public.x: nobody\nknows how; DROP TABLE orders;
        -- Made for a schema with the fingerprint 0123456789abcdef: make it anew if that has changed.
        -- 4 statements, in 2 transactions and 1 outside of any.
        -- Hazards: 1 loses-data.
        -- Proven on embedded PostgreSQL 18.4: run on a copy of the schema, it closed what was selected and moved nothing else.
        -- Stop at the first error: psql -v ON_ERROR_STOP=1 -f FILE, or sqlite3 -bail DATABASE < FILE.

        SET check_function_bodies = off;

        BEGIN;

        ALTER TYPE status ADD VALUE 'new';

        COMMIT;
        -- Committed here, because what was just added cannot be used before that.

        BEGIN;

        -- hazard loses-data: DROP TABLE tmp takes its rows along.
        DROP TABLE tmp;

        -- needed by table:"new\nline".orders
        CREATE VIEW v AS SELECT 1 -- one
        ;

        COMMIT;

        -- Outside of a transaction, because the database refuses this in one.

        CREATE INDEX CONCURRENTLY i ON orders (id);
        "#);
    }

    #[test]
    fn a_plan_of_nothing_is_comments_only() {
        let plan = Plan { target: "prod\nDROP TABLE x;".to_owned(), ..Plan::default() };
        let proof = Proof::NotTried { reason: "there is nothing to prove".to_owned() };
        for line in script(&plan, &proof, 0).lines() {
            assert!(line.starts_with("--"), "{line}");
        }
    }

    #[test]
    fn a_failed_proof_is_shouted_at_the_top() {
        let proof =
            Proof::Failed { engine: "local PostgreSQL 15".to_owned(), reason: "it\nfailed".to_owned() };
        let text = script(&plan(), &proof, 0);
        assert!(text.contains("-- NOT PROVEN on local PostgreSQL 15: it\\nfailed\n"), "{text}");
    }
}
