//! Queries that a server answers over two connections at the same time.

use std::{
    future::{pending, ready},
    num::NonZero,
    ops::ControlFlow,
    panic,
    sync::atomic::{AtomicUsize, Ordering},
    thread, vec,
};

use futures_util::{FutureExt, future::try_join3};
use tokio::sync::{Mutex, mpsc};

use crate::dialect::postgres::session::{Group, ServerError, Session};

/// From this size of the catalog of columns on, in bytes, a second connection is worth its while: about
/// a thousand tables.
const LARGE: i64 = 4 << 20;

/// How many groups of rows of one query may wait until those before them were taken.
const AHEAD: usize = 32;

/// How many schemas are being read now.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// The reading of one schema, which is under way for as long as this is kept.
pub struct UnderWay(());

impl UnderWay {
    /// Begins it.
    pub fn begin() -> UnderWay {
        UNDER_WAY.fetch_add(1, Ordering::Relaxed);
        UnderWay(())
    }

    /// Whether there are processors for two connections of each: four at once take longer than two, where
    /// there are two.
    fn has_room() -> bool {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        UNDER_WAY.load(Ordering::Relaxed) * 2 <= processors
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The connections to read over.
pub struct Lanes<'a> {
    /// The one that there always is.
    pub first: &'a mut Session,
    /// The one beside it, for a large schema.
    pub second: Option<Session>,
}

impl<'a> Lanes<'a> {
    /// Over a session, and one beside it where the schema is large and nobody else needs the processors.
    ///
    /// # Errors
    /// What the server said.
    pub async fn over(first: &'a mut Session) -> Result<Lanes<'a>, ServerError> {
        let size = first.rows("select pg_relation_size('pg_attribute'::regclass) as bytes").await?;
        let size = size.first().and_then(|row| row.number("bytes")).unwrap_or_default();
        let second = if size >= LARGE && UnderWay::has_room() { first.beside().await } else { None };
        Ok(Lanes { first, second })
    }

    /// Does what takes a processor for a while beside what a task waits for: on another thread where there is
    /// room for that. Elsewhere that would only spread what is in memory over more threads.
    pub fn beside<T: Send + 'static, F: FnOnce() -> T + Send + 'static>(
        &self,
        work: F,
    ) -> impl Future<Output = T> + use<T, F> {
        let has_room = self.second.is_some();
        async move { if has_room { on_a_thread(work).await } else { work() } }
    }

    /// Sends queries, each as soon as a connection is free, and gives their rows to what takes them in the
    /// order of the queries.
    ///
    /// # Errors
    /// What the server said.
    pub async fn in_turn<T: Take>(&mut self, queries: &[String], mut taker: T) -> Result<T, ServerError> {
        let Some(second) = self.second.as_mut() else {
            for (at, query) in queries.iter().enumerate() {
                taker.begin(at);
                let take = |group| {
                    taker.take(at, group);
                    ready(ControlFlow::Continue(()))
                };
                self.first.each_group(query, take).await?;
            }
            return Ok(taker);
        };
        let (senders, receivers): (Vec<_>, Vec<_>) = queries.iter().map(|_| mpsc::channel(AHEAD)).unzip();
        let next = Next(Mutex::new(queries.iter().zip(senders).collect::<Vec<_>>().into_iter()));
        // On a processor of its own: what the rows become is as much work as getting them.
        let taking = on_a_thread(move || {
            for (at, mut groups) in receivers.into_iter().enumerate() {
                taker.begin(at);
                while let Some(group) = groups.blocking_recv() {
                    taker.take(at, group);
                }
            }
            taker
        });
        Ok(try_join3(next.send_over(self.first), next.send_over(second), taking.map(Ok)).await?.2)
    }
}

/// What takes the rows of several queries.
pub trait Take: Send + 'static {
    /// The rows of the query at this place come next; there may be none.
    fn begin(&mut self, at: usize);

    /// Takes some of them.
    fn take(&mut self, at: usize, rows: Group);
}

/// Does what takes a processor for a while on another thread.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        // The whole program ends.
        Err(_) => pending().await,
    }
}

/// The queries that were not sent yet.
struct Next<'a>(Mutex<vec::IntoIter<Query<'a>>>);

/// The SQL, and where the rows go.
type Query<'a> = (&'a String, mpsc::Sender<Group>);

impl Next<'_> {
    async fn send_over(&self, session: &mut Session) -> Result<(), ServerError> {
        loop {
            // In a statement of its own, so that the others do not wait for this one's rows.
            let next = self.0.lock().await.next();
            let Some((query, rows)) = next else { return Ok(()) };
            let send = |group| {
                let sending = rows.send(group);
                // Nobody takes any more when another query has failed.
                async { sending.await.map_or(ControlFlow::Break(()), ControlFlow::Continue) }
            };
            session.each_group(query, send).await?;
        }
    }
}
