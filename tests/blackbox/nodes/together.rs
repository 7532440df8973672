//! What holds for a client whichever node it calls.

use std::time::{Duration, Instant};

use holdfast_api::holdfast_v1::watch_request::Start;
use holdfast_tests::client::put;
use holdfast_tests::faults::Fault;
use holdfast_tests::{Failure, http, log};
use tokio::time::timeout;
use tonic::Code;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_acknowledged_the_others_read_and_watch() {
    let Some(cluster) = Cluster::start("nodes::together", 2, "").await else { return };
    let [a, b] = &cluster.nodes[..] else { panic!("two nodes") };
    let (config_a, config_b) = (a.server.config().await, b.server.config().await);
    let holdfast_b = b.server.holdfast().await;
    let mut watch = log::Watch::new(holdfast_b.watch(&[], None).await.expect("a watch"));
    for n in 0..50 {
        let value = n.to_string();
        let (writer, reader) =
            if n % 2 == 0 { (&config_a, &config_b) } else { (&config_b, &config_a) };
        let set = writer.set("app", "k", &value).await.expect("a set");
        assert_eq!(set.version, n + 1);
        assert_eq!(reader.get("app", "k").await.expect("a get").value, value);
        let commit = timeout(PATIENCE, watch.next_commit()).await.expect("in time").expect("live");
        assert_eq!(commit.events[0].value, value);
    }
    // A place in the log is one on every node.
    let seen = watch.next_commit();
    config_a.set("app", "other", "1").await.expect("a set");
    let token = timeout(PATIENCE, seen).await.expect("in time").expect("live").token;
    config_b.set("app", "k", "51").await.expect("a set");
    let again = a.server.holdfast().await.watch(&[], Some(Start::Token(token))).await;
    let next = log::Watch::new(again.expect("the token of another node")).next_commit().await;
    assert_eq!(next.expect("live").events[0].value, "51");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_channel_a_watch_lags_by_the_poll_interval_and_misses_nothing() {
    let Some(cluster) = Cluster::start("nodes::together", 2, "").await else { return };
    let [a, b] = &cluster.nodes[..] else { panic!("two nodes") };
    a.to_channel.suffer(Fault::Drop);
    b.to_channel.suffer(Fault::Drop);
    let holdfast = b.server.holdfast().await;
    let mut watch = log::Watch::new(holdfast.watch(&[], None).await.expect("a watch"));
    let config = a.server.config().await;
    for n in 0..10 {
        config.set("app", "k", &n.to_string()).await.expect("a failing channel fails no write");
        let commit = timeout(PATIENCE, watch.next_commit()).await.expect("in time").expect("live");
        assert_eq!(commit.events[0].value, n.to_string());
    }
    let ready = http::get(b.server.admin_port(), "/readyz?verbose").await.expect("an answer");
    assert_eq!(ready.status, 200, "{}", ready.text());
    assert!(ready.text().contains("[!] channel:"), "{}", ready.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_cut_off_from_the_database_says_so_and_recovers_by_itself() {
    let settings = "[nodes]\nstale_reads = \"10m\"";
    for stale in [false, true] {
        let settings = if stale { settings } else { "" };
        let Some(cluster) = Cluster::start("nodes::together", 2, settings).await else { return };
        let [a, b] = &cluster.nodes[..] else { panic!("two nodes") };
        let (config_a, config_b) = (a.server.config().await, b.server.config().await);
        config_a.set("app", "k", "1").await.expect("a set");
        config_b.get("app", "k").await.expect("a get");
        b.to_database.suffer(Fault::Stall);
        wait_until_readyz(b.server.admin_port(), 503).await;
        let refused = config_b.set("app", "k", "2").await.expect_err("cut off");
        assert!(matches!(refused.code, Code::Unavailable | Code::Unknown), "{refused:?}");
        match config_b.get("app", "k").await {
            Ok(entry) => assert_eq!((stale, &entry.value[..]), (true, &b"1"[..])),
            Err(Failure { code, .. }) => assert_eq!((stale, code), (false, Code::Unavailable)),
        }
        let rest = http::get(b.server.port(), "/v1/namespaces/app/keys/k").await;
        let rest = rest.expect("an answer");
        assert!(rest.header("holdfast-stale").is_some(), "{rest:?}");
        config_a.set("app", "k", "3").await.expect("the other node goes on");
        b.to_database.suffer(Fault::None);
        wait_until_readyz(b.server.admin_port(), 200).await;
        assert_eq!(config_b.get("app", "k").await.expect("a get").value, "3");
        config_b.set("app", "k", "4").await.expect("a set");
        let commits = log::check(&b.server.holdfast().await).await;
        let values: Vec<_> = commits.iter().map(|c| c.events[0].value.clone()).collect();
        // Whoever heard nothing of its write may find it done.
        assert!(
            values == ["1", "3", "4"]
                || values == ["1", "2", "3", "4"]
                || values == ["1", "3", "2", "4"],
            "{values:?}"
        );
    }
}

async fn wait_until_readyz(admin: u16, status: u16) {
    let began = Instant::now();
    loop {
        let ready = http::get(admin, "/readyz").await.expect("an answer");
        if ready.status == status {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{}", ready.text());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_nothing() {
    let Some(mut cluster) = Cluster::start("nodes::together", 2, "").await else { return };
    let mut written = 0;
    for round in 0..4 {
        let (down, up) = (round % 2, 1 - round % 2);
        let (status, _) = cluster.nodes[down].server.stop().await;
        assert!(status.success(), "{status:?}");
        let holdfast = cluster.nodes[up].server.holdfast().await;
        for _ in 0..20 {
            let key = format!("k{written}");
            holdfast.commit(vec![put("app", &key, "1")]).await.expect("the other node serves");
            written += 1;
        }
        cluster.nodes[down].server.start_again().await;
    }
    for node in &cluster.nodes {
        let commits = log::check(&node.server.holdfast().await).await;
        assert_eq!(commits.len(), written);
    }
}
