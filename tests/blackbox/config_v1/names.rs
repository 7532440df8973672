//! Cases 1-5 and 16-19: missing and malformed names.

use holdfast_tests::Server;
use tonic::Code;

use super::assert_fails;

#[tokio::test]
async fn case_01_get_without_a_namespace() {
    let server = Server::dev().await;
    let answer = server.config().await.get("", "k").await;
    assert_eq!(assert_fails(answer, Code::InvalidArgument, ""), "namespace is required");
}

#[tokio::test]
async fn case_02_get_without_a_key() {
    let server = Server::dev().await;
    let answer = server.config().await.get("a", "").await;
    assert_eq!(assert_fails(answer, Code::InvalidArgument, ""), "key is required");
}

#[tokio::test]
async fn case_03_get_of_a_missing_key() {
    let server = Server::dev().await;
    let answer = server.config().await.get("a", "missing").await;
    assert_eq!(assert_fails(answer, Code::NotFound, "NOT_FOUND"), "key not found: a/missing");
}

#[tokio::test]
async fn case_04_get_from_a_malformed_namespace() {
    let server = Server::dev().await;
    let answer = server.config().await.get("bad/ns", "k").await;
    let message = assert_fails(answer, Code::InvalidArgument, "INVALID_NAMESPACE");
    assert!(message.contains("invalid namespace"), "{message}");
}

#[tokio::test]
async fn case_05_get_does_not_check_keys() {
    let server = Server::dev().await;
    let config = server.config().await;
    for key in ["a..b", "/a", "a b"] {
        assert_fails(config.get("a", key).await, Code::NotFound, "NOT_FOUND");
        assert_fails(config.delete("a", key).await, Code::NotFound, "NOT_FOUND");
    }
}

#[tokio::test]
async fn case_16_set_of_a_malformed_key() {
    let server = Server::dev().await;
    let config = server.config().await;
    for (key, why) in [
        ("/a", "key cannot start or end with slash"),
        ("a/", "key cannot start or end with slash"),
        ("a b", "key contains invalid characters"),
        ("a..b", "key cannot contain path traversal (..)"),
        ("a:b", "key contains invalid characters"),
    ] {
        let message =
            assert_fails(config.set("a", key, "1").await, Code::InvalidArgument, "INVALID_KEY");
        assert_eq!(message, format!("invalid key: {key} - {why}"));
    }
    assert_eq!(config.list("a", "", 0, "").await.expect("a list").entries, []);
}

#[tokio::test]
async fn case_17_set_of_unusual_keys() {
    let server = Server::dev().await;
    let config = server.config().await;
    for key in ["a//b", ".", "A_1.-"] {
        config.set("a", key, "1").await.expect("the key is fine");
        assert_eq!(config.get("a", key).await.expect("it is there").key, key);
    }
}

#[tokio::test]
async fn case_18_internal_namespaces_are_not_blocked() {
    let server = Server::dev().await;
    let config = server.config().await;
    assert_eq!(config.set("internal:x", "k", "1").await.expect("it is allowed").version, 1);
    // The one exception is what belongs to the server itself: it says so, and nothing changes.
    let refused = config.set("internal:holdfast", "k", "1").await;
    assert_fails(refused, Code::FailedPrecondition, "READ_ONLY");
}

#[tokio::test]
async fn case_19_namespaces_begin_alphanumeric() {
    let server = Server::dev().await;
    let config = server.config().await;
    for namespace in ["-a", ".a", "_a", "a/b", "a b"] {
        let answer = config.set(namespace, "k", "1").await;
        assert_fails(answer, Code::InvalidArgument, "INVALID_NAMESPACE");
    }
}

/// Section 2.1 of the contract: which member is missed first, for every method, and never a detail.
#[tokio::test]
async fn required_members_are_named_in_the_order_of_the_contract() {
    let server = Server::dev().await;
    let config = server.config().await;
    let missing = [
        (config.set("", "", "1").await.map(drop), "namespace is required"),
        (config.set("a", "", "1").await.map(drop), "key is required"),
        (config.delete("", "").await, "namespace is required"),
        (config.delete("a", "").await, "key is required"),
        (config.list("", "", 0, "").await.map(drop), "namespace is required"),
        (config.versions("", "", 0, 0, "").await.map(drop), "namespace is required"),
        (config.versions("a", "", 0, 0, "").await.map(drop), "key is required"),
        (config.snapshot("", "").await.map(drop), "namespace is required"),
        (config.set_alias("", "").await.map(drop), "alias is required"),
        (config.set_alias("a", "").await.map(drop), "target is required"),
        (config.get_alias("").await.map(drop), "alias is required"),
        (config.delete_alias("").await, "alias is required"),
    ];
    for (answer, message) in missing {
        assert_eq!(assert_fails(answer, Code::InvalidArgument, ""), message);
    }
}
