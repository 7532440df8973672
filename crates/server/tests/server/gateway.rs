//! The gateway in front of servers of this process: a Holdfast with a guard, and one that has nothing but config.v1.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::support::{guarded, http, settings};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use buffa::Message;
use bytes::{BufMut, Bytes, BytesMut};
use futures::StreamExt;
use holdfast_api::config_v1::{ChangeType, Entry, GetResponse, WatchResponse};
use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};
use holdfast_server::gateway;
use http::{HeaderMap, HeaderName, Response, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use tonic::Status;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
/// Nothing here waits longer.
const PATIENCE: Duration = Duration::from_secs(30);

async fn gateway_to(upstream: SocketAddr) -> gateway::Running {
    gateway::start(&settings(), &format!("http://{upstream}")).await.expect("it starts")
}

struct Answer {
    status: u16,
    body: serde_json::Value,
}

async fn ask(to: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = timeout(PATIENCE, http(to, request.as_bytes())).await.expect("in time");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = serde_json::from_str(body).unwrap_or(serde_json::Value::Null);
    Answer { status: status.expect("a status"), body }
}

/// An event stream, read as it comes.
struct Events {
    connection: TcpStream,
    seen: String,
}

impl Events {
    async fn open(to: SocketAddr, query: &str, headers: &str) -> Self {
        let mut connection = TcpStream::connect(to).await.expect("connected");
        let request = format!("GET /v1/watch{query} HTTP/1.1\r\nhost: test\r\n{headers}\r\n");
        connection.write_all(request.as_bytes()).await.expect("sent");
        Self { connection, seen: String::new() }
    }

    /// Reads until `text` has come.
    async fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            assert!(self.more().await, "the stream ended without {text:?}:\n{}", self.seen);
        }
    }

    /// Reads to the end.
    async fn end(mut self) -> String {
        while !self.seen.ends_with("0\r\n\r\n") && self.more().await {}
        self.seen
    }

    async fn more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = timeout(PATIENCE, self.connection.read(&mut bytes)).await;
        let read = read.unwrap_or_else(|_| panic!("nothing more after:\n{}", self.seen));
        let read = read.expect("it reads");
        self.seen.push_str(std::str::from_utf8(&bytes[..read]).expect("text"));
        read > 0
    }
}

/// Knows those who bring a token; shows `ann` everything, others only what is theirs.
struct ByToken;

#[async_trait]
impl Guard for ByToken {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        match shown.get("authorization") {
            Some("Bearer ann") => Ok(Identity::named("ann")),
            Some("Bearer bob") => Ok(Identity::named("bob")),
            _ => Err(AuthError::Unauthenticated("no token".into())),
        }
    }

    async fn decide(
        &self,
        who: &Identity,
        _: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        let allowed = who.user() == "ann" || what.namespace == "bobs";
        Ok(if allowed { Decision::Allow } else { Decision::Deny("not yours".into()) })
    }
}

#[tokio::test]
async fn the_guard_behind_the_gateway_sees_who_calls_and_who_watches() {
    let server = guarded(ByToken).await;
    let gateway = gateway_to(server.api).await;
    let (path, body) = ("/v1/namespaces/anns/keys/app/timeout", r#"{"value":"MzA="}"#);
    let (ann, bob) = ("authorization: Bearer ann\r\n", "authorization: Bearer bob\r\n");
    let metadata = "grpc-metadata-authorization: Bearer ann\r\n";
    for (headers, status) in [("", 401), (bob, 403), (ann, 200), (metadata, 200)] {
        let answer = ask(gateway.api, "POST", path, headers, body).await;
        assert_eq!(answer.status, status, "{headers}: {}", answer.body);
    }
    let query = "?namespaces=anns&prefixes=app/";
    let denied = Events::open(gateway.api, query, bob).await.end().await;
    assert!(denied.contains("event: error\ndata: {\"error\":\"not yours\"}\n\n"), "{denied}");
    let unknown = Events::open(gateway.api, query, "").await.end().await;
    assert!(unknown.contains("data: {\"error\":\"no token\"}"), "{unknown}");
    // Ids are places in the log of the server behind.
    let mut events = Events::open(gateway.api, query, &format!("{ann}last-event-id: 0\r\n")).await;
    events.until("id: 2\nevent: set\n").await;
    assert!(
        events.seen.contains("\r\n\r\n") && events.seen.contains("retry: 5000\n\n: connected\n\n")
    );
    assert!(
        events.seen.contains("id: 1\nevent: set\ndata: {\"type\":\"SET\",\"namespace\":\"anns\"")
    );
    gateway.stop().await;
    server.stop().await;
}

/// A server of the contract that is no Holdfast: it answers a watch only when there is an event, like those written in Go.
#[derive(Clone)]
struct Foreign {
    seen: mpsc::UnboundedSender<(String, HeaderMap)>,
    event: Arc<Notify>,
}

async fn foreign(seen: mpsc::UnboundedSender<(String, HeaderMap)>) -> (SocketAddr, Arc<Notify>) {
    let event = Arc::new(Notify::new());
    let state = Foreign { seen, event: Arc::clone(&event) };
    let routes = Router::new()
        .route("/config.v1.ConfigService/{method}", axum::routing::post(answer))
        .fallback(|| async { StatusCode::UNSUPPORTED_MEDIA_TYPE })
        .with_state(state);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, event)
}

async fn answer(
    State(state): State<Foreign>,
    Path(method): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    state.seen.send((method.clone(), headers)).expect("somebody looks");
    let entry = Entry { namespace: "a".into(), key: "k".into(), version: 7, ..Entry::default() };
    let message = match &*method {
        "Get" => GetResponse { entry: entry.into(), ..GetResponse::default() }.encode_to_bytes(),
        "Watch" => {
            state.event.notified().await;
            let kind = ChangeType::CHANGE_TYPE_DELETE.into();
            let event =
                WatchResponse { r#type: kind, entry: entry.into(), ..WatchResponse::default() };
            event.encode_to_bytes()
        }
        "Set" => return Status::already_exists("it is there").into_http(),
        _ => return Status::unimplemented("nothing else").into_http(),
    };
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).expect("small"));
    framed.put(message);
    // The watch ends as it does when a server stops.
    let status = if method == "Watch" { "14" } else { "0" };
    let trailers = HeaderMap::from_iter([(GRPC_STATUS, status.parse().expect("a value"))]);
    let frames = [Frame::data(framed.freeze()), Frame::trailers(trailers)];
    let frames = futures::stream::iter(frames.map(Ok::<Frame<Bytes>, std::convert::Infallible>));
    let body = Body::new(StreamBody::new(frames.boxed()));
    Response::builder().header("content-type", "application/grpc").body(body).expect("an answer")
}

#[tokio::test]
async fn any_server_of_the_contract_will_do() {
    let (sender, mut seen) = mpsc::unbounded_channel();
    let (address, event) = foreign(sender).await;
    let gateway = gateway_to(address).await;
    let key = "/v1/namespaces/a/keys/k";
    let headers = "authorization: Bearer t\r\nx-role: admin\r\ncookie: a=b\r\nx-forwarded-for: 10.0.0.9\r\n\
                   grpc-metadata-tenant: blue\r\naccept-encoding: gzip\r\n";
    let answer = ask(gateway.api, "GET", key, headers, "").await;
    assert_eq!((answer.status, &answer.body["entry"]["version"]), (200, &"7".into()));
    let mut events = Events::open(gateway.api, "?namespaces=a", headers).await;
    for method in ["Get", "Watch"] {
        let (called, shown) =
            timeout(PATIENCE, seen.recv()).await.expect("in time").expect("a call");
        assert_eq!(called, method);
        for (name, value) in [
            ("authorization", "Bearer t"),
            ("grpcgateway-authorization", "Bearer t"),
            ("x-role", "admin"),
            ("cookie", "a=b"),
            ("tenant", "blue"),
            ("x-forwarded-for", "10.0.0.9, 127.0.0.1"),
            ("x-forwarded-host", "test"),
        ] {
            assert_eq!(
                shown.get(name).map(|v| v.as_bytes()),
                Some(value.as_bytes()),
                "{method}: {name}"
            );
        }
        assert!(shown.get("accept-encoding").is_none(), "{method}");
    }
    // The client is connected before there is anything to tell.
    events.until("retry: 5000\n\n: connected\n\n").await;
    event.notify_one();
    // No ids: nothing that could be resumed from. The end of the server is no error.
    let seen_events = events.end().await;
    let block = "event: delete\ndata: {\"type\":\"DELETE\",\"namespace\":\"a\",\"key\":\"k\",\"version\":7}\n\n";
    assert!(seen_events.contains(block), "{seen_events}");
    assert!(
        !seen_events.contains("id: ") && !seen_events.contains("event: error"),
        "{seen_events}"
    );
    gateway.stop().await;
}

#[tokio::test]
async fn conditions_are_kept_or_refused_never_dropped() {
    let (sender, _seen) = mpsc::unbounded_channel();
    let (address, _event) = foreign(sender).await;
    let gateway = gateway_to(address).await;
    let path = "/v1/namespaces/a/keys/k";
    for (method, headers, status) in [
        ("POST", "", 409),
        ("POST", "if-none-match: *\r\n", 412),
        ("POST", "if-match: \"7\"\r\n", 501),
        ("DELETE", "if-match: \"7\"\r\n", 501),
    ] {
        let answer = ask(gateway.api, method, path, headers, "{}").await;
        assert_eq!(answer.status, status, "{method} {headers}: {}", answer.body);
    }
    gateway.stop().await;
}

#[tokio::test]
async fn an_upstream_that_is_away_is_503() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = nobody.local_addr().expect("an address");
    drop(nobody);
    let gateway = gateway_to(address).await;
    let answer = ask(gateway.api, "GET", "/v1/namespaces/a/keys/k", "", "").await;
    assert_eq!((answer.status, &answer.body["code"]), (503, &14.into()), "{}", answer.body);
    assert_eq!(answer.body["details"], serde_json::json!([]));
    let ended = Events::open(gateway.api, "", "").await.end().await;
    assert!(ended.starts_with("HTTP/1.1 200 "), "an EventSource comes back:\n{ended}");
    for (path, status) in [("/livez", 200), ("/readyz", 503), ("/v1/nothing", 404)] {
        assert_eq!(ask(gateway.api, "GET", path, "", "").await.status, status, "{path}");
    }
    assert_eq!(ask(gateway.admin, "GET", "/metrics", "", "").await.status, 200);
    gateway.stop().await;
}
