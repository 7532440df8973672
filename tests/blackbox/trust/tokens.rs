//! Expiry, rotation, revocation, disabled users.

use std::time::Duration;

use buffa_types::google::protobuf::Duration as Span;
use holdfast_api::holdfast_v1::{
    CreateTokenRequest, DeleteUserRequest, GetTokenRequest, PutUserRequest, RevokeTokenRequest,
    RotateTokenRequest, WhoAmIRequest,
};
use holdfast_tests::Holdfast;
use tonic::Code;

use super::{Closed, SOON, owned};

fn seconds(seconds: i64) -> Option<Span> {
    Some(Span { seconds, ..Span::default() })
}

async fn known(caller: &Holdfast) -> Result<String, Code> {
    let known = caller.trust().who_am_i(WhoAmIRequest::default()).await;
    known.map(|known| known.into_inner().user).map_err(|status| status.code())
}

const NOBODY: Result<String, Code> = Err(Code::Unauthenticated);

fn ann() -> Result<String, Code> {
    Ok("ann".to_owned())
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let closed = Closed::start().await;
    let request = CreateTokenRequest {
        user: "ann".into(),
        ttl: seconds(3).into(),
        ..CreateTokenRequest::default()
    };
    let token = closed.issue(request).await.expect("made");
    assert!(token.expires_at.as_option().is_some());
    let caller = closed.root.showing(&token.token);
    assert_eq!(known(&caller).await, ann());
    let ended = async {
        while known(&caller).await != NOBODY {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, ended).await.expect("it ends");
}

#[tokio::test]
async fn a_rotated_secret_is_good_for_its_grace_and_not_without_one() {
    let closed = Closed::start().await;
    let first = closed.token("ann", &[]).await;
    let rotate = |grace: Option<Span>| RotateTokenRequest {
        id: first.id.clone(),
        grace: grace.into(),
        ..RotateTokenRequest::default()
    };
    // One's own token needs no right.
    let old = closed.root.showing(&first.token);
    let second = old.trust().rotate_token(rotate(seconds(3_600))).await.expect("rotated");
    let second = second.into_inner();
    assert_eq!(second.id, first.id);
    assert_ne!(second.token, first.token);
    let new = closed.root.showing(&second.token);
    assert_eq!((known(&old).await, known(&new).await), (ann(), ann()));
    let third = new.trust().rotate_token(rotate(None)).await.expect("rotated");
    let third = closed.root.showing(&third.into_inner().token);
    assert_eq!(known(&old).await, NOBODY);
    assert_eq!(known(&new).await, NOBODY);
    assert_eq!(known(&third).await, ann());
    // That of somebody else does.
    let bob = closed.token("bob", &[]).await;
    let foreign = RotateTokenRequest { id: bob.id, ..RotateTokenRequest::default() };
    let denied = third.trust().rotate_token(foreign).await.expect_err("not Ann's");
    assert_eq!(denied.code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_revoked_token_is_refused_by_the_next_call() {
    let closed = Closed::start().await;
    let token = closed.token("ann", &[]).await;
    let caller = closed.root.showing(&token.token);
    assert_eq!(known(&caller).await, ann());
    let request = RevokeTokenRequest { id: token.id.clone(), ..RevokeTokenRequest::default() };
    closed.root.trust().revoke_token(request.clone()).await.expect("revoked");
    assert_eq!(known(&caller).await, NOBODY);
    let again = closed.root.trust().revoke_token(request).await.expect_err("it is gone");
    assert_eq!(again.code(), Code::NotFound);
    let gone = GetTokenRequest { id: token.id, ..GetTokenRequest::default() };
    let gone = closed.root.trust().get_token(gone).await.expect_err("it is gone");
    assert_eq!(gone.code(), Code::NotFound);
}

#[tokio::test]
async fn a_disabled_user_is_refused_and_comes_back() {
    let closed = Closed::start().await;
    let token = closed.token("ann", &[]).await;
    let caller = closed.root.showing(&token.token);
    let user = |disabled| PutUserRequest { name: "ann".into(), disabled, ..Default::default() };
    for _ in 0..3 {
        closed.user(user(true)).await;
        assert_eq!(known(&caller).await, NOBODY);
        closed.user(user(false)).await;
        assert_eq!(known(&caller).await, ann());
    }
}

/// A token that stayed behind would be good again: nothing would disable its user any more.
#[tokio::test]
async fn a_deleted_user_takes_their_tokens_along() {
    let closed = Closed::start().await;
    let (one, two) = (closed.token("ann", &["reader"]).await, closed.token("ann", &[]).await);
    let bob = closed.token("bob", &[]).await;
    let user = PutUserRequest { name: "ann".into(), disabled: true, ..Default::default() };
    closed.user(user).await;
    let delete = DeleteUserRequest { name: "ann".into(), ..DeleteUserRequest::default() };
    let clerk = closed.caller("clerk", &["admin internal:holdfast.trust/users/**"]).await;
    let denied = clerk.trust().delete_user(delete.clone()).await.expect_err("her tokens too");
    assert_eq!(denied.code(), Code::PermissionDenied);
    let gone = closed.root.trust().delete_user(delete).await.expect("deleted").into_inner();
    let mut ids = owned(&[&one.id, &two.id]);
    ids.sort();
    assert_eq!(gone.revoked, ids);
    for token in [one, two] {
        assert_eq!(known(&closed.root.showing(&token.token)).await, NOBODY);
    }
    assert_eq!(known(&closed.root.showing(&bob.token)).await, Ok("bob".to_owned()));
}
