//! holdfast.v1 over HTTP: `/v2`, strict, with a reason in every refusal.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use holdfast_tests::http::{self, Answer};
use holdfast_tests::server::Launch;
use holdfast_tests::sse::Sse;
use holdfast_tests::{Server, cli};
use serde_json::{Value, json};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("no JSON: {}", answer.text()))
}

async fn ask(server: &Server, call: &str, request: Value) -> (u16, Value) {
    let (path, text) = (format!("/v2/{call}"), request.to_string());
    let answer = http::request(server.port(), "POST", &path, JSON, text.as_bytes()).await;
    let answer = answer.expect("an answer");
    (answer.status, body(&answer))
}

async fn get(server: &Server, path: &str) -> (u16, Value) {
    let answer = http::get(server.port(), path).await.expect("an answer");
    (answer.status, body(&answer))
}

fn put(key: &str, value: &str) -> Value {
    json!({ "namespace": "a", "key": key, "put": { "value": STANDARD.encode(value) } })
}

async fn commit(server: &Server, writes: &[Value]) -> Value {
    let (status, answer) = ask(server, "commit", json!({ "writes": writes })).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn reason(answer: &Value) -> (&str, &str) {
    let detail = &answer["details"][0];
    assert_eq!(detail["domain"], "holdfast.v1", "{answer}");
    (
        detail["reason"].as_str().unwrap_or_default(),
        detail["metadata"]["field"].as_str().unwrap_or_default(),
    )
}

#[tokio::test]
async fn every_call_is_a_post_of_its_message() {
    let server = Server::dev().await;
    let first = commit(&server, &[put("app/k", "{\"x\":1}"), put("gone", "1")]).await;
    assert_eq!((&first["revision"], &first["results"][0]["version"]), (&json!("1"), &json!("1")));
    let condition = json!({ "version": "1" });
    let mut second = put("app/k", "{\"x\":2}");
    second["if"] = condition;
    commit(&server, &[second, json!({ "namespace": "a", "key": "gone", "delete": {} })]).await;

    let name = json!({ "namespace": "a", "key": "app/k" });
    let (_, entry) = ask(&server, "get", name.clone()).await;
    assert_eq!((&entry["entry"]["version"], &entry["revision"]), (&json!("2"), &json!("2")));
    let past = json!({ "namespace": "a", "key": "app/k", "at": { "revision": "1" } });
    let (_, past) = ask(&server, "get", past).await;
    assert_eq!(past["entry"]["value"], json!(STANDARD.encode("{\"x\":1}")));
    let (_, list) = ask(&server, "list", json!({ "namespace": "a", "omit_values": true })).await;
    assert!(list["entries"].as_array().is_some_and(|e| e.len() == 1 && e[0]["value"].is_null()));
    let (_, snapshot) = ask(&server, "snapshot", json!({ "namespace": "a" })).await;
    let seen = json!({ "namespace": "a", "ifNoneMatch": snapshot["etag"] });
    assert_eq!(ask(&server, "snapshot", seen).await.1["notModified"], json!(true));
    let (_, history) = ask(&server, "history", json!({ "namespace": "a", "key": "gone" })).await;
    assert_eq!(history["events"][0]["kind"], "EVENT_KIND_DELETE");
    let states = json!({
        "from": { "namespace": "a", "at": { "revision": 1 } },
        "to": { "namespace": "a" },
        "semantic": true,
    });
    let (_, diff) = ask(&server, "diff", states).await;
    assert_eq!(
        diff["differences"][0]["json"],
        json!([{ "pointer": "/x", "old": "1", "new": "2" }])
    );
    assert_eq!(diff["differences"][1]["kind"], "KIND_REMOVED");
    let (_, events) = ask(&server, "events", json!({ "newestFirst": true, "limit": 1 })).await;
    assert_eq!(events["events"][0]["actor"]["method"], "holdfast.v1/Commit");
    assert!(events["nextCursor"].is_string());
    let (_, found) = ask(&server, "search", json!({ "pattern": "X", "ignoreCase": true })).await;
    assert_eq!(found["matches"][0]["entry"]["key"], "app/k");
    let txn = json!({
        "compares": [{ "namespace": "a", "key": "app/k", "relation": "RELATION_EQUAL", "version": "2" }],
        "then": { "writes": [put("app/k", "3")], "reads": [name] },
    });
    let (_, done) = ask(&server, "txn", txn).await;
    assert_eq!(
        (&done["succeeded"], &done["reads"][0]["entry"]["version"]),
        (&json!(true), &json!("3"))
    );
    let (_, back) = ask(&server, "rollback", json!({ "namespace": "a", "revision": "1" })).await;
    assert_eq!((&back["revision"], back["plan"].as_array().map(Vec::len)), (&json!("4"), Some(2)));
    let config = server.config().await.get("a", "gone").await.expect("one keyspace");
    assert_eq!(&config.value[..], b"1");
}

#[tokio::test]
async fn what_can_be_read_is_a_path_too() {
    let server = Server::dev().await;
    commit(&server, &[put("app/k", "1"), put("app/l", "2"), put("ключ", "3")]).await;
    commit(&server, &[put("app/k", "2")]).await;
    for path in ["app/k", "app%2Fk"] {
        let (status, entry) = get(&server, &format!("/v2/namespaces/a/keys/{path}")).await;
        assert_eq!((status, &entry["entry"]["version"]), (200, &json!("2")));
        let (_, past) = get(&server, &format!("/v2/namespaces/a/keys/{path}?revision=1")).await;
        assert_eq!(past["entry"]["version"], "1");
    }
    let (_, entry) = get(&server, "/v2/namespaces/a/keys/%D0%BA%D0%BB%D1%8E%D1%87").await;
    assert_eq!(entry["entry"]["key"], "ключ");
    let mut path = "/v2/namespaces/a/keys?prefix=app%2F&limit=1".to_owned();
    let mut keys = Vec::new();
    loop {
        let (_, page) = get(&server, &path).await;
        keys.push(page["entries"][0]["key"].as_str().expect("a key").to_owned());
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/v2/namespaces/a/keys?prefix=app%2F&limit=1&cursor={cursor}");
    }
    assert_eq!(keys, ["app/k", "app/l"]);
    assert_eq!(get(&server, "/v2/namespaces/a/snapshot?revision=1").await.1["revision"], "1");
    let (_, history) = get(&server, "/v2/namespaces/a/history/app/k?limit=1").await;
    assert_eq!(history["events"][0]["version"], "2");
    let (_, found) = get(&server, "/v2/search?pattern=app&where=WHERE_KEYS&namespace=a").await;
    assert_eq!(found["matches"].as_array().map(Vec::len), Some(2));
    let (_, events) = get(&server, "/v2/events?namespace=a&prefix=app%2Fk&newest_first=true").await;
    assert_eq!(events["events"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn strictness_names_what_it_refuses() {
    let server = Server::dev().await;
    for (call, request, field) in [
        ("commit", json!({ "writes": [], "junk": 1 }), "junk"),
        (
            "commit",
            json!({ "writes": [{ "namespace": "a", "key": "k", "put": { "vaule": "" } }] }),
            "writes[0].put.vaule",
        ),
        ("commit", json!({}), "writes"),
        ("get", json!({ "namespace": "a" }), "key"),
        (
            "txn",
            json!({ "compares": [{ "namespace": "a", "key": "k", "version": 1 }] }),
            "compares[0].relation",
        ),
        ("rollback", json!({ "namespace": "a" }), "revision"),
        ("search", json!({ "pattern": "(", "regex": true }), "pattern"),
        ("diff", json!({ "from": { "namespace": "a" } }), "to"),
    ] {
        let (status, answer) = ask(&server, call, request).await;
        assert_eq!((status, reason(&answer)), (400, ("INVALID_ARGUMENT", field)), "{answer}");
    }
    // What does not decode has no field, but it says where.
    for text in
        ["", "[]", "{", "{} x", r#"{"namespace":7}"#, r#"{"namespace":"a","namespace":"b"}"#]
    {
        let answer = http::request(server.port(), "POST", "/v2/get", JSON, text.as_bytes()).await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.status, reason(&body(&answer)).0), (400, "INVALID_ARGUMENT"), "{text}");
    }
    for kind in
        [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/jsonx")]]
    {
        let answer =
            http::request(server.port(), "POST", "/v2/get", kind, b"{}").await.expect("an answer");
        assert_eq!(
            (answer.status, reason(&body(&answer)).0),
            (415, "INVALID_ARGUMENT"),
            "{kind:?}"
        );
    }
    let (status, answer) = get(&server, "/v2/namespaces/a/keys?junk=1").await;
    assert_eq!((status, reason(&answer)), (400, ("INVALID_ARGUMENT", "junk")));
    let wrong =
        http::request(server.port(), "PUT", "/v2/commit", JSON, b"{}").await.expect("an answer");
    assert_eq!(wrong.status, 405);
    assert_eq!(http::get(server.port(), "/v2/nothing").await.expect("an answer").status, 404);
}

#[tokio::test]
async fn failures_have_the_status_of_the_table() {
    let server = Launch::default().settings("[retention]\nmax_revisions = 5").start().await;
    for n in 0..40 {
        commit(&server, &[put("k", &n.to_string())]).await;
    }
    let compacted = async {
        loop {
            let (status, answer) = get(&server, "/v2/namespaces/a/keys/k?revision=1").await;
            if status != 200 {
                return (status, answer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let gone = tokio::time::timeout(Duration::from_secs(60), compacted).await.expect("compacted");
    assert_eq!((gone.0, reason(&gone.1).0), (410, "COMPACTED"));
    assert!(gone.1["details"][0]["metadata"]["oldest"].is_string());
    let (status, answer) = get(&server, "/v2/namespaces/a/keys/none").await;
    assert_eq!((status, reason(&answer).0), (404, "NOT_FOUND"));
    let mut guarded = put("k", "1");
    guarded["if"] = json!({ "exists": false });
    let (status, answer) = ask(&server, "commit", json!({ "writes": [guarded] })).await;
    assert_eq!((status, reason(&answer).0), (409, "CONFLICT"));
    // Lines of JSON are refused; a stream of events is told and goes on.
    let lines = [("accept", "application/x-ndjson")];
    let path = "/v2/watch?after_revision=1";
    let refused = http::request(server.port(), "GET", path, &lines, b"").await.expect("an answer");
    assert_eq!((refused.status, reason(&body(&refused)).0), (410, "COMPACTED"));
    let mut stream = Sse::opened(server.port(), path, None).await;
    let reset = fields(&stream.text().await.expect("a block"));
    assert_eq!(reset.name, "reset");
    assert_eq!(reset.data["reason"], json!("COMPACTED"));
    assert!(reset.data["metadata"]["oldest"].is_string(), "{reset:?}");
    assert!(reset.id.starts_with("hf1."));
    commit(&server, &[put("k", "\"next\"")]).await;
    assert_eq!(next(&mut stream).await.data["revision"], "41");
    let closed = Launch::default().closed().start().await;
    let (status, answer) = get(&closed, "/v2/namespaces/a/keys/k").await;
    assert_eq!((status, reason(&answer).0), (401, "UNAUTHENTICATED"));
}

/// A block of a stream whose ids are tokens.
#[derive(Debug, Default)]
struct Fields {
    id: String,
    name: String,
    data: Value,
}

fn fields(block: &str) -> Fields {
    let mut fields = Fields::default();
    for line in block.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => fields.id = id.to_owned(),
            Some(("event", name)) => fields.name = name.to_owned(),
            Some(("data", data)) => fields.data = serde_json::from_str(data).expect("JSON"),
            _ => {}
        }
    }
    fields
}

/// The next block with data.
async fn next(stream: &mut Sse) -> Fields {
    loop {
        let block = fields(&stream.text().await.expect("the stream goes on"));
        if !block.data.is_null() {
            return block;
        }
    }
}

#[tokio::test]
async fn a_watch_is_a_stream_of_events_that_resumes_over_a_restart() {
    let mut server = Server::dev().await;
    commit(&server, &[put("app/k", "1"), put("other", "1")]).await;
    let path = "/v2/watch?namespace=a&prefix=app%2F&initial_state=true&bookmark_interval=0.2s";
    let mut stream = Sse::opened(server.port(), path, None).await;
    assert!(stream.head.to_ascii_lowercase().contains("content-type: text/event-stream"));
    let initial = next(&mut stream).await;
    assert_eq!(
        (&*initial.name, initial.data["events"].as_array().map(Vec::len)),
        ("initial", Some(1))
    );
    commit(&server, &[put("app/k", "2"), put("other", "2"), put("app/l", "1")]).await;
    let seen = next(&mut stream).await;
    assert_eq!(
        (&*seen.name, &seen.data["revision"], &seen.data["last"]),
        ("commit", &json!("2"), &json!(true))
    );
    assert_eq!(seen.data["events"].as_array().map(Vec::len), Some(2));
    assert_eq!(seen.id, seen.data["token"].as_str().expect("a token"));
    // What is filtered out moves the place and fires nothing.
    commit(&server, &[put("other", "3")]).await;
    let bookmark = loop {
        let block = fields(&stream.text().await.expect("the stream goes on"));
        if block.id.ends_with(".3") {
            break block;
        }
        assert!(block.data.is_null(), "{block:?}");
    };
    server.kill();
    server.start_again().await;
    commit(&server, &[put("app/k", "4")]).await;
    let mut again = Sse::opened(server.port(), path, Some(&bookmark.id)).await;
    let resumed = next(&mut again).await;
    assert_eq!((&*resumed.name, &resumed.data["revision"]), ("commit", &json!("4")));
    let mut whole = Sse::opened(server.port(), "/v2/watch?after_revision=0", None).await;
    for revision in 1..=4 {
        assert_eq!(next(&mut whole).await.data["revision"], json!(revision.to_string()));
    }
}

#[tokio::test]
async fn a_watch_is_lines_of_json_too() {
    let server = Server::dev().await;
    commit(&server, &[put("k", "1")]).await;
    let lines = [
        ("accept", "application/x-ndjson"),
        ("content-type", "application/json"),
        ("grpc-timeout", "2S"),
    ];
    let request = json!({ "afterRevision": "0" }).to_string();
    let answer =
        http::request(server.port(), "POST", "/v2/watch", &lines, request.as_bytes()).await;
    let text = answer.expect("an answer").text();
    let mut lines =
        text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
    let first = lines.next().expect("a frame");
    assert_eq!((&first["revision"], &first["kind"]), (&json!("1"), &json!("KIND_COMMIT")));
    let end = lines.last().expect("the deadline is told");
    assert!(
        end["error"]["message"].as_str().is_some_and(|said| said.contains("deadline")),
        "{end}"
    );
    assert_eq!(cli::run(&server, &["get", "k", "-n", "a"]).ok(), "1");
}
