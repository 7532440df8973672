//! Removal of what lies below the floors, in steps so small that appends and reads hardly notice.
//!
//! Floors move first. Then the log is read upwards from where the last run stopped: each commit names the keys whose older
//! rows nobody needs any more. One step is one batch that also notes how far it came, so a run may stop anywhere.

mod disk;
mod loose;
mod step;

use holdfast_model::{Floors, Head, Revision};
use holdfast_store::{Reclaimed, StoreError};
use parking_lot::{Mutex, MutexGuard};

use crate::append::{Writer, batch};
use crate::keys;
use crate::store::FjallStore;

pub(crate) use self::disk::Dead;
use self::step::Step;

impl FjallStore {
    pub(crate) async fn reclaim_to(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.raise(floors)?;
        let versions = self.remove_loose().await?;
        let mut sum = Reclaimed { versions, ..Reclaimed::default() };
        let mut dead = Dead::default();
        while let Some(step) = self.step()? {
            sum.commits += step.done.commits;
            sum.versions += step.done.versions;
            sum.values += step.done.values;
            dead.add(&step.dead);
            if step.last {
                break;
            }
            step_aside().await;
        }
        self.free_disk(dead)?;
        Ok(sum)
    }

    /// Makes higher floors durable and visible.
    fn raise(&self, floors: Floors) -> Result<(), StoreError> {
        let mut writer = self.writable()?;
        let mut head = self.view.load().head;
        let old = head.floors;
        head.floors = Floors {
            events: floors.events.min(head.revision.next()).max(old.events),
            history: floors.history.min(head.revision).max(old.history),
        };
        if head.floors == old {
            return Ok(());
        }
        let trimmed = writer.state.trimmed();
        self.write_state(&mut writer, batch(&self.db, &self.tables, 1), &head, trimmed)
    }

    /// One step; `None` when nothing is left to do.
    fn step(&self) -> Result<Option<Step>, StoreError> {
        let mut writer = self.writable()?;
        let view = self.view.load_full();
        let Some((step, batch)) = Step::plan(self, &view, &writer)? else { return Ok(None) };
        let mut head = view.head;
        head.ordinal_base = step.ordinal_base;
        self.write_state(&mut writer, batch, &head, step.trimmed)?;
        if step.last && Step::bound(&head) == head.revision {
            writer.swept = Some(head.revision);
        }
        // Somebody may wait to append: without this the next step could take the lock again before they wake up.
        MutexGuard::unlock_fair(writer);
        Ok(Some(step))
    }

    fn write_state(
        &self,
        writer: &mut Writer,
        mut batch: fjall::OwnedWriteBatch,
        head: &Head,
        trimmed: Revision,
    ) -> Result<(), StoreError> {
        let state = writer.state.reclaimed(head, trimmed);
        batch.insert(&self.tables.meta, keys::STATE, state.encode());
        self.flush(writer, batch, head).map_err(|error| StoreError::Io {
            doing: "reclaiming".into(),
            error: error.to_string(),
        })?;
        writer.state = state;
        Ok(())
    }

    fn writable(&self) -> Result<MutexGuard<'_, Writer>, StoreError> {
        let writer = Mutex::lock(&self.writer);
        match &writer.read_only {
            Some(reason) => Err(StoreError::Io {
                doing: "reclaiming".into(),
                error: format!("the store is read-only since a flush failed: {reason}"),
            }),
            None => Ok(writer),
        }
    }
}

/// Lets other futures of the same thread run, and the caller drop this one, between two steps.
async fn step_aside() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
