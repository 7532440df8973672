//! An engine as a source.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use holdfast_auth::{AllowAll, Guard, Identity};
use holdfast_client::source::{Follow, Source, Updates};
use holdfast_client::{Batch, Committed, Entry, Error, Log};
use holdfast_engine::{Caller, Engine, List, Options};
use holdfast_model::Revision;
use holdfast_store::{MemoryStore, Store};
use holdfast_store_fjall::{FjallOptions, FjallStore};

use crate::convert::{self, fault};
use crate::follow;

/// An engine in this process as a [`Source`]. Cheap to clone; clones share the engine.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), holdfast_client::Error> {
/// let embedded = holdfast_embed::Embedded::in_memory().await?;
/// let config = holdfast_client::Config::over(embedded.clone()).open()?;
/// config.namespace("app").set("timeout", &30).await?;
/// assert_eq!(config.namespace("app").get("timeout").await?.as_i64()?, 30);
/// config.close().await;
/// embedded.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Embedded {
    engine: Engine,
    caller: Caller,
    pub(crate) origin: Arc<str>,
    log: Log,
}

impl Embedded {
    /// An engine whose log ends with the process.
    ///
    /// # Errors
    /// When no thread can be started.
    pub async fn in_memory() -> Result<Self, Error> {
        Self::open(Arc::new(MemoryStore::new())).await
    }

    /// An engine over a data directory, which is made when it is missing; one process at a time may have it.
    ///
    /// # Errors
    /// When it cannot be opened, or what is in it is damaged.
    pub async fn at(directory: impl AsRef<Path>) -> Result<Self, Error> {
        let directory = directory.as_ref().to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            FjallStore::open(&directory, FjallOptions::default())
        });
        let store = opened.await.map_err(convert::panicked)?;
        Self::open(Arc::new(store.map_err(|error| fault(&error.into()))?)).await
    }

    /// An engine that the program has already, used by this identity: its guard is asked as it is for everybody.
    #[must_use]
    pub fn over(engine: Engine, identity: Identity) -> Self {
        let log = convert::log_of(&engine.status().head);
        let caller = Caller::of(identity, "embed");
        Self { engine, caller, origin: Arc::from("embedded"), log }
    }

    async fn open(store: Arc<dyn Store>) -> Result<Self, Error> {
        let guard: Arc<dyn Guard> = Arc::new(AllowAll);
        let engine = Engine::open(store, guard, Options::default()).await;
        Ok(Self::over(engine.map_err(|error| fault(&error))?, Identity::named("embedded")))
    }

    /// The engine, for what the client library has no words for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ends every watch and commits what is queued. Calls after that fail.
    pub async fn shutdown(&self) {
        self.engine.shutdown().await;
    }

    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    pub(crate) fn log(&self) -> Log {
        self.log
    }

    pub(crate) fn entry(&self, entry: &holdfast_model::Entry) -> Entry {
        convert::entry(entry, self.log, &self.origin)
    }
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("log", &self.engine.status().head.log).finish()
    }
}

#[async_trait]
impl Source for Embedded {
    fn origin(&self) -> Arc<str> {
        Arc::clone(&self.origin)
    }

    fn identity(&self) -> String {
        format!("embedded {}", self.engine.status().head.log.0)
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        let entry = self.engine.get(&self.caller, namespace, key).await;
        entry.map(|entry| self.entry(&entry)).map_err(|error| fault(&error))
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        let mut list =
            List { namespace: namespace.into(), prefix: prefix.into(), limit: None, after: None };
        let (mut entries, mut state) = (Vec::new(), None::<Revision>);
        loop {
            let page = match state {
                None => self.engine.list(&self.caller, list.clone()).await,
                Some(revision) => self.engine.list_at(&self.caller, list.clone(), revision).await,
            };
            let page = page.map_err(|error| fault(&error))?;
            entries.extend(page.entries.iter().map(|entry| self.entry(entry)));
            list.after = page.entries.last().map(|entry| entry.at.key.as_str().to_owned());
            if !page.more || list.after.is_none() {
                return Ok(entries);
            }
            state = Some(page.revision);
        }
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        let request = convert::request(&batch);
        let answer = self.engine.commit(&self.caller, request).await;
        Ok(convert::committed(&batch, answer.map_err(|error| fault(&error))?, self.log))
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        follow::updates(self.clone(), follow).await
    }

    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        let aliases = self.engine.list_aliases(&self.caller).await;
        let aliases = aliases.map_err(|error| fault(&error))?.into_iter();
        Ok(aliases.map(|alias| (alias.alias.into(), alias.target.into())).collect())
    }
}
