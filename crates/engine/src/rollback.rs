//! Rollback: a key, a prefix or a namespace becomes what it was, as one new commit. The past stays as it is.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdfast_auth::{Action, AuthError, Authorized, Resource};
use holdfast_model::{
    Batch, Entry, EntryKey, Idempotency, Key, Life, Namespace, Precondition, Prefix, Quiet,
    Revision, Scope, Write, WriteAction, WriteMode,
};

use crate::batches::{CommitAnswer, idempotency};
use crate::caller::Caller;
use crate::diff::walk::{Pair, Side, Walk};
use crate::diff::{Change, Difference, differs};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::moment::Moment;
use crate::names::{self, any_key};

/// What to roll back, and how far.
#[derive(Debug, Clone)]
pub struct Rollback {
    /// Where.
    pub namespace: String,
    /// Which keys.
    pub scope: RollbackScope,
    /// To the state of this moment.
    pub to: Moment,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Only if none of the keys has changed behind this revision: that of a plan that was looked at.
    pub expect_head: Option<Revision>,
    /// Why; empty: what was done, in words.
    pub reason: String,
    /// Makes a retry safe; empty: none.
    pub idempotency_key: String,
}

/// Which keys to roll back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollbackScope {
    /// One key.
    Key(String),
    /// All that begin with this; empty: the whole namespace.
    Below(String),
}

/// What was done, or would be.
#[derive(Debug, Clone)]
pub struct RollbackAnswer {
    /// The revision gone back to.
    pub to: Revision,
    /// The revision that the plan was made from.
    pub head: Revision,
    /// By key; `old` is the current entry without its value, `new` what it becomes. Empty for a replay.
    pub plan: Vec<Difference>,
    /// `None` for a dry run. Its revision is `head` when there was nothing to do.
    pub commit: Option<CommitAnswer>,
}

/// How often a plan is made again because its keys changed meanwhile.
const TRIES: usize = 16;

/// The scope, checked, with the right to look at it.
struct Target {
    proof: Authorized,
    namespace: Namespace,
    keys: Keys,
}

enum Keys {
    One(Key),
    Below(Prefix),
}

impl Engine {
    /// Makes the state of a scope what it was. Values come back with their codec, type and life time (which begins
    /// anew); keys that were created since are deleted.
    pub async fn rollback(
        &self,
        caller: &Caller,
        rollback: Rollback,
    ) -> Result<RollbackAnswer, EngineError> {
        let target = self.target(caller, &rollback).await?;
        self.check_texts(&rollback.reason, &rollback.idempotency_key)?;
        let key = idempotency(caller, &rollback.idempotency_key, || fingerprint(&rollback));
        if let Some(key) = key.as_ref().filter(|_| !rollback.dry_run)
            && self.log().remembered(key).await?.is_some()
        {
            return self.replay(caller, key.clone()).await;
        }
        let to = self.pinned(rollback.to).await?;
        for _ in 0..TRIES {
            let head = self.log().view().head.revision;
            if let Some(expected) = rollback.expect_head {
                self.expect_quiet(caller, &target, expected, head).await?;
            }
            let plan = self.plan(&target, head, to).await?;
            self.check_plan(caller, &target, &plan).await?;
            if rollback.dry_run {
                return Ok(RollbackAnswer { to, head, plan, commit: None });
            }
            match self.apply(caller, &rollback, &target, (head, to), &plan, key.clone()).await {
                Err(EngineError::Contended) => {}
                Err(error) => return Err(error),
                Ok(commit) => return Ok(RollbackAnswer { to, head, plan, commit: Some(commit) }),
            }
        }
        Err(EngineError::Contended)
    }

    async fn target(&self, caller: &Caller, rollback: &Rollback) -> Result<Target, EngineError> {
        let name = &rollback.namespace;
        let resource = match &rollback.scope {
            RollbackScope::Key(key) => Resource::key(name, key),
            RollbackScope::Below(_) => Resource::namespace(name),
        };
        let proof = self.authorize(caller, Action::Read, resource).await?;
        let namespace = names::writable(name)?;
        let keys = match &rollback.scope {
            RollbackScope::Key(key) => Keys::One(names::key(key, any_key)?),
            RollbackScope::Below(prefix) => Keys::Below(Prefix::new(prefix)),
        };
        Ok(Target { proof, namespace, keys })
    }

    async fn replay(
        &self,
        caller: &Caller,
        key: Idempotency,
    ) -> Result<RollbackAnswer, EngineError> {
        let batch = batch(caller, Vec::new(), Vec::new(), String::new(), Some(key));
        let committed = self.commit_for(caller, &[], batch).await?;
        let commit = self.answer(&[], committed).await?;
        let revision = commit.revision;
        let plan = Vec::new();
        Ok(RollbackAnswer { to: Revision::ZERO, head: revision, plan, commit: Some(commit) })
    }

    /// Fails with the first key that is not the same version at both revisions.
    async fn expect_quiet(
        &self,
        caller: &Caller,
        target: &Target,
        expected: Revision,
        head: Revision,
    ) -> Result<(), EngineError> {
        let mut walk = self.both(target, expected, head).await?;
        while let Some((key, then, now)) = walk.next().await? {
            let version = |entry: &Option<Arc<Entry>>| entry.as_ref().map(|e| e.mod_revision);
            if version(&then) != version(&now) {
                let what = Resource::key(target.namespace.as_str(), key.as_str());
                if !self.may(caller, Action::Read, what).await? {
                    return Err(unreadable());
                }
                let namespace = target.namespace.to_string();
                return Err(EngineError::MovedOn { namespace, key: key.to_string(), expected });
            }
        }
        Ok(())
    }

    /// What has to change so that the state at `head` becomes that at `to`.
    async fn plan(
        &self,
        target: &Target,
        head: Revision,
        to: Revision,
    ) -> Result<Vec<Difference>, EngineError> {
        let (max_events, max_bytes) = (self.limits().commit_events, self.limits().commit_bytes);
        let mut plan = Vec::new();
        let (mut events, mut bytes) = (0, 0);
        let mut walk = self.both(target, head, to).await?;
        while let Some((key, now, then)) = walk.next().await? {
            let Some(change) = change(now.as_deref(), then.as_deref()) else { continue };
            events += 1;
            if let Some(then) = &then {
                let name = target.namespace.as_str().len() + key.as_str().len();
                bytes += then.value.len() + name;
            }
            // Counted to the end, so that the refusal can say how much it is.
            if events <= max_events && bytes <= max_bytes {
                let old = now.map(|now| Arc::new(Entry { value: Bytes::new(), ..(*now).clone() }));
                plan.push(Difference { key, change, old, new: then });
            }
        }
        if events > max_events || bytes > max_bytes {
            return Err(EngineError::RollbackTooLarge { events, bytes, max_events, max_bytes });
        }
        Ok(plan)
    }

    /// A plan shows keys and values: whoever may not read one of them cannot roll back around it.
    async fn check_plan(
        &self,
        caller: &Caller,
        target: &Target,
        plan: &[Difference],
    ) -> Result<(), EngineError> {
        for step in plan {
            let what = Resource::key(target.namespace.as_str(), step.key.as_str());
            let may = self.may(caller, Action::Read, what).await?;
            let seen = |entry: &Arc<Entry>| self.shown(caller, Arc::clone(entry));
            let whole = match &step.new {
                Some(entry) => seen(entry)?.is_some_and(|seen| seen.value == entry.value),
                None => true,
            };
            if !may || !whole {
                return Err(unreadable());
            }
        }
        Ok(())
    }

    /// The scope at two revisions.
    async fn both(
        &self,
        target: &Target,
        old: Revision,
        new: Revision,
    ) -> Result<Pairs<'_>, EngineError> {
        match &target.keys {
            Keys::One(key) => {
                let at = EntryKey::new(target.namespace.clone(), key.clone());
                let old = self.log().get_at(&target.proof, &at, old).await?;
                let new = self.log().get_at(&target.proof, &at, new).await?;
                let there = old.is_some() || new.is_some();
                Ok(Pairs::One(there.then(|| (key.clone(), old, new))))
            }
            Keys::Below(prefix) => {
                let side = |revision| {
                    let (proof, namespace) = (target.proof.clone(), target.namespace.clone());
                    Side::new(proof, namespace, prefix.clone(), None, revision)
                };
                Ok(Pairs::Walk(Box::new(Walk::new(self.log(), side(old), side(new)))))
            }
        }
    }

    async fn apply(
        &self,
        caller: &Caller,
        rollback: &Rollback,
        target: &Target,
        (head, to): (Revision, Revision),
        plan: &[Difference],
        key: Option<Idempotency>,
    ) -> Result<CommitAnswer, EngineError> {
        let mut proofs = Vec::with_capacity(plan.len());
        let mut writes = Vec::with_capacity(plan.len());
        for step in plan {
            let write = write(&target.namespace, step);
            let action = if step.new.is_some() { Action::Write } else { Action::Delete };
            let resource = Resource::key(&*rollback.namespace, step.key.as_str());
            proofs.push(self.authorize(caller, action, resource).await?);
            writes.push(write);
        }
        let scope = match &target.keys {
            Keys::One(key) => Scope::Entry(EntryKey::new(target.namespace.clone(), key.clone())),
            Keys::Below(prefix) => Scope::Below(target.namespace.clone(), prefix.clone()),
        };
        let reason = match rollback.reason.as_str() {
            "" => format!("rollback to revision {to}"),
            reason => reason.to_owned(),
        };
        let quiet = vec![Quiet { scope, since: head }];
        let written: Vec<EntryKey> = writes.iter().map(|write: &Write| write.at.clone()).collect();
        let batch = batch(caller, writes, quiet, reason, key);
        let committed = self.commit_for(caller, &proofs, batch).await?;
        self.answer(&written, committed).await
    }
}

fn unreadable() -> EngineError {
    let why = "there are keys in the scope that you may not read";
    AuthError::Denied(why.into()).into()
}

/// The keys of a scope with their entries in two states.
enum Pairs<'a> {
    One(Option<Pair>),
    Walk(Box<Walk<'a>>),
}

impl Pairs<'_> {
    async fn next(&mut self) -> Result<Option<Pair>, EngineError> {
        match self {
            Self::One(pair) => Ok(pair.take()),
            Self::Walk(walk) => walk.next().await,
        }
    }
}

/// Life times count here: an entry that goes by itself is not the same as one that stays, and one that was written
/// again with a life time has a new one.
fn change(now: Option<&Entry>, then: Option<&Entry>) -> Option<Change> {
    let (Some(now), Some(then)) = (now, then) else { return Change::between(now, then) };
    if now.mod_revision == then.mod_revision {
        return None;
    }
    let mortal = now.expires_at.is_some() || then.expires_at.is_some();
    let changed = mortal || differs(now, then) || now.value_type != then.value_type;
    changed.then_some(Change::Changed)
}

fn write(namespace: &Namespace, step: &Difference) -> Write {
    let action = match &step.new {
        Some(then) => WriteAction::Put {
            value: then.value.clone(),
            codec: then.codec.clone(),
            value_type: then.value_type,
            ttl: life_time(then).map(Life::For),
            mode: WriteMode::Upsert,
        },
        None => WriteAction::Delete { missing_ok: true },
    };
    let at = EntryKey::new(namespace.clone(), step.key.clone());
    Write { at, action, condition: Precondition::default() }
}

/// As the writer of that version had asked for.
fn life_time(entry: &Entry) -> Option<Duration> {
    let nanos = entry.expires_at?.0.saturating_sub(entry.modified_at.0);
    Some(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0).max(1)))
}

fn batch(
    caller: &Caller,
    writes: Vec<Write>,
    quiet: Vec<Quiet>,
    reason: String,
    idempotency: Option<Idempotency>,
) -> Batch {
    let actor = caller.actor();
    Batch { writes, conditions: Vec::new(), quiet, actor, reason, idempotency, choice: None }
}

fn fingerprint(rollback: &Rollback) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 rollback request v1");
    let Rollback { namespace, scope, to, expect_head, reason, .. } = rollback;
    for part in [namespace.as_str(), &format!("{scope:?} {to:?} {expect_head:?}"), reason] {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}
