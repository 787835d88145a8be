//! Stands between clients and an embedded engine, which would not survive a client that goes away in
//! the middle of an answer: the relay takes the rest of the answer in its stead.

#[cfg(not(unix))]
use std::net::{SocketAddr, TcpListener as Listener, TcpStream as Stream};
use std::{
    io::{self, Read, Write},
    net::Shutdown,
    sync::{Arc, Mutex, PoisonError},
    thread,
};
#[cfg(unix)]
use std::{
    os::unix::net::{UnixListener as Listener, UnixStream as Stream},
    path::PathBuf,
};

/// A running relay.
pub(super) struct Relay {
    state: Arc<Mutex<State>>,
    door: Door,
}

/// What is open, so that it can be closed.
#[derive(Default)]
struct State {
    closed: bool,
    clients: Vec<Stream>,
}

/// How to get to a listener.
#[cfg(unix)]
type Door = PathBuf;
#[cfg(not(unix))]
type Door = SocketAddr;

impl Relay {
    /// Takes clients at one socket and leads them to another.
    #[cfg(unix)]
    pub(super) fn unix(door: PathBuf, engine: PathBuf) -> io::Result<Relay> {
        Ok(Relay::start(Listener::bind(&door)?, door, engine))
    }

    /// Takes clients at a free port of the loopback address and leads them to an engine's.
    #[cfg(not(unix))]
    pub(super) fn tcp(engine: Option<SocketAddr>) -> io::Result<Relay> {
        let engine = engine.ok_or(io::ErrorKind::AddrNotAvailable)?;
        let listener = Listener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        let door = listener.local_addr()?;
        Ok(Relay::start(listener, door, engine))
    }

    /// The port of the loopback address that clients go to.
    #[cfg(not(unix))]
    pub(super) fn port(&self) -> u16 {
        self.door.port()
    }

    fn start(listener: Listener, door: Door, engine: Door) -> Relay {
        let state = Arc::new(Mutex::new(State::default()));
        let accepting = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &engine, &accepting));
        Relay { state, door }
    }

    /// Lets nobody in any more, and everybody out.
    pub(super) fn close(self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        for client in state.clients.drain(..) {
            // It may have gone already.
            let _ = client.shutdown(Shutdown::Both);
        }
        drop(state);
        // Wakes the listener, so that it sees that it is closed.
        let _ = Stream::connect(&self.door);
    }
}

fn accept(listener: &Listener, engine: &Door, state: &Mutex<State>) {
    for client in listener.incoming().map_while(Result::ok) {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            break;
        }
        // A client whose engine is gone is let go, which is how it learns of that.
        if let Ok(handle) = client.try_clone()
            && let Ok(engine) = Stream::connect(engine)
            && let Ok(engine_handle) = engine.try_clone()
            && let Ok(client_handle) = client.try_clone()
        {
            state.clients.retain(|client| client.peer_addr().is_ok());
            state.clients.push(handle);
            thread::spawn(move || requests(client, engine));
            thread::spawn(move || answers(engine_handle, client_handle));
        }
    }
}

/// Hands on what the client says until it goes away, and then tells the engine so.
fn requests(mut client: Stream, mut engine: Stream) {
    let _ = io::copy(&mut client, &mut engine);
    let _ = engine.shutdown(Shutdown::Write);
}

/// Hands on what the engine says until it has said all, whether the client still listens or not.
fn answers(mut engine: Stream, mut client: Stream) {
    let mut buffer = vec![0; 64 * 1024];
    let mut listening = true;
    while let Ok(length @ 1..) = engine.read(&mut buffer) {
        listening = listening && client.write_all(&buffer[..length]).is_ok();
    }
    let _ = client.shutdown(Shutdown::Both);
}
