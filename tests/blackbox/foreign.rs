//! Cases 97 and 98, and every basic call, with a gRPC client of another implementation (tests/foreign/client.py).

use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::Duration;

use holdfast_tests::relay::Relay;
use holdfast_tests::{Server, binary, torture};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// How long a line of the client may take.
const PATIENCE: Duration = Duration::from_secs(60);

struct Client {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Client {
    /// Starts `client.py MODE 127.0.0.1:PORT ARGUMENTS`.
    fn start(mode: &str, port: u16, arguments: &[&str]) -> Self {
        let repository = binary::repository();
        let python = repository.join(".setup/venv/bin/python");
        assert!(python.is_file(), "no {}: run `make setup`", python.display());
        let mut child = Command::new(python)
            .arg(repository.join("tests/foreign/client.py"))
            .args([mode, &format!("127.0.0.1:{port}")])
            .args(arguments)
            .env("PYTHONPATH", repository.join(".setup/stubs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let stdin = child.stdin.take().expect("a pipe");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { child, stdin, lines }
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        line.expect("the client says something").expect("its output is text").expect("it goes on")
    }

    /// Reads lines until this one; what came before it.
    async fn until(&mut self, wanted: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let line = self.line().await;
            if line == wanted {
                return before;
            }
            before.push(line);
        }
    }

    async fn say(&mut self, line: &str) {
        self.stdin.write_all(format!("{line}\n").as_bytes()).await.expect("the client listens");
    }

    async fn ends_well(mut self) {
        drop(self.stdin);
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        assert!(status.expect("it ends").expect("a status").success());
    }
}

#[tokio::test]
async fn a_foreign_client_makes_every_basic_call() {
    let server = Server::dev().await;
    let mut client = Client::start("basic", server.port(), &[]);
    assert_eq!(client.line().await, "done");
    client.ends_well().await;
}

#[tokio::test]
async fn case_97_a_foreign_client_survives_kill_and_restart() {
    let mut server = Server::dev().await;
    let mut client = Client::start("reconnect", server.port(), &[]);
    assert_eq!(client.line().await, "watching");
    client.say("set before 1").await;
    let mut lines = vec![client.line().await, client.line().await];
    lines.sort();
    assert_eq!(lines, ["event before 1", "written before 1"]);

    server.kill();
    assert_eq!(client.line().await, "lost UNAVAILABLE");
    // The call is made while nobody answers; it is the client's retry that succeeds.
    client.say("get before").await;
    server.start_again().await;
    let mut lines = vec![client.line().await, client.line().await];
    lines.sort();
    assert_eq!(lines, ["read before 1", "watching"]);
    client.say("set after 2").await;
    let mut lines = vec![client.line().await, client.line().await];
    lines.sort();
    assert_eq!(lines, ["event after 2", "written after 1"]);

    // An orderly stop ends the watch with an error too: OK would end such clients for good.
    assert!(server.stop().await.0.success());
    assert_eq!(client.line().await, "lost UNAVAILABLE");
    server.start_again().await;
    assert_eq!(client.line().await, "watching");
    client.say("set third 3").await;
    client.until("event third 3").await;
    client.ends_well().await;
}

/// In the short form the pings come far more often than any client sends them; the long form is the case as written.
/// The client decides when it pings, and waits longer than it was told; a server that minds would say so after two.
#[tokio::test]
async fn case_98_an_idle_foreign_client_is_left_alone() {
    let (seconds, ping_ms, at_least) = torture::form((20, 1_000, 15), (300, 30_000, 5));
    let server = Server::dev().await;
    let mut relay = Relay::to(server.port()).await;
    let arguments = [seconds.to_string(), ping_ms.to_string()];
    let mut client = Client::start("idle", relay.port, &[&arguments[0], &arguments[1]]);
    assert_eq!(client.line().await, "idle");
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    assert_eq!(client.line().await, "done");
    client.ends_well().await;

    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    torture::figure("idle client: pings without a stream", count(&relay.seen.pings));
    assert!(relay.is_alive());
    assert_eq!(count(&relay.seen.connections), 1, "it never had to connect again");
    assert_eq!(count(&relay.seen.goaways), 0, "it was never told to go");
    assert!(count(&relay.seen.pings) >= at_least, "only {} pings", count(&relay.seen.pings));
}
