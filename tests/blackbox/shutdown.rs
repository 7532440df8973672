//! An orderly stop: exit 0 within 10 s, watches end with Unavailable, nothing acknowledged is missing afterwards.

use std::time::Duration;

use holdfast_tests::log::{self, Watch};
use holdfast_tests::{Config, Server, client};
use tokio::task::JoinSet;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// The promise, not a measure of speed.
const WITHIN: Duration = Duration::from_secs(10);

async fn write_until_it_ends(config: Config, who: usize) -> i64 {
    let mut acknowledged = 0;
    loop {
        match config.set("a", &format!("k{who}"), "1").await {
            Ok(entry) => acknowledged = entry.version,
            Err(failure) => {
                // What the client library says of a call that it begins while the server's goodbye arrives.
                let goodbye = failure.message.contains("h2 protocol error");
                let code = failure.code;
                assert!(
                    matches!(code, Code::Unavailable | Code::Unknown | Code::Cancelled)
                        || (code == Code::Internal && goodbye),
                    "{failure:?}"
                );
                return acknowledged;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_under_load() {
    let mut server = Server::dev().await;
    let holdfast = server.holdfast().await;
    let config = server.config().await;
    let mut own = Watch::new(holdfast.watch(&[], None).await.expect("a watch"));
    let mut theirs = config.watch(&[], &[]).await.expect("a watch");
    let mut idle = config.watch(&["nobody"], &[]).await.expect("a watch");
    let mut writers = JoinSet::new();
    for who in 0..16 {
        let config = server.config().await;
        writers.spawn(async move { (who, write_until_it_ends(config, who).await) });
    }
    let own = tokio::spawn(async move {
        loop {
            if let Err(failure) = own.next().await {
                return failure;
            }
        }
    });
    let theirs = tokio::spawn(async move {
        loop {
            if let Err(status) =
                theirs.message().await.map(|m| m.expect("a watch never ends with OK"))
            {
                return status;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;

    let (status, took) = server.stop().await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(took < WITHIN, "{took:?}");
    assert_eq!(own.await.expect("no panic").code, Code::Unavailable);
    assert_eq!(theirs.await.expect("no panic").code(), Code::Unavailable);
    assert_eq!(idle.message().await.expect_err("it ends with an error").code(), Code::Unavailable);

    server.start_again().await;
    let config = server.config().await;
    while let Some(writer) = writers.join_next().await {
        let (who, acknowledged) = writer.expect("no panic");
        assert!(acknowledged > 0, "writer {who} wrote nothing");
        let version = config.get("a", &format!("k{who}")).await.expect("it is there").version;
        assert!(version >= acknowledged, "writer {who}: {version} of {acknowledged}");
    }
    log::check(&server.holdfast().await).await;
}

/// Connections that say nothing, or are in the middle of a sentence, do not hold up the end.
#[tokio::test]
async fn sigterm_with_half_open_connections() {
    use tokio::io::AsyncWriteExt;

    let mut server = Server::dev().await;
    server.config().await.set("a", "k", "1").await.expect("it is written");
    let mut open = Vec::new();
    for said in [&b""[..], b"GET /li", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await;
        stream.as_mut().expect("it accepts").write_all(said).await.expect("it reads");
        open.push(stream);
    }
    let (status, took) = server.stop().await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(took < WITHIN, "{took:?}");
}

/// Who balances load by the health of the server hears of its end before the connection does.
#[tokio::test]
async fn a_watch_of_the_health_is_told_and_ends() {
    let mut server = Server::dev().await;
    let mut health = HealthClient::new(client::connect(server.port()).await);
    let request = HealthCheckRequest { service: String::new() };
    let mut changes = health.watch(request).await.expect("it is known").into_inner();
    let mut next = async || changes.message().await.map(|told| told.map(|t| t.status()));
    assert_eq!(next().await.expect("a status"), Some(ServingStatus::Serving));

    let (stopped, (last, end)) =
        tokio::join!(server.stop(), async { (next().await, next().await) });
    assert_eq!(last.expect("a status"), Some(ServingStatus::NotServing));
    assert_eq!(end.expect("an orderly end"), None);
    assert!(stopped.0.success(), "{}", server.log());
    assert!(stopped.1 < WITHIN, "{:?}", stopped.1);
}

#[tokio::test]
async fn sigint_stops_it_too() {
    let mut server = Server::dev().await;
    server.signal(rustix::process::Signal::INT);
    let (status, took) = server.stop().await;
    assert!(status.success(), "{status}\n{}", server.log());
    assert!(took < WITHIN, "{took:?}");
}
