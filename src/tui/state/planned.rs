//! A plan as the lines of its pane.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    model::Key,
    plan::{Answer, Check, Direction, HazardCode, Plan, Proof, Rows, Style},
    tui::{text, theme::Role},
};

/// From so many rows on, what is known of the proof stays on the screen.
const ROOM_FOR_PROOF: usize = 12;

/// How plans are to be: what a key each switches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How the SQL is written.
    pub style: Style,
    /// Which side follows the other.
    pub direction: Direction,
    /// Whether it is the way back that is shown.
    pub back: bool,
}

/// Which plan of a target it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanId {
    /// The revision of the selection that it closes.
    pub selection: u64,
    /// How it is.
    pub shape: Shape,
}

/// A plan with what is known about it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Which one it is.
    pub id: PlanId,
    /// The plan.
    pub plan: Arc<Plan>,
    /// Its SQL, clean, for highlighting; the statements follow each other line by line.
    pub sql: Arc<str>,
    /// Whether it does what it says.
    pub proving: Proving,
    /// Whether the database was asked about its rows.
    pub asking: Asking,
    /// The first statement that acts on each object, or is there because of it.
    first: Arc<HashMap<Key, usize>>,
    /// Where the lines of the SQL begin and end, in bytes.
    breaks: Arc<[(usize, usize)]>,
    /// The lines that were made last, for whoever asks again before anything has changed.
    made: Arc<Mutex<Option<Made>>>,
}

/// Lines of the pane, and what they were made for.
#[derive(Clone, Debug)]
struct Made {
    columns: usize,
    rows: usize,
    proving: Proving,
    asking: Asking,
    lines: Arc<Vec<PlanLine>>,
}

/// How far the questions of a plan are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// Nobody has asked.
    #[default]
    Not,
    /// The database is being asked.
    Running,
    /// It has answered, as far as it would.
    Done,
}

/// How far the proof of a plan is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proving {
    /// Nothing was started yet.
    Waiting,
    /// It is running on a scratch copy.
    Running,
    /// It ended.
    Done(Proof),
}

/// One line of the pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanLine {
    /// The sentence that says who changes.
    Sentence(String),
    /// What is known about whether the plan does what it says.
    Proof {
        /// The sentence, or a part of it.
        text: String,
        /// How it is shown.
        role: Role,
    },
    /// A setting of the session that goes before the statements.
    Preamble(String),
    /// The head of a segment.
    Segment(String),
    /// One line of a statement.
    Sql {
        /// Which statement.
        statement: usize,
        /// Which line of [`Planned::sql`].
        line: usize,
        /// The part of the line, from and to in bytes.
        part: (usize, usize),
    },
    /// What a statement can hurt.
    Hazard {
        /// Which statement.
        statement: usize,
        /// In one word.
        code: HazardCode,
        /// In a sentence, or a part of it.
        text: String,
        /// Whether it is the sentence's first line.
        first: bool,
    },
    /// How many rows are in the way of a statement.
    Rows {
        /// Which statement.
        statement: usize,
        /// In a sentence, or a part of it.
        text: String,
        /// How it is shown.
        role: Role,
    },
    /// Why a statement is there, if not for its own object.
    Because {
        /// Which statement.
        statement: usize,
        /// In words.
        text: String,
    },
    /// Something that came along with the selection.
    Needed(String),
    /// Something that the plan leaves open.
    Refused(String),
    /// Something that the way back cannot bring back.
    Lost(String),
    /// A setting that goes before a statement.
    Setting {
        /// Which statement.
        statement: usize,
        /// The SQL.
        text: String,
    },
    /// Nothing.
    Blank,
}

impl PlanLine {
    /// The statement that a line belongs to.
    pub fn statement(&self) -> Option<usize> {
        match self {
            PlanLine::Sql { statement, .. }
            | PlanLine::Hazard { statement, .. }
            | PlanLine::Rows { statement, .. }
            | PlanLine::Because { statement, .. }
            | PlanLine::Setting { statement, .. } => Some(*statement),
            _ => None,
        }
    }
}

impl Planned {
    /// A plan that was just made.
    pub fn new(id: PlanId, plan: Plan) -> Self {
        let (mut sql, mut breaks) = (String::new(), Vec::new());
        for statement in &plan.statements {
            for line in text::clean_lines(&format!("{};", statement.sql)) {
                breaks.push((sql.len(), sql.len() + line.len()));
                sql.push_str(&line);
                sql.push('\n');
            }
        }
        let mut first = HashMap::new();
        let because = plan.statements.iter().map(|statement| statement.because_of.as_ref());
        let own = plan.statements.iter().map(|statement| Some(&statement.key));
        // Its own statements count before those that are there because of it.
        for (at, key) in own.enumerate().chain(because.enumerate()) {
            if let Some(key) = key.filter(|key| !first.contains_key(*key)) {
                first.insert(key.clone(), at);
            }
        }
        Planned {
            id,
            plan: Arc::new(plan),
            sql: sql.into(),
            proving: Proving::Waiting,
            asking: Asking::Not,
            first: Arc::new(first),
            breaks: breaks.into(),
            made: Arc::default(),
        }
    }

    /// A line of the SQL.
    pub fn sql_line(&self, line: usize) -> &str {
        self.breaks.get(line).and_then(|(from, to)| self.sql.get(*from..*to)).unwrap_or_default()
    }

    /// The lines that stay at the top of the pane: who changes, and what went wrong with the proof or,
    /// where there is room, what is known of it.
    pub fn head(&self, columns: usize, rows: usize) -> Vec<PlanLine> {
        let mut lines = Vec::new();
        if self.plan.is_empty() {
            return lines;
        }
        lines.extend(wrapped(&self.plan.sentence(), columns).into_iter().map(PlanLine::Sentence));
        if rows >= ROOM_FOR_PROOF {
            lines.extend(self.proof_lines(columns));
        }
        lines
    }

    fn proof_lines(&self, columns: usize) -> impl Iterator<Item = PlanLine> {
        let (role, sentence) = self.proof_sentence();
        wrapped(&sentence, columns).into_iter().map(move |text| PlanLine::Proof { text, role })
    }

    /// The lines of the pane under its head, sentences broken to fit so many columns. A frame and a key
    /// ask for them several times, and a plan may have thousands: they are kept until they change.
    pub fn lines(&self, columns: usize, rows: usize) -> Arc<Vec<PlanLine>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let state = (columns, rows, &self.proving, self.asking);
        let fits = |made: &Made| (made.columns, made.rows, &made.proving, made.asking) == state;
        if let Some(made) = made.as_ref().filter(|made| fits(made)) {
            return Arc::clone(&made.lines);
        }
        let lines = Arc::new(self.make_lines(columns, rows));
        let (proving, asking) = (self.proving.clone(), self.asking);
        *made = Some(Made { columns, rows, proving, asking, lines: Arc::clone(&lines) });
        lines
    }

    fn make_lines(&self, columns: usize, rows: usize) -> Vec<PlanLine> {
        let plan = &self.plan;
        let mut lines = Vec::new();
        let wrapped = |text: &str, indent: usize| wrapped(text, columns.saturating_sub(indent));
        if !plan.is_empty() && rows < ROOM_FOR_PROOF {
            lines.extend(self.proof_lines(columns));
        }
        for (key, reason) in &plan.refused {
            let sentence = format!("left open: {key}: {reason}");
            lines.extend(wrapped(&sentence, 2).into_iter().map(PlanLine::Refused));
        }
        for lost in &plan.lost {
            lines.extend(wrapped(&format!("cannot bring back: {lost}"), 2).into_iter().map(PlanLine::Lost));
        }
        for (key, by) in &plan.needed {
            let sentence = format!("not selected, but {}: {key}", plan.came_along(key, by));
            lines.extend(wrapped(&sentence, 2).into_iter().map(PlanLine::Needed));
        }
        for sql in &plan.preamble {
            let text = text::clean(sql);
            lines.extend(text::wrap(&format!("{text};"), columns).into_iter().map(PlanLine::Preamble));
        }
        let mut line = 0;
        let mut segment = None;
        for (at, statement) in plan.statements.iter().enumerate() {
            lines.push(if segment == Some(statement.segment) {
                PlanLine::Blank
            } else {
                PlanLine::Segment(segment_title(plan, statement.segment))
            });
            segment = Some(statement.segment);
            for hazard in &statement.hazards {
                let indent = 5 + hazard.code.code().len();
                for (part, text) in wrapped(&hazard.message, indent).into_iter().enumerate() {
                    lines.push(PlanLine::Hazard { statement: at, code: hazard.code, text, first: part == 0 });
                }
            }
            if let Some((role, sentence)) = self.rows_sentence(statement.check.as_ref()) {
                for text in wrapped(&sentence, 2) {
                    lines.push(PlanLine::Rows { statement: at, text, role });
                }
            }
            if let Some(because) = &statement.because_of {
                for text in wrapped(&format!("needed by {because}"), 2) {
                    lines.push(PlanLine::Because { statement: at, text });
                }
            }
            for setting in plan.settings(at) {
                let text = text::clean(&format!("{setting};")).into_owned();
                lines.push(PlanLine::Setting { statement: at, text });
            }
            for text in text::clean_lines(&format!("{};", statement.sql)) {
                let parts = text::breaks(&text, columns.saturating_sub(2).max(16));
                lines.extend(parts.into_iter().map(|part| PlanLine::Sql { statement: at, line, part }));
                line += 1;
            }
        }
        lines
    }

    /// Takes the proof in, and what it showed about the statements: a hazard that was seen is added, one
    /// that was not is taken back.
    pub fn proved(&mut self, proof: Proof) {
        Arc::make_mut(&mut self.plan).learn(&proof);
        self.proving = Proving::Done(proof);
    }

    /// How many statements have a question to the rows of the database.
    pub fn questions(&self) -> usize {
        self.plan.statements.iter().filter(|statement| statement.check.is_some()).count()
    }

    /// Takes answers in, one for each statement, and gives how many of them say that rows are in the
    /// way or would be lost.
    pub fn answered(&mut self, answers: Vec<Option<Answer>>) -> usize {
        let plan = Arc::make_mut(&mut self.plan);
        for (statement, answer) in plan.statements.iter_mut().zip(answers) {
            if let Some(check) = &mut statement.check {
                check.answer = answer;
            }
        }
        self.asking = Asking::Done;
        let checks = self.plan.statements.iter().filter_map(|statement| statement.check.as_ref());
        checks.filter(|check| matches!(check.answer, Some(Answer::Count(1..)))).count()
    }

    /// What was asked for a statement, and what the answer was.
    fn rows_sentence(&self, check: Option<&Check>) -> Option<(Role, String)> {
        let check = check?;
        Some(match (&check.answer, self.asking) {
            (_, Asking::Running) => (Role::Busy, format!("{} Asking…", check.question)),
            (Some(answer @ Answer::Count(0)), _) => (Role::Success, format!("{} {answer}.", check.question)),
            (Some(answer @ Answer::Count(_)), _) => (Role::Danger, format!("{} {answer}.", check.question)),
            (Some(answer), _) => (Role::Hazard, format!("{} {answer}", check.question)),
            (None, _) => return None,
        })
    }

    fn proof_sentence(&self) -> (Role, String) {
        match &self.proving {
            Proving::Waiting => (Role::Dim, "Not proven yet.".to_owned()),
            Proving::Running => (Role::Busy, "Being proven on a scratch copy…".to_owned()),
            Proving::Done(Proof::NotTried { reason }) => (Role::Hazard, format!("Not proven: {reason}")),
            Proving::Done(Proof::Proven { engine, .. }) => {
                let rows = self.plan.rows();
                let role = if matches!(rows, Rows::InTheWay(_)) { Role::Error } else { Role::Success };
                let how = rows.proven();
                (role, format!("{how} on {engine}: it closes what is selected and moves nothing else."))
            }
            Proving::Done(Proof::Failed { engine, reason }) => {
                (Role::Error, format!("NOT PROVEN on {engine}: {reason}"))
            }
        }
    }

    /// The first statement that acts on an object, or is there because of it.
    pub fn statement_of(&self, key: &Key) -> Option<usize> {
        self.first.get(key).copied()
    }

    /// How many statements lose data.
    pub fn lossy(&self) -> usize {
        let loses = |statement: &&crate::plan::Statement| {
            statement.hazards.iter().any(|h| h.code == HazardCode::LosesData)
        };
        self.plan.statements.iter().filter(loses).count()
    }
}

/// A sentence in lines of so many columns.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    text::wrap(&text::clean(text), columns.max(16))
}

fn segment_title(plan: &Plan, segment: usize) -> String {
    let outside = plan
        .statements
        .iter()
        .any(|statement| statement.segment == segment && !statement.transaction.is_shared());
    match (outside, plan.segments()) {
        (true, _) => "outside of a transaction".to_owned(),
        (false, 1) => "one transaction".to_owned(),
        (false, count) => format!("transaction, part {} of {count}", segment + 1),
    }
}
