//! PostgreSQL, as the stores over SQL databases want it.

use std::time::Duration;

use holdfast_model::{EntryKey, Floors, Head, Revision};
use holdfast_store::{
    At, Capabilities, CommitPage, HistoryRow, Page, PageLimit, Read, Reclaimed, Scan, StoreError,
};
use holdfast_store_sql::dialect::{Appended, Between, Dialect, Filling, Greeting, Lock, Newest};
use holdfast_store_sql::{Failure, Fate, signed};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Row as _};

use crate::scan::Pages;
use crate::schema;
use crate::settings::PostgresSettings;
use crate::{append, failure, fill, lock, read, reclaim, server, session};

/// One log in one database.
pub struct Postgres {
    options: PgConnectOptions,
    pub(crate) schema: String,
    pub(crate) statement_timeout: Duration,
    /// What makes a session ours.
    session: String,
    /// The name of the queue of those who append.
    pub(crate) queue: String,
}

impl Postgres {
    pub(crate) fn new(settings: &PostgresSettings) -> Result<Self, StoreError> {
        Ok(Self {
            options: settings.options()?,
            schema: settings.schema.clone(),
            statement_timeout: settings.statement_timeout,
            session: session::statements(settings),
            queue: lock::queue(&settings.schema),
        })
    }
}

impl Dialect for Postgres {
    type Database = sqlx::Postgres;

    const CAPABILITIES: Capabilities =
        Capabilities { name: "postgres", durable: true, shared: true };
    const VERSION: i32 = schema::VERSION;

    fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    fn fate(error: &dyn sqlx::error::DatabaseError) -> Fate {
        failure::fate(error)
    }

    fn place(&self) -> &str {
        &self.schema
    }

    async fn begin_session(&self, database: &mut PgConnection) -> Result<(), Failure> {
        let begin = sqlx::raw_sql(AssertSqlSafe(self.session.clone()));
        begin.execute(database).await?;
        Ok(())
    }

    async fn begin_appending(&self, database: &mut PgConnection) -> Result<(), Failure> {
        lock::prepare(database).await
    }

    async fn exists(&self, database: &mut PgConnection) -> Result<bool, Failure> {
        Ok(schema::version(database, &self.schema).await?.is_some())
    }

    async fn migrate(&self, database: &mut PgConnection) -> Result<(), Failure> {
        server::check(database).await?;
        schema::migrate(self, database).await
    }

    async fn greet(&self, database: &mut PgConnection, look_at: i64) -> Result<Greeting, Failure> {
        session::greet(database, look_at).await
    }

    async fn begin_epoch(
        &self,
        database: &mut PgConnection,
        found: &Greeting,
        head: &Head,
    ) -> Result<bool, Failure> {
        session::begin_epoch(database, found, head).await
    }

    async fn begin_filling(
        &self,
        database: &mut PgConnection,
        found: &Head,
        base: (&Head, Revision),
        note: &[u8],
    ) -> Result<bool, Failure> {
        fill::begin(database, found, base, note).await
    }

    async fn fill(
        &self,
        database: &mut PgConnection,
        filling: &Filling<'_>,
    ) -> Result<bool, Failure> {
        fill::put(database, filling).await
    }

    async fn append(
        &self,
        database: &mut PgConnection,
        group: &Between<'_>,
        held: Option<Lock>,
    ) -> Result<Appended, Failure> {
        let queue = (held == Some(Lock::Queue)).then_some(&*self.queue);
        let appended = append::append(database, group, queue).await?;
        if held == Some(Lock::Head) {
            let end = if appended.won { "COMMIT" } else { "ROLLBACK" };
            sqlx::raw_sql(end).execute(database).await?;
        }
        Ok(appended)
    }

    async fn lock(
        &self,
        database: &mut PgConnection,
        lock: Lock,
        after: Revision,
    ) -> Result<CommitPage, Failure> {
        lock::take(self, database, lock, after).await
    }

    async fn unlock(&self, database: &mut PgConnection, held: Lock) -> Result<(), Failure> {
        lock::give_back(self, database, held).await
    }

    async fn canonical(
        &self,
        database: &mut PgConnection,
        revision: Revision,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let look = sqlx::query("SELECT canonical FROM log WHERE revision = $1");
        let found = look.bind(signed(revision.0)).fetch_optional(database).await?;
        Ok(found.map(|row| row.try_get(0)).transpose()?)
    }

    async fn head(&self, database: &mut PgConnection) -> Result<(i64, Head), Failure> {
        read::head(database).await
    }

    async fn newest(
        &self,
        database: &mut PgConnection,
        keys: &[EntryKey],
        at: At,
        which: Newest,
    ) -> Result<Read<Vec<Option<HistoryRow>>>, Failure> {
        read::newest_rows(database, keys, at, which).await
    }

    async fn page(
        &self,
        database: &mut PgConnection,
        what: &Scan,
        at: At,
        limit: PageLimit,
    ) -> Result<Read<Page>, Failure> {
        Pages { what, at, limit }.read(database).await
    }

    async fn commits(
        &self,
        database: &mut PgConnection,
        after: Revision,
        budget: usize,
    ) -> Result<CommitPage, Failure> {
        read::commits(database, after, budget).await
    }

    async fn raise(&self, database: &mut PgConnection, floors: Floors) -> Result<(), Failure> {
        reclaim::raise(database, floors).await
    }

    async fn trim(&self, database: &mut PgConnection) -> Result<Option<Reclaimed>, Failure> {
        reclaim::step(database, &self.schema).await
    }
}
