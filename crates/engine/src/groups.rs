//! Consumer groups: each event is for one of the members, at least once, and the group knows how far it is.
//!
//! - [`Engine::join`]: become a member; [`member`]: what a member gets
//! - [`known`]: which groups there are, how far each is, and that one goes
//! - `ledger`: where each event is, pure; `run`: the task that reads the log for a group; `lease`: on
//!   which node; `stored`: what outlives it

pub mod known;
mod lease;
mod ledger;
pub mod member;
mod run;
mod stored;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use holdfast_auth::Identity;
use holdfast_model::{Commit, Filter, Head, Revision};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::caller::Caller;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::Place;
use crate::watching::{Start, Watch, Watcher};

pub use known::{GroupPage, KnownGroup};
use lease::{Lease, Taking};
use ledger::{Ledger, MemberId, Taken};
pub use member::{Member, Parcel};
use run::Run;
use stored::Progress;

/// Groups that one log may know.
const MOST_GROUPS: usize = 10_000;
/// What is under way to a member that does not say how much it wants.
const MOST_UNACKED: usize = 256;
/// The most that a member can ask for.
const MAX_UNACKED: usize = 10_000;
/// Events queued for a member that acknowledges nothing.
const QUEUE: usize = 64;
/// How often a node that stands by looks whether it is its turn.
const LOOK: Duration = Duration::from_secs(1);
/// While a group is read on, its place moves past what is of no interest.
const BOOKMARK: Duration = Duration::from_secs(5);

/// How groups work.
#[derive(Debug, Clone, Copy)]
pub struct GroupOptions {
    /// How long a member has to acknowledge an event; of one that acknowledges nothing: how long an event may be lost with it.
    pub patience: Duration,
    /// A group that had no member for so long is forgotten. While it has one that is written down four times in this span.
    pub keep: Duration,
}

impl Default for GroupOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), keep: Duration::from_secs(7 * 24 * 3600) }
    }
}

/// Whether the event at this place of a commit is one for the group.
pub type Accepts = Arc<dyn Fn(&Commit, usize) -> bool + Send + Sync>;

/// To become a member.
#[derive(Clone)]
pub struct Join {
    /// Which group; the same name always stands for the same events.
    pub group: String,
    /// Which keys its events are of.
    pub filters: Vec<Filter>,
    /// Which of those events.
    pub accepts: Accepts,
    /// Behind which event a group begins that is new.
    pub since: Option<Place>,
    /// The member says what it has processed.
    pub acknowledges: bool,
    /// So many events are under way to it at most; `None`: the default.
    pub max_unacked: Option<usize>,
    /// Where another node reads for the group, the member waits here until it is this node's turn, even if that one can be reached.
    pub waits: bool,
}

/// Whose turn it is to read for a group.
enum Turn {
    /// This node's.
    Own(Box<Run>),
    /// That of another one, which can be reached.
    Elsewhere(Arc<str>),
    /// That of another one.
    Waits,
    /// That of another one, which has not yet written down where it begins.
    JustBegun,
}

/// The groups that have members now.
#[derive(Default)]
pub(crate) struct Groups {
    running: tokio::sync::Mutex<HashMap<String, Running>>,
}

struct Running {
    group: Arc<Group>,
    task: JoinHandle<()>,
}

impl Groups {
    /// Ends them all; how far they are is kept.
    pub(crate) async fn stop(&self) {
        let running = std::mem::take(&mut *self.running.lock().await);
        for Running { group, task } in running.into_values() {
            group.fail(EngineError::Stopping);
            // A panic there was logged when it happened.
            let _ = task.await;
        }
    }
}

/// A group with members.
pub(crate) struct Group {
    name: String,
    ledger: Mutex<Ledger>,
    /// This node reads for it, and does not stand by.
    reads: AtomicBool,
    /// Something has changed that the group's task has to look at.
    wake: Notify,
    /// Why it ended.
    failure: Mutex<Option<EngineError>>,
}

impl Group {
    /// Changes the ledger, and lets the task look at what follows from it.
    fn change<T>(&self, change: impl FnOnce(&mut Ledger) -> T) -> T {
        let changed = change(&mut self.ledger.lock());
        self.wake.notify_one();
        changed
    }

    fn take(&self, id: MemberId) -> Option<Taken> {
        let mut ledger = self.ledger.lock();
        let taken = ledger.take(id, now());
        // Now there may be room for what waits.
        if taken.is_some() && ledger.sizes().0 > 0 {
            self.wake.notify_one();
        }
        taken
    }

    fn failure(&self) -> Option<EngineError> {
        self.failure.lock().clone()
    }

    fn fail(&self, error: EngineError) {
        self.failure.lock().get_or_insert(error);
        self.ledger.lock().members().for_each(|bell| bell.notify_one());
        self.wake.notify_one();
    }
}

impl Engine {
    /// Becomes a member of a group. When this answers, nothing that is committed from now on is missed by the group.
    ///
    /// [`EngineError::ReadElsewhere`], also of [`Member::next`], where another node reads for the group and has an address: become
    /// a member there.
    pub async fn join(&self, caller: &Caller, join: Join) -> Result<Member, EngineError> {
        self.authorize_watch(caller, &join.filters).await?;
        self.check_filters(&join.filters)?;
        let seats = self.seats(&join.filters)?;
        let most = match (join.acknowledges, join.max_unacked) {
            (false, _) => QUEUE,
            (true, None) => MOST_UNACKED,
            (true, Some(most)) => most.clamp(1, MAX_UNACKED),
        };
        let mut running = self.groups().running.lock().await;
        let alive = running.get(&join.group).filter(|running| running.group.failure().is_none());
        let group = match alive {
            Some(running) => Arc::clone(&running.group),
            None => {
                let started = self.start(&join).await?;
                let group = Arc::clone(&started.group);
                running.insert(join.group.clone(), started);
                group
            }
        };
        let seat = group.change(|ledger| ledger.join(join.acknowledges, most));
        Ok(Member::new(self, caller, join.filters, group, seat, seats))
    }

    /// Events of a group were processed, or have to be by another member. How many of them were under way.
    ///
    /// [`EngineError::ReadElsewhere`] where another node has to be told.
    pub async fn acknowledge(
        &self,
        caller: &Caller,
        (name, filters): (&str, &[Filter]),
        ids: impl IntoIterator<Item = Uuid>,
        returned: impl IntoIterator<Item = Uuid>,
    ) -> Result<usize, EngineError> {
        self.authorize_watch(caller, filters).await?;
        let running = self.groups().running.lock().await;
        let group = running.get(name).map(|running| Arc::clone(&running.group));
        drop(running);
        let Some(group) = group else {
            let log = self.log();
            let reader = match &log.follow {
                Some(_) => lease::reader(log, name).await?,
                None => None,
            };
            return match reader {
                Some(address) => Err(EngineError::ReadElsewhere { address }),
                None => Ok(0),
            };
        };
        Ok(group.change(|ledger| ledger.acknowledge(ids) + ledger.give_back(returned)))
    }

    /// A group that has no member on this node yet. Of a log that others share it may be another one that reads for it.
    async fn start(&self, join: &Join) -> Result<Running, EngineError> {
        let log = self.log();
        let group = Arc::new(Group {
            name: join.group.clone(),
            ledger: Mutex::new(Ledger::new(whole(Revision::ZERO), log.options.groups.patience)),
            reads: AtomicBool::new(false),
            wake: Notify::new(),
            failure: Mutex::default(),
        });
        let own = self.as_server();
        let task = loop {
            match own.take_over(join, &group).await? {
                Turn::Own(run) => break tokio::spawn(run.run()),
                Turn::Elsewhere(address) if !join.waits => {
                    return Err(EngineError::ReadElsewhere { address });
                }
                Turn::Elsewhere(_) | Turn::Waits => {
                    break tokio::spawn(own.stand_by(join.clone(), Arc::clone(&group)));
                }
                // From where is not written down yet.
                Turn::JustBegun => tokio::time::sleep(LOOK).await,
            }
        };
        Ok(Running { group, task })
    }

    /// Reads for a group from now on, where whoever did so before ended.
    async fn take_over(&self, join: &Join, group: &Arc<Group>) -> Result<Turn, EngineError> {
        let log = self.log();
        let oldest = self.oldest_group();
        let (mut known, others) = stored::load(log, &join.group, oldest).await?;
        if known.is_none() && others >= MOST_GROUPS {
            return Err(EngineError::TooManyGroups { max: MOST_GROUPS });
        }
        let mut lease = None;
        if log.follow.is_some() {
            let taking = Lease::take(log, &join.group, known.map(|known| known.at())).await?;
            lease = match (taking, known) {
                (Taking::Taken(lease), _) => Some(lease),
                (Taking::Elsewhere(_), None) => return Ok(Turn::JustBegun),
                (Taking::Elsewhere(Some(address)), _) => return Ok(Turn::Elsewhere(address)),
                (Taking::Elsewhere(None), Some(_)) => return Ok(Turn::Waits),
            };
            // As whoever had it before left it: now nobody else writes it.
            known = stored::load(log, &join.group, oldest).await?.0;
        }
        let (watcher, done, sent) = match known {
            Some(progress) => self.go_on(join, progress).await?,
            None => self.begin(join).await?,
        };
        let progress = Progress::new(done, sent, log.now());
        stored::store(log, &join.group, progress, lease.as_ref()).await?;
        group.ledger.lock().read_to(done);
        group.reads.store(true, Relaxed);
        let accepts = Arc::clone(&join.accepts);
        let run = Run::new(self.clone(), Arc::clone(group), watcher, accepts, (sent, lease));
        Ok(Turn::Own(Box::new(run)))
    }

    /// Until the node that reads for a group leaves it, or nobody here is a member any more.
    async fn stand_by(self, join: Join, group: Arc<Group>) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = group.wake.notified() => {}
            }
            if group.failure().is_some() {
                return;
            }
            if group.ledger.lock().is_empty() {
                let mut running = self.groups().running.lock().await;
                if group.ledger.lock().is_empty() {
                    running.remove(&group.name);
                    return;
                }
            }
            match self.take_over(&join, &group).await {
                Ok(Turn::Own(run)) => return run.run().await,
                Ok(Turn::Elsewhere(address)) if !join.waits => {
                    return group.fail(EngineError::ReadElsewhere { address });
                }
                Ok(Turn::Elsewhere(_) | Turn::Waits | Turn::JustBegun) => {}
                Err(error) => tracing::warn!(group = group.name, %error, "standing by"),
            }
        }
    }

    async fn begin(&self, join: &Join) -> Result<(Watcher, Place, Revision), EngineError> {
        let start = join.since.map_or(Start::Now, Start::behind);
        let watcher = self.read_for(join, start).await?;
        let done = join.since.unwrap_or(whole(watcher.position()));
        // Of a commit in the middle nothing was sent.
        let sent = if done == whole(done.revision) { done.revision.0 } else { done.revision.0 - 1 };
        Ok((watcher, done, Revision(sent)))
    }

    async fn go_on(
        &self,
        join: &Join,
        progress: Progress,
    ) -> Result<(Watcher, Place, Revision), EngineError> {
        let watcher = match self.read_for(join, Start::behind(progress.done())).await {
            Ok(watcher) if watcher.position() <= progress.done().revision => {
                return Ok((watcher, progress.done(), progress.sent()));
            }
            // Behind the beginning of the log there is always something: the oldest that is kept.
            Ok(watcher) => Some(watcher),
            Err(
                EngineError::Store(StoreError::Compacted { .. }) | EngineError::ForeignLog { .. },
            ) => None,
            Err(error) => return Err(error),
        };
        let head = self.log().view().head;
        let start = lost(&head, progress.done().revision);
        tracing::warn!(
            group = join.group,
            was = progress.done().revision.0,
            goes_on = start.0,
            "events of a consumer group are not kept any longer"
        );
        let watcher = match watcher {
            Some(watcher) => watcher,
            None => self.read_for(join, Start::After(start)).await?,
        };
        let done = whole(watcher.position());
        Ok((watcher, done, progress.sent().min(head.revision)))
    }

    async fn read_for(&self, join: &Join, start: Start) -> Result<Watcher, EngineError> {
        let watch = Watch {
            filters: join.filters.clone(),
            start,
            bookmark: Some(BOOKMARK),
            ..Watch::default()
        };
        self.watch(&Caller::of(Identity::named("system"), "groups"), watch).await
    }
}

/// Where to go on when the place is not part of the log any longer: it was compacted, or is of a tail that was lost.
fn lost(head: &Head, was: Revision) -> Revision {
    let inherited = head.epoch_start.inherited;
    if was > inherited && head.epoch_start.first > was { inherited } else { Revision::ZERO }
}

/// The whole commit.
fn whole(revision: Revision) -> Place {
    Place { revision, index: u32::MAX }
}

/// The moment in which a ledger changes.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
