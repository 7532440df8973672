//! The store: a pool that reads, one connection that appends.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use holdfast_model::{Entry, EntryKey, Floors, Head, Revision};
use holdfast_store::{
    AppendError, At, Capabilities, CommitPage, Group, Page, PageLimit, Read, Reclaimed, Scan,
    Store, StoreError,
};
use holdfast_store_sql::{Background, DatabaseClock, Patience};
use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::Mutex;

use crate::connect::{Link, late};
use crate::failure::Failure;
use crate::read::{Commits, Entries, HeadNow};
use crate::scan::Pages;
use crate::schema;
use crate::settings::PostgresSettings;
use crate::turn::Writer;

/// A log in a PostgreSQL database, shared with every other node that opens it.
pub struct PostgresStore {
    pub(crate) background: Background,
    pub(crate) shared: Arc<Shared>,
    clock: DatabaseClock,
}

/// What the work in the background needs.
pub(crate) struct Shared {
    pub(crate) link: Arc<Link>,
    pool: PgPool,
    pub(crate) writer: Mutex<Writer>,
    acquire_timeout: Duration,
    pub(crate) append_deadline: Duration,
}

/// Something that a read-only statement answers.
pub(crate) trait Question: Send + Sync + 'static {
    /// What is being done, for errors.
    const DOING: &'static str;
    /// The answer.
    type Answer: Send;

    /// Asks it once.
    fn ask(
        &self,
        database: &mut PgConnection,
        link: &Link,
    ) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

impl PostgresStore {
    /// Opens the log in this database, or begins one where there is none. A database that is not there yet is waited for,
    /// as long as for an append.
    ///
    /// # Errors
    /// [`StoreError::Refused`] and [`StoreError::Corrupt`] say in a sentence what is wrong and what to do;
    /// [`StoreError::Io`]: there is no such database.
    pub async fn open(settings: PostgresSettings) -> Result<Self, StoreError> {
        let io = |error: std::io::Error| StoreError::Io {
            doing: "starting threads".into(),
            error: error.to_string(),
        };
        let background = Background::start("postgres").map_err(io)?;
        let opening = background.run(Shared::open(settings)).await;
        let shared = opening.ok_or_else(stopped)??;
        let clock = shared.link.clock().ok_or_else(stopped)?;
        Ok(Self { background, shared: Arc::new(shared), clock })
    }

    /// The database's clock.
    #[must_use]
    pub fn clock(&self) -> DatabaseClock {
        self.clock.clone()
    }

    pub(crate) async fn ask<Q: Question>(&self, question: Q) -> Result<Q::Answer, StoreError> {
        let shared = Arc::clone(&self.shared);
        let asking = async move { shared.ask(&question).await };
        self.background.run(asking).await.ok_or_else(stopped)?
    }
}

impl Shared {
    async fn open(settings: PostgresSettings) -> Result<Self, StoreError> {
        let link = Arc::new(Link::new(&settings)?);
        let mut patience = Patience::of(settings.append_deadline);
        let connection = loop {
            match first_connection(&link).await {
                Ok(connection) => break connection,
                Err(failure) => match patience.pause().filter(|_| failure.passes()) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure.store_error("opening the store")),
                },
            }
        };
        let pool = link.pool(&settings);
        Ok(Self {
            link,
            pool,
            writer: Mutex::new(Writer::new(connection)),
            acquire_timeout: settings.acquire_timeout,
            append_deadline: settings.append_deadline,
        })
    }

    /// Asks until there is an answer or no time is left: a connection of the pool may have broken long ago.
    pub(crate) async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, StoreError> {
        let mut patience = Patience::of(self.acquire_timeout);
        loop {
            match self.ask_once(question).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => match patience.pause().filter(|_| failure.passes()) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure.store_error(Q::DOING)),
                },
            }
        }
    }

    async fn ask_once<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Failure> {
        let mut database = match self.pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) if let Some(trouble) = self.link.trouble() => {
                return Err(trouble.into());
            }
            acquired => acquired?,
        };
        let limit = self.link.answer_timeout;
        let asking = tokio::time::timeout(limit, question.ask(&mut database, &self.link));
        let answer = asking.await.unwrap_or_else(|_| Err(late(Q::DOING, limit)));
        if answer.as_ref().is_err_and(Failure::passes) {
            // It is not worth keeping, whatever became of it.
            drop(database.detach());
        }
        answer
    }
}

async fn first_connection(link: &Link) -> Result<PgConnection, Failure> {
    let mut database = link.connect_raw().await?;
    schema::migrate(&mut database, &link.schema).await?;
    link.greet(&mut database).await?;
    Ok(database)
}

pub(crate) fn stopped() -> StoreError {
    StoreError::Io { doing: "asking PostgreSQL".into(), error: "the store was stopped".into() }
}

#[async_trait]
impl Store for PostgresStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities { name: "postgres", durable: true, shared: true }
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

    async fn get_many(
        &self,
        keys: &[EntryKey],
        at: At,
    ) -> Result<Read<Vec<Option<Arc<Entry>>>>, StoreError> {
        self.ask(Entries { keys: keys.to_vec(), at }).await
    }

    async fn scan(&self, what: &Scan, at: At, page: PageLimit) -> Result<Read<Page>, StoreError> {
        self.ask(Pages { what: what.clone(), at, limit: page }).await
    }

    async fn commits(&self, after: Revision, budget: usize) -> Result<CommitPage, StoreError> {
        self.ask(Commits { after, budget }).await
    }

    async fn reclaim(&self, floors: Floors) -> Result<Reclaimed, StoreError> {
        self.reclaim_to(floors).await
    }
}

impl fmt::Debug for PostgresStore {
    /// Without the connections: they know the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("schema", &self.shared.link.schema)
            .finish_non_exhaustive()
    }
}
