//! Quotas of watchers that nodes share: each allows its part.

use std::time::{Duration, Instant};

use holdfast_api::Streaming;
use holdfast_api::config_v1::WatchResponse;
use holdfast_tests::Config;
use tonic::Code;

use super::cluster::Cluster;

const PATIENCE: Duration = Duration::from_secs(60);

/// One watch more, if there is a place for it.
async fn watch(config: &Config) -> Option<Streaming<WatchResponse>> {
    let mut stream = match config.watch(&["a"], &[]).await {
        Ok(stream) => stream,
        Err(failure) => {
            assert_eq!(failure.code, Code::ResourceExhausted, "{failure:?}");
            return None;
        }
    };
    // A stream that is refused says so as its first message; the others are quiet.
    match tokio::time::timeout(Duration::from_millis(300), stream.message()).await {
        Ok(Err(status)) => {
            assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
            None
        }
        _ => Some(stream),
    }
}

/// Watches until there is no place any more; `wanted` of them, once the nodes have counted each other.
async fn fill(config: &Config, wanted: usize) -> Vec<Streaming<WatchResponse>> {
    let began = Instant::now();
    loop {
        let mut places = Vec::new();
        while let Some(place) = watch(config).await {
            places.push(place);
            assert!(places.len() <= 20, "nobody counts");
        }
        if places.len() == wanted {
            return places;
        }
        assert!(began.elapsed() < PATIENCE, "{} places, not {wanted}", places.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_share_the_places_of_watchers() {
    let settings = "quota.watchers = 4\nquota.shared = true";
    let Some(mut cluster) = Cluster::start("nodes::quotas", 2, settings).await else { return };
    let (a, b) = (cluster.nodes[0].server.config().await, cluster.nodes[1].server.config().await);
    let (of_a, of_b) = (fill(&a, 2).await, fill(&b, 2).await);
    assert_eq!(of_a.len() + of_b.len(), 4);
    assert!(watch(&a).await.is_none() && watch(&b).await.is_none());
    // The places of a node that is gone are the others'.
    cluster.nodes[1].server.stop().await;
    let began = Instant::now();
    let mut more = Vec::new();
    while more.len() < 2 {
        more.extend(watch(&a).await);
        assert!(began.elapsed() < PATIENCE, "there are {} places more", more.len());
    }
    assert!(watch(&a).await.is_none());
    // Who watches stays when a node comes; nobody else is let in.
    cluster.nodes[1].server.start_again().await;
    fill(&cluster.nodes[1].server.config().await, 2).await;
    assert!(watch(&a).await.is_none());
    assert_eq!(of_a.len() + more.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_that_are_not_shared_are_those_of_each_node() {
    let Some(cluster) = Cluster::start("nodes::quotas", 2, "quota.watchers = 2").await else {
        return;
    };
    for node in &cluster.nodes {
        fill(&node.server.config().await, 2).await;
    }
}
