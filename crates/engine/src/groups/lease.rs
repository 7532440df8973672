//! Of a log that nodes share, one node at a time reads for a group; the others stand by.
//!
//! Who reads is an entry of the server's own. It is written by whoever takes over, and never renewed: what shows that its node is
//! alive is the progress, which is written at least every [`BEAT`]. Progress is only written while the entry is the one that was
//! taken, so a node that slept through a takeover can do no harm when it wakes up. The entry tells where that node is.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdfast_model::{
    Actor, Batch, Codec, Condition, Entry, EntryKey, Precondition, Revision, Timestamp, ValueType,
    Write, WriteAction, WriteMode,
};
use holdfast_store::At;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::error::EngineError;
use crate::log::Log;
use crate::names::{self, any_key};

const SPACE: &str = "internal:holdfast.groups";
/// How often a node that reads for a group says so.
pub(super) const BEAT: Duration = Duration::from_secs(2);
/// How long it may have said nothing when another one takes over.
const SILENCE: Duration = Duration::from_secs(8);

/// What the entry says.
#[derive(Deserialize)]
struct Holder {
    /// Where streams of the group are to go; `None`: nowhere.
    address: Option<Arc<str>>,
}

/// A node that reads for a group and was heard of.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    /// Where it is, if it says so.
    pub(super) address: Option<Arc<str>>,
}

/// Who may take a group, or why not.
pub(super) enum Taking {
    /// This node has it now.
    Taken(Lease),
    /// Another node has it and was heard of. Where that is, if it says so.
    Elsewhere(Option<Arc<str>>),
}

/// This node reads for a group.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    at: EntryKey,
    held: Revision,
}

impl Lease {
    /// Takes it, unless another node has it and was heard of, by the progress as it was at `beat`.
    pub(super) async fn take(
        log: &Arc<Log>,
        group: &str,
        beat: Option<Timestamp>,
    ) -> Result<Taking, EngineError> {
        let (at, held) = find(log, group).await?;
        if let Some(held) =
            held.as_deref().filter(|held| was_heard(log, held, beat.unwrap_or_default()))
        {
            return Ok(Taking::Elsewhere(elsewhere(log, held)));
        }
        // Another one each time: who takes over from itself takes over.
        let holder = json!({ "taken": Uuid::new_v4(), "address": own_address(log) });
        let condition = Precondition {
            mod_revision: Some(held.map_or(Revision::ZERO, |held| held.mod_revision)),
            ..Precondition::default()
        };
        let action = WriteAction::Put {
            value: Bytes::from(holder.to_string()),
            codec: Codec::json(),
            value_type: ValueType::Custom,
            ttl: None,
            mode: WriteMode::Upsert,
        };
        let write = Write { at: at.clone(), action, condition };
        match log.maintain(batch(vec![write], Vec::new()), Vec::new()).await {
            Ok(taken) => Ok(Taking::Taken(Self { at, held: taken.revision })),
            // Another node was faster.
            Err(EngineError::Conflict { .. }) => Ok(Taking::Elsewhere(None)),
            Err(error) => Err(error),
        }
    }

    /// What must be so for this node to write anything.
    pub(super) fn holds(&self) -> Batch {
        let condition = Precondition { mod_revision: Some(self.held), ..Precondition::default() };
        batch(Vec::new(), vec![Condition { at: self.at.clone(), condition }])
    }

    /// The next node need not wait.
    pub(super) async fn give_up(self, log: &Arc<Log>) {
        let condition = Precondition { mod_revision: Some(self.held), ..Precondition::default() };
        let action = WriteAction::Delete { missing_ok: true };
        let write = Write { at: self.at, action, condition };
        let given = log.maintain(batch(vec![write], Vec::new()), Vec::new()).await;
        if let Err(error) = given {
            tracing::debug!(%error, "another node takes over the group later");
        }
    }
}

/// Who has these groups, in their order: where that node is, where it says so, as long as it was heard of by the progress.
pub(super) async fn holders(
    log: &Arc<Log>,
    groups: &[(String, Timestamp)],
) -> Result<Vec<Option<Heard>>, EngineError> {
    let at = |(name, _): &(String, Timestamp)| entry_key(name);
    let keys = groups.iter().map(at).collect::<Result<Vec<_>, _>>()?;
    let read = log.store.get_many(&keys, At::Latest).await?.value;
    let heard = |(held, (_, beat)): (Option<Arc<Entry>>, &(String, Timestamp))| {
        let held = held.filter(|held| was_heard(log, held, *beat))?;
        let holder: Option<Holder> = serde_json::from_slice(&held.value).ok();
        Some(Heard { address: holder.and_then(|holder| holder.address) })
    };
    Ok(read.into_iter().zip(groups).map(heard).collect())
}

/// Whether the node that has a group was heard of lately, by the progress as it was at `beat`.
fn was_heard(log: &Log, held: &Entry, beat: Timestamp) -> bool {
    let silence = i64::try_from(SILENCE.as_nanos()).unwrap_or(i64::MAX);
    log.now().0 < beat.max(held.modified_at).0.saturating_add(silence)
}

/// Where the node is that reads for a group, if it is another one and says so.
pub(super) async fn reader(log: &Arc<Log>, group: &str) -> Result<Option<Arc<str>>, EngineError> {
    let (_, held) = find(log, group).await?;
    Ok(held.and_then(|held| elsewhere(log, &held)))
}

async fn find(log: &Arc<Log>, group: &str) -> Result<(EntryKey, Option<Arc<Entry>>), EngineError> {
    let at = entry_key(group)?;
    let read = log.store.get_many(std::slice::from_ref(&at), At::Latest).await?;
    Ok((at, read.value.into_iter().next().flatten()))
}

fn entry_key(group: &str) -> Result<EntryKey, EngineError> {
    Ok(EntryKey::new(names::namespace(SPACE)?, names::key(group, any_key)?))
}

fn elsewhere(log: &Log, held: &Entry) -> Option<Arc<str>> {
    // What an earlier release wrote has no address.
    let holder: Holder = serde_json::from_slice(&held.value).ok()?;
    // Its own entry from before it was restarted leads nowhere.
    holder.address.filter(|address| own_address(log).as_ref() != Some(address))
}

fn own_address(log: &Log) -> Option<Arc<str>> {
    log.options.shared.address.clone()
}

fn batch(writes: Vec<Write>, conditions: Vec<Condition>) -> Batch {
    Batch {
        writes,
        conditions,
        quiet: Vec::new(),
        actor: Actor::system("groups"),
        reason: String::new(),
        idempotency: None,
        choice: None,
    }
}
