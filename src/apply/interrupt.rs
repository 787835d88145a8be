//! The wish of a user or of the system that the work stops.

use std::future::Future;

use tokio::sync::watch;

/// A wish to stop, that can be looked at and waited for. It stays once it is there.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// A wish that comes when a future ends.
    pub fn on(signal: impl Future<Output = ()> + Send + 'static) -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            signal.await;
            // Nobody waits any more: then nothing has to stop.
            let _ = sender.send(true);
            // A receiver whose sender is gone would be told of an end.
            std::future::pending::<()>().await;
        });
        Interrupt(receiver)
    }

    /// Whether the wish is there.
    pub fn is_there(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the wish comes.
    pub async fn comes(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|there| *there).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
