//! The store: a pool that reads, one connection that appends.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Found, Group, Page, PageLimit, Read, Reclaimed,
    Scan, Store, StoreError,
};
use sqlx::Pool;
use tokio::sync::Mutex;

use crate::background::Background;
use crate::clock::DatabaseClock;
use crate::dialect::Dialect;
use crate::failure::Failure;
use crate::link::{Link, Purpose};
use crate::patience::Patience;
use crate::question::{Commits, Entries, HeadNow, Lookup, Pages, Question, Raise, Trim};
use crate::writer::Writer;

/// How many connections, and how long to wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Waits {
    /// Connections for reads: kept open, at most.
    pub pool: (u32, NonZeroU32),
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// How long a read may wait for a connection, and for a database that does not answer.
    pub acquire: Duration,
    /// How long a statement may take.
    pub statement: Duration,
    /// How long an append is tried again when its connection breaks.
    pub append: Duration,
}

/// A log in a SQL database, shared with every other node that opens it.
pub struct SqlStore<D: Dialect> {
    background: Background,
    shared: Arc<Shared<D>>,
    clock: DatabaseClock,
}

/// What the work in the background needs.
pub(crate) struct Shared<D: Dialect> {
    pub(crate) link: Arc<Link<D>>,
    pool: Pool<D::Database>,
    pub(crate) writer: Mutex<Writer<D>>,
    acquire_timeout: Duration,
    pub(crate) append_deadline: Duration,
}

impl<D: Dialect> SqlStore<D> {
    /// Opens the log in this database, or begins one where there is none. A database that is not there yet is waited for,
    /// as long as for an append.
    ///
    /// # Errors
    /// [`StoreError::Refused`] and [`StoreError::Corrupt`] say in a sentence what is wrong and what to do;
    /// [`StoreError::Io`]: there is no such database.
    pub async fn open(dialect: D, waits: Waits) -> Result<Self, StoreError> {
        Self::open_for(dialect, waits, Purpose::Serve).await
    }

    /// Opens the log that is in this database already, to read it.
    ///
    /// # Errors
    /// Those of [`Self::open`]; [`StoreError::Refused`] when there is none.
    pub async fn open_existing(dialect: D, waits: Waits) -> Result<Self, StoreError> {
        Self::open_for(dialect, waits, Purpose::Read).await
    }

    async fn open_for(dialect: D, waits: Waits, purpose: Purpose) -> Result<Self, StoreError> {
        let background = Background::start(D::CAPABILITIES.name).map_err(no_threads)?;
        let opening = background.run(Shared::open(dialect, waits, purpose)).await;
        let shared = opening.ok_or_else(stopped)??;
        let clock = shared.link.clock().ok_or_else(stopped)?;
        Ok(Self { background, shared: Arc::new(shared), clock })
    }

    /// The database's clock.
    #[must_use]
    pub fn clock(&self) -> DatabaseClock {
        self.clock.clone()
    }

    async fn ask<Q: Question<D>>(&self, question: Q) -> Result<Q::Answer, StoreError> {
        let shared = Arc::clone(&self.shared);
        let asking = async move { shared.ask(&question).await };
        self.background.run(asking).await.ok_or_else(stopped)?
    }
}

impl<D: Dialect> Shared<D> {
    async fn open(dialect: D, waits: Waits, purpose: Purpose) -> Result<Self, StoreError> {
        let link = Arc::new(Link::new(dialect, waits, purpose));
        let connection = link.first().await?;
        let pool = link.pool();
        Ok(Self {
            link,
            pool,
            writer: Mutex::new(Writer::new(connection)),
            acquire_timeout: waits.acquire,
            append_deadline: waits.append,
        })
    }

    /// Asks until there is an answer or no time is left: a connection of the pool may have broken long ago.
    async fn ask<Q: Question<D>>(&self, question: &Q) -> Result<Q::Answer, StoreError> {
        let mut patience = Patience::of(self.acquire_timeout);
        loop {
            match self.ask_once(question).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => match patience.pause().filter(|_| failure.passes::<D>()) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure.store_error(Q::DOING)),
                },
            }
        }
    }

    async fn ask_once<Q: Question<D>>(&self, question: &Q) -> Result<Q::Answer, Failure> {
        let mut database = match self.pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) if let Some(trouble) = self.link.trouble() => {
                return Err(trouble.into());
            }
            acquired => acquired?,
        };
        let limit = self.link.answer_timeout();
        let asking = tokio::time::timeout(limit, question.ask(&mut database, &self.link));
        let answer = asking.await.unwrap_or_else(|_| Err(Failure::late(Q::DOING, limit)));
        if answer.as_ref().is_err_and(Failure::passes::<D>) {
            // It is not worth keeping, whatever became of it.
            drop(database.detach());
        }
        answer
    }
}

pub(crate) fn no_threads(error: std::io::Error) -> StoreError {
    StoreError::Io { doing: "starting threads".into(), error: error.to_string() }
}

pub(crate) fn stopped() -> StoreError {
    StoreError::Io { doing: "asking the database".into(), error: "the store was stopped".into() }
}

#[async_trait]
impl<D: Dialect> Store for SqlStore<D> {
    fn capabilities(&self) -> Capabilities {
        D::CAPABILITIES
    }

    async fn head(&self) -> Result<Head, StoreError> {
        self.ask(HeadNow).await
    }

    async fn append(&self, after: &Head, group: Group) -> Result<Head, AppendError> {
        let (shared, after) = (Arc::clone(&self.shared), *after);
        let background = self.background.clone();
        let appending = async move { shared.append(&background, &after, &group).await };
        let stopped = || AppendError::Unknown("the store was stopped".into());
        self.background.run(appending).await.ok_or_else(stopped)?
    }

    async fn stand_by(&self, after: &Head) -> Option<CommitPage> {
        // Mostly there is nothing to wait for.
        if self.shared.writer.try_lock().is_ok_and(|writer| !writer.has_to_queue()) {
            return None;
        }
        let (shared, after) = (Arc::clone(&self.shared), *after);
        let background = self.background.clone();
        let waiting = async move { shared.stand_by(&background, &after).await };
        self.background.run(waiting).await.flatten()
    }

    async fn stand_down(&self) {
        if self.shared.writer.try_lock().is_ok_and(|writer| !writer.holds_turn()) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        // Where it fails, the turn ends with the connection.
        let _ = self.background.run(async move { shared.end_turn().await }).await;
    }

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.ask(Entries { keys: keys.to_vec(), at }).await
    }

    async fn lookup(&self, keys: &[EntryKey]) -> Result<Read<Vec<Found>>, StoreError> {
        self.ask(Lookup { keys: keys.to_vec() }).await
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.ask(Pages { what: what.clone(), at, limit: page }).await
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.ask(Commits { after, budget }).await
    }

    /// May be dropped between two steps.
    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.ask(Raise(floors)).await?;
        let mut sum = Reclaimed::default();
        while let Some(step) = self.ask(Trim).await? {
            sum.commits += step.commits;
            sum.versions += step.versions;
            sum.values += step.values;
        }
        Ok(sum)
    }
}

impl<D: Dialect> fmt::Debug for SqlStore<D> {
    /// Without the connections: they know the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, place) = (D::CAPABILITIES.name, self.shared.link.dialect.place());
        f.debug_struct("SqlStore")
            .field("name", &name)
            .field("place", &place)
            .finish_non_exhaustive()
    }
}
