//! How much a namespace may hold, over the wire and over SIGKILL.

use std::collections::BTreeMap;

use holdfast_tests::client::{delete, put};
use holdfast_tests::dice::Dice;
use holdfast_tests::server::Launch;
use holdfast_tests::{Server, http};
use tonic::Code;

async fn limited(lines: &str) -> Server {
    Launch::default().settings(&format!("[quota]\n{lines}")).start().await
}

#[tokio::test]
async fn a_full_namespace_is_told_in_every_dialect() {
    let server = limited("keys = 2\nnamespaces = ['big-* keys=3', 'tiny watchers=1']").await;
    let config = server.config().await;
    config.set("a", "one", "1").await.expect("room");
    config.set("a", "two", "1").await.expect("room");
    let failure = config.set("a", "three", "1").await.expect_err("full");
    assert_eq!(failure.code, Code::ResourceExhausted);
    assert_eq!(failure.message, "namespace a would have 3 keys, its quota is 2");
    let own = server.holdfast().await;
    let failure = own.commit(vec![put("a", "three", "1")]).await.expect_err("full");
    assert_eq!((failure.code, &*failure.reason), (Code::ResourceExhausted, "QUOTA_EXCEEDED"));
    let metadata = |name: &str| failure.metadata[name].as_str();
    assert_eq!((metadata("namespace"), metadata("quota")), ("a", "keys"));
    assert_eq!((metadata("wanted"), metadata("max")), ("3", "2"));
    let path = "/v1/namespaces/a/keys/three";
    let answer = http::request(server.port(), "POST", path, &[], br#"{"value":"MQ=="}"#).await;
    assert_eq!(answer.expect("an answer").status, 429);
    own.commit(vec![delete("a", "one"), put("a", "three", "1")]).await.expect("as many as before");
    for n in 0..3 {
        config.set("big-eu", &format!("k{n}"), "1").await.expect("a quota of its own");
    }
    config.set("big-eu", "k3", "1").await.expect_err("full");
    let _first = config.watch(&["tiny"], &[]).await.expect("a place");
    let refused = match config.watch(&["tiny"], &[]).await {
        Ok(mut stream) => stream.message().await.expect_err("no place").code(),
        Err(failure) => failure.code,
    };
    assert_eq!(refused, Code::ResourceExhausted);
    let metrics = http::get(server.admin_port(), "/metrics").await.expect("metrics").text();
    for line in [
        "holdfast_quota_refusals_total{quota=\"keys\"} 4",
        "holdfast_quota_refusals_total{quota=\"watchers\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is missing in {metrics}");
    }
}

#[tokio::test]
async fn what_is_held_is_known_exactly_after_sigkill() {
    let mut server = limited("keys = 20\nbytes = 400").await;
    let mut dice = Dice::new("quotas");
    let mut held: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..4 {
        let config = server.config().await;
        for _ in 0..150 {
            let key = format!("k{}", dice.below(40));
            if dice.below(4) == 0 {
                let gone = config.delete("a", &key).await;
                assert_eq!(gone.is_ok(), held.remove(&key).is_some());
                continue;
            }
            let size = dice.below(50) as usize + 1;
            let value = "7".repeat(size);
            let before = held.get(&key).copied();
            let keys = held.len() + usize::from(before.is_none());
            let total: usize = held.values().sum();
            let bytes = total - before.unwrap_or(0) + size;
            let room = (keys <= 20 || before.is_some()) && (bytes <= 400 || bytes <= total);
            match config.set("a", &key, &value).await {
                Ok(_) => {
                    assert!(room, "{keys} keys, {bytes} bytes");
                    held.insert(key, size);
                }
                Err(failure) => {
                    assert_eq!(failure.code, Code::ResourceExhausted, "{failure:?}");
                    assert!(!room, "{keys} keys, {bytes} bytes: {failure:?}");
                }
            }
        }
        server.kill();
        server.start_again().await;
    }
}

#[tokio::test]
async fn quotas_that_make_no_sense_are_refused() {
    for line in ["namespaces = ['prod']", "namespaces = ['a/b keys=1']", "keys = 0"] {
        let mut server = Launch::default().settings(&format!("[quota]\n{line}")).prepare();
        assert!(server.try_start().await.is_some(), "{line}");
        assert!(server.log().contains("quota."), "{}", server.log());
    }
}
