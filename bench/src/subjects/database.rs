//! PostgreSQL, and a bare pool that writes to tables like Holdfast's: a statement, and so a transaction, for each write.

use holdfast_load::data::{NAMESPACE, Values, key};
use holdfast_load::dice::Dice;
use holdfast_load::drive::Call;
use holdfast_services::{Postgres, PostgresOptions};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Row as _};
use tonic::Status;

use crate::Fault;

/// The tables that Holdfast makes.
const TABLES: &str = include_str!("../../../backends/store-postgres/migrations/0001_log.sql");
const SCHEMA: &str = "bare";

/// A server that flushes before it acknowledges.
pub(crate) struct Database(Postgres);

impl Database {
    pub(crate) fn start() -> Result<Self, Fault> {
        let options = PostgresOptions {
            durable: true,
            settings: [("shared_buffers", "256MB"), ("max_wal_size", "4GB")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            ..PostgresOptions::default()
        };
        let postgres = Postgres::start_with("bench", options);
        postgres.map(Self).ok_or_else(|| "PostgreSQL is not installed: make setup".into())
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// Its first process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.service().pid()
    }

    /// A pool of so many connections over tables of its own with the keys that Holdfast's have, each value written once,
    /// and rows as large as Holdfast's are.
    pub(crate) async fn bare(
        &self,
        connections: u32,
        keys: u64,
        values: &Values,
    ) -> Result<Bare, Fault> {
        let url = format!("{}?options=-csearch_path%3D{SCHEMA}", self.url());
        let pool = PgPoolOptions::new().max_connections(connections).min_connections(connections);
        let pool = pool.connect(&url).await?;
        let sizes = "SELECT avg(length(canonical))::int, avg(length(inline))::int, \
                     (SELECT avg(length(body))::int FROM holdfast.history) \
                     FROM (SELECT * FROM holdfast.log ORDER BY revision DESC LIMIT 50) AS newest";
        let sizes = sqlx::query(sizes).fetch_one(&pool).await?;
        let of = |column| Ok::<_, Fault>(usize::try_from(sizes.try_get::<i32, _>(column)?)?);
        let sizes = Sizes { canonical: of(0)?, inline: of(1)?, body: of(2)? };
        let tables =
            format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; {TABLES}");
        sqlx::raw_sql(AssertSqlSafe(tables)).execute(&pool).await?;
        sqlx::raw_sql(
            "CREATE SEQUENCE revisions; \
             INSERT INTO head SELECT true, '', 0, 0, 0, 1 << 30, 0, '', 0, 0, 0, 0, 0, ''",
        )
        .execute(&pool)
        .await?;
        let bare = Bare { pool, sizes, keys, values: values.clone() };
        bare.fill().await?;
        Ok(bare)
    }

    /// Figures of the tables are taken, as a server does by itself after a while.
    pub(crate) async fn settle(&self) -> Result<(), Fault> {
        let pool = PgPoolOptions::new().max_connections(1).connect(&self.url()).await?;
        sqlx::raw_sql("VACUUM ANALYZE").execute(&pool).await?;
        sqlx::raw_sql("CHECKPOINT").execute(&pool).await?;
        Ok(())
    }
}

/// Bytes of a row's columns.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    canonical: usize,
    inline: usize,
    body: usize,
}

/// Where a write gets its revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// From a sequence: nobody waits for anybody, and nothing says what came first.
    Sequence,
    /// From a row that each write locks until it is durable.
    Row,
}

/// The pool.
#[derive(Clone)]
pub(crate) struct Bare {
    pool: PgPool,
    sizes: Sizes,
    keys: u64,
    values: Values,
}

impl Bare {
    async fn fill(&self) -> Result<(), Fault> {
        let mut dice = Dice::new(1);
        let mut put = BarePut { bare: self.clone(), numbers: Numbers::Sequence };
        let mut filling = self.pool.begin().await?;
        for number in 0..self.keys {
            put.write(&mut *filling, &key(number), &mut dice).await?;
        }
        Ok(filling.commit().await?)
    }

    pub(crate) fn puts(&self, numbers: Numbers) -> Vec<BarePut> {
        vec![BarePut { bare: self.clone(), numbers }]
    }

    pub(crate) fn gets(&self) -> Vec<BareGet> {
        vec![BareGet(self.clone())]
    }
}

macro_rules! put {
    ($place:literal) => {
        concat!(
            "WITH place AS (",
            $place,
            "), commits AS (
                INSERT INTO log (revision, weight, canonical, inline) SELECT revision, 1, $3, $4 FROM place
            ), events AS (
                INSERT INTO history (namespace, key, revision, idx, kind, ordinal, expires_at, value_len, body)
                SELECT $1, $2, revision, 0, 0, 1, NULL, length($5), $5 FROM place
            )
            INSERT INTO entries (namespace, key, revision, idx, expires_at) SELECT $1, $2, revision, 0, NULL FROM place
            ON CONFLICT (namespace, key) DO UPDATE
            SET revision = excluded.revision, idx = excluded.idx, expires_at = excluded.expires_at"
        )
    };
}

/// What Holdfast writes for a set, alone.
#[derive(Clone)]
pub(crate) struct BarePut {
    bare: Bare,
    numbers: Numbers,
}

impl BarePut {
    async fn write<'e>(
        &mut self,
        database: impl sqlx::PgExecutor<'e>,
        key: &str,
        dice: &mut Dice,
    ) -> Result<(), sqlx::Error> {
        let statement = match self.numbers {
            Numbers::Sequence => put!("SELECT nextval('revisions') AS revision"),
            Numbers::Row => put!("UPDATE head SET revision = revision + 1 RETURNING revision"),
        };
        let Sizes { canonical, inline, body } = self.bare.sizes;
        let value = self.bare.values.pick(dice);
        let padded = |bytes: usize| value.iter().copied().cycle().take(bytes).collect::<Vec<u8>>();
        sqlx::query(statement)
            .bind(NAMESPACE.as_bytes())
            .bind(key.as_bytes())
            .bind(padded(canonical))
            .bind(padded(inline))
            .bind(padded(body))
            .execute(database)
            .await
            .map(drop)
    }
}

impl Call for BarePut {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        let key = key(dice.below(self.bare.keys));
        let pool = self.bare.pool.clone();
        self.write(&pool, &key, dice).await.map_err(failed)
    }
}

/// The current value of a key.
#[derive(Clone)]
pub(crate) struct BareGet(Bare);

impl Call for BareGet {
    async fn call(&mut self, dice: &mut Dice) -> Result<(), Status> {
        const GET: &str = "SELECT h.body FROM entries JOIN history h USING (namespace, key, revision, idx) \
                           WHERE namespace = $1 AND key = $2";
        let key = key(dice.below(self.0.keys));
        let get = sqlx::query(GET).bind(NAMESPACE.as_bytes()).bind(key.as_bytes());
        let row = get.fetch_one(&self.0.pool).await.map_err(failed)?;
        let body: Vec<u8> = row.try_get(0).map_err(failed)?;
        if body.is_empty() { Err(Status::data_loss("an empty row")) } else { Ok(()) }
    }
}

fn failed(error: sqlx::Error) -> Status {
    Status::internal(error.to_string())
}
