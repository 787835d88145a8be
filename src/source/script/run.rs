//! Runs a script in a scratch engine of PostgreSQL as psql would, with more patience.
//!
//! What fails because an object comes later in the script is run again when that object is there;
//! a transaction of the script is run again as a whole.

use std::ops::Range;

use super::{
    Actors, Engine, Failure, Failures, Script,
    item::{Item, units},
    notes::Notes,
    remedy::{Remedy, belongs_to_server, remedy, without_tablespace},
    words::{Word, words},
};
use crate::{
    dialect::postgres::session::{ServerError, Session},
    model::Location,
    scratch::make_tablespace,
    source::{
        Progress, SourceError,
        locate::{Mark, TAKE_MARK},
    },
};

/// How often what failed is run again, as long as each time brings something new.
const ROUNDS: usize = 50;

/// What a new session of a scratch engine does about names.
const USUAL_PATH: &str = "SET search_path = \"$user\", public";

/// What running a script left besides the objects.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What was left out or done otherwise than written, for people.
    pub notes: Vec<String>,
    /// Which statement made what, see [`crate::source::locate`].
    pub marks: Vec<Mark>,
    /// The roles that were made for the script.
    pub actors: Actors,
}

/// Runs a script in an empty scratch database.
///
/// # Errors
/// Every statement that failed, or every extension that the engine lacks, or a lost connection.
pub async fn run(
    script: &Script,
    session: &mut Session,
    engine: Engine<'_>,
    progress: &Progress<'_>,
) -> Result<Outcome, SourceError> {
    let mut runner = Runner {
        session,
        engine,
        progress,
        items: Vec::new(),
        actors: Actors::new(engine.private),
        path: None,
        failed: Vec::new(),
        lacking: Vec::new(),
        notes: Notes::default(),
        outcome: Outcome::default(),
    };
    let result = match runner.everything(script).await {
        Ok(()) => runner.verdict().await,
        Err(error) => Err(error),
    };
    runner.actors.step_back(runner.session).await;
    match result {
        Ok(()) => {
            runner.outcome.actors = runner.actors;
            runner.outcome.notes = script.notes.iter().cloned().chain(runner.notes.into_texts()).collect();
            Ok(runner.outcome)
        }
        Err(error) => {
            runner.actors.leave(runner.session).await;
            Err(error)
        }
    }
}

/// Statements that are run together: one, or a transaction.
type Unit = Range<usize>;

/// A unit that waits for what comes later.
struct Waiting {
    unit: Unit,
    /// The statement that had set the search path where the unit stands.
    path: Option<usize>,
    failure: (usize, ServerError),
}

/// What became of a unit.
enum Verdict {
    Done,
    TooEarly(usize, ServerError),
    Wrong(usize, ServerError),
}

struct Runner<'a> {
    session: &'a mut Session,
    engine: Engine<'a>,
    progress: &'a Progress<'a>,
    items: Vec<Item<'a>>,
    actors: Actors,
    /// The statement that set the search path as it is now.
    path: Option<usize>,
    failed: Vec<(usize, ServerError)>,
    lacking: Vec<(Location, String)>,
    notes: Notes,
    outcome: Outcome,
}

impl<'a> Runner<'a> {
    async fn everything(&mut self, script: &'a Script) -> Result<(), SourceError> {
        let files = self.prepare(script)?;
        self.actors.arrive(self.session).await.map_err(|error| self.lost(error))?;
        self.mark(None).await.map_err(|error| self.lost(error))?;
        let mut waiting = Vec::new();
        for (at, units) in files.into_iter().enumerate() {
            if at > 0 {
                self.fresh_session().await?;
            }
            waiting.extend(self.file(units).await?);
        }
        let waiting = self.again(waiting).await?;
        self.failed.extend(waiting.into_iter().map(|unit| unit.failure));
        Ok(())
    }

    /// Looks at every statement once, and returns the units of each file.
    fn prepare(&mut self, script: &'a Script) -> Result<Vec<Vec<Unit>>, SourceError> {
        let mut files = Vec::with_capacity(script.files.len());
        for file in &script.files {
            let start = self.items.len();
            for statement in file {
                let words: Vec<Word> = words(&statement.text).collect();
                self.actors.roles.note(&words);
                let mut item = Item::new(statement, &words);
                if belongs_to_server(&words) {
                    item.left_out = true;
                    self.notes.left_out(statement, "they belong to the server, not to the schema");
                }
                self.items.push(item);
            }
            let units = units(&self.items[start..]).map_err(|at| SourceError::OpenTransaction { at })?;
            files.push(units.into_iter().map(|unit| unit.start + start..unit.end + start).collect());
        }
        Ok(files)
    }

    /// Each file starts as psql would start it: with the settings of a new session.
    async fn fresh_session(&mut self) -> Result<(), SourceError> {
        self.path = None;
        let reset = format!(
            "SET SESSION AUTHORIZATION DEFAULT; RESET ALL; SET default_transaction_read_only = off; {USUAL_PATH}"
        );
        self.session.execute(&reset).await.map_err(|error| self.lost(error))
    }

    /// Runs a file, and returns the units that nothing in it could cure.
    async fn file(&mut self, units: Vec<Unit>) -> Result<Vec<Waiting>, SourceError> {
        let mut waiting = Vec::new();
        for unit in units {
            let path = self.path;
            match self.attempt(unit.clone()).await? {
                Verdict::Done => {}
                Verdict::TooEarly(at, error) => waiting.push(Waiting { unit, path, failure: (at, error) }),
                Verdict::Wrong(at, error) => self.failed.push((at, error)),
            }
        }
        self.again(waiting).await
    }

    /// Runs what waits, round by round, until a round brings nothing new.
    async fn again(&mut self, mut waiting: Vec<Waiting>) -> Result<Vec<Waiting>, SourceError> {
        for _ in 0..ROUNDS {
            let before = waiting.len();
            let mut still = Vec::new();
            for mut unit in waiting {
                self.restore_path(unit.path).await?;
                match self.attempt(unit.unit.clone()).await? {
                    Verdict::Done => {}
                    Verdict::TooEarly(at, error) => {
                        unit.failure = (at, error);
                        still.push(unit);
                    }
                    Verdict::Wrong(at, error) => self.failed.push((at, error)),
                }
            }
            waiting = still;
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        Ok(waiting)
    }

    /// What is run again sees the names that it saw in its place.
    async fn restore_path(&mut self, path: Option<usize>) -> Result<(), SourceError> {
        if self.path != path {
            let reset = path.map_or(USUAL_PATH, |at| self.items[at].sql()).to_owned();
            self.session.execute(&reset).await.map_err(|error| self.lost(error))?;
            self.path = path;
        }
        Ok(())
    }

    /// Runs a unit, with every remedy that helps at once.
    async fn attempt(&mut self, unit: Unit) -> Result<Verdict, SourceError> {
        loop {
            let path = self.path;
            let Err((at, error)) = self.unit(unit.clone()).await else { return Ok(Verdict::Done) };
            if error.is_disconnect() {
                return Err(self.lost(error));
            }
            if unit.len() > 1 {
                self.session.execute("ROLLBACK").await.map_err(|error| self.lost(error))?;
                self.path = path;
            }
            let mut remedy = remedy(self.items[at].sql(), &error);
            if let Remedy::CreateTablespace(name) = &remedy {
                // Tablespaces are of the whole server.
                if self.engine.private && make_tablespace(self.session, name).await.is_ok() {
                    continue;
                }
                remedy = without_tablespace(self.items[at].sql());
            }
            let item = &mut self.items[at];
            match remedy {
                Remedy::CreateRole(role) if self.actors.roles.mentioned.insert(role.clone()) => {
                    let made = self.actors.make(self.session, role).await;
                    made.map_err(|error| self.lost(error))?;
                }
                Remedy::Rewrite(sql, why) if sql != item.sql() => {
                    item.rewritten = Some(sql);
                    self.notes.rewritten(item.statement, why);
                }
                Remedy::LeaveOut(why) => {
                    item.left_out = true;
                    self.notes.left_out(item.statement, why);
                }
                Remedy::MissingExtension(name) => {
                    item.left_out = true;
                    self.lacking.push((item.statement.location(), name));
                }
                Remedy::Defer => return Ok(Verdict::TooEarly(at, error)),
                _ => return Ok(Verdict::Wrong(at, error)),
            }
        }
    }

    async fn unit(&mut self, unit: Unit) -> Result<(), (usize, ServerError)> {
        for at in unit.filter(|&at| !self.items[at].left_out).collect::<Vec<_>>() {
            self.statement(at).await.map_err(|error| (at, error))?;
        }
        Ok(())
    }

    async fn statement(&mut self, at: usize) -> Result<(), ServerError> {
        let item = &self.items[at];
        let after = item.statement.location();
        (self.progress)("running the script", at + 1);
        if item.marks_with_it {
            let rows = self.session.rows(&format!("{};\n{TAKE_MARK}", item.sql())).await?;
            self.note_mark(&rows, Some(after));
        } else {
            self.session.execute(item.sql()).await?;
            if item.makes {
                self.mark(Some(after)).await?;
            }
        }
        if self.items[at].sets_path {
            self.path = Some(at);
        }
        Ok(())
    }

    async fn mark(&mut self, after: Option<Location>) -> Result<(), ServerError> {
        let rows = self.session.rows(TAKE_MARK).await?;
        self.note_mark(&rows, after);
        Ok(())
    }

    fn note_mark(&mut self, rows: &[crate::dialect::row::Row], after: Option<Location>) {
        let oid = rows.iter().rev().find_map(|row| row.number("oid")).and_then(|oid| u32::try_from(oid).ok());
        self.outcome.marks.extend(oid.map(|oid| Mark { oid, after }));
    }

    fn lost(&self, error: ServerError) -> SourceError {
        SourceError::Server {
            doing: format!("Running the script on {}", self.engine.name),
            error: error.into(),
        }
    }

    async fn verdict(&mut self) -> Result<(), SourceError> {
        if !self.lacking.is_empty() {
            let hint = self.extension_hint().await;
            let missing = std::mem::take(&mut self.lacking);
            return Err(SourceError::MissingExtensions {
                missing,
                engine: self.engine.name.to_owned(),
                hint,
            });
        }
        if self.failed.is_empty() {
            return Ok(());
        }
        self.failed.sort_by_key(|(at, _)| *at);
        let failure = |(at, error): (usize, ServerError)| Failure::postgres(self.items[at].statement, error);
        let all = std::mem::take(&mut self.failed).into_iter().map(failure).collect();
        let (engine, statements) = (self.engine.name.to_owned(), self.items.len());
        Err(SourceError::Statements(Box::new(Failures { engine, statements, all })))
    }

    /// What to do about an extension that the engine lacks, with those that it has.
    async fn extension_hint(&mut self) -> String {
        let mut hint =
            "Install it for that server, or name a server that has it with --scratch URL.".to_owned();
        if self.engine.name.starts_with("embedded") {
            hint = "Name a server that has it with --scratch URL, or install PostgreSQL with that extension \
                    on this machine."
                .to_owned();
        }
        let available = "SELECT name FROM pg_catalog.pg_available_extensions ORDER BY name";
        if let Ok(rows) = self.session.rows(available).await {
            let names: Vec<&str> = rows.iter().filter_map(|row| row.text("name")).collect();
            hint.push_str(&format!(" Available there: {}.", names.join(", ")));
        }
        hint
    }
}
