//! Running watches end with the right to them: over gRPC in both dialects and as event streams of both.

use holdfast_api::Streaming;
use holdfast_api::holdfast_v1::watch_response::Kind;
use holdfast_api::holdfast_v1::{DeleteUserRequest, PutUserRequest, RevokeTokenRequest};
use holdfast_tests::client::put;
use holdfast_tests::sse::Sse;
use tokio::time::timeout;
use tonic::Code;

use super::{Closed, SOON};

/// How a gRPC watch ends; what comes before is passed over.
async fn end<T: 'static>(mut stream: Streaming<T>) -> Option<Code> {
    let end = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(status) => return Some(status.code()),
            }
        }
    };
    timeout(SOON, end).await.expect("the watch ends")
}

/// The last block of an event stream.
async fn last(mut stream: Sse) -> String {
    let end = async {
        let mut last = String::new();
        while let Some(text) = stream.text().await {
            last = text;
        }
        last
    };
    timeout(SOON, end).await.expect("the stream ends")
}

/// Opens all four kinds of watch, takes the right away, and sees them end with this code.
async fn ends(take_away: impl AsyncFnOnce(&Closed, String), code: Code) {
    let closed = Closed::start().await;
    closed.role("watcher", &["read,watch a"]).await;
    let token = closed.token("ann", &["watcher"]).await;
    let ann = closed.root.showing(&token.token);
    let port = closed.server.port();
    let config = closed.server.config().await.showing(&token.token);
    let grpc = config.watch(&["a"], &[]).await.expect("she may");
    let own = ann.watch(&[("a", "")], None).await.expect("she may");
    let v1 = Sse::showing(port, "/v1/watch?namespaces=a", &token.token).await;
    let v2 = Sse::showing(port, "/v2/watch?namespace=a", &token.token).await;
    closed.root.commit(vec![put("a", "k", "1")]).await.expect("committed");
    take_away(&closed, token.id).await;
    assert_eq!(end(grpc).await, Some(code));
    assert_eq!(end(own).await, Some(code));
    for stream in [v1, v2] {
        let last = last(stream).await;
        assert!(last.starts_with("event: error\ndata: "), "{last}");
    }
}

#[tokio::test]
async fn a_revoked_token_ends_them() {
    let revoke = async |closed: &Closed, id: String| {
        let request = RevokeTokenRequest { id, ..RevokeTokenRequest::default() };
        closed.root.trust().revoke_token(request).await.expect("revoked");
    };
    ends(revoke, Code::Unauthenticated).await;
}

#[tokio::test]
async fn a_disabled_user_ends_them() {
    let disable = async |closed: &Closed, _| {
        closed
            .user(PutUserRequest { name: "ann".into(), disabled: true, ..Default::default() })
            .await;
    };
    ends(disable, Code::Unauthenticated).await;
}

#[tokio::test]
async fn a_deleted_user_ends_them() {
    let delete = async |closed: &Closed, _| {
        closed.user(PutUserRequest { name: "ann".into(), ..Default::default() }).await;
        let request = DeleteUserRequest { name: "ann".into(), ..DeleteUserRequest::default() };
        closed.root.trust().delete_user(request).await.expect("deleted");
    };
    ends(delete, Code::Unauthenticated).await;
}

#[tokio::test]
async fn a_role_without_the_right_ends_them() {
    let narrow = async |closed: &Closed, _| closed.role("watcher", &["read a"]).await;
    ends(narrow, Code::PermissionDenied).await;
}

/// The right to watch stays, that to read a part goes: the stream stays, the part does not come any more.
#[tokio::test]
async fn a_role_that_loses_a_part_silences_it() {
    let closed = Closed::start().await;
    let ann = closed.caller("ann", &["read,watch a"]).await;
    let mut stream = ann.watch(&[("a", "")], None).await.expect("she may");
    let mut next = async || loop {
        let frame = timeout(SOON, stream.message()).await.expect("in time");
        let frame = frame.expect("no error").expect("no end");
        if let Some(event) = frame.events.first() {
            return event.key.clone();
        }
    };
    closed.root.commit(vec![put("a", "secret/1", "1")]).await.expect("committed");
    assert_eq!(next().await, "secret/1");
    closed.role("ann", &["read,watch a", "deny read a/secret/**"]).await;
    closed.root.commit(vec![put("a", "secret/2", "1")]).await.expect("committed");
    closed.root.commit(vec![put("a", "open", "1")]).await.expect("committed");
    assert_eq!(next().await, "open");
}

/// A role gets another rule while its holder watches: over holdfast.v1 she is told, and sees what comes from then on.
#[tokio::test]
async fn a_wider_grant_is_told() {
    let closed = Closed::start().await;
    closed.role("watcher", &["read,watch a/open/**"]).await;
    let token = closed.token("ann", &["watcher"]).await.token;
    let ann = closed.root.showing(&token);
    let mut grpc = ann.watch(&[("a", "")], None).await.expect("she may");
    let mut sse = Sse::showing(closed.server.port(), "/v2/watch?namespace=a", &token).await;
    closed.root.commit(vec![put("a", "hidden/k", "1")]).await.expect("committed");
    let hidden = closed.root.commit(vec![put("a", "open/k", "1")]).await.expect("committed");
    closed.role("watcher", &["read,watch a"]).await;
    let told = async {
        loop {
            let frame = grpc.message().await.expect("it goes on").expect("a frame");
            assert!(frame.events.iter().all(|event| event.key == "open/k"), "{frame:?}");
            if frame.kind.as_known() == Some(Kind::KIND_RESYNC) {
                return frame;
            }
        }
    };
    let frame = timeout(SOON, told).await.expect("she is told");
    assert!(frame.revision >= hidden.revision && !frame.token.is_empty(), "{frame:?}");
    let told =
        async { while !sse.text().await.expect("it goes on").contains("event: resync\n") {} };
    timeout(SOON, told).await.expect("she is told");
    closed.root.commit(vec![put("a", "hidden/k", "2")]).await.expect("committed");
    let shown = async {
        loop {
            let frame = grpc.message().await.expect("it goes on").expect("a frame");
            if frame.events.iter().any(|event| event.key == "hidden/k") {
                return;
            }
        }
    };
    timeout(SOON, shown).await.expect("she sees it");
}
