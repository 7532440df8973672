//! A server that speaks config.v1 and nothing else, without reflection (tests/foreign/server.py): itself, and the verbs against it.

use std::process::Stdio;
use std::time::Duration;

use holdfast_tests::cli::{command, run};
use holdfast_tests::client::put;
use holdfast_tests::{ForeignServer, Holdfast, skip};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::ChildStdout;
use tonic::Code;

/// One, or `None` where a machine has none.
async fn server() -> Option<ForeignServer> {
    if !ForeignServer::is_here() {
        skip::skipped("a server of another implementation", "run `make setup`");
        return None;
    }
    Some(ForeignServer::start().await)
}

#[tokio::test]
async fn it_is_what_the_contract_says() {
    let Some(mut server) = server().await else { return };
    let config = server.config().await;
    let first = config.set("n", "a", "1").await.expect("it takes values");
    assert_eq!((first.version, first.r#type, first.codec.as_str()), (1, 1, "json"));
    assert_eq!(config.set("n", "a", "2").await.expect("again").version, 2);
    let missing = config.get("n", "b").await.expect_err("it is not there");
    assert_eq!(
        (missing.code, missing.reason.as_str(), missing.domain.as_str()),
        (Code::NotFound, "NOT_FOUND", "config.rbaliyan.com")
    );
    let holdfast = Holdfast::connect(server.port()).await;
    let foreign = holdfast.commit(vec![put("n", "a", "3")]).await.expect_err("it is not spoken");
    assert_eq!(foreign.code, Code::Unimplemented, "{foreign:?}");
    let holdfast = Holdfast::connect(server.port()).await;
    let foreign = holdfast.commit(vec![put("n", "a", "3")]).await.expect_err("it is not spoken");
    assert_eq!(foreign.code, Code::Unimplemented, "{foreign:?}");

    server.kill();
    server.start_again().await;
    assert_eq!(server.config().await.get("n", "a").await.expect("it was kept").version, 2);
    server.stop().await;
    server.start_empty().await;
    let gone = server.config().await.get("n", "a").await.expect_err("nothing was kept");
    assert_eq!(gone.code, Code::NotFound);
}

#[tokio::test]
async fn verbs_of_single_keys_work_against_it() {
    let Some(server) = server().await else { return };
    let said = |arguments: &[&str]| run(&server, arguments).ok();
    assert_eq!(said(&["set", "b", "1", "-o", "raw"]), "1\n");
    said(&["set", "b", "2", "--update"]);
    said(&["set", "a", "\"x\"", "--create"]);
    run(&server, &["set", "a", "1", "--create"]).fails(4);
    assert_eq!(said(&["get", "b"]), "2");
    assert_eq!(said(&["get", "--prefix", "a", "-o", "raw"]), "\"x\"\n");
    run(&server, &["get", "c"]).fails(3);
    assert_eq!(said(&["history", "b", "-o", "raw"]), "2\n1\n");
    said(&["alias", "set", "short", "a"]);
    assert_eq!(said(&["get", "short", "--string"]), "x");
    assert_eq!(said(&["alias", "list", "-o", "raw"]), "short\n");
    said(&["alias", "delete", "short"]);
    assert_eq!(said(&["ns", "-o", "raw"]), "default\n");
    let etag = said(&["snapshot", "-o", "raw"]);
    let again = said(&["snapshot", "--if-none-match", etag.trim(), "-o", "json"]);
    assert!(again.contains("\"not_modified\": true"), "{again}");
    said(&["delete", "a"]);
    run(&server, &["delete", "a"]).fails(3);
}

/// Its lists have no order, and a cursor behind the last page.
#[tokio::test]
async fn whole_listings_are_complete_and_in_order() {
    let Some(server) = server().await else { return };
    let config = server.config().await;
    let key = |n: usize| format!("k/{:04}", (n * 7_919) % 1_201);
    for n in 0..1_201 {
        config.set("default", &key(n), "1").await.expect("it takes values");
    }
    let listed = run(&server, &["list", "-o", "raw"]).ok();
    let keys: Vec<&str> = listed.lines().collect();
    assert_eq!(keys.len(), 1_201);
    assert!(keys.is_sorted());
    let first = run(&server, &["list", "k/", "--limit", "3", "-o", "raw"]).ok();
    assert_eq!(first, "k/0000\nk/0001\nk/0002\n");
}

#[tokio::test]
async fn files_go_in_and_out() {
    let Some(server) = server().await else { return };
    let file = server.home().join("shop.yaml");
    std::fs::write(&file, "db:\n  host: db1\n  ports: [1, 2]\n").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let said = run(&server, &["-n", "a", "import", file]).fails(1);
    assert!(said.contains("--parts"), "{said}");
    run(&server, &["-n", "a", "import", file, "--parts"]).ok();
    let again = run(&server, &["-n", "a", "import", file, "--parts"]).ok();
    assert!(again.contains("0 added, 0 changed, 0 removed, 2 unchanged"), "{again}");
    let exported = run(&server, &["-n", "a", "export", "--format", "json"]).ok();
    let exported: serde_json::Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(exported, serde_json::json!({"db": {"host": "db1", "ports": [1, 2]}}));
    run(&server, &["-n", "b", "set", "db/host", "\"db2\""]).ok();
    let differs = run(&server, &["-n", "a", "diff", "--with", "b"]).ok();
    assert!(differs.contains("~ db/host = \"db1\" -> \"db2\""), "{differs}");
    assert!(differs.contains("0 to add, 1 to change, 1 to remove"), "{differs}");
}

#[tokio::test]
async fn what_it_has_no_words_for_is_one_sentence() {
    let Some(server) = server().await else { return };
    run(&server, &["set", "k", "1"]).ok();
    for verb in [
        &["get", "k", "--rev", "1"][..],
        &["set", "k", "2", "--if-version", "1"],
        &["set", "k", "2", "--reason", "because"],
        &["delete", "k", "other"],
        &["delete", "--prefix", "k"],
        &["list", "--at", "1h"],
        &["watch", "--from-revision", "1"],
        &["snapshot", "--rev", "1"],
        &["export", "--rev", "1"],
        &["diff", "--from", "1"],
        &["rollback", "k", "--to", "1"],
        &["txn", "--then", "get k"],
        &["search", "k"],
        &["events"],
        &["whoami"],
        &["token", "list"],
        &["user", "list"],
        &["role", "list"],
        &["policy", "list"],
    ] {
        let said = run(&server, verb).fails(1);
        assert!(said.contains("does not speak holdfast.v1"), "{verb:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{verb:?}: {said}");
    }
    assert_eq!(run(&server, &["get", "k"]).ok(), "1", "nothing was done");
}

/// Such a server answers nothing at all until there is a change, and ends its watches with OK.
#[tokio::test]
async fn a_watch_with_a_beginning_goes_on_over_restarts() {
    let Some(mut server) = server().await else { return };
    run(&server, &["set", "a", "1"]).ok();
    run(&server, &["set", "b", "1"]).ok();
    let mut watch =
        tokio::process::Command::from(command(&server, &["list", "--watch", "-o", "json"]))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
    let mut lines = BufReader::new(watch.stdout.take().expect("a pipe")).lines();
    assert_eq!(change(&mut lines).await, "initial a 1");
    assert_eq!(change(&mut lines).await, "initial b 1");
    run(&server, &["set", "a", "2"]).ok();
    assert_eq!(change(&mut lines).await, "set a 2");
    server.stop().await;
    server.start_again().await;
    // Whether the watch is back already or not, it tells this once.
    run(&server, &["delete", "b"]).ok();
    run(&server, &["set", "a", "3"]).ok();
    let mut after = [change(&mut lines).await, change(&mut lines).await];
    after.sort();
    assert_eq!(after, ["delete b ", "set a 3"]);
    run(&server, &["set", "z", "1"]).ok();
    assert_eq!(change(&mut lines).await, "set z 1");
}

async fn change(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
    let line = line.expect("in time").expect("text").expect("it goes on");
    let change: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    let value = change.get("value").map(ToString::to_string).unwrap_or_default();
    format!("{} {} {value}", text("change"), text("key"))
}
