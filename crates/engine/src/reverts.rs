//! Revert: one entry becomes what an event of its past left, as one new commit.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::{Action, AuthError, Resource};
use holdfast_model::{
    Batch, Codec, Entry, EntryKey, Filter, Precondition, Prefix, WriteAction, WriteMode,
};
use uuid::Uuid;

use crate::caller::Caller;
use crate::codec;
use crate::engine::Engine;
use crate::entries::{conditional, readable};
use crate::error::EngineError;
use crate::events::Logged;
use crate::names::{self, not_found};

/// What to revert, and to which event.
#[derive(Debug, Clone)]
pub struct Revert {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// The event; one of another key is none.
    pub id: Uuid,
    /// What else has to be true of the entry that is there.
    pub condition: Precondition,
}

/// What was there at that time.
struct Past {
    codec: Codec,
    value: Bytes,
}

impl Engine {
    /// Writes what an event left, with its codec; of a removal, what it removed. Answers the entry as it is now, without a life time.
    ///
    /// # Errors
    /// [`EngineError::VersionNotFound`] when the key has no such event; [`AuthError::Denied`] when the caller may not see all of
    /// what was there. Nothing was changed then.
    pub async fn revert(&self, caller: &Caller, revert: Revert) -> Result<Arc<Entry>, EngineError> {
        let Revert { namespace, key, id, condition } = revert;
        let resource = Resource::key(namespace.as_str(), key.as_str());
        let written = self.authorize(caller, Action::Write, resource).await?;
        names::writable(&namespace)?;
        let at = readable(&namespace, &key)?;
        let filter = Filter::below(namespace.as_str(), Prefix::new(&*key));
        let event = self.event(caller, filter, Some(key.clone()), id).await?;
        let event = event.ok_or(EngineError::VersionNotFound { namespace, key })?;
        let past = self.left_by(caller, &at, &event).await?;
        let (codec, value_type) = codec::inspect(past.codec.as_str(), &past.value)?;
        let value = past.value;
        let mode = WriteMode::Upsert;
        let action = WriteAction::Put { value, codec, value_type, ttl: None, mode };
        let reason = format!("revert to revision {}", event.commit().revision);
        let batch = Batch { reason, ..conditional(caller, at.clone(), action, condition) };
        let committed = self.commit_for(caller, &[written], batch).await?;
        committed.entry().ok_or_else(|| not_found(&at))
    }

    async fn left_by(
        &self,
        caller: &Caller,
        at: &EntryKey,
        logged: &Logged,
    ) -> Result<Past, EngineError> {
        let event = &logged.commit().events[logged.index()];
        let whole = |seen: &Bytes, value: &Bytes| {
            let why = "you may not see all of what was there";
            if seen == value { Ok(()) } else { Err(AuthError::Denied(why.into())) }
        };
        if event.kind.leaves_entry() {
            whole(&logged.event().value, &event.value)?;
            return Ok(Past { codec: event.codec.clone(), value: event.value.clone() });
        }
        let (namespace, key) = (at.namespace.as_str(), at.key.as_str());
        let missing =
            || EngineError::VersionNotFound { namespace: namespace.into(), key: key.into() };
        let previous = event.previous.ok_or_else(missing)?;
        let proof = self.authorize(caller, Action::Read, Resource::entry(at)).await?;
        let before = self.log().get_at(&proof, at, previous).await?.ok_or_else(missing)?;
        let seen = self.shown(caller, Arc::clone(&before))?.ok_or_else(missing)?;
        whole(&seen.value, &before.value)?;
        Ok(Past { codec: before.codec.clone(), value: before.value.clone() })
    }
}
