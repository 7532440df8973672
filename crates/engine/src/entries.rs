//! Get, set, delete, list.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::{Action, Resource};
use holdfast_model::{
    Batch, Entry, EntryKey, Key, Precondition, Prefix, Revision, Write, WriteAction, WriteMode,
};
use holdfast_store::PageLimit;

use crate::caller::Caller;
use crate::codec;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names::{self, KeyRule, any_key, not_found};

/// One value to write.
#[derive(Debug, Clone)]
pub struct Set {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// The bytes, kept as they are.
    pub value: Bytes,
    /// Their codec; empty: json.
    pub codec: String,
    /// May it be new, has it to be.
    pub mode: WriteMode,
    /// What else has to be true of the entry that is there.
    pub condition: Precondition,
    /// The dialect's alphabet for keys.
    pub key_rule: KeyRule,
}

/// Which entries to list.
#[derive(Debug, Clone)]
pub struct List {
    /// Where.
    pub namespace: String,
    /// Byte prefix of the keys.
    pub prefix: String,
    /// At most so many; `None`: as many as one answer may hold.
    pub limit: Option<usize>,
    /// Behind this key.
    pub after: Option<String>,
}

/// A page of entries, by key.
#[derive(Debug, Clone)]
pub struct EntryPage {
    /// The entries.
    pub entries: Vec<Arc<Entry>>,
    /// There are more behind the last one.
    pub more: bool,
    /// The state they are from.
    pub revision: Revision,
}

impl Engine {
    /// The current entry of a key. A text that can be no key has none.
    pub async fn get(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
    ) -> Result<Arc<Entry>, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::key(namespace, key)).await?;
        let at = readable(namespace, key)?;
        let found = self.log().get(&proof, &at).await?;
        self.shown_or_missing(caller, &at, found).await
    }

    /// An entry that was found and may be seen.
    pub(crate) async fn shown_or_missing(
        &self,
        caller: &Caller,
        at: &EntryKey,
        found: Option<Arc<Entry>>,
    ) -> Result<Arc<Entry>, EngineError> {
        let shown = found.map(|entry| self.shown(caller, entry)).transpose()?.flatten();
        let shown = shown.ok_or_else(|| not_found(at))?;
        self.answered(caller, &shown).await?;
        Ok(shown)
    }

    /// The entry of a key as it was at an earlier revision.
    pub async fn get_at(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
        revision: Revision,
    ) -> Result<Arc<Entry>, EngineError> {
        let proof = self.authorize(caller, Action::Read, Resource::key(namespace, key)).await?;
        let at = readable(namespace, key)?;
        let found = self.log().get_at(&proof, &at, revision).await?;
        self.shown_or_missing(caller, &at, found).await
    }

    /// Writes one key and answers the entry as it is now.
    pub async fn set(&self, caller: &Caller, set: Set) -> Result<Arc<Entry>, EngineError> {
        let resource = Resource::key(&*set.namespace, &*set.key);
        let proof = self.authorize(caller, Action::Write, resource).await?;
        let (size, max) = (set.value.len(), self.limits().value_bytes);
        if size > max {
            return Err(EngineError::ValueTooLarge { size, max });
        }
        let namespace = names::writable(&set.namespace)?;
        let key = names::key(&set.key, set.key_rule)?;
        let (codec, value_type) = codec::inspect(&set.codec, &set.value)?;
        let at = EntryKey::new(namespace, key);
        let action =
            WriteAction::Put { value: set.value, codec, value_type, ttl: None, mode: set.mode };
        let batch = conditional(caller, at.clone(), action, set.condition);
        let committed = self.commit_for(caller, &[proof], batch).await?;
        committed.entry().ok_or_else(|| not_found(&at))
    }

    /// Removes one key.
    pub async fn delete(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
    ) -> Result<(), EngineError> {
        self.delete_if(caller, namespace, key, Precondition::default()).await
    }

    /// Removes one key if the condition holds.
    pub async fn delete_if(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
        condition: Precondition,
    ) -> Result<(), EngineError> {
        let proof = self.authorize(caller, Action::Delete, Resource::key(namespace, key)).await?;
        names::writable(namespace)?;
        let at = readable(namespace, key)?;
        let batch = conditional(caller, at, WriteAction::Delete { missing_ok: false }, condition);
        self.commit_for(caller, &[proof], batch).await.map(drop)
    }

    /// A page of the current entries of a namespace.
    pub async fn list(&self, caller: &Caller, list: List) -> Result<EntryPage, EngineError> {
        self.list_state(caller, list, Moment::Latest, self.limits().page_bytes).await
    }

    /// The same as it was at an earlier revision.
    pub async fn list_at(
        &self,
        caller: &Caller,
        list: List,
        revision: Revision,
    ) -> Result<EntryPage, EngineError> {
        self.list_state(caller, list, Moment::Revision(revision), self.limits().page_bytes).await
    }

    pub(crate) async fn list_state(
        &self,
        caller: &Caller,
        list: List,
        moment: Moment,
        bytes: usize,
    ) -> Result<EntryPage, EngineError> {
        let resource = Resource::namespace(&*list.namespace);
        let proof = self.authorize(caller, Action::List, resource).await?;
        names::namespace(&list.namespace)?;
        let after = list.after.map(|key| names::key(&key, any_key)).transpose()?;
        let limit = PageLimit::rows(list.limit.unwrap_or(usize::MAX)).and_bytes(bytes);
        let at = self.at(moment).await?;
        let keys = (Prefix::new(&list.prefix), after);
        let found = self.visible_page(caller, &proof, keys, at, limit).await?;
        Ok(EntryPage { entries: found.entries, more: found.more, revision: found.revision })
    }
}

/// A name to look for: one that the keyspace cannot hold is simply not there.
pub(crate) fn readable(namespace: &str, key: &str) -> Result<EntryKey, EngineError> {
    let namespace = names::namespace(namespace)?;
    let missing = || EngineError::NotFound { namespace: namespace.to_string(), key: key.into() };
    let key = Key::new(key).map_err(|_| missing())?;
    Ok(EntryKey::new(namespace, key))
}

pub(crate) fn single(caller: &Caller, at: EntryKey, action: WriteAction) -> Batch {
    conditional(caller, at, action, Precondition::default())
}

pub(crate) fn conditional(
    caller: &Caller,
    at: EntryKey,
    action: WriteAction,
    condition: Precondition,
) -> Batch {
    Batch {
        writes: vec![Write { at, action, condition }],
        conditions: Vec::new(),
        quiet: Vec::new(),
        actor: caller.actor(),
        reason: String::new(),
        idempotency: None,
        choice: None,
    }
}
