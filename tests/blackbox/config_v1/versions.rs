//! Cases 31-36: the versions of a key.

use holdfast_api::config_v1::GetVersionsResponse;
use holdfast_tests::{Config, Server};
use tonic::Code;

use super::assert_fails;

async fn five_sets(config: &Config) {
    for n in 1..=5 {
        config.set("a", "k", &n.to_string()).await.expect("it is written");
    }
}

fn versions(answer: &GetVersionsResponse) -> Vec<i64> {
    answer.entries.iter().map(|entry| entry.version).collect()
}

#[tokio::test]
async fn case_31_all_versions_newest_first() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    let answer = config.versions("a", "k", 0, 0, "").await.expect("versions");
    assert_eq!(versions(&answer), [5, 4, 3, 2, 1]);
    assert_eq!((answer.limit, answer.next_cursor.as_str()), (0, ""));
    for entry in &answer.entries {
        assert_eq!(entry.value, entry.version.to_string(), "each has its own value");
        assert_eq!(entry.created_at, answer.entries[4].created_at, "all have that of the key");
        assert_eq!((entry.codec.as_str(), entry.r#type), ("json", 1));
    }
    let updated = |e: &holdfast_api::config_v1::Entry| (e.updated_at.seconds, e.updated_at.nanos);
    assert!(answer.entries.is_sorted_by(|a, b| updated(a) > updated(b)), "each has its own time");
}

#[tokio::test]
async fn case_32_pages_of_versions() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    let first = config.versions("a", "k", 0, 2, "").await.expect("a page");
    assert_eq!((versions(&first), first.next_cursor.as_str(), first.limit), (vec![5, 4], "4", 2));
    let second = config.versions("a", "k", 0, 2, "4").await.expect("a page");
    assert_eq!((versions(&second), second.next_cursor.as_str()), (vec![3, 2], "2"));
    let third = config.versions("a", "k", 0, 2, "2").await.expect("a page");
    assert_eq!((versions(&third), third.next_cursor.as_str()), (vec![1], ""));
}

#[tokio::test]
async fn case_33_one_version() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    let answer = config.versions("a", "k", 2, 0, "").await.expect("a version");
    assert_eq!((versions(&answer), answer.limit, answer.next_cursor.as_str()), (vec![2], 1, ""));
    assert_eq!(answer.entries[0].value, "2");
}

#[tokio::test]
async fn case_34_a_version_that_is_not() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    let answer = config.versions("a", "k", 99, 0, "").await;
    let message = assert_fails(answer, Code::NotFound, "VERSION_NOT_FOUND");
    assert_eq!(message, "version not found: a/k");
}

#[tokio::test]
async fn case_35_versions_of_nothing() {
    let server = Server::dev().await;
    let config = server.config().await;
    assert_fails(config.versions("a", "k", 0, 0, "").await, Code::NotFound, "NOT_FOUND");
    let malformed = config.versions("a", "a b", 0, 0, "").await;
    assert_fails(malformed, Code::InvalidArgument, "INVALID_KEY");
}

#[tokio::test]
async fn case_35_versions_of_what_was_deleted() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    config.delete("a", "k").await.expect("it is there");
    assert_fails(config.versions("a", "k", 0, 0, "").await, Code::NotFound, "NOT_FOUND");
    config.set("a", "k", "6").await.expect("it is written");
    let answer = config.versions("a", "k", 0, 0, "").await.expect("versions");
    assert_eq!(versions(&answer), [1], "those before the delete are gone");
}

#[tokio::test]
async fn case_36_a_malformed_cursor_is_refused() {
    let server = Server::dev().await;
    let config = server.config().await;
    five_sets(&config).await;
    let answer = config.versions("a", "k", 0, 0, "x").await;
    assert_fails(answer, Code::InvalidArgument, "INVALID_CURSOR");
}
