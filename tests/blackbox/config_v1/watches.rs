//! Cases 54-58: watches. A watch is open when its headers have come: what is written then is seen.

use std::time::Duration;

use holdfast_api::Streaming;
use holdfast_api::config_v1::{ChangeType, WatchResponse};
use holdfast_tests::Server;
use tonic::Code;

use super::assert_fails;

async fn next(watch: &mut Streaming<WatchResponse>) -> WatchResponse {
    let next = tokio::time::timeout(Duration::from_secs(20), watch.message()).await;
    next.expect("an event comes").expect("the watch goes on").expect("the watch does not end")
}

fn kind(event: &WatchResponse) -> ChangeType {
    event.r#type.as_known().expect("a known type")
}

#[tokio::test]
async fn case_54_sets_and_deletes_of_one_namespace() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&["w"], &[]).await.expect("a watch");
    let written = config.set("w", "k", "\"v\"").await.expect("it is written");
    config.set("other", "k", "1").await.expect("it is written");
    config.delete("w", "k").await.expect("it is there");
    let set = next(&mut watch).await;
    assert_eq!(kind(&set), ChangeType::CHANGE_TYPE_SET);
    assert_eq!(set.entry.as_option(), Some(&written), "the full entry");
    let deleted = next(&mut watch).await;
    assert_eq!(kind(&deleted), ChangeType::CHANGE_TYPE_DELETE);
    let minimal = holdfast_api::config_v1::Entry {
        namespace: "w".into(),
        key: "k".into(),
        ..Default::default()
    };
    assert_eq!(deleted.entry.as_option(), Some(&minimal), "only the names");
}

#[tokio::test]
async fn case_55_only_matching_prefixes() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&[], &["app/", "db"]).await.expect("a watch");
    for key in ["app", "apple/a", "app/a", "x/app/a", "dbx", "App/a", "app/b"] {
        config.set("w", key, "1").await.expect("it is written");
    }
    for expected in ["app/a", "dbx", "app/b"] {
        assert_eq!(next(&mut watch).await.entry.key, expected);
    }
}

#[tokio::test]
async fn case_56_alias_events_pass_every_filter() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&["w"], &["nothing/"]).await.expect("a watch");
    let alias = config.set_alias("db/url", "database/url").await.expect("it is new");
    config.delete_alias("db/url").await.expect("it is there");
    let set = next(&mut watch).await;
    assert_eq!(kind(&set), ChangeType::CHANGE_TYPE_ALIAS_SET);
    let entry = &set.entry;
    assert_eq!((entry.namespace.as_str(), entry.key.as_str()), ("", "db/url"));
    assert_eq!((entry.value.as_ref(), entry.codec.as_str()), (&b"\"database/url\""[..], "json"));
    assert_eq!((entry.r#type, entry.version), (3, 1));
    assert_eq!(entry.created_at, alias.created_at);
    assert_eq!(entry.updated_at, alias.created_at);
    let deleted = next(&mut watch).await;
    assert_eq!(kind(&deleted), ChangeType::CHANGE_TYPE_ALIAS_DELETE);
    let minimal = holdfast_api::config_v1::Entry { key: "db/url".into(), ..Default::default() };
    assert_eq!(deleted.entry.as_option(), Some(&minimal));
}

#[tokio::test]
async fn case_57_too_many_filters() {
    let server = Server::dev().await;
    let config = server.config().await;
    let names: Vec<String> = (0..101).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = assert_fails(config.watch(&names, &[]).await, Code::InvalidArgument, "");
    assert_eq!(message, "too many namespaces (max 100, got 101)");
    let message = assert_fails(config.watch(&[], &names).await, Code::InvalidArgument, "");
    assert_eq!(message, "too many prefixes (max 100, got 101)");
    config.watch(&names[..100], &names[..100]).await.expect("100 of each are allowed");
}

#[tokio::test]
async fn case_58_events_of_a_key_come_in_order() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&["w"], &[]).await.expect("a watch");
    for n in 1..=20 {
        config.set("w", "k", &n.to_string()).await.expect("it is written");
    }
    for n in 1..=20 {
        let event = next(&mut watch).await;
        assert_eq!(
            (event.entry.value.as_ref(), event.entry.version),
            (n.to_string().as_bytes(), n)
        );
    }
}

/// Section 2.13 of the contract, and better: the original drops events of a reader that is slow.
#[tokio::test]
async fn a_slow_reader_misses_nothing() {
    let server = Server::dev().await;
    let config = server.config().await;
    let mut watch = config.watch(&["w"], &[]).await.expect("a watch");
    let value = format!("\"{}\"", "x".repeat(10_000));
    let sets = (0..2_000).map(|_| config.set("w", "k", &value));
    for written in futures::future::join_all(sets).await {
        written.expect("it is written");
    }
    for version in 1..=2_000 {
        assert_eq!(next(&mut watch).await.entry.version, version);
    }
}
