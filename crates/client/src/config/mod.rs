//! Configuration in memory: kept current by a watch, read without asking anybody.
//!
//! - [`Config`]: **start here**: what an application holds; [`builder`]: its settings
//! - [`namespace`]: reads and writes; [`value`]: what a read answers
//! - `mirror`: what is known of a namespace; `follower`: the task that keeps it current
//! - `listeners`: whoever wants to be told; [`status`]: how it fares; `disk`: the last known state as a file; `clock`
//!
//! Invariants: a value is fresh only while the source has confirmed it within `max_staleness`; "there is no such key" and "you may
//! not" are never covered up by an older value; reads see the writes of the same process.

pub mod builder;
pub(crate) mod clock;
mod disk;
mod follower;
pub(crate) mod listeners;
mod mirror;
pub mod namespace;
pub mod status;
#[cfg(test)]
mod tests;
pub mod value;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use builder::ConfigBuilder;
pub use mirror::Bounds;
pub use namespace::Namespace;
pub use status::{CacheStatus, Phase, Status};
pub use value::Value;

use crate::source::{Change, Source};
use crate::{Batch, Committed, Entry, Error, Kind, Write};
use clock::Tick;
use namespace::Kept;

/// Configuration in memory, over any [`Source`]. Cheap to clone; ends when the last clone and all its namespaces are gone, or
/// with [`close`](Self::close).
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) settings: builder::Settings,
    namespaces: Mutex<BTreeMap<Arc<str>, Arc<Kept>>>,
    aliases: ArcSwap<HashMap<Arc<str>, Arc<str>>>,
    aliases_at: Mutex<Tick>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("source", &self.source).finish_non_exhaustive()
    }
}

/// A miss looks for new aliases, but no more often than this.
const ALIASES_ANEW: std::time::Duration = std::time::Duration::from_secs(1);

impl Config {
    /// Over a source, with the settings to be chosen.
    pub fn over(source: impl Source) -> ConfigBuilder {
        ConfigBuilder::new(Arc::new(source))
    }

    /// The same over a source that others use too.
    pub fn over_shared(source: Arc<dyn Source>) -> ConfigBuilder {
        ConfigBuilder::new(source)
    }

    /// A namespace; an empty name is the default one. From its first use on it is kept current.
    #[must_use]
    pub fn namespace(&self, name: &str) -> Namespace {
        let name = if name.is_empty() { &*self.inner.settings.default_namespace } else { name };
        let mut namespaces = self.inner.namespaces.lock();
        let kept = namespaces.entry(name.into()).or_insert_with_key(|name| {
            let kept = Arc::new(Kept::new(Arc::clone(name), &self.inner));
            follower::start(&self.inner, &kept);
            kept
        });
        Namespace::new(Arc::clone(kept), Arc::clone(&self.inner))
    }

    /// How every namespace in use fares.
    #[must_use]
    pub fn status(&self) -> Vec<Status> {
        self.inner.namespaces.lock().values().map(|kept| kept.status()).collect()
    }

    /// Fine while the watch of every namespace in use has failed less than three times in a row.
    ///
    /// # Errors
    /// The last error of one that has not.
    pub fn health(&self) -> Result<(), Error> {
        const TOO_OFTEN: u32 = 3;
        if self.inner.stop.is_cancelled() {
            return Err(closed());
        }
        let ill = self.status().into_iter().find(|one| one.consecutive_failures >= TOO_OFTEN);
        ill.map_or(Ok(()), |status| {
            let why = status.last_error.unwrap_or_default();
            let times = status.consecutive_failures;
            let sentence =
                format!("the watch of namespace {} failed {times} times: {why}", status.namespace);
            Err(Error::new(Kind::Unavailable, sentence))
        })
    }

    /// Applies a batch, over any namespaces; reads see it at once.
    ///
    /// # Errors
    /// Those of the source; then nothing was written, unless [`Kind`] says that nobody knows.
    pub async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        self.inner.commit(batch).await
    }

    /// Looks for aliases anew.
    ///
    /// # Errors
    /// Those of the source.
    pub async fn refresh_aliases(&self) -> Result<(), Error> {
        self.inner.load_aliases().await
    }

    /// Ends every watch and writes what is known to disk, where that was asked for. Reads fail from now on.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

pub(crate) fn closed() -> Error {
    Error::new(Kind::Closed, "the configuration has been closed")
}

impl Inner {
    /// The key that a name stands for, as far as is known.
    pub(crate) fn target(&self, name: &str) -> Option<Arc<str>> {
        self.aliases.load().get(name).cloned()
    }

    /// The same, after looking once more unless that was just done.
    pub(crate) async fn target_anew(&self, name: &str) -> Option<Arc<str>> {
        if let Some(target) = self.target(name) {
            return Some(target);
        }
        let long_ago = self.aliases_at.lock().until(Tick::now()) >= ALIASES_ANEW;
        if !long_ago || self.load_aliases().await.is_err() {
            return None;
        }
        self.target(name)
    }

    pub(crate) async fn load_aliases(&self) -> Result<(), Error> {
        *self.aliases_at.lock() = Tick::now();
        let aliases = match self.source.aliases().await {
            Ok(aliases) => aliases,
            // No aliases for who may not see them, and where there are none.
            Err(error) if error.is_denied() || error.kind() == Kind::Unsupported => Vec::new(),
            Err(error) => return Err(error),
        };
        self.aliases.store(Arc::new(aliases.into_iter().collect()));
        Ok(())
    }

    pub(crate) async fn commit(&self, mut batch: Batch) -> Result<Committed, Error> {
        if self.stop.is_cancelled() {
            return Err(closed());
        }
        for write in &mut batch.writes {
            if let Some(target) = self.target(&write.key) {
                write.key = target;
            }
        }
        let sent = Tick::now();
        let committed = self.source.commit(batch.clone()).await?;
        // What an earlier attempt wrote may have been written over since.
        if committed.replayed || !self.source.reads_as_written() {
            self.look_at(&batch, &committed).await;
        } else {
            self.remember(&batch, &committed, sent);
        }
        Ok(committed)
    }

    /// What became of what was written is known before the watch tells it.
    async fn look_at(&self, batch: &Batch, committed: &Committed) {
        let asked = Tick::now();
        let mut changes: BTreeMap<Arc<str>, Vec<Change>> = BTreeMap::new();
        for Write { namespace, key, .. } in &batch.writes {
            let change = match self.source.get(namespace, key).await {
                Ok(entry) => Change::Set(entry),
                Err(error) if error.kind() == Kind::NotFound => {
                    let (revision, log) = (committed.revision, committed.log);
                    Change::Gone { key: Arc::clone(key), revision, log }
                }
                // The watch will tell.
                Err(_) => continue,
            };
            changes.entry(Arc::clone(namespace)).or_default().push(change);
        }
        self.know(changes, asked);
    }

    /// What was written is known before the watch tells it.
    fn remember(&self, batch: &Batch, committed: &Committed, sent: Tick) {
        let mut changes: BTreeMap<Arc<str>, Vec<Change>> = BTreeMap::new();
        for (at, write) in batch.writes.iter().enumerate() {
            let version = committed.versions.get(at).copied().unwrap_or(0);
            if let Some(change) = written(write, version, committed, &self.source.origin()) {
                changes.entry(Arc::clone(&write.namespace)).or_default().push(change);
            }
        }
        self.know(changes, sent);
    }

    /// What was written together is known together.
    fn know(&self, changes: BTreeMap<Arc<str>, Vec<Change>>, sent: Tick) {
        let namespaces = self.namespaces.lock();
        for (name, changes) in changes {
            if let Some(namespace) = namespaces.get(&name) {
                namespace.mirror.wrote(&changes, sent);
            }
        }
    }
}

fn written(
    write: &crate::Write,
    version: u64,
    committed: &Committed,
    origin: &Arc<str>,
) -> Option<Change> {
    let key = Arc::clone(&write.key);
    let revision = committed.revision;
    match &write.action {
        crate::Action::Put { value, codec, ttl } => Some(Change::Set(Entry {
            namespace: Arc::clone(&write.namespace),
            key,
            value: value.clone(),
            codec: Arc::clone(codec),
            version,
            revision,
            log: committed.log,
            // Only the first version is known to be as old as the key.
            created_at: committed.time.filter(|_| version == 1),
            updated_at: committed.time,
            expires_at: committed.time.zip(*ttl).map(|(time, ttl)| time.after(ttl)),
            origin: Arc::clone(origin),
        })),
        crate::Action::Delete | crate::Action::Discard => {
            Some(Change::Gone { key, revision, log: committed.log })
        }
        crate::Action::Check => None,
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
