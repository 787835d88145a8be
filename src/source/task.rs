//! Work in a task of its own, beside what the one who waits for it does.

use std::panic;

use tokio::task::AbortHandle;

/// Does something in a task of its own, so that several things are done on several processors. Whoever
/// no longer waits for it ends it.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let task = tokio::spawn(work);
    let _waiting = Waiting(task.abort_handle());
    match task.await {
        Ok(done) => done,
        Err(error) => panic::resume_unwind(error.into_panic()),
    }
}

struct Waiting(AbortHandle);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

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
