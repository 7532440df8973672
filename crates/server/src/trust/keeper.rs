//! Follows what the server keeps in namespaces of its own, from the moment it starts: tokens, users, roles and policies, and who has
//! signed in. What decisions read of it is at most as far behind as a watcher is.

use std::sync::Arc;
use std::time::Duration;

use holdfast_auth::Identity;
use holdfast_auth::trust::{Book, NAMESPACE};
use holdfast_engine::{Caller, Delivery, Engine, EngineError, Matched, Start, Watch, Watcher};
use holdfast_model::{Entry, Event, Filter, Revision};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is read of a namespace, without waiting for the log.
pub trait View: Send + Sync + 'static {
    /// Which namespace.
    fn namespace(&self) -> &'static str;

    /// Takes over all entries there are; what is not among them is gone.
    fn replace(&self, entries: &[Arc<Entry>]);

    /// Takes over the changes of one commit, all at once.
    fn apply(&self, events: &[&Event]);
}

impl View for Book {
    fn namespace(&self) -> &'static str {
        NAMESPACE
    }

    fn replace(&self, entries: &[Arc<Entry>]) {
        Self::replace(self, entries.iter().map(|entry| (entry.at.key.as_str(), &*entry.value)));
    }

    fn apply(&self, events: &[&Event]) {
        Self::apply(
            self,
            events.iter().map(|event| {
                let value = (!event.kind.removes()).then_some(&*event.value);
                (event.at.key.as_str(), value)
            }),
        );
    }
}

/// A view that is kept current.
pub struct Keeper {
    applied: watch::Receiver<Revision>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// After a failure, before the next attempt.
const PAUSE: Duration = Duration::from_secs(1);

impl Keeper {
    /// Fills the view, and keeps it current until the engine stops.
    ///
    /// # Errors
    /// When the entries cannot be read: then nobody may be let in.
    pub async fn start(engine: &Engine, view: Arc<dyn View>) -> Result<Self, EngineError> {
        let engine = engine.as_server();
        let (watcher, revision) = fill(&engine, view.as_ref()).await?;
        let (told, applied) = watch::channel(revision);
        let task = tokio::spawn(follow(engine, view, watcher, told));
        Ok(Self { applied, task: Mutex::new(Some(task)) })
    }

    /// Waits until the view shows an entry that was written at this revision.
    pub async fn caught_up(&self, revision: Revision) {
        let mut applied = self.applied.clone();
        // The other end goes only with the engine: then nobody waits for a decision any more.
        let _ = applied.wait_for(|applied| *applied >= revision).await;
    }

    /// Waits for the end; the engine has stopped.
    pub async fn joined(&self) {
        let task = self.task.lock().take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("a keeper of tokens, roles or sessions had panicked");
        }
    }
}

/// Entries as they are now, and the watch that goes on behind them.
async fn fill(engine: &Engine, view: &dyn View) -> Result<(Watcher, Revision), EngineError> {
    let watch = Watch {
        filters: vec![Filter { namespaces: vec![view.namespace().into()], prefixes: Vec::new() }],
        start: Start::Initial,
        ..Watch::default()
    };
    let caller = Caller::of(Identity::named("system"), "holdfast/trust");
    let mut watcher = engine.watch(&caller, watch).await?;
    let mut all: Vec<Arc<Entry>> = Vec::new();
    loop {
        let Delivery::Initial { entries, revision, last, .. } = watcher.next().await? else {
            continue;
        };
        all.extend(entries);
        if last {
            view.replace(&all);
            return Ok((watcher, revision));
        }
    }
}

async fn follow(
    engine: Engine,
    view: Arc<dyn View>,
    mut watcher: Watcher,
    told: watch::Sender<Revision>,
) {
    let what = view.namespace();
    loop {
        match watcher.next().await {
            Ok(Delivery::Commit(matched)) => {
                apply(view.as_ref(), &matched);
                told.send_replace(matched.commit.commit().revision);
            }
            Ok(_) => {}
            Err(EngineError::Stopping) => return,
            Err(error) => {
                // What is known stays in force until everything could be read again.
                tracing::error!(%error, what, "it cannot be followed, reading all of it again");
                tokio::time::sleep(PAUSE).await;
                match fill(&engine, view.as_ref()).await {
                    Ok((again, revision)) => {
                        watcher = again;
                        told.send_replace(revision);
                    }
                    Err(EngineError::Stopping) => return,
                    Err(error) => tracing::error!(%error, what, "it cannot be read"),
                }
            }
        }
    }
}

fn apply(view: &dyn View, matched: &Matched) {
    let commit = matched.commit.commit();
    let indexes = matched.events.indexes(commit.events.len());
    let events: Vec<_> = indexes.into_iter().map(|index| &commit.events[index]).collect();
    view.apply(&events);
}
