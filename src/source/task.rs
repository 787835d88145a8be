//! Work in a task of its own, beside what the one who waits for it does.

use std::{future::pending, panic};

use tokio::task::JoinSet;
use tracing::instrument::WithSubscriber;

/// Does something in a task of its own, so that several things are done on several processors. Whoever
/// no longer waits for it ends it; whoever listens to the one who waits hears what is done there, too.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut task = JoinSet::new();
    task.spawn(work.with_current_subscriber());
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        // The whole program ends.
        _ => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_was_done_aside_is_given() {
        assert_eq!(aside(async { 7 }).await, 7);
    }

    #[tokio::test]
    async fn what_is_done_aside_is_heard_by_whoever_listens_here() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&lines);
        let listener = tracing_subscriber::fmt().with_writer(move || Lines(Arc::clone(&writer))).finish();
        aside(async { tracing::info!("said aside") }).with_subscriber(listener).await;
        assert!(String::from_utf8_lossy(&lines.lock().unwrap()).contains("said aside"));
    }

    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn nobody_works_for_those_who_left() {
        let (at_work, working) = oneshot::channel();
        let (held, mut gone) = oneshot::channel::<()>();
        let work = aside(async move {
            let _ = at_work.send(());
            pending::<()>().await;
            drop(held);
        });
        tokio::select! {
            () = work => {}
            told = working => told.expect("it had begun"),
        }
        assert!((&mut gone).await.is_err(), "what it held is given back");
    }
}
