//! A server that speaks config.v1 and nothing else, without reflection (tests/foreign/server.py): itself, and the verbs against it.

use holdfast_tests::client::put;
use holdfast_tests::{ForeignServer, Holdfast, skip};
use tonic::Code;

/// One, or `None` where a machine has none.
async fn server() -> Option<ForeignServer> {
    if !ForeignServer::is_here() {
        skip::skipped("a server of another implementation", "run `make setup`");
        return None;
    }
    Some(ForeignServer::start().await)
}

#[tokio::test]
async fn it_is_what_the_contract_says() {
    let Some(mut server) = server().await else { return };
    let config = server.config().await;
    let first = config.set("n", "a", "1").await.expect("it takes values");
    assert_eq!((first.version, first.r#type, first.codec.as_str()), (1, 1, "json"));
    assert_eq!(config.set("n", "a", "2").await.expect("again").version, 2);
    let missing = config.get("n", "b").await.expect_err("it is not there");
    assert_eq!(
        (missing.code, missing.reason.as_str(), missing.domain.as_str()),
        (Code::NotFound, "NOT_FOUND", "config.rbaliyan.com")
    );
    let holdfast = Holdfast::connect(server.port()).await;
    let foreign = holdfast.commit(vec![put("n", "a", "3")]).await.expect_err("it is not spoken");
    assert_eq!(foreign.code, Code::Unimplemented, "{foreign:?}");
    let holdfast = Holdfast::connect(server.port()).await;
    let foreign = holdfast.commit(vec![put("n", "a", "3")]).await.expect_err("it is not spoken");
    assert_eq!(foreign.code, Code::Unimplemented, "{foreign:?}");

    server.kill();
    server.start_again().await;
    assert_eq!(server.config().await.get("n", "a").await.expect("it was kept").version, 2);
    server.stop().await;
    server.start_empty().await;
    let gone = server.config().await.get("n", "a").await.expect_err("nothing was kept");
    assert_eq!(gone.code, Code::NotFound);
}
