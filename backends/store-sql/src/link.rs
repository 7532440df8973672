//! Connections, and what every new one has to answer before it is used.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use holdfast_model::{Head, Timestamp};
use holdfast_store::StoreError;
use parking_lot::Mutex;
use sqlx::pool::PoolOptions;
use sqlx::{ConnectOptions as _, Pool};

use crate::clock::DatabaseClock;
use crate::dialect::{ConnectionOf, Dialect, Greeting};
use crate::failure::Failure;
use crate::patience::Patience;
use crate::seen::{self, Found, Seen};
use crate::{Waits, log, signed};

/// A statement outlives its time at the server by no more than it takes to say so.
const GRACE: Duration = Duration::from_secs(1);

/// What a log is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be read and written; begun where there is none.
    Serve,
    /// To be read; there has to be one.
    Read,
    /// To be filled with another log.
    Fill,
}

/// What the connections of a store share.
pub struct Link<D> {
    /// Its statements.
    pub dialect: D,
    /// What this process has seen of the log.
    pub seen: Seen,
    purpose: Purpose,
    waits: Waits,
    clock: OnceLock<DatabaseClock>,
    /// Why the last new connection could not be used; the pool itself only says that there was none in time.
    trouble: Mutex<Option<StoreError>>,
}

impl<D: Dialect> Link<D> {
    /// Nothing is connected yet.
    pub fn new(dialect: D, waits: Waits, purpose: Purpose) -> Self {
        Self {
            dialect,
            purpose,
            waits,
            seen: Seen::default(),
            clock: OnceLock::new(),
            trouble: Mutex::new(None),
        }
    }

    /// How long an answer may take, the way to the server included.
    pub fn answer_timeout(&self) -> Duration {
        self.waits.statement + GRACE
    }

    /// Connections for reads; they are made when they are needed.
    pub fn pool(self: &Arc<Self>) -> Pool<D::Database> {
        let link = Arc::clone(self);
        PoolOptions::new()
            .min_connections(self.waits.pool.0)
            .max_connections(self.waits.pool.1.get())
            .acquire_timeout(self.waits.acquire)
            // A broken one is found by the question itself, which is then asked again.
            .test_before_acquire(false)
            .after_connect(move |database, _| {
                let link = Arc::clone(&link);
                Box::pin(async move { link.welcome(database).await })
            })
            .connect_lazy_with(self.dialect.options())
    }

    /// The first connection of a store. A database that is not there yet is waited for, as long as for an append.
    ///
    /// # Errors
    /// What is wrong with the database, or with what is in it.
    pub async fn first(&self) -> Result<ConnectionOf<D>, StoreError> {
        let mut patience = Patience::of(self.waits.append);
        loop {
            match self.first_once().await {
                Ok(connection) => return Ok(connection),
                Err(failure) => match patience.pause().filter(|_| failure.passes::<D>()) {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure.store_error("opening the store")),
                },
            }
        }
    }

    async fn first_once(&self) -> Result<ConnectionOf<D>, Failure> {
        let mut database = self.connect_raw().await?;
        if self.purpose == Purpose::Read && !self.dialect.exists(&mut database).await? {
            let what = format!("there is no log in {}", self.dialect.place());
            return Err(StoreError::Refused(what).into());
        }
        self.dialect.migrate(&mut database).await?;
        self.greet(&mut database).await?;
        self.dialect.begin_appending(&mut database).await?;
        Ok(database)
    }

    /// A connection that leads to the log that this process knows, and appends to it.
    pub async fn connect(&self) -> Result<ConnectionOf<D>, Failure> {
        let mut database = self.connect_raw().await?;
        let limit = self.answer_timeout();
        let greeting = async {
            self.greet(&mut database).await?;
            self.dialect.begin_appending(&mut database).await
        };
        let greeted = tokio::time::timeout(limit, greeting).await;
        greeted.map_err(|_| Failure::late("looking at the log", limit))??;
        Ok(database)
    }

    async fn connect_raw(&self) -> Result<ConnectionOf<D>, Failure> {
        let limit = self.waits.connect;
        let options = self.dialect.options();
        let connecting = async {
            let mut database = options.connect().await?;
            self.dialect.begin_session(&mut database).await?;
            Ok(database)
        };
        let connected = tokio::time::timeout(limit, connecting).await;
        connected.unwrap_or_else(|_| Err(Failure::late("connecting", limit)))
    }

    async fn welcome(&self, database: &mut ConnectionOf<D>) -> Result<(), sqlx::Error> {
        let welcomed = async {
            self.dialect.begin_session(database).await?;
            self.greet(database).await
        };
        match welcomed.await {
            Ok(()) => Ok(()),
            Err(Failure::Sql(error)) => Err(error),
            Err(Failure::Store(error)) => {
                let told = error.to_string();
                *self.trouble.lock() = Some(error);
                Err(sqlx::Error::Protocol(told))
            }
        }
    }

    /// Why no connection of the pool can be used.
    pub fn trouble(&self) -> Option<StoreError> {
        self.trouble.lock().clone()
    }

    /// Asks a new connection which database this is, and begins a new epoch when the log is not the one that was.
    async fn greet(&self, database: &mut ConnectionOf<D>) -> Result<(), Failure> {
        loop {
            let asked = Instant::now();
            // Before the question: others of this process go on.
            let seen = self.seen.highest();
            let look_at = signed(seen.map(|head| head.revision).unwrap_or_default().0);
            let greeting = self.dialect.greet(database, look_at).await?;
            self.heard(asked, greeting.micros);
            check_version(&self.dialect, greeting.version)?;
            if self.purpose == Purpose::Fill {
                // Nobody has seen anything of it.
                break;
            }
            if greeting.filling.is_some() {
                return Err(StoreError::Refused(format!(
                    "{} is being filled, and that is not finished: repeat the `holdfast migrate` that began it, or remove the tables",
                    self.dialect.place()
                ))
                .into());
            }
            let Some((head, why)) = judge(seen, &greeting)? else {
                self.seen.note(&greeting.head);
                break;
            };
            if self.dialect.begin_epoch(database, &greeting, &head).await? {
                let (epoch, first) = (head.epoch, head.epoch_start.first);
                tracing::warn!(%why, %epoch, %first, "a new epoch of the log begins");
            }
        }
        *self.trouble.lock() = None;
        Ok(())
    }

    /// Corrects the clock by an answer: microseconds since 1970 in the database.
    pub fn heard(&self, asked: Instant, micros: i64) {
        let told = Timestamp(micros.saturating_mul(1_000));
        let clock = self.clock.get_or_init(|| DatabaseClock::new(asked, told));
        clock.correct(asked, Instant::now(), told);
    }

    /// The database's clock, once it was heard.
    pub fn clock(&self) -> Option<DatabaseClock> {
        self.clock.get().cloned()
    }
}

fn judge(seen: Option<Head>, greeting: &Greeting) -> Result<Option<(Head, String)>, Failure> {
    let Some(identity) = &greeting.identity else {
        return Err(Failure::Store(StoreError::Io {
            doing: "connecting to the database".into(),
            error: "the server is a standby, which only reads".into(),
        }));
    };
    let found = Found {
        head: &greeting.head,
        remembered: &greeting.remembered,
        identity,
        hash: greeting.canonical.clone().map(log::hash),
    };
    Ok(seen::judge(seen, found)?)
}

/// Refuses tables of a newer release.
///
/// # Errors
/// [`StoreError::Refused`].
pub fn check_version<D: Dialect>(dialect: &D, found: i32) -> Result<(), StoreError> {
    let known = D::VERSION;
    if found <= known {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "the tables in {} are of version {found}, this release knows versions up to {known}: start a newer release",
        dialect.place()
    )))
}
