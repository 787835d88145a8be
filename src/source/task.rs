//! Work in a task of its own, beside what the one who waits for it does.

use std::{future::pending, panic};

use tokio::task::JoinSet;

/// Does something in a task of its own, so that several things are done on several processors. Whoever
/// no longer waits for it ends it.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        // The whole program ends.
        _ => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_was_done_aside_is_given() {
        assert_eq!(aside(async { 7 }).await, 7);
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
