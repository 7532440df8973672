//! What a connection may cost: time-outs, headers, calls, connections. Each is a setting.

use std::time::{Duration, Instant};

use ::http::uri::PathAndQuery;
use holdfast_tests::raw::BytesCodec;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::client::Grpc;

/// Long beside every time-out that the tests set.
const SOON: Duration = Duration::from_secs(30);

async fn limited(lines: &str) -> Server {
    Launch::default().settings(&format!("[limits]\n{lines}")).start().await
}

async fn connected(server: &Server) -> TcpStream {
    TcpStream::connect(("127.0.0.1", server.port())).await.expect("connects")
}

/// Everything until the other side closes or breaks the connection; how long that took.
async fn until_closed(stream: &mut TcpStream) -> (Vec<u8>, Duration) {
    let (began, mut got) = (Instant::now(), Vec::new());
    let closed = timeout(SOON, stream.read_to_end(&mut got)).await;
    // Reset or closed, it is over.
    let _ = closed.expect("the connection stays open");
    (got, began.elapsed())
}

/// A gauge of the metrics.
async fn gauge(server: &Server, name: &str) -> f64 {
    let text = http::get(server.admin_port(), "/metrics").await.expect("metrics").text();
    let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("{name} is missing"))
        .split(' ')
        .nth(1)
        .expect("a value")
        .parse()
        .expect("a number")
}

#[tokio::test]
async fn who_does_not_say_what_it_speaks_is_dropped() {
    let server = limited("hello_timeout = '300ms'").await;
    for said in [b"".as_slice(), b"PRI * HT"] {
        let mut stream = connected(&server).await;
        stream.write_all(said).await.expect("sent");
        let (got, took) = until_closed(&mut stream).await;
        assert!(got.is_empty() && took >= Duration::from_millis(200), "{took:?}");
    }
}

#[tokio::test]
async fn headers_that_never_end_and_connections_that_are_idle_are_dropped() {
    let server = limited("header_timeout = '400ms'").await;
    let mut slow = connected(&server).await;
    slow.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n").await.expect("sent");
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        slow.write_all(b"x-more: y\r\n").await.expect("sent");
    }
    until_closed(&mut slow).await;
    let mut idle = connected(&server).await;
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let (got, took) = until_closed(&mut idle).await;
    assert!(got.starts_with(b"HTTP/1.1 200 OK"), "{got:?}");
    assert!(took >= Duration::from_millis(300), "{took:?}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_refused() {
    let server = limited("body_timeout = '400ms'").await;
    let mut stream = connected(&server).await;
    let head = "POST /v1/namespaces/a/keys/k HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.expect("sent");
    let (got, _) = until_closed(&mut stream).await;
    let text = String::from_utf8_lossy(&got);
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    // The same over gRPC: a message that never comes.
    let mut grpc = Grpc::new(server.config().await.channel);
    grpc.ready().await.expect("the server takes calls");
    let path = PathAndQuery::from_static("/config.v1.ConfigService/Get");
    let request = tonic::Request::new(futures::stream::pending::<bytes::Bytes>());
    let answer = timeout(SOON, grpc.client_streaming(request, path, BytesCodec)).await;
    let status = answer.expect("in time").expect_err("it is refused");
    assert_eq!(status.code(), tonic::Code::DeadlineExceeded, "{status:?}");
}

/// The client's half of the beginning of HTTP/2, with empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

#[tokio::test]
async fn an_http2_connection_without_a_call_is_closed_and_a_watch_is_a_call() {
    let server = limited("idle_timeout = '500ms'\nhello_timeout = '500ms'").await;
    let mut idle = connected(&server).await;
    idle.write_all(PREFACE).await.expect("sent");
    let (got, took) = until_closed(&mut idle).await;
    assert!(took >= Duration::from_millis(400), "{took:?}");
    assert!(frames(&got).contains(&7), "it is told by GOAWAY: {:?}", frames(&got));
    let config = server.config().await;
    let mut watch = config.watch(&["a"], &[]).await.expect("a watch");
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let other = server.config().await;
    other.set("a", "k", "1").await.expect("set");
    let event = timeout(SOON, watch.message()).await.expect("in time").expect("no failure");
    assert!(event.is_some(), "the watch is still there");
    drop(watch);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    // A client that was told to go connects again by itself.
    config.get("a", "k").await.expect("read");
}

/// The types of the frames.
fn frames(mut bytes: &[u8]) -> Vec<u8> {
    let mut kinds = Vec::new();
    while bytes.len() >= 9 {
        let length = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]) as usize;
        kinds.push(bytes[3]);
        bytes = bytes.get(9 + length..).unwrap_or_default();
    }
    kinds
}

#[tokio::test]
async fn who_does_not_read_is_dropped() {
    let server = limited("stall_timeout = '1500ms'").await;
    let config = server.config().await;
    let value = format!("\"{}\"", "x".repeat(500_000));
    for n in 0..24 {
        config.set("a", &format!("k{n}"), &value).await.expect("set");
    }
    let before = gauge(&server, "holdfast_connections").await;
    let mut stalled = connected(&server).await;
    stalled
        .write_all(b"GET /v1/namespaces/a/keys HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .expect("sent");
    let mut first = [0; 16];
    timeout(SOON, stalled.read_exact(&mut first)).await.expect("in time").expect("an answer");
    assert!(first.starts_with(b"HTTP/1.1 200 OK"), "{first:?}");
    assert_eq!(gauge(&server, "holdfast_connections").await, before + 1.0);
    let dropped = async {
        while gauge(&server, "holdfast_connections").await > before {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(SOON, dropped).await.expect("the connection is dropped");
    let (rest, _) = until_closed(&mut stalled).await;
    assert!(rest.len() < 12_000_000, "all of it arrived: {}", rest.len());
}

#[tokio::test]
async fn headers_are_counted_and_weighed() {
    let server = limited("headers = 20\nheader_bytes = '8KiB'").await;
    let get = async |lines: &str| {
        let head = format!("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lines}\r\n");
        let got = http::raw(server.port(), head.as_bytes()).await.unwrap_or_default();
        String::from_utf8_lossy(&got).lines().next().unwrap_or_default().to_owned()
    };
    let some = |count: usize| -> String { (0..count).map(|n| format!("x-{n}: y\r\n")).collect() };
    assert_eq!(get(&some(18)).await, "HTTP/1.1 200 OK");
    assert_eq!(get(&some(19)).await, "HTTP/1.1 431 Request Header Fields Too Large");
    let large = format!("x-large: {}\r\n", "y".repeat(9_000));
    assert_eq!(get(&large).await, "HTTP/1.1 431 Request Header Fields Too Large");
    let mut stub = server.config().await.stub();
    let call = |headers: usize, size: usize| {
        let message = holdfast_api::config_v1::GetRequest {
            namespace: "a".into(),
            key: "none".into(),
            ..Default::default()
        };
        let mut request = tonic::Request::new(message);
        for n in 0..headers {
            let name: tonic::metadata::AsciiMetadataKey = format!("x-{n}").parse().expect("a name");
            request.metadata_mut().insert(name, "y".repeat(size).parse().expect("ASCII"));
        }
        request
    };
    let code = |answer: Result<_, tonic::Status>| answer.map(drop).expect_err("refused").code();
    assert_eq!(code(stub.get(call(5, 1)).await), tonic::Code::NotFound);
    assert_eq!(code(stub.get(call(30, 1)).await), tonic::Code::ResourceExhausted);
    assert_ne!(code(stub.get(call(10, 1_000)).await), tonic::Code::NotFound);
    let many = Server::dev().await;
    let head = format!("GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{}\r\n", some(101));
    let got = http::raw(many.port(), head.as_bytes()).await.expect("an answer");
    assert!(got.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&got));
}

#[tokio::test]
async fn further_connections_and_calls_wait() {
    let server = limited("connections = 3\nconnection_streams = 2").await;
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut stream = connected(&server).await;
        stream.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
        let mut first = [0; 12];
        timeout(SOON, stream.read_exact(&mut first)).await.expect("in time").expect("an answer");
        kept.push(stream);
    }
    let mut fourth = connected(&server).await;
    fourth.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.expect("sent");
    let mut first = [0; 12];
    let early = timeout(Duration::from_millis(500), fourth.read_exact(&mut first)).await;
    assert!(early.is_err(), "there was room for a fourth");
    kept.pop();
    timeout(SOON, fourth.read_exact(&mut first)).await.expect("in time").expect("an answer");
    drop((kept, fourth));
    // Calls beyond those of a connection wait for one that ends.
    let config = server.config().await;
    let one = config.watch(&["a"], &[]).await.expect("a watch");
    let _two = config.watch(&["a"], &[]).await.expect("a watch");
    let third = config.get("a", "none");
    let mut third = std::pin::pin!(third);
    assert!(timeout(Duration::from_millis(500), third.as_mut()).await.is_err(), "there was room");
    drop(one);
    timeout(SOON, third).await.expect("in time").expect_err("nothing there");
}
