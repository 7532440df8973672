//! Cases 53, 59 and 60: who may do what.

use holdfast_tests::server::Launch;
use holdfast_tests::{Config, Failure, Server};
use tonic::Code;

/// The original answers false unless an interceptor recognised the caller before.
#[tokio::test]
async fn case_53_in_development_everything_is_allowed() {
    let server = Server::dev().await;
    let config = server.config().await;
    for namespace in ["a", "", "nobody"] {
        assert_eq!(config.check_access(namespace).await, Ok((true, true)), "{namespace:?}");
    }
}

/// Every method of the dialect, with arguments that are fine.
async fn call_everything(config: &Config) -> Vec<(&'static str, Result<(), Failure>)> {
    vec![
        ("Get", config.get("a", "k").await.map(drop)),
        ("Set", config.set("a", "k", "1").await.map(drop)),
        ("Delete", config.delete("a", "k").await),
        ("List", config.list("a", "", 0, "").await.map(drop)),
        ("GetVersions", config.versions("a", "k", 0, 0, "").await.map(drop)),
        ("Snapshot", config.snapshot("a", "").await.map(drop)),
        ("Watch", config.watch(&["a"], &[]).await.map(drop)),
        ("CheckAccess", config.check_access("a").await.map(drop)),
        ("SetAlias", config.set_alias("a", "b").await.map(drop)),
        ("DeleteAlias", config.delete_alias("a").await),
        ("GetAlias", config.get_alias("a").await.map(drop)),
        ("ListAliases", config.aliases().await.map(drop)),
        ("ListCodecs", config.codecs().await.map(drop)),
        ("ListNamespaces", config.namespaces("", 0, "").await.map(drop)),
    ]
}

#[tokio::test]
async fn case_59_without_settings_nobody_gets_in() {
    let server = Launch::default().closed().start().await;
    for (method, answer) in call_everything(&server.config().await).await {
        let failure = answer.expect_err(method);
        assert_eq!(failure.code, Code::Unauthenticated, "{method}: {failure:?}");
        assert_eq!(failure.message, "no security guard configured", "{method}");
    }
    let holdfast = server.holdfast().await;
    let commit = holdfast.commit(vec![holdfast_tests::client::put("a", "k", "1")]).await;
    assert_eq!(commit.expect_err("nobody gets in").code, Code::Unauthenticated);
    let watch = holdfast.watch(&[], None).await;
    assert_eq!(watch.expect_err("nobody gets in").code, Code::Unauthenticated);
    assert!(server.log().contains("--dev"), "it says how to proceed: {}", server.log());
}
