//! Follows the documents of tokens, users, roles and policies in the log, from the moment the server starts: the book that
//! decisions read is at most as far behind as a watcher is.

use std::sync::Arc;
use std::time::Duration;

use holdfast_auth::Identity;
use holdfast_auth::trust::{Book, NAMESPACE};
use holdfast_engine::{Caller, Delivery, Engine, EngineError, Matched, Start, Watch, Watcher};
use holdfast_model::{Entry, Filter, Revision};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A book that is kept current.
pub struct Keeper {
    applied: watch::Receiver<Revision>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// After a failure, before the next attempt.
const PAUSE: Duration = Duration::from_secs(1);

impl Keeper {
    /// Fills the book, and keeps it current until the engine stops.
    ///
    /// # Errors
    /// When the documents cannot be read: then nobody may be let in.
    pub async fn start(engine: &Engine, book: Arc<Book>) -> Result<Self, EngineError> {
        let engine = engine.as_server();
        let (watcher, revision) = fill(&engine, &book).await?;
        let (told, applied) = watch::channel(revision);
        let task = tokio::spawn(follow(engine, book, watcher, told));
        Ok(Self { applied, task: Mutex::new(Some(task)) })
    }

    /// Waits until the book shows a document that was written at this revision.
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
            tracing::error!("the keeper of tokens and roles had panicked");
        }
    }
}

/// Documents as they are now, and the watch that goes on behind them.
async fn fill(engine: &Engine, book: &Book) -> Result<(Watcher, Revision), EngineError> {
    let watch = Watch {
        filters: vec![Filter { namespaces: vec![NAMESPACE.into()], prefixes: Vec::new() }],
        start: Start::Initial,
        ..Watch::default()
    };
    let caller = Caller::of(Identity::named("system"), "holdfast/trust");
    let mut watcher = engine.watch(&caller, watch).await?;
    let mut documents: Vec<Arc<Entry>> = Vec::new();
    loop {
        let Delivery::Initial { entries, revision, last, .. } = watcher.next().await? else {
            continue;
        };
        documents.extend(entries);
        if last {
            book.replace(documents.iter().map(|entry| (entry.at.key.as_str(), &*entry.value)));
            return Ok((watcher, revision));
        }
    }
}

async fn follow(
    engine: Engine,
    book: Arc<Book>,
    mut watcher: Watcher,
    told: watch::Sender<Revision>,
) {
    loop {
        match watcher.next().await {
            Ok(Delivery::Commit(matched)) => {
                apply(&book, &matched);
                told.send_replace(matched.commit.commit().revision);
            }
            Ok(_) => {}
            Err(EngineError::Stopping) => return,
            Err(error) => {
                // What is known stays in force until everything could be read again.
                tracing::error!(%error, "tokens and roles cannot be followed, reading all of them again");
                tokio::time::sleep(PAUSE).await;
                match fill(&engine, &book).await {
                    Ok((again, revision)) => {
                        watcher = again;
                        told.send_replace(revision);
                    }
                    Err(EngineError::Stopping) => return,
                    Err(error) => tracing::error!(%error, "tokens and roles cannot be read"),
                }
            }
        }
    }
}

fn apply(book: &Book, matched: &Matched) {
    let commit = matched.commit.commit();
    let indexes = matched.events.indexes(commit.events.len());
    let events = indexes.into_iter().map(|index| &commit.events[index]);
    book.apply(events.map(|event| {
        let value = (!event.kind.removes()).then_some(&*event.value);
        (event.at.key.as_str(), value)
    }));
}
