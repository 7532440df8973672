//! Decides what a group of batches does: versions, preconditions, due expiries, times and ids.
//!
//! Pure and synchronous: what it reads comes in as [`Facts`], time and randomness as values. The same inputs give the
//! same commits, byte for byte, so that the write path can be simulated and replayed.

mod overlay;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use holdfast_model::{
    Actor, Batch, Cause, Commit, Entry, EntryKey, Event, EventKind, Head, Idempotency, Namespace,
    Precondition, Quiet, Revision, Sealed, Timestamp, Unmet, Write, WriteAction, WriteMode,
};
use holdfast_store::Group;
use uuid::Uuid;

use crate::quotas::{Account, Exceeded, Used};
use crate::remembered::Remembered;
use overlay::Overlay;

/// What the judge may know about the log at its head.
pub(crate) trait Facts {
    /// The current entry; past its expiry it still counts.
    fn entry(&self, at: &EntryKey) -> Option<Arc<Entry>>;
    /// The last ordinal of a key that has no entry now; 0 when there is no trace of it.
    fn last_ordinal(&self, at: &EntryKey) -> u64;
    /// True when the scope changed after `since`, or nobody can tell any more.
    fn changed(&self, quiet: &Quiet) -> bool;
    /// What was answered under this idempotency key.
    fn remembered(&self, key: &Idempotency) -> Option<Remembered>;
    /// False when no namespace has a quota: then nobody asks for accounts.
    fn limits(&self) -> bool;
    /// What a namespace holds and may hold; `None`: as much as it likes.
    fn account(&self, namespace: &Namespace) -> Option<Account>;
}

/// Time and randomness of one group.
pub(crate) struct Circumstances<'a> {
    /// The wall clock.
    pub(crate) now: Timestamp,
    /// Ten random bytes for the id of a version.
    pub(crate) random: &'a mut dyn FnMut() -> [u8; 10],
}

/// What is to be appended, and what each batch is told once that is durable.
pub(crate) struct Judgement {
    pub(crate) group: Group,
    /// One for each batch, in order.
    pub(crate) verdicts: Vec<Result<Verdict, Refusal>>,
    /// What the namespaces with a quota hold once it is durable.
    pub(crate) used: Vec<(Namespace, Used)>,
}

/// A batch that goes through.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// The commit's revision; of a batch that changes nothing, that of the state it changes nothing of.
    pub(crate) revision: Revision,
    pub(crate) time: Timestamp,
    /// `None`: nothing changed, or it is a replay.
    pub(crate) commit: Option<Arc<Sealed>>,
    pub(crate) replay: Option<Remembered>,
    pub(crate) chosen: Chosen,
}

/// Which branch of a transaction was taken, and what it read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    /// A comparison did not hold.
    pub(crate) otherwise: bool,
    /// In the order of the branch's reads; the state right behind its writes.
    pub(crate) reads: Vec<Option<Arc<Entry>>>,
}

/// A batch that does not. Nothing of it is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A condition of this write ([`Batch::all_writes`]) failed.
    Write(usize, Unmet),
    /// This condition beside the writes failed.
    Condition(usize, Unmet),
    /// A create found the key.
    Exists(usize),
    /// An update or delete found nothing.
    Missing(usize),
    /// The namespace of this write has no room for it.
    Quota(usize, Exceeded),
    /// What the caller decided from has changed: read and decide again.
    Stale,
    /// The idempotency key belongs to another request.
    OtherRequest,
}

/// Judges the batches in order; each sees those before it.
pub(crate) fn judge(
    head: &Head,
    facts: &dyn Facts,
    mut circumstances: Circumstances<'_>,
    batches: &[&Batch],
) -> Judgement {
    let mut state = Overlay::new(*head, facts);
    let mut verdicts = Vec::with_capacity(batches.len());
    for batch in batches {
        expire_due(&mut state, batch, &mut circumstances);
        verdicts.push(one(&mut state, batch, &mut circumstances));
    }
    let (group, used) = state.into_group();
    Judgement { group, verdicts, used }
}

fn one(
    state: &mut Overlay<'_>,
    batch: &Batch,
    circumstances: &mut Circumstances<'_>,
) -> Result<Verdict, Refusal> {
    if let Some(key) = &batch.idempotency
        && let Some(known) = state.remembered(key)
    {
        let same = known.fingerprint == key.fingerprint;
        return if same { Ok(replayed(known)) } else { Err(Refusal::OtherRequest) };
    }
    if batch.quiet.iter().any(|quiet| state.changed(quiet)) {
        return Err(Refusal::Stale);
    }
    let branch = Branch::of(state, batch);
    check(state, batch, &branch)?;
    let time = state.next_time(circumstances.now, branch.writes.len());
    let revision = state.head().next_revision();
    let events: Vec<Event> = branch
        .writes
        .iter()
        .filter_map(|w| event(state, w, revision, time, circumstances))
        .collect();
    if state.limits() {
        within_quotas(state, &branch, &events)?;
    }
    let (revision, commit) = if events.is_empty() {
        (state.head().revision, None)
    } else {
        let header = (batch.actor.clone(), Arc::from(batch.reason.as_str()), Cause::Client);
        (revision, Some(state.commit(time, header, events)))
    };
    let reads = branch.reads.iter().map(|at| state.entry(at)).collect();
    let chosen = Chosen { otherwise: branch.otherwise, reads };
    let verdict = Verdict { revision, time, commit, replay: None, chosen };
    if let Some(key) = &batch.idempotency {
        state.remember(key, Remembered::of(key, &verdict));
    }
    Ok(verdict)
}

fn replayed(known: Remembered) -> Verdict {
    let chosen = Chosen { otherwise: known.otherwise, reads: Vec::new() };
    let (revision, time) = (known.revision, known.time);
    Verdict { revision, time, commit: None, replay: Some(known), chosen }
}

/// What of a batch is done.
struct Branch<'a> {
    writes: &'a [Write],
    reads: &'a [EntryKey],
    otherwise: bool,
    /// Of its first write among all writes of the batch.
    first: usize,
}

impl<'a> Branch<'a> {
    fn of(state: &Overlay<'_>, batch: &'a Batch) -> Self {
        let writes = &batch.writes;
        let Some(choice) = &batch.choice else {
            return Self { writes, reads: &[], otherwise: false, first: 0 };
        };
        let holds = choice.compares.iter().all(|c| c.holds(state.entry(&c.at).as_deref()));
        if holds {
            return Self { writes, reads: &choice.reads, otherwise: false, first: 0 };
        }
        let (writes, first) = (&choice.otherwise, writes.len());
        Self { writes, reads: &choice.otherwise_reads, otherwise: true, first }
    }
}

/// Removes what is due among the keys that the batch touches, in a commit of its own. It stands even when the batch
/// fails: the time had come anyway. A wall clock behind the log's time expires nothing.
fn expire_due(state: &mut Overlay<'_>, batch: &Batch, circumstances: &mut Circumstances<'_>) {
    let now = circumstances.now;
    if now < state.head().time {
        return;
    }
    let mut due: Vec<Arc<Entry>> =
        batch.names().filter_map(|at| state.entry(at)).filter(|entry| entry.expired(now)).collect();
    due.sort_by(|a, b| a.at.cmp(&b.at));
    due.dedup_by(|a, b| a.at == b.at);
    if due.is_empty() {
        return;
    }
    let time = state.next_time(now, due.len());
    let events = due
        .iter()
        .map(|entry| removal(entry, EventKind::Expire, version_id(time, circumstances)))
        .collect();
    state.commit(time, (Actor::system("expiry"), "".into(), Cause::Expiry), events);
}

fn check(state: &Overlay<'_>, batch: &Batch, branch: &Branch<'_>) -> Result<(), Refusal> {
    for (index, write) in (branch.first..).zip(branch.writes) {
        let entry = state.entry(&write.at);
        let held = write.condition.check(entry.as_deref());
        held.map_err(|unmet| Refusal::Write(index, unmet))?;
        match (&write.action, entry.is_some()) {
            (WriteAction::Put { mode: WriteMode::Create, .. }, true) => {
                return Err(Refusal::Exists(index));
            }
            (WriteAction::Put { mode: WriteMode::Update, .. }, false)
            | (WriteAction::Delete { missing_ok: false }, false) => {
                return Err(Refusal::Missing(index));
            }
            _ => {}
        }
    }
    let met = |condition: &Precondition, at| condition.check(state.entry(at).as_deref());
    batch.conditions.iter().enumerate().try_for_each(|(index, condition)| {
        met(&condition.condition, &condition.at).map_err(|unmet| Refusal::Condition(index, unmet))
    })
}

/// The batch as a whole: what it frees counts for what it takes.
fn within_quotas(
    state: &Overlay<'_>,
    branch: &Branch<'_>,
    events: &[Event],
) -> Result<(), Refusal> {
    for (namespace, account, used) in state.accounts_after(events) {
        account.check(used).map_err(|exceeded| {
            let place = branch.writes.iter().position(|write| write.at.namespace == namespace);
            Refusal::Quota(branch.first + place.unwrap_or(0), exceeded)
        })?;
    }
    Ok(())
}

fn event(
    state: &Overlay<'_>,
    write: &Write,
    revision: Revision,
    time: Timestamp,
    circumstances: &mut Circumstances<'_>,
) -> Option<Event> {
    let before = state.entry(&write.at);
    let id = version_id(time, circumstances);
    let WriteAction::Put { value, codec, value_type, ttl, .. } = &write.action else {
        return before.map(|entry| removal(&entry, EventKind::Delete, id));
    };
    let ordinal = match &before {
        Some(entry) => entry.ordinal,
        // A key whose last trace was compacted starts above every ordinal that went with such traces.
        None => match state.last_ordinal(&write.at) {
            0 => state.head().ordinal_base,
            last => last,
        },
    };
    Some(Event {
        id,
        kind: EventKind::Set,
        at: write.at.clone(),
        version: before.as_ref().map_or(0, |entry| entry.version) + 1,
        ordinal: ordinal + 1,
        create_revision: before.as_ref().map_or(revision, |entry| entry.create_revision),
        previous: before.as_ref().map(|entry| entry.mod_revision),
        created_at: before.as_ref().map_or(time, |entry| entry.created_at),
        expires_at: ttl.map(|ttl| ttl.end(time)),
        codec: codec.clone(),
        value_type: *value_type,
        value: value.clone(),
    })
}

fn removal(entry: &Entry, kind: EventKind, id: Uuid) -> Event {
    Event {
        id,
        kind,
        at: entry.at.clone(),
        version: entry.version,
        ordinal: entry.ordinal + 1,
        create_revision: entry.create_revision,
        previous: Some(entry.mod_revision),
        created_at: entry.created_at,
        expires_at: None,
        codec: entry.codec.clone(),
        value_type: entry.value_type,
        value: Default::default(),
    }
}

fn version_id(time: Timestamp, circumstances: &mut Circumstances<'_>) -> Uuid {
    let millis = u64::try_from(time.0 / 1_000_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &(circumstances.random)()).into_uuid()
}

/// The parts of a commit that come from the caller.
type Header = (Actor, Arc<str>, Cause);

fn seal(head: &Head, time: Timestamp, header: Header, events: Vec<Event>) -> Sealed {
    let (actor, reason, cause) = header;
    Sealed::new(Commit {
        log: head.log,
        epoch: head.epoch,
        revision: head.next_revision(),
        time,
        previous_hash: head.hash,
        actor,
        reason,
        cause,
        events,
    })
}
