//! How targets are, as one answer and over HTTP.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{Cluster, User, shop};

#[test]
fn health_is_one_answer_by_component_and_an_exit_status() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let answer = user.json(&["health"]);
    assert_eq!(answer["status"], "pass", "{answer:#}");
    let components = &answer["targets"][0]["components"];
    assert_eq!(components["connectivity"]["role"], "postgres");
    assert_eq!(components["tables"]["required"], 2);

    cluster.execute("shop", "ALTER TABLE orders DISABLE ROW LEVEL SECURITY; DROP FUNCTION total");
    let failing = user.run(&["health", "prod"]).check(1, &["table:public.orders", "total"], &[]);
    let answer: Value = serde_json::from_str(&failing.out).unwrap();
    assert_eq!(answer["targets"][0]["components"]["functions"]["status"], "fail");

    user.write("nobody.toml", "[targets.gone]\nurl = \"postgres://u@127.0.0.1:1/x\"\n");
    let gone = user.run(&["health", "--config", "nobody.toml"]).check(2, &[], &[]);
    let answer: Value = serde_json::from_str(&gone.out).unwrap();
    assert_eq!(answer["targets"][0]["components"]["connectivity"]["status"], "fail");
}

#[test]
fn what_is_required_by_the_configuration_is_required() {
    let cluster = Cluster::start();
    let user =
        shop(&cluster, "shop", "[health]\nrequire = [\"table:public.users\", \"view:public.report\"]\n");
    user.run(&["health"]).check(1, &["view:public.report"], &[]);
    cluster.execute("shop", "CREATE VIEW report AS SELECT 1 AS one");
    user.run(&["health"]).check(0, &["\"warn\""], &[]);
}

/// The program serving, ended when this is dropped.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(user: &User, arguments: &[&str], token: Option<&str>) -> Service {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schemascope"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).current_dir(user.folder());
        command.env("HOME", user.folder()).env_remove("SCHEMASCOPE_TOKEN");
        command.envs(token.map(|token| ("SCHEMASCOPE_TOKEN", token)));
        let mut process = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(process.stderr.take().unwrap());
        let line = said.lines().map_while(Result::ok).find(|line| line.contains("Listening on"));
        let line = line.expect("it says where it listens");
        let address = line.split("http://").nth(1).unwrap().split(';').next().unwrap().to_owned();
        Service { process, address }
    }

    fn get(&self, path: &str, header: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_paths_answer_from_one_look_however_many_ask() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let service = Service::start(&user, &["--max-age", "1h"], None);
    let (status, ready) = service.get("/readyz", "");
    assert_eq!(status, 200, "{ready}");
    cluster.execute("shop", "DROP TABLE orders");
    // What is known is not older than an hour.
    assert_eq!(service.get("/healthz", "").0, 200);
    let (_, metrics) = service.get("/metrics", "");
    assert!(metrics.contains("schemascope_up{target=\"prod\"} 1\n"), "{metrics}");
    assert!(metrics.contains("schemascope_differences{target=\"prod\",status=\"missing\"} 0\n"), "{metrics}");
    assert_eq!(service.get("/nothing", "").0, 404);

    let anew = Service::start(&user, &["--max-age", "1ms"], None);
    let (status, health) = anew.get("/healthz", "");
    assert_eq!(status, 503, "{health}");
    let (status, drift) = anew.get("/drift", "");
    let drift: Value = serde_json::from_str(&drift).unwrap();
    assert_eq!((status, &drift["outcome"]), (200, &Value::from("drift")));

    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'schemascope%'";
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(anew.get("/readyz", "").0, 200));
        }
        for _ in 0..5 {
            let open: u32 = cluster.query("postgres", sessions).parse().unwrap();
            assert!(open <= 2, "{open} sessions at the same time: one look has two connections at most");
        }
    });
}

#[test]
#[cfg(unix)]
fn a_service_that_is_stopped_has_done_its_job_and_one_that_is_interrupted_says_so() {
    let user = User::new();
    user.write("schemascope.toml", "[targets.a]\nurl = \"sqlite:a.db\"\n");
    for (signal, status) in [("-TERM", 0), ("-INT", 130), ("-HUP", 129)] {
        let mut service = Service::start(&user, &["--no-canonical"], None);
        let process = service.process.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        assert_eq!(service.process.wait().unwrap().code(), Some(status), "{signal}");
    }
}

#[test]
fn a_token_keeps_others_out_and_is_never_printed() {
    let cluster = Cluster::start();
    let user = shop(&cluster, "shop", "");
    let service = Service::start(&user, &["--no-canonical"], Some("open sesame"));
    for (header, status) in [
        ("", 401),
        ("Authorization: Bearer sesame\r\n", 401),
        ("Authorization: Basic b3Blbg==\r\n", 401),
        ("Authorization: Bearer open sesame\r\n", 200),
    ] {
        let (answered, body) = service.get("/readyz", header);
        assert_eq!(answered, status, "{header}");
        assert!(!body.contains("sesame"));
    }
}

#[test]
fn a_port_that_is_taken_and_an_empty_token_are_told() {
    let user = User::new();
    user.write("schemascope.toml", "[targets.a]\nurl = \"sqlite:a.db\"\n");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    user.run(&["serve", "--listen", &address]).check(2, &[], &["cannot be listened on", "--listen"]);
    let empty = user.write("token", "\n");
    user.run(&["serve", "--token-file", &empty]).check(2, &[], &["The token is empty."]);
}
