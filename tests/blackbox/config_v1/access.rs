//! Cases 53, 59 and 60: who may do what.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use holdfast_auth::{Action, AuthError, Credentials, Decision, Guard, Identity, Resource};
use holdfast_server::settings::{Layers, StoreKind, load};
use holdfast_server::{Settings, start_with};
use holdfast_tests::server::Launch;
use holdfast_tests::{Config, Failure, Server, Shared};
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
        assert!(failure.message.starts_with("credentials are required"), "{method}: {failure:?}");
    }
    let holdfast = server.holdfast().await;
    let commit = holdfast.commit(vec![holdfast_tests::client::put("a", "k", "1")]).await;
    assert_eq!(commit.expect_err("nobody gets in").code, Code::Unauthenticated);
    let watch = holdfast.watch(&[], None).await;
    assert_eq!(watch.expect_err("nobody gets in").code, Code::Unauthenticated);
    assert!(server.log().contains("root token"), "it says how to proceed: {}", server.log());
}

/// Lets everybody in, and everything but reading pass with a reason.
struct ReadOnly;

const REASON: &str = "only reading is allowed on Sundays";

#[async_trait]
impl Guard for ReadOnly {
    async fn authenticate(&self, shown: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(Identity::named(shown.get("x-user").unwrap_or("anonymous")))
    }

    async fn decide(
        &self,
        _who: &Identity,
        action: Action,
        _what: &Resource,
    ) -> Result<Decision, AuthError> {
        let reads = matches!(action, Action::Read | Action::List | Action::Watch);
        Ok(if reads { Decision::Allow } else { Decision::Deny(REASON.into()) })
    }
}

/// The log is where the run says, else in memory.
async fn settings() -> Settings {
    let Some(shared) = Shared::of_the_run() else {
        let mut settings = Settings::default();
        settings.store.kind = StoreKind::Memory;
        return settings;
    };
    shared.make().await;
    let layers = Layers { env: shared.variables(&[]), ..Layers::default() };
    load(&layers).expect("settings").settings
}

/// The binary has no guard yet that denies with a reason: the same server, in this process, with one of the test's.
#[tokio::test]
async fn case_60_a_denial_carries_the_reason_of_the_guard() {
    let mut settings = settings().await;
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    (settings.listen, settings.admin_listen) = (nowhere, nowhere);
    let running = start_with(&settings, Arc::new(ReadOnly)).await.expect("it starts");
    let config = Config::connect(running.api.port()).await;
    for (method, answer) in call_everything(&config).await {
        let writes = ["Set", "Delete", "SetAlias", "DeleteAlias"].contains(&method);
        match answer {
            Err(failure) if writes => {
                assert_eq!(failure.code, Code::PermissionDenied, "{method}: {failure:?}");
                assert_eq!(
                    (failure.message.as_str(), failure.reason.as_str()),
                    (REASON, ""),
                    "{method}"
                );
            }
            Err(failure) => assert_eq!(failure.code, Code::NotFound, "{method}: {failure:?}"),
            Ok(()) => assert!(!writes, "{method} passed"),
        }
    }
    assert_eq!(config.check_access("a").await, Ok((true, false)));
    running.stop().await;
}
