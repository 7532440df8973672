//! The task of a group: it reads the log, gives events to members, and keeps how far they are.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use holdfast_model::Revision;
use tokio::time::{Instant, sleep_until};

use super::lease::{BEAT, Lease};
use super::ledger::Offered;
use super::stored::{self, Progress};
use super::{Accepts, Group, now, whole};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Place;
use crate::hub::delivered::Matched;
use crate::watching::{Delivery, Watcher};

/// Events that wait for a member before the log is read on.
const AHEAD: usize = 1_024;
/// Events that are not done before the log is read on.
const WINDOW: usize = 200_000;
/// How often the progress is kept while it moves: after a crash so much is given once more.
const KEEP_EVERY: Duration = Duration::from_millis(250);
/// Revisions for which "may have been sent" is written in advance: after a crash so many may be called repeats that are none.
const STEP: u64 = 256;

pub(super) struct Run {
    engine: Engine,
    group: Arc<Group>,
    watcher: Watcher,
    accepts: Accepts,
    /// What lies up to here was done before this task began.
    begin: Place,
    /// What lies up to here may have been given to somebody before this task began.
    sent_before: Revision,
    /// It is durable that up to here events may have been given to somebody.
    sent: Revision,
    /// What is durable of the progress.
    kept: Place,
    /// When it was made durable.
    kept_at: Instant,
    /// Of a log that nodes share: that it is this one that reads.
    lease: Option<Lease>,
}

impl Run {
    pub(super) fn new(
        engine: Engine,
        group: Arc<Group>,
        watcher: Watcher,
        accepts: Accepts,
        (sent, lease): (Revision, Option<Lease>),
    ) -> Self {
        let begin = group.ledger.lock().done();
        let kept_at = Instant::now();
        Self {
            engine,
            group,
            watcher,
            accepts,
            begin,
            sent_before: sent,
            sent,
            kept: begin,
            kept_at,
            lease,
        }
    }

    /// Until nobody is left.
    pub(super) async fn run(mut self) {
        loop {
            if let Err(error) = self.turn().await {
                return self.group.fail(match error {
                    // This node was silent for so long that another one took over: who comes again stands by.
                    EngineError::Conflict { .. } => EngineError::Contended,
                    error => error,
                });
            }
            if self.group.failure().is_some() {
                return self.keep_last().await;
            }
            if self.group.ledger.lock().is_empty() && self.end().await {
                return;
            }
        }
    }

    /// Waits until there is something to do, and does it.
    async fn turn(&mut self) -> Result<(), EngineError> {
        let (reads, due, moves) = {
            let ledger = self.group.ledger.lock();
            let (waiting, all) = ledger.sizes();
            let reads = waiting < AHEAD && all < WINDOW;
            (reads, ledger.next_due(), ledger.done() != self.kept)
        };
        // A group that stands still has members nevertheless, and must not look as if it had none.
        let seldom = self.engine.log().options.groups.keep / 4;
        let beat = if self.lease.is_some() { seldom.min(BEAT) } else { seldom };
        let pause = if moves { KEEP_EVERY } else { beat };
        let keep = self.kept_at + pause;
        tokio::select! {
            delivery = self.watcher.next(), if reads => self.read(delivery?),
            () = self.group.wake.notified() => {}
            () = at(due.map(Instant::from_std)) => {}
            () = sleep_until(keep) => self.keep(self.sent).await?,
        }
        self.group.ledger.lock().expire(now());
        while self.assign() {
            let next = self.group.ledger.lock().next_waiting(self.sent);
            if let Some(next) = next {
                self.keep(Revision(next.0 + STEP)).await?;
            }
        }
        Ok(())
    }

    /// True when there is more that may not be given to anybody yet.
    fn assign(&self) -> bool {
        self.group.ledger.lock().assign(self.sent, now())
    }

    fn read(&self, delivery: Delivery) {
        let mut ledger = self.group.ledger.lock();
        match delivery {
            Delivery::Commit(matched) => {
                for offered in self.offered(&matched) {
                    ledger.offer(offered);
                }
                ledger.read_to(whole(matched.commit.commit().revision));
            }
            Delivery::Bookmark { revision, .. } => ledger.read_to(whole(revision)),
            Delivery::Initial { .. } | Delivery::Resync { .. } => {}
        }
    }

    fn offered(&self, matched: &Matched) -> Vec<Offered> {
        let commit = matched.commit.commit();
        let offered = matched.events.indexes(commit.events.len()).into_iter().filter_map(|index| {
            let place = Place { revision: commit.revision, index: u32::try_from(index).ok()? };
            let is_done = (place.revision, place.index) <= (self.begin.revision, self.begin.index);
            if is_done || !(self.accepts)(commit, index) {
                return None;
            }
            let event = &commit.events[index];
            let mut key = DefaultHasher::new();
            event.at.hash(&mut key);
            Some(Offered {
                place,
                key: key.finish(),
                id: event.id,
                commit: Some(Arc::clone(&matched.commit)),
                repeated: commit.revision <= self.sent_before,
            })
        });
        offered.collect()
    }

    /// Makes the progress durable, and that up to `sent` events may be given to members.
    async fn keep(&mut self, sent: Revision) -> Result<(), EngineError> {
        let log = self.engine.log();
        let (done, counts) = {
            let ledger = self.group.ledger.lock();
            (ledger.done(), ledger.counts())
        };
        let mut progress = Progress::new(done, sent, log.now());
        if self.lease.is_some() {
            // For whoever asks another node.
            progress = progress.counting(counts);
        }
        stored::store(log, &self.group.name, progress, self.lease.as_ref()).await?;
        (self.kept, self.sent) = (done, sent);
        self.kept_at = Instant::now();
        Ok(())
    }

    /// Nobody is there: keeps the progress and is gone, unless somebody came meanwhile.
    async fn end(&mut self) -> bool {
        let engine = self.engine.clone();
        let mut running = engine.groups().running.lock().await;
        if !self.group.ledger.lock().is_empty() {
            return false;
        }
        self.keep_last().await;
        running.remove(&self.group.name);
        true
    }

    /// As exactly as it is known.
    async fn keep_last(&mut self) {
        let last = self.group.ledger.lock().last_read();
        // Nothing is given to anybody that was not read.
        let sent = self.sent_before.max(self.sent.min(last.revision));
        if let Err(error) = self.keep(sent).await {
            tracing::warn!(
                group = self.group.name,
                %error,
                "how far a consumer group is was not kept: events come once more"
            );
        }
        if let Some(lease) = self.lease.take() {
            lease.give_up(self.engine.log()).await;
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
