//! A relay between a client and a server, which cuts the connection at a moment of one's choice.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// When the connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// What was said does not reach the server.
    Before,
    /// It does, and the answer does not come back.
    After,
    /// As [`Cut::After`], and nobody reaches the server any more.
    Forever,
}

/// A relay that listens on a port of the loopback address.
pub struct Relay {
    /// The port.
    pub port: u16,
}

impl Relay {
    /// A relay to the server on a port. It cuts once, when a client says `last` on a connection on
    /// which it has said `first`.
    pub fn to(server: u16, first: &'static str, last: &'static str, cut: Cut) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let was_cut = Arc::new(AtomicBool::new(false));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if cut == Cut::Forever && was_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server");
                let (to_client, from_server) = (client.try_clone(), server.try_clone());
                thread::spawn(move || copy(from_server.expect("a socket"), to_client.expect("a socket")));
                let was_cut = Arc::clone(&was_cut);
                thread::spawn(move || talk(client, server, [first, last], cut, &was_cut));
            }
        });
        Relay { port }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    drop(std::io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Both));
}

/// Hands on what the client says, until it says the word.
fn talk(mut client: TcpStream, mut server: TcpStream, words: [&str; 2], cut: Cut, was_cut: &AtomicBool) {
    let (mut said, mut buffer) = (Vec::new(), [0; 8192]);
    let has = |said: &[u8], word: &str| said.windows(word.len()).any(|part| part == word.as_bytes());
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let now = &buffer[..count];
        let is_due = has(&said, words[0]) && has(now, words[1]) && !was_cut.load(Ordering::SeqCst);
        said.extend_from_slice(now);
        if is_due {
            was_cut.store(true, Ordering::SeqCst);
            if cut != Cut::Before {
                // The client does not hear what comes of it.
                drop(client.shutdown(Shutdown::Both));
                drop(server.write_all(now));
                thread::sleep(Duration::from_millis(500));
            }
            break;
        }
        if server.write_all(now).is_err() {
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
    drop(server.shutdown(Shutdown::Both));
}
