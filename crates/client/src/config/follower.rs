//! The task that keeps a namespace current: follows the source, and begins anew when it loses it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, timeout};

use super::clock::Tick;
use super::disk::Disk;
use super::namespace::Kept;
use super::{Inner, Phase};
use crate::client::backoff::Backoff;
use crate::source::{Follow, Place, Source, Update, Why};
use crate::{Error, Kind};

/// A confirmation is asked for this often in `max_staleness`, so that one that is late does no harm.
const CONFIRMATIONS: u32 = 3;

/// Starts the tasks of a namespace: one that follows, one that tells listeners.
pub(super) fn start(config: &Arc<Inner>, kept: &Arc<Kept>) {
    if config.stop.is_cancelled() {
        kept.enter(Phase::Closed);
        return;
    }
    let follower = Follower::new(config, kept);
    let stop = config.stop.clone();
    config.tasks.spawn(async move { follower.run(stop).await });
    let (stop, kept) = (config.stop.clone(), Arc::clone(kept));
    config.tasks.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = kept.mirror.listeners.tell() => {}
        }
    });
}

/// Looks for new and changed aliases now and then.
pub(super) fn start_aliases(config: &Arc<Inner>) {
    let (stop, every) = (config.stop.clone(), config.settings.alias_refresh);
    let tasks = config.tasks.clone();
    let config = Arc::downgrade(config);
    let look = async move {
        while let Some(config) = config.upgrade() {
            // What fails now is looked for again.
            let _ = config.load_aliases().await;
            drop(config);
            tokio::time::sleep(every).await;
        }
    };
    tasks.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = look => {}
        }
    });
}

struct Follower {
    source: Arc<dyn Source>,
    config: Weak<Inner>,
    kept: Arc<Kept>,
    disk: Option<Disk>,
    place: Option<Place>,
    backoff: Backoff,
    max_staleness: Duration,
    max_errors: Option<u32>,
    changed: bool,
}

/// How following ended.
enum End {
    /// The stream broke, ended or fell silent.
    Lost(Error),
    /// The caller may not, or the source cannot.
    NotHere(Error),
}

impl Follower {
    fn new(config: &Arc<Inner>, kept: &Arc<Kept>) -> Self {
        let settings = &config.settings;
        let disk = settings.snapshot_dir.as_ref();
        let identity: Arc<str> = config.source.identity().into();
        Self {
            source: Arc::clone(&config.source),
            config: Arc::downgrade(config),
            kept: Arc::clone(kept),
            disk: disk.map(|dir| Disk::new(dir, &identity, &kept.name, settings.snapshot_every)),
            place: None,
            backoff: Backoff::new(settings.first_wait, settings.longest_wait),
            max_staleness: settings.max_staleness,
            max_errors: settings.max_watch_errors,
            changed: false,
        }
    }

    async fn run(mut self, stop: tokio_util::sync::CancellationToken) {
        self.recall().await;
        let stopped = stop.cancelled();
        tokio::select! {
            () = stopped => {}
            () = self.keep_current() => {}
        }
        self.save(true).await;
        self.kept.enter(Phase::Closed);
    }

    async fn keep_current(&mut self) {
        loop {
            let end = self.follow().await;
            let failures =
                self.kept.failures.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            let given_up = self.max_errors.is_some_and(|most| failures >= most);
            let (error, phase) = match end {
                End::Lost(error) if given_up => (error, Phase::Asking),
                End::Lost(error) => (error, Phase::Reconnecting),
                End::NotHere(error) => {
                    // What the caller may no longer see is not shown any more.
                    if error.is_denied() {
                        self.forget().await;
                    }
                    (error, Phase::Asking)
                }
            };
            self.tell(&error);
            *self.kept.last_error.lock() = Some(error);
            if phase == Phase::Asking {
                self.kept.mirror.doubt();
            }
            self.kept.enter(phase);
            let wait = self.backoff.next();
            // Rights may be given and servers be replaced: it tries again, but calmly.
            tokio::time::sleep(if phase == Phase::Asking { wait * 5 } else { wait }).await;
        }
    }

    async fn follow(&mut self) -> End {
        let follow = Follow {
            namespace: Arc::clone(&self.kept.name),
            prefix: Arc::from(""),
            // What came from another log cannot be mended by changes of this one.
            after: self.place.clone().filter(|_| !self.kept.mirror.is_mixed()),
            every: self.max_staleness / CONFIRMATIONS,
        };
        let opened = timeout(self.max_staleness, self.source.follow(follow)).await;
        let mut updates = match opened {
            Ok(Ok(updates)) => updates,
            Ok(Err(error)) => return end_of(error),
            Err(_) => return End::Lost(silent(self.max_staleness)),
        };
        loop {
            match timeout(self.max_staleness, updates.next()).await {
                Ok(Some(Ok(update))) => {
                    if let Err(error) = self.take(update).await {
                        return End::Lost(error);
                    }
                }
                Ok(Some(Err(error))) => return end_of(error),
                Ok(None) => {
                    return End::Lost(Error::new(Kind::Unavailable, "the source ended the watch"));
                }
                // A connection that nobody answers on does not end by itself.
                Err(_) => return End::Lost(silent(self.max_staleness)),
            }
        }
    }

    async fn take(&mut self, update: Update) -> Result<(), Error> {
        let mirror = &self.kept.mirror;
        match update {
            Update::Begin(why) => {
                mirror.begin();
                if !matches!(why, Why::First | Why::Compared) {
                    self.kept.resyncs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    self.tell_resync(why);
                }
            }
            Update::Entries(entries) => mirror.load(entries),
            Update::Complete { place, moment, as_of } => {
                mirror.complete(moment);
                self.kept.edition.send_modify(|edition| *edition += 1);
                self.confirmed(place, Some(Tick::at(as_of)));
                self.changed = true;
            }
            Update::Changes { changes, place, moment, as_of } => {
                if !changes.is_empty() {
                    mirror.apply(&changes, moment);
                    self.kept.edition.send_modify(|edition| *edition += 1);
                    self.changed = true;
                }
                self.confirmed(place, as_of.map(Tick::at));
            }
            Update::Confirmed { as_of, .. } if as_of.elapsed() > self.max_staleness => {
                return Err(Error::new(
                    Kind::Unavailable,
                    format!("the source is {:?} behind on this connection", as_of.elapsed()),
                ));
            }
            Update::Confirmed { place, as_of } => self.confirmed(place, Some(Tick::at(as_of))),
        }
        self.save(false).await;
        if self.kept.mirror.is_mixed() && *self.kept.phase.borrow() == Phase::Following {
            return Err(Error::new(
                Kind::ForeignLog,
                "reads are answered from another log than the watch",
            ));
        }
        Ok(())
    }

    fn confirmed(&mut self, place: Option<Place>, at: Option<Tick>) {
        if let Some(at) = at {
            self.kept.mirror.confirm(at);
        }
        if place.is_some() {
            self.place = place;
        }
        if *self.kept.phase.borrow() != Phase::Following {
            self.kept.failures.store(0, std::sync::atomic::Ordering::Relaxed);
            *self.kept.last_error.lock() = None;
            self.backoff.reset();
            self.kept.enter(Phase::Following);
        }
    }

    /// What was so when this ran the last time.
    async fn recall(&mut self) {
        let Some(disk) = &self.disk else { return };
        match disk.read().await {
            Ok(Some(found)) => {
                let before = self.max_staleness + Duration::from_secs(1);
                let mirror = &self.kept.mirror;
                mirror.recall(found.entries, found.complete);
                self.kept.edition.send_modify(|edition| *edition += 1);
                mirror.confirm(Tick::now().before(found.age.max(before)));
                self.place = found.place;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(namespace = %self.kept.name, %error, "no snapshot"),
        }
    }

    async fn save(&mut self, last: bool) {
        let Some(disk) = &mut self.disk else { return };
        let following = *self.kept.phase.borrow() == Phase::Following;
        if !self.changed || !(following || last) || !(last || disk.is_due(Instant::now())) {
            return;
        }
        let (entries, complete) = self.kept.mirror.entries();
        let age = self.kept.mirror.confirmed().until(Tick::now());
        // From a part of the state nothing can be resumed.
        let place = self.place.clone().filter(|_| complete);
        match disk.write(entries, complete, place, age).await {
            Ok(()) => self.changed = false,
            Err(error) => {
                tracing::warn!(namespace = %self.kept.name, %error, "snapshot not written")
            }
        }
    }

    async fn forget(&mut self) {
        self.kept.mirror.clear();
        self.place = None;
        self.changed = false;
        if let Some(disk) = &self.disk {
            disk.remove().await;
        }
    }

    fn tell(&self, error: &Error) {
        tracing::debug!(namespace = %self.kept.name, %error, "the watch was lost");
        let told = self.config.upgrade().and_then(|c| c.settings.on_watch_error.clone());
        if let Some(told) = told {
            told(&self.kept.name, error);
        }
    }

    fn tell_resync(&self, why: Why) {
        tracing::info!(namespace = %self.kept.name, ?why, "the whole state is read anew");
        let told = self.config.upgrade().and_then(|config| config.settings.on_resync.clone());
        if let Some(told) = told {
            told(&self.kept.name, why);
        }
    }
}

fn end_of(error: Error) -> End {
    if error.is_denied() || error.kind() == Kind::Unsupported {
        End::NotHere(error)
    } else {
        End::Lost(error)
    }
}

fn silent(span: Duration) -> Error {
    Error::new(Kind::Unavailable, format!("the source has said nothing for {span:?}"))
}
