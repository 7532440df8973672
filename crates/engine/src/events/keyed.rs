//! Events of one key, through its history: the log has others between them that nobody asked for.

use holdfast_model::{EntryKey, Head, Key, Revision};
use holdfast_store::{PageLimit, Row};

use super::{Place, Range, Reading};
use crate::error::EngineError;
use crate::names;

/// Rows and bytes of the history read at once.
const ROWS: usize = 512;
const BYTES: usize = 1 << 20;

impl Reading<'_> {
    /// The one key that is asked for, when its history has all that the range has: rows below the floor may be gone.
    pub(super) fn only(&self, range: Range, head: &Head) -> Option<EntryKey> {
        let key = self.wanted.only.as_ref()?;
        let [filter] = self.wanted.filters.as_slice() else { return None };
        let [namespace] = filter.namespaces.as_slice() else { return None };
        let at = EntryKey::new(names::namespace(namespace).ok()?, Key::new(key).ok()?);
        (range.first > head.floors.history).then_some(at)
    }

    /// The same events in the same order as on the way forward through the log.
    pub(super) async fn through_history(
        &mut self,
        at: &EntryKey,
        range: Range,
    ) -> Result<(), EngineError> {
        let revisions = self.revisions(at, range).await?;
        for (done, revision) in revisions.iter().enumerate() {
            let Some(commit) = self.engine.log().commit_at(*revision).await? else { continue };
            if self.take(commit).await? {
                return Ok(());
            }
            if self.is_enough() && done + 1 < revisions.len() {
                self.page.after = Some(Place { revision: *revision, index: u32::MAX });
                return Ok(());
            }
        }
        Ok(())
    }

    /// Those of the commits that changed the key, rising.
    async fn revisions(&self, at: &EntryKey, range: Range) -> Result<Vec<Revision>, EngineError> {
        let mut revisions = Vec::new();
        let mut before = Some(range.last.next());
        loop {
            let limit = PageLimit::rows(ROWS).and_bytes(BYTES);
            let page = self.engine.log().history(&self.proof, at, before, limit).await?;
            let rows = page.rows.iter().filter_map(|row| match row {
                Row::History(row) => Some(row.revision),
                _ => None,
            });
            revisions.extend(rows);
            before = revisions.last().copied();
            let is_through = before.is_none_or(|oldest| oldest < range.first);
            if !page.more || is_through {
                break;
            }
            tokio::task::yield_now().await;
        }
        revisions.retain(|revision| *revision >= range.first);
        revisions.reverse();
        revisions.dedup();
        Ok(revisions)
    }
}
