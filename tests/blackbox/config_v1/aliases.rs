//! Cases 43-48: aliases.

use holdfast_tests::Server;
use tonic::Code;

use super::assert_fails;

#[tokio::test]
async fn case_43_a_new_alias() {
    let server = Server::dev().await;
    let config = server.config().await;
    let alias = config.set_alias("db/url", "database/url").await.expect("it is new");
    assert_eq!((alias.alias.as_str(), alias.target.as_str()), ("db/url", "database/url"));
    assert_eq!(alias.version, 1);
    assert!(alias.created_at.is_set() && alias.created_at.seconds > 1_700_000_000, "{alias:?}");
    assert_eq!(config.get_alias("db/url").await.expect("it is there"), alias);
    assert_eq!(config.aliases().await.expect("a list"), [alias]);
}

#[tokio::test]
async fn case_44_an_alias_that_is_taken() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set_alias("db/url", "database/url").await.expect("it is new");
    for target in ["database/url", "another"] {
        let answer = config.set_alias("db/url", target).await;
        let message = assert_fails(answer, Code::AlreadyExists, "ALIAS_EXISTS");
        assert!(message.contains("alias already registered"), "{message}");
    }
    assert_eq!(config.get_alias("db/url").await.expect("it is there").target, "database/url");
}

#[tokio::test]
async fn case_45_an_alias_named_like_a_key() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("somewhere", "db/url", "1").await.expect("it is written");
    let answer = config.set_alias("db/url", "database/url").await;
    let message = assert_fails(answer, Code::AlreadyExists, "ALIAS_EXISTS");
    assert!(message.contains("key exists in namespace \"somewhere\""), "{message}");
    assert_fails(config.get_alias("db/url").await, Code::NotFound, "NOT_FOUND");
}

/// The original accepts what its own client then refuses to follow.
#[tokio::test]
async fn case_46_no_alias_of_itself() {
    let server = Server::dev().await;
    let config = server.config().await;
    assert_fails(config.set_alias("x", "x").await, Code::InvalidArgument, "ALIAS_SELF");
    assert_eq!(config.aliases().await.expect("a list"), []);
}

#[tokio::test]
async fn case_46_no_chain_of_aliases() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set_alias("b", "c").await.expect("it is new");
    let onto_an_alias = config.set_alias("a", "b").await;
    assert_fails(onto_an_alias, Code::InvalidArgument, "ALIAS_CHAIN");
    let from_a_target = config.set_alias("c", "d").await;
    assert_fails(from_a_target, Code::InvalidArgument, "ALIAS_CHAIN");
    assert_eq!(config.aliases().await.expect("a list").len(), 1);
}

#[tokio::test]
async fn case_47_the_server_does_not_resolve_aliases() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set("ns", "database/url", "1").await.expect("it is written");
    config.set_alias("db/url", "database/url").await.expect("it is new");
    assert_fails(config.get("ns", "db/url").await, Code::NotFound, "NOT_FOUND");
}

#[tokio::test]
async fn case_48_unknown_aliases() {
    let server = Server::dev().await;
    let config = server.config().await;
    let get = assert_fails(config.get_alias("nobody").await, Code::NotFound, "NOT_FOUND");
    let delete = assert_fails(config.delete_alias("nobody").await, Code::NotFound, "NOT_FOUND");
    assert_eq!([get, delete], ["key not found: /nobody", "key not found: /nobody"]);
}

/// Section 2.11 of the contract: a change of an alias is a delete and a set; alias and target are keys.
#[tokio::test]
async fn an_alias_is_changed_by_delete_and_set() {
    let server = Server::dev().await;
    let config = server.config().await;
    config.set_alias("a", "one").await.expect("it is new");
    config.delete_alias("a").await.expect("it is there");
    assert_eq!(config.set_alias("a", "two").await.expect("it is new").version, 1);
    // A key may be named like an alias that exists.
    config.set("ns", "a", "1").await.expect("it is allowed");
    for (alias, target) in [("a b", "c"), ("c", "a b"), ("/c", "d")] {
        let answer = config.set_alias(alias, target).await;
        assert_fails(answer, Code::InvalidArgument, "INVALID_KEY");
    }
}
