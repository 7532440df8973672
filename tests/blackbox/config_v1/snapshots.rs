//! Cases 37-42 and the ETag vectors of the contract.

use holdfast_tests::{Config, Server};
use tonic::Code;

use super::assert_fails;
use super::lists::fill_many;

const THREE_KEYS: &str = "c7475a94cb71538528caa88904ef6dda8f245ff94414b43e0051c315ff0eedf5";
const FIRST_KEY_AGAIN: &str = "8c19aef7130ecabf0e24c98af095701b9bc1a7f5daf2aec43f9b7c1960221a1b";
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

async fn three_keys(config: &Config) {
    for key in ["key2", "key3", "key1"] {
        config.set("a", key, "1").await.expect("it is written");
    }
}

async fn etag(config: &Config, namespace: &str) -> String {
    config.snapshot(namespace, "").await.expect("a snapshot").etag
}

#[tokio::test]
async fn case_37_sorted_entries_and_their_etag() {
    let server = Server::dev().await;
    let config = server.config().await;
    three_keys(&config).await;
    let snapshot = config.snapshot("a", "").await.expect("a snapshot");
    let keys: Vec<_> = snapshot.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["key1", "key2", "key3"]);
    assert_eq!((snapshot.etag.as_str(), snapshot.not_modified), (THREE_KEYS, false));
}

#[tokio::test]
async fn case_38_not_modified() {
    let server = Server::dev().await;
    let config = server.config().await;
    three_keys(&config).await;
    let snapshot = config.snapshot("a", THREE_KEYS).await.expect("a snapshot");
    assert_eq!((snapshot.etag.as_str(), snapshot.not_modified), (THREE_KEYS, true));
    assert_eq!(snapshot.entries, []);
}

#[tokio::test]
async fn case_39_modified() {
    let server = Server::dev().await;
    let config = server.config().await;
    three_keys(&config).await;
    config.set("a", "key1", "2").await.expect("it is written");
    let snapshot = config.snapshot("a", THREE_KEYS).await.expect("a snapshot");
    assert_eq!((snapshot.etag.as_str(), snapshot.not_modified), (FIRST_KEY_AGAIN, false));
    assert_eq!(snapshot.entries.len(), 3);
}

#[tokio::test]
async fn case_40_an_empty_namespace() {
    let server = Server::dev().await;
    assert_eq!(etag(&server.config().await, "none").await, NOTHING);
}

#[tokio::test]
async fn case_41_more_than_a_snapshot_may_hold() {
    let server = Server::dev().await;
    fill_many(&server, "a", 10_000).await;
    let config = server.config().await;
    let full = config.snapshot("a", "").await.expect("10,000 are allowed");
    assert_eq!(full.entries.len(), 10_000);
    config.set("a", "one-more", "1").await.expect("it is written");
    for etag in ["", full.etag.as_str()] {
        let message = assert_fails(config.snapshot("a", etag).await, Code::ResourceExhausted, "");
        assert_eq!(message, "snapshot exceeds maximum entry count (10000)");
    }
}

#[tokio::test]
async fn case_42_a_quoted_etag_is_another_one() {
    let server = Server::dev().await;
    let config = server.config().await;
    three_keys(&config).await;
    let snapshot = config.snapshot("a", &format!("\"{THREE_KEYS}\"")).await.expect("a snapshot");
    assert_eq!((snapshot.not_modified, snapshot.entries.len()), (false, 3));
}

#[tokio::test]
async fn etag_vectors_hold() {
    let server = Server::dev().await;
    let config = server.config().await;
    for (key, sets) in [("a", 1), ("b", 2)] {
        for _ in 0..sets {
            config.set("one", key, "1").await.expect("it is written");
        }
    }
    let vector = "6408fdc5c36df5df57957e7b230e4b48c55b06ce849303e855d52f1356f2980e";
    assert_eq!(etag(&config, "one").await, vector);
    for _ in 0..3 {
        config.set("two", "app/timeout", "30").await.expect("it is written");
    }
    let vector = "e22f54abcccf6a1e5aad5e2ec6d51c3dcca49fc0cc7f17ab2998c25614e4b5ee";
    assert_eq!(etag(&config, "two").await, vector);
}

/// The original answers "not modified" to a reader that holds the value from before the delete.
#[tokio::test]
async fn a_key_that_was_created_again_changes_the_etag() {
    let server = Server::dev().await;
    let config = server.config().await;
    three_keys(&config).await;
    config.delete("a", "key2").await.expect("it is there");
    config.set("a", "key2", "\"another\"").await.expect("it is written");
    let snapshot = config.snapshot("a", THREE_KEYS).await.expect("a snapshot");
    assert!(!snapshot.not_modified, "version 1 again, but another value");
    assert_ne!(snapshot.etag, THREE_KEYS);
}
