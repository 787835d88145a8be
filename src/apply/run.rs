//! The statements of a plan in their segments, with time limits, until the end or the first failure.

use std::time::{Duration, Instant};

use super::{Ending, Interrupt, Left, Outcome, Stop};
use crate::{
    dialect::{
        self, Timeouts,
        postgres::writer::Fate,
        writer::{WriteError, WriteFault, Writer},
    },
    plan::{Plan, Statement, Transaction},
};

/// How long a cancelled statement may take to end before the connection is given up.
const AFTER_CANCEL: Duration = Duration::from_secs(30);

/// How long the fate of an unanswered commit is asked for.
const ASKING: Duration = Duration::from_secs(20);

/// The limits of statements that have none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For the wait on a lock.
    pub lock: Option<Duration>,
    /// For one statement.
    pub statement: Option<Duration>,
    /// How often a segment is tried again after a lock could not be had in time.
    pub retries: u32,
    /// The pause before the first retry; each one after it is twice as long.
    pub pause: Duration,
}

/// What happens while a plan is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A statement begins, by its place in the plan.
    Begins(usize),
    /// It has ended.
    Ended(usize, Duration),
    /// Statements up to this one, not included, are committed.
    Committed(usize),
    /// A lock could not be had, and the segment is tried again after a pause.
    Again(WriteError, Duration),
    /// The work was told to stop, and the statement is cancelled on the server.
    Cancelling,
}

/// Runs a plan. It stops at the first failure; what was committed before stays.
pub async fn run(
    writer: &mut Writer,
    plan: &Plan,
    limits: &Limits,
    interrupt: &Interrupt,
    tell: &mut (dyn FnMut(Event) + Send),
) -> Outcome {
    let mut runner = Runner { writer, plan, limits, interrupt, tell, orphans: 0, set: (None, None) };
    match runner.prepare().await {
        Ok(()) => {}
        Err(error) => {
            let stop = Stop { statement: None, error, attempts: 1, left: Left::Nothing };
            return Outcome { done: 0, ending: Ending::Stopped(stop) };
        }
    }
    let mut done = 0;
    for segment in plan.statements.chunk_by(|a, b| a.segment == b.segment) {
        let end = done + segment.len();
        match runner.segment(done, segment).await {
            Ok(()) => {
                done = end;
                (runner.tell)(Event::Committed(done));
            }
            Err(Halt::Committed(error)) => {
                let left = Left::Nothing;
                let ending = match end == plan.statements.len() {
                    true => Ending::Complete,
                    false => Ending::Stopped(Stop { statement: None, error, attempts: 1, left }),
                };
                return Outcome { done: end, ending };
            }
            Err(Halt::Interrupted(left)) => return Outcome { done, ending: Ending::Interrupted(left) },
            Err(Halt::Stopped(stop)) => return Outcome { done, ending: Ending::Stopped(stop) },
        }
    }
    Outcome { done, ending: Ending::Complete }
}

/// Why a segment did not come to its end.
enum Halt {
    Interrupted(Left),
    Stopped(Stop),
    /// It did, but the connection was lost before the answer came.
    Committed(WriteError),
}

struct Runner<'a> {
    writer: &'a mut Writer,
    plan: &'a Plan,
    limits: &'a Limits,
    interrupt: &'a Interrupt,
    tell: &'a mut (dyn FnMut(Event) + Send),
    /// How many rows pointed at nothing before the first statement.
    orphans: usize,
    /// The limits that the session has.
    set: Timeouts,
}

impl Runner<'_> {
    async fn prepare(&mut self) -> Result<(), WriteError> {
        for sql in &self.plan.preamble {
            self.writer.execute(sql).await?;
        }
        self.orphans = self.writer.orphans().await?;
        Ok(())
    }

    /// Runs a segment, and again where a lock could not be had.
    async fn segment(&mut self, start: usize, segment: &[Statement]) -> Result<(), Halt> {
        let outside = segment.iter().any(|statement| statement.transaction == Transaction::Outside);
        let own = segment.iter().map(|statement| statement.retries).max().unwrap_or(0);
        let retries = if outside && leaves_something(segment) { 0 } else { own.max(self.limits.retries) };
        let mut attempts = 0;
        loop {
            if self.interrupt.is_there() {
                return Err(Halt::Interrupted(Left::Nothing));
            }
            attempts += 1;
            let result = match outside {
                true => self.outside(start, segment).await,
                false => self.transaction(start, segment).await,
            };
            let stop = match result {
                Err(Halt::Stopped(stop)) => Stop { attempts, ..stop },
                other => return other,
            };
            if stop.error.fault != WriteFault::Lock || attempts > retries {
                return Err(Halt::Stopped(stop));
            }
            let pause = self.limits.pause * 2_u32.saturating_pow(attempts.min(8) - 1);
            (self.tell)(Event::Again(stop.error, pause));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.interrupt.comes() => {}
            }
        }
    }

    /// Runs a segment in one transaction.
    async fn transaction(&mut self, start: usize, segment: &[Statement]) -> Result<(), Halt> {
        let at = |statement: Option<usize>, error: WriteError| {
            Halt::Stopped(Stop { statement, error, attempts: 1, left: Left::Nothing })
        };
        let begin = self.writer.begin();
        self.writer.execute(begin).await.map_err(|error| at(Some(start), error))?;
        for (place, statement) in (start..).zip(segment) {
            if let Err(error) = self.statement(place, statement).await {
                return Err(self.undone(Some(place), error).await);
            }
            if self.interrupt.is_there() {
                self.roll_back().await;
                return Err(Halt::Interrupted(Left::Nothing));
            }
        }
        match self.writer.orphans().await {
            Ok(now) if now > self.orphans => {
                let message = format!("{} rows would point at rows that are not there", now - self.orphans);
                let error = WriteError { message, detail: None, fault: WriteFault::Refused };
                return Err(self.undone(None, error).await);
            }
            Ok(_) => {}
            Err(error) => return Err(self.undone(None, error).await),
        }
        let transaction = match self.writer.transaction().await {
            Ok(transaction) => transaction,
            Err(error) => return Err(self.undone(None, error).await),
        };
        // From here on there is no way to stop it that leaves a known state.
        match self.writer.execute("COMMIT").await {
            Ok(()) => Ok(()),
            Err(error) if error.fault == WriteFault::Lost => match self.fate(transaction).await {
                Fate::Committed => Err(Halt::Committed(error)),
                Fate::RolledBack => Err(at(None, error)),
                Fate::Unknown => {
                    Err(Halt::Stopped(Stop { statement: None, error, attempts: 1, left: Left::Unknown }))
                }
            },
            // A constraint that is checked at the end refused it: the database has rolled it back.
            Err(error) => Err(self.undone(None, error).await),
        }
    }

    /// Runs the statements of a segment outside of a transaction.
    async fn outside(&mut self, start: usize, segment: &[Statement]) -> Result<(), Halt> {
        for (place, statement) in (start..).zip(segment) {
            match self.statement(place, statement).await {
                Ok(()) => {}
                Err(error) if error.fault == WriteFault::Cancelled && self.interrupt.is_there() => {
                    return Err(Halt::Interrupted(Left::Perhaps));
                }
                Err(error) => {
                    let stop = Stop { statement: Some(place), error, attempts: 1, left: Left::Perhaps };
                    return Err(Halt::Stopped(stop));
                }
            }
        }
        Ok(())
    }

    /// Rolls back after a failure, and tells what it comes to.
    async fn undone(&mut self, statement: Option<usize>, error: WriteError) -> Halt {
        // A server that loses its client rolls back by itself.
        if error.fault != WriteFault::Lost {
            self.roll_back().await;
        }
        match error.fault == WriteFault::Cancelled && self.interrupt.is_there() {
            true => Halt::Interrupted(Left::Nothing),
            false => Halt::Stopped(Stop { statement, error, attempts: 1, left: Left::Nothing }),
        }
    }

    async fn roll_back(&mut self) {
        // Should it fail, the end of the session does the same.
        let _ = self.writer.execute("ROLLBACK").await;
        // What was set in the transaction went with it.
        self.set = (None, None);
    }

    /// Sets the limits of a statement and runs it.
    async fn statement(&mut self, place: usize, statement: &Statement) -> Result<(), WriteError> {
        let limits = (
            statement.lock_timeout.or(self.limits.lock),
            statement.statement_timeout.or(self.limits.statement),
        );
        if let Some(dialect) = dialect::by_name(&self.plan.dialect) {
            for sql in dialect.timeouts(self.set, limits) {
                self.writer.execute(&sql).await?;
            }
            self.set = limits;
        }
        (self.tell)(Event::Begins(place));
        let started = Instant::now();
        self.guarded(&statement.sql).await?;
        (self.tell)(Event::Ended(place, started.elapsed()));
        Ok(())
    }

    /// Runs a statement, and cancels it on the server when the work is told to stop.
    async fn guarded(&mut self, sql: &str) -> Result<(), WriteError> {
        let canceller = self.writer.canceller();
        let mut running = std::pin::pin!(self.writer.execute(sql));
        tokio::select! {
            result = &mut running => return result,
            () = self.interrupt.comes() => {}
        }
        (self.tell)(Event::Cancelling);
        let Some(canceller) = canceller else { return running.await };
        // If the server cannot be asked to stop, there is still the time that it has to answer.
        let _ = canceller.cancel().await;
        match tokio::time::timeout(AFTER_CANCEL, running).await {
            Ok(result) => result,
            Err(_) => Err(WriteError {
                message: format!(
                    "the statement did not end within {} seconds after it was cancelled",
                    AFTER_CANCEL.as_secs()
                ),
                detail: None,
                fault: WriteFault::Lost,
            }),
        }
    }

    /// What became of a transaction whose commit was not answered. Where nothing was written it does
    /// not matter.
    async fn fate(&mut self, transaction: Option<String>) -> Fate {
        let Some(transaction) = transaction else { return Fate::RolledBack };
        let started = Instant::now();
        let mut pause = Duration::from_millis(250);
        while started.elapsed() < ASKING && !self.interrupt.is_there() {
            match self.writer.fate(&transaction).await {
                Ok(Fate::Unknown) | Err(_) => {}
                Ok(known) => return known,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Fate::Unknown
    }
}

/// Whether a statement that fails leaves a part of itself behind, so that it cannot just be run
/// again: an index that was being built without a lock stays, and is not valid.
fn leaves_something(segment: &[Statement]) -> bool {
    segment.iter().any(|statement| {
        let words: Vec<&str> = statement.sql.split_whitespace().take(5).collect();
        words.iter().any(|word| word.eq_ignore_ascii_case("concurrently"))
            && !words.first().is_some_and(|word| word.eq_ignore_ascii_case("drop"))
    })
}
