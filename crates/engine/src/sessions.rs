//! Sessions of people: marks under names of the server's own, written by one commit when somebody comes or goes, and gone by
//! themselves when their time has come. What a mark says, and under which name, is for whoever knows the people; nothing in it may be
//! what a browser shows, so that nobody can sign in with what a log or a backup holds.

use bytes::Bytes;
use holdfast_auth::{Action, Resource};
use holdfast_model::{
    Batch, Codec, EntryKey, Key, Life, Precondition, Revision, Timestamp, ValueType, Write,
    WriteAction, WriteMode,
};

use crate::batches::invalid;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::names;

/// The namespace of the marks.
pub const NAMESPACE: &str = "internal:holdfast.sessions";

/// Something that is known until a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its name.
    pub key: String,
    /// What is known.
    pub json: serde_json::Value,
    /// Until when; `None`: for ever.
    pub until: Option<Timestamp>,
}

impl Engine {
    /// Makes marks and removes others, in one commit. What is to be removed need not be there. The caller has to administer the
    /// server.
    ///
    /// # Errors
    /// [`EngineError::KeyExists`]: one of the new marks is there already; then nothing is changed.
    pub async fn mark_sessions(
        &self,
        caller: &Caller,
        new: &[Mark],
        gone: &[String],
    ) -> Result<Revision, EngineError> {
        let mut writes = Vec::with_capacity(new.len() + gone.len());
        for mark in new {
            writes.push(write(&mark.key, put(mark))?);
        }
        for key in gone {
            writes.push(write(key, WriteAction::Delete { missing_ok: true })?);
        }
        let mut proofs = Vec::with_capacity(writes.len());
        for Write { at, .. } in &writes {
            proofs.push(self.authorize(caller, Action::Admin, Resource::entry(at)).await?);
        }
        let batch = Batch {
            writes,
            conditions: Vec::new(),
            quiet: Vec::new(),
            actor: caller.actor(),
            reason: String::new(),
            idempotency: None,
            choice: None,
        };
        Ok(self.commit_for(caller, &proofs, batch).await?.revision)
    }
}

fn write(key: &str, action: WriteAction) -> Result<Write, EngineError> {
    let key = Key::new(key).map_err(|error| invalid("key", &error.to_string()))?;
    let at = EntryKey::new(names::namespace(NAMESPACE)?, key);
    Ok(Write { at, action, condition: Precondition::default() })
}

fn put(mark: &Mark) -> WriteAction {
    WriteAction::Put {
        value: Bytes::from(mark.json.to_string()),
        codec: Codec::json(),
        value_type: ValueType::Custom,
        ttl: mark.until.map(Life::Until),
        mode: WriteMode::Create,
    }
}
