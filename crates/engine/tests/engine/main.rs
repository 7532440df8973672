//! The use cases over the memory store, as the adapters call them.

mod aliases;
mod asking;
mod auditing;
mod batches;
mod cached;
mod diff;
mod edits;
mod entries;
mod faults;
mod groups;
mod locks;
mod looking;
mod nodes;
mod past;
mod quotas;
mod rollback;
mod sight;
mod states;
mod txn;
mod upkeep;
mod watching;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use bytes::Bytes;
use holdfast_auth::{
    Action, AllowAll, AuthError, Credentials, Decision, Guard, Identity, Resource,
};
use holdfast_engine::{Caller, Clock, Engine, EngineError, Options, Set, any_key};
use holdfast_model::{Entry, Precondition, Timestamp, WriteMode};
use holdfast_store::MemoryStore;

/// A clock that the test sets.
#[derive(Debug, Default)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Relaxed))
    }
}

/// A guard that knows everybody as the same caller and decides by a rule.
struct Rule(fn(Action, &Resource) -> Decision);

#[async_trait::async_trait]
impl Guard for Rule {
    async fn authenticate(&self, _: &Credentials<'_>) -> Result<Identity, AuthError> {
        Ok(Identity::named("me"))
    }

    async fn decide(
        &self,
        _: &Identity,
        action: Action,
        what: &Resource,
    ) -> Result<Decision, AuthError> {
        Ok((self.0)(action, what))
    }
}

async fn engine_with(guard: impl Guard, options: Options) -> Engine {
    Engine::open(Arc::new(MemoryStore::new()), Arc::new(guard), options).await.expect("it opens")
}

async fn engine() -> Engine {
    engine_with(AllowAll, Options::default()).await
}

fn me() -> Caller {
    Caller::of(Identity::named("me"), "test")
}

fn value(namespace: &str, key: &str, value: &str) -> Set {
    Set {
        namespace: namespace.into(),
        key: key.into(),
        value: Bytes::from(value.to_owned()),
        codec: String::new(),
        mode: WriteMode::Upsert,
        condition: Precondition::default(),
        key_rule: any_key,
    }
}

async fn set(engine: &Engine, namespace: &str, key: &str, text: &str) -> Arc<Entry> {
    engine.set(&me(), value(namespace, key, text)).await.expect("a set")
}

fn is_not_found<T>(result: Result<T, EngineError>) -> bool {
    matches!(result, Err(EngineError::NotFound { .. }))
}
