//! What roles, scopes and groups open and close.

use holdfast_api::holdfast_v1::{
    CreateTokenRequest, GetRequest, PutRoleRequest, PutUserRequest, WhoAmIRequest,
};
use holdfast_tests::Holdfast;
use holdfast_tests::client::put;
use tonic::Code;

use super::{Closed, owned};

async fn reads(caller: &Holdfast, namespace: &str, key: &str) -> Result<(), Code> {
    let request =
        GetRequest { namespace: namespace.into(), key: key.into(), ..GetRequest::default() };
    caller.get(request).await.map(drop).map_err(|failure| failure.code)
}

async fn writes(caller: &Holdfast, namespace: &str, key: &str) -> Result<(), Code> {
    let done = caller.commit(vec![put(namespace, key, "1")]).await;
    done.map(drop).map_err(|failure| failure.code)
}

const DENIED: Result<(), Code> = Err(Code::PermissionDenied);

async fn filled() -> Closed {
    let closed = Closed::start().await;
    let keys = ["app/x", "app/y/z", "secret/k", "other"];
    let writes = keys.iter().flat_map(|key| [put("a", key, "1"), put("b", key, "1")]).collect();
    closed.root.commit(writes).await.expect("committed");
    closed
}

#[tokio::test]
async fn rules_open_what_they_name_and_a_deny_wins() {
    let closed = filled().await;
    let ann = closed.caller("ann", &["read a/**", "write a/app/*", "deny * a/secret/**"]).await;
    for (key, read, write) in [
        ("app/x", Ok(()), Ok(())),
        ("app/y/z", Ok(()), DENIED),
        ("secret/k", DENIED, DENIED),
        ("other", Ok(()), DENIED),
    ] {
        assert_eq!(reads(&ann, "a", key).await, read, "{key}");
        assert_eq!(writes(&ann, "a", key).await, write, "{key}");
        assert_eq!(reads(&ann, "b", key).await, DENIED, "{key}");
    }
    // One write that may not be made keeps back the commit.
    let both = ann.commit(vec![put("a", "app/x", "2"), put("a", "other", "2")]).await;
    let denied = both.expect_err("one of them is denied");
    assert_eq!((denied.code, &*denied.reason), (Code::PermissionDenied, "PERMISSION_DENIED"));
    let changed = closed.root.get(GetRequest {
        namespace: "a".into(),
        key: "app/x".into(),
        ..GetRequest::default()
    });
    assert_eq!(changed.await.expect("it is there").entry.value, &b"1"[..]);
}

#[tokio::test]
async fn a_role_is_had_by_name_by_user_and_by_group() {
    let closed = filled().await;
    let role = PutRoleRequest {
        name: "by-name".into(),
        rules: owned(&["read a"]),
        users: owned(&["carl"]),
        groups: owned(&["ops"]),
        ..PutRoleRequest::default()
    };
    closed.root.trust().put_role(role).await.expect("written");
    let user = |name: &str, roles: &[&str], groups: &[&str]| PutUserRequest {
        name: name.into(),
        roles: owned(roles),
        groups: owned(groups),
        ..PutUserRequest::default()
    };
    closed.user(user("dora", &["by-name"], &[])).await;
    closed.user(user("emil", &[], &["ops"])).await;
    for (name, roles, expected) in [
        ("ann", &["by-name"][..], Ok(())),
        ("bob", &["unknown"][..], DENIED),
        ("carl", &[][..], Ok(())),
        ("dora", &[][..], Ok(())),
        ("emil", &[][..], Ok(())),
        ("ops", &[][..], DENIED),
    ] {
        let token = closed.token(name, roles).await.token;
        let caller = closed.root.showing(&token);
        assert_eq!(reads(&caller, "a", "other").await, expected, "{name}");
        let known = caller.trust().who_am_i(WhoAmIRequest::default()).await;
        let known = known.expect("everybody who is recognised").into_inner();
        assert_eq!(known.user, name);
        assert_eq!(known.rules.is_empty(), expected.is_err(), "{known:?}");
    }
}

#[tokio::test]
async fn a_scope_narrows_and_never_widens() {
    let closed = filled().await;
    let token = closed
        .issue(CreateTokenRequest {
            user: "ci".into(),
            roles: owned(&["writer"]),
            scopes: owned(&["read,write a/app/**", "admin *"]),
            ..CreateTokenRequest::default()
        })
        .await
        .expect("made");
    let ci = closed.root.showing(&token.token);
    assert_eq!(reads(&ci, "a", "app/x").await, Ok(()));
    assert_eq!(writes(&ci, "a", "app/x").await, Ok(()));
    assert_eq!(reads(&ci, "a", "other").await, DENIED);
    assert_eq!(reads(&ci, "b", "app/x").await, DENIED);
    // The scope speaks of administration, the role does not.
    let mut trust = ci.trust();
    let refused = trust.list_tokens(holdfast_api::holdfast_v1::ListTokensRequest::default());
    assert_eq!(refused.await.expect_err("no administrator").code(), Code::PermissionDenied);
}

#[tokio::test]
async fn check_access_goes_by_roles() {
    let closed = filled().await;
    let ann = closed.caller("ann", &["read,list a", "write b"]).await;
    let token = closed.token("ann", &["ann"]).await.token;
    let config = closed.server.config().await.showing(&token);
    assert_eq!(config.check_access("a").await, Ok((true, false)));
    assert_eq!(config.check_access("b").await, Ok((false, true)));
    assert_eq!(config.check_access("c").await, Ok((false, false)));
    assert_eq!(reads(&ann, "a", "other").await, Ok(()));
}

/// A change is in force for the call after the one that made it, with nothing in between.
#[tokio::test]
async fn a_changed_role_is_in_force_at_once() {
    let closed = filled().await;
    let ann = closed.caller("ann", &["list a"]).await;
    for _ in 0..50 {
        assert_eq!(reads(&ann, "a", "other").await, DENIED);
        closed.role("ann", &["read a"]).await;
        assert_eq!(reads(&ann, "a", "other").await, Ok(()));
        closed.role("ann", &["list a"]).await;
    }
}

/// The namespace of the documents is the server's own: no role but administration opens it, and no plain write reaches it.
#[tokio::test]
async fn the_documents_are_for_administrators() {
    let closed = filled().await;
    let writer = closed.caller("ann", &["* *"]).await;
    let trust = "internal:holdfast.trust";
    assert_eq!(reads(&writer, trust, "users/root").await, DENIED);
    assert_eq!(reads(&closed.root, trust, "users/root").await, Ok(()));
    for caller in [&writer, &closed.root] {
        assert!(writes(caller, trust, "roles/admin").await.is_err());
    }
    // One who administers users only makes no tokens.
    let clerk = closed.caller("clerk", &["admin internal:holdfast.trust/users/**"]).await;
    let user = PutUserRequest { name: "new".into(), ..PutUserRequest::default() };
    clerk.trust().put_user(user).await.expect("a user is written");
    let token = CreateTokenRequest { user: "new".into(), ..CreateTokenRequest::default() };
    let denied = clerk.trust().create_token(token).await.expect_err("no tokens");
    assert_eq!(denied.code(), Code::PermissionDenied);
}
