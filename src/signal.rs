//! What the system tells the program: to end, and by which signal.

/// A signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: its terminal is gone.
    Hangup,
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: what `kill` and service managers send.
    Terminate,
}

impl Signal {
    /// The exit status of a program that was ended by it: 128 and its number, as shells have it.
    pub fn exit_status(self) -> u8 {
        match self {
            Signal::Hangup => 129,
            Signal::Interrupt => 130,
            Signal::Terminate => 143,
        }
    }
}

/// Starts to listen at once, so that the system does not end the program itself from here on, and
/// gives a future that comes to an end when the program is asked to. Needs tokio's runtime.
#[cfg(unix)]
pub fn listen() -> impl Future<Output = Signal> + Send {
    use tokio::signal::unix::{SignalKind, signal};

    let hangup = signal(SignalKind::hangup());
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async move {
        match (hangup, interrupt, terminate) {
            (Ok(mut hangup), Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
                _ = hangup.recv() => Signal::Hangup,
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
            },
            // Without handlers the system ends the program itself.
            _ => std::future::pending().await,
        }
    }
}

/// Gives a future that comes to an end when the program is asked to.
#[cfg(not(unix))]
pub async fn listen() -> Signal {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
    Signal::Interrupt
}
