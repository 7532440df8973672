//! The programs of `examples/` do what they say, against the real server.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use holdfast_client::{Client, Config, Namespace};
use holdfast_tests::{Server, binary};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running example; it ends with this.
struct Example {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    said: VecDeque<String>,
}

impl Example {
    fn run(
        name: &str,
        server: Option<&Server>,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let path = binary::holdfast().with_file_name("examples").join(name);
        assert!(path.is_file(), "no example at {}: build all targets first", path.display());
        let mut command = Command::new(path);
        command.args(arguments).envs(variables.iter().copied());
        if let Some(server) = server {
            command.env("HOLDFAST_ENDPOINT", server.endpoint());
        }
        let mut child =
            command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Self { _child: child, lines, said: VecDeque::new() }
    }

    /// The next line; `None` when it has ended.
    async fn line(&mut self) -> Option<String> {
        let line = tokio::time::timeout(Duration::from_secs(60), self.lines.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("it says no more; it said {:?}", self.said));
        let line = line.expect("text");
        self.said.extend(line.clone());
        line
    }

    /// Reads until it says this.
    async fn says(&mut self, wanted: &str) {
        while let Some(line) = self.line().await {
            if line == wanted {
                return;
            }
        }
        panic!("it ended without saying {wanted:?}; it said {:?}", self.said);
    }
}

fn production(server: &Server) -> Namespace {
    let client = Client::builder(server.endpoint()).build().expect("a client");
    Config::over(client).open().expect("open").namespace("production")
}

#[tokio::test]
async fn what_the_readme_shows_prints_a_live_change() {
    let readme = std::fs::read_to_string(binary::repository().join("README.md")).expect("a file");
    let example = std::fs::read_to_string(binary::repository().join("examples/quick_start.rs"));
    let example = example.expect("a file");
    let code =
        example.split_once("\n\n").map(|(_, code)| code).expect("a comment, then the program");
    assert!(readme.contains(&format!("```rust\n{code}```")), "the README shows another program");
    let server = Server::dev().await;
    let production = production(&server);
    let mut program = Example::run("quick_start", Some(&server), &[], &[]);
    program.says("timeout: 30").await;
    production.set("app/timeout", &60).await.expect("written");
    program.says("timeout: 30 -> 60").await;
}

#[tokio::test]
async fn a_service_sees_its_settings_change() {
    let server = Server::dev().await;
    let production = production(&server);
    let mut service = Example::run("service", Some(&server), &[], &[]);
    service.says("limit is 10").await;
    production.set("service/limit", &20).await.expect("written");
    service.says("limit was 10 and is 20").await;
    production.set("service/limit", &0).await.expect("written");
    service.says("stays: service/limit: has to be between 1 and 1000").await;
    production.set("service/limit", &30).await.expect("written");
    service.says("limit was 20 and is 30").await;
}

#[tokio::test]
async fn flags_are_on_for_whom_they_should_be() {
    let server = Server::dev().await;
    let production = production(&server);
    let mut flags = Example::run("feature_flags", Some(&server), &[], &[]);
    flags.says("checkout: ann false, everybody no").await;
    production.set("flags/checkout/users", &["ann"]).await.expect("written");
    flags.says("checkout: ann true, everybody no").await;
    production.set("flags/checkout/percent", &100).await.expect("written");
    flags.says("checkout: ann true, everybody yes").await;
}

#[tokio::test]
async fn of_two_workers_one_works_and_the_other_takes_over() {
    let server = Server::dev().await;
    let mut first = Example::run("worker_lease", Some(&server), &["first"], &[]);
    first.says("first works").await;
    let mut second = Example::run("worker_lease", Some(&server), &["second"], &[]);
    second.says("second waits").await;
    // The lease is renewed beyond the time that it holds for.
    for _ in 0..5 {
        first.says("first works").await;
    }
    assert_eq!(second.said, ["second waits"]);
    drop(first);
    second.says("second works").await;
    // Somebody takes it away: who has lost it stops.
    production(&server).set("jobs/lease", "an operator").await.expect("written");
    while let Some(line) = second.line().await {
        if line.starts_with("second stops: ") {
            return;
        }
    }
    panic!("it goes on: {:?}", second.said);
}

#[tokio::test]
async fn handlers_see_the_settings_of_now() {
    let server = Server::dev().await;
    let production = production(&server);
    production.set("greeting/word", "welcome").await.expect("written");
    let variables = [("APP_GREETING__NAME", "ann")];
    let mut app = Example::run("axum_app", Some(&server), &[], &variables);
    let address = app.line().await.expect("an address");
    let greeting = async || {
        let answer = reqwest::get(&address).await.expect("an answer");
        answer.text().await.expect("text")
    };
    assert_eq!(greeting().await, "welcome ann");
    production.set("greeting/times", &2).await.expect("written");
    while greeting().await != "welcome ann, welcome ann" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    production.set("greeting/times", &50).await.expect("written");
    production.set("greeting/name", "bob").await.expect("written");
    let settings = reqwest::get(format!("{address}/settings")).await.expect("an answer");
    let settings: serde_json::Value =
        serde_json::from_str(&settings.text().await.expect("text")).expect("JSON");
    assert_eq!(settings, serde_json::json!({"word": "welcome", "name": "ann", "times": 2}));
}

#[tokio::test]
async fn a_program_without_a_server_keeps_its_data() {
    let directory = tempfile::tempdir().expect("a directory");
    let directory = directory.path().to_str().expect("text");
    for time in 1..=2_u64 {
        let mut example = Example::run("in_process", None, &[directory], &[]);
        example.says(&format!("started {time} times")).await;
        let revision = time * 3;
        example.says(&format!("revision {revision}")).await;
        while example.line().await.is_some() {}
    }
}
