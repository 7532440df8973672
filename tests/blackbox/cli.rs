//! The verbs of the binary as scripts use them: bytes through pipes, layouts, exit codes.

use std::process::Stdio;
use std::time::Duration;

use holdfast_tests::cli::{command, run, run_with_input};
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, cli, ports};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn get_prints_the_bare_value() {
    let server = Server::dev().await;
    run(&server, &["set", "greeting", "{ \"a\": 1.0 }"]).ok();
    assert_eq!(run(&server, &["get", "greeting"]).ok(), "{ \"a\": 1.0 }");
    run(&server, &["set", "text", "--string", "hello"]).ok();
    assert_eq!(run(&server, &["get", "text"]).ok(), "\"hello\"");
    assert_eq!(run(&server, &["get", "text", "--string"]).ok(), "hello");
}

#[tokio::test]
async fn values_come_from_standard_input_and_files() {
    let server = Server::dev().await;
    let bytes: Vec<u8> = (0..=255).collect();
    run_with_input(&server, &["set", "blob", "-", "--codec", "raw"], &bytes).ok();
    let entry = server.config().await.get("default", "blob").await.expect("it is there");
    assert_eq!((&entry.value[..], entry.codec.as_str()), (&bytes[..], "raw"));
    let file = server.home().join("value.json");
    std::fs::write(&file, "[1, 2]\n").expect("a file");
    run(&server, &["set", "list", "--file", file.to_str().expect("UTF-8")]).ok();
    assert_eq!(run(&server, &["get", "list"]).ok(), "[1, 2]\n");
    run_with_input(&server, &["set", "piped", "--file", "-"], b"1").ok();
    run_with_input(&server, &["txn", "--then", "put both @-"], b"2").ok();
    let read = |key: &str| run(&server, &["get", key]).ok();
    assert_eq!((read("piped"), read("both")), ("1".into(), "2".into()));
    let role = b"{\"rules\": [\"allow read n/**\"]}";
    run_with_input(&server, &["role", "set", "some", "--file", "-"], role).ok();
    assert!(run(&server, &["role", "get", "some"]).ok().contains("allow read n/**"));
    let out = command(&server, &["get", "blob"]).output().expect("it runs");
    assert_eq!(out.stdout, bytes, "the very bytes");
}

#[tokio::test]
async fn layouts_show_the_same_entries() {
    let server = Server::dev().await;
    run(&server, &["-n", "shop", "set", "db/port", "5432"]).ok();
    run(&server, &["-n", "shop", "set", "db/host", "\"db1\""]).ok();
    let listed = parsed(&run(&server, &["-n", "shop", "list", "-o", "json"]).ok());
    let keys: Vec<_> =
        listed.as_array().expect("a list").iter().map(|e| e["key"].clone()).collect();
    assert_eq!(keys, [json!("db/host"), json!("db/port")]);
    assert_eq!((&listed[1]["value"], &listed[1]["version"]), (&json!(5432), &json!(1)));
    assert_eq!((&listed[1]["codec"], &listed[1]["namespace"]), (&json!("json"), &json!("shop")));
    let yaml = run(&server, &["-n", "shop", "list", "-o", "yaml"]).ok();
    assert_eq!(serde_saphyr::from_str::<Value>(&yaml).expect("YAML"), listed);
    assert_eq!(run(&server, &["-n", "shop", "list", "-o", "raw"]).ok(), "db/host\ndb/port\n");
    let table = run(&server, &["-n", "shop", "list", "db/p"]).ok();
    assert!(
        table.contains("db/port") && table.contains("5432") && !table.contains("db/host"),
        "{table}"
    );
    assert!(!table.contains('\u{1b}'), "no colour through a pipe: {table:?}");
    let one = parsed(&run(&server, &["-n", "shop", "get", "db/host", "-o", "json"]).ok());
    assert_eq!((&one["key"], &one["value"]), (&json!("db/host"), &json!("db1")));
    assert_eq!(run(&server, &["ns", "-o", "raw"]).ok(), "shop\n");
}

#[tokio::test]
async fn conditions_and_reasons_reach_the_server() {
    let server = Server::dev().await;
    run(&server, &["set", "k", "1", "--if-version", "0"]).ok();
    run(&server, &["set", "k", "2", "--if-version", "7"]).fails(4);
    run(&server, &["set", "k", "2", "--create"]).fails(4);
    run(&server, &["set", "missing", "2", "--update"]).fails(3);
    run(&server, &["set", "k", "2", "--if-version", "1", "--reason", "because"]).ok();
    run(&server, &["delete", "k", "--if-version", "1"]).fails(4);
    assert_eq!(run(&server, &["get", "k"]).ok(), "2");
    let history = parsed(&run(&server, &["history", "k", "-o", "json"]).ok());
    let versions: Vec<_> =
        history.as_array().expect("a list").iter().map(|e| e["version"].clone()).collect();
    assert_eq!(versions, [json!(2), json!(1)]);
    run(&server, &["delete", "k", "--if-version", "2"]).ok();
    run(&server, &["get", "k"]).fails(3);
    let commits = holdfast_tests::log::check(&server.holdfast().await).await;
    assert!(commits.iter().any(|commit| commit.reason == "because"));
}

#[tokio::test]
async fn deletes_are_all_or_nothing() {
    let server = Server::dev().await;
    for key in ["a", "b"] {
        run(&server, &["set", key, "1"]).ok();
    }
    run(&server, &["delete", "a", "missing", "b"]).fails(3);
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "a\nb\n");
    run(&server, &["delete", "a", "b"]).ok();
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "");
}

#[tokio::test]
async fn aliases_and_snapshots() {
    let server = Server::dev().await;
    run(&server, &["set", "database/url", "\"there\""]).ok();
    run(&server, &["alias", "set", "db", "database/url"]).ok();
    assert_eq!(run(&server, &["get", "db"]).ok(), "\"there\"", "an alias is followed");
    assert_eq!(run(&server, &["alias", "get", "db"]).ok(), "database/url\n");
    assert_eq!(run(&server, &["alias", "list", "-o", "raw"]).ok(), "db\n");
    run(&server, &["alias", "set", "db", "elsewhere"]).fails(4);
    run(&server, &["alias", "delete", "db"]).ok();
    run(&server, &["get", "db"]).fails(3);

    let etag = run(&server, &["snapshot", "-o", "raw"]).ok();
    let snapshot = server.config().await.snapshot("default", "").await.expect("a snapshot");
    assert_eq!(etag.trim(), snapshot.etag);
    let again = run(&server, &["snapshot", "-o", "json", "--if-none-match", etag.trim()]).ok();
    assert_eq!(parsed(&again)["not_modified"], json!(true));
}

#[tokio::test]
async fn exit_codes_tell_what_went_wrong() {
    let server = Server::dev().await;
    run(&server, &["get", "missing"]).fails(3);
    run(&server, &["set", "k", "no json"]).fails(1);
    run(&server, &["-n", "a/b", "set", "k", "1"]).fails(1);
    run(&server, &["set", "a b", "1"]).fails(1);
    for usage in [&["nonsense"][..], &["get"], &["get", "a", "--nonsense"], &["list", "-o", "xml"]]
    {
        run(&server, usage).fails(2);
    }
    let nobody = format!("http://127.0.0.1:{}", ports::free());
    let said = run(&server, &["--endpoint", &nobody, "get", "k"]).fails(6);
    assert!(said.contains(&nobody), "it names the place: {said}");
    let closed = Launch::default().closed().start().await;
    run(&closed, &["get", "k"]).fails(5);
    run(&closed, &["set", "k", "1"]).fails(5);
    run(&closed, &["watch"]).fails(5);
}

/// A reader that goes away ends the writer in silence.
#[tokio::test]
async fn a_closed_pipe_is_no_error() {
    let server = Server::dev().await;
    let writes =
        (0..2_000).map(|n| holdfast_tests::client::put("default", &format!("key/{n:05}"), "1"));
    server.holdfast().await.commit(writes.collect()).await.expect("it is committed");
    let mut child = command(&server, &["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "nothing to say");
    assert_eq!(ended.status.code(), Some(0));
}

async fn line(lines: &mut tokio::io::Lines<BufReader<tokio::process::ChildStdout>>) -> Value {
    let line = tokio::time::timeout(Duration::from_secs(60), lines.next_line()).await;
    parsed(&line.expect("a line comes").expect("text").expect("the watch goes on"))
}

/// `watch` prints what happens, also across a restart of the server.
#[tokio::test]
async fn watch_prints_changes_as_they_happen() {
    let mut server = Server::dev().await;
    run(&server, &["set", "app/before", "1"]).ok();
    let watch = command(&server, &["watch", "app/", "--initial", "-o", "json"]);
    let mut child = tokio::process::Command::from(watch)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let initial = line(&mut lines).await;
    assert_eq!((&initial["change"], &initial["key"]), (&json!("initial"), &json!("app/before")));
    run(&server, &["set", "other", "1"]).ok();
    run(&server, &["set", "app/k", "{\"x\":1}"]).ok();
    let set = line(&mut lines).await;
    assert_eq!((&set["change"], &set["key"]), (&json!("set"), &json!("app/k")));
    assert_eq!((&set["value"], &set["revision"]), (&json!({"x": 1}), &json!(3)));
    server.kill();
    server.start_again().await;
    run(&server, &["delete", "app/k"]).ok();
    let deleted = line(&mut lines).await;
    assert_eq!((&deleted["change"], &deleted["key"]), (&json!("delete"), &json!("app/k")));
    child.kill().await.expect("it can be killed");
}

/// `serve` itself: settings are checked all at once, and shown on request.
#[tokio::test]
async fn serve_refuses_settings_it_does_not_know() {
    let server = Launch::default().prepare();
    let file = server.home().join("wrong.toml");
    std::fs::write(&file, "nonsense = 1\n[limits]\nvalue_bytes = \"many\"\n").expect("a file");
    let said = run(&server, &["serve", "--config", file.to_str().expect("UTF-8")]).fails(2);
    assert!(
        said.contains("nonsense") && said.contains("limits.value_bytes"),
        "both faults: {said}"
    );
    let said = run(&server, &["serve", "--dev", "--listen", "0.0.0.0:0"]).fails(2);
    assert!(said.contains("loopback"), "{said}");
    let printed = run(&server, &["serve", "--dev", "--print-config"]).ok();
    let printed: toml::Table = printed.parse().expect("TOML");
    assert_eq!(printed["dev"].as_bool(), Some(true));
    assert!(printed.contains_key("listen") && printed.contains_key("limits"), "{printed:?}");
}

#[tokio::test]
async fn help_names_every_verb() {
    let server = Launch::default().prepare();
    let help = cli::run(&server, &["--help"]).ok();
    for verb in [
        "serve", "get", "set", "delete", "list", "watch", "history", "snapshot", "alias", "ns",
        "import", "export", "bench", "repair", "audit",
    ] {
        assert!(help.contains(&format!("  {verb}")), "{verb} in {help}");
    }
}

/// That it measures, and what it says where it cannot; the figures are nobody's business here.
#[tokio::test]
async fn bench_measures_a_running_server() {
    let server = Server::dev().await;
    let small = ["--duration", "300ms", "--clients", "8", "--keys", "50", "-o", "json"];
    for (work, rows) in [
        ("get", &["get"][..]),
        ("set", &["set"]),
        ("mixed", &["get", "set"]),
        ("watch", &["delivery", "last watcher"]),
    ] {
        let answer = parsed(&run(&server, &[&["bench", work][..], &small].concat()).ok());
        let answer = answer.as_array().expect("a list");
        assert_eq!(answer.iter().map(|row| &row["work"]).collect::<Vec<_>>(), rows);
        for row in answer {
            let figure = |name: &str| row[name].as_f64().expect("a figure");
            assert!(figure("calls") >= 1.0 && figure("per_second") > 0.0, "{row}");
            assert!(figure("p50_us") > 1.0 && figure("p50_us") <= figure("max_us"), "{row}");
        }
    }
    let found = server.config().await.get("bench", "service-00000/setting-07").await;
    assert_eq!(found.expect("a key of the run").value.len(), 200);
    let too_large = ["bench", "set", "--value-size", "2000000", "--duration", "300ms"];
    let refused = run(&server, &too_large).fails(1);
    assert!(refused.contains("exceeds maximum allowed size"), "{refused}");
}

#[tokio::test]
async fn the_past_can_be_read_compared_and_brought_back() {
    let server = Server::dev().await;
    run(&server, &["set", "db/host", "\"one\""]).ok();
    run(&server, &["set", "db/port", "1"]).ok();
    run(&server, &["set", "db/host", "\"two\""]).ok();
    run(&server, &["delete", "db/port"]).ok();
    run(&server, &["set", "new", "true"]).ok();
    assert_eq!(run(&server, &["get", "db/host", "--rev", "1"]).ok(), "\"one\"");
    run(&server, &["get", "db/port"]).fails(3);
    run(&server, &["get", "db/host", "--rev", "99"]).fails(1);
    run(&server, &["get", "db/host", "--at", "1000h"]).fails(3);
    assert_eq!(run(&server, &["get", "db/host", "--at", "1ms"]).ok(), "\"two\"");
    assert_eq!(run(&server, &["list", "--rev", "3", "-o", "raw"]).ok(), "db/host\ndb/port\n");
    let then = parsed(&run(&server, &["snapshot", "--rev", "2", "-o", "json"]).ok());
    assert_eq!(then["entries"][0]["value"], json!("one"));
    let exported = run(&server, &["export", "--rev", "2", "--format", "json"]).ok();
    assert_eq!(parsed(&exported), json!({"db": {"host": "one", "port": 1}}));

    let diff = parsed(&run(&server, &["diff", "--from", "2", "-o", "json"]).ok());
    let changes: Vec<_> = diff
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| (c["change"].clone(), c["key"].clone()))
        .collect();
    let expected = [("change", "db/host"), ("remove", "db/port"), ("add", "new")];
    assert_eq!(changes, expected.map(|(change, key)| (json!(change), json!(key))));
    let table = run(&server, &["diff", "--from", "2"]).ok();
    assert!(
        table.contains("~ db/host = \"one\" -> \"two\"") && table.contains("1 to add"),
        "{table}"
    );
    run(&server, &["diff"]).fails(2);
    run(&server, &["-n", "other", "set", "db/host", "\"two\""]).ok();
    let with = run(&server, &["diff", "--with", "other", "-o", "raw"]).ok();
    assert_eq!(with, "new\n");

    run(&server, &["rollback", "--to", "2"]).fails(2);
    let dry = run(&server, &["rollback", "--all", "--to", "2", "--dry-run"]).ok();
    assert!(
        dry.contains("+ db/port") && dry.contains("- new") && dry.contains("~ db/host"),
        "{dry}"
    );
    assert!(dry.contains("seen at revision 6"), "{dry}");
    run(&server, &["rollback", "--all", "--to", "2", "--expect-head", "3"]).fails(4);
    let done =
        run(&server, &["rollback", "--all", "--to", "2", "--expect-head", "6", "-o", "json"]).ok();
    let done = parsed(&done);
    assert_eq!((&done["to_revision"], &done["revision"]), (&json!(2), &json!(7)));
    assert_eq!(run(&server, &["list", "-o", "raw"]).ok(), "db/host\ndb/port\n");
    assert_eq!(run(&server, &["get", "db/host"]).ok(), "\"one\"");
    let again = run(&server, &["rollback", "db/host", "--to", "2"]).ok();
    assert!(again.contains("nothing differs"), "{again}");
}

#[tokio::test]
async fn transactions_search_and_events() {
    let server = Server::dev().await;
    let lock = ["txn", "--if", "missing lock", "--then", "put lock \"me\"", "--else", "get lock"];
    assert!(run(&server, &lock).ok().contains("default/lock version 1"));
    let taken = run(&server, &lock).ok();
    assert!(taken.starts_with("else") && taken.contains("lock = \"me\""), "{taken}");
    let said = run(&server, &["txn", "--if", "missing lock", "--then", "put lock 2"]);
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.err.contains("did not hold"), "{}", said.err);
    run(&server, &["txn", "--if", "lock = 1", "--then", "put lock 2"]).fails(2);
    let swap = [
        "txn",
        "--if",
        "value(lock) = \"me\"",
        "--if",
        "version(lock) < 2",
        "--then",
        "put lock \"you\"",
        "--then",
        "put log \"taken over\"",
        "--reason",
        "shift change",
        "-o",
        "json",
    ];
    let swap = parsed(&run(&server, &swap).ok());
    assert_eq!((&swap["succeeded"], &swap["results"][0]["version"]), (&json!(true), &json!(2)));
    run(&server, &["-n", "other", "set", "a/TAKEN", "1"]).ok();
    run(&server, &["delete", "log"]).ok();

    assert_eq!(run(&server, &["search", "you", "-o", "raw"]).ok(), "lock\n");
    assert_eq!(run(&server, &["search", "taken", "-A", "-i", "-o", "raw"]).ok(), "other/a/TAKEN\n");
    assert_eq!(run(&server, &["search", "taken", "--rev", "2", "-o", "raw"]).ok(), "log\n");
    assert_eq!(run(&server, &["search", "-e", "^l.{2}k$", "--keys", "-o", "raw"]).ok(), "lock\n");
    run(&server, &["search", "-e", "("]).fails(1);

    assert_eq!(run(&server, &["events", "-o", "raw"]).ok(), "log\nlog\nlock\nlock\n");
    assert_eq!(run(&server, &["events", "--kind", "delete", "-o", "raw"]).ok(), "log\n");
    let all = parsed(&run(&server, &["events", "-A", "--oldest-first", "-o", "json"]).ok());
    let all = all.as_array().expect("a list");
    assert_eq!(
        (all.len(), &all[1]["reason"], &all[1]["actor"]),
        (5, &json!("shift change"), &json!("anonymous"))
    );
    let recent =
        run(&server, &["events", "--from-revision", "3", "-A", "-o", "raw", "--limit", "1"]).ok();
    assert_eq!(recent, "log\n");
    let table = run(&server, &["events", "lo", "--since", "1h"]).ok();
    assert!(table.starts_with("REVISION") && table.contains("default/lock"), "{table}");
    assert_eq!(run(&server, &["events", "--until", "1000h", "-o", "raw"]).ok(), "");
}
