//! Commit: many writes over any namespaces as one revision.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Batch, Commit, Condition, EntryKey, Event, Idempotency, Life, Precondition, ResumeToken,
    Revision, Timestamp, Write, WriteAction, WriteMode,
};
use uuid::Uuid;

use crate::caller::Caller;
use crate::codec;
use crate::commit::Committed;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::names::{self, any_key};

/// What to commit.
#[derive(Debug, Clone, Default)]
pub struct CommitRequest {
    /// In order; no key twice.
    pub writes: Vec<RequestedWrite>,
    /// Conditions on other keys.
    pub conditions: Vec<RequestedCondition>,
    /// Why.
    pub reason: String,
    /// Makes a retry safe; empty: none.
    pub idempotency_key: String,
}

/// One write, with names as the caller wrote them.
#[derive(Debug, Clone)]
pub struct RequestedWrite {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// What to do.
    pub action: RequestedAction,
    /// Under which condition.
    pub condition: Precondition,
}

/// What to do with an entry.
#[derive(Debug, Clone)]
pub enum RequestedAction {
    /// Write a value.
    Put {
        /// The bytes.
        value: Bytes,
        /// Their codec; empty: json.
        codec: String,
        /// Life time from the commit on.
        ttl: Option<Duration>,
        /// May it be new, has it to be.
        mode: WriteMode,
    },
    /// Remove the entry.
    Delete {
        /// A missing entry is no failure.
        missing_ok: bool,
    },
}

/// A condition on an entry that is not written (or is).
#[derive(Debug, Clone)]
pub struct RequestedCondition {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// What has to be true of it.
    pub condition: Precondition,
}

/// The commit is durable.
#[derive(Debug, Clone)]
pub struct CommitAnswer {
    /// Its revision; of a batch that changed nothing, that of the state it changed nothing of.
    pub revision: Revision,
    /// Its time.
    pub time: Timestamp,
    /// Right behind it.
    pub token: ResumeToken,
    /// One for each write; empty for a replay whose commit is compacted.
    pub results: Vec<WriteResult>,
    /// The idempotency key was known: this is the answer of that time.
    pub replayed: bool,
}

/// What a write did.
#[derive(Debug, Clone)]
pub struct WriteResult {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// The version written; 0 for a delete.
    pub version: u64,
    /// Of the key; 0 when nothing happened.
    pub ordinal: u64,
    /// Of the event; `None` when nothing happened.
    pub id: Option<Uuid>,
}

impl Engine {
    /// Commits all writes, or none.
    pub async fn commit(
        &self,
        caller: &Caller,
        request: CommitRequest,
    ) -> Result<CommitAnswer, EngineError> {
        let proofs = self.authorize_all(caller, &request).await?;
        self.check_sizes(&request)?;
        let print = || fingerprint(&request);
        let idempotency = idempotency(caller, &request.idempotency_key, print);
        let batch = self.batch(caller, request, idempotency)?;
        let written: Vec<EntryKey> = batch.writes.iter().map(|write| write.at.clone()).collect();
        let committed = self.commit_for(caller, &proofs, batch).await?;
        self.answer(&written, committed).await
    }

    /// What the caller is told of a commit that wrote these keys.
    pub(crate) async fn answer(
        &self,
        written: &[EntryKey],
        committed: Committed,
    ) -> Result<CommitAnswer, EngineError> {
        let replayed = committed.replay.is_some();
        let commit = match &committed.replay {
            Some(earlier) if earlier.committed => self.log().commit_at(earlier.revision).await?,
            Some(_) => None,
            None => committed.commit,
        };
        let lost = committed.replay.as_ref().is_some_and(|r| r.committed) && commit.is_none();
        let results = if lost {
            Vec::new()
        } else {
            let commit = commit.as_deref().map(|sealed| sealed.commit());
            results_of(written, commit)
        };
        Ok(CommitAnswer {
            revision: committed.revision,
            time: committed.time,
            token: ResumeToken::at(&committed.head, committed.revision),
            results,
            replayed,
        })
    }

    async fn authorize_all(
        &self,
        caller: &Caller,
        request: &CommitRequest,
    ) -> Result<Vec<Authorized>, EngineError> {
        let mut proofs = Vec::with_capacity(request.writes.len() + request.conditions.len());
        self.authorize_writes(caller, &request.writes, &mut proofs).await?;
        for condition in &request.conditions {
            let resource = Resource::key(&*condition.namespace, &*condition.key);
            proofs.push(self.authorize(caller, Action::Read, resource).await?);
        }
        Ok(proofs)
    }

    /// One proof for each write, in order.
    pub(crate) async fn authorize_writes(
        &self,
        caller: &Caller,
        writes: &[RequestedWrite],
        proofs: &mut Vec<Authorized>,
    ) -> Result<(), EngineError> {
        for write in writes {
            let action = match write.action {
                RequestedAction::Put { .. } => Action::Write,
                RequestedAction::Delete { .. } => Action::Delete,
            };
            let resource = Resource::key(&*write.namespace, &*write.key);
            proofs.push(self.authorize(caller, action, resource).await?);
        }
        Ok(())
    }

    fn check_sizes(&self, request: &CommitRequest) -> Result<(), EngineError> {
        if request.writes.is_empty() {
            return Err(invalid("writes", "at least one write is needed"));
        }
        self.check_texts(&request.reason, &request.idempotency_key)?;
        self.check_writes(&request.writes, request.conditions.len())
    }

    pub(crate) fn check_texts(&self, reason: &str, key: &str) -> Result<(), EngineError> {
        let limits = self.limits();
        if reason.len() > limits.reason_bytes {
            return Err(invalid("reason", &format!("at most {} bytes", limits.reason_bytes)));
        }
        if key.len() > Idempotency::MAX_KEY_BYTES {
            let why = format!("at most {} bytes", Idempotency::MAX_KEY_BYTES);
            return Err(invalid("idempotency_key", &why));
        }
        Ok(())
    }

    /// What one commit may hold; `others`: keys that are looked at and not written.
    pub(crate) fn check_writes(
        &self,
        writes: &[RequestedWrite],
        others: usize,
    ) -> Result<(), EngineError> {
        let limits = self.limits();
        let events = writes.len();
        let mut bytes = 0;
        for write in writes {
            // Names are in the log whatever is done to them.
            bytes += write.key.len() + write.namespace.len();
            let RequestedAction::Put { value, .. } = &write.action else { continue };
            if value.len() > limits.value_bytes {
                let (size, max) = (value.len(), limits.value_bytes);
                return Err(EngineError::ValueTooLarge { size, max });
            }
            bytes += value.len();
        }
        let too_many = events > limits.commit_events || others > limits.commit_events;
        if too_many || bytes > limits.commit_bytes {
            return Err(EngineError::CommitTooLarge {
                events: events.max(others),
                bytes,
                max_events: limits.commit_events,
                max_bytes: limits.commit_bytes,
            });
        }
        Ok(())
    }

    fn batch(
        &self,
        caller: &Caller,
        request: CommitRequest,
        idempotency: Option<Idempotency>,
    ) -> Result<Batch, EngineError> {
        let writes = checked_writes(request.writes, "")?;
        let mut conditions = Vec::with_capacity(request.conditions.len());
        for condition in request.conditions {
            let namespace = names::namespace(&condition.namespace)?;
            let at = EntryKey::new(namespace, names::key(&condition.key, any_key)?);
            conditions.push(Condition { at, condition: condition.condition });
        }
        let (actor, reason) = (caller.actor(), request.reason);
        let (quiet, choice) = (Vec::new(), None);
        Ok(Batch { writes, conditions, quiet, actor, reason, idempotency, choice })
    }
}

/// The key under which a request is remembered, if it has one.
pub(crate) fn idempotency(
    caller: &Caller,
    key: &str,
    fingerprint: impl FnOnce() -> [u8; 32],
) -> Option<Idempotency> {
    (!key.is_empty()).then(|| Idempotency {
        identity: caller.identity.user().to_string(),
        key: key.to_owned(),
        fingerprint: fingerprint(),
    })
}

/// Names and values checked; no key twice. `path` is that of the message which has the writes, with its dot.
pub(crate) fn checked_writes(
    requested: Vec<RequestedWrite>,
    path: &str,
) -> Result<Vec<Write>, EngineError> {
    let mut seen = HashSet::with_capacity(requested.len());
    let mut writes = Vec::with_capacity(requested.len());
    for (index, write) in requested.into_iter().enumerate() {
        let namespace = names::writable(&write.namespace)?;
        let at = EntryKey::new(namespace, names::key(&write.key, any_key)?);
        if !seen.insert(at.clone()) {
            let why = format!("{at} is written twice in one commit");
            return Err(invalid(&format!("{path}writes[{index}].key"), &why));
        }
        let action = checked(write.action, &|| format!("{path}writes[{index}]"))?;
        writes.push(Write { at, action, condition: write.condition });
    }
    Ok(writes)
}

fn checked(
    action: RequestedAction,
    path: &impl Fn() -> String,
) -> Result<WriteAction, EngineError> {
    match action {
        RequestedAction::Delete { missing_ok } => Ok(WriteAction::Delete { missing_ok }),
        RequestedAction::Put { value, codec, ttl, mode } => {
            if ttl.is_some_and(|ttl| ttl.is_zero()) {
                return Err(invalid(&format!("{}.put.ttl", path()), "must be above zero"));
            }
            let at_this_write = |error| match error {
                EngineError::InvalidValue(why) => {
                    EngineError::InvalidValue(format!("{}.put.value: {why}", path()))
                }
                EngineError::InvalidArgument { field, why } => {
                    invalid(&format!("{}.put.{field}", path()), &why)
                }
                other => other,
            };
            let (codec, value_type) = codec::inspect(&codec, &value).map_err(at_this_write)?;
            Ok(WriteAction::Put { value, codec, value_type, ttl: ttl.map(Life::For), mode })
        }
    }
}

pub(crate) fn invalid(field: &str, why: &str) -> EngineError {
    EngineError::InvalidArgument { field: field.into(), why: why.into() }
}

/// Events are in the order of the writes; those that changed nothing have none.
fn results_of(written: &[EntryKey], commit: Option<&Commit>) -> Vec<WriteResult> {
    let mut events = commit.map(|commit| commit.events.iter()).unwrap_or_default().peekable();
    written.iter().map(|at| result_of(at, events.next_if(|event| event.at == *at))).collect()
}

fn result_of(at: &EntryKey, event: Option<&Event>) -> WriteResult {
    WriteResult {
        namespace: at.namespace.to_string(),
        key: at.key.to_string(),
        version: event.filter(|e| !e.kind.removes()).map_or(0, |e| e.version),
        ordinal: event.map_or(0, |e| e.ordinal),
        id: event.map(|e| e.id),
    }
}

/// Over everything that makes two requests different. Every part is preceded by its length, so that no two requests run
/// together into the same bytes.
fn fingerprint(request: &CommitRequest) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(request.reason.as_bytes());
    print_writes(&request.writes, &mut part);
    part(b"conditions");
    for condition in &request.conditions {
        part(condition.namespace.as_bytes());
        part(condition.key.as_bytes());
        part(format!("{:?}", condition.condition).as_bytes());
    }
    *hasher.finalize().as_bytes()
}

pub(crate) fn print_writes(writes: &[RequestedWrite], part: &mut impl FnMut(&[u8])) {
    for write in writes {
        part(write.namespace.as_bytes());
        part(write.key.as_bytes());
        match &write.action {
            RequestedAction::Put { value, codec, ttl, mode } => {
                part(value);
                part(codec.as_bytes());
                part(format!("put {ttl:?} {mode:?} {:?}", write.condition).as_bytes());
            }
            RequestedAction::Delete { missing_ok } => {
                part(format!("delete {missing_ok} {:?}", write.condition).as_bytes());
            }
        }
    }
}
