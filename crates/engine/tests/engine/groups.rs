use std::num::NonZeroUsize;
use std::time::Duration;

use holdfast_engine::{
    CommitRequest, Join, Member, Place, RequestedAction, RequestedWrite, Retention,
};
use holdfast_model::{ErrorKind, Filter, Revision};

use super::*;

fn join(group: &str) -> Join {
    Join {
        group: group.into(),
        filters: vec![Filter { namespaces: vec!["a".into()], prefixes: Vec::new() }],
        accepts: Arc::new(|_, _| true),
        since: None,
        acknowledges: true,
        max_unacked: None,
        waits: false,
    }
}

/// What comes until nothing does: keys, and a sign behind those that may be repeats.
async fn drain(member: &mut Member) -> Vec<String> {
    let mut keys = Vec::new();
    while let Ok(parcel) = tokio::time::timeout(Duration::from_millis(100), member.next()).await {
        let parcel = parcel.expect("the membership goes on");
        let event = &parcel.matched.commit.commit().events[parcel.index];
        keys.push(format!("{}{}", event.at.key, if parcel.redelivered { "+" } else { "" }));
    }
    keys
}

/// A caller by name; `half` may not read keys that begin with `secret`.
struct ByName;

#[async_trait::async_trait]
impl Guard for ByName {
    async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
        Err(AuthError::Unauthenticated("tests bring their own".into()))
    }

    async fn decide(
        &self,
        who: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        let hidden = who.user() == "half" && what.key.starts_with("secret");
        let closed = who.user() == "nobody" && action == Action::Watch;
        Ok(if hidden || closed { Decision::Deny("no".into()) } else { Decision::Allow })
    }
}

#[tokio::test]
async fn what_one_member_may_not_see_is_for_those_who_may() {
    let engine = engine_with(ByName, Options::default()).await;
    let by = |name: &str| Caller::of(Identity::named(name), "test");
    let refused = engine.join(&by("nobody"), join("g")).await.err().expect("refused");
    assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
    let mut half = engine.join(&by("half"), join("g")).await.expect("a member");
    let mut whole = engine.join(&by("whole"), join("g")).await.expect("a member");
    for n in 0..6 {
        set(&engine, "a", &format!("secret{n}"), "1").await;
    }
    // Each is asked in turn, so that what one refuses reaches the other.
    let (mut seen, mut by_half) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        by_half.extend(drain(&mut half).await);
        seen.extend(drain(&mut whole).await);
    }
    seen.sort();
    assert!(by_half.is_empty(), "{by_half:?}");
    assert_eq!(seen, ["secret0", "secret1", "secret2", "secret3", "secret4", "secret5"]);
    // Where nobody may see them they are passed over, and hold up nothing.
    drop(whole);
    drain(&mut half).await;
    set(&engine, "a", "secret6", "1").await;
    set(&engine, "a", "open", "1").await;
    assert_eq!(drain(&mut half).await, ["open"]);
    engine.shutdown().await;
}

#[tokio::test]
async fn after_a_clean_stop_nothing_is_called_a_repeat_that_is_none() {
    let store = Arc::new(MemoryStore::new());
    let open = || {
        let store = Arc::clone(&store) as Arc<dyn holdfast_store::Store>;
        async {
            Engine::open(store, Arc::new(AllowAll), Options::default()).await.expect("it opens")
        }
    };
    let engine = open().await;
    let mut member = engine.join(&me(), join("g")).await.expect("a member");
    set(&engine, "a", "k1", "1").await;
    assert_eq!(drain(&mut member).await, ["k1"]);
    engine.shutdown().await;
    let ended = member.next().await.err().expect("the membership ends");
    assert_eq!(ended.kind(), ErrorKind::Unavailable);
    drop(member);
    let engine = open().await;
    set(&engine, "a", "k2", "1").await;
    let mut member = engine.join(&me(), join("g")).await.expect("a member");
    assert_eq!(drain(&mut member).await, ["k1+", "k2"]);
    engine.shutdown().await;
}

#[tokio::test]
async fn a_group_can_begin_in_the_middle_of_a_commit() {
    let engine = engine().await;
    let write = |key: &str| RequestedWrite {
        namespace: "a".into(),
        key: key.into(),
        action: RequestedAction::Put {
            value: Bytes::from_static(b"1"),
            codec: String::new(),
            ttl: None,
            mode: WriteMode::Upsert,
        },
        condition: Default::default(),
    };
    let request =
        CommitRequest { writes: ["k0", "k1", "k2"].map(write).into(), ..CommitRequest::default() };
    engine.commit(&me(), request).await.expect("a commit");
    let since = Some(Place { revision: Revision(1), index: 0 });
    let mut member = engine.join(&me(), Join { since, ..join("g") }).await.expect("a member");
    assert_eq!(drain(&mut member).await, ["k1", "k2"]);
    engine.shutdown().await;
}

#[tokio::test]
async fn what_is_compacted_is_lost_to_a_group_and_the_rest_is_not() {
    let retention = Retention { max_revisions: NonZeroUsize::new(2), ..Retention::default() };
    let options =
        Options { retention, sweep_interval: Duration::from_millis(20), ..Options::default() };
    let engine = engine_with(AllowAll, options).await;
    drop(engine.join(&me(), join("g")).await.expect("a member"));
    for n in 0..6 {
        set(&engine, "a", &format!("k{n}"), "1").await;
    }
    while engine.status().head.floors.events < Revision(5) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut member = engine.join(&me(), join("g")).await.expect("a member");
    assert_eq!(drain(&mut member).await, ["k4", "k5"]);
    engine.shutdown().await;
}
