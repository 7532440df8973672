//! MariaDB and MySQL, as the stores over SQL databases want it.

use holdfast_model::{EntryKey, Floors, Head, Revision};
use holdfast_store::{
    At, Capabilities, CommitPage, HistoryRow, Page, PageLimit, Read, Reclaimed, Scan, StoreError,
};
use holdfast_store_sql::dialect::{Appended, Between, Dialect, Filling, Greeting, Lock, Newest};
use holdfast_store_sql::{Failure, Fate, signed};
use sqlx::Row as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};

use crate::read::run;
use crate::scan::Pages;
use crate::settings::MySqlSettings;
use crate::text::Text;
use crate::{append, failure, fill, lock, read, reclaim, schema, server, session};

/// One log in one database.
pub struct MySql {
    options: MySqlConnectOptions,
    settings: MySqlSettings,
    database: String,
}

/// The two kinds of server that speak this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    MariaDb,
    MySql,
}

impl MySql {
    pub(crate) fn new(settings: &MySqlSettings) -> Result<Self, StoreError> {
        let options = settings.options()?;
        let database = options.get_database().unwrap_or_default().to_owned();
        Ok(Self { options, settings: settings.clone(), database })
    }

    pub(crate) async fn flavour(&self, database: &mut MySqlConnection) -> Result<Flavour, Failure> {
        let rows = run(database, Text::new("SELECT VERSION()")).await?;
        let version: String =
            rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
        let mariadb = version.to_lowercase().contains("mariadb");
        Ok(if mariadb { Flavour::MariaDb } else { Flavour::MySql })
    }
}

impl Dialect for MySql {
    type Database = sqlx::MySql;

    const CAPABILITIES: Capabilities = Capabilities { name: "mysql", durable: true, shared: true };
    const VERSION: i32 = schema::VERSION;

    fn options(&self) -> MySqlConnectOptions {
        self.options.clone()
    }

    fn fate(error: &dyn sqlx::error::DatabaseError) -> Fate {
        failure::fate(error)
    }

    fn place(&self) -> &str {
        &self.database
    }

    async fn begin_session(&self, database: &mut MySqlConnection) -> Result<(), Failure> {
        let flavour = self.flavour(database).await?;
        let statements = session::statements(&self.settings, flavour);
        run(database, Text::new(&statements)).await.map(drop)
    }

    async fn exists(&self, database: &mut MySqlConnection) -> Result<bool, Failure> {
        Ok(schema::version(database).await?.is_some_and(|version| version > 0))
    }

    async fn migrate(&self, database: &mut MySqlConnection) -> Result<(), Failure> {
        server::check(database, self.settings.commit_bytes).await?;
        schema::migrate(self, database).await
    }

    async fn greet(
        &self,
        database: &mut MySqlConnection,
        look_at: i64,
    ) -> Result<Greeting, Failure> {
        session::greet(self, database, look_at).await
    }

    async fn begin_epoch(
        &self,
        database: &mut MySqlConnection,
        found: &Greeting,
        head: &Head,
    ) -> Result<bool, Failure> {
        session::begin_epoch(database, found, head).await
    }

    async fn begin_filling(
        &self,
        database: &mut MySqlConnection,
        found: &Head,
        base: (&Head, Revision),
        note: &[u8],
    ) -> Result<bool, Failure> {
        fill::begin(database, found, base, note).await
    }

    async fn fill(
        &self,
        database: &mut MySqlConnection,
        filling: &Filling<'_>,
    ) -> Result<bool, Failure> {
        fill::put(database, filling, server::packet(self.settings.commit_bytes)).await
    }

    async fn append(
        &self,
        database: &mut MySqlConnection,
        group: &Between<'_>,
        held: Option<Lock>,
    ) -> Result<Appended, Failure> {
        append::append(database, group, held, server::packet(self.settings.commit_bytes)).await
    }

    async fn lock(
        &self,
        database: &mut MySqlConnection,
        lock: Lock,
        _: Revision,
    ) -> Result<CommitPage, Failure> {
        lock::take(database, lock).await
    }

    async fn unlock(&self, database: &mut MySqlConnection, held: Lock) -> Result<(), Failure> {
        lock::give_back(database, held).await
    }

    async fn canonical(
        &self,
        database: &mut MySqlConnection,
        revision: Revision,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let look = Text::new("SELECT canonical FROM log WHERE revision = ");
        let rows = run(database, look.number(signed(revision.0))).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
    }

    async fn head(&self, database: &mut MySqlConnection) -> Result<(i64, Head), Failure> {
        read::head(database).await
    }

    async fn newest(
        &self,
        database: &mut MySqlConnection,
        keys: &[EntryKey],
        at: At,
        which: Newest,
    ) -> Result<Read<Vec<Option<HistoryRow>>>, Failure> {
        read::newest_rows(database, keys, at, which).await
    }

    async fn page(
        &self,
        database: &mut MySqlConnection,
        what: &Scan,
        at: At,
        limit: PageLimit,
    ) -> Result<Read<Page>, Failure> {
        Pages { what, at, limit }.read(database).await
    }

    async fn commits(
        &self,
        database: &mut MySqlConnection,
        after: Revision,
        budget: usize,
    ) -> Result<CommitPage, Failure> {
        read::commits(database, after, budget).await
    }

    async fn raise(&self, database: &mut MySqlConnection, floors: Floors) -> Result<(), Failure> {
        reclaim::raise(database, floors).await
    }

    async fn trim(&self, database: &mut MySqlConnection) -> Result<Option<Reclaimed>, Failure> {
        reclaim::step(database).await
    }
}
