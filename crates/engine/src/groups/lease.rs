//! Of a log that nodes share, one node at a time reads for a group; the others stand by.
//!
//! Who reads is an entry of the server's own. It is written by whoever takes over, and never renewed: what shows that its node is
//! alive is the progress, which is written at least every [`BEAT`]. Progress is only written while the entry is the one that was
//! taken, so a node that slept through a takeover can do no harm when it wakes up.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use holdfast_model::{
    Actor, Batch, Codec, Condition, EntryKey, Precondition, Revision, Timestamp, ValueType, Write,
    WriteAction, WriteMode,
};
use holdfast_store::At;
use uuid::Uuid;

use crate::error::EngineError;
use crate::log::Log;
use crate::names::{self, any_key};

const SPACE: &str = "internal:holdfast.groups";
/// How often a node that reads for a group says so.
pub(super) const BEAT: Duration = Duration::from_secs(2);
/// How long it may have said nothing when another one takes over.
const SILENCE: Duration = Duration::from_secs(8);

/// This node reads for a group.
#[derive(Debug, Clone)]
pub(super) struct Lease {
    at: EntryKey,
    held: Revision,
}

impl Lease {
    /// Takes it; `None`: another node has it and was heard of, by the progress as it was at `beat`.
    pub(super) async fn take(
        log: &Arc<Log>,
        group: &str,
        beat: Option<Timestamp>,
    ) -> Result<Option<Self>, EngineError> {
        let at = EntryKey::new(names::namespace(SPACE)?, names::key(group, any_key)?);
        let read = log.store.get_many(std::slice::from_ref(&at), At::Latest).await?;
        let held = read.value.into_iter().next().flatten();
        if let Some(held) = &held {
            let heard = beat.unwrap_or_default().max(held.modified_at);
            let silence = i64::try_from(SILENCE.as_nanos()).unwrap_or(i64::MAX);
            if log.now().0 < heard.0.saturating_add(silence) {
                return Ok(None);
            }
        }
        let condition = Precondition {
            mod_revision: Some(held.map_or(Revision::ZERO, |held| held.mod_revision)),
            ..Precondition::default()
        };
        let action = WriteAction::Put {
            // Another one each time: who takes over from itself takes over.
            value: Bytes::from(format!("\"{}\"", Uuid::new_v4())),
            codec: Codec::json(),
            value_type: ValueType::String,
            ttl: None,
            mode: WriteMode::Upsert,
        };
        let write = Write { at: at.clone(), action, condition };
        match log.maintain(batch(vec![write], Vec::new()), Vec::new()).await {
            Ok(taken) => Ok(Some(Self { at, held: taken.revision })),
            // Another node was faster.
            Err(EngineError::Conflict { .. }) => Ok(None),
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
