//! Queries that a server answers over two connections at the same time.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread, vec,
};

use futures_util::future::{OptionFuture, try_join3};
use tokio::sync::{Mutex, mpsc};

use crate::dialect::{
    postgres::session::{ServerError, Session},
    row::Row,
};

/// From this size of the catalog of columns on, in bytes, a second connection is worth its while: about
/// a thousand tables.
const LARGE: i64 = 4 << 20;

/// How many groups of rows of one query may wait until those before them were taken.
const AHEAD: usize = 8;

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

    /// Sends queries, each as soon as a connection is free, and takes their rows in the order of the
    /// queries, some hundred together, with the place of the query: of each first none, when its turn comes.
    ///
    /// # Errors
    /// What the server said.
    pub async fn in_turn(
        &mut self,
        queries: &[String],
        mut take: impl FnMut(usize, Vec<Row>) + Send,
    ) -> Result<(), ServerError> {
        let (senders, receivers): (Vec<_>, Vec<_>) = queries.iter().map(|_| mpsc::channel(AHEAD)).unzip();
        let next = Next(Mutex::new(queries.iter().zip(senders).collect::<Vec<_>>().into_iter()));
        let taking = async {
            for (at, mut rows) in receivers.into_iter().enumerate() {
                take(at, Vec::new());
                while let Some(group) = rows.recv().await {
                    take(at, group);
                }
            }
            Ok(())
        };
        let second = OptionFuture::from(self.second.as_mut().map(|session| next.send_over(session)));
        let second = async { second.await.unwrap_or(Ok(())) };
        try_join3(next.send_over(self.first), second, taking).await?;
        Ok(())
    }
}

/// The queries that were not sent yet.
struct Next<'a>(Mutex<vec::IntoIter<Query<'a>>>);

/// The SQL, and where the rows go.
type Query<'a> = (&'a String, mpsc::Sender<Vec<Row>>);

impl Next<'_> {
    async fn send_over(&self, session: &mut Session) -> Result<(), ServerError> {
        loop {
            // In a statement of its own, so that the others do not wait for this one's rows.
            let next = self.0.lock().await.next();
            let Some((query, rows)) = next else { return Ok(()) };
            session.send_rows(query, &rows).await?;
        }
    }
}
