//! Looking again and again: what changed is told and posted, and nothing else.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
};

use serde_json::Value;

use super::{Cluster, User, shop};

/// The program watching, line by line.
struct Watch {
    process: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn start(user: &User, arguments: &[&str]) -> Watch {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schemascope"));
        command.args(["watch", "--json", "--interval", "100ms"]).args(arguments);
        command.current_dir(user.folder()).env("HOME", user.folder()).stdout(Stdio::piped());
        let mut process = command.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Watch { process, lines }
    }

    /// The next event of a sort; those before it are passed over.
    fn next(&mut self, sort: &str) -> Value {
        loop {
            let line = self.lines.next().expect("it goes on").unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == sort {
                return event;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_look_at_what_has_not_changed_is_cheap_and_a_change_is_told_with_its_values() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let mut watch = Watch::start(&user, &[]);
    assert_eq!(watch.next("first")["drift"]["differences"], 0);
    assert_eq!(watch.next("unchanged")["cheap"], true);
    cluster.execute("shop", "ALTER TABLE users ALTER name DROP NOT NULL; CREATE VIEW v AS SELECT 1 AS a");
    let changed = watch.next("changed");
    let changes: Vec<&str> =
        changed["changes"].as_array().unwrap().iter().map(|it| it["object"].as_str().unwrap()).collect();
    assert_eq!(changes, ["column:public.users.name", "view:public.v"], "{changed:#}");
    assert_eq!(changed["drift"]["differences"], 2);
    assert!(changed["text"].as_str().unwrap().contains("1 added, 1 changed"), "{changed:#}");
    assert_eq!(watch.next("unchanged")["cheap"], true);
}

#[test]
fn a_target_that_goes_away_and_comes_back_is_told_once_each() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let mut watch = Watch::start(&user, &["--no-canonical"]);
    watch.next("first");
    cluster.execute("postgres", "ALTER DATABASE shop WITH ALLOW_CONNECTIONS false");
    let failed = watch.next("failed");
    assert!(failed["error"].as_str().unwrap().contains("shop"), "{failed:#}");
    watch.next("still-failing");
    cluster.execute("postgres", "ALTER DATABASE shop WITH ALLOW_CONNECTIONS true");
    watch.next("back");
}

#[test]
fn it_ends_on_the_first_drift_with_1_or_after_its_looks_with_0() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let looks = ["watch", "--interval", "100ms", "--looks", "2"];
    user.run(&looks).check(0, &["prod: no drift"], &["unchanged, say its catalogs"]);
    cluster.execute("shop", "CREATE TABLE extra (id int)");
    let drifted = ["watch", "--interval", "1h", "--exit-on-drift"];
    user.run(&drifted).check(1, &["prod: drift: 2 extra"], &[]);
    user.run(&["watch", "--interval", "soon"]).check(2, &[], &["30s, 5m or 1h"]);
    user.run(&["watch", "--webhook", "ftp://x"]).check(2, &[], &["not one of HTTP"]);
}

/// An address that answers the first request with an error, and those after it well; and the bodies
/// that it was sent.
fn hook() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/s3cret", listener.local_addr().unwrap());
    let (sender, bodies) = mpsc::channel();
    thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = if at == 0 { "500 Oops" } else { "204 Fine" };
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
            if sender.send(String::from_utf8(body).unwrap()).is_err() {
                return;
            }
        }
    });
    (address, bodies)
}

#[test]
fn what_a_webhook_did_not_take_is_posted_again_and_its_address_is_never_printed() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let (address, bodies) = hook();
    let watched = user.run(&["watch", "--interval", "100ms", "--looks", "2", "--webhook", &address]);
    let said = watched.check(0, &[], &["it answered with status 500", "1 event waits for the next look"]);
    assert!(!said.err.contains("s3cret") && !said.out.contains("s3cret"));
    let (refused, taken) = (bodies.recv().unwrap(), bodies.recv().unwrap());
    assert_eq!(refused, taken);
    let event: Value = serde_json::from_str(&taken).unwrap();
    assert_eq!((&event["event"], &event["target"]), (&Value::from("first"), &Value::from("prod")));

    let nobody = user.run(&["watch", "--looks", "1", "--webhook", "http://127.0.0.1:1/s3cret"]);
    nobody.check(0, &[], &["The webhook did not take an event", "1 event could not be posted"]);
}
