//! Case 53: clients of two versions, made from the messages that each had, on one server.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use holdfast_tests::{Server, binary};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a line may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A client of another implementation with the stubs of one version.
struct Client {
    _process: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Client {
    /// With the stubs of `tests/foreign/<version>/schema.proto`, made into `stubs`.
    async fn start(server: &Server, version: &str, stubs: &Path, verb: &[&str]) -> Self {
        let repository = binary::repository();
        let foreign = repository.join("tests/foreign");
        let python = repository.join(".setup/venv/bin/python");
        assert!(python.is_file(), "no {}: run `make setup`", python.display());
        let stubs = stubs.join(version);
        std::fs::create_dir_all(&stubs).expect("a directory");
        let made = Command::new(&python)
            .args(["-m", "grpc_tools.protoc", "schema.proto"])
            .arg(format!("--proto_path={}", foreign.join(version).display()))
            .arg(format!("--python_out={}", stubs.display()))
            .arg(format!("--grpc_python_out={}", stubs.display()))
            .status()
            .await;
        assert!(made.expect("it runs").success(), "no stubs of {version}");
        let mut process = Command::new(python)
            .arg(foreign.join("version_client.py"))
            .arg(format!("127.0.0.1:{}", server.port()))
            .args(verb)
            .env("PYTHONPATH", stubs)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it runs");
        let said = BufReader::new(process.stdout.take().expect("it is piped")).lines();
        Self { _process: process, said }
    }

    async fn line(&mut self) -> String {
        let line = timeout(PATIENCE, self.said.next_line()).await.expect("in time");
        line.expect("it reads").expect("it goes on")
    }

    async fn event(&mut self) -> Value {
        let line = self.line().await;
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }
}

#[tokio::test]
async fn case_53_clients_of_both_versions_see_the_same_events() {
    let server = Server::dev().await;
    let stubs = tempfile::tempdir().expect("a directory");
    let watch = ["watch", "4"];
    let mut old = Client::start(&server, "v0.5.0", stubs.path(), &watch).await;
    let mut new = Client::start(&server, "v0.14.0", stubs.path(), &watch).await;
    assert_eq!((old.line().await.as_str(), new.line().await.as_str()), ("live", "live"));
    let client = server.stategate().await;
    client
        .set("acme", "message", "a", json!({"n": 1, "deep": {"x": [1, null]}}))
        .await
        .expect("set");
    client.put("acme", "message", "b", json!({"n": 2})).await.expect("set");
    client.edit("acme", "message", "b", json!({"m": 3})).await.expect("edited");
    server.config().await.set("acme", "message/c", r#"{"n":4}"#).await.expect("set");
    for (key, method) in [
        ("a", "/stategate.StateService/Set"),
        ("b", "/stategate.EntityService/Set"),
        ("b", "/stategate.EntityService/Edit"),
        ("c", "config.v1/Set"),
    ] {
        let (was, is) = (old.event().await, new.event().await);
        assert_eq!((&was["id"], &was["time"]), (&is["id"], &is["time"]));
        assert_eq!(was["state"], is["entity"]);
        assert_eq!((&is["entity"]["key"], &is["method"]), (&json!(key), &json!(method)));
        assert!(was["state"]["values"]["n"].is_number(), "{was}");
        assert!(was.get("method").is_none() && is.get("state").is_none(), "{was} {is}");
    }
    assert_eq!((old.line().await.as_str(), new.line().await.as_str()), ("done", "done"));
}

/// The suite of v0.14.0 as its clients ran it.
#[tokio::test]
async fn case_45_with_a_client_in_another_language() {
    let server = Server::dev().await;
    let stubs = tempfile::tempdir().expect("a directory");
    let mut client = Client::start(&server, "v0.14.0", stubs.path(), &["suite"]).await;
    assert_eq!(client.line().await, "done");
}
