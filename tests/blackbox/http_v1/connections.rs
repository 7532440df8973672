//! Connections that mean no good: smuggling shapes, oversized heads, half-open ones, readers that do not read.

use std::time::Duration;

use holdfast_tests::sse::Sse;
use holdfast_tests::{Server, http, log, memory};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{KEYS, get, set};

async fn exchange(server: &Server, bytes: &[u8]) -> String {
    let answer = timeout(Duration::from_secs(60), http::raw(server.port(), bytes)).await;
    // A connection that is reset has been refused too.
    let answer = answer.expect("it does not hang").unwrap_or_default();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A second request hidden behind a first one whose length can be read in two ways: it is never taken for a request.
#[tokio::test]
async fn smuggling_shapes() {
    let server = Server::dev().await;
    let hidden = format!(
        "POST {KEYS}/smuggled HTTP/1.1\r\nhost: x\r\ncontent-length: 16\r\n\r\n{{\"value\":\"MQ==\"}}"
    );
    let body =
        |lines: &str, body: &str| format!("POST {KEYS}/k HTTP/1.1\r\nhost: x\r\n{lines}\r\n{body}");
    let length = hidden.len();
    for (name, request) in [
        (
            "two lengths",
            body(&format!("content-length: 0\r\ncontent-length: {length}\r\n"), &hidden),
        ),
        ("a list of lengths", body(&format!("content-length: 0, {length}\r\n"), &hidden)),
        ("a length with a sign", body(&format!("content-length: +{length}\r\n"), &hidden)),
        ("a hexadecimal length", body("content-length: 0x10\r\n", &hidden)),
        (
            "chunked is not last",
            body("transfer-encoding: chunked, identity\r\n", &format!("0\r\n\r\n{hidden}")),
        ),
        (
            "an unknown coding",
            body("transfer-encoding: xchunked\r\n", &format!("0\r\n\r\n{hidden}")),
        ),
        (
            "a space before the colon",
            body("transfer-encoding : chunked\r\n", &format!("0\r\n\r\n{hidden}")),
        ),
        (
            "a folded header",
            body("transfer-encoding:\r\n chunked\r\n", &format!("0\r\n\r\n{hidden}")),
        ),
        (
            "length and chunks",
            body(
                &format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "chunks and length",
            body(
                &format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
                &format!("0\r\n\r\n{hidden}"),
            ),
        ),
        (
            "a bare line feed in a chunk size",
            body("transfer-encoding: chunked\r\n", &format!("0\n\n{hidden}")),
        ),
        (
            "a chunk size with a sign",
            body("transfer-encoding: chunked\r\n", &format!("-1\r\n\r\n{hidden}")),
        ),
        (
            "a huge chunk size",
            body("transfer-encoding: chunked\r\n", &format!("fffffffffffffffff\r\n{hidden}")),
        ),
    ] {
        let answer = exchange(&server, request.as_bytes()).await;
        assert!(!answer.contains("smuggled"), "{name}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{name}: {answer}");
    }
    assert!(log::check(&server.holdfast().await).await.is_empty(), "nothing was written");
}

#[tokio::test]
async fn heads_that_are_too_large() {
    let mut server = Server::dev().await;
    let path = format!("{KEYS}/k");
    let filler = "y".repeat(1 << 20);
    let many: String = (0..10_000).map(|n| format!("x-{n}: y\r\n")).collect();
    for request in [
        format!("GET {path} HTTP/1.1\r\nhost: x\r\nx: {filler}\r\n\r\n"),
        format!("GET {path} HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
        format!("GET /{filler} HTTP/1.1\r\nhost: x\r\n\r\n"),
        format!("GET /v1/watch?prefixes={filler} HTTP/1.1\r\nhost: x\r\n\r\n"),
    ] {
        let answer = exchange(&server, request.as_bytes()).await;
        let refused = ["HTTP/1.1 431 ", "HTTP/1.1 414 ", "HTTP/1.1 400 "];
        assert!(answer.is_empty() || refused.iter().any(|r| answer.starts_with(r)), "{answer}");
    }
    assert!(server.is_running());
    assert_eq!(get(&server, "/v1/codecs").await.status, 200);
}

/// Thousands of connections that say half a word cost little, and nobody waits for them.
#[tokio::test]
async fn half_open_connections() {
    const COUNT: usize = 2_000;
    const EACH: u64 = 64 << 10;
    let server = Server::dev().await;
    set(&server, "k", "1").await;
    let before = memory::resident(server.pid());
    let mut open = Vec::new();
    for n in 0..COUNT {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port())).await.expect("accepted");
        let half = match n % 4 {
            0 => String::new(),
            1 => format!("GET {KEYS}/k HTTP/1.1\r\nhost: x\r\nx-half"),
            2 => {
                format!("POST {KEYS}/k HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{\"value")
            }
            _ => "PRI * HTTP/2.0\r\n".to_owned(),
        };
        socket.write_all(half.as_bytes()).await.expect("taken");
        open.push(socket);
    }
    let answer = timeout(Duration::from_secs(30), get(&server, &format!("{KEYS}/k"))).await;
    assert_eq!(answer.expect("others are answered").status, 200);
    let grown = memory::resident(server.pid()).saturating_sub(before);
    assert!(grown < COUNT as u64 * EACH, "{} KiB for {COUNT} half-open connections", grown >> 10);
    drop(open);
}

/// Streams whose readers do not read cost a bounded amount each, and delay nobody.
#[tokio::test]
async fn readers_that_do_not_read() {
    const STALLED: usize = 50;
    const WRITES: usize = 400;
    let server = Server::dev().await;
    let config = server.config().await;
    let request = b"GET /v1/watch HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut stalled = Vec::new();
    for _ in 0..STALLED {
        let mut socket = TcpStream::connect(("127.0.0.1", server.port())).await.expect("accepted");
        socket.write_all(request).await.expect("taken");
        stalled.push(socket);
    }
    let mut reader = Sse::opened(server.port(), "/v1/watch", None).await;
    let before = memory::resident(server.pid());
    let value = format!("\"{}\"", "x".repeat(100 << 10));
    for n in 0..WRITES {
        config.set("a", &format!("k{}", n % 10), &value).await.expect("it is written");
        let block = reader.event().await;
        assert_eq!(block.id, Some(n as u64 + 1));
    }
    // 50 x 400 x 133 KiB would be 2.6 GiB; the ring has a bound of its own, as has the cache of the store.
    let grown = memory::resident(server.pid()).saturating_sub(before);
    let bound = (32 << 20) + (64 << 20) + (64 << 20) + STALLED as u64 * (1 << 20);
    assert!(grown < bound, "grew by {} MiB, at most {} MiB", grown >> 20, bound >> 20);
    drop(stalled);
}

/// Whoever comes while the server is busy waits in line; who does not fit there would try again a second later, or three, or seven.
#[tokio::test]
async fn a_crowd_that_comes_at_once() {
    let system = std::fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux tells it");
    let crowd = system.trim().parse::<usize>().expect("a number").min(1_000);
    let server = Server::dev().await;
    let pid = i32::try_from(server.pid()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::STOP).expect("it is ours");
    let mut waiting = Vec::new();
    for _ in 0..crowd {
        let connected = TcpStream::connect(("127.0.0.1", server.port()));
        let connected = timeout(Duration::from_secs(10), connected).await;
        let Ok(socket) = connected else { break };
        waiting.push(socket.expect("nobody refuses"));
    }
    kill_process(pid, Signal::CONT).expect("it is ours");
    assert_eq!(waiting.len(), crowd, "connections that were taken");
    assert_eq!(get(&server, "/v1/codecs").await.status, 200);
}
