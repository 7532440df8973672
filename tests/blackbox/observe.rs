//! What is told of requests: lines of the log, and spans at a collector.

use std::time::Duration;

use holdfast_tests::server::Launch;
use holdfast_tests::sse::Sse;
use holdfast_tests::{Server, http};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A line comes when a request is over, which is a moment after its answer.
const SOON: Duration = Duration::from_secs(30);

fn lines(server: &Server) -> Vec<Value> {
    let log = server.log();
    let all = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    all.filter(|line| line["target"] == "holdfast::request").collect()
}

/// The first line that is so.
async fn line(server: &Server, is_it: impl Fn(&Value) -> bool) -> Value {
    let found = async {
        loop {
            if let Some(found) = lines(server).into_iter().find(&is_it) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let found = tokio::time::timeout(SOON, found).await;
    found.unwrap_or_else(|_| panic!("there is no such line among {:#?}", lines(server)))
}

#[tokio::test]
async fn every_request_has_one_line_without_values() {
    let settings = "[log]\nrequests = 'all'";
    let server = Launch::default().closed().settings(settings).start().await;
    let token = server.root_token();
    let config = server.config().await;
    let root = config.showing(&token);
    root.set("a", "hidden-key", "\"hidden-value\"").await.expect("set");
    let set = line(&server, |line| line["method"] == "config.v1/Set").await;
    assert_eq!((&set["protocol"], &set["code"]), (&"grpc".into(), &"OK".into()), "{set}");
    assert_eq!((&set["user"], &set["peer"]), (&"root".into(), &"127.0.0.1".into()), "{set}");
    assert_eq!((&set["level"], set["duration_ms"].is_f64()), (&"INFO".into(), true), "{set}");
    assert!(set["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{set}");

    root.get("a", "missing").await.expect_err("nothing there");
    line(&server, |line| line["method"] == "config.v1/Get" && line["code"] == "NOT_FOUND").await;
    config.get("a", "hidden-key").await.expect_err("nobody");
    let refused = line(&server, |line| line["code"] == "UNAUTHENTICATED").await;
    assert!(refused["user"].is_null(), "{refused}");

    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("x-request-id", "mine-7")];
    let path = "/v1/namespaces/a/keys/hidden-key";
    let answer = http::request(server.port(), "GET", path, &headers, b"").await.expect("answered");
    assert_eq!(answer.status, 200);
    let got = line(&server, |line| line["request_id"] == "mine-7").await;
    assert_eq!((&got["protocol"], &got["status"]), (&"http".into(), &200.into()), "{got}");
    assert_eq!(got["http_method"], "GET");
    assert_eq!(got["route"], "/v1/namespaces/{namespace}/keys/{key}");
    assert_eq!((&got["method"], &got["user"]), (&"config.v1/Get".into(), &"root".into()), "{got}");
    let nowhere = http::get(server.port(), "/hidden-path").await.expect("answered");
    assert_eq!(nowhere.status, 404);
    let nowhere = line(&server, |line| line["status"] == 404 && line["method"].is_null()).await;
    assert!(nowhere["route"].is_null(), "{nowhere}");

    // A stream has its line at its end, with how much went out.
    let mut watch = Sse::showing(server.port(), "/v1/watch?namespaces=a", &token).await;
    root.set("a", "second", "1").await.expect("set");
    watch.block().await.expect("an event");
    drop(watch);
    let ended = line(&server, |line| line["method"] == "config.v1/Watch").await;
    assert!(ended["messages"].as_u64().is_some_and(|count| count >= 2), "{ended}");
    assert_eq!(ended["route"], "/v1/watch");
    let mut watch = root.watch(&["a"], &[]).await.expect("a watch");
    root.set("a", "second", "2").await.expect("set");
    watch.message().await.expect("no failure").expect("an event");
    drop(watch);
    let is_it = |line: &Value| line["method"] == "config.v1/Watch" && line["protocol"] == "grpc";
    let ended = line(&server, is_it).await;
    assert_eq!((&ended["messages"], &ended["code"]), (&1.into(), &"CANCELLED".into()), "{ended}");

    let counted = "holdfast_requests_total{method=\"config.v1/Watch\",code=\"CANCELLED\"}";
    assert_eq!(figure(&metrics(&server).await, counted), 2.0, "streams of events are calls too");

    let all = lines(&server);
    let gets = all.iter().filter(|line| line["request_id"] == "mine-7").count();
    assert_eq!(gets, 1, "one line a request");
    for hidden in ["hidden-value", "hidden-key", "hidden-path", token.as_str()] {
        assert!(!all.iter().any(|line| line.to_string().contains(hidden)), "{hidden}");
    }
}

#[tokio::test]
async fn who_calls_too_often_is_counted_and_has_a_line() {
    let settings = "[log]\nrequests = 'all'\n[rate]\nreads = 1\nburst = 1";
    let server = Launch::default().settings(settings).start().await;
    let config = server.config().await;
    let mut refused = 0;
    for _ in 0..4 {
        let request = holdfast_api::config_v1::GetRequest {
            namespace: "a".into(),
            key: "none".into(),
            ..Default::default()
        };
        let status = config.stub().get(request).await.expect_err("nothing there");
        refused += u32::from(status.code() == tonic::Code::ResourceExhausted);
        let answer = http::get(server.port(), "/v1/namespaces/a/keys/none").await;
        refused += u32::from(answer.expect("an answer").status == 429);
    }
    assert!(refused > 0, "eight at once");
    let counted = "holdfast_requests_total{method=\"config.v1/Get\",code=\"RESOURCE_EXHAUSTED\"}";
    assert_eq!(figure(&metrics(&server).await, counted), f64::from(refused));
    line(&server, |line| line["code"] == "RESOURCE_EXHAUSTED").await;
}

#[tokio::test]
async fn unless_asked_for_only_what_the_server_failed_at_has_a_line() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("a", "k", "1").await.expect("set");
    config.get("a", "none").await.expect_err("nothing there");
    config.set("bad/name", "k", "1").await.expect_err("no namespace");
    drop(config.watch(&["a"], &[]).await.expect("a watch"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(lines(&server), Vec::<Value>::new());
}

/// A collector: what is posted to it, decoded.
async fn collector() -> (u16, UnboundedReceiver<Vec<Span>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let port = listener.local_addr().expect("an address").port();
    let (spans, received) = unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("accepts");
            let spans = spans.clone();
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                let mut piece = [0; 4096];
                loop {
                    let read = stream.read(&mut piece).await.unwrap_or(0);
                    if read == 0 {
                        return;
                    }
                    bytes.extend_from_slice(&piece[..read]);
                    while let Some(body) = taken(&mut bytes) {
                        let _ = spans.send(decoded(&body));
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                        stream.write_all(answer).await.expect("answers");
                    }
                }
            });
        }
    });
    (port, received)
}

/// The body of the first request, when all of it is there.
fn taken(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    assert!(head.starts_with("post /v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
    let (_, length) = head.split_once("content-length: ").expect("a length");
    let length: usize = length.split("\r\n").next()?.parse().expect("a number");
    if bytes.len() < end + length {
        return None;
    }
    let rest = bytes.split_off(end + length);
    let request = std::mem::replace(bytes, rest);
    Some(request[end..].to_vec())
}

fn decoded(body: &[u8]) -> Vec<Span> {
    let request = ExportTraceServiceRequest::decode(body).expect("an export of spans");
    for resource in &request.resource_spans {
        let of = resource.resource.as_ref().expect("a resource");
        assert_eq!(text(&of.attributes, "service.name"), "holdfast");
    }
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn text(attributes: &[KeyValue], name: &str) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == name);
    match found.and_then(|found| found.value.as_ref()?.value.as_ref()) {
        Some(Any::StringValue(text)) => text.clone(),
        Some(Any::IntValue(number)) => number.to_string(),
        other => panic!("{name} is {other:?} in {attributes:?}"),
    }
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[tokio::test]
async fn a_trace_of_the_caller_goes_on_at_the_collector() {
    let (port, mut received) = collector().await;
    let settings =
        format!("[log]\nrequests = 'all'\n[trace.otlp]\nendpoint = 'http://127.0.0.1:{port}'");
    let mut server = Launch::default().settings(&settings).start().await;
    let config = server.config().await;
    let traced = |flags: &str, message: holdfast_api::config_v1::SetRequest| {
        let mut request = tonic::Request::new(message);
        let parent = format!("00-{TRACE}-{PARENT}-{flags}");
        request.metadata_mut().insert("traceparent", parent.parse().expect("ASCII"));
        request.metadata_mut().insert("tracestate", "vendor=kept".parse().expect("ASCII"));
        request
    };
    let set = |key: &str| holdfast_api::config_v1::SetRequest {
        namespace: "a".into(),
        key: key.into(),
        value: b"\"hidden-value\"".to_vec().into(),
        ..Default::default()
    };
    config.stub().set(traced("01", set("hidden-key"))).await.expect("set");
    // Not sampled by its caller, without a trace, and with one that makes no sense: no span of these.
    config.stub().set(traced("00", set("other"))).await.expect("set");
    config.set("a", "untraced", "1").await.expect("set");
    let nonsense = [("traceparent", "00-nonsense-01")];
    let path = "/v1/namespaces/a/keys/hidden-key";
    http::request(server.port(), "GET", path, &nonsense, b"").await.expect("answered");
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let headers = [("traceparent", parent.as_str())];
    let answer = http::request(server.port(), "GET", path, &headers, b"").await.expect("answered");
    assert_eq!(answer.status, 200);
    let logged = line(&server, |line| line["trace_id"] == TRACE).await;
    assert_eq!(logged["method"], "config.v1/Set");
    // The last spans go out with the end of the server.
    server.stop().await;
    let mut spans = Vec::new();
    while spans.len() < 2 {
        let more = tokio::time::timeout(SOON, received.recv()).await.expect("in time");
        spans.extend(more.expect("an export"));
    }
    assert!(received.try_recv().is_err(), "two spans were asked for");
    assert_eq!(spans.len(), 2, "{spans:#?}");
    for span in &spans {
        assert_eq!(hex(&span.trace_id), TRACE);
        assert_eq!(hex(&span.parent_span_id), PARENT);
        assert_eq!(span.kind, 2, "a server's");
        assert!(span.end_time_unix_nano > span.start_time_unix_nano);
        assert_eq!(text(&span.attributes, "client.address"), "127.0.0.1");
        let shown = format!("{span:?}");
        assert!(!shown.contains("hidden"), "{shown}");
    }
    let rpc = &spans[0];
    assert_eq!(rpc.name, "config.v1.ConfigService/Set");
    assert_eq!(rpc.trace_state, "vendor=kept");
    assert_eq!(text(&rpc.attributes, "rpc.system.name"), "grpc");
    assert_eq!(text(&rpc.attributes, "rpc.method"), "config.v1.ConfigService/Set");
    assert_eq!(text(&rpc.attributes, "rpc.response.status_code"), "OK");
    let get = &spans[1];
    assert_eq!(get.name, "GET /v1/namespaces/{namespace}/keys/{key}");
    assert_eq!(text(&get.attributes, "http.request.method"), "GET");
    assert_eq!(text(&get.attributes, "http.route"), "/v1/namespaces/{namespace}/keys/{key}");
    assert_eq!(text(&get.attributes, "http.response.status_code"), "200");
    assert_eq!(text(&get.attributes, "url.scheme"), "http");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn requests_without_a_trace_get_one_when_the_settings_say_so() {
    let (port, mut received) = collector().await;
    let settings =
        format!("[trace]\nsample = 1\n[trace.otlp]\nendpoint = 'http://127.0.0.1:{port}/'");
    let mut server = Launch::default().settings(&settings).start().await;
    let config = server.config().await;
    config.get("a", "none").await.expect_err("nothing there");
    server.stop().await;
    let mut spans = Vec::new();
    let is_get = |span: &Span| span.name == "config.v1.ConfigService/Get";
    while !spans.iter().any(is_get) {
        let more = tokio::time::timeout(SOON, received.recv()).await.expect("in time");
        spans.extend(more.expect("an export"));
    }
    let get = spans.iter().find(|span| is_get(span)).expect("found");
    assert!(get.parent_span_id.is_empty());
    assert_eq!(text(&get.attributes, "rpc.response.status_code"), "NOT_FOUND");
    assert!(get.status.as_ref().is_none_or(|status| status.code == 0), "a caller's own mistake");
}

#[tokio::test]
async fn a_collector_that_is_away_costs_no_call() {
    let settings = "[trace]\nsample = 1\n[trace.otlp]\nendpoint = 'http://127.0.0.1:9'";
    let mut server = Launch::default().settings(settings).start().await;
    let config = server.config().await;
    for n in 0..50 {
        config.set("a", &format!("k{n}"), "1").await.expect("set");
    }
    let (status, _) = server.stop().await;
    assert!(status.success(), "{status}");
}

async fn metrics(server: &Server) -> String {
    http::get(server.admin_port(), "/metrics").await.expect("metrics").text()
}

/// The value of a line that begins so.
fn figure(metrics: &str, begins: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(begins)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{begins} is missing in {metrics}")).parse().expect("a number")
}

#[tokio::test]
async fn policies_and_auditors_are_counted_and_every_metric_is_documented() {
    let home = tempfile::tempdir().expect("a directory");
    let (policy, audit) = (home.path().join("authz.rego"), home.path().join("audit"));
    let rules = "package config.authz\nallow if input.action == \"read\"\n";
    std::fs::write(&policy, rules).expect("written");
    let settings = format!(
        "[policy]\npath = '{}'\ninterval = '50ms'\n[audit]\ndir = '{}'\n[quota]\nkeys = 1\n[backup]\nschedule = '0 3 * * *'\ndir = '{}'",
        policy.display(),
        audit.display(),
        home.path().join("backups").display()
    );
    let server = Launch::default().closed().settings(&settings).start().await;
    let config = server.config().await;
    let root = config.showing(&server.root_token());
    root.set("a", "k", "1").await.expect("set");
    root.set("a", "more", "1").await.expect_err("the quota");
    for _ in 0..3 {
        root.get("a", "k").await.expect("read");
    }
    config.get("a", "k").await.expect_err("nobody");
    let before = metrics(&server).await;
    let said = |policy: &str, verdict: &str| {
        let labels = format!("{{policy=\"{policy}\",verdict=\"{verdict}\"}}");
        figure(&before, &format!("holdfast_policy_decisions_total{labels}"))
    };
    assert!(said("roles", "allow") >= 4.0, "{before}");
    assert!(said("rego", "allow") >= 3.0 && said("rego", "silent") >= 1.0, "{before}");
    assert_eq!(said("rego", "error"), 0.0);
    let rego = |name: &str| figure(&before, &format!("holdfast_policy_{name}{{policy=\"rego\"}}"));
    assert!(rego("cache_hits_total") >= 2.0, "the same question thrice: {before}");
    assert!(rego("cache_misses_total") >= 2.0, "{before}");
    assert!(rego("age_seconds") > 0.0, "{before}");
    let loads = "holdfast_policy_loads_total{policy=\"rego\",result=\"ok\"}";
    let failed = "holdfast_policy_loads_total{policy=\"rego\",result=\"failed\"}";
    assert_eq!((figure(&before, loads), figure(&before, failed)), (1.0, 0.0));
    assert!(figure(&before, "holdfast_audit_records_total") >= 2.0, "a set and a stranger");
    assert_eq!(figure(&before, "holdfast_audit_failures_total"), 0.0);
    assert_eq!(figure(&before, "holdfast_audit_refused_calls_total"), 0.0);
    let until = async |line: &str, count: f64| {
        let wait = async {
            while figure(&metrics(&server).await, line) < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOON, wait).await.expect("it is counted");
    };
    std::fs::write(&policy, "package config.authz\nallow if {").expect("written");
    until(failed, 1.0).await;
    std::fs::write(&policy, format!("{rules}# newer\n")).expect("written");
    until(loads, 2.0).await;

    // Each family that is shown stands in the documentation, and the other way round.
    let shown = metrics(&server).await;
    let kinds = shown.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        Some(format!("{name}{}", if kind == "counter" { "_total" } else { "" }))
    });
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/observability.md");
    let docs = std::fs::read_to_string(docs).expect("docs");
    let rows = docs.lines().filter(|line| line.starts_with("| `holdfast_"));
    let names = rows.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split(','));
    let documented: std::collections::BTreeSet<String> =
        names.map(|name| name.trim().trim_matches('`').to_owned()).collect();
    let kinds: std::collections::BTreeSet<String> = kinds.collect();
    assert_eq!(kinds, documented);
}

#[tokio::test]
async fn an_auditor_that_fails_is_counted_and_so_is_every_call_that_it_keeps_from_happening() {
    let home = tempfile::tempdir().expect("a directory");
    let dir = home.path().join("audit");
    let settings = format!("[audit]\ndir = '{}'\nfile_bytes = 1\nrequired = true", dir.display());
    let server = Launch::default().closed().settings(&settings).start().await;
    let root = server.config().await.showing(&server.root_token());
    root.set("a", "k", "1").await.expect("recorded");
    // The next file cannot be made.
    std::fs::remove_dir_all(&dir).expect("removed");
    std::fs::write(&dir, "in the way").expect("written");
    root.set("a", "k", "2").await.expect_err("it cannot be recorded");
    let shown = metrics(&server).await;
    assert!(figure(&shown, "holdfast_audit_failures_total") >= 1.0, "{shown}");
    assert!(figure(&shown, "holdfast_audit_refused_calls_total") >= 1.0, "{shown}");
}
