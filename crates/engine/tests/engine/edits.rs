//! Edits and reverts: who may, what is kept of what they do not see, and on what they may depend.

use std::time::Duration;

use holdfast_auth::{Shown, Sight};
use holdfast_engine::{
    CommitRequest, Edit, Events, Fence, Lock, RequestedAction, RequestedWrite, Revert,
};
use holdfast_model::{ErrorKind, Filter, Prefix};
use serde_json::{Value, json};

use super::*;

/// Takes `/secret` out of values, and hides what is called so.
struct Veil;

#[async_trait::async_trait]
impl Guard for Veil {
    async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(Identity::named("me"))
    }

    async fn decide(&self, _: &Identity, _: Action, _: &Resource) -> Result<Decision, AuthError> {
        Ok(Decision::Allow)
    }

    fn redacts(&self) -> bool {
        true
    }

    fn show(&self, _: &Identity, what: &Shown<'_>) -> Result<Sight, AuthError> {
        Ok(match what.key {
            "hidden" => Sight::Hidden,
            "whole" => Sight::Whole,
            _ => Sight::Without(Arc::from(["/secret".to_owned()])),
        })
    }
}

/// Puts a member into an object.
fn with_n(entry: &Entry) -> Result<Bytes, EngineError> {
    let mut value: Value = serde_json::from_slice(&entry.value)
        .map_err(|error| EngineError::InvalidValue(error.to_string()))?;
    value["n"] = json!(1);
    Ok(Bytes::from(value.to_string()))
}

fn edit(key: &str) -> Edit<'static> {
    Edit {
        namespace: "a".into(),
        key: key.into(),
        change: &with_n,
        condition: Precondition::default(),
    }
}

async fn revert_to_first(engine: &Engine, key: &str) -> Result<Arc<Entry>, EngineError> {
    let filter = Filter::below("a", Prefix::new(key));
    let all = Events { filters: vec![filter], limit: 10, ..Events::default() };
    let events = engine.as_server().events(&me(), all).await.expect("events").events;
    let revert = Revert {
        namespace: "a".into(),
        key: key.into(),
        id: events[0].event().id,
        condition: Precondition::default(),
    };
    engine.revert(&me(), revert).await
}

#[tokio::test]
async fn what_an_editor_does_not_see_is_kept() {
    let engine = engine().await;
    let veiled = engine.guarded_by(Arc::new(Veil));
    for key in ["k", "hidden", "whole"] {
        engine.set(&me(), value("a", key, r#"{"secret":1}"#)).await.expect("set");
    }
    let edited = veiled.edit(&me(), edit("k")).await.expect("edited");
    assert_eq!(&*edited.value, br#"{"n":1}"#);
    let all = engine.get(&me(), "a", "k").await.expect("there");
    assert_eq!(&*all.value, br#"{"n":1,"secret":1}"#);
    let hidden = veiled.edit(&me(), edit("hidden")).await.expect_err("it is not there");
    assert_eq!(hidden.kind(), ErrorKind::NotFound);
    // What is not seen whole is not brought back.
    for (key, kind) in [("k", ErrorKind::PermissionDenied), ("hidden", ErrorKind::VersionNotFound)]
    {
        let refused = revert_to_first(&veiled, key).await.expect_err("not whole");
        assert_eq!(refused.kind(), kind, "{key}");
    }
    engine.delete(&me(), "a", "whole").await.expect("deleted");
    let whole = revert_to_first(&veiled, "whole").await.expect("seen");
    assert_eq!(&*whole.value, br#"{"secret":1}"#);
}

#[tokio::test]
async fn an_edit_reads_and_writes() {
    let engine = engine().await;
    engine.set(&me(), value("a", "k", "{}")).await.expect("set");
    let only = |rule: fn(Action, &Resource) -> Decision| engine.guarded_by(Arc::new(Rule(rule)));
    let readers = only(|action, _| match action {
        Action::Write => Decision::Deny("no".into()),
        _ => Decision::Allow,
    });
    let writers = only(|action, _| match action {
        Action::Read => Decision::Deny("no".into()),
        _ => Decision::Allow,
    });
    for engine in [readers, writers] {
        let denied = engine.edit(&me(), edit("k")).await.expect_err("denied");
        assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
        revert_to_first(&engine, "k").await.expect_err("denied");
    }
    let entry = engine.get(&me(), "a", "k").await.expect("there");
    assert_eq!((&*entry.value, entry.version), (&b"{}"[..], 1));
    let own = Edit { namespace: "internal:holdfast".into(), ..edit("k") };
    engine.edit(&me(), own).await.expect_err("the server's own");
}

#[tokio::test]
async fn a_life_time_goes_on() {
    let clock = Arc::new(Hands::default());
    clock.0.store(1_000_000_000, Relaxed);
    let options = Options { clock: clock.clone(), ..Options::default() };
    let engine = engine_with(AllowAll, options).await;
    let action = RequestedAction::Put {
        value: Bytes::from_static(b"{}"),
        codec: String::new(),
        ttl: Some(Duration::from_secs(60)),
        mode: WriteMode::Upsert,
    };
    let (namespace, key) = ("a".to_owned(), "k".to_owned());
    let write = RequestedWrite { namespace, key, action, condition: Precondition::default() };
    let request = CommitRequest { writes: vec![write], ..CommitRequest::default() };
    engine.commit(&me(), request).await.expect("committed");
    let ends = engine.get(&me(), "a", "k").await.expect("there").expires_at;
    clock.0.store(31_000_000_000, Relaxed);
    let edited = engine.edit(&me(), edit("k")).await.expect("edited");
    assert_eq!((edited.expires_at, &*edited.value), (ends, &br#"{"n":1}"#[..]));
    // What was brought back stays.
    let reverted = revert_to_first(&engine, "k").await.expect("reverted");
    assert_eq!((reverted.expires_at, &*reverted.value), (None, &b"{}"[..]));
}

#[tokio::test]
async fn a_lost_lock_stops_them() {
    let engine = engine().await;
    engine.set(&me(), value("a", "k", "{}")).await.expect("set");
    let lock =
        || Lock { namespace: "a".into(), key: "lock".into(), owner: String::new(), until: None };
    let mut locks = Vec::new();
    for _ in 0..2 {
        locks.push(engine.lock(&me(), lock()).await.expect("taken").revision);
        engine.unlock(&me(), "a", "lock", None).await.expect("given back");
    }
    locks.push(engine.lock(&me(), lock()).await.expect("taken").revision);
    let under = |revision| {
        let fence = Fence { namespace: "a".into(), key: "lock".into(), revision };
        Caller { fence: Some(Arc::new(fence)), ..me() }
    };
    let refused = engine.edit(&under(locks[0]), edit("k")).await;
    assert!(matches!(refused, Err(EngineError::Fenced { .. })), "{refused:?}");
    engine.edit(&under(locks[2]), edit("k")).await.expect("held");
    let all = Events {
        filters: vec![Filter::below("a", Prefix::new("k"))],
        limit: 1,
        ..Events::default()
    };
    let first = engine.events(&me(), all).await.expect("events").events[0].event().id;
    let revert = || Revert {
        namespace: "a".into(),
        key: "k".into(),
        id: first,
        condition: Precondition::default(),
    };
    let refused = engine.revert(&under(locks[1]), revert()).await;
    assert!(matches!(refused, Err(EngineError::Fenced { .. })), "{refused:?}");
    let entry = engine.get(&me(), "a", "k").await.expect("there");
    assert_eq!(&*entry.value, br#"{"n":1}"#);
    engine.revert(&under(locks[2]), revert()).await.expect("held");
}
