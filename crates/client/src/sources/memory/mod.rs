//! A log in this process.
//!
//! - [`Memory`]: **start here**; `log`: entries, commits, conditions, without any waiting; `cursor`: whoever follows; `fault`

mod cursor;
mod fault;
mod log;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::sync::watch;

pub use fault::Fault;

use crate::source::{Follow, Source, Updates};
use crate::{Batch, Committed, Entry, Error, Write};
use cursor::Cursor;
use log::Log;

/// A log in this process: a [`Source`] for tests, and for programs that need no server. Cheap to clone; clones share the log.
///
/// It keeps the whole contract: dense revisions, versions, conditions, whole batches, watches that go on behind a place, entries that
/// end by their time, aliases. For tests it can be told to fail, see [`Memory::suffer`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), holdfast_client::Error> {
/// use holdfast_client::{Config, sources::Memory};
///
/// let memory = Memory::new();
/// memory.set("production", "app/timeout", &30)?;
/// let config = Config::over(memory).open()?;
/// let timeout: u32 = config.namespace("production").get("app/timeout").await?.decode()?;
/// assert_eq!(timeout, 30);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Memory {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    origin: Arc<str>,
    log: Mutex<Log>,
    fault: watch::Sender<Option<Fault>>,
    /// Counts whatever a watch has to look at: commits, and what tests do to the log.
    news: watch::Sender<u64>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::called("memory")
    }

    /// An empty log, called so where the origin of a value is shown.
    #[must_use]
    pub fn called(origin: &str) -> Self {
        let shared = Shared {
            origin: origin.into(),
            log: Mutex::new(Log::new(origin.into())),
            fault: watch::Sender::new(None),
            news: watch::Sender::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Writes a value as JSON, whatever fault the log suffers.
    ///
    /// # Errors
    /// [`Kind::Codec`](crate::Kind::Codec) when it cannot be JSON; [`Kind::Invalid`](crate::Kind::Invalid) for a bad name.
    pub fn set(
        &self,
        namespace: &str,
        key: &str,
        value: &(impl serde::Serialize + ?Sized),
    ) -> Result<Committed, Error> {
        let bytes = crate::codec::json(value)?;
        self.apply(&Batch::new().and(Write::put(namespace, key, bytes, "json")))
    }

    /// Deletes a key, whatever fault the log suffers.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::Kind::NotFound) when there is none.
    pub fn delete(&self, namespace: &str, key: &str) -> Result<Committed, Error> {
        self.apply(&Batch::new().and(Write::delete(namespace, key)))
    }

    /// Applies a batch at once, whatever fault the log suffers.
    ///
    /// # Errors
    /// As [`Source::commit`].
    pub fn apply(&self, batch: &Batch) -> Result<Committed, Error> {
        let committed = self.shared.log.lock().commit(batch);
        self.stir();
        committed
    }

    /// Lets a name stand for a key, in every namespace.
    pub fn set_alias(&self, alias: &str, key: &str) {
        self.shared.log.lock().aliases.insert(alias.into(), key.into());
    }

    /// The revision of the newest commit; 0 of an empty log.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.shared.log.lock().revision()
    }

    /// From now on, until [`mend`](Self::mend): the log answers and tells as the fault says.
    pub fn suffer(&self, fault: Fault) {
        self.shared.fault.send_replace(Some(fault));
        self.stir();
    }

    /// Ends what [`suffer`](Self::suffer) began.
    pub fn mend(&self) {
        self.shared.fault.send_replace(None);
        self.stir();
    }

    /// Keeps no more than so many commits for watches that go on behind a place; 10,000 unless said otherwise. With 0 what has
    /// happened so far is forgotten, and every watch that has not seen all of it begins anew.
    pub fn keep_commits(&self, count: usize) {
        self.shared.log.lock().keep(count);
        self.stir();
    }

    /// Another log takes the place of this one, as after a restore: it begins with this batch, at revision 1 (at 0 for an empty one).
    ///
    /// # Errors
    /// As [`Source::commit`]; then the new log is empty.
    pub fn become_another_log(&self, first: &Batch) -> Result<(), Error> {
        let mut log = self.shared.log.lock();
        *log = Log::new(Arc::clone(&self.shared.origin));
        let result = log.commit(first).map(drop);
        drop(log);
        self.stir();
        result
    }

    fn stir(&self) {
        self.shared.news.send_modify(|count| *count += 1);
    }

    /// Waits while nothing answers; the fault of now, if it is one that fails.
    async fn admitted(&self) -> Result<(), Error> {
        let mut fault = self.shared.fault.subscribe();
        let answers = |fault: &Option<Fault>| !matches!(fault, Some(Fault::Silent));
        // The sender is part of this very value.
        match fault.wait_for(answers).await.as_deref() {
            Ok(Some(Fault::Failing(error))) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn lost_answer(&self) -> Option<Error> {
        match &*self.shared.fault.borrow() {
            Some(Fault::AnswersLost(error)) => Some(error.clone()),
            _ => None,
        }
    }
}

#[async_trait]
impl Source for Memory {
    fn origin(&self) -> Arc<str> {
        Arc::clone(&self.shared.origin)
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        self.admitted().await?;
        let entry = self.shared.log.lock().get(namespace, key);
        entry.ok_or_else(|| Error::not_found(namespace, key))
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        self.admitted().await?;
        Ok(self.shared.log.lock().list(namespace, prefix))
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        self.admitted().await?;
        let committed = self.apply(&batch)?;
        self.lost_answer().map_or(Ok(committed), Err)
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        self.admitted().await?;
        Ok(Cursor::start(self.clone(), follow).into_stream().boxed())
    }

    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        self.admitted().await?;
        let log = self.shared.log.lock();
        Ok(log.aliases.iter().map(|(a, b)| (Arc::clone(a), Arc::clone(b))).collect())
    }
}
