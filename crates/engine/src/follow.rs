//! A log that other nodes append to as well: what this node shows is kept close behind it.
//!
//! Three things make a node read on: somebody heard the bell ([`Engine::heard`]), a reader wants to see everything that was
//! there before it asked, or nothing happened for the poll interval. Readers that come while the store is being asked share the
//! next question, so that there are never more than two on their way, however many read.
//!
//! [`Engine::heard`]: crate::Engine::heard

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use holdfast_model::{Head, Revision};
use holdfast_store::{CommitPage, Store, StoreError};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::error::EngineError;
use crate::log::Log;
use crate::options::SharedOptions;

/// Bytes of the log read at once.
const PAGE_BYTES: usize = 1 << 20;
/// Rings that follow each other faster are answered together, unless a reader waits: each page costs the database more than a commit
/// in it.
const BETWEEN_RINGS: Duration = Duration::from_millis(5);

/// How close this node is behind a shared log.
pub(crate) struct Follow {
    pub(crate) options: SharedOptions,
    /// Drawn by whoever wants the store asked; readers wait until theirs was served.
    tickets: AtomicU64,
    kick: Notify,
    /// How far the log goes, by what was heard since the store was last asked.
    told: AtomicU64,
    served: watch::Sender<Served>,
    /// Held while the log is read on: who follows and who appends would read the same.
    reading: tokio::sync::Mutex<()>,
    /// The newest revision that this node appended itself.
    appended: watch::Sender<Revision>,
}

/// How far readers have been served.
#[derive(Debug, Clone)]
struct Served {
    /// The last ticket drawn before the store was asked.
    upto: u64,
    /// When the store last answered.
    answered: Instant,
    /// Why it did not answer since.
    failure: Option<StoreError>,
}

impl Follow {
    /// `None` for a store that nobody else appends to.
    pub(crate) fn of(store: &dyn Store, options: SharedOptions, head: &Head) -> Option<Self> {
        let served = Served { upto: 0, answered: Instant::now(), failure: None };
        store.capabilities().shared.then(|| Self {
            options,
            tickets: AtomicU64::new(0),
            kick: Notify::new(),
            told: AtomicU64::new(0),
            served: watch::Sender::new(served),
            reading: tokio::sync::Mutex::default(),
            appended: watch::Sender::new(head.revision),
        })
    }

    /// There may be something new: the store has to be asked.
    pub(crate) fn kick(&self) -> u64 {
        let ticket = self.tickets.fetch_add(1, SeqCst) + 1;
        self.kick.notify_one();
        ticket
    }

    /// The log goes up to this revision, says somebody.
    pub(crate) fn tell(&self, revision: Revision) {
        self.told.fetch_max(revision.0, SeqCst);
        self.kick.notify_one();
    }

    pub(crate) fn appended(&self) -> watch::Receiver<Revision> {
        self.appended.subscribe()
    }

    pub(crate) fn note_append(&self, revision: Revision) {
        self.appended.send_replace(revision);
    }

    /// For how long the store has not answered; `None`: it does.
    pub(crate) fn cut_off(&self) -> Option<(Duration, StoreError)> {
        let served = self.served.borrow();
        let failure = served.failure.clone()?;
        Some((served.answered.elapsed(), failure))
    }

    /// Waits until everything that was there before this call is shown.
    async fn fresh(&self) -> Result<(), StoreError> {
        let mut served = self.served.subscribe();
        // While the store does not answer nobody waits for it: it is asked again and again anyway.
        if let Some(failure) = &served.borrow().failure {
            return Err(failure.clone());
        }
        let ticket = self.kick();
        match served.wait_for(|served| served.upto >= ticket).await {
            Ok(served) => served.failure.clone().map_or(Ok(()), Err),
            // The sender lives as long as we do.
            Err(_) => Ok(()),
        }
    }

    fn serve(&self, upto: u64, outcome: Result<(), StoreError>) {
        let before = self.served.borrow().failure.is_some();
        match &outcome {
            Err(error) if !before => {
                tracing::warn!(%error, "the store does not answer; it is asked again and again")
            }
            Ok(()) if before => tracing::info!("the store answers again"),
            _ => {}
        }
        self.served.send_modify(|served| {
            served.upto = upto;
            if outcome.is_ok() {
                served.answered = Instant::now();
            }
            served.failure = outcome.err();
        });
    }

    /// Returns at that time, or as soon as somebody wants the store asked.
    async fn calm(&self, until: Instant) {
        while self.tickets.load(SeqCst) == self.served.borrow().upto && Instant::now() < until {
            tokio::select! {
                () = self.kick.notified() => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    /// True when somebody said how far the log goes, that is shown by now, and nobody wants the store asked.
    fn has_nothing_new(&self, upto: u64, shown: Revision) -> bool {
        let told = self.told.load(SeqCst);
        let served = self.served.borrow();
        told != 0
            && told <= shown.0
            && served.upto == upto
            && served.failure.is_none()
            // What is said meanwhile is not forgotten.
            && self.told.compare_exchange(told, 0, SeqCst, SeqCst).is_ok()
    }

    /// Nobody asks the store any more: who waits for that is told.
    fn end(&self) {
        let failure = StoreError::Io {
            doing: "reading the log on".into(),
            error: "the engine has stopped".into(),
        };
        self.served.send_modify(|served| {
            served.upto = u64::MAX;
            served.failure = Some(failure);
        });
    }

    /// The poll interval, a little of it left to chance: nodes that were started together must not ask together for ever.
    fn interval(&self) -> Duration {
        let chance = uuid::Uuid::new_v4().as_bytes()[0];
        self.options.poll_interval.mul_f64(0.75 + f64::from(chance) / 512.0)
    }

    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let patience = self.options.patience;
        tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| {
            Err(StoreError::Io {
                doing: "reading the log on".into(),
                error: format!("no answer within {} ms", patience.as_millis()),
            })
        })
    }
}

/// Runs until told to stop.
pub(crate) async fn run(log: Arc<Log>, mut stopped: watch::Receiver<bool>) {
    let Some(follow) = &log.follow else { return };
    let mut read = Instant::now();
    loop {
        tokio::select! {
            () = follow.kick.notified() => {}
            () = tokio::time::sleep(follow.interval()) => {}
            _ = stopped.changed() => break,
        }
        tokio::select! {
            () = follow.calm(read + BETWEEN_RINGS) => {}
            _ = stopped.changed() => break,
        }
        read = Instant::now();
        let upto = follow.tickets.load(SeqCst);
        // Whoever appends may be waiting for the store with it: that has its time limit like any question.
        let outcome = match follow.in_time(async { Ok(follow.reading.lock().await) }).await {
            Ok(_reading) if follow.has_nothing_new(upto, log.view().head.revision) => continue,
            Ok(_reading) => log.read_on(follow).await,
            Err(error) => Err(error),
        };
        follow.serve(upto, outcome);
    }
    follow.end();
}

impl Log {
    /// Waits until what a reader is shown from memory is not older than this moment. On a store of this process alone it never is.
    ///
    /// # Errors
    /// When the store does not answer, unless what is in memory is young enough by the settings.
    pub(crate) async fn fresh(&self) -> Result<(), EngineError> {
        let Some(follow) = &self.follow else { return Ok(()) };
        let Err(error) = follow.fresh().await else { return Ok(()) };
        let young = match (follow.options.stale_reads, follow.cut_off()) {
            // A store that is away comes back; one that shows something else is no reason to go on.
            (Some(most), Some((age, StoreError::Io { .. }))) => age <= most,
            (_, Some(_)) => false,
            // It answers again.
            (_, None) => true,
        };
        if young { Ok(()) } else { Err(error.into()) }
    }

    /// Shows everything that is in the log by now.
    async fn read_on(&self, follow: &Follow) -> Result<(), StoreError> {
        // Where there is more for sure, the log is read at once: its page says where the log ends as well.
        let mut told = follow.told.swap(0, SeqCst);
        loop {
            let shown = self.view().head.revision;
            let mut ahead = None;
            if std::mem::take(&mut told) > shown.0 {
                ahead = match follow.in_time(self.store.commits(shown, PAGE_BYTES)).await {
                    Ok(page) => Some(page),
                    // The head says where to go on.
                    Err(StoreError::Compacted { .. }) => None,
                    Err(error) => return Err(error),
                };
            }
            let head = match &ahead {
                Some(page) => page.head,
                None => follow.in_time(self.store.head()).await?,
            };
            let Some(from) = self.behind(&head) else { return Ok(()) };
            let page = match ahead {
                Some(page) if from == shown => Ok(page),
                _ => follow.in_time(self.store.commits(from, PAGE_BYTES)).await,
            };
            let end = page.as_ref().ok().map(|page| page.head);
            self.take(page, &head)?;
            // What came after the page was asked for is for the next question.
            if end.is_some_and(|end| self.behind(&end).is_none()) {
                return Ok(());
            }
        }
    }

    /// Shows everything up to the head of this page that is not shown yet: for the committer, which has lost a race to it.
    pub(crate) async fn read_up_to(&self, page: CommitPage) -> Result<(), StoreError> {
        let Some(follow) = &self.follow else { return Ok(()) };
        let head = page.head;
        // What is at hand waits for no turn at reading.
        if !page.commits.is_empty() && self.behind(&head).is_some() {
            self.take(Ok(page), &head)?;
        }
        while self.behind(&head).is_some() {
            let _reading = follow.reading.lock().await;
            // The follower may have shown it meanwhile.
            let Some(from) = self.behind(&head) else { break };
            self.take(self.store.commits(from, PAGE_BYTES).await, &head)?;
        }
        Ok(())
    }

    /// Behind which revision something is not shown yet; `None`: everything up to this head is.
    fn behind(&self, head: &Head) -> Option<Revision> {
        let shown = self.view().head;
        if (shown.log, shown.epoch) != (head.log, head.epoch) {
            self.show_epoch(*head);
            return None;
        }
        if head.revision <= shown.revision {
            self.show_upkeep(head);
            return None;
        }
        Some(shown.revision)
    }

    fn take(&self, page: Result<CommitPage, StoreError>, head: &Head) -> Result<(), StoreError> {
        match page {
            Ok(page) if page.head.epoch != head.epoch => {
                self.show_epoch(page.head);
                Ok(())
            }
            Ok(page) if self.show_page(&page) => Ok(()),
            // To ask again would be to ask for ever.
            Ok(_) => Err(StoreError::Corrupt {
                place: "the log".into(),
                what: format!(
                    "what it has behind revision {} does not follow what this node knows of it",
                    self.view().head.revision
                ),
            }),
            // So far behind that the log has forgotten it: what is in memory does not join up with it.
            Err(StoreError::Compacted { .. }) => {
                self.show_from(*head);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
