//! Edit: a value that is made of the one before, as one commit.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::{Action, Resource};
use holdfast_model::{Batch, Entry, Life, Precondition, Quiet, Scope, WriteAction, WriteMode};

use crate::caller::Caller;
use crate::codec;
use crate::engine::Engine;
use crate::entries::{conditional, readable};
use crate::error::EngineError;
use crate::names::{self, not_found};

/// What the entry's value becomes, of what the entry is. It may be asked several times.
pub type Change<'a> = &'a (dyn Fn(&Entry) -> Result<Bytes, EngineError> + Send + Sync);

/// One value to change.
pub struct Edit<'a> {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// Makes the new value; its codec is that of the old one.
    pub change: Change<'a>,
    /// What else has to be true of the entry.
    pub condition: Precondition,
}

/// How often a value is made again because the entry changed meanwhile.
const TRIES: usize = 16;

impl Engine {
    /// Changes the entry of a key and answers it as it is now. What the caller may not see of it is kept. Its life time goes on.
    ///
    /// # Errors
    /// Of the change; [`EngineError::NotFound`]; [`EngineError::Contended`] when others kept writing to it. Nothing was changed then.
    pub async fn edit(&self, caller: &Caller, edit: Edit<'_>) -> Result<Arc<Entry>, EngineError> {
        let Edit { namespace, key, change, condition } = edit;
        let (namespace, key) = (namespace.as_str(), key.as_str());
        let written = self.authorize(caller, Action::Write, Resource::key(namespace, key)).await?;
        let read = self.authorize(caller, Action::Read, Resource::key(namespace, key)).await?;
        names::writable(namespace)?;
        let at = readable(namespace, key)?;
        let mut turn = None;
        for _ in 0..TRIES {
            let head = self.log().view().head.revision;
            let found = self.log().get(&read, &at).await?.ok_or_else(|| not_found(&at))?;
            self.shown(caller, Arc::clone(&found))?.ok_or_else(|| not_found(&at))?;
            let action = self.changed(&found, change)?;
            let quiet = vec![Quiet { scope: Scope::Entry(at.clone()), since: head }];
            let write = conditional(caller, at.clone(), action, condition.clone());
            let batch = Batch { quiet, ..write };
            match self.commit_for(caller, std::slice::from_ref(&written), batch).await {
                Err(EngineError::Contended) if turn.is_none() => {
                    turn = Some(self.log().editors.turn(&at).await?);
                }
                Err(EngineError::Contended) => {}
                Err(error) => return Err(error),
                Ok(committed) => {
                    return self.shown_or_missing(caller, &at, committed.entry()).await;
                }
            }
        }
        Err(EngineError::Contended)
    }

    fn changed(&self, found: &Entry, change: Change<'_>) -> Result<WriteAction, EngineError> {
        let value = change(found)?;
        let (size, max) = (value.len(), self.limits().value_bytes);
        if size > max {
            return Err(EngineError::ValueTooLarge { size, max });
        }
        let (codec, value_type) = codec::inspect(found.codec.as_str(), &value)?;
        let ttl = found.expires_at.map(Life::Until);
        Ok(WriteAction::Put { value, codec, value_type, ttl, mode: WriteMode::Update })
    }
}
