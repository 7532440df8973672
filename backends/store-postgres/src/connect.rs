//! Connections, and what every new one has to answer before it is used.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use holdfast_model::{Head, Timestamp};
use holdfast_store::StoreError;
use holdfast_store_sql::seen::{self, Found};
use holdfast_store_sql::{DatabaseClock, Seen, log, signed};
use parking_lot::Mutex;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};
use std::sync::Arc;

use crate::failure::Failure;
use crate::schema::{self, head_columns, identity};
use crate::settings::PostgresSettings;

/// A statement that waits for others outlives this at the server by no more than it takes to say so.
const GRACE: Duration = Duration::from_secs(1);

/// The database's time in microseconds since 1970, for statements.
macro_rules! micros {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
    };
}
pub(crate) use micros;

/// What the connections of a store share.
pub(crate) struct Link {
    options: PgConnectOptions,
    pub(crate) schema: String,
    /// What makes a session ours.
    session: String,
    connect_timeout: Duration,
    /// How long an answer may take, the way to the server included.
    pub(crate) answer_timeout: Duration,
    pub(crate) seen: Seen,
    clock: OnceLock<DatabaseClock>,
    /// Why the last new connection could not be used; the pool itself only says that there was none in time.
    trouble: Mutex<Option<StoreError>>,
}

impl Link {
    pub(crate) fn new(settings: &PostgresSettings) -> Result<Self, StoreError> {
        Ok(Self {
            options: settings.options()?,
            schema: settings.schema.clone(),
            session: session(settings),
            connect_timeout: settings.connect_timeout,
            answer_timeout: settings.statement_timeout + GRACE,
            seen: Seen::default(),
            clock: OnceLock::new(),
            trouble: Mutex::new(None),
        })
    }

    /// Connections for reads; they are made when they are needed.
    pub(crate) fn pool(self: &Arc<Self>, settings: &PostgresSettings) -> PgPool {
        let link = Arc::clone(self);
        PgPoolOptions::new()
            .min_connections(settings.pool_min)
            .max_connections(settings.pool_max.get())
            .acquire_timeout(settings.acquire_timeout)
            // A broken one is found by the question itself, which is then asked again.
            .test_before_acquire(false)
            .after_connect(move |database, _| {
                let link = Arc::clone(&link);
                Box::pin(async move { link.greet_for_pool(database).await })
            })
            .connect_lazy_with(self.options.clone())
    }

    /// A connection of its own, which has not been greeted.
    pub(crate) async fn connect_raw(&self) -> Result<PgConnection, Failure> {
        let connecting = tokio::time::timeout(self.connect_timeout, self.options.connect());
        let mut database =
            connecting.await.map_err(|_| late("connecting", self.connect_timeout))??;
        let session = sqlx::raw_sql(AssertSqlSafe(self.session.clone()));
        let set = tokio::time::timeout(self.answer_timeout, session.execute(&mut database));
        set.await.map_err(|_| late("beginning a session", self.answer_timeout))??;
        Ok(database)
    }

    /// A connection that leads to the log that this process knows.
    pub(crate) async fn connect(&self) -> Result<PgConnection, Failure> {
        let mut database = self.connect_raw().await?;
        let greeting = tokio::time::timeout(self.answer_timeout, self.greet(&mut database));
        greeting.await.map_err(|_| late("looking at the log", self.answer_timeout))??;
        Ok(database)
    }

    async fn greet_for_pool(&self, database: &mut PgConnection) -> Result<(), sqlx::Error> {
        let session = sqlx::raw_sql(AssertSqlSafe(self.session.clone()));
        session.execute(&mut *database).await?;
        match self.greet(database).await {
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
    pub(crate) fn trouble(&self) -> Option<StoreError> {
        self.trouble.lock().clone()
    }

    /// Asks a new connection which database this is, and begins a new epoch when the log is not the one that was.
    pub(crate) async fn greet(&self, database: &mut PgConnection) -> Result<(), Failure> {
        const GREETING: &str = concat!(
            "SELECT ",
            micros!(),
            ", ",
            identity!(),
            ", (SELECT max(version) FROM migrations), head.identity, \
             (SELECT canonical FROM log WHERE revision = $1), ",
            head_columns!(),
            " FROM head"
        );
        loop {
            let asked = Instant::now();
            // Before the question: others of this process go on.
            let seen = self.seen.highest();
            let look_at = signed(seen.map(|head| head.revision).unwrap_or_default().0);
            let row = sqlx::query(GREETING).bind(look_at).fetch_one(&mut *database).await?;
            self.heard(asked, row.try_get(0)?);
            schema::check(row.try_get::<Option<i32>, _>(2)?.unwrap_or(0), &self.schema)?;
            let (Some(head), why) = self.judge(seen, &row)? else { break };
            if begin_epoch(database, &row, &head).await? {
                let (epoch, first) = (head.epoch, head.epoch_start.first);
                tracing::warn!(%why, %epoch, %first, "a new epoch of the log begins");
            }
        }
        *self.trouble.lock() = None;
        Ok(())
    }

    fn judge(&self, seen: Option<Head>, row: &PgRow) -> Result<(Option<Head>, String), Failure> {
        let Some(identity) = row.try_get::<Option<String>, _>(1)? else {
            return Err(Failure::Store(StoreError::Io {
                doing: "connecting to PostgreSQL".into(),
                error: "the server is a standby, which only reads".into(),
            }));
        };
        let head = schema::head(row, 5)?;
        let canonical: Option<Vec<u8>> = row.try_get(4)?;
        let remembered: String = row.try_get(3)?;
        let (identity, remembered) = (&identity, &remembered);
        let found = Found { head: &head, remembered, identity, hash: canonical.map(log::hash) };
        let Some((next, why)) = seen::judge(seen, found)? else {
            self.seen.note(&head);
            return Ok((None, String::new()));
        };
        Ok((Some(next), why))
    }

    /// Corrects the clock by an answer: microseconds since 1970 in the database.
    pub(crate) fn heard(&self, asked: Instant, micros: i64) {
        let told = Timestamp(micros.saturating_mul(1_000));
        let clock = self.clock.get_or_init(|| DatabaseClock::new(asked, told));
        clock.correct(asked, Instant::now(), told);
    }

    /// The database's clock, once it was heard.
    pub(crate) fn clock(&self) -> Option<DatabaseClock> {
        self.clock.get().cloned()
    }
}

/// False when somebody else changed the head meanwhile: then it has to be judged again.
async fn begin_epoch(
    database: &mut PgConnection,
    found: &PgRow,
    head: &Head,
) -> Result<bool, Failure> {
    const BEGIN: &str = "UPDATE head SET epoch = $1, inherited = $2, first_revision = $3, identity = $4 \
         WHERE epoch = $5 AND revision = $6 AND identity = $7";
    let old = schema::head(found, 5)?;
    let begun = sqlx::query(BEGIN)
        .bind(i64::from(head.epoch.0))
        .bind(signed(head.epoch_start.inherited.0))
        .bind(signed(head.epoch_start.first.0))
        .bind(found.try_get::<String, _>(1)?)
        .bind(i64::from(old.epoch.0))
        .bind(signed(old.revision.0))
        .bind(found.try_get::<String, _>(3)?);
    Ok(begun.execute(database).await?.rows_affected() == 1)
}

pub(crate) fn late(doing: &str, limit: Duration) -> Failure {
    let error = format!("the database did not answer within {limit:?}");
    Failure::Sql(sqlx::Error::Io(std::io::Error::new(
        std::io::ErrorKind::TimedOut,
        format!("{doing}: {error}"),
    )))
}

/// Durable whatever the server's default is; the plans that the indexes are there for, made once, whatever the statistics
/// say; no lock that outlives a node that was stopped.
fn session(settings: &PostgresSettings) -> String {
    let schema = &settings.schema;
    let statement = settings.statement_timeout.as_millis().max(1);
    format!(
        "SET search_path TO \"{schema}\"; SET statement_timeout = {statement}; \
         SET idle_in_transaction_session_timeout = {statement}; \
         SET default_transaction_isolation = 'read committed'; SET jit = off; \
         SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; \
         SET enable_mergejoin = off; SET enable_bitmapscan = off; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') IN ('off', 'local')"
    )
}
