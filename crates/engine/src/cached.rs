//! Cached values: what callers keep under a name until a time, beside the entries of their namespaces. They are entries of the server's
//! own namespace, so no watch, search or list of callers shows them.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::Action;
use holdfast_model::{
    Codec, Entry, EntryKey, Life, Precondition, Timestamp, ValueType, WriteAction, WriteMode,
};

use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::{conditional, single};
use crate::error::EngineError;
use crate::names::{self, any_key};
use crate::own::CACHED;

/// A value to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// JSON text; any value, `null` too.
    pub value: Bytes,
    /// When it goes; `None`: it stays.
    pub until: Option<Timestamp>,
}

impl Engine {
    /// Keeps a value in place of the one before. One whose time has passed is not kept, and the one before is gone too. The caller
    /// needs [`Action::Write`] on `cache/<key>` of the namespace.
    pub async fn set_cached(&self, caller: &Caller, cached: Cached) -> Result<(), EngineError> {
        let Cached { namespace, key, value, until } = cached;
        let what = CACHED.resource(&namespace, &key);
        let proof = self.authorize(caller, Action::Write, what).await?;
        let (size, max) = (value.len(), self.limits().value_bytes);
        if size > max {
            return Err(EngineError::ValueTooLarge { size, max });
        }
        let at = CACHED.entry(&namespace, &key)?;
        let passed = until.is_some_and(|until| until <= self.log().now());
        let action = if passed {
            WriteAction::Delete { missing_ok: true }
        } else {
            WriteAction::Put {
                value,
                codec: Codec::json(),
                value_type: ValueType::Custom,
                ttl: until.map(Life::Until),
                mode: WriteMode::Upsert,
            }
        };
        let batch = conditional(caller, at, action, Precondition::default());
        self.commit_for(caller, &[proof], batch).await.map(drop)
    }

    /// A value that is kept, as an entry `cache/<key>` of the namespace. The caller needs [`Action::Read`] on that.
    ///
    /// # Errors
    /// [`EngineError::NotFound`]: there is none, or its time has passed.
    pub async fn get_cached(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
    ) -> Result<Arc<Entry>, EngineError> {
        let what = CACHED.resource(namespace, key);
        let shown = what.key.clone().into_owned();
        let proof = self.authorize(caller, Action::Read, what).await?;
        let at = CACHED.entry(namespace, key)?;
        let found = self.log().get(&proof, &at).await?;
        // Rules about what is shown speak of the caller's names.
        let shown = EntryKey::new(names::namespace(namespace)?, names::key(&shown, any_key)?);
        let found = found.map(|entry| Arc::new(Entry { at: shown.clone(), ..(*entry).clone() }));
        self.shown_or_missing(caller, &shown, found).await
    }

    /// Forgets a value; one that is not there, too. The caller needs [`Action::Delete`] on `cache/<key>` of the namespace.
    pub async fn delete_cached(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
    ) -> Result<(), EngineError> {
        let what = CACHED.resource(namespace, key);
        let proof = self.authorize(caller, Action::Delete, what).await?;
        let at = CACHED.entry(namespace, key)?;
        let batch = single(caller, at, WriteAction::Delete { missing_ok: true });
        self.commit_for(caller, &[proof], batch).await.map(drop)
    }
}
