//! The place of an event of which only the id is known. Ids are UUIDs of version 7: they say in which millisecond to look.

use holdfast_auth::{Action, Resource};
use holdfast_model::{Filter, Revision, Timestamp};
use holdfast_store::StoreError;
use uuid::Uuid;

use super::{Events, Logged, Place, STEP_BYTES};
use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;

const NANOS_OF_A_MILLI: i64 = 1_000_000;

impl Engine {
    /// The event of this id among those that a filter lets through, `only` of one key as in [`Events::only`]; `None`: there is none
    /// that the caller may read.
    pub async fn event(
        &self,
        caller: &Caller,
        filter: Filter,
        only: Option<String>,
        id: Uuid,
    ) -> Result<Option<Logged>, EngineError> {
        let filters = vec![filter];
        let mut wanted = Events { filters, only, id: Some(id), limit: 1, ..Events::default() };
        loop {
            let page = self.events(caller, wanted.clone()).await?;
            if let Some(found) = page.events.into_iter().next() {
                return Ok(Some(found));
            }
            wanted.after = page.after;
            if wanted.after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Where the event of this id is, for a caller who may watch the namespace; `None`: there is no such event.
    ///
    /// # Errors
    /// [`StoreError::Compacted`] when it may be older than what is kept.
    pub async fn place_of_event(
        &self,
        caller: &Caller,
        namespace: &str,
        id: Uuid,
    ) -> Result<Option<Place>, EngineError> {
        let resource = Resource::namespace(namespace);
        let proof = self.authorize(caller, Action::Watch, resource).await?;
        let Some((begin, last)) = millisecond(id) else { return Ok(None) };
        let head = self.log().view().head;
        let oldest = head.floors.events;
        let before = self.last_commit_until(Timestamp(begin.0.saturating_sub(1)), &head).await?;
        let mut position = before.map_or(oldest.0 - 1, |commit| commit.commit().revision.0);
        while position < head.revision.0 {
            let Some(from) = self.log().first_from(Revision(position + 1)).await? else { break };
            let after = Revision(from.commit().revision.0 - 1);
            for commit in self.log().commits(&proof, after, STEP_BYTES).await? {
                let commit = commit.commit();
                if commit.time > last {
                    return missing(position, oldest);
                }
                let found = (0u32..).zip(&commit.events).find(|(_, event)| event.id == id);
                if let Some((index, _)) = found {
                    return Ok(Some(Place { revision: commit.revision, index }));
                }
                position = commit.revision.0;
            }
        }
        missing(position, oldest)
    }
}

/// Nothing was found up to this position.
fn missing(position: u64, oldest: Revision) -> Result<Option<Place>, EngineError> {
    if oldest > Revision(1) && position < oldest.0 {
        return Err(StoreError::Compacted { asked: Revision(position), oldest }.into());
    }
    Ok(None)
}

/// The first and the last time at which the event of this id can have happened; `None`: it is none of the log.
pub(super) fn millisecond(id: Uuid) -> Option<(Timestamp, Timestamp)> {
    let time = (id.get_version_num() == 7).then(|| id.get_timestamp()).flatten()?;
    let (seconds, nanos) = time.to_unix();
    let nanos =
        i64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?.checked_add(nanos.into())?;
    let begin = nanos - nanos % NANOS_OF_A_MILLI;
    Some((Timestamp(begin), Timestamp(begin.saturating_add(NANOS_OF_A_MILLI - 1))))
}
