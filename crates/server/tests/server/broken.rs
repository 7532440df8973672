//! Streams that panic end by themselves; their connections go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use crate::support::{config, guarded, holdfast, http_get, set};
use async_trait::async_trait;
use holdfast_api::config_v1::WatchRequest;
use holdfast_api::holdfast_v1::WatchRequest as HoldfastWatch;
use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tonic::{Code, Request};

const SOON: Duration = Duration::from_secs(30);

/// Lets everybody do everything, until it breaks: then it panics when it is asked about a watch.
#[derive(Clone)]
struct Breaks {
    broken: Arc<AtomicBool>,
    changes: watch::Sender<u64>,
}

impl Breaks {
    fn new() -> Self {
        Self { broken: Arc::default(), changes: watch::channel(0).0 }
    }

    /// Running watches ask again, and find it broken.
    fn break_now(&self) {
        self.broken.store(true, SeqCst);
        self.changes.send_modify(|count| *count += 1);
    }
}

#[async_trait]
impl Guard for Breaks {
    async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(Identity::named("me"))
    }

    async fn decide(
        &self,
        _: &Identity,
        action: Action,
        _: &Resource,
    ) -> Result<Decision, AuthError> {
        assert!(action != Action::Watch || !self.broken.load(SeqCst), "as the test asks for");
        Ok(Decision::Allow)
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.subscribe())
    }
}

#[tokio::test]
async fn a_grpc_stream_that_panics_is_internal_with_the_id_of_its_request() {
    let guard = Breaks::new();
    let server = guarded(guard.clone()).await;
    let mut client = config(&server).await;
    let mut request =
        Request::new(WatchRequest { namespaces: vec!["a".into()], ..WatchRequest::default() });
    request.metadata_mut().insert("x-request-id", "mine-1".parse().expect("ASCII"));
    let mut first = client.watch(request).await.expect("a watch").into_inner();
    let mut own = holdfast(&server).await;
    let mut second = own.watch(HoldfastWatch::default()).await.expect("a watch").into_inner();
    set(&mut client, "a", "k", "1").await;
    first.message().await.expect("no failure").expect("an event");
    guard.break_now();
    let status = timeout(SOON, first.message()).await.expect("in time").expect_err("it broke");
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "internal error (request mine-1)");
    let status = loop {
        match timeout(SOON, second.message()).await.expect("in time") {
            Ok(message) => assert!(message.is_some(), "a watch never ends with OK"),
            Err(status) => break status,
        }
    };
    assert_eq!(status.code(), Code::Internal);
    // The same connection carries the next call.
    set(&mut client, "a", "k", "2").await;
    server.stop().await;
}

/// Reads until the text is there, or the connection ends.
async fn until(stream: &mut TcpStream, got: &mut String, text: &str) {
    let mut piece = [0; 4096];
    while !got.contains(text) {
        let read = timeout(SOON, stream.read(&mut piece)).await.expect("in time").expect("reads");
        assert!(read > 0, "the connection ended behind {got}");
        got.push_str(&String::from_utf8_lossy(&piece[..read]));
    }
}

#[tokio::test]
async fn an_event_stream_that_panics_says_so_in_its_last_event() {
    let guard = Breaks::new();
    let server = guarded(guard.clone()).await;
    let mut streams = Vec::new();
    for (id, path) in [("v1", "/v1/watch?namespaces=a"), ("v2", "/v2/watch?namespace=a")] {
        let mut stream = TcpStream::connect(server.api).await.expect("connects");
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nx-request-id: {id}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut got = String::new();
        until(&mut stream, &mut got, ": connected").await;
        streams.push((id, stream, got));
    }
    guard.break_now();
    for (id, mut stream, mut got) in streams {
        until(&mut stream, &mut got, "\r\n0\r\n\r\n").await;
        let (_, last) = got.rsplit_once("event: error\ndata: ").expect("an event of its own");
        assert!(last.contains(&format!("internal error (request {id})")), "{last}");
    }
    assert!(http_get(server.api, "/livez").await.starts_with("HTTP/1.1 200 OK"));
    server.stop().await;
}
