//! Documents are entries of the log: they outlive the server, and the log says who wrote them.

use holdfast_api::holdfast_v1::{
    EventsRequest, Filter, GetRoleRequest, GetUserRequest, HistoryRequest, ListTokensRequest,
    PutUserRequest, WhoAmIRequest,
};
use tonic::Code;

use super::{Closed, owned};

#[tokio::test]
async fn documents_outlive_a_restart_and_a_kill() {
    let mut closed = Closed::start().await;
    closed.role("reader-of-a", &["read a"]).await;
    let ann = PutUserRequest {
        name: "ann".into(),
        roles: owned(&["reader-of-a"]),
        note: "of the test".into(),
        ..PutUserRequest::default()
    };
    closed.user(ann).await;
    let token = closed.token("ann", &[]).await;
    for kill in [false, true] {
        if kill {
            closed.server.kill();
        } else {
            closed.server.stop().await;
        }
        closed.server.start_again().await;
        closed = Closed::of(closed.server).await;
        let caller = closed.root.showing(&token.token);
        // The very first call: the server knows its tokens before it answers anybody.
        let known = caller.trust().who_am_i(WhoAmIRequest::default()).await.expect("known");
        let known = known.into_inner();
        assert_eq!((&*known.user, &*known.rules), ("ann", &owned(&["read a"])[..]));
        let role = GetRoleRequest { name: "reader-of-a".into(), ..GetRoleRequest::default() };
        let role = closed.root.trust().get_role(role).await.expect("it is there").into_inner();
        assert_eq!(role.role.rules, ["read a"]);
        let user = GetUserRequest { name: "ann".into(), ..GetUserRequest::default() };
        let user = closed.root.trust().get_user(user).await.expect("it is there").into_inner();
        assert_eq!(user.user.note, "of the test");
        let tokens = closed.root.trust().list_tokens(ListTokensRequest::default()).await;
        assert_eq!(tokens.expect("listed").into_inner().tokens.len(), 2);
    }
}

#[tokio::test]
async fn the_log_says_who_gave_which_right() {
    let closed = Closed::start().await;
    let clerk = closed.caller("clerk", &["admin internal:holdfast.trust/users/**"]).await;
    let request = PutUserRequest { name: "new".into(), ..PutUserRequest::default() };
    clerk.trust().put_user(request).await.expect("written");
    let trust = Filter { namespace: "internal:holdfast.trust".into(), ..Filter::default() };
    let events = EventsRequest { filters: vec![trust], ..EventsRequest::default() };
    let logged = closed.root.events(events.clone()).await.expect("an administrator sees them");
    let last = logged.events.last().expect("events");
    let event = &last.event;
    assert_eq!((&*event.key, &*last.actor.identity), ("users/new", "clerk"));
    assert_eq!(&*last.actor.method, "holdfast.v1/PutUser");
    let history = HistoryRequest {
        namespace: "internal:holdfast.trust".into(),
        key: "users/new".into(),
        ..HistoryRequest::default()
    };
    assert_eq!(closed.root.history(history.clone()).await.expect("seen").events.len(), 1);
    let reader = closed.caller("reader-of-all", &["* *"]).await;
    assert_eq!(reader.history(history).await.expect_err("no").code, Code::PermissionDenied);
    let seen = reader.events(events).await;
    assert!(seen.is_err() || seen.is_ok_and(|seen| seen.events.is_empty()));
}
