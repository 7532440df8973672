//! What operators and tools ask for: health, readiness, metrics, reflection, gRPC-Web.

use std::collections::BTreeMap;

use buffa::Message;
use holdfast_api::config_v1::{GetRequest, GetResponse};
use holdfast_tests::http::{self, Answer};
use holdfast_tests::{Server, client};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

async fn get(port: u16, path: &str) -> Answer {
    http::get(port, path).await.expect("an answer")
}

#[tokio::test]
async fn both_ports_tell_their_health() {
    let server = Server::dev().await;
    for port in [server.port(), server.admin_port()] {
        for path in ["/livez", "/readyz"] {
            assert_eq!(get(port, path).await.status, 200, "{path} on {port}");
        }
    }
    let verbose = get(server.admin_port(), "/readyz?verbose").await;
    assert_eq!(verbose.status, 200);
    for check in ["store", "clock", "log"] {
        assert!(verbose.text().contains(check), "{}", verbose.text());
    }
    assert_eq!(get(server.admin_port(), "/nothing").await.status, 404);
}

/// Series and their values.
async fn metrics(server: &Server) -> BTreeMap<String, f64> {
    let answer = get(server.admin_port(), "/metrics").await;
    assert_eq!(answer.status, 200);
    let content_type = answer.header("content-type").expect("it says what it is");
    assert!(
        content_type.starts_with("text/plain")
            || content_type.starts_with("application/openmetrics-text")
    );
    let text = answer.text();
    let lines = text.lines().filter(|line| !(line.starts_with('#') || line.is_empty()));
    let series = lines.map(|line| line.rsplit_once(' ').expect("a name and a value"));
    series.map(|(name, value)| (name.to_owned(), value.parse().expect("a number"))).collect()
}

#[tokio::test]
async fn metrics_are_named_as_documented_and_move() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("a", "k", "1").await.expect("it is written");
    let before = metrics(&server).await;
    for name in [
        "holdfast_head_revision",
        "holdfast_oldest_event_revision",
        "holdfast_watchers",
        "holdfast_watcher_lag_revisions",
        "holdfast_flush_seconds_count",
        "holdfast_group_batches_count",
        "holdfast_queue_bytes",
        "holdfast_disk_bytes",
        "holdfast_compacted_commits_total",
        "holdfast_cache_hits_total",
        "holdfast_cache_misses_total",
    ] {
        assert!(before.contains_key(name), "no {name} in {:?}", before.keys());
    }
    let watch = config.watch(&["a"], &[]).await.expect("a watch");
    for _ in 0..10 {
        config.set("a", "k", "1").await.expect("it is written");
        config.get("a", "k").await.expect("it is there");
    }
    config.get("a", "missing").await.expect_err("it is not there");
    let after = metrics(&server).await;
    let grew = |name: &str| after[name] - before[name];
    assert!((grew("holdfast_head_revision") - 10.0).abs() < 0.5);
    assert!(grew("holdfast_flush_seconds_count") >= 1.0);
    assert!(grew("holdfast_cache_hits_total") >= 9.0);
    assert!((grew("holdfast_watchers") - 1.0).abs() < 0.5);
    assert!(after["holdfast_disk_bytes"] > 0.0);
    let requests = |code: &str| -> f64 {
        let wanted = |name: &&String| {
            name.starts_with("holdfast_requests_total") && name.contains(&format!("\"{code}\""))
        };
        after.keys().filter(wanted).map(|name| after[name]).sum()
    };
    assert!(requests("OK") >= 21.0, "{after:?}");
    assert!((requests("NOT_FOUND") - 1.0).abs() < 0.5, "{after:?}");
    drop(watch);
}

/// Names that callers choose never become labels.
#[tokio::test]
async fn callers_cannot_make_series() {
    let server = Server::dev().await;
    let config = server.config().await;
    let channel = config.channel.clone();
    for round in 0..2 {
        config.set("a", "k", "1").await.expect("it is written");
        config.get("a", "missing").await.expect_err("it is not there");
        let unknown =
            holdfast_tests::raw::unary(&channel, "/config.v1.ConfigService/Nothing", "".into());
        assert_eq!(unknown.await.expect_err("no such method").code, Code::Unimplemented, "{round}");
    }
    let before = metrics(&server).await.len();
    for n in 0..50 {
        config.set(&format!("namespace{n}"), &format!("key{n}"), "1").await.expect("it is written");
        let path: &'static str = format!("/config.v1.Service{n}/Method{n}").leak();
        let unknown = holdfast_tests::raw::unary(&channel, path, "".into()).await;
        assert_eq!(unknown.expect_err("no such method").code, Code::Unimplemented);
    }
    assert_eq!(metrics(&server).await.len(), before);
}

#[tokio::test]
async fn reflection_lists_every_service() {
    let server = Server::dev().await;
    let channel = client::connect(server.port()).await;
    let ask = |message_request| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(message_request),
    };
    let questions = tokio_stream::iter([
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol("config.v1.ConfigService".into())),
        ask(MessageRequest::FileContainingSymbol("holdfast.v1.Event".into())),
        ask(MessageRequest::FileContainingSymbol("stategate.State".into())),
    ]);
    let answers = ServerReflectionClient::new(channel).server_reflection_info(questions).await;
    let mut answers = answers.expect("reflection answers").into_inner();
    let mut next = async || {
        answers.message().await.expect("an answer").expect("one for each").message_response
    };
    let Some(MessageResponse::ListServicesResponse(services)) = next().await else {
        panic!("no list of services");
    };
    let services: Vec<_> = services.service.into_iter().map(|service| service.name).collect();
    for service in [
        "config.v1.ConfigService",
        "holdfast.v1.HoldfastService",
        "holdfast.v1.TrustService",
        "stategate.StateService",
        "stategate.EventService",
        "stategate.EntityService",
        "stategate.PeerService",
        "stategate.CacheService",
        "stategate.MutexService",
        "grpc.health.v1.Health",
    ] {
        assert!(services.iter().any(|name| name == service), "{service} in {services:?}");
    }
    for _ in 0..3 {
        let Some(MessageResponse::FileDescriptorResponse(files)) = next().await else {
            panic!("no descriptor");
        };
        assert!(!files.file_descriptor_proto.is_empty());
    }
}

#[tokio::test]
async fn health_answers_for_the_server_and_each_service() {
    let server = Server::dev().await;
    let mut health = HealthClient::new(client::connect(server.port()).await);
    for service in [
        "",
        "config.v1.ConfigService",
        "holdfast.v1.HoldfastService",
        "holdfast.v1.TrustService",
        "stategate.StateService",
        "stategate.EventService",
        "stategate.EntityService",
        "stategate.PeerService",
        "stategate.CacheService",
        "stategate.MutexService",
    ] {
        let answer = health.check(HealthCheckRequest { service: service.into() }).await;
        let status = answer.expect("it is known").into_inner().status;
        assert_eq!(status, i32::from(ServingStatus::Serving), "{service:?}");
    }
    let unknown = health.check(HealthCheckRequest { service: "nobody".into() }).await;
    assert_eq!(unknown.expect_err("it is not known").code(), Code::NotFound);
}

/// The frames of a gRPC-Web body: flags and payload.
fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flags, a, b, c, d, rest @ ..] = body {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        frames.push((*flags, rest[..length].to_vec()));
        body = &rest[length..];
    }
    frames
}

/// One uncompressed gRPC message.
fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("small");
    [&[0][..], &length.to_be_bytes(), message].concat()
}

#[tokio::test]
async fn grpc_web_answers_over_http_1() {
    let server = Server::dev().await;
    server.config().await.set("a", "k", "42").await.expect("it is written");
    let ask = async |key: &str| {
        let request = GetRequest { namespace: "a".into(), key: key.into(), ..Default::default() };
        let body = framed(&request.encode_to_vec());
        let path = "/config.v1.ConfigService/Get";
        http::post(server.port(), path, "application/grpc-web+proto", &body)
            .await
            .expect("an answer")
    };

    let found = ask("k").await;
    assert_eq!(found.status, 200);
    let frames_found = frames(&found.body);
    assert_eq!(frames_found.len(), 2, "a message and trailers: {found:?}");
    let message = GetResponse::decode_from_slice(&frames_found[0].1).expect("a GetResponse");
    assert_eq!((message.entry.value.as_ref(), message.entry.version), (&b"42"[..], 1));
    let trailers = String::from_utf8_lossy(&frames_found[1].1).to_ascii_lowercase();
    assert!(frames_found[1].0 == 0x80 && trailers.contains("grpc-status:0"), "{trailers}");

    let missing = ask("missing").await;
    let in_body =
        frames(&missing.body).into_iter().map(|(_, text)| text).collect::<Vec<_>>().concat();
    let in_body = String::from_utf8_lossy(&in_body).to_ascii_lowercase();
    let status = missing.header("grpc-status").map(str::to_owned);
    let status = status
        .unwrap_or_else(|| in_body.split("grpc-status:").nth(1).unwrap_or_default().to_owned());
    assert!(status.trim().starts_with('5'), "NOT_FOUND is 5: {missing:?}");
}
