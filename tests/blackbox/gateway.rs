//! `holdfast gateway` in front of a `holdfast serve`, two real processes.

use std::time::{Duration, Instant};

use holdfast_tests::gateway::Gateway;
use holdfast_tests::{Server, binary, http};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(60);

/// The events of one connection, as an EventSource sees them: ids and data, comments left out.
struct Source {
    lines: Lines<BufReader<TcpStream>>,
    last_id: String,
}

impl Source {
    async fn open(port: u16, last_id: &str) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connected");
        let request = format!(
            "GET /v1/watch?namespaces=a HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nlast-event-id: {last_id}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        Self { lines: BufReader::new(stream).lines(), last_id: last_id.into() }
    }

    /// The key of the next event; `None` when the stream ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await.expect("an event in time");
            // A connection that broke is one that ended.
            let line = line.ok().flatten()?;
            if let Some(id) = line.strip_prefix("id: ") {
                self.last_id = id.into();
            } else if let Some(data) = line.strip_prefix("data: ") {
                let event: serde_json::Value = serde_json::from_str(data).expect("JSON");
                if let Some(key) = event["key"].as_str() {
                    return Some(key.into());
                }
            }
        }
    }
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_is_the_same_as_without_a_gateway() {
    let server = Server::dev().await;
    let gateway = Gateway::start(&server.endpoint(), "").await;
    let key = "/v1/namespaces/a/keys/app/timeout";
    let written = http::post(gateway.port, key, "text/plain", br#"{"value":"MzA="}"#).await;
    assert_eq!(written.expect("an answer").status, 200);
    server.config().await.set_alias("short", "app/timeout").await.expect("an alias");
    for path in [
        key,
        "/v1/namespaces/a/keys/app%2Ftimeout",
        "/v1/namespaces/a/keys/app/timeout/versions",
        "/v1/namespaces/a/keys?prefix=app/&limit=1",
        "/v1/namespaces/a/keys?limit=abc",
        "/v1/namespaces/a/keys?cursor=nonsense",
        "/v1/namespaces/a/keys/missing",
        "/v1/namespaces/a/keys/",
        "/v1/namespaces/a/snapshot",
        "/v1/namespaces/a/access",
        "/v1/namespaces",
        "/v1/aliases/short",
        "/v1/aliases",
        "/v1/codecs",
        "/v1/nothing",
    ] {
        let direct = http::get(server.port(), path).await.expect("an answer");
        let through = http::get(gateway.port, path).await.expect("an answer");
        assert_eq!((through.status, through.text()), (direct.status, direct.text()), "{path}");
    }
    // gRPC is not what a gateway has.
    assert!(
        http::post(gateway.port, "/config.v1.ConfigService/Get", "application/json", b"{}")
            .await
            .is_ok_and(|answer| answer.status == 404)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_comes_and_goes() {
    let mut server = Server::dev().await;
    let gateway = Gateway::start(&server.endpoint(), "").await;
    let key = "/v1/namespaces/a/keys/k";
    eventually("ready", async || gateway.answers("/readyz").await).await;
    server.kill();
    eventually("503 while the server is away", async || {
        http::get(gateway.port, key).await.is_ok_and(|answer| answer.status == 503)
    })
    .await;
    let away = http::get(gateway.port, key).await.expect("an answer");
    assert!(away.text().contains(r#""code":14"#), "{}", away.text());
    assert!(!gateway.answers("/readyz").await);
    server.start_again().await;
    eventually("200 after its return", async || {
        let body = br#"{"value":"MQ=="}"#;
        http::post(gateway.port, key, "application/json", body).await.is_ok_and(|a| a.status == 200)
    })
    .await;
    eventually("ready again", async || gateway.answers("/readyz").await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_goes_on_over_a_restart_without_a_gap() {
    let mut server = Server::dev().await;
    let gateway = Gateway::start(&server.endpoint(), "").await;
    let config = server.config().await;
    config.set("a", "k0", "0").await.expect("set");
    let mut source = Source::open(gateway.port, "0").await;
    let mut seen = vec![source.next().await.expect("the first event")];
    for round in 1..=3 {
        let config = server.config().await;
        config.set("a", &format!("before-{round}"), "1").await.expect("set");
        seen.push(source.next().await.expect("an event"));
        server.kill();
        assert_eq!(source.next().await, None, "the stream ends with its server");
        server.start_again().await;
        let config = server.config().await;
        config.set("a", &format!("while-away-{round}"), "1").await.expect("set");
        // As EventSource does: again and again, from the last id.
        let mut next = None;
        let began = Instant::now();
        while next.is_none() {
            assert!(began.elapsed() < PATIENCE, "no event after the restart");
            source = Source::open(gateway.port, &source.last_id).await;
            next = source.next().await;
        }
        seen.extend(next);
    }
    let rounds = (1..=3).flat_map(|n| [format!("before-{n}"), format!("while-away-{n}")]);
    let expected: Vec<_> = std::iter::once("k0".to_owned()).chain(rounds).collect();
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_orderly_stop_ends_watches() {
    let server = Server::dev().await;
    let mut gateway =
        Gateway::start(&server.endpoint(), "[limits]\nrequest_bytes = '9MiB'\n").await;
    let mut source = Source::open(gateway.port, "").await;
    let metrics = http::get(gateway.admin_port, "/metrics").await.expect("an answer");
    assert_eq!(metrics.status, 200);
    let (status, end) = tokio::join!(gateway.stop(), source.next());
    assert!(status.success() && end.is_none(), "{status:?} {end:?}");
}

#[test]
fn nonsense_is_refused_before_anything_starts() {
    for upstream in ["https://x/y", "http://x/path", "::"] {
        let output = binary::command().args(["gateway", "--upstream", upstream]).output();
        let output = output.expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{upstream}: {said}");
        assert!(said.contains("--upstream"), "{upstream}: {said}");
    }
}
