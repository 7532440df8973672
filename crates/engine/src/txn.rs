//! Transactions: compare, then do one thing or another, in one step at the head of the log.

use std::sync::Arc;

use bytes::Bytes;
use holdfast_auth::{Action, Authorized, Resource};
use holdfast_model::{
    Batch, Choice, Compare, Entry, EntryKey, Relation, Revision, Target, ValueHash,
};

use crate::batches::{
    CommitAnswer, RequestedWrite, checked_writes, idempotency, invalid, print_writes,
};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::names::{self, any_key};

/// A transaction.
#[derive(Debug, Clone, Default)]
pub struct Txn {
    /// All of them hold: `then`; one does not: `otherwise`. None: `then`.
    pub compares: Vec<RequestedCompare>,
    /// What to do.
    pub then: Branch,
    /// What to do instead.
    pub otherwise: Branch,
    /// Why.
    pub reason: String,
    /// Makes a retry safe; empty: none.
    pub idempotency_key: String,
}

/// A comparison, with names as the caller wrote them.
#[derive(Debug, Clone)]
pub struct RequestedCompare {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
    /// What of it, and with what.
    pub target: Target,
    /// How the two have to relate.
    pub relation: Relation,
}

/// One of the two things that a transaction may do.
#[derive(Debug, Clone, Default)]
pub struct Branch {
    /// In order; no key twice.
    pub writes: Vec<RequestedWrite>,
    /// What to answer: the entries as they are right behind the writes.
    pub reads: Vec<RequestedRead>,
}

/// A name to read.
#[derive(Debug, Clone)]
pub struct RequestedRead {
    /// Where.
    pub namespace: String,
    /// Which.
    pub key: String,
}

/// The transaction is durable.
#[derive(Debug, Clone)]
pub struct TxnAnswer {
    /// The comparisons held.
    pub succeeded: bool,
    /// What the branch did.
    pub commit: CommitAnswer,
    /// One for each read of the branch; empty for a replay whose state is compacted.
    pub reads: Vec<Option<Arc<Entry>>>,
}

impl Engine {
    /// Compares and does one of two things. A branch whose own conditions fail is refused as a commit is, and nothing
    /// of it is applied.
    pub async fn txn(&self, caller: &Caller, txn: Txn) -> Result<TxnAnswer, EngineError> {
        let proofs = self.authorize_txn(caller, &txn).await?;
        self.check_txn(&txn)?;
        let idempotency = idempotency(caller, &txn.idempotency_key, || fingerprint(&txn));
        let batch = Batch {
            writes: checked_writes(txn.then.writes, "then.")?,
            conditions: Vec::new(),
            quiet: Vec::new(),
            actor: caller.actor(),
            reason: txn.reason,
            idempotency,
            choice: Some(Box::new(Choice {
                compares: txn.compares.into_iter().map(compare).collect::<Result<_, _>>()?,
                reads: txn.then.reads.iter().map(readable).collect::<Result<_, _>>()?,
                otherwise: checked_writes(txn.otherwise.writes, "otherwise.")?,
                otherwise_reads: txn
                    .otherwise
                    .reads
                    .iter()
                    .map(readable)
                    .collect::<Result<_, _>>()?,
            })),
        };
        self.run_txn(caller, &proofs, batch).await
    }

    async fn run_txn(
        &self,
        caller: &Caller,
        proofs: &[Authorized],
        batch: Batch,
    ) -> Result<TxnAnswer, EngineError> {
        let choice = batch.choice.clone().unwrap_or_default();
        let names = |of: &[holdfast_model::Write]| of.iter().map(|w| w.at.clone()).collect();
        let (then, otherwise): (Vec<_>, Vec<_>) = (names(&batch.writes), names(&choice.otherwise));
        let committed = self.commit_for(caller, proofs, batch).await;
        let mut committed = committed.map_err(|error| in_branch(error, then.len()))?;
        let succeeded = !committed.chosen.otherwise;
        let mut reads = std::mem::take(&mut committed.chosen.reads);
        if committed.replay.is_some() {
            let wanted = if succeeded { &choice.reads } else { &choice.otherwise_reads };
            reads = self.read_again(proofs, wanted, committed.revision).await?;
        }
        for read in &mut reads {
            *read = read.take().map(|entry| self.shown(caller, entry)).transpose()?.flatten();
            if let Some(entry) = read {
                self.answered(caller, entry).await?;
            }
        }
        let commit = self.answer(if succeeded { &then } else { &otherwise }, committed).await?;
        Ok(TxnAnswer { succeeded, commit, reads })
    }

    /// What a replay reads: the state of that time, if it is still kept.
    async fn read_again(
        &self,
        proofs: &[Authorized],
        wanted: &[EntryKey],
        revision: Revision,
    ) -> Result<Vec<Option<Arc<Entry>>>, EngineError> {
        let mut reads = Vec::with_capacity(wanted.len());
        for at in wanted {
            let proof = proofs.iter().find(|p| {
                matches!(p.action(), Action::Read | Action::Admin) && p.what().covers(at)
            });
            let Some(proof) = proof else { continue };
            match self.log().get_at(proof, at, revision).await {
                Ok(entry) => reads.push(entry),
                Err(EngineError::Store(holdfast_store::StoreError::Compacted { .. })) => {
                    return Ok(Vec::new());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(reads)
    }

    /// In the order of [`Batch::names`].
    async fn authorize_txn(
        &self,
        caller: &Caller,
        txn: &Txn,
    ) -> Result<Vec<Authorized>, EngineError> {
        let mut proofs = Vec::new();
        self.authorize_writes(caller, &txn.then.writes, &mut proofs).await?;
        self.authorize_writes(caller, &txn.otherwise.writes, &mut proofs).await?;
        let compared = txn.compares.iter().map(|c| (&c.namespace, &c.key));
        let reads = txn.then.reads.iter().chain(&txn.otherwise.reads);
        for (namespace, key) in compared.chain(reads.map(|r| (&r.namespace, &r.key))) {
            let resource = Resource::key(&**namespace, &**key);
            proofs.push(self.authorize(caller, Action::Read, resource).await?);
        }
        Ok(proofs)
    }

    fn check_txn(&self, txn: &Txn) -> Result<(), EngineError> {
        let Txn { compares, then, otherwise, .. } = txn;
        let empty = [then, otherwise].iter().all(|b| b.writes.is_empty() && b.reads.is_empty());
        if empty && compares.is_empty() {
            return Err(invalid("then", "a transaction has to compare, write or read something"));
        }
        self.check_texts(&txn.reason, &txn.idempotency_key)?;
        let looked_at = compares.len() + then.reads.len() + otherwise.reads.len();
        self.check_writes(&then.writes, looked_at)?;
        self.check_writes(&otherwise.writes, looked_at)
    }
}

/// A refusal counts the writes of both branches; the caller counts those of each.
fn in_branch(error: EngineError, then: usize) -> EngineError {
    match error {
        EngineError::Conflict { namespace, key, write: Some(index), unmet } => {
            let write = Some(index.checked_sub(then).unwrap_or(index));
            EngineError::Conflict { namespace, key, write, unmet }
        }
        other => other,
    }
}

fn compare(requested: RequestedCompare) -> Result<Compare, EngineError> {
    let RequestedCompare { namespace, key, target, relation } = requested;
    let at = EntryKey::new(names::namespace(&namespace)?, names::key(&key, any_key)?);
    Ok(Compare { at, target, relation })
}

fn readable(requested: &RequestedRead) -> Result<EntryKey, EngineError> {
    let namespace = names::namespace(&requested.namespace)?;
    Ok(EntryKey::new(namespace, names::key(&requested.key, any_key)?))
}

/// Over everything that makes two transactions different, each part preceded by its length.
fn fingerprint(txn: &Txn) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("holdfast 2026 transaction request v1");
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    part(txn.reason.as_bytes());
    for compare in &txn.compares {
        part(compare.namespace.as_bytes());
        part(compare.key.as_bytes());
        let (kind, bytes) = target_bytes(&compare.target);
        part(format!("{kind} {:?}", compare.relation).as_bytes());
        part(&bytes);
    }
    for (name, branch) in [("then", &txn.then), ("otherwise", &txn.otherwise)] {
        part(name.as_bytes());
        print_writes(&branch.writes, &mut part);
        part(b"reads");
        for read in &branch.reads {
            part(read.namespace.as_bytes());
            part(read.key.as_bytes());
        }
    }
    *hasher.finalize().as_bytes()
}

fn target_bytes(target: &Target) -> (&'static str, Bytes) {
    let number = |number: u64| Bytes::copy_from_slice(&number.to_be_bytes());
    match target {
        Target::Version(version) => ("version", number(*version)),
        Target::CreateRevision(revision) => ("create_revision", number(revision.0)),
        Target::ModRevision(revision) => ("mod_revision", number(revision.0)),
        Target::Ordinal(ordinal) => ("ordinal", number(*ordinal)),
        Target::Value(value) => ("value", value.clone()),
        Target::ValueHash(ValueHash(hash)) => ("value_hash", Bytes::copy_from_slice(hash)),
    }
}
