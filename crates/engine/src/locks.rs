//! Locks: one owner has a lock at a time, until a time or until it is given back. A lock is an entry of the server's own
//! namespace that one conditional commit writes, so that it is right wherever the log is, and after a restart.
//!
//! The revision of the commit that took a lock fences what is done under it: a write that carries it ([`Caller::fence`]) is refused
//! once the lock has run out or was taken anew, however long its owner slept in between.

use bytes::Bytes;
use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Batch, Choice, Codec, Compare, Condition, EntryKey, Life, Precondition, Relation, Revision,
    Target, Timestamp, ValueHash, ValueType, Write, WriteAction, WriteMode,
};
use uuid::Uuid;

use crate::batches::invalid;
use crate::caller::Caller;
use crate::engine::Engine;
use crate::entries::conditional;
use crate::error::EngineError;
use crate::own::LOCKS;

/// Which lock is wanted, by whom and until when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// A text that nobody else knows; empty: the engine makes one up.
    pub owner: String,
    /// When it runs out; `None`: it does not.
    pub until: Option<Timestamp>,
}

/// A lock that was taken, or kept for longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// Who has it. It is not stored, and told to nobody else.
    pub owner: String,
    /// Of the commit that took it: rises each time it is taken anew, and stays while its owner keeps it for longer.
    pub revision: Revision,
}

/// A lock under which something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// What [`Locked`] said.
    pub revision: Revision,
}

impl Engine {
    /// Takes a lock that nobody has; its owner keeps it for longer, or for less long. The caller needs [`Action::Write`] on
    /// `mutex/<key>` of the namespace.
    ///
    /// # Errors
    /// [`EngineError::Locked`]: somebody else has it. A time that has passed is an invalid argument.
    pub async fn lock(&self, caller: &Caller, lock: Lock) -> Result<Locked, EngineError> {
        let Lock { namespace, key, owner, until } = lock;
        let proof = self.authorize(caller, Action::Write, LOCKS.resource(&namespace, &key)).await?;
        let at = LOCKS.entry(&namespace, &key)?;
        if until.is_some_and(|until| until <= self.log().now()) {
            return Err(invalid("exp", "the time has passed already"));
        }
        let owner = if owner.is_empty() { Uuid::new_v4().to_string() } else { owner };
        let batch = taking(caller, &at, mark(&at, &owner), until);
        let proofs: Vec<Authorized> = batch.names().map(|_| proof.clone()).collect();
        let committed = self.commit_for(caller, &proofs, batch).await;
        let committed = committed.map_err(|error| match error {
            EngineError::KeyExists { .. } => EngineError::Locked { namespace, key },
            other => other,
        })?;
        // The revision of an entry that expired between judging and here is still that of its commit.
        let taken = committed.chosen.reads.into_iter().flatten().next();
        let revision = taken.map_or(committed.revision, |entry| entry.create_revision);
        Ok(Locked { owner, revision })
    }

    /// Gives a lock back. With an owner: only the one that they have. Without: whoever has it, and also when nobody does. The
    /// caller needs [`Action::Write`] on `mutex/<key>` of the namespace.
    ///
    /// # Errors
    /// [`EngineError::NotHeld`]: the owner does not have it, or has it no longer.
    pub async fn unlock(
        &self,
        caller: &Caller,
        namespace: &str,
        key: &str,
        owner: Option<&str>,
    ) -> Result<(), EngineError> {
        let proof = self.authorize(caller, Action::Write, LOCKS.resource(namespace, key)).await?;
        let at = LOCKS.entry(namespace, key)?;
        let condition = Precondition {
            value_hash: owner.map(|owner| ValueHash::of(&mark(&at, owner))),
            ..Precondition::default()
        };
        let batch = conditional(caller, at, WriteAction::Delete { missing_ok: true }, condition);
        match self.commit_for(caller, &[proof], batch).await {
            Err(EngineError::Conflict { .. }) => {
                Err(EngineError::NotHeld { namespace: namespace.into(), key: key.into() })
            }
            other => other.map(drop),
        }
    }

    /// The same batch under the condition that the lock is still the one that was taken, and the proofs for it: the caller
    /// needs [`Action::Read`] on `mutex/<key>`.
    pub(crate) async fn fenced(
        &self,
        caller: &Caller,
        fence: &Fence,
        proofs: &[Authorized],
        mut batch: Batch,
    ) -> Result<(Vec<Authorized>, Batch), EngineError> {
        let what: Resource<'_> = LOCKS.resource(&fence.namespace, &fence.key);
        let proof = self.authorize(caller, Action::Read, what).await?;
        let at = LOCKS.entry(&fence.namespace, &fence.key)?;
        let condition =
            Precondition { create_revision: Some(fence.revision), ..Precondition::default() };
        // In the order of `Batch::names`.
        let before = batch.all_writes().count() + batch.conditions.len();
        let (writes, rest) = proofs.split_at_checked(before).unwrap_or((proofs, &[]));
        let proofs = [writes, &[proof], rest].concat();
        batch.conditions.push(Condition { at, condition });
        Ok((proofs, batch))
    }
}

impl Fence {
    /// A failure of the condition that the fence added, in words about the lock.
    pub(crate) fn explain(&self, error: EngineError) -> EngineError {
        let Ok(at) = LOCKS.entry(&self.namespace, &self.key) else { return error };
        match error {
            EngineError::Conflict { namespace, key, write: None, .. }
                if namespace == at.namespace.as_str() && key == at.key.as_str() =>
            {
                let (namespace, key) = (self.namespace.clone(), self.key.clone());
                EngineError::Fenced { namespace, key, revision: self.revision }
            }
            other => other,
        }
    }
}

/// Keeps the lock for its owner, or creates it.
fn taking(caller: &Caller, at: &EntryKey, mark: Bytes, until: Option<Timestamp>) -> Batch {
    let put = |mode| WriteAction::Put {
        value: mark.clone(),
        codec: Codec::json(),
        value_type: ValueType::String,
        ttl: until.map(Life::Until),
        mode,
    };
    let held =
        Compare { at: at.clone(), target: Target::Value(mark.clone()), relation: Relation::Equal };
    let choice = Choice {
        compares: vec![held],
        reads: vec![at.clone()],
        otherwise: vec![Write {
            at: at.clone(),
            action: put(WriteMode::Create),
            condition: Precondition::default(),
        }],
        otherwise_reads: vec![at.clone()],
    };
    let keep = conditional(caller, at.clone(), put(WriteMode::Update), Precondition::default());
    Batch { choice: Some(Box::new(choice)), ..keep }
}

/// What is stored of an owner: enough to know them again, and not who they are. Owners of two locks have two marks.
fn mark(at: &EntryKey, owner: &str) -> Bytes {
    let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 owner of a lock v1");
    for part in [at.key.as_str(), owner] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    Bytes::from(format!("\"{}\"", hasher.finalize().to_hex()))
}
